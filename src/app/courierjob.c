/*
 * The courier's jobs: used over and over, so that a message costs no allocation.
 */
#include "app/courierjob.h"

#include "base/clock.h"
#include "base/mem.h"
#include "mail/token.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

bool gate_is_open(const struct gate *gate)
{
	return atomic_load_explicit(&gate->is_open, memory_order_acquire) &&
	       !atomic_load_explicit(&gate->holds, memory_order_acquire);
}

bool gate_may_pass(const struct gate *gate)
{
	return gate_is_open(gate) && clock_now_ms() >= gate->not_before_ms;
}

struct courierjob *courierjob_new(void)
{
	struct courierjob *job = mem_alloc(sizeof(*job));

	str_init(&job->message, STR_MAX_LARGE);
	str_init(&job->return_path, STR_MAX_SMALL);
	return job;
}

void courierjob_free(struct courierjob *job)
{
	delivery_clear(&job->delivery);
	str_clear(&job->message);
	str_clear(&job->return_path);
	free(job->hold);
	free(job);
}

/* Letters are alike; what one with a large attachment took isn't kept for the others. */
void courierjob_empty(struct courierjob *job)
{
	job->job.message = (struct span){0};
	if (job->message.capacity <= COURIERJOB_KEEPS_BYTES) {
		str_empty(&job->message);
		return;
	}
	str_clear(&job->message);
	str_init(&job->message, STR_MAX_LARGE);
}

void courierjob_reset(struct courierjob *job)
{
	if (job->hold)
		atomic_fetch_sub_explicit(&job->gate->holds, 1, memory_order_release);
	delivery_clear(&job->delivery);
	courierjob_empty(job);
	str_empty(&job->return_path);
	free(job->hold);
	*job = (struct courierjob){.message = job->message, .return_path = job->return_path};
}

void courierjob_fill(struct courierjob *job, struct delivery *delivery, struct gate *gate)
{
	job->delivery = *delivery;
	job->gate = gate;
	job->job = (struct engine_job){
		.dispatch = delivery->dispatch,
		.position = delivery->position,
		.attempt_number = delivery->tries + 1,
		.envelope_to = span_of(delivery->address),
		.is_possible_duplicate = delivery->is_possible_duplicate,
	};
	for (const char *p = delivery->address; *p; p++)
		job->job.needs_smtputf8 = job->job.needs_smtputf8 || (unsigned char)*p >= 0x80;
	*delivery = (struct delivery){0};
}

void courierjob_hold(struct courierjob *job, const char *words)
{
	if (!job->hold)
		atomic_fetch_add_explicit(&job->gate->holds, 1, memory_order_release);
	free(job->hold);
	job->hold = mem_copy_text(words);
}

/* A second message must be the first one again, or nobody could tell that it is. */
static enum status check_proof(struct courierjob *job, struct err *err)
{
	job->is_disproved = job->has_proof && memcmp(job->proof, job->digest, sizeof(job->proof)) != 0;
	if (!job->is_disproved)
		return OK;
	return err_set(err, E_CONFLICT,
		"delivery %" PRId64 " may have gone out, and its message would not be the same one again; "
		"look into the relay's log, then say: dateline resolve %" PRId64
		" ADDRESS --accepted, or --resend",
		job->delivery.position, job->delivery.dispatch);
}

enum status courierjob_build(struct courierjob *job, struct letterbox *letterbox, struct err *err)
{
	enum status status = letterbox_build(letterbox, &job->delivery, &job->message, err);

	if (status == OK)
		status = letterbox_return_path(letterbox, &job->delivery, &job->return_path, err);
	job->job.message = str_span(&job->message);
	job->job.envelope_from = str_span(&job->return_path);
	job->job.envelope_id = token_in_address(job->job.envelope_from);
	if (status == OK) {
		token_digest(job->job.message, job->digest);
		status = check_proof(job, err);
	}
	if (status != OK && !letterbox_has_store_failed(letterbox))
		courierjob_hold(job, err->text);
	return status;
}

void courierjob_put(struct courierjob_queue *queue, struct courierjob *job)
{
	job->next = NULL;
	if (queue->last)
		queue->last->next = job;
	else
		queue->first = job;
	queue->last = job;
	queue->count++;
}

struct courierjob *courierjob_take(struct courierjob_queue *queue)
{
	struct courierjob *job = queue->first;

	if (!job)
		return NULL;
	queue->first = job->next;
	if (!queue->first)
		queue->last = NULL;
	queue->count--;
	job->next = NULL;
	return job;
}

void courierjob_move(struct courierjob_queue *to, struct courierjob_queue *from)
{
	if (!from->count)
		return;
	if (to->last)
		to->last->next = from->first;
	else
		to->first = from->first;
	to->last = from->last;
	to->count += from->count;
	*from = (struct courierjob_queue){0};
}

void courierjob_free_all(struct courierjob_queue *queue)
{
	struct courierjob *job;

	while ((job = courierjob_take(queue)))
		courierjob_free(job);
}
