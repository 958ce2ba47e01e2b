/*
 * A list's members as they lie in the tables.
 */
#include "store/memberwalk.h"

#include "record/dispatch.h"
#include "store/records.h"

/* CROSS JOIN keeps the planner from starting at another table. */
static const char walk_sql[] =
	"SELECT " RECORDS_MEMBER_COLUMNS ", p.address_key IS NOT NULL,"
	" ?2 IS NOT NULL AND EXISTS (SELECT 1 FROM delivery AS d JOIN dispatch ON dispatch.id = d.dispatch"
	" WHERE d.subscriber = m.subscriber_id AND dispatch.release = ?2 AND dispatch.kind = ?3"
	" AND (d.state IN (1, 2, 5, 6) OR d.state IN (0, 3) AND dispatch.state <> ?4))"
	" FROM membership AS m CROSS JOIN subscriber AS s ON s.id = m.subscriber_id"
	" LEFT JOIN suppression AS p ON p.address_key = s.address_key"
	" WHERE m.list_id = ?1 ORDER BY m.subscriber_id";

_Static_assert(DELIVERY_QUEUED == 0 && DELIVERY_CLAIMED == 1 && DELIVERY_ACCEPTED == 2 &&
		       DELIVERY_DEFERRED == 3 && DELIVERY_UNKNOWN == 5 && DELIVERY_BOUNCED == 6,
	"the walk's SQL knows the numbers");

enum column {
	IS_SUPPRESSED = RECORDS_MEMBER_COLUMN_COUNT,
	HAS_RELEASE
};

void memberwalk_begin(struct store *store, int64_t list_id, const struct memberwalk_options *options,
	struct memberwalk *walk)
{
	*walk = (struct memberwalk){.no_attributes = options->no_attributes};
	sqlite_query(store, walk_sql,
		SQLITE_VALUES(sqlite_int(list_id),
			options->release ? sqlite_text(options->release) : sqlite_null(),
			sqlite_int(DISPATCH_PUBLIC), sqlite_int(DISPATCH_CANCELLED)),
		&walk->rows);
}

bool memberwalk_next(struct memberwalk *walk)
{
	fields_clear(&walk->member.attributes);
	if (walk->status != OK || !sqlite_next(&walk->rows))
		return false;
	walk->is_suppressed = sqlite_get_int(&walk->rows, IS_SUPPRESSED) != 0;
	walk->has_release = sqlite_get_int(&walk->rows, HAS_RELEASE) != 0;
	walk->status =
		records_borrow_member(&walk->rows, !walk->no_attributes, &walk->member, &walk->trouble);
	return walk->status == OK;
}

enum status memberwalk_end(struct memberwalk *walk, struct err *err)
{
	enum status end = sqlite_end(&walk->rows, walk->status == OK ? err : NULL);

	fields_clear(&walk->member.attributes);
	if (walk->status == OK)
		return end;
	if (err)
		*err = walk->trouble;
	return walk->status;
}
