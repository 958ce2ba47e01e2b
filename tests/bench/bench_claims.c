/*
 * What claiming and settling cost per delivery, and what the wait of others adds to it: in a
 * dispatch of ten thousand and of a million, with nobody waiting, and with half of all
 * deliveries for one domain that gets none meanwhile. Processor time.
 */
#include "app/claims.h"

#include "base/clock.h"
#include "store/deliveries.h"
#include "store/sqlite.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TURN 256u
#define DONE_MOST 200000

static char slow[] = "slow.example";

struct bench {
	struct store *store;
	struct site_settings site;
	struct settings settings;
	struct claims *claims;
	double claim_ns, settle_ns;
	int64_t done;
	struct err err;
};

static double nanoseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* Every second one, by chance, for the slow domain where there is one; the others for 5,000. */
static enum status fill(struct bench *bench, int64_t count, bool has_slow)
{
	enum status status = sqlite_script(bench->store,
		SPAN("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF;"
		     "INSERT INTO dispatch VALUES (1, 0, 3, '', 'r', 't', 'l', '', '', 0, 0, 0, 0, 0, 'a')"),
		&bench->err);

	if (status == OK)
		status = sqlite_run(bench->store,
			"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) "
			"INSERT INTO delivery (dispatch, position, state, tries, next_ms, subscriber, list, "
			"also, "
			"letter, is_copy, is_possible_duplicate, address, domain, slots) "
			"SELECT 1, i, 0, 0, 0, NULL, NULL, '', 0, 0, 0, 'reader' || i || '@paper.example', "
			"CASE WHEN ?2 AND random() % 2 THEN 'slow.example' ELSE 'd' || i % 5000 || "
			"'.example' END, "
			"zeroblob(120) FROM n",
			SQLITE_VALUES(sqlite_int(count), sqlite_int(has_slow)), &bench->err);
	/* Or the first turns would pay for the filling. */
	if (status == OK)
		status = sqlite_script(bench->store, SPAN("PRAGMA wal_checkpoint(TRUNCATE)"), &bench->err);
	return status;
}

static enum status settle(struct bench *bench, const struct delivery *delivery)
{
	struct attempt attempt = {
		.dispatch = 1,
		.position = delivery->position,
		.number = 1,
		.phase = PHASE_DOT,
		.outcome = DELIVERY_ACCEPTED,
		.code = 250,
		.reply = "2.0.0 Ok: queued as 4C1F",
		.relay = "relay.example:25",
		.started_ms = clock_now_ms(),
		.settled_ms = clock_now_ms(),
	};
	enum status status = store_settle(bench->store, &attempt, DELIVERY_ACCEPTED, 0, &bench->err);

	/* The slow domain answers nothing: what it got stays open. */
	if (status == OK)
		claims_settled(bench->claims, delivery, &attempt, DELIVERY_ACCEPTED, 0);
	return status;
}

static enum status turn(struct bench *bench, size_t *count)
{
	struct delivery out[TURN];
	double start = nanoseconds();
	enum status status = store_begin(bench->store, &bench->err);

	if (status == OK)
		status = claims_take(bench->claims, 1, clock_now_ms(), TURN, out, count, &bench->err);
	bench->claim_ns += nanoseconds() - start;
	start = nanoseconds();
	for (size_t i = 0; i < *count; i++) {
		if (status == OK && strcmp(out[i].domain, slow) != 0)
			status = settle(bench, &out[i]);
		delivery_clear(&out[i]);
	}
	bench->done += (int64_t)*count;
	status = store_end(bench->store, status, &bench->err);
	bench->settle_ns += nanoseconds() - start;
	return status;
}

static enum status run(struct bench *bench, const char *path, int64_t count, bool has_slow)
{
	size_t some = 1;
	enum status status = store_create(path, &bench->store, &bench->err);

	if (status == OK)
		status = fill(bench, count, has_slow);
	bench->site = (struct site_settings){.domain = slow, .connections = 1};
	bench->settings = (struct settings){.sites = &bench->site, .site_count = 1};
	bench->claims = claims_new(bench->store, &bench->settings);
	claims_add(bench->claims, 1);
	while (status == OK && some && bench->done < DONE_MOST)
		status = turn(bench, &some);
	printf("%9" PRId64 "  %-4s %9" PRId64 " %9.2f us %9.2f us\n", count, has_slow ? "half" : "none",
		bench->done, bench->claim_ns / 1000 / (double)bench->done,
		bench->settle_ns / 1000 / (double)bench->done);
	claims_free(bench->claims);
	store_close(bench->store);
	return status;
}

/* The store's three files. */
static void remove_store(const char *path)
{
	static const char *const endings[] = {"", "-wal", "-shm"};
	char name[128];

	for (size_t i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "%s%s", path, endings[i]);
		(void)unlink(name);
	}
}

int main(void)
{
	static const int64_t counts[] = {10000, 1000000};
	char folder[] = "/tmp/dateline-bench-XXXXXX";
	char path[64];
	enum status status = OK;

	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof(path), "%s/store.db", folder);
	printf("deliveries waits   claimed        claim       settle\n");
	for (size_t i = 0; i < 4 && status == OK; i++) {
		struct bench bench = {0};

		status = run(&bench, path, counts[i / 2], i % 2 == 1);
		if (status != OK)
			fprintf(stderr, "%s\n", bench.err.text);
		remove_store(path);
	}
	(void)rmdir(folder);
	return status == OK ? 0 : 1;
}
