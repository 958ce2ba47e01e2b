#ifndef STORE_LISTS_H
#define STORE_LISTS_H

#include "record/member.h"
#include "store/store.h"

#include <stdint.h>

/*
 * Lists and who is on them. What changes a list takes the change it is part
 * of (store/changes.h), so that it can be undone, and belongs in a transaction
 * with it. Failures that every call can return are told in store/store.h.
 */

/* E_NOTFOUND, naming it, if there's none. medialist_clear `out` afterwards. */
enum status store_find_list(struct store *store, const char *name, struct medialist *out, struct err *err);
enum status store_get_list(struct store *store, int64_t id, struct medialist *out, struct err *err);

/* `list->id` is given. E_EXISTS if the name is taken. */
enum status store_add_list(struct store *store, struct medialist *list, struct err *err);
/* All but id and name are replaced. The change keeps what they were. */
enum status store_set_list(
	struct store *store, const struct medialist *list, int64_t change_id, struct err *err);

struct list_counts {
	int64_t active;
	int64_t suppressed; /* of the active */
	int64_t removed;
	int64_t unsubscribed;
};
enum status store_count_list(
	struct store *store, int64_t list_id, struct list_counts *counts, struct err *err);

/* Every list by name. What `fn` is given is borrowed for the call; not OK stops and is returned. */
typedef enum status store_list_fn(void *context, const struct medialist *list, struct err *err);
enum status store_each_list(struct store *store, store_list_fn *fn, void *context, struct err *err);

/*
 * Members of a list in the order of their address keys: those in `state`, or in
 * any for STORE_ANY_STATE. What `fn` is given is borrowed for the call; not OK
 * stops and is returned.
 */
#define STORE_ANY_STATE (-1)
typedef enum status store_member_fn(void *context, const struct member *member, struct err *err);
enum status store_each_member(
	struct store *store, int64_t list_id, int state, store_member_fn *fn, void *context, struct err *err);

/* One person on every list that knows them, by the lists' names. OK and no call if nobody has the address. */
enum status store_each_membership(
	struct store *store, const char *address_key, store_member_fn *fn, void *context, struct err *err);

/* One member. E_NOTFOUND, without words, if the list doesn't know them. member_clear `out` afterwards. */
enum status store_find_member(
	struct store *store, int64_t list_id, const char *address_key, struct member *out, struct err *err);

/* Put a member into another state; the change keeps what was. E_NOTFOUND, without words, as above. */
enum status store_set_member_state(struct store *store, int64_t list_id, int64_t subscriber_id,
	enum member_state state, int64_t change_id, struct err *err);

#endif
