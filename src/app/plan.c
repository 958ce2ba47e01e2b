/*
 * Who gets a release: lists walked in the order they were named, each person once.
 */
#include "app/plan.h"

#include "app/audience.h"
#include "app/lists.h"
#include "base/idmap.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "store/lists.h"

#include <stdlib.h>

#define EQUAL_NAMES_SHOWN 5u

_Static_assert(PLAN_LISTS_MAX <= UINT8_MAX && RELEASES_LANGUAGES_MAX <= UINT8_MAX, "a recipient keeps both");

/* A plan while it's being made. */
struct planning {
	struct newsroom *newsroom;
	struct store *store;
	struct plan *plan;
	struct idmap names; /* hash of a folded name → nothing */
	size_t recipient_capacity;
	size_t fallback_capacity;
	size_t name_capacity;
};

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

	if (!*member->name || planning->names.count == PLAN_NAMES_MAX)
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

static enum status add_recipient(
	struct planning *planning, const struct audience_person *person, struct err *err)
{
	struct plan *plan = planning->plan;
	struct plan_list *list = &plan->lists[person->list];
	const struct member *member = person->member;
	const char *wanted = audience_language(member, &list->list, planning->newsroom);
	const char *at = strrchr(member->address_key, '@');
	size_t language;
	bool is_fallback = !release_set_find(plan->request.set, wanted, &language);

	if (person->subscriber_id > UINT32_MAX || plan->recipient_count == UINT32_MAX)
		return err_set(err, E_RANGE, "there are more people than one newsroom can have: 4 billion");
	plan->recipients = mem_grow(plan->recipients, plan->recipient_count, &planning->recipient_capacity,
		sizeof(*plan->recipients));
	plan->recipients[plan->recipient_count++] = (struct recipient){
		.subscriber_id = (uint32_t)person->subscriber_id,
		.domain_hash = at ? (uint32_t)(idmap_hash(at, strlen(at)) >> 32) : 0,
		.list = (uint8_t)person->list,
		.language = (uint8_t)language,
	};
	if (is_fallback)
		count_fallback(planning, wanted, (uint32_t)language);
	note_name(planning, member);
	list->members++;
	list->goes++;
	list->goes_in[language]++;
	return OK;
}

static enum status add_person(
	struct planning *planning, const struct audience_person *person, struct err *err)
{
	struct plan *plan = planning->plan;

	for (size_t i = 0; i < person->left_out_count; i++) {
		plan->lists[person->left_out[i].list].members++;
		plan->lists[person->left_out[i].list].left_out++;
		plan->leftouts_by_reason[person->left_out[i].reason]++;
	}
	return person->member ? add_recipient(planning, person, err) : OK;
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

static enum status add_everybody(struct planning *planning, struct audience *audience, struct err *err)
{
	struct audience_person person;
	enum status status = OK;

	while (status == OK && audience_next(audience, &person))
		status = add_person(planning, &person, err);
	return status;
}

static enum status walk_lists(struct planning *planning, struct err *err)
{
	const struct audience_options options = {.no_attributes = true};
	struct audience *audience = NULL;
	enum status status = store_begin_read(planning->store, err);
	enum status ended;

	if (status != OK)
		return status;
	status = audience_begin(planning->newsroom, planning->plan, &options, &audience, err);
	if (status == OK)
		status = add_everybody(planning, audience, err);
	if (status == OK && planning->plan->request.again)
		status = audience_check_again(audience, err);
	ended = audience_end(audience, status == OK ? err : NULL);
	store_rollback(planning->store);
	return status == OK ? ended : status;
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
	if (status == OK)
		status = walk_lists(&planning, err);
	if (plan->fallback_count)
		qsort(plan->fallbacks, plan->fallback_count, sizeof(*plan->fallbacks), by_count);
	idmap_clear(&planning.names);
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
	free(plan->fallbacks);
	free(plan);
}

void plan_forget_recipients(struct plan *plan)
{
	free(plan->recipients);
	plan->recipients = NULL;
}

/* splitmix64: small, good, and the same everywhere, so that a seed can be told again. */
static uint64_t random_of(uint64_t seed, uint64_t index)
{
	uint64_t z = seed + (index + 1) * UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

struct shuffling {
	struct recipient *recipients;
	uint64_t seed;
};

/* By a number, and at random among those of the same. */
static int by_number(
	const struct shuffling *shuffling, uint32_t x, uint32_t y, uint32_t index_x, uint32_t index_y)
{
	uint64_t random_x, random_y;

	if (x != y)
		return x < y ? -1 : 1;
	random_x = random_of(shuffling->seed, index_x);
	random_y = random_of(shuffling->seed, index_y);
	return random_x < random_y ? -1 : random_x > random_y;
}

static int by_domain(const void *a, const void *b, void *context)
{
	const struct shuffling *shuffling = context;
	uint32_t i = *(const uint32_t *)a;
	uint32_t k = *(const uint32_t *)b;

	return by_number(
		shuffling, shuffling->recipients[i].domain_hash, shuffling->recipients[k].domain_hash, i, k);
}

/* `position` is a place yet: see spread_domain. */
static int by_place(const void *a, const void *b, void *context)
{
	const struct shuffling *shuffling = context;
	uint32_t i = *(const uint32_t *)a;
	uint32_t k = *(const uint32_t *)b;

	return by_number(
		shuffling, shuffling->recipients[i].position, shuffling->recipients[k].position, i, k);
}

/*
 * The n people of a domain are spread evenly over the whole dispatch, each at random within
 * their n-th of it. Places are in 1/2^32 of the dispatch.
 */
static void spread_domain(const struct shuffling *shuffling, const uint32_t *order, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t within = random_of(~shuffling->seed, order[i]) >> 32;

		shuffling->recipients[order[i]].position = (uint32_t)(((uint64_t)i << 32 | within) / count);
	}
}

void plan_shuffle(struct plan *plan, uint64_t seed)
{
	size_t count = plan->recipient_count;
	struct shuffling shuffling = {plan->recipients, seed};
	uint32_t *order = mem_alloc((count + 1) * sizeof(*order));

	for (size_t i = 0; i < count; i++)
		order[i] = (uint32_t)i;
	qsort_r(order, count, sizeof(*order), by_domain, &shuffling);
	for (size_t start = 0, end; start < count; start = end) {
		uint32_t domain = plan->recipients[order[start]].domain_hash;

		for (end = start; end < count && plan->recipients[order[end]].domain_hash == domain;)
			end++;
		spread_domain(&shuffling, &order[start], end - start);
	}
	qsort_r(order, count, sizeof(*order), by_place, &shuffling);
	for (size_t i = 0; i < count; i++)
		plan->recipients[order[i]].position = (uint32_t)(i + 1);
	free(order);
}
