/*
 * How the relays are doing.
 */
#include "store/relaystates.h"

#include "store/sqlite.h"

#include <stdio.h>

#define COLUMNS "relay, state, words, since_ms, retry_ms, broke_ms"

enum status store_put_relay_state(struct store *store, const struct relay_state *state, struct err *err)
{
	return sqlite_run(store,
		"INSERT OR REPLACE INTO relay_state (" COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
		SQLITE_VALUES(sqlite_text(state->relay), sqlite_int(state->circuit),
			sqlite_text(state->words), sqlite_int(state->since_ms), sqlite_int(state->retry_ms),
			sqlite_int(state->broke_ms)),
		err);
}

enum status store_drop_relay_state(struct store *store, const char *relay, struct err *err)
{
	return sqlite_run(
		store, "DELETE FROM relay_state WHERE relay = ?1", SQLITE_VALUES(sqlite_text(relay)), err);
}

static void get_state(const struct sqlite_rows *rows, struct relay_state *out)
{
	*out = (struct relay_state){
		.circuit = (enum relay_circuit)sqlite_get_int(rows, 1),
		.since_ms = sqlite_get_int(rows, 3),
		.retry_ms = sqlite_get_int(rows, 4),
		.breaks_pipelining = sqlite_get_int(rows, 5) != 0,
		.broke_ms = sqlite_get_int(rows, 5),
	};
	snprintf(out->relay, sizeof(out->relay), "%s", sqlite_get_text(rows, 0));
	snprintf(out->words, sizeof(out->words), "%s", sqlite_get_text(rows, 2));
}

enum status store_each_relay_state(
	struct store *store, store_relay_state_fn *fn, void *context, struct err *err)
{
	struct sqlite_rows rows;
	enum status found = OK;
	enum status status;

	sqlite_query(store, "SELECT " COLUMNS " FROM relay_state ORDER BY relay", SQLITE_NO_VALUES, &rows);
	while (found == OK && sqlite_next(&rows)) {
		struct relay_state state;

		get_state(&rows, &state);
		found = fn(context, &state, err);
	}
	status = sqlite_end(&rows, found == OK ? err : NULL);
	return found == OK ? status : found;
}
