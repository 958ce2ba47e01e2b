#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* A time zone by its IANA name ("Europe/Brussels"), from the system's data. */
struct zone;

/* A wall-clock time somewhere. Month and day count from 1; weekday 1 is Monday (filled on the way out). */
struct civil {
	int year, month, day, hour, minute, second, millisecond;
	int weekday;
	int offset_seconds;    /* east of UTC; filled on the way out */
	char abbreviation[16]; /* "CET"; filled on the way out */
};

/*
 * E_NOTFOUND names the zone and suggests the nearest known name; E_CONFLICT for an
 * abbreviation (CET, EST) says what it may mean. Free with zone_free.
 */
enum status zone_new(const char *name, struct zone **out, struct err *err);
void zone_free(struct zone *zone);
const char *zone_name(const struct zone *zone);
/* The city of the name for people: "Brussels", "Port of Spain". Borrowed from the zone. */
const char *zone_city(const struct zone *zone);

struct civil zone_civil(const struct zone *zone, int64_t instant_ms);

/*
 * The instant of a local time (year to second are read). E_CONFLICT, printing
 * both choices with their offsets, for a local time that the zone skips or has
 * twice. E_RANGE for an impossible date.
 */
enum status zone_instant(
	const struct zone *zone, const struct civil *local, int64_t *instant_ms, struct err *err);

/*
 * Read an instant as people write it: "2026-11-11 10:00 Europe/Brussels",
 * "2026-11-11 10:00" (then in `fallback`), ISO 8601 "2026-11-11T10:00:00+01:00"
 * or with "Z". *zone_out is a new zone for the name as written, or for
 * `fallback`'s name, or "UTC" where an offset was given. An abbreviation such
 * as CET or EST is refused and says why (it means several things).
 */
enum status zone_parse_instant(struct span text, const struct zone *fallback, int64_t *instant_ms,
	struct zone **zone_out, struct err *err);

/* "Wed 11 Nov 2026 10:00" in the zone. English words: for terminals and logs. */
void zone_format(const struct zone *zone, int64_t instant_ms, struct str *out);
/* "10:00:00.041" in the zone. */
void zone_format_time(const struct zone *zone, int64_t instant_ms, struct str *out);
/* "2026-11-11T09:00:00.041Z". */
void zone_format_utc(int64_t instant_ms, struct str *out);
/* RFC 5322 date-time: "Wed, 11 Nov 2026 10:00:00 +0100". */
void zone_format_mail(const struct zone *zone, int64_t instant_ms, struct str *out);

#endif
