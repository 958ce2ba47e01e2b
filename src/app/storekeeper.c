/*
 * The store's thread.
 */
#include "app/storekeeper.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/step.h"
#include "base/thread.h"

#include <stdatomic.h>
#include <stdlib.h>

struct storekeeper {
	struct load *load;
	struct belt *belt;
	struct storekeeper_options options;
	pthread_t thread;
	atomic_bool is_stopping;
	pthread_mutex_t mutex; /* of what follows */
	struct storekeeper_news news;
	struct relaystates relays; /* that the load doesn't have yet */
};

static void publish(
	struct storekeeper *keeper, struct flight_mark mark, enum status status, const struct err *err)
{
	int64_t next_ms = load_next_ms(keeper->load, keeper->options.wait_ms);
	bool was_shut;

	pthread_mutex_lock(&keeper->mutex);
	was_shut = keeper->news.shuts != load_shuts(keeper->load);
	keeper->news.shuts = load_shuts(keeper->load);
	keeper->news.counts = *load_counts(keeper->load);
	keeper->news.next_ms = next_ms;
	if (status == OK)
		keeper->news.durable = mark;
	else if (status != E_BUSY) {
		keeper->news.status = status;
		keeper->news.err = *err;
	}
	pthread_mutex_unlock(&keeper->mutex);
	if (next_ms == INT64_MAX || was_shut || (status != OK && status != E_BUSY))
		keeper->options.tell(keeper->options.context);
}

/* A store that is busy is asked again; what is done waits in memory and in the flight record. */
static enum status turn(struct storekeeper *keeper, bool is_going_on, struct flight_mark mark)
{
	struct courierjob_queue claimed = {0};
	struct err err;
	enum status status;

	load_set_aside(keeper->load, belt_count_aside(keeper->belt));
	status = load_turn(keeper->load, is_going_on, &claimed, &err);
	if (status == E_BUSY)
		log_warning("%s", err.text);
	publish(keeper, mark, status, &err);
	step("storekeeper.told");
	belt_put_claimed(keeper->belt, &claimed);
	return status == E_BUSY ? OK : status;
}

static void take_relays(struct storekeeper *keeper)
{
	pthread_mutex_lock(&keeper->mutex);
	load_take_relays(keeper->load, &keeper->relays);
	pthread_mutex_unlock(&keeper->mutex);
}

static void *keep(void *context)
{
	struct storekeeper *keeper = context;
	struct flight_mark mark = {0};
	enum status status = OK;

	store_own(keeper->options.store);
	while (status == OK) {
		struct courierjob_queue done = {0};
		bool is_going_on = !atomic_load(&keeper->is_stopping);
		struct belt_need need = load_need(keeper->load, is_going_on);

		if (!belt_wait_done(keeper->belt, &need, &done, &mark))
			break;
		load_take_done(keeper->load, &done);
		take_relays(keeper);
		status = turn(keeper, is_going_on, mark);
	}
	store_disown(keeper->options.store);
	return NULL;
}

enum status storekeeper_start(struct load *load, struct belt *belt, const struct storekeeper_options *options,
	struct storekeeper **out, struct err *err)
{
	struct storekeeper *keeper = mem_alloc(sizeof(*keeper));
	enum status status;

	keeper->load = load;
	keeper->belt = belt;
	keeper->options = *options;
	keeper->news.counts = *load_counts(load);
	pthread_mutex_init(&keeper->mutex, NULL);
	status = thread_start(&keeper->thread, "store", keep, keeper, err);
	if (status == OK) {
		*out = keeper;
		return OK;
	}
	pthread_mutex_destroy(&keeper->mutex);
	free(keeper);
	return status;
}

void storekeeper_stop_claiming(struct storekeeper *keeper)
{
	atomic_store(&keeper->is_stopping, true);
}

void storekeeper_note_relay(struct storekeeper *keeper, const struct relay_state *state)
{
	pthread_mutex_lock(&keeper->mutex);
	relaystates_put(&keeper->relays, state);
	pthread_mutex_unlock(&keeper->mutex);
}

void storekeeper_join(struct storekeeper *keeper)
{
	if (!keeper)
		return;
	pthread_join(keeper->thread, NULL);
	take_relays(keeper);
	pthread_mutex_destroy(&keeper->mutex);
	free(keeper);
}

void storekeeper_read_news(struct storekeeper *keeper, struct storekeeper_news *news)
{
	pthread_mutex_lock(&keeper->mutex);
	*news = keeper->news;
	pthread_mutex_unlock(&keeper->mutex);
}
