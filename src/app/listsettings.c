/*
 * A list's settings: one table of names, places and checks.
 */
#include "app/listsettings.h"

#include "app/lists.h"
#include "app/settingcheck.h"
#include "base/mem.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "base/zone.h"
#include "list/language.h"

#include <stddef.h>
#include <stdlib.h>

#define VALUE_MAX 200u

/* Regions whose lists get a title that a person would give them. */
static const struct {
	const char *name;
	const char *title;
} regions[] = {
	{"africa", "Africa media list"},
	{"americas", "Americas media list"},
	{"asia-pacific", "Asia-Pacific media list"},
	{"europe", "Europe media list"},
	{"mena", "Middle East and North Africa media list"},
};

static enum status check_name(const char *name, struct err *err)
{
	size_t length = strlen(name);

	if (length > LISTS_NAME_MAX)
		return err_set(err, E_RANGE, "a list's name has at most %u characters", LISTS_NAME_MAX);
	if (!length || strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != length || name[0] == '-')
		return err_set(err, E_SYNTAX,
			"\"%s\" can't name a list: use lower-case letters, digits and \"-\", such as "
			"\"asia-pacific\"",
			name);
	return OK;
}

enum status listsettings_init(struct medialist *list, const char *name, struct err *err)
{
	const char *title = NULL;

	*list = (struct medialist){0};
	if (check_name(name, err) != OK)
		return err ? err->status : E_SYNTAX;
	for (size_t i = 0; i < sizeof(regions) / sizeof(regions[0]); i++) {
		if (strcmp(regions[i].name, name) == 0)
			title = regions[i].title;
	}
	list->name = mem_copy_text(name);
	list->title = mem_copy_text(title ? title : name);
	list->region = mem_copy_text(title ? name : "");
	list->language = mem_copy_text("");
	list->zone = mem_copy_text("");
	list->from = mem_copy_text("");
	return OK;
}

static void replace(char **text, char *value)
{
	free(*text);
	*text = value;
}

static enum status set_text(struct medialist *list, size_t offset, const char *value, struct err *err)
{
	(void)err;
	replace((char **)((char *)list + offset), mem_copy_text(value));
	return OK;
}

static enum status set_language(struct medialist *list, size_t offset, const char *value, struct err *err)
{
	struct str code;
	enum status status = OK;

	str_init(&code, STR_MAX_SMALL);
	if (*value)
		status = language_parse(span_of(value), &code, err);
	if (status == OK)
		status = set_text(list, offset, code.ptr, err);
	str_clear(&code);
	return status;
}

static enum status set_zone(struct medialist *list, size_t offset, const char *value, struct err *err)
{
	struct zone *zone = NULL;
	enum status status = *value ? zone_new(value, &zone, err) : OK;

	if (status == OK)
		status = set_text(list, offset, value, err);
	zone_free(zone);
	return status;
}

static enum status set_sender(struct medialist *list, size_t offset, const char *value, struct err *err)
{
	enum status status = *value ? settingcheck_sender(span_of(value), err) : OK;

	return status == OK ? set_text(list, offset, value, err) : status;
}

static enum status set_trusted(struct medialist *list, size_t offset, const char *value, struct err *err)
{
	static const char *const words[] = {"no", "yes", "false", "true"};

	(void)offset;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i], value) == 0) {
			list->is_trusted = i % 2 == 1;
			return OK;
		}
	}
	return err_set(err, E_SYNTAX, "\"%s\" is neither yes nor no", value);
}

static const struct {
	const char *name;
	enum status (*set)(struct medialist *list, size_t offset, const char *value, struct err *err);
	size_t offset;
} settings_table[] = {
	{"title", set_text, offsetof(struct medialist, title)},
	{"region", set_text, offsetof(struct medialist, region)},
	{"language", set_language, offsetof(struct medialist, language)},
	{"zone", set_zone, offsetof(struct medialist, zone)},
	{"trusted", set_trusted, 0},
	{"from", set_sender, offsetof(struct medialist, from)},
};

#define SETTING_COUNT (sizeof(settings_table) / sizeof(settings_table[0]))

static enum status say_unknown(const char *name, struct err *err)
{
	const char *names[SETTING_COUNT];
	const char *near;

	for (size_t i = 0; i < SETTING_COUNT; i++)
		names[i] = settings_table[i].name;
	near = suggest_nearest(name, names, SETTING_COUNT);
	if (near)
		return err_set(
			err, E_NOTFOUND, "a list has no setting \"%s\": did you mean \"%s\"?", name, near);
	return err_set(err, E_NOTFOUND,
		"a list has no setting \"%s\": there are title, region, language, zone, trusted, from", name);
}

static enum status check_value(const char *name, const char *value, struct err *err)
{
	struct span text = span_of(value);

	if (text.len > VALUE_MAX)
		return err_set(err, E_RANGE, "\"%s\" has more than %u bytes", name, VALUE_MAX);
	if (!utf8_is_valid(text))
		return err_set(err, E_SYNTAX, "\"%s\" isn't UTF-8", name);
	if (utf8_has_control(text, "") || utf8_has_invisible(text))
		return err_set(err, E_SYNTAX, "\"%s\" has a control or invisible character in it", name);
	return OK;
}

static enum status apply_one(struct medialist *list, const struct field *field, struct err *err)
{
	enum status status;

	for (size_t i = 0; i < SETTING_COUNT; i++) {
		if (strcmp(settings_table[i].name, field->name) != 0)
			continue;
		status = check_value(field->name, field->value, err);
		if (status != OK)
			return status;
		status = settings_table[i].set(list, settings_table[i].offset, field->value, err);
		return status == OK || !err ? status : err_wrap(err, "%s", field->name);
	}
	return say_unknown(field->name, err);
}

enum status listsettings_apply(struct medialist *list, const struct fields *settings, struct err *err)
{
	enum status status = OK;

	for (size_t i = 0; i < settings->count && status == OK; i++)
		status = apply_one(list, &settings->items[i], err);
	return status;
}
