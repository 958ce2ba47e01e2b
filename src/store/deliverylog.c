/*
 * The delivery log: deliveries with their attempts, filtered; and what servers said, put together.
 */
#include "store/deliverylog.h"

#include "base/mem.h"
#include "store/deliveryrow.h"
#include "store/sqlite.h"

#include <stdio.h>
#include <stdlib.h>

static void read_attempt(const struct sqlite_rows *rows, struct attempt *out)
{
	*out = (struct attempt){
		.dispatch = sqlite_get_int(rows, 0),
		.position = sqlite_get_int(rows, 1),
		.number = (int)sqlite_get_int(rows, 2),
		.phase = (enum attempt_phase)sqlite_get_int(rows, 3),
		.outcome = (enum delivery_state)sqlite_get_int(rows, 4),
		.code = (int)sqlite_get_int(rows, 5),
		.tls = (enum tls_use)sqlite_get_int(rows, 9),
		.started_ms = sqlite_get_int(rows, 11),
		.settled_ms = sqlite_get_int(rows, 12),
		.is_possible_duplicate = sqlite_get_int(rows, 13) != 0,
		.cause = (enum attempt_cause)sqlite_get_int(rows, 14),
	};
	snprintf(out->enhanced, sizeof(out->enhanced), "%s", sqlite_get_text(rows, 6));
	snprintf(out->reply, sizeof(out->reply), "%s", sqlite_get_text(rows, 7));
	snprintf(out->relay, sizeof(out->relay), "%s", sqlite_get_text(rows, 8));
	snprintf(out->tls_version, sizeof(out->tls_version), "%s", sqlite_get_text(rows, 10));
}

/* A line being put together, and the array for its attempts that serves them all. */
struct reading {
	struct store *store;
	const struct delivery_filter *filter;
	store_line_fn *fn;
	void *context;
	struct attempt *attempts;
	size_t count;
	size_t capacity;
};

static enum status load_attempts(struct reading *reading, const struct delivery *delivery, struct err *err)
{
	struct sqlite_rows rows;

	reading->count = 0;
	sqlite_query(reading->store,
		"SELECT a.dispatch, a.position, a.number, a.phase, a.outcome, a.code, a.enhanced, a.reply, "
		"r.relay, "
		"r.tls, r.tls_version, a.started_ms, a.settled_ms, a.is_possible_duplicate, a.cause "
		"FROM attempt a JOIN route r ON r.id = a.route "
		"WHERE a.dispatch = ?1 AND a.position = ?2 ORDER BY a.number",
		SQLITE_VALUES(sqlite_int(delivery->dispatch), sqlite_int(delivery->position)), &rows);
	while (sqlite_next(&rows)) {
		reading->attempts = mem_grow(
			reading->attempts, reading->count, &reading->capacity, sizeof(*reading->attempts));
		read_attempt(&rows, &reading->attempts[reading->count++]);
	}
	return sqlite_end(&rows, err);
}

static enum status give_line(struct reading *reading, const struct sqlite_rows *rows, struct err *err)
{
	struct delivery delivery;
	struct delivery_line line;
	enum status status;

	deliveryrow_read(rows, &delivery);
	status = load_attempts(reading, &delivery, err);
	if (status == OK && (!reading->filter->since_ms ||
				    (reading->count && reading->attempts[reading->count - 1].settled_ms >=
							       reading->filter->since_ms))) {
		line = (struct delivery_line){
			.delivery = &delivery,
			.release = sqlite_get_text(rows, DELIVERY_COLUMN_COUNT),
			.kind = (enum dispatch_kind)sqlite_get_int(rows, DELIVERY_COLUMN_COUNT + 1),
			.list = sqlite_get_text(rows, DELIVERY_COLUMN_COUNT + 2),
			.attempts = reading->attempts,
			.attempt_count = reading->count,
		};
		status = reading->fn(reading->context, &line, err);
	}
	delivery_clear(&delivery);
	return status;
}

#define LINE_COLUMNS                                                                                         \
	"SELECT " DELIVERY_COLUMNS                                                                           \
	", dispatch.release, dispatch.kind, coalesce(list.name, '') FROM delivery d "                        \
	"JOIN dispatch ON dispatch.id = d.dispatch LEFT JOIN list ON list.id = d.list "

#define LINE_FILTERS                                                                                         \
	"(?1 = 0 OR d.dispatch = ?1) AND (?2 = 0 OR (?2 >> d.state) & 1) AND (?3 IS NULL OR list.name = ?3 " \
	"OR instr(',' || d.also || ',', ',' || ?3 || ',')) AND (?4 IS NULL OR d.domain = ?4) "               \
	"ORDER BY d.dispatch, d.position"

/* A person's lines go through the index on them; all others walk a dispatch, or all of them. */
static const char lines_of_person[] =
	LINE_COLUMNS "WHERE (d.subscriber = (SELECT id FROM subscriber WHERE address_key = ?5) "
		     "OR (d.subscriber IS NULL AND d.address = ?5)) AND " LINE_FILTERS;
static const char lines_of_all[] = LINE_COLUMNS "WHERE ?5 IS NULL AND " LINE_FILTERS;

enum status store_each_line(struct store *store, const struct delivery_filter *filter, store_line_fn *fn,
	void *context, struct err *err)
{
	struct reading reading = {.store = store, .filter = filter, .fn = fn, .context = context};
	struct sqlite_rows rows;
	enum status status = OK;
	enum status end;

	sqlite_query(store, filter->address_key ? lines_of_person : lines_of_all,
		SQLITE_VALUES(sqlite_int(filter->dispatch), sqlite_int(filter->states),
			filter->list ? sqlite_text(filter->list) : sqlite_null(),
			filter->domain ? sqlite_text(filter->domain) : sqlite_null(),
			filter->address_key ? sqlite_text(filter->address_key) : sqlite_null()),
		&rows);
	while (status == OK && sqlite_next(&rows))
		status = give_line(&reading, &rows, err);
	end = sqlite_end(&rows, status == OK ? err : NULL);
	free(reading.attempts);
	return status == OK ? end : status;
}

/* Of the last attempt. Servers put the address and ids into their texts, so the code and text are one's own.
 */
#define REPLY_WORDS                                                                                          \
	"CASE WHEN a.code > 0 THEN a.code || CASE WHEN a.enhanced <> '' THEN ' ' || a.enhanced ELSE '' END " \
	"|| ' ' ELSE '' END || a.reply"

#define LAST_ATTEMPT                                                                                         \
	" FROM delivery d JOIN attempt a ON a.dispatch = d.dispatch AND a.position = d.position "            \
	"AND a.number = d.tries "

enum status store_each_reply_group(
	struct store *store, int64_t dispatch, store_group_fn *fn, void *context, struct err *err)
{
	struct sqlite_rows rows;
	enum status status = OK;
	enum status end;

	sqlite_query(store,
		"SELECT d.state, " REPLY_WORDS " AS words, min(d.address), count(*)" LAST_ATTEMPT
		"WHERE d.dispatch = ?1 AND d.state IN (3, 4, 5, 9) GROUP BY d.state, words ORDER BY count(*) "
		"DESC, words",
		SQLITE_VALUES(sqlite_int(dispatch)), &rows);
	while (status == OK && sqlite_next(&rows)) {
		struct reply_group group = {
			.state = (enum delivery_state)sqlite_get_int(&rows, 0),
			.reply = sqlite_get_text(&rows, 1),
			.example = sqlite_get_text(&rows, 2),
			.count = sqlite_get_int(&rows, 3),
		};

		status = fn(context, &group, err);
	}
	end = sqlite_end(&rows, status == OK ? err : NULL);
	return status == OK ? end : status;
}

/* CROSS: from the dispatches, which are few, to their attempts; there's no index on the latter's instants. */
enum status store_each_recent_try(struct store *store, int64_t since_ms, int64_t until_ms, store_try_fn *fn,
	void *context, struct err *err)
{
	struct sqlite_rows rows;
	enum status status = OK;
	enum status end;

	sqlite_query(store,
		"SELECT d.domain, r.relay, a.settled_ms FROM dispatch p "
		"CROSS JOIN attempt a ON a.dispatch = p.id "
		"CROSS JOIN delivery d ON d.dispatch = a.dispatch AND d.position = a.position "
		"CROSS JOIN route r ON r.id = a.route "
		"WHERE (p.finished_ms = 0 OR p.finished_ms >= ?1 - 86400000) "
		"AND a.settled_ms >= ?1 AND a.settled_ms <= ?2 ORDER BY a.settled_ms DESC",
		SQLITE_VALUES(sqlite_int(since_ms), sqlite_int(until_ms)), &rows);
	while (status == OK && sqlite_next(&rows)) {
		struct recent_try recent = {
			.domain = sqlite_get_text(&rows, 0),
			.relay = sqlite_get_text(&rows, 1),
			.ended_ms = sqlite_get_int(&rows, 2),
		};

		status = fn(context, &recent, err);
	}
	end = sqlite_end(&rows, status == OK ? err : NULL);
	return status == OK ? end : status;
}

enum status store_find_worst_domain(
	struct store *store, int64_t dispatch, struct worst_domain *out, struct err *err)
{
	struct sqlite_rows rows;

	*out = (struct worst_domain){0};
	sqlite_query(store,
		"SELECT d.domain, count(*), max(" REPLY_WORDS "), min(d.next_ms)" LAST_ATTEMPT
		"WHERE d.dispatch = ?1 AND d.state = 3 GROUP BY d.domain ORDER BY count(*) DESC, d.domain "
		"LIMIT 1",
		SQLITE_VALUES(sqlite_int(dispatch)), &rows);
	if (sqlite_next(&rows)) {
		snprintf(out->domain, sizeof(out->domain), "%s", sqlite_get_text(&rows, 0));
		out->deferred = sqlite_get_int(&rows, 1);
		snprintf(out->reply, sizeof(out->reply), "%s", sqlite_get_text(&rows, 2));
		out->next_ms = sqlite_get_int(&rows, 3);
	}
	return sqlite_end(&rows, err);
}
