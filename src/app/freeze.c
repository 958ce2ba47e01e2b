/*
 * Freezing: what was planned becomes what will be sent, whatever is edited later.
 */
#include "app/freeze.h"

#include "app/actor.h"
#include "app/dispatches.h"
#include "app/letterbox.h"
#include "app/letters.h"
#include "app/slots.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/idmap.h"
#include "base/mem.h"
#include "mail/addr.h"
#include "store/deliveries.h"
#include "store/dispatches.h"
#include "store/lists.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/random.h>

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
	struct dispatch dispatch;
	struct letters *letters;
	struct idmap recipients; /* subscriber id → index in plan->recipients */
	size_t list;             /* the one being walked */
	int64_t last_position;
	bool was_sent;               /* there is a public dispatch of the release */
	size_t frozen;               /* recipients so far */
	struct rehearsal *rehearsal; /* NULL when it's for real */
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
static enum status set_address(struct delivery *delivery, const char *address, struct err *err)
{
	struct addr addr;
	struct str wire;
	enum status status = addr_parse(span_of(address), &addr, err);

	if (status != OK)
		return status;
	str_init(&wire, STR_MAX_SMALL);
	addr_format(&addr, &wire);
	delivery->address = str_take(&wire);
	delivery->domain = mem_copy_text(addr.domain);
	str_clear(&wire);
	addr_clear(&addr);
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
	enum status status = set_address(delivery, address, err);

	delivery->dispatch = freezing->dispatch.id;
	delivery->state = DELIVERY_QUEUED;
	str_init(&delivery->slots, STR_MAX_LARGE);
	if (status == OK)
		status = slots_fill(letters_get(freezing->letters, delivery->letter),
			letters_words(freezing->letters, delivery->letter), member, list, &delivery->slots,
			err);
	if (status == OK)
		status = freezing->rehearsal ? show_message(freezing, delivery, err)
					     : store_add_delivery(freezing->store, delivery, err);
	delivery_clear(delivery);
	return status;
}

static char *names_of(const struct plan *plan, uint64_t lists)
{
	struct str names;

	str_init(&names, STR_MAX_SMALL * PLAN_LISTS_MAX);
	for (size_t i = 0; i < plan->list_count; i++) {
		if (lists >> i & 1)
			str_addf(&names, "%s%s", names.len ? "," : "", plan->lists[i].list.name);
	}
	return names.ptr;
}

static enum status freeze_member(void *context, const struct member *member, struct err *err)
{
	struct freezing *freezing = context;
	const struct plan *plan = freezing->plan;
	const struct recipient *recipient;
	const struct medialist *list = &plan->lists[freezing->list].list;
	struct delivery delivery = {0};
	bool has_it = false;
	enum status status = OK;
	size_t index;

	if (!idmap_find(&freezing->recipients, (uint64_t)member->subscriber_id, &index) ||
		plan->recipients[index].list != freezing->list)
		return OK;
	/* Somebody else may have sent it while the plan was looked at. */
	if (freezing->was_sent && !plan->request.again)
		status = store_has_release(
			freezing->store, plan->request.set->slug, member->subscriber_id, &has_it, err);
	if (status != OK || has_it)
		return status;
	freezing->frozen++;
	recipient = &plan->recipients[index];
	delivery.position = recipient->position;
	delivery.subscriber_id = member->subscriber_id;
	delivery.list_id = list->id;
	delivery.also = names_of(plan, recipient->also);
	status = letters_find(freezing->letters, recipient->language, list->from, &delivery.letter, err);
	if (status != OK) {
		delivery_clear(&delivery);
		return status;
	}
	return add_delivery(freezing, &delivery, member->address, member, list, err);
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
	struct plan *plan = freezing->plan;
	enum status status =
		store_was_sent(freezing->store, plan->request.set->slug, &freezing->was_sent, err);
	size_t index;

	for (size_t i = 0; i < plan->recipient_count; i++)
		idmap_find_or_add(
			&freezing->recipients, (uint64_t)plan->recipients[i].subscriber_id, i, &index);
	for (size_t i = 0; i < plan->list_count && status == OK; i++) {
		freezing->list = i;
		status = store_each_member(
			freezing->store, plan->lists[i].list.id, MEMBER_ACTIVE, freeze_member, freezing, err);
	}
	freezing->last_position = (int64_t)plan->recipient_count;
	return status == OK ? check_nothing_changed(freezing, err) : status;
}

/* A copy or test reads as the office's own: nobody's name, no list. */
static enum status freeze_other(struct freezing *freezing, const char *address, size_t language, bool is_copy,
	const struct member *as, const struct medialist *list, struct err *err)
{
	struct member desk = {0};
	struct delivery delivery = {.position = ++freezing->last_position, .is_copy = is_copy};
	enum status status = letters_find(freezing->letters, language, "", &delivery.letter, err);

	delivery.also = mem_copy_text("");
	desk.address = mem_copy_text(address);
	if (status == OK)
		status = add_delivery(freezing, &delivery, address, as ? as : &desk, list, err);
	else
		delivery_clear(&delivery);
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

static enum status freeze_leftouts(struct freezing *freezing, struct err *err)
{
	enum status status = OK;

	for (size_t i = 0; i < freezing->plan->leftout_count && status == OK; i++)
		status = store_add_leftout(
			freezing->store, freezing->dispatch.id, &freezing->plan->leftouts[i], err);
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

static enum status begin(struct freezing *freezing, enum dispatch_kind kind, struct err *err)
{
	const struct plan_request *request = &freezing->plan->request;
	const struct release *release = request->set->items[0];
	int64_t now_ms = clock_now_ms();
	uint64_t seed = 0;
	enum status status;

	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		seed = (uint64_t)now_ms;
	seed >>= 1; /* it's kept as a signed number */
	plan_shuffle(freezing->plan, seed);
	freezing->dispatch = (struct dispatch){
		.kind = kind,
		.state = DISPATCH_SENDING,
		.hold_reason = mem_copy_text(""),
		.release = mem_copy_text(request->set->slug),
		.title = mem_copy_text(release->title),
		.lists = names_of(freezing->plan, UINT64_MAX),
		.segment = mem_copy_text(request->segment ? request->segment : ""),
		.language = mem_copy_text(request->language ? request->language : ""),
		.not_before_ms = release->has_embargo && kind != DISPATCH_TEST ? release->embargo_ms : 0,
		.date_ms = now_ms,
		.seed = (int64_t)seed,
		.created_ms = now_ms,
		.actor = mem_copy_text(actor_name()),
	};
	status = freezing->rehearsal ? dispatches_next_number(freezing->store, &freezing->dispatch.id, err)
				     : store_add_dispatch(freezing->store, &freezing->dispatch, err);
	if (status == OK)
		freezing->letters =
			letters_new(freezing->newsroom, request->set, freezing->dispatch.id, now_ms, kind);
	return status;
}

/* Everybody, and the office's own copies. */
static enum status freeze_messages(struct freezing *freezing, struct err *err)
{
	enum status status = begin(freezing, DISPATCH_PUBLIC, err);

	if (status == OK)
		status = freeze_recipients(freezing, err);
	if (status == OK)
		status = freeze_copies(freezing, err);
	return status;
}

static enum status work_plan(void *context, struct err *err)
{
	struct freezing *freezing = context;
	enum status status = freeze_messages(freezing, err);

	if (status == OK)
		status = freeze_leftouts(freezing, err);
	if (status == OK)
		status = freeze_sources(freezing, err);
	if (status == OK)
		status = letters_save(freezing->letters, freezing->store, err);
	return status;
}

/* The first active member of the plan's lists who reads a language, and their list. */
struct example {
	const struct freezing *freezing;
	const struct plan_list *list;
	size_t language;
	bool is_found;
	struct member member;
};

static enum status look_for_example(void *context, const struct member *member, struct err *err)
{
	struct example *example = context;
	const char *wanted = plan_reader_language(member, &example->list->list, example->freezing->newsroom);
	size_t language;

	(void)err;
	if (example->is_found || !release_set_find(example->freezing->plan->request.set, wanted, &language) ||
		language != example->language)
		return OK;
	member_copy(&example->member, member);
	example->is_found = true;
	return OK;
}

static enum status freeze_tests_in(struct freezing *freezing, size_t language, struct err *err)
{
	const struct text_list *testers = &newsroom_settings(freezing->newsroom)->sender.testers;
	const struct plan *plan = freezing->plan;
	struct example example = {.freezing = freezing, .language = language};
	enum status status = OK;

	for (size_t i = 0; i < plan->list_count && status == OK && !example.is_found; i++) {
		example.list = &plan->lists[i];
		status = store_each_member(freezing->store, plan->lists[i].list.id, MEMBER_ACTIVE,
			look_for_example, &example, err);
	}
	for (size_t i = 0; i < testers->count && status == OK; i++)
		status = freeze_other(freezing, testers->items[i], language, false,
			example.is_found ? &example.member : NULL,
			example.is_found ? &example.list->list : NULL, err);
	member_clear(&example.member);
	return status;
}

static enum status work_test(void *context, struct err *err)
{
	struct freezing *freezing = context;
	enum status status = begin(freezing, DISPATCH_TEST, err);

	for (size_t i = 0; i < freezing->plan->request.set->count && status == OK; i++)
		status = freeze_tests_in(freezing, i, err);
	if (status == OK)
		status = freeze_sources(freezing, err);
	if (status == OK)
		status = letters_save(freezing->letters, freezing->store, err);
	return status;
}

static void clear(struct freezing *freezing)
{
	letters_free(freezing->letters);
	idmap_clear(&freezing->recipients);
	dispatch_clear(&freezing->dispatch);
}

static enum status freeze(
	struct newsroom *newsroom, struct plan *plan, store_work_fn *work, int64_t *dispatch, struct err *err)
{
	struct freezing freezing = {.newsroom = newsroom, .plan = plan};
	enum status status = newsroom_store(newsroom, &freezing.store, err);

	if (status == OK)
		status = store_transaction(freezing.store, work, &freezing, err);
	if (status == OK)
		*dispatch = freezing.dispatch.id;
	clear(&freezing);
	return status;
}

enum status freeze_rehearse(
	struct newsroom *newsroom, struct plan *plan, freeze_message_fn *fn, void *context, struct err *err)
{
	struct rehearsal rehearsal = {.fn = fn, .context = context};
	struct freezing freezing = {.newsroom = newsroom, .plan = plan, .rehearsal = &rehearsal};
	enum status status = newsroom_store(newsroom, &freezing.store, err);

	str_init(&rehearsal.message, STR_MAX_LARGE);
	if (status == OK)
		status = letterbox_new(newsroom, &rehearsal.letterbox, err);
	if (status == OK)
		status = store_begin_read(freezing.store, err);
	if (status == OK) {
		status = freeze_messages(&freezing, err);
		store_rollback(freezing.store);
	}
	letterbox_free(rehearsal.letterbox);
	str_clear(&rehearsal.message);
	clear(&freezing);
	return status;
}

enum status freeze_plan(struct newsroom *newsroom, struct plan *plan, int64_t *dispatch, struct err *err)
{
	enum status status = freeze_check_embargo(newsroom, plan->request.set, err);

	return status == OK ? freeze(newsroom, plan, work_plan, dispatch, err) : status;
}

enum status freeze_test(struct newsroom *newsroom, struct plan *plan, int64_t *dispatch, struct err *err)
{
	const struct settings *settings = newsroom_settings(newsroom);

	if (!settings->sender.testers.count)
		return err_set(err, E_NOTFOUND, "there are no testers; name some in \"testers\" in %s",
			settings->path);
	return freeze(newsroom, plan, work_test, dispatch, err);
}
