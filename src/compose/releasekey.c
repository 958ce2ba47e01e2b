/*
 * Front matter read by tables: a key has a row that says where its text goes and
 * what it may hold.
 */
#include "compose/releasekey.h"

#include "base/mem.h"
#include "base/suggest.h"
#include "base/utf8.h"

#include <stdlib.h>

enum status releasekey_fail(struct release_reading *reading, const struct value *value, const char *words)
{
	return err_set(
		reading->err, E_SYNTAX, "%s:%zu: %s", reading->release->path, value_line(value), words);
}

enum status releasekey_text(struct release_reading *reading, const struct value *value, const char *key,
	enum text_rule rule, struct span *text)
{
	const char *path = reading->release->path;
	size_t line = value_line(value);

	*text = SPAN("");
	if (value_kind(value) == VALUE_NULL)
		return OK;
	if (value_kind(value) != VALUE_TEXT)
		return err_set(reading->err, E_SYNTAX, "%s:%zu: \"%s\" must be a text, not a %s", path, line,
			key, value_kind(value) == VALUE_LIST ? "list" : "mapping");
	*text = span_trim(value_text(value));
	if (rule == TEXT_LINE && span_find_char(*text, '\n', 0) != SIZE_MAX)
		return err_set(reading->err, E_SYNTAX, "%s:%zu: \"%s\" must be one line", path, line, key);
	if (utf8_has_control(*text, rule == TEXT_BLOCK ? "\n\t" : ""))
		return err_set(reading->err, E_SYNTAX, "%s:%zu: \"%s\" has a control character: remove it",
			path, line, key);
	if (rule == TEXT_LINE && utf8_has_invisible(*text))
		return err_set(reading->err, E_SYNTAX,
			"%s:%zu: \"%s\" has an invisible character that turns text around: remove it", path,
			line, key);
	return OK;
}

enum status releasekey_into(struct release_reading *reading, const struct value *value, const char *key,
	enum text_rule rule, char **into)
{
	struct span text;
	enum status status = releasekey_text(reading, value, key, rule, &text);

	if (!status)
		release_set(into, text);
	return status;
}

/* The row of a key, or an error that names the near one. */
static enum status find_key(struct release_reading *reading, const struct release_key *keys, size_t count,
	struct span name, const struct value *value, const struct release_key **out)
{
	const char **names;
	const char *near;
	char *word;

	for (size_t i = 0; i < count; i++) {
		if (span_equals(name, span_of(keys[i].name))) {
			*out = &keys[i];
			return OK;
		}
	}
	names = mem_alloc(count * sizeof(*names));
	for (size_t i = 0; i < count; i++)
		names[i] = keys[i].name;
	word = span_copy(name);
	near = suggest_nearest(word, names, count);
	free(word);
	free(names);
	if (near)
		return err_set(reading->err, E_SYNTAX, "%s:%zu: unknown key \"%.*s\": did you mean \"%s\"?",
			reading->release->path, value_line(value), SPAN_ARG(name), near);
	return err_set(reading->err, E_SYNTAX,
		"%s:%zu: unknown key \"%.*s\": keys of your own go under \"extra:\"", reading->release->path,
		value_line(value), SPAN_ARG(name));
}

enum status releasekey_map(struct release_reading *reading, const struct value *map,
	const struct release_key *keys, size_t count, void *object)
{
	for (size_t i = 0; i < value_count(map); i++) {
		const struct value *value = value_at(map, i);
		const struct release_key *key = NULL;
		enum status status = find_key(reading, keys, count, value_key_at(map, i), value, &key);

		if (status)
			return status;
		if (key->read)
			status = key->read(reading, value, key->name);
		else
			status = releasekey_into(reading, value, key->name, key->rule,
				(char **)(void *)((char *)object + key->offset));
		if (status)
			return status;
	}
	return OK;
}

enum status releasekey_list(struct release_reading *reading, const struct value *value, const char *key)
{
	if (value_kind(value) == VALUE_LIST && value_count(value) <= RELEASEKEY_ITEMS_MAX)
		return OK;
	if (value_kind(value) == VALUE_LIST)
		return err_set(reading->err, E_RANGE, "%s:%zu: \"%s\" has more than %u items",
			reading->release->path, value_line(value), key, RELEASEKEY_ITEMS_MAX);
	return err_set(reading->err, E_SYNTAX, "%s:%zu: \"%s\" must be a list: lines that start with \"- \"",
		reading->release->path, value_line(value), key);
}
