/*
 * Undoing a change: put back what it replaced, except where somebody came after
 * it, or where that would bring back a person who must not be written to.
 */
#include "store/changes.h"

#include "record/member.h"
#include "store/sqlite.h"

/* One membership that the change touched: what it is now, what it was before. */
struct touched {
	int64_t subscriber_id;
	int64_t list_id;
	bool was_there;
	enum member_state was;
	bool is_there;
	enum member_state is;
	int64_t now_change_id;
	bool is_now_undone; /* the change that touched it last */
	bool is_suppressed;
};

enum verdict {
	VERDICT_RESTORE,
	VERDICT_CHANGED,
	VERDICT_UNSUBSCRIBED,
	VERDICT_SUPPRESSED,
};

/* A move touches two lists; nothing touches more. */
#define TOUCHED_MAX 2

struct person {
	struct touched touched[TOUCHED_MAX];
	size_t count;
};

static void get_touched(const struct sqlite_rows *rows, struct touched *out)
{
	*out = (struct touched){
		.subscriber_id = sqlite_get_int(rows, 0),
		.list_id = sqlite_get_int(rows, 1),
		.was_there = !sqlite_is_null(rows, 2),
		.was = (enum member_state)sqlite_get_int(rows, 2),
		.is_there = !sqlite_is_null(rows, 3),
		.is = (enum member_state)sqlite_get_int(rows, 3),
		.now_change_id = sqlite_get_int(rows, 4),
		.is_suppressed = sqlite_get_int(rows, 5) != 0,
		.is_now_undone = sqlite_get_int(rows, 6) != 0,
	};
}

static enum verdict judge_one(const struct touched *touched, int64_t change_id)
{
	bool is_active = touched->is_there && touched->is == MEMBER_ACTIVE;
	bool was_active = touched->was_there && touched->was == MEMBER_ACTIVE;
	bool was_unsubscribed = touched->was_there && touched->was == MEMBER_UNSUBSCRIBED;

	if (touched->is_there && touched->is == MEMBER_UNSUBSCRIBED && !was_unsubscribed)
		return VERDICT_UNSUBSCRIBED;
	if (!touched->is_there || touched->now_change_id != change_id)
		return VERDICT_CHANGED;
	if (touched->is_suppressed && was_active && !is_active)
		return VERDICT_SUPPRESSED;
	return VERDICT_RESTORE;
}

/* On both lists or on neither: half a move undone would lose a person, or send twice. */
static enum verdict judge(const struct person *person, int64_t change_id)
{
	enum verdict verdict = VERDICT_RESTORE;

	for (size_t i = 0; i < person->count && verdict == VERDICT_RESTORE; i++)
		verdict = judge_one(&person->touched[i], change_id);
	return verdict;
}

static enum status restore_one(
	struct store *store, const struct touched *touched, int64_t change_id, struct err *err)
{
	if (!touched->was_there)
		return sqlite_run(store, "DELETE FROM membership WHERE list_id = ?1 AND subscriber_id = ?2",
			SQLITE_VALUES(sqlite_int(touched->list_id), sqlite_int(touched->subscriber_id)), err);
	return sqlite_run(store,
		"UPDATE membership AS m SET state = b.state, outlet = b.outlet, role = b.role,"
		" language = b.language, attributes = b.attributes, change_id = b.last_change_id"
		" FROM change_membership AS b WHERE b.change_id = ?3 AND b.subscriber_id = ?2"
		" AND b.list_id = ?1 AND m.list_id = ?1 AND m.subscriber_id = ?2",
		SQLITE_VALUES(sqlite_int(touched->list_id), sqlite_int(touched->subscriber_id),
			sqlite_int(change_id)),
		err);
}

static void note_blocking(const struct person *person, int64_t change_id, struct undo_summary *summary)
{
	for (size_t i = 0; i < person->count; i++) {
		const struct touched *touched = &person->touched[i];

		if (touched->is_there && touched->now_change_id != change_id && !touched->is_now_undone)
			summary->blocked_by = touched->now_change_id;
	}
}

static enum status restore_person(struct store *store, const struct person *person, int64_t change_id,
	struct undo_summary *summary, struct err *err)
{
	enum status status = OK;

	if (!person->count)
		return OK;
	switch (judge(person, change_id)) {
	case VERDICT_RESTORE:
		summary->restored++;
		for (size_t i = 0; i < person->count && status == OK; i++)
			status = restore_one(store, &person->touched[i], change_id, err);
		break;
	case VERDICT_CHANGED:
		summary->kept_changed++;
		note_blocking(person, change_id, summary);
		break;
	case VERDICT_UNSUBSCRIBED:
		summary->kept_unsubscribed++;
		break;
	case VERDICT_SUPPRESSED:
		summary->kept_suppressed++;
		break;
	}
	return status;
}

static enum status restore_memberships(
	struct store *store, int64_t change_id, struct undo_summary *summary, struct err *err)
{
	struct sqlite_rows rows;
	struct person person = {.count = 0};
	enum status found = OK;
	enum status status;

	sqlite_query(store,
		"SELECT b.subscriber_id, b.list_id, b.state, m.state, m.change_id,"
		" EXISTS (SELECT 1 FROM suppression AS p WHERE p.address_key = s.address_key),"
		" (SELECT c.undone_by IS NOT NULL FROM change AS c WHERE c.id = m.change_id)"
		" FROM change_membership AS b JOIN subscriber AS s ON s.id = b.subscriber_id"
		" LEFT JOIN membership AS m ON m.list_id = b.list_id AND m.subscriber_id = b.subscriber_id"
		" WHERE b.change_id = ?1 ORDER BY b.subscriber_id, b.list_id",
		SQLITE_VALUES(sqlite_int(change_id)), &rows);
	while (found == OK && sqlite_next(&rows)) {
		struct touched touched;

		get_touched(&rows, &touched);
		if (person.count == TOUCHED_MAX ||
			(person.count && person.touched[0].subscriber_id != touched.subscriber_id)) {
			found = restore_person(store, &person, change_id, summary, err);
			person.count = 0;
		}
		person.touched[person.count++] = touched;
	}
	status = sqlite_end(&rows, found == OK ? err : NULL);
	if (found != OK || status != OK)
		return found == OK ? status : found;
	return restore_person(store, &person, change_id, summary, err);
}

static enum status restore_subscribers(
	struct store *store, int64_t change_id, struct undo_summary *summary, struct err *err)
{
	int64_t touched = 0;
	enum status status =
		sqlite_one_int(store, "SELECT count(*) FROM change_subscriber WHERE change_id = ?1",
			SQLITE_VALUES(sqlite_int(change_id)), &touched, err);

	if (status == OK)
		status = sqlite_run(store,
			"UPDATE subscriber AS s SET name = b.name, salutation = b.salutation,"
			" change_id = b.last_change_id FROM change_subscriber AS b"
			" WHERE b.change_id = ?1 AND s.id = b.subscriber_id AND s.change_id = ?1",
			SQLITE_VALUES(sqlite_int(change_id)), err);
	if (status == OK)
		summary->names_kept = touched - sqlite_changes(store);
	return status;
}

static enum status restore_settings(
	struct store *store, int64_t change_id, struct undo_summary *summary, struct err *err)
{
	enum status status = sqlite_run(store,
		"UPDATE list SET title = c.settings ->> 'title', region = c.settings ->> 'region',"
		" language = c.settings ->> 'language', zone = c.settings ->> 'zone',"
		" from_mailbox = c.settings ->> 'from', is_trusted = c.settings ->> 'trusted'"
		" FROM change AS c WHERE c.id = ?1 AND c.settings IS NOT NULL AND list.id = c.list_id",
		SQLITE_VALUES(sqlite_int(change_id)), err);

	if (status == OK)
		summary->settings = sqlite_changes(store);
	return status;
}

enum status store_undo_change(struct store *store, int64_t change_id, int64_t undo_id,
	struct undo_summary *summary, struct err *err)
{
	enum status status;

	*summary = (struct undo_summary){0};
	status = restore_memberships(store, change_id, summary, err);
	if (status == OK)
		status = restore_subscribers(store, change_id, summary, err);
	if (status == OK)
		status = restore_settings(store, change_id, summary, err);
	if (status != OK)
		return status;
	return sqlite_run(store, "UPDATE change SET undone_by = ?2 WHERE id = ?1",
		SQLITE_VALUES(sqlite_int(change_id), sqlite_int(undo_id)), err);
}
