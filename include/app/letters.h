#ifndef APP_LETTERS_H
#define APP_LETTERS_H

#include "app/newsroom.h"
#include "app/releases.h"
#include "base/err.h"
#include "compose/letter.h"
#include "compose/words.h"
#include "record/dispatch.h"
#include "store/store.h"

#include <stddef.h>
#include <stdint.h>

/*
 * The letters of one dispatch, compiled as they're asked for: one for each
 * language of the release, and one more for each list with a From of its own.
 */
struct letters;

/* `set` and `newsroom` are borrowed for the letters' life. */
struct letters *letters_new(struct newsroom *newsroom, const struct release_set *set, int64_t dispatch,
	int64_t date_ms, enum dispatch_kind kind);
void letters_free(struct letters *letters); /* NULL is fine */

/* The number, from 0, of the letter in a language (an index in the set) from a sender ("": the newsroom's).
 */
enum status letters_find(
	struct letters *letters, size_t language, const char *from, int *number, struct err *err);

/* Borrowed until letters_free. */
const struct letter *letters_get(const struct letters *letters, int number);
const struct words *letters_words(const struct letters *letters, int number);

/* All that were asked for, into the dispatch. Within the caller's transaction. */
enum status letters_save(const struct letters *letters, struct store *store, struct err *err);

#endif
