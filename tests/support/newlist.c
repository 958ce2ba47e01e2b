/*
 * Lists in a test's own store.
 */
#include "support/newlist.h"

#include "app/listexport.h"
#include "base/file.h"
#include "store/lists.h"
#include "store/sqlite.h"
#include "support/test.h"

const char *newlist_file(struct newstore *place, const char *name, const char *content)
{
	static char path[512];
	char *joined = file_join(place->folder, name);

	snprintf(path, sizeof(path), "%s", joined);
	free(joined);
	assert_int_equal(file_save(path, span_of(content), 0600, &place->err), OK);
	return path;
}

struct listimport_summary newlist_import(struct newstore *place, const char *list, const char *csv)
{
	struct listimport_summary summary;
	struct listimport_job job = {
		.list = list, .path = newlist_file(place, "import.csv", csv), .who = NEWLIST_WHO};
	enum status status = listimport_run(place->store, &job, &summary, &place->err);

	if (status != OK)
		fail_msg("%s", place->err.text);
	free(summary.near_name);
	free(summary.rejects_path);
	summary.near_name = NULL;
	summary.rejects_path = NULL;
	return summary;
}

static enum status add_bytes(void *context, struct span bytes, struct err *err)
{
	(void)err;
	str_add(context, bytes);
	return OK;
}

const char *newlist_export(struct newstore *place, const char *list)
{
	static char text[16384];
	struct str bytes;
	size_t count;
	enum status status;

	str_init(&bytes, sizeof(text) - 1);
	status = listexport_write(place->store, list, NULL, add_bytes, &bytes, &count, &place->err);
	if (status != OK)
		fail_msg("%s", place->err.text);
	snprintf(text, sizeof(text), "%s", bytes.ptr);
	str_clear(&bytes);
	return text;
}

void assert_exported(struct newstore *place, const char *list, const char *csv)
{
	assert_string_equal(newlist_export(place, list), csv);
}

static struct member find(struct newstore *place, const char *list, const char *address)
{
	struct medialist found;
	struct member member;
	enum status status;

	assert_int_equal(store_find_list(place->store, list, &found, &place->err), OK);
	status = store_find_member(place->store, found.id, address, &member, &place->err);
	medialist_clear(&found);
	assert_true(status == OK || status == E_NOTFOUND);
	return member;
}

const char *newlist_state(struct newstore *place, const char *list, const char *address)
{
	struct member member = find(place, list, address);
	const char *name = member.address ? member_state_name(member.state) : "none";

	member_clear(&member);
	return name;
}

void newlist_unsubscribe(struct newstore *place, const char *list, const char *address)
{
	struct member member = find(place, list, address);

	assert_non_null(member.address);
	assert_int_equal(sqlite_run(place->store,
				 "UPDATE membership SET state = ?3 WHERE list_id = ?1 AND subscriber_id = ?2",
				 SQLITE_VALUES(sqlite_int(member.list_id), sqlite_int(member.subscriber_id),
					 sqlite_int(MEMBER_UNSUBSCRIBED)),
				 &place->err),
		OK);
	member_clear(&member);
}
