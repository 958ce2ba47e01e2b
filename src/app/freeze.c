/*
 * Freezing: what was planned becomes what will be sent, whatever is edited later.
 */
#include "app/freeze.h"

#include "app/actor.h"
#include "app/audience.h"
#include "app/dispatches.h"
#include "app/letterbox.h"
#include "app/letters.h"
#include "app/slots.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/step.h"
#include "mail/addr.h"
#include "store/dispatches.h"
#include "store/frozen.h"
#include "store/memberwalk.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/random.h>

/* How often it's prepared in nobody's way, when lists are changed all the time; then once in everybody's. */
#define TRIES 3
/* How often to wait STORE_WAIT_MS for somebody who holds the store: what is prepared is worth it. */
#define WAITS 20

/* A freeze that keeps nothing: the messages go to somebody who looks at them. */
struct rehearsal {
	struct letterbox *letterbox;
	struct str message;
	freeze_message_fn *fn;
	void *context;
};

/* A freeze under way. */
struct freezing {
	struct newsroom *newsroom;
	struct store *store;
	struct plan *plan;
	enum dispatch_kind kind;
	enum status (*fill)(struct freezing *freezing, struct err *err);
	struct rehearsal *rehearsal; /* NULL when it's for real */
	struct frozen_basis basis;
	struct dispatch dispatch;
	struct letters *letters;
	size_t next;   /* index in plan->recipients: those before it were passed */
	size_t frozen; /* recipients so far */
	int64_t last_position;
	/* The delivery's texts at hand: the same room for all of them. */
	struct addr addr;
	struct str address;
	struct str also;
	struct str slots;
};

enum status freeze_check_embargo(
	const struct newsroom *newsroom, const struct release_set *set, struct err *err)
{
	const struct release *release = set->items[0];
	const struct zone *zone = release->embargo_zone ? release->embargo_zone : newsroom_zone(newsroom);
	struct str when;
	enum status status = OK;

	if (!release->has_embargo || release->embargo_ms <= clock_now_ms())
		return OK;
	str_init(&when, STR_MAX_SMALL);
	zone_format(zone, release->embargo_ms, &when);
	str_addf(&when, " %s", zone_city(zone));
	status =
		err_set(err, E_HELD, "%s: \"%s\" is embargoed until %s; nothing was sent. Send it after that",
			release->path, set->slug, when.ptr);
	str_clear(&when);
	return status;
}

/* The store keeps addresses as typed; the envelope has them as they go on the wire. */
static enum status set_address(
	struct freezing *freezing, struct delivery *delivery, const char *address, struct err *err)
{
	enum status status;

	addr_clear(&freezing->addr);
	status = addr_parse(span_of(address), &freezing->addr, err);
	if (status != OK)
		return status;
	str_empty(&freezing->address);
	addr_format(&freezing->addr, &freezing->address);
	delivery->address = freezing->address.ptr;
	delivery->domain = freezing->addr.domain;
	return OK;
}

static enum status show_message(struct freezing *freezing, const struct delivery *delivery, struct err *err)
{
	struct rehearsal *rehearsal = freezing->rehearsal;
	enum status status;

	str_empty(&rehearsal->message);
	status = letterbox_build_from(rehearsal->letterbox, letters_get(freezing->letters, delivery->letter),
		delivery, &rehearsal->message, err);
	if (status == OK)
		status = rehearsal->fn(rehearsal->context, delivery, str_span(&rehearsal->message), err);
	return status;
}

static enum status add_delivery(struct freezing *freezing, struct delivery *delivery, const char *address,
	const struct member *member, const struct medialist *list, struct err *err)
{
	enum status status = set_address(freezing, delivery, address, err);

	str_empty(&freezing->slots);
	if (status == OK)
		status = slots_fill(letters_get(freezing->letters, delivery->letter),
			letters_words(freezing->letters, delivery->letter), member, list, &freezing->slots,
			err);
	delivery->dispatch = freezing->dispatch.id;
	delivery->slots = freezing->slots;
	if (status != OK)
		return status;
	return freezing->rehearsal ? show_message(freezing, delivery, err)
				   : frozen_add(freezing->store, delivery, err);
}

static void add_names(const struct plan *plan, uint64_t lists, struct str *out)
{
	for (size_t i = 0; i < plan->list_count; i++) {
		if (lists >> i & 1) {
			str_add_text(out, out->len ? "," : "");
			str_add_text(out, plan->lists[i].list.name);
		}
	}
}

static enum status add_leftouts(
	struct freezing *freezing, const struct audience_person *person, struct err *err)
{
	enum status status = OK;

	for (size_t i = 0; i < person->left_out_count && status == OK && !freezing->rehearsal; i++) {
		struct leftout leftout = {
			.subscriber_id = person->subscriber_id,
			.list_id = freezing->plan->lists[person->left_out[i].list].list.id,
			.reason = person->left_out[i].reason,
		};

		status = frozen_add_leftout(freezing->store, &leftout, err);
	}
	return status;
}

/* Both come by subscriber id. NULL for whoever wasn't planned, or is reached by another list now. */
static const struct recipient *find_recipient(struct freezing *freezing, const struct audience_person *person)
{
	const struct plan *plan = freezing->plan;
	const struct recipient *recipient;

	while (freezing->next < plan->recipient_count &&
		plan->recipients[freezing->next].subscriber_id < person->subscriber_id)
		freezing->next++;
	recipient = &plan->recipients[freezing->next];
	return freezing->next < plan->recipient_count && recipient->subscriber_id == person->subscriber_id &&
			       recipient->list == person->list
		       ? recipient
		       : NULL;
}

static enum status freeze_person(
	struct freezing *freezing, const struct audience_person *person, struct err *err)
{
	const struct medialist *list = &freezing->plan->lists[person->list].list;
	const struct recipient *recipient = person->member ? find_recipient(freezing, person) : NULL;
	struct delivery delivery = {.subscriber_id = person->subscriber_id, .list_id = list->id};
	enum status status;

	if (person->member && !recipient)
		return OK;
	status = add_leftouts(freezing, person, err);
	if (status != OK || !recipient)
		return status;
	freezing->frozen++;
	delivery.position = recipient->position;
	str_empty(&freezing->also);
	add_names(freezing->plan, person->also, &freezing->also);
	delivery.also = freezing->also.ptr;
	status = letters_find(freezing->letters, recipient->language, list->from, &delivery.letter, err);
	if (status != OK)
		return status;
	return add_delivery(freezing, &delivery, person->member->address, person->member, list, err);
}

/* What was confirmed is what is sent: no fewer, since others got it or left meanwhile. */
static enum status check_nothing_changed(const struct freezing *freezing, struct err *err)
{
	size_t missing = freezing->plan->recipient_count - freezing->frozen;

	if (!missing)
		return OK;
	return err_set(err, E_CONFLICT,
		"the plan isn't true any more: %zu of its %zu recipients got the release or left the list "
		"meanwhile; nothing was sent. Send again to see what is left",
		missing, freezing->plan->recipient_count);
}

static enum status freeze_recipients(struct freezing *freezing, struct err *err)
{
	const struct audience_options options = {0};
	struct audience *audience = NULL;
	struct audience_person person;
	enum status status = audience_begin(freezing->newsroom, freezing->plan, &options, &audience, err);
	enum status ended;

	while (status == OK && audience_next(audience, &person))
		status = freeze_person(freezing, &person, err);
	ended = audience_end(audience, status == OK ? err : NULL);
	freezing->last_position = (int64_t)freezing->plan->recipient_count;
	if (status == OK)
		status = ended;
	return status == OK ? check_nothing_changed(freezing, err) : status;
}

/* A copy or test reads as the office's own: nobody's name, no list. */
static enum status freeze_other(struct freezing *freezing, const char *address, size_t language, bool is_copy,
	const struct member *as, const struct medialist *list, struct err *err)
{
	struct member desk = {0};
	struct delivery delivery = {.position = ++freezing->last_position, .is_copy = is_copy};
	enum status status = letters_find(freezing->letters, language, "", &delivery.letter, err);

	str_empty(&freezing->also);
	delivery.also = freezing->also.ptr;
	desk.address = mem_copy_text(address);
	if (status == OK)
		status = add_delivery(freezing, &delivery, address, as ? as : &desk, list, err);
	member_clear(&desk);
	return status;
}

static bool is_language_used(const struct plan *plan, size_t language)
{
	for (size_t i = 0; i < plan->list_count; i++) {
		if (plan->lists[i].goes_in[language])
			return true;
	}
	return false;
}

static enum status freeze_copies(struct freezing *freezing, struct err *err)
{
	const struct text_list *copies = &newsroom_settings(freezing->newsroom)->sender.copies;
	enum status status = OK;

	for (size_t language = 0; language < freezing->plan->request.set->count; language++) {
		for (size_t i = 0; i < copies->count && status == OK; i++) {
			if (is_language_used(freezing->plan, language))
				status = freeze_other(
					freezing, copies->items[i], language, true, NULL, NULL, err);
		}
	}
	return status;
}

static enum status freeze_sources(struct freezing *freezing, struct err *err)
{
	const struct release_set *set = freezing->plan->request.set;
	enum status status = OK;

	for (size_t i = 0; i < set->count && status == OK; i++)
		status = store_add_source(freezing->store, freezing->dispatch.id,
			file_name(set->items[i]->path), str_span(&set->sources[i]), err);
	return status;
}

static void set_dispatch(struct freezing *freezing, int64_t now_ms, uint64_t seed)
{
	const struct plan_request *request = &freezing->plan->request;
	const struct release *release = request->set->items[0];
	struct str lists;

	str_init(&lists, STR_MAX_SMALL * PLAN_LISTS_MAX);
	add_names(freezing->plan, UINT64_MAX, &lists);
	freezing->dispatch = (struct dispatch){
		.kind = freezing->kind,
		.state = DISPATCH_SENDING,
		.hold_reason = mem_copy_text(""),
		.release = mem_copy_text(request->set->slug),
		.title = mem_copy_text(release->title),
		.lists = str_take(&lists),
		.segment = mem_copy_text(request->segment ? request->segment : ""),
		.language = mem_copy_text(request->language ? request->language : ""),
		.not_before_ms =
			release->has_embargo && freezing->kind != DISPATCH_TEST ? release->embargo_ms : 0,
		.date_ms = now_ms,
		.seed = (int64_t)seed,
		.created_ms = now_ms,
		.actor = mem_copy_text(actor_name()),
	};
	str_clear(&lists);
}

static void clear(struct freezing *freezing)
{
	letters_free(freezing->letters);
	freezing->letters = NULL;
	dispatch_clear(&freezing->dispatch);
	addr_clear(&freezing->addr);
	str_clear(&freezing->address);
	str_clear(&freezing->also);
	str_clear(&freezing->slots);
}

/* Also for another time, when what was prepared is outdated. */
static enum status begin(struct freezing *freezing, struct err *err)
{
	int64_t now_ms = clock_now_ms();
	uint64_t seed = 0;
	enum status status;

	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		seed = (uint64_t)now_ms;
	seed >>= 1; /* it's kept as a signed number */
	plan_shuffle(freezing->plan, seed);
	clear(freezing);
	set_dispatch(freezing, now_ms, seed);
	str_init(&freezing->address, STR_MAX_SMALL);
	str_init(&freezing->also, STR_MAX_SMALL * PLAN_LISTS_MAX);
	str_init(&freezing->slots, STR_MAX_LARGE);
	freezing->next = 0;
	freezing->frozen = 0;
	freezing->last_position = 0;
	status = dispatches_next_number(freezing->store, &freezing->dispatch.id, err);
	if (status == OK)
		freezing->letters = letters_new(freezing->newsroom, freezing->plan->request.set,
			freezing->dispatch.id, now_ms, freezing->kind);
	return status;
}

/* Everybody, and the office's own copies. */
static enum status fill_messages(struct freezing *freezing, struct err *err)
{
	enum status status = freeze_recipients(freezing, err);

	return status == OK ? freeze_copies(freezing, err) : status;
}

/* The first active member of the plan's lists who reads a language, and their list. */
struct example {
	const struct plan_list *list;
	size_t language;
	bool is_found;
	struct member member;
};

static enum status find_example(const struct freezing *freezing, struct example *example, struct err *err)
{
	const struct memberwalk_options options = {0};
	struct memberwalk walk;

	memberwalk_begin(freezing->store, example->list->list.id, &options, &walk);
	while (!example->is_found && memberwalk_next(&walk)) {
		const char *wanted =
			audience_language(&walk.member, &example->list->list, freezing->newsroom);
		size_t language;

		example->is_found = walk.member.state == MEMBER_ACTIVE &&
				    release_set_find(freezing->plan->request.set, wanted, &language) &&
				    language == example->language;
		if (example->is_found)
			member_copy(&example->member, &walk.member);
	}
	return memberwalk_end(&walk, err);
}

static enum status freeze_tests_in(struct freezing *freezing, size_t language, struct err *err)
{
	const struct text_list *testers = &newsroom_settings(freezing->newsroom)->sender.testers;
	const struct plan *plan = freezing->plan;
	struct example example = {.language = language};
	enum status status = OK;

	for (size_t i = 0; i < plan->list_count && status == OK && !example.is_found; i++) {
		example.list = &plan->lists[i];
		status = find_example(freezing, &example, err);
	}
	for (size_t i = 0; i < testers->count && status == OK; i++)
		status = freeze_other(freezing, testers->items[i], language, false,
			example.is_found ? &example.member : NULL,
			example.is_found ? &example.list->list : NULL, err);
	member_clear(&example.member);
	return status;
}

static enum status fill_tests(struct freezing *freezing, struct err *err)
{
	enum status status = OK;

	for (size_t i = 0; i < freezing->plan->request.set->count && status == OK; i++)
		status = freeze_tests_in(freezing, i, err);
	return status;
}

static enum status prepare(struct freezing *freezing, struct err *err)
{
	enum status status = frozen_look(freezing->store, &freezing->basis, err);

	if (status == OK)
		status = begin(freezing, err);
	if (status == OK)
		status = freezing->fill(freezing, err);
	return status == OK ? frozen_end(freezing->store, err) : status;
}

/* In the transaction that shows it to everybody. The number is the one that the letters have. */
static enum status keep(struct freezing *freezing, struct err *err)
{
	enum status status = store_add_dispatch(freezing->store, &freezing->dispatch, err);

	plan_forget_recipients(freezing->plan);
	if (status == OK)
		status = frozen_merge(freezing->store, freezing->dispatch.id, err);
	if (status == OK)
		status = freeze_sources(freezing, err);
	if (status == OK)
		status = letters_save(freezing->letters, freezing->store, err);
	step("freeze.keeping");
	return status;
}

/* An import or another freeze may take longer than a store usually waits. */
static enum status begin_patiently(struct store *store, struct err *err)
{
	enum status status = store_begin(store, err);

	for (int i = 0; i < WAITS && status == E_BUSY; i++) {
		log_warning("%s", err->text);
		status = store_begin(store, err);
	}
	return status;
}

/* Prepare while others write, and look whether that matters; *is_outdated: nothing was kept. */
static enum status freeze_aside(struct freezing *freezing, bool *is_outdated, struct err *err)
{
	enum status status = frozen_begin(freezing->store, err);

	if (status == OK)
		status = store_begin_read(freezing->store, err);
	if (status == OK)
		status = store_end(freezing->store, prepare(freezing, err), err);
	step("freeze.prepared");
	if (status == OK)
		status = begin_patiently(freezing->store, err);
	if (status != OK)
		return status;
	status = frozen_is_outdated(freezing->store, &freezing->basis, is_outdated, err);
	if (status == OK && *is_outdated) {
		store_rollback(freezing->store);
		return OK;
	}
	return store_end(freezing->store, status == OK ? keep(freezing, err) : status, err);
}

static enum status freeze_at_once(struct freezing *freezing, struct err *err)
{
	enum status status = frozen_begin(freezing->store, err);

	if (status == OK)
		status = begin_patiently(freezing->store, err);
	if (status != OK)
		return status;
	status = prepare(freezing, err);
	return store_end(freezing->store, status == OK ? keep(freezing, err) : status, err);
}

static enum status freeze(struct freezing *freezing, int64_t *dispatch, struct err *err)
{
	bool is_outdated = true;
	enum status status = newsroom_store(freezing->newsroom, &freezing->store, err);

	if (status != OK)
		return status;
	for (int i = 0; i < TRIES && status == OK && is_outdated; i++)
		status = freeze_aside(freezing, &is_outdated, err);
	if (status == OK && is_outdated)
		status = freeze_at_once(freezing, err);
	step("freeze.kept");
	if (status == OK)
		*dispatch = freezing->dispatch.id;
	frozen_clear(freezing->store);
	clear(freezing);
	return status;
}

enum status freeze_rehearse(
	struct newsroom *newsroom, struct plan *plan, freeze_message_fn *fn, void *context, struct err *err)
{
	struct rehearsal rehearsal = {.fn = fn, .context = context};
	struct freezing freezing = {
		.newsroom = newsroom, .plan = plan, .kind = DISPATCH_PUBLIC, .rehearsal = &rehearsal};
	enum status status = newsroom_store(newsroom, &freezing.store, err);

	str_init(&rehearsal.message, STR_MAX_LARGE);
	if (status == OK)
		status = letterbox_new(newsroom, &rehearsal.letterbox, err);
	if (status == OK)
		status = store_begin_read(freezing.store, err);
	if (status == OK) {
		status = begin(&freezing, err);
		if (status == OK)
			status = fill_messages(&freezing, err);
		store_rollback(freezing.store);
	}
	letterbox_free(rehearsal.letterbox);
	str_clear(&rehearsal.message);
	clear(&freezing);
	return status;
}

enum status freeze_plan(struct newsroom *newsroom, struct plan *plan, int64_t *dispatch, struct err *err)
{
	struct freezing freezing = {
		.newsroom = newsroom, .plan = plan, .kind = DISPATCH_PUBLIC, .fill = fill_messages};
	enum status status = freeze_check_embargo(newsroom, plan->request.set, err);

	return status == OK ? freeze(&freezing, dispatch, err) : status;
}

enum status freeze_test(struct newsroom *newsroom, struct plan *plan, int64_t *dispatch, struct err *err)
{
	const struct settings *settings = newsroom_settings(newsroom);
	struct freezing freezing = {
		.newsroom = newsroom, .plan = plan, .kind = DISPATCH_TEST, .fill = fill_tests};

	if (!settings->sender.testers.count)
		return err_set(err, E_NOTFOUND, "there are no testers; name some in \"testers\" in %s",
			settings->path);
	return freeze(&freezing, dispatch, err);
}
