/*
 * Whom lists reach: walked side by side in the order of subscriber ids, so that
 * all that the lists know of somebody comes together, and nobody is remembered.
 */
#include "app/audience.h"

#include "base/idmap.h"
#include "base/mem.h"
#include "mail/addr.h"
#include "store/deliveries.h"
#include "store/memberwalk.h"

#include <stdlib.h>
#include <string.h>

/* One list's place in its walk. */
struct line {
	struct memberwalk walk;
	bool is_there; /* walk.member is somebody */
};

/* The addresses of `again`: equal ones, however they're typed, share an index. */
struct again {
	struct idmap keys; /* hash of an address key → its index in `found` */
	bool *found;
	size_t *index; /* of each address as typed: in `found` */
};

struct audience {
	struct newsroom *newsroom;
	const struct plan *plan;
	struct again again;
	struct line *lines; /* beside the plan's lists */
	int64_t last_id;
};

const char *audience_language(
	const struct member *member, const struct medialist *list, const struct newsroom *newsroom)
{
	if (*member->language)
		return member->language;
	if (list && *list->language)
		return list->language;
	return newsroom_settings(newsroom)->newsroom.language;
}

static enum status read_again(struct again *again, const char *typed, struct err *err)
{
	struct span rest = span_of(typed);
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
		if (!idmap_find_or_add(&again->keys, idmap_hash(key.ptr, key.len), count, &index))
			index = count;
		again->index = mem_resize(again->index, (count + 1) * sizeof(*again->index));
		again->index[count++] = index;
		str_clear(&key);
		addr_clear(&addr);
	}
	again->found = mem_alloc(count + 1);
	return status;
}

enum status audience_check_again(const struct audience *audience, struct err *err)
{
	const struct plan_request *request = &audience->plan->request;
	struct span rest = span_of(request->again);
	struct span part;

	for (size_t i = 0; rest.len && span_split(&rest, ',', &part); i++) {
		if (!audience->again.found[audience->again.index[i]])
			return err_set(err, E_NOTFOUND,
				"\"%.*s\" is on none of the lists \"%s\"; name a list with --to that has "
				"them, or add them",
				SPAN_ARG(span_trim(part)), request->lists);
	}
	return OK;
}

static void begin_walks(struct audience *audience, struct store *store, struct memberwalk_options *options)
{
	const struct plan *plan = audience->plan;

	audience->lines = mem_alloc((plan->list_count + 1) * sizeof(*audience->lines));
	for (size_t i = 0; i < plan->list_count; i++) {
		struct line *line = &audience->lines[i];

		memberwalk_begin(store, plan->lists[i].list.id, options, &line->walk);
		line->is_there = memberwalk_next(&line->walk);
	}
}

enum status audience_begin(struct newsroom *newsroom, const struct plan *plan,
	const struct audience_options *options, struct audience **out, struct err *err)
{
	struct audience *audience = mem_alloc(sizeof(*audience));
	struct memberwalk_options walk = {.no_attributes = options->no_attributes && !plan->segment};
	struct store *store = NULL;
	bool was_sent = false;
	enum status status = newsroom_store(newsroom, &store, err);

	audience->newsroom = newsroom;
	audience->plan = plan;
	if (status == OK && plan->request.again)
		status = read_again(&audience->again, plan->request.again, err);
	if (status == OK)
		status = store_was_sent(store, plan->request.set->slug, &was_sent, err);
	if (status == OK) {
		if (was_sent && !plan->request.again)
			walk.release = plan->request.set->slug;
		begin_walks(audience, store, &walk);
	} else if (audience_end(audience, NULL) != OK) {
		audience = NULL;
	}
	*out = status == OK ? audience : NULL;
	return status;
}

/* "fr" is wanted by readers of "fr-CH", and the other way round. */
static bool same_language(const char *a, const char *b)
{
	size_t length = strcspn(a, "-");

	return strcspn(b, "-") == length && span_equals_nocase(span_bytes(a, length), span_bytes(b, length));
}

/* Why a member who isn't on an earlier list of the plan gets nothing: false if they do. */
static bool is_left_out(const struct audience *audience, size_t list, enum leftout_reason *reason)
{
	const struct plan *plan = audience->plan;
	const struct memberwalk *walk = &audience->lines[list].walk;
	const struct member *member = &walk->member;

	if (member->state == MEMBER_UNSUBSCRIBED)
		*reason = LEFTOUT_UNSUBSCRIBED;
	else if (!segment_matches(plan->segment, member))
		*reason = LEFTOUT_SEGMENT;
	else if (plan->request.language &&
		 !same_language(plan->request.language,
			 audience_language(member, &plan->lists[list].list, audience->newsroom)))
		*reason = LEFTOUT_LANGUAGE;
	else if (walk->is_suppressed)
		*reason = LEFTOUT_SUPPRESSED;
	else if (walk->has_release)
		*reason = LEFTOUT_HAVE_IT;
	else
		return false;
	return true;
}

/* With --again only the named ones are looked at. */
static bool is_asked_for(struct audience *audience, const struct member *member)
{
	size_t index;

	if (!audience->plan->request.again)
		return true;
	if (!idmap_find(&audience->again.keys, idmap_hash(member->address_key, strlen(member->address_key)),
		    &index))
		return false;
	audience->again.found[index] = true;
	return true;
}

static void consider(struct audience *audience, size_t list, struct audience_person *person)
{
	const struct member *member = &audience->lines[list].walk.member;
	enum leftout_reason reason = LEFTOUT_TWICE;

	if (member->state == MEMBER_REMOVED || !is_asked_for(audience, member))
		return;
	if (person->member) {
		person->also |= UINT64_C(1) << list;
	} else if (!is_left_out(audience, list, &reason)) {
		person->member = member;
		person->list = list;
		return;
	}
	person->left_out[person->left_out_count].list = list;
	person->left_out[person->left_out_count++].reason = reason;
}

/* Go past the person that was given last; false if a walk failed. */
static bool step(struct audience *audience, int64_t *next_id)
{
	*next_id = INT64_MAX;
	for (size_t i = 0; i < audience->plan->list_count; i++) {
		struct line *line = &audience->lines[i];

		if (line->is_there && line->walk.member.subscriber_id == audience->last_id)
			line->is_there = memberwalk_next(&line->walk);
		if (line->walk.status != OK)
			return false;
		if (line->is_there && line->walk.member.subscriber_id < *next_id)
			*next_id = line->walk.member.subscriber_id;
	}
	return *next_id != INT64_MAX;
}

bool audience_next(struct audience *audience, struct audience_person *person)
{
	int64_t id;

	do {
		if (!step(audience, &id))
			return false;
		audience->last_id = id;
		person->subscriber_id = id;
		person->member = NULL;
		person->list = 0;
		person->also = 0;
		person->left_out_count = 0;
		for (size_t i = 0; i < audience->plan->list_count; i++) {
			const struct line *line = &audience->lines[i];

			if (line->is_there && line->walk.member.subscriber_id == id)
				consider(audience, i, person);
		}
	} while (!person->member && !person->left_out_count);
	return true;
}

enum status audience_end(struct audience *audience, struct err *err)
{
	enum status status = OK;

	if (!audience)
		return OK;
	for (size_t i = 0; audience->lines && i < audience->plan->list_count; i++) {
		enum status ended = memberwalk_end(&audience->lines[i].walk, status == OK ? err : NULL);

		status = status == OK ? ended : status;
	}
	idmap_clear(&audience->again.keys);
	free(audience->again.found);
	free(audience->again.index);
	free(audience->lines);
	free(audience);
	return status;
}
