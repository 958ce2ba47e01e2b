/*
 * Time zones: wall-clock times to instants and back, and instants as people write
 * and read them. GLib reads the system's zone data; it is used nowhere else.
 */
#include "base/zone.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/suggest.h"

#include <glib.h>
#include <stdlib.h>

#define SECONDS_PER_DAY 86400
/* More than any zone's distance from UTC, today or ever (15 h 56 min). */
#define OFFSET_MAX_SECONDS (16 * 3600)
#define YEAR_MIN 1
#define YEAR_MAX 9999
#define INSTANT_TEXT_MAX 128
#define FOLDER_DEPTH_MAX 4
#define NAME_MAX_BYTES 64

struct zone {
	char *name;
	char *city;
	GTimeZone *data;
};

/*
 * Letters that people write for a zone though they mean several, or are a
 * country's standard time all year round where summer time is meant.
 */
static const struct {
	const char *letters;
	const char *meanings;
} abbreviations[] = {
	{"ADT", "America/Halifax or Arabia"},
	{"AEST", "Australia/Brisbane or Australia/Sydney"},
	{"AMT", "Asia/Yerevan or America/Manaus"},
	{"AST", "America/Halifax, America/Puerto_Rico or Asia/Riyadh"},
	{"BST", "Europe/London, Asia/Dhaka or Pacific/Bougainville"},
	{"CDT", "America/Chicago or America/Havana"},
	{"CEST", "Europe/Brussels or Africa/Ceuta, in summer only"},
	{"CET", "Europe/Brussels or Africa/Algiers, which has no summer time"},
	{"CST", "America/Chicago, America/Costa_Rica, Asia/Shanghai or America/Havana"},
	{"CST6CDT", "America/Chicago or America/Winnipeg"},
	{"EAT", "Africa/Nairobi or Africa/Addis_Ababa"},
	{"ECT", "America/Guayaquil or America/Puerto_Rico"},
	{"EDT", "America/New_York or America/Toronto, in summer only"},
	{"EET", "Europe/Athens or Africa/Tripoli, which has no summer time"},
	{"EEST", "Europe/Athens or Asia/Beirut, in summer only"},
	{"EST", "America/New_York, America/Panama, which has no summer time, or Australia/Sydney"},
	{"EST5EDT", "America/New_York or America/Toronto"},
	{"GST", "Asia/Dubai or Atlantic/South_Georgia"},
	{"HST", "Pacific/Honolulu or America/Adak"},
	{"IST", "Asia/Kolkata, Asia/Jerusalem or Europe/Dublin"},
	{"MDT", "America/Denver or America/Edmonton, in summer only"},
	{"MET", "Europe/Brussels or Asia/Yangon"},
	{"MSK", "Europe/Moscow or Europe/Simferopol"},
	{"MST", "America/Denver, America/Phoenix, Asia/Kuala_Lumpur or Asia/Yangon"},
	{"MST7MDT", "America/Denver or America/Edmonton"},
	{"PDT", "America/Los_Angeles or America/Vancouver, in summer only"},
	{"PST", "America/Los_Angeles, Asia/Manila or Pacific/Pitcairn"},
	{"PST8PDT", "America/Los_Angeles or America/Vancouver"},
	{"SST", "Pacific/Pago_Pago or Asia/Singapore"},
	{"WAT", "Africa/Lagos or Africa/Windhoek"},
	{"WET", "Europe/Lisbon or Africa/Casablanca"},
	{"WEST", "Europe/Lisbon or Atlantic/Canary, in summer only"},
};

static const char *const day_names[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
static const char *const month_names[] = {
	"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct names {
	char **items;
	size_t count;
	size_t capacity;
};

static const char *data_folder(void)
{
	const char *folder = getenv("TZDIR");

	return folder && *folder ? folder : "/usr/share/zoneinfo";
}

/*
 * GLib would take offsets, rules and paths too; here only names of places count.
 * Beside them lie files in lower case: tables, "localtime", "posix/", "right/".
 */
static bool is_name_shaped(const char *name)
{
	const char *allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
	size_t length = strlen(name);

	return length < NAME_MAX_BYTES && g_ascii_isupper(name[0]) && strspn(name, allowed) == length;
}

static void collect_names(const char *prefix, int depth, struct names *names)
{
	char *folder = file_join(data_folder(), prefix);
	char **entries;
	size_t count;

	if (file_list_folder(folder, "", &entries, &count, NULL) != OK)
		count = 0;
	for (size_t i = 0; i < count; i++) {
		char *name = file_join(prefix, entries[i]);
		char *path = file_join(folder, entries[i]);

		if (is_name_shaped(name) && !file_is_folder(path)) {
			names->items =
				mem_grow(names->items, names->count, &names->capacity, sizeof(*names->items));
			names->items[names->count++] = mem_copy_text(name);
		} else if (is_name_shaped(name) && depth < FOLDER_DEPTH_MAX) {
			collect_names(name, depth + 1, names);
		}
		free(name);
		free(path);
	}
	file_free_names(entries, count);
	free(folder);
}

/* "Brusels" alone finds "Europe/Brussels" too. */
static const char *nearest_by_city(const char *word, const struct names *names)
{
	const char **cities = mem_alloc((names->count + 1) * sizeof(*cities));
	const char *city;
	const char *found = NULL;

	for (size_t i = 0; i < names->count; i++)
		cities[i] = file_name(names->items[i]);
	city = suggest_nearest(file_name(word), cities, names->count);
	for (size_t i = 0; city && i < names->count; i++) {
		if (cities[i] == city)
			found = names->items[i];
	}
	free(cities);
	return found;
}

static enum status refuse_unknown(const char *name, struct err *err)
{
	struct names names = {0};
	const char *near;
	enum status status;

	collect_names("", 0, &names);
	near = suggest_nearest(name, (const char *const *)names.items, names.count);
	if (!near)
		near = nearest_by_city(name, &names);
	if (near)
		status = err_set(
			err, E_NOTFOUND, "there is no time zone \"%s\": did you mean \"%s\"?", name, near);
	else
		status = err_set(err, E_NOTFOUND,
			"there is no time zone \"%s\": name a place, as in \"Europe/Brussels\"", name);
	file_free_names(names.items, names.count);
	return status;
}

static enum status refuse_abbreviation(const char *name, struct err *err)
{
	for (size_t i = 0; i < sizeof(abbreviations) / sizeof(abbreviations[0]); i++) {
		if (span_equals_nocase(span_of(name), span_of(abbreviations[i].letters)))
			return err_set(err, E_CONFLICT,
				"\"%s\" is no time zone's name and may mean %s: name the place", name,
				abbreviations[i].meanings);
	}
	return OK;
}

static bool is_known(const char *name)
{
	char *path = file_join(data_folder(), name);
	bool is_known = file_is_there(path) && !file_is_folder(path);

	free(path);
	return is_known;
}

static char *city_of(const char *name)
{
	char *city = mem_copy_text(file_name(name));

	for (char *p = city; *p; p++) {
		if (*p == '_')
			*p = ' ';
	}
	return city;
}

enum status zone_new(const char *name, struct zone **out, struct err *err)
{
	enum status status = refuse_abbreviation(name, err);
	bool is_utc = strcmp(name, "UTC") == 0;
	GTimeZone *data = NULL;

	*out = NULL;
	if (status != OK)
		return status;
	if (is_utc)
		data = g_time_zone_new_utc();
	else if (is_name_shaped(name) && is_known(name))
		data = g_time_zone_new_identifier(name);
	if (!data)
		return refuse_unknown(name, err);
	*out = mem_alloc(sizeof(**out));
	(*out)->name = mem_copy_text(name);
	(*out)->city = city_of(name);
	(*out)->data = data;
	return OK;
}

void zone_free(struct zone *zone)
{
	if (!zone)
		return;
	g_time_zone_unref(zone->data);
	free(zone->name);
	free(zone->city);
	free(zone);
}

const char *zone_name(const struct zone *zone)
{
	return zone->name;
}

const char *zone_city(const struct zone *zone)
{
	return zone->city;
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/*
 * Days since 1970-01-01 in the proleptic Gregorian calendar, and back. Years are
 * counted from March, so that the leap day is the last of its year; 400 years
 * have 146,097 days, and 719,468 lie between 0000-03-01 and 1970-01-01.
 */
static int64_t days_from_date(int year, int month, int day)
{
	int64_t y = year - (month <= 2);
	int64_t era = floor_div(y, 400);
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

static void date_from_days(int64_t days, struct civil *civil)
{
	int64_t era = floor_div(days + 719468, 146097);
	int64_t day_of_era = days + 719468 - era * 146097;
	int64_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month = (5 * day_of_year + 2) / 153;

	civil->day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
	civil->month = (int)(month < 10 ? month + 3 : month - 9);
	civil->year = (int)(year_of_era + era * 400 + (civil->month <= 2));
	civil->weekday = (int)(days + 3 - floor_div(days + 3, 7) * 7) + 1;
}

static struct civil civil_at_offset(int64_t instant_ms, int offset_seconds)
{
	int64_t seconds = floor_div(instant_ms, 1000);
	int64_t local = seconds + offset_seconds;
	int64_t days = floor_div(local, SECONDS_PER_DAY);
	int second_of_day = (int)(local - days * SECONDS_PER_DAY);
	struct civil civil = {0};

	date_from_days(days, &civil);
	civil.hour = second_of_day / 3600;
	civil.minute = second_of_day / 60 % 60;
	civil.second = second_of_day % 60;
	civil.millisecond = (int)(instant_ms - seconds * 1000);
	civil.offset_seconds = offset_seconds;
	return civil;
}

static int interval_at(const struct zone *zone, int64_t seconds)
{
	return g_time_zone_find_interval(zone->data, G_TIME_TYPE_UNIVERSAL, seconds);
}

struct civil zone_civil(const struct zone *zone, int64_t instant_ms)
{
	int interval = interval_at(zone, floor_div(instant_ms, 1000));
	struct civil civil = civil_at_offset(instant_ms, g_time_zone_get_offset(zone->data, interval));

	g_strlcpy(civil.abbreviation, g_time_zone_get_abbreviation(zone->data, interval),
		sizeof(civil.abbreviation));
	return civil;
}

static int days_in_month(int year, int month)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return lengths[month - 1] + (month == 2 && is_leap);
}

static bool is_between(int value, int least, int most)
{
	return value >= least && value <= most;
}

static enum status check_civil(const struct civil *local, struct err *err)
{
	if (!is_between(local->year, YEAR_MIN, YEAR_MAX) || !is_between(local->month, 1, 12) ||
		!is_between(local->day, 1, days_in_month(local->year, local->month)))
		return err_set(err, E_RANGE, "there is no date \"%04d-%02d-%02d\"", local->year, local->month,
			local->day);
	if (!is_between(local->hour, 0, 23) || !is_between(local->minute, 0, 59) ||
		!is_between(local->second, 0, 59) || !is_between(local->millisecond, 0, 999))
		return err_set(err, E_RANGE, "there is no time of day \"%02d:%02d:%02d\"", local->hour,
			local->minute, local->second);
	return OK;
}

static int64_t seconds_as_if_utc(const struct civil *local)
{
	int64_t days = days_from_date(local->year, local->month, local->day);

	return days * SECONDS_PER_DAY + local->hour * 3600 + local->minute * 60 + local->second;
}

static void add_choice(const struct zone *zone, int64_t seconds, struct str *out)
{
	struct civil c = zone_civil(zone, seconds * 1000);
	int offset = abs(c.offset_seconds) / 60;

	str_addf(out, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", c.year, c.month, c.day, c.hour, c.minute,
		c.second, c.offset_seconds < 0 ? '-' : '+', offset / 60, offset % 60);
}

static enum status refuse_local(const struct zone *zone, const struct civil *local, const char *why,
	const int64_t choices[2], struct err *err)
{
	struct str text;
	enum status status;

	str_init(&text, STR_MAX_SMALL);
	add_choice(zone, choices[0], &text);
	str_add_text(&text, " or ");
	add_choice(zone, choices[1], &text);
	status = err_set(err, E_CONFLICT, "\"%04d-%02d-%02d %02d:%02d\" %s in %s: write %s", local->year,
		local->month, local->day, local->hour, local->minute, why, zone->name, text.ptr);
	str_clear(&text);
	return status;
}

enum status zone_instant(
	const struct zone *zone, const struct civil *local, int64_t *instant_ms, struct err *err)
{
	enum status status = check_civil(local, err);
	int64_t found[2] = {0, 0};
	int64_t around[2];
	int64_t naive;
	int count = 0;
	int first;
	int last;

	if (status != OK)
		return status;
	naive = seconds_as_if_utc(local);
	first = interval_at(zone, naive - OFFSET_MAX_SECONDS);
	last = interval_at(zone, naive + OFFSET_MAX_SECONDS);
	around[0] = naive - g_time_zone_get_offset(zone->data, first);
	around[1] = naive - g_time_zone_get_offset(zone->data, last);
	/* The round trip: an offset counts only if it is in force at the instant it leads to. */
	for (int i = first; i <= last; i++) {
		int64_t candidate = naive - g_time_zone_get_offset(zone->data, i);

		if (interval_at(zone, candidate) == i && count < 2)
			found[count++] = candidate;
	}
	if (count == 0)
		return refuse_local(zone, local, "does not exist (the clocks skip it)", around, err);
	if (count == 2)
		return refuse_local(zone, local, "comes twice (the clocks go back)", found, err);
	*instant_ms = found[0] * 1000 + local->millisecond;
	return OK;
}

/* Exactly `digits` digits from the start of *rest. */
static bool take_number(struct span *rest, size_t digits, int *number)
{
	if (rest->len < digits)
		return false;
	*number = 0;
	for (size_t i = 0; i < digits; i++) {
		if (!g_ascii_isdigit(rest->ptr[i]))
			return false;
		*number = *number * 10 + (rest->ptr[i] - '0');
	}
	*rest = span_from(*rest, digits);
	return true;
}

static bool take_char(struct span *rest, const char *choices)
{
	if (!rest->len || !rest->ptr[0] || !strchr(choices, rest->ptr[0]))
		return false;
	*rest = span_from(*rest, 1);
	return true;
}

static bool take_date(struct span *rest, struct civil *civil)
{
	return take_number(rest, 4, &civil->year) && take_char(rest, "-") &&
	       take_number(rest, 2, &civil->month) && take_char(rest, "-") &&
	       take_number(rest, 2, &civil->day);
}

static bool take_time(struct span *rest, struct civil *civil)
{
	if (!take_number(rest, 2, &civil->hour) || !take_char(rest, ":") ||
		!take_number(rest, 2, &civil->minute))
		return false;
	if (!take_char(rest, ":"))
		return true;
	if (!take_number(rest, 2, &civil->second))
		return false;
	return !take_char(rest, ".") || take_number(rest, 3, &civil->millisecond);
}

/* The whole text is an offset: "+01:00", "+0100". */
static bool is_offset(struct span text, int *seconds)
{
	bool is_west = text.len && text.ptr[0] == '-';
	int hours;
	int minutes;

	if (!take_char(&text, "+-") || !take_number(&text, 2, &hours))
		return false;
	take_char(&text, ":");
	if (!take_number(&text, 2, &minutes) || text.len || hours > 15 || minutes > 59)
		return false;
	*seconds = (hours * 3600 + minutes * 60) * (is_west ? -1 : 1);
	return true;
}

static enum status instant_at_offset(
	struct civil *civil, int offset_seconds, int64_t *instant_ms, struct zone **zone_out, struct err *err)
{
	enum status status = check_civil(civil, err);

	if (status != OK)
		return status;
	*instant_ms = (seconds_as_if_utc(civil) - offset_seconds) * 1000 + civil->millisecond;
	return zone_new("UTC", zone_out, err);
}

static enum status instant_in_zone(const char *name, const struct civil *civil, int64_t *instant_ms,
	struct zone **zone_out, struct err *err)
{
	enum status status = zone_new(name, zone_out, err);

	if (status != OK)
		return status;
	status = zone_instant(*zone_out, civil, instant_ms, err);
	if (status != OK) {
		zone_free(*zone_out);
		*zone_out = NULL;
	}
	return status;
}

enum status zone_parse_instant(struct span text, const struct zone *fallback, int64_t *instant_ms,
	struct zone **zone_out, struct err *err)
{
	struct span rest = span_trim(text);
	struct civil civil = {0};
	enum status status;
	int offset = 0;
	char *name;

	*zone_out = NULL;
	if (rest.len > INSTANT_TEXT_MAX)
		return err_set(err, E_SYNTAX, "a time of %zu bytes is none", rest.len);
	if (!take_date(&rest, &civil) || !take_char(&rest, "T ") || !take_time(&rest, &civil) ||
		span_find_char(rest, '\0', 0) != SIZE_MAX)
		return err_set(err, E_SYNTAX,
			"\"%.*s\" is not a time: write it as \"2026-11-11 10:00 Europe/Brussels\"",
			SPAN_ARG(text));
	rest = span_trim(rest);
	if (span_equals(rest, SPAN("Z")) || is_offset(rest, &offset))
		return instant_at_offset(&civil, offset, instant_ms, zone_out, err);
	if (!rest.len && !fallback)
		return err_set(err, E_SYNTAX,
			"\"%.*s\" has no time zone: add one, as in \"2026-11-11 10:00 Europe/Brussels\"",
			SPAN_ARG(text));
	name = rest.len ? span_copy(rest) : mem_copy_text(zone_name(fallback));
	status = instant_in_zone(name, &civil, instant_ms, zone_out, err);
	free(name);
	return status;
}

void zone_format(const struct zone *zone, int64_t instant_ms, struct str *out)
{
	struct civil c = zone_civil(zone, instant_ms);

	str_addf(out, "%s %d %s %d %02d:%02d", day_names[c.weekday - 1], c.day, month_names[c.month - 1],
		c.year, c.hour, c.minute);
}

void zone_format_time(const struct zone *zone, int64_t instant_ms, struct str *out)
{
	struct civil c = zone_civil(zone, instant_ms);

	str_addf(out, "%02d:%02d:%02d.%03d", c.hour, c.minute, c.second, c.millisecond);
}

void zone_format_utc(int64_t instant_ms, struct str *out)
{
	struct civil c = civil_at_offset(instant_ms, 0);

	str_addf(out, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", c.year, c.month, c.day, c.hour, c.minute,
		c.second, c.millisecond);
}

void zone_format_mail(const struct zone *zone, int64_t instant_ms, struct str *out)
{
	struct civil c = zone_civil(zone, instant_ms);
	int offset = abs(c.offset_seconds) / 60;

	str_addf(out, "%s, %d %s %04d %02d:%02d:%02d %c%02d%02d", day_names[c.weekday - 1], c.day,
		month_names[c.month - 1], c.year, c.hour, c.minute, c.second,
		c.offset_seconds < 0 ? '-' : '+', offset / 60, offset % 60);
}
