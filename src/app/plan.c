/*
 * Who gets a release: lists walked in the order they were named, each person once.
 */
#include "app/plan.h"

#include "app/lists.h"
#include "base/idmap.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "mail/addr.h"
#include "store/deliveries.h"
#include "store/lists.h"
#include "store/suppressions.h"

#include <stdlib.h>

#define EQUAL_NAMES_SHOWN 5u

/* A plan while it's being made. */
struct planning {
	struct newsroom *newsroom;
	struct store *store;
	struct plan *plan;
	size_t list;              /* the one being walked */
	struct idmap subscribers; /* id → index in plan->recipients */
	struct idmap names;       /* hash of a folded name → index of whoever had it first */
	bool was_sent;            /* a public dispatch of the release exists */
	struct idmap again;       /* hash of an address key → its index in `again_found` */
	bool *again_found;
	size_t *again_index; /* of each address as typed: in again_found */
	size_t recipient_capacity;
	size_t leftout_capacity;
	size_t fallback_capacity;
	size_t name_capacity;
};

static void leave_out(struct planning *planning, const struct member *member, enum leftout_reason reason)
{
	struct plan *plan = planning->plan;

	plan->leftouts = mem_grow(
		plan->leftouts, plan->leftout_count, &planning->leftout_capacity, sizeof(*plan->leftouts));
	plan->leftouts[plan->leftout_count++] =
		(struct leftout){member->subscriber_id, member->list_id, reason};
	plan->leftouts_by_reason[reason]++;
	plan->lists[planning->list].left_out++;
}

const char *plan_reader_language(
	const struct member *member, const struct medialist *list, const struct newsroom *newsroom)
{
	if (*member->language)
		return member->language;
	if (list && *list->language)
		return list->language;
	return newsroom_settings(newsroom)->newsroom.language;
}

static void count_fallback(struct planning *planning, const char *wanted, uint32_t language)
{
	struct plan *plan = planning->plan;
	struct plan_fallback *fallback = plan->fallbacks;
	struct plan_fallback *end = plan->fallbacks + plan->fallback_count;

	while (fallback != end && strncmp(fallback->wanted, wanted, sizeof(fallback->wanted) - 1) != 0)
		fallback++;
	if (fallback == end) {
		plan->fallbacks = mem_grow(plan->fallbacks, plan->fallback_count,
			&planning->fallback_capacity, sizeof(*plan->fallbacks));
		fallback = &plan->fallbacks[plan->fallback_count++];
		*fallback = (struct plan_fallback){.language = language};
		memcpy(fallback->wanted, wanted, strnlen(wanted, sizeof(fallback->wanted) - 1));
	}
	fallback->count++;
}

/* Two addresses stay two people, but somebody should have a look. */
static void note_name(struct planning *planning, const struct member *member)
{
	struct plan *plan = planning->plan;
	struct str folded;
	size_t first;

	if (!*member->name)
		return;
	str_init(&folded, STR_MAX_SMALL);
	if (utf8_fold(span_of(member->name), &folded, NULL) == OK &&
		idmap_find_or_add(&planning->names, idmap_hash(folded.ptr, folded.len), 0, &first)) {
		plan->equal_names_total++;
		if (plan->equal_name_count < EQUAL_NAMES_SHOWN) {
			plan->equal_names = mem_grow(plan->equal_names, plan->equal_name_count,
				&planning->name_capacity, sizeof(*plan->equal_names));
			plan->equal_names[plan->equal_name_count++] = mem_copy_text(member->name);
		}
	}
	str_clear(&folded);
}

static void add_recipient(struct planning *planning, const struct member *member)
{
	struct plan *plan = planning->plan;
	struct plan_list *list = &plan->lists[planning->list];
	const char *wanted = plan_reader_language(member, &list->list, planning->newsroom);
	const char *at = strrchr(member->address_key, '@');
	size_t language;
	bool is_fallback = !release_set_find(plan->request.set, wanted, &language);
	struct recipient *recipient;

	plan->recipients = mem_grow(plan->recipients, plan->recipient_count, &planning->recipient_capacity,
		sizeof(*plan->recipients));
	recipient = &plan->recipients[plan->recipient_count++];
	*recipient = (struct recipient){
		.subscriber_id = member->subscriber_id,
		.domain_hash = at ? idmap_hash(at, strlen(at)) : 0,
		.list = (uint32_t)planning->list,
		.language = (uint32_t)language,
	};
	if (is_fallback)
		count_fallback(planning, wanted, (uint32_t)language);
	note_name(planning, member);
	list->goes++;
	list->goes_in[language]++;
}

/* "fr" is wanted by readers of "fr-CH", and the other way round. */
static bool same_language(const char *a, const char *b)
{
	size_t length = strcspn(a, "-");

	return strcspn(b, "-") == length && span_equals_nocase(span_bytes(a, length), span_bytes(b, length));
}

static enum status is_suppressed(
	struct store *store, const struct member *member, bool *is_true, struct err *err)
{
	struct suppression suppression;
	enum status status = store_find_suppression(store, member->address_key, &suppression, err);

	*is_true = status == OK;
	if (status == OK)
		suppression_clear(&suppression);
	return status == E_NOTFOUND ? OK : status;
}

/* Why a member who isn't on an earlier list of the dispatch gets nothing, if so. */
static enum status find_reason(
	struct planning *planning, const struct member *member, bool is_again, int *reason, struct err *err)
{
	const struct plan *plan = planning->plan;
	const struct medialist *list = &plan->lists[planning->list].list;
	bool is_true = false;
	enum status status;

	*reason = -1;
	if (member->state == MEMBER_UNSUBSCRIBED)
		*reason = LEFTOUT_UNSUBSCRIBED;
	else if (!segment_matches(plan->segment, member))
		*reason = LEFTOUT_SEGMENT;
	else if (plan->request.language && !same_language(plan->request.language,
						   plan_reader_language(member, list, planning->newsroom)))
		*reason = LEFTOUT_LANGUAGE;
	if (*reason >= 0)
		return OK;
	status = is_suppressed(planning->store, member, &is_true, err);
	if (status == OK && is_true)
		*reason = LEFTOUT_SUPPRESSED;
	if (status != OK || is_true || is_again || !planning->was_sent)
		return status;
	status = store_has_release(
		planning->store, plan->request.set->slug, member->subscriber_id, &is_true, err);
	if (status == OK && is_true)
		*reason = LEFTOUT_HAVE_IT;
	return status;
}

/* With --again only the named ones are looked at. */
static bool is_asked_for(struct planning *planning, const struct member *member)
{
	size_t index;

	if (!planning->plan->request.again)
		return true;
	if (!idmap_find(
		    &planning->again, idmap_hash(member->address_key, strlen(member->address_key)), &index))
		return false;
	planning->again_found[index] = true;
	return true;
}

static enum status consider(void *context, const struct member *member, struct err *err)
{
	struct planning *planning = context;
	struct plan *plan = planning->plan;
	enum status status;
	size_t index;
	int reason;

	if (member->state == MEMBER_REMOVED || !is_asked_for(planning, member))
		return OK;
	plan->lists[planning->list].members++;
	if (idmap_find(&planning->subscribers, (uint64_t)member->subscriber_id, &index)) {
		plan->recipients[index].also |= UINT64_C(1) << planning->list;
		leave_out(planning, member, LEFTOUT_TWICE);
		return OK;
	}
	status = find_reason(planning, member, plan->request.again != NULL, &reason, err);
	if (status != OK)
		return status;
	if (reason >= 0) {
		leave_out(planning, member, (enum leftout_reason)reason);
		return OK;
	}
	idmap_find_or_add(
		&planning->subscribers, (uint64_t)member->subscriber_id, plan->recipient_count, &index);
	add_recipient(planning, member);
	return OK;
}

static enum status add_list(struct planning *planning, struct span name, struct err *err)
{
	struct plan *plan = planning->plan;
	char *typed = span_copy(span_trim(name));
	struct plan_list *list = &plan->lists[plan->list_count];
	enum status status;

	if (plan->list_count == PLAN_LISTS_MAX) {
		status = err_set(
			err, E_RANGE, "there are more than %u lists; send in several goes", PLAN_LISTS_MAX);
	} else {
		status = lists_find(planning->store, typed, &list->list, err);
	}
	if (status == OK) {
		list->goes_in = mem_alloc(plan->request.set->count * sizeof(*list->goes_in));
		plan->list_count++;
	}
	free(typed);
	return status;
}

static bool is_named_already(const struct plan *plan, struct span name)
{
	for (size_t i = 0; i < plan->list_count; i++) {
		if (span_equals(span_of(plan->lists[i].list.name), span_trim(name)))
			return true;
	}
	return false;
}

static enum status add_every_list(void *context, const struct medialist *list, struct err *err)
{
	return add_list(context, span_of(list->name), err);
}

static enum status find_lists(struct planning *planning, struct err *err)
{
	struct span rest = span_of(planning->plan->request.lists);
	struct span name;
	enum status status = OK;

	if (!rest.ptr)
		return store_each_list(planning->store, add_every_list, planning, err);
	while (status == OK && span_split(&rest, ',', &name)) {
		if (!is_named_already(planning->plan, name))
			status = add_list(planning, name, err);
	}
	return status;
}

static enum status read_again(struct planning *planning, struct err *err)
{
	struct span rest = span_of(planning->plan->request.again);
	struct span part;
	enum status status = OK;
	size_t count = 0;
	size_t index;

	while (status == OK && rest.len && span_split(&rest, ',', &part)) {
		struct addr addr;
		struct str key;

		status = addr_parse(span_trim(part), &addr, err);
		if (status != OK)
			break;
		str_init(&key, STR_MAX_SMALL);
		addr_key(&addr, &key);
		if (!idmap_find_or_add(&planning->again, idmap_hash(key.ptr, key.len), count, &index))
			index = count;
		planning->again_index =
			mem_resize(planning->again_index, (count + 1) * sizeof(*planning->again_index));
		planning->again_index[count++] = index;
		str_clear(&key);
		addr_clear(&addr);
	}
	planning->again_found = mem_alloc(count + 1);
	return status;
}

static enum status check_again(const struct planning *planning, struct err *err)
{
	struct span rest = span_of(planning->plan->request.again);
	struct span part;

	for (size_t i = 0; rest.len && span_split(&rest, ',', &part); i++) {
		if (!planning->again_found[planning->again_index[i]])
			return err_set(err, E_NOTFOUND,
				"\"%.*s\" is on none of the lists \"%s\"; name a list with --to that has "
				"them, or add them",
				SPAN_ARG(span_trim(part)), planning->plan->request.lists);
	}
	return OK;
}

static enum status walk_lists(struct planning *planning, struct err *err)
{
	enum status status = store_begin_read(planning->store, err);

	if (status != OK)
		return status;
	status = store_was_sent(planning->store, planning->plan->request.set->slug, &planning->was_sent, err);
	for (size_t i = 0; status == OK && i < planning->plan->list_count; i++) {
		planning->list = i;
		status = store_each_member(planning->store, planning->plan->lists[i].list.id, STORE_ANY_STATE,
			consider, planning, err);
	}
	store_rollback(planning->store);
	return status;
}

static int by_count(const void *a, const void *b)
{
	const struct plan_fallback *x = a;
	const struct plan_fallback *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return strcmp(x->wanted, y->wanted);
}

enum status plan_make(
	struct newsroom *newsroom, const struct plan_request *request, struct plan **out, struct err *err)
{
	struct planning planning = {.newsroom = newsroom, .plan = mem_alloc(sizeof(*planning.plan))};
	struct plan *plan = planning.plan;
	enum status status = newsroom_store(newsroom, &planning.store, err);

	plan->request = *request;
	if (status == OK && request->segment)
		status = segment_parse(span_of(request->segment), &plan->segment, err);
	if (status == OK)
		status = find_lists(&planning, err);
	if (status == OK && request->again)
		status = read_again(&planning, err);
	if (status == OK)
		status = walk_lists(&planning, err);
	if (status == OK && request->again)
		status = check_again(&planning, err);
	if (plan->fallback_count)
		qsort(plan->fallbacks, plan->fallback_count, sizeof(*plan->fallbacks), by_count);
	idmap_clear(&planning.subscribers);
	idmap_clear(&planning.names);
	idmap_clear(&planning.again);
	free(planning.again_found);
	free(planning.again_index);
	if (status == OK)
		*out = plan;
	else
		plan_free(plan);
	return status;
}

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	for (size_t i = 0; i < plan->list_count; i++) {
		medialist_clear(&plan->lists[i].list);
		free(plan->lists[i].goes_in);
	}
	for (size_t i = 0; i < plan->equal_name_count; i++)
		free(plan->equal_names[i]);
	segment_free(plan->segment);
	free(plan->equal_names);
	free(plan->recipients);
	free(plan->leftouts);
	free(plan->fallbacks);
	free(plan);
}

/* splitmix64: small, good, and the same everywhere, so that a seed can be told again. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

struct place {
	uint64_t domain;
	uint64_t random;
	double at; /* in [0, 1): where in the dispatch */
	struct recipient *recipient;
};

static int by_domain(const void *a, const void *b)
{
	const struct place *x = a;
	const struct place *y = b;

	if (x->domain != y->domain)
		return x->domain < y->domain ? -1 : 1;
	return x->random < y->random ? -1 : x->random > y->random;
}

static int by_place(const void *a, const void *b)
{
	const struct place *x = a;
	const struct place *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->random < y->random ? -1 : x->random > y->random;
}

/* The n people of a domain are spread evenly over the whole dispatch, each at random within their n-th of it.
 */
static void spread_domain(struct place *places, size_t count, uint64_t *state)
{
	for (size_t i = 0; i < count; i++) {
		double within = (double)(next_random(state) >> 11) / 9007199254740992.0;

		places[i].at = ((double)i + within) / (double)count;
	}
}

void plan_shuffle(struct plan *plan, uint64_t seed)
{
	size_t count = plan->recipient_count;
	struct place *places = mem_alloc((count + 1) * sizeof(*places));
	uint64_t state = seed;

	for (size_t i = 0; i < count; i++)
		places[i] = (struct place){
			plan->recipients[i].domain_hash, next_random(&state), 0, &plan->recipients[i]};
	qsort(places, count, sizeof(*places), by_domain);
	for (size_t start = 0, end; start < count; start = end) {
		for (end = start; end < count && places[end].domain == places[start].domain;)
			end++;
		spread_domain(&places[start], end - start, &state);
	}
	qsort(places, count, sizeof(*places), by_place);
	for (size_t i = 0; i < count; i++)
		places[i].recipient->position = (uint32_t)(i + 1);
	free(places);
}
