/*
 * Noticing that a newsroom's state was copied, moved or restored.
 */
#include "app/home.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "store/dispatches.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>

#define HOME_NAME "home"
#define MACHINE_PATH "/etc/machine-id"
#define REASON "the newsroom was copied or moved here: see first that the original doesn't send it, too"

struct moving {
	struct store *store;
	struct span here;
	size_t held;
};

/* A machine without an id, as containers are, is told by its devices alone. */
static enum status describe(const char *path, struct str *out, struct err *err)
{
	struct stat info;
	struct str machine;

	if (stat(path, &info) != 0)
		return err_system(err, errno, "can't look at \"%s\"", path);
	str_init(&machine, STR_MAX_SMALL);
	if (file_is_there(MACHINE_PATH) && file_load(MACHINE_PATH, &machine, NULL) == OK)
		str_add(out, span_trim(str_span(&machine)));
	str_clear(&machine);
	str_addf(out, " %ju %ju", (uintmax_t)info.st_dev, (uintmax_t)info.st_ino);
	return str_status(out, "a machine's id", err);
}

/* *is_home, also if nobody has said yet where that is: then *is_known is false. */
static enum status look(struct moving *moving, bool *is_home, bool *is_known, struct err *err)
{
	struct str home;
	enum status status;

	str_init(&home, STR_MAX_SMALL);
	status = store_get_meta(moving->store, HOME_NAME, &home, err);
	*is_known = status == OK;
	*is_home = status == E_NOTFOUND || span_equals(str_span(&home), moving->here);
	str_clear(&home);
	return status == E_NOTFOUND ? OK : status;
}

static enum status hold(void *context, const struct dispatch *dispatch, struct err *err)
{
	struct moving *moving = context;

	if (dispatch->state != DISPATCH_SENDING && dispatch->state != DISPATCH_SCHEDULED)
		return OK;
	moving->held++;
	return store_set_dispatch_state(
		moving->store, dispatch->id, DISPATCH_HELD, REASON, clock_now_ms(), err);
}

/* Somebody else may have done it since. */
static enum status move_in(void *context, struct err *err)
{
	struct moving *moving = context;
	bool is_home, is_known;
	enum status status = look(moving, &is_home, &is_known, err);

	moving->held = 0;
	if (status == OK && !is_home)
		status = store_each_open_dispatch(moving->store, NULL, hold, moving, err);
	return status == OK ? store_set_meta(moving->store, HOME_NAME, moving->here, err) : status;
}

static enum status check(struct moving *moving, struct err *err)
{
	bool is_home, is_known;
	enum status status = look(moving, &is_home, &is_known, err);

	if (status == OK && !(is_home && is_known))
		status = store_transaction(moving->store, move_in, moving, err);
	if (status == OK && moving->held)
		log_warning("%s; \"dateline status\" shows what is held", REASON);
	return status;
}

enum status home_check(struct store *store, struct err *err)
{
	struct moving moving = {.store = store};
	struct str here;
	enum status status;

	str_init(&here, STR_MAX_SMALL);
	status = describe(store_path(store), &here, err);
	moving.here = str_span(&here);
	if (status == OK)
		status = check(&moving, err);
	str_clear(&here);
	return status;
}
