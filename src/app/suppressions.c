/*
 * Addresses that must not be written to, as people name them.
 */
#include "app/suppressions.h"

#include "app/lists.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/utf8.h"

#define NOTE_MAX 500u

static enum status check_note(const char *note, struct err *err)
{
	struct span text = span_of(note);

	if (text.len > NOTE_MAX)
		return err_set(err, E_RANGE, "the reason has more than %u bytes", NOTE_MAX);
	if (!utf8_is_valid(text) || utf8_has_control(text, "") || utf8_has_invisible(text))
		return err_set(err, E_SYNTAX, "the reason has a control or invisible character in it");
	return OK;
}

static enum status say_already(struct store *store, const char *address, struct err *err)
{
	struct suppression found;
	enum status status = suppressions_find(store, address, &found, err);

	if (status != OK)
		return status;
	status = err_set(err, E_EXISTS, "\"%s\" is suppressed already (%s)", address,
		suppression_reason_name(found.reason));
	suppression_clear(&found);
	return status;
}

enum status suppressions_add(
	struct store *store, const char *address, const char *reason, const char *who, struct err *err)
{
	struct suppression suppression = {.reason = SUPPRESSION_MANUAL, .made_ms = clock_now_ms()};
	bool is_word = suppression_reason_parse(span_of(reason), &suppression.reason);
	struct str key;
	enum status status = check_note(reason, err);

	if (status != OK)
		return status;
	str_init(&key, STR_MAX_SMALL);
	status = lists_read_address(address, &key, NULL, err);
	suppression.address_key = str_take(&key);
	suppression.address = mem_copy_text(address);
	suppression.note = mem_copy_text(is_word ? "" : reason);
	suppression.who = mem_copy_text(who);
	if (status == OK)
		status = store_add_suppression(store, &suppression, err);
	if (status == E_EXISTS)
		status = say_already(store, address, err);
	suppression_clear(&suppression);
	str_clear(&key);
	return status;
}

enum status suppressions_remove(struct store *store, const char *address, struct err *err)
{
	struct str key;
	enum status status;

	str_init(&key, STR_MAX_SMALL);
	status = lists_read_address(address, &key, NULL, err);
	if (status == OK) {
		status = store_remove_suppression(store, key.ptr, err);
		if (status == E_NOTFOUND)
			status = err_set(err, status, "\"%s\" isn't suppressed", address);
	}
	str_clear(&key);
	return status;
}

enum status suppressions_find(
	struct store *store, const char *address, struct suppression *out, struct err *err)
{
	struct str key;
	enum status status;

	*out = (struct suppression){0};
	str_init(&key, STR_MAX_SMALL);
	status = lists_read_address(address, &key, NULL, err);
	if (status == OK) {
		status = store_find_suppression(store, key.ptr, out, err);
		if (status == E_NOTFOUND)
			status = err_set(err, status, "\"%s\" isn't suppressed", address);
	}
	str_clear(&key);
	return status;
}

enum status suppressions_each(struct store *store, store_suppression_fn *fn, void *context, struct err *err)
{
	return store_each_suppression(store, fn, context, err);
}
