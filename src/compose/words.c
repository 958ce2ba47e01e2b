/*
 * The fixed phrases of letters, per language, English where a language lacks one.
 */
#include "compose/words.h"

#include "base/asset.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "compose/frontmatter.h"
#include "compose/template.h"
#include "compose/templatesafe.h"

#include <stdio.h>
#include <stdlib.h>

#define LANGUAGE_MAX 35u /* RFC 5646 4.4.1: what a tag needs at most in practice */

struct words {
	char *path;
	struct value *values;
	struct template *greeting; /* used for every recipient, so compiled once */
};

/* What English must have and every other language may. */
static const char *const phrases[] = {
	"direction",
	"date",
	"dateline",
	"embargo",
	"immediate",
	"greeting",
	"greeting_desk",
	"greeting_end",
	"about",
	"notes",
	"contacts",
	"colon",
	"photo",
	"media",
	"media_photo",
	"media_footage",
	"media_broll",
	"credit",
	"usage",
	"phone",
	"email",
	"because",
	"unsubscribe",
	"unsubscribe_by_mail",
};

/* The newsroom's file, else the built-in one. E_NOTFOUND if there's neither. */
static enum status load_file(
	const char *folder, struct span language, struct str *text, char **path, struct err *err)
{
	struct str name;
	const struct asset *asset;
	enum status status = E_NOTFOUND;

	str_init(&name, STR_MAX_SMALL);
	str_addf(&name, "templates/words/%.*s.yaml", SPAN_ARG(language));
	asset = asset_find(name.ptr);
	if (folder) {
		*path = file_join(folder, name.ptr + strlen("templates/"));
		status = file_load(*path, text, err);
		if (status == E_NOTFOUND)
			free(*path);
	}
	if (status == E_NOTFOUND && asset) {
		str_add(text, asset->content);
		*path = mem_copy_text(name.ptr);
		status = OK;
	}
	str_clear(&name);
	return status;
}

static enum status check_list(
	const struct words *words, const struct value *map, const char *key, size_t wanted, struct err *err)
{
	const struct value *list = value_get(map, span_of(key));
	bool is_right;

	if (!list)
		return OK;
	is_right = value_kind(list) == VALUE_LIST && value_count(list) == wanted;
	for (size_t i = 0; is_right && i < wanted; i++)
		is_right = value_kind(value_at(list, i)) == VALUE_TEXT;
	if (!is_right)
		return err_set(err, E_SYNTAX, "%s:%zu: \"%s\" must be a list of %zu names", words->path,
			value_line(list), key, wanted);
	return OK;
}

/* A phrase may be a partial of the HTML, tags and all. */
static enum status check_markup(const struct words *words, const struct value *map, struct err *err)
{
	enum status status = OK;

	for (size_t i = 0; i < value_count(map) && status == OK; i++) {
		const struct value *phrase = value_at(map, i);

		if (value_kind(phrase) == VALUE_TEXT)
			status = templatesafe_check_phrase(
				words->path, value_line(phrase), value_text(phrase), err);
	}
	return status;
}

static enum status check(const struct words *words, const struct value *map, struct err *err)
{
	enum status status = OK;

	if (value_kind(map) != VALUE_MAP)
		return err_set(
			err, E_SYNTAX, "%s:1: phrases must stand there as \"name: words\"", words->path);
	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
		const struct value *phrase = value_get(map, span_of(phrases[i]));

		if (phrase && value_kind(phrase) != VALUE_TEXT)
			return err_set(err, E_SYNTAX, "%s:%zu: \"%s\" must be one text", words->path,
				value_line(phrase), phrases[i]);
	}
	status = check_list(words, map, "months", 12, err);
	if (status == OK)
		status = check_list(words, map, "weekdays", 7, err);
	return status == OK ? check_markup(words, map, err) : status;
}

/* Lay a language's phrases over what is there. */
static enum status add_language(
	struct words *words, const char *folder, struct span language, struct err *err)
{
	struct value *map = NULL;
	struct str text;
	char *path = NULL;
	enum status status;

	str_init(&text, WORDS_FILE_MAX);
	status = load_file(folder, language, &text, &path, err);
	if (status == OK) {
		free(words->path);
		words->path = path;
		status = frontmatter_parse_yaml(path, str_span(&text), &map, err);
	}
	if (status == OK)
		status = check(words, map, err);
	for (size_t i = 0; status == OK && i < value_count(map); i++)
		value_set(words->values, value_key_at(map, i), value_copy(value_at(map, i)));
	value_free(map);
	str_clear(&text);
	return status;
}

/* "fr-CH" as "fr-ch"; false if it can't be a file's name. */
static bool fold_language(struct span language, struct str *out)
{
	if (language.len > LANGUAGE_MAX)
		return false;
	for (size_t i = 0; i < language.len; i++) {
		char c = language.ptr[i];
		bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (!is_letter && !(c >= '0' && c <= '9') && c != '-')
			return false;
		str_add_char(out, c >= 'A' && c <= 'Z' ? (char)(c + 32) : c);
	}
	return out->len > 0;
}

/* OK if no file has the language: then it's English. */
static enum status add_best_language(
	struct words *words, const char *folder, struct span language, struct err *err)
{
	struct err ignored = {0};
	struct str tag;
	enum status status = E_NOTFOUND;

	err = err ? err : &ignored;
	str_init(&tag, STR_MAX_SMALL);
	if (fold_language(language, &tag) && !span_equals(str_span(&tag), SPAN("en"))) {
		size_t primary = span_find_char(str_span(&tag), '-', 0);

		status = add_language(words, folder, str_span(&tag), err);
		if (status == E_NOTFOUND && primary < tag.len)
			status = add_language(words, folder, span_first(str_span(&tag), primary), err);
	}
	str_clear(&tag);
	return status == E_NOTFOUND ? OK : status;
}

enum status words_load(const char *folder, struct span language, struct words **out, struct err *err)
{
	struct words *words = mem_alloc(sizeof(*words));
	enum status status;

	words->path = mem_copy_text("");
	words->values = value_new_map();
	/* First the built-in English, so that a newsroom's own may leave phrases out. */
	status = add_language(words, NULL, SPAN("en"), err);
	if (status == OK && folder)
		status = add_language(words, folder, SPAN("en"), err);
	if (status == OK)
		status = add_best_language(words, folder, language, err);
	if (status == OK)
		status = template_compile(words->path, value_get_text(words->values, "greeting"), NULL, NULL,
			&words->greeting, err);
	if (status != OK) {
		words_free(words);
		return status;
	}
	*out = words;
	return OK;
}

void words_free(struct words *words)
{
	if (!words)
		return;
	free(words->path);
	value_free(words->values);
	template_free(words->greeting);
	free(words);
}

const struct value *words_values(const struct words *words)
{
	return words->values;
}

const char *words_path(const struct words *words)
{
	return words->path;
}

bool words_are_right_to_left(const struct words *words)
{
	return span_equals(value_get_text(words->values, "direction"), SPAN("rtl"));
}

enum status words_fill(const struct words *words, const char *phrase, const struct value *data,
	struct str *out, struct err *err)
{
	struct template *template;
	enum status status = template_compile(
		words->path, value_get_text(words->values, phrase), NULL, NULL, &template, err);

	if (status == OK) {
		status = template_render_text(
			template, data, TEMPLATE_ESCAPE_NONE, TEMPLATE_MISSING_ERROR, out, err);
		template_free(template);
	}
	if (status != OK && err)
		status = err_wrap(err, "the phrase \"%s\"", phrase);
	return status;
}

static struct span item_text(const struct words *words, const char *list, int number)
{
	const struct value *items = value_get(words->values, span_of(list));

	return value_text(value_at(items, (size_t)(number - 1)));
}

static void set_number(struct value *map, const char *key, int number)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", number);

	value_set_text(map, key, span_bytes(text, (size_t)len));
}

static struct value *date_values(const struct words *words, const struct civil *date)
{
	struct value *map = value_new_map();
	struct span first = value_get_text(words->values, "first_day");

	set_number(map, "day", date->day);
	if (date->day == 1 && first.len)
		value_set_text(map, "day", first);
	set_number(map, "month_number", date->month);
	set_number(map, "year", date->year);
	value_set_text(map, "month", item_text(words, "months", date->month));
	value_set_text(map, "weekday", item_text(words, "weekdays", date->weekday ? date->weekday : 1));
	return map;
}

enum status words_date(const struct words *words, const struct civil *date, struct str *out, struct err *err)
{
	struct value *map = date_values(words, date);
	enum status status = words_fill(words, "date", map, out, err);

	value_free(map);
	return status;
}

static void set_time(struct value *map, const char *key, int hour, int minute)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%02d:%02d", hour % 24, minute % 60);

	value_set_text(map, key, span_bytes(text, (size_t)len));
}

enum status words_embargo(const struct words *words, const struct zone *zone, int64_t instant_ms,
	struct str *out, struct err *err)
{
	struct civil local = zone_civil(zone, instant_ms);
	int64_t minutes = instant_ms / 60000;
	struct value *map = date_values(words, &local);
	struct str date;
	enum status status;

	str_init(&date, STR_MAX_SMALL);
	status = words_date(words, &local, &date, err);
	value_set_text(map, "date", str_span(&date));
	set_time(map, "time", local.hour, local.minute);
	set_time(map, "utc", (int)(minutes / 60 % 24), (int)(minutes % 60));
	value_set_text(map, "city", span_of(zone_city(zone)));
	if (status == OK)
		status = words_fill(words, "embargo", map, out, err);
	str_clear(&date);
	value_free(map);
	return status;
}

static enum status check_text(const char *what, struct span text, struct err *err)
{
	if (!utf8_is_valid(text))
		return err_set(err, E_SYNTAX, "%s \"%.*s\": not UTF-8", what, SPAN_ARG(span_first(text, 60)));
	if (utf8_has_control(text, ""))
		return err_set(err, E_SYNTAX, "%s \"%.*s\": a control character in it", what,
			SPAN_ARG(span_first(text, 60)));
	return OK;
}

static bool ends_in_mark(struct span text)
{
	static const char *const marks[] = {",", "!", ":", ".", "،", "，", "！", "：", "。", "؛"};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (span_ends(text, span_of(marks[i])))
			return true;
	}
	return false;
}

enum status words_greeting(const struct words *words, struct span salutation, struct span name, bool is_desk,
	struct str *out, struct err *err)
{
	struct value *data;
	enum status status = check_text("salutation", salutation, err);

	if (status == OK)
		status = check_text("name", name, err);
	if (status != OK)
		return status;
	salutation = span_trim(salutation);
	name = span_trim(name);
	if (salutation.len) {
		str_add(out, salutation);
		if (!ends_in_mark(salutation))
			str_add(out, value_get_text(words->values, "greeting_end"));
		return OK;
	}
	if (is_desk || !name.len) {
		str_add(out, value_get_text(words->values, "greeting_desk"));
		return OK;
	}
	data = value_new_map();
	value_set_text(data, "name", name);
	status = template_render_text(
		words->greeting, data, TEMPLATE_ESCAPE_NONE, TEMPLATE_MISSING_ERROR, out, err);
	value_free(data);
	return status;
}
