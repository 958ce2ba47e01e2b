/*
 * Reading and writing settings by table.
 */
#include "app/settingtable.h"

#include "base/mem.h"
#include "base/suggest.h"

#include <inttypes.h>
#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>

#define NAMES_MAX 32u
#define RATE_MESSAGES_MAX 10000000
#define RATE_PER_MAX_MS (INT64_C(31) * 86400000)

void settingtable_fault(struct setting_faults *faults, int line, enum status status, const char *format, ...)
{
	struct err fault;
	char words[768];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	if (line > 0)
		status = err_set(&fault, status, "%s:%d: %s", faults->path, line, words);
	else
		status = err_set(&fault, status, "%s: %s", faults->path, words);
	faults->items = mem_grow(faults->items, faults->count, &faults->capacity, sizeof(*faults->items));
	faults->items[faults->count++] =
		(struct setting_fault){line > 0 ? line : 0, status, mem_copy_text(fault.text)};
}

/* Insertion keeps those of one line as they were found. */
static void sort_faults(struct setting_faults *faults)
{
	for (size_t i = 1; i < faults->count; i++) {
		struct setting_fault fault = faults->items[i];
		size_t at = i;

		while (at && fault.line &&
			(!faults->items[at - 1].line || faults->items[at - 1].line > fault.line)) {
			faults->items[at] = faults->items[at - 1];
			at--;
		}
		faults->items[at] = fault;
	}
}

enum status settingtable_tell(struct setting_faults *faults, void (*say)(void *context, const char *words),
	void *context, struct err *err)
{
	enum status status = OK;

	sort_faults(faults);
	if (faults->count)
		status = err_set(err, faults->items[0].status, "%s", faults->items[0].words);
	for (size_t i = 0; i < faults->count; i++) {
		if (say)
			say(context, faults->items[i].words);
		free(faults->items[i].words);
	}
	free(faults->items);
	*faults = (struct setting_faults){.path = faults->path};
	return status;
}

/* One number with its unit, taken off the front. */
static bool take_part(struct span *rest, int64_t *ms)
{
	/* "ms" before "m": no part begins with a letter. */
	static const struct {
		const char *unit;
		int64_t ms;
	} units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
	struct span unit;
	int64_t number = 0;
	size_t digits = 0;

	for (; digits < rest->len && digits < 9; digits++) {
		char c = rest->ptr[digits];

		if (c < '0' || c > '9')
			break;
		number = number * 10 + (c - '0');
	}
	if (!digits || digits == rest->len)
		return false;
	unit = span_from(*rest, digits);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (span_starts(unit, span_of(units[i].unit))) {
			*ms = number * units[i].ms;
			*rest = span_from(unit, strlen(units[i].unit));
			return true;
		}
	}
	return false;
}

enum status settingtable_parse_duration(struct span text, int64_t *duration_ms, struct err *err)
{
	struct span rest = text;
	int64_t total_ms = 0;
	int64_t part_ms;

	do {
		if (!take_part(&rest, &part_ms))
			return err_set(err, E_SYNTAX,
				"\"%.*s\" is no length of time; write it like \"90s\", \"5m\", \"2h\" or "
				"\"1d\"",
				SPAN_ARG(text));
		total_ms += part_ms;
		if (total_ms > INT64_C(366) * 86400000)
			return err_set(err, E_RANGE, "\"%.*s\" is longer than a year", SPAN_ARG(text));
	} while (rest.len);
	*duration_ms = total_ms;
	return OK;
}

enum status settingtable_parse_rate(struct span text, struct pace_window *window, struct err *err)
{
	struct span per = text;
	struct span messages = {NULL, 0};
	int64_t number = 0;

	if (!span_split(&per, '/', &messages) || !messages.len || messages.len > 9 ||
		settingtable_parse_duration(per, &window->per_ms, NULL) != OK)
		number = -1;
	for (size_t i = 0; i < messages.len && number >= 0; i++) {
		char c = messages.ptr[i];

		number = c >= '0' && c <= '9' ? number * 10 + (c - '0') : -1;
	}
	if (number < 0)
		return err_set(err, E_SYNTAX,
			"\"%.*s\" is no rate; write it like \"20/1s\", \"600/1m\" or \"10000/1h\"",
			SPAN_ARG(text));
	if (number < 1 || number > RATE_MESSAGES_MAX || window->per_ms < 1000 ||
		window->per_ms > RATE_PER_MAX_MS)
		return err_set(err, E_RANGE, "\"%.*s\" is not 1 to %d messages in \"1s\" to \"31d\"",
			SPAN_ARG(text), RATE_MESSAGES_MAX);
	window->messages = (int)number;
	return OK;
}

static void format_duration(int64_t ms, struct str *out)
{
	static const struct {
		const char *unit;
		int64_t ms;
	} units[] = {{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};
	size_t start = out->len;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (ms >= units[i].ms)
			str_addf(out, "%" PRId64 "%s", ms / units[i].ms, units[i].unit);
		ms %= units[i].ms;
	}
	if (out->len == start)
		str_add_text(out, "0s");
}

static void *field_of(const struct setting *setting, void *group)
{
	return (char *)group + setting->offset;
}

static const void *const_field_of(const struct setting *setting, const void *group)
{
	return (const char *)group + setting->offset;
}

static void set_text(char **field, struct span text)
{
	char *copy = span_copy(text);

	free(*field);
	*field = copy;
}

static void add_text(struct text_list *list, struct span text)
{
	list->items = mem_resize(list->items, (list->count + 1) * sizeof(*list->items));
	list->items[list->count++] = span_copy(text);
}

static enum status add_duration(struct duration_list *list, struct span text, struct err *err)
{
	int64_t duration_ms;
	enum status status = settingtable_parse_duration(text, &duration_ms, err);

	if (status != OK)
		return status;
	list->items = mem_resize(list->items, (list->count + 1) * sizeof(*list->items));
	list->items[list->count++] = duration_ms;
	return OK;
}

static enum status add_rate(struct pace_windows *list, struct span text, struct err *err)
{
	enum status status = settingtable_parse_rate(text, &list->items[list->count], err);

	if (status == OK)
		list->count++;
	return status;
}

static enum status add_item(const struct setting *setting, void *field, struct span text, struct err *err)
{
	if (setting->type == SETTING_DURATIONS)
		return add_duration(field, text, err);
	if (setting->type == SETTING_RATES)
		return add_rate(field, text, err);
	add_text(field, text);
	return OK;
}

static void clear_value(const struct setting *setting, void *field)
{
	struct text_list *texts = field;
	struct duration_list *durations = field;

	if (setting->type == SETTING_TEXT) {
		free(*(char **)field);
		*(char **)field = NULL;
	} else if (setting->type == SETTING_TEXTS) {
		for (size_t i = 0; i < texts->count; i++)
			free(texts->items[i]);
		free(texts->items);
		*texts = (struct text_list){0};
	} else if (setting->type == SETTING_DURATIONS) {
		free(durations->items);
		*durations = (struct duration_list){0};
	} else if (setting->type == SETTING_RATES) {
		*(struct pace_windows *)field = (struct pace_windows){0};
	}
}

static int find_choice(const struct setting *setting, const char *text)
{
	for (int i = 0; setting->choices[i]; i++) {
		if (strcmp(setting->choices[i], text) == 0)
			return i;
	}
	return -1;
}

/* The fallbacks are ours and well formed: the tests load a file that has none of the keys. */
static void init_value(const struct setting *setting, void *field)
{
	struct span rest = span_of(setting->fallback);
	struct span item;

	switch (setting->type) {
	case SETTING_TEXT:
		set_text(field, rest);
		break;
	case SETTING_INT:
		*(int *)field = (int)strtol(setting->fallback, NULL, 10);
		break;
	case SETTING_NUMBER:
		*(double *)field = strtod(setting->fallback, NULL);
		break;
	case SETTING_CHOICE:
		*(int *)field = find_choice(setting, setting->fallback);
		break;
	case SETTING_DURATION:
		(void)!settingtable_parse_duration(rest, field, NULL);
		break;
	case SETTING_TEXTS:
	case SETTING_DURATIONS:
	case SETTING_RATES:
		while (rest.len && span_split(&rest, ' ', &item))
			(void)!add_item(setting, field, item, NULL);
		break;
	}
}

void settingtable_init(const struct setting *table, void *group)
{
	for (const struct setting *setting = table; setting->name; setting++)
		init_value(setting, field_of(setting, group));
}

void settingtable_clear(const struct setting *table, void *group)
{
	for (const struct setting *setting = table; setting->name; setting++)
		clear_value(setting, field_of(setting, group));
}

static int line_of(const config_setting_t *found)
{
	return (int)config_setting_source_line(found);
}

static void read_text(struct setting_faults *faults, const struct setting *setting,
	const config_setting_t *found, void *field)
{
	struct span text = span_of(config_setting_get_string(found));
	struct err fault;

	if (setting->check && setting->check(text, &fault) != OK)
		settingtable_fault(
			faults, line_of(found), fault.status, "\"%s\": %s", setting->name, fault.text);
	else
		set_text(field, text);
}

static void read_number(struct setting_faults *faults, const struct setting *setting,
	const config_setting_t *found, void *field)
{
	bool is_float = config_setting_type(found) == CONFIG_TYPE_FLOAT;
	double number = is_float ? config_setting_get_float(found) : config_setting_get_int(found);

	if (!(number >= setting->least && number <= setting->most))
		settingtable_fault(faults, line_of(found), E_RANGE,
			"\"%s\" is %.15g; it may be %.15g to %.15g", setting->name, number, setting->least,
			setting->most);
	else if (setting->type == SETTING_INT)
		*(int *)field = (int)number;
	else
		*(double *)field = number;
}

static void read_choice(struct setting_faults *faults, const struct setting *setting,
	const config_setting_t *found, void *field)
{
	int choice = find_choice(setting, config_setting_get_string(found));
	struct str words;

	if (choice >= 0) {
		*(int *)field = choice;
		return;
	}
	str_init(&words, STR_MAX_SMALL);
	for (int i = 0; setting->choices[i]; i++)
		str_addf(&words, "%s\"%s\"", i ? ", " : "", setting->choices[i]);
	settingtable_fault(faults, line_of(found), E_RANGE, "\"%s\" is \"%s\"; it may be one of %s",
		setting->name, config_setting_get_string(found), words.ptr);
	str_clear(&words);
}

static void read_duration(struct setting_faults *faults, const struct setting *setting,
	const config_setting_t *found, void *field)
{
	const char *text = config_setting_get_string(found);
	struct str range;
	struct err fault;
	int64_t duration_ms;

	if (settingtable_parse_duration(span_of(text), &duration_ms, &fault) != OK) {
		settingtable_fault(
			faults, line_of(found), fault.status, "\"%s\": %s", setting->name, fault.text);
	} else if (setting->most > 0 &&
		   ((double)duration_ms < setting->least || (double)duration_ms > setting->most)) {
		str_init(&range, STR_MAX_SMALL);
		format_duration((int64_t)setting->least, &range);
		str_add_text(&range, " to ");
		format_duration((int64_t)setting->most, &range);
		settingtable_fault(faults, line_of(found), E_RANGE, "\"%s\" is %s; it may be %s",
			setting->name, text, range.ptr);
		str_clear(&range);
	} else {
		*(int64_t *)field = duration_ms;
	}
}

static void read_item(struct setting_faults *faults, const struct setting *setting,
	const config_setting_t *item, void *field)
{
	const char *text = config_setting_get_string(item);
	struct err fault;
	enum status status = OK;

	if (!text)
		status = err_set(&fault, E_SYNTAX, "its entries are texts in quotes");
	else if (setting->check)
		status = setting->check(span_of(text), &fault);
	if (status == OK)
		status = add_item(setting, field, span_of(text), &fault);
	if (status != OK)
		settingtable_fault(faults, line_of(item), status, "\"%s\": %s", setting->name, fault.text);
}

static void read_items(struct setting_faults *faults, const struct setting *setting,
	const config_setting_t *found, void *field)
{
	int count = config_setting_length(found);
	int least = setting->type == SETTING_DURATIONS;
	int most = setting->type == SETTING_RATES ? (int)PACE_WINDOWS_MAX : (int)SETTING_ITEMS_MAX;

	if (count < least || count > most) {
		settingtable_fault(faults, line_of(found), E_RANGE,
			"\"%s\" has %d entries; it may have %d to %d", setting->name, count, least, most);
		return;
	}
	clear_value(setting, field);
	for (int i = 0; i < count; i++)
		read_item(faults, setting, config_setting_get_elem(found, (unsigned)i), field);
}

static const struct {
	void (*read)(struct setting_faults *, const struct setting *, const config_setting_t *, void *);
	const char *wanted;
	int types[2];
} readers[] = {
	[SETTING_TEXT] = {read_text, "a text in quotes", {CONFIG_TYPE_STRING, CONFIG_TYPE_STRING}},
	[SETTING_INT] = {read_number, "a whole number", {CONFIG_TYPE_INT, CONFIG_TYPE_INT}},
	[SETTING_NUMBER] = {read_number, "a number", {CONFIG_TYPE_INT, CONFIG_TYPE_FLOAT}},
	[SETTING_CHOICE] = {read_choice, "a word in quotes", {CONFIG_TYPE_STRING, CONFIG_TYPE_STRING}},
	[SETTING_TEXTS] = {read_items, "a list like [\"…\", \"…\"]", {CONFIG_TYPE_ARRAY, CONFIG_TYPE_LIST}},
	[SETTING_DURATION] = {read_duration, "a length of time like \"5m\"",
		{CONFIG_TYPE_STRING, CONFIG_TYPE_STRING}},
	[SETTING_DURATIONS] = {read_items, "a list like [\"2m\", \"5m\"]",
		{CONFIG_TYPE_ARRAY, CONFIG_TYPE_LIST}},
	[SETTING_RATES] = {read_items, "a list like [\"20/1s\", \"600/1m\"]",
		{CONFIG_TYPE_ARRAY, CONFIG_TYPE_LIST}},
};

void settingtable_read_value(struct setting_faults *faults, const struct setting *setting,
	const struct config_setting_t *found, void *group)
{
	int type = config_setting_type(found);

	if (type != readers[setting->type].types[0] && type != readers[setting->type].types[1])
		settingtable_fault(faults, line_of(found), E_SYNTAX, "\"%s\" must be %s", setting->name,
			readers[setting->type].wanted);
	else
		readers[setting->type].read(faults, setting, found, field_of(setting, group));
}

void settingtable_unknown(struct setting_faults *faults, const char *group,
	const struct config_setting_t *found, const char *const *names, size_t count)
{
	const char *name = config_setting_name(found);
	const char *near = suggest_nearest(name, names, count);
	const char *in = group ? " in " : "";
	const char *place = group ? group : "";

	if (strcmp(name, "password") == 0)
		settingtable_fault(faults, line_of(found), E_DENIED,
			"a password doesn't belong in the settings; write it to a file that only you can "
			"read and "
			"name that in \"password_file\"");
	else if (near)
		settingtable_fault(faults, line_of(found), E_SYNTAX,
			"unknown setting \"%s\"%s%s; did you mean \"%s\"?", name, in, place, near);
	else
		settingtable_fault(faults, line_of(found), E_SYNTAX, "unknown setting \"%s\"%s%s; remove it",
			name, in, place);
}

void settingtable_read_group(struct setting_faults *faults, const char *name, const struct setting *table,
	const struct config_setting_t *found, void *group)
{
	const char *names[NAMES_MAX];
	size_t count = 0;
	int length = config_setting_length(found);

	for (; count < NAMES_MAX && table[count].name; count++)
		names[count] = table[count].name;
	for (int i = 0; i < length; i++) {
		const config_setting_t *entry = config_setting_get_elem(found, (unsigned)i);
		size_t at = 0;

		while (at < count && strcmp(names[at], config_setting_name(entry)) != 0)
			at++;
		if (at < count)
			settingtable_read_value(faults, &table[at], entry, group);
		else
			settingtable_unknown(faults, name, entry, names, count);
	}
}

void settingtable_require(struct setting_faults *faults, const char *name, const struct setting *table,
	const struct config_setting_t *found)
{
	struct err fault;

	for (const struct setting *setting = table; setting->name; setting++) {
		if (setting->type != SETTING_TEXT || !setting->check ||
			(found && config_setting_get_member(found, setting->name)))
			continue;
		if (setting->check(span_of(setting->fallback), &fault) != OK)
			settingtable_fault(faults, found ? line_of(found) : 0, E_NOTFOUND,
				"%s has no \"%s\"; set it", name, setting->name);
	}
}

void settingtable_quote(struct str *out, const char *text)
{
	str_add_char(out, '"');
	for (; *text; text++) {
		if (*text == '\n') {
			str_add_text(out, "\\n");
			continue;
		}
		if (*text == '"' || *text == '\\')
			str_add_char(out, '\\');
		str_add_char(out, *text);
	}
	str_add_char(out, '"');
}

static void format_texts(const struct text_list *list, struct str *out)
{
	str_add_char(out, '[');
	for (size_t i = 0; i < list->count; i++) {
		str_add_text(out, i ? ", " : "");
		settingtable_quote(out, list->items[i]);
	}
	str_add_char(out, ']');
}

static void format_durations(const struct duration_list *list, struct str *out)
{
	str_add_char(out, '[');
	for (size_t i = 0; i < list->count; i++) {
		str_add_text(out, i ? ", \"" : "\"");
		format_duration(list->items[i], out);
		str_add_char(out, '"');
	}
	str_add_char(out, ']');
}

static void format_rates(const struct pace_windows *list, struct str *out)
{
	str_add_char(out, '[');
	for (size_t i = 0; i < list->count; i++) {
		str_addf(out, "%s%d/", i ? ", \"" : "\"", list->items[i].messages);
		format_duration(list->items[i].per_ms, out);
		str_add_char(out, '"');
	}
	str_add_char(out, ']');
}

/* As short as it can be and still be read as the same number. */
static void format_number(double number, struct str *out)
{
	char text[32];
	int digits = 6;

	do
		snprintf(text, sizeof(text), "%.*g", digits, number);
	while (strtod(text, NULL) != number && digits++ < 17);
	str_add_text(out, text);
}

static void format_value(const struct setting *setting, const void *field, struct str *out)
{
	switch (setting->type) {
	case SETTING_TEXT:
		settingtable_quote(out, *(char *const *)field);
		break;
	case SETTING_INT:
		str_addf(out, "%d", *(const int *)field);
		break;
	case SETTING_NUMBER:
		format_number(*(const double *)field, out);
		break;
	case SETTING_CHOICE:
		settingtable_quote(out, setting->choices[*(const int *)field]);
		break;
	case SETTING_DURATION:
		str_add_char(out, '"');
		format_duration(*(const int64_t *)field, out);
		str_add_char(out, '"');
		break;
	case SETTING_TEXTS:
		format_texts(field, out);
		break;
	case SETTING_DURATIONS:
		format_durations(field, out);
		break;
	case SETTING_RATES:
		format_rates(field, out);
		break;
	}
}

void settingtable_format(const struct setting *table, const void *group, const char *indent, struct str *out)
{
	for (const struct setting *setting = table; setting->name; setting++) {
		str_addf(out, "%s%s = ", indent, setting->name);
		format_value(setting, const_field_of(setting, group), out);
		str_add_text(out, ";\n");
	}
}
