/*
 * A dispatch's letters.
 */
#include "app/letters.h"

#include "app/frame.h"
#include "base/mem.h"
#include "store/dispatches.h"

#include <stdlib.h>

struct compiled {
	size_t language;
	char *from;
	struct letter *letter;
	struct words *words;
};

struct letters {
	struct newsroom *newsroom;
	const struct release_set *set;
	int64_t dispatch;
	int64_t date_ms;
	enum dispatch_kind kind;
	struct compiled *compiled;
	size_t count, capacity;
};

struct letters *letters_new(struct newsroom *newsroom, const struct release_set *set, int64_t dispatch,
	int64_t date_ms, enum dispatch_kind kind)
{
	struct letters *letters = mem_alloc(sizeof(*letters));

	letters->newsroom = newsroom;
	letters->set = set;
	letters->dispatch = dispatch;
	letters->date_ms = date_ms;
	letters->kind = kind;
	return letters;
}

static void clear_compiled(struct compiled *compiled)
{
	letter_free(compiled->letter);
	words_free(compiled->words);
	free(compiled->from);
}

void letters_free(struct letters *letters)
{
	if (!letters)
		return;
	for (size_t i = 0; i < letters->count; i++)
		clear_compiled(&letters->compiled[i]);
	free(letters->compiled);
	free(letters);
}

static enum status compile(struct letters *letters, struct compiled *compiled, struct err *err)
{
	const struct release *release = letters->set->items[compiled->language];
	struct frame_options options = {
		.from = compiled->from,
		.language = release->language,
		.kind = letters->kind,
		.dispatch = letters->dispatch,
		.date_ms = letters->date_ms,
	};
	struct frame frame;
	enum status status = frame_init(&frame, letters->newsroom, &options, err);

	if (status != OK)
		return status;
	frame.letter.release_folder = letters->set->folder;
	status = letter_compile(release, &frame.letter, &compiled->letter, err);
	if (status == OK)
		status = words_load(newsroom_templates(letters->newsroom), span_of(release->language),
			&compiled->words, err);
	frame_clear(&frame);
	return status;
}

enum status letters_find(
	struct letters *letters, size_t language, const char *from, int *number, struct err *err)
{
	struct compiled compiled = {.language = language};
	enum status status;

	for (size_t i = 0; i < letters->count; i++) {
		if (letters->compiled[i].language == language &&
			strcmp(letters->compiled[i].from, from) == 0) {
			*number = (int)i;
			return OK;
		}
	}
	compiled.from = mem_copy_text(from);
	status = compile(letters, &compiled, err);
	if (status != OK) {
		clear_compiled(&compiled);
		return status;
	}
	letters->compiled =
		mem_grow(letters->compiled, letters->count, &letters->capacity, sizeof(*letters->compiled));
	*number = (int)letters->count;
	letters->compiled[letters->count++] = compiled;
	return OK;
}

const struct letter *letters_get(const struct letters *letters, int number)
{
	return letters->compiled[number].letter;
}

const struct words *letters_words(const struct letters *letters, int number)
{
	return letters->compiled[number].words;
}

enum status letters_save(const struct letters *letters, struct store *store, struct err *err)
{
	enum status status = OK;

	for (size_t i = 0; i < letters->count && status == OK; i++) {
		struct str bytes;

		str_init(&bytes, LETTER_MAX);
		letter_save(letters->compiled[i].letter, &bytes);
		status = str_status(&bytes, "a letter", err);
		if (status == OK)
			status = store_add_letter(store, letters->dispatch, (int)i,
				span_of(letters->set->items[letters->compiled[i].language]->language),
				str_span(&bytes), err);
		str_clear(&bytes);
	}
	return status;
}
