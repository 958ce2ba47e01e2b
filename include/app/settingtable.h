#ifndef APP_SETTINGTABLE_H
#define APP_SETTINGTABLE_H

#include "app/settingcheck.h"
#include "base/err.h"
#include "base/str.h"
#include "deliver/pace.h"

#include <stddef.h>
#include <stdint.h>

/*
 * A group of settings as a table: what each key is called, what it holds and
 * where, what it is when the file says nothing, what makes it impossible.
 */
struct config_setting_t;

#define SETTING_ITEMS_MAX 100u

struct text_list {
	char **items;
	size_t count;
};

/* Milliseconds each. */
struct duration_list {
	int64_t *items;
	size_t count;
};

enum setting_type {
	SETTING_TEXT,      /* char *, never NULL */
	SETTING_INT,       /* int */
	SETTING_NUMBER,    /* double */
	SETTING_CHOICE,    /* int: the index in `choices` */
	SETTING_TEXTS,     /* struct text_list */
	SETTING_DURATION,  /* int64_t, milliseconds */
	SETTING_DURATIONS, /* struct duration_list */
	SETTING_RATES      /* struct pace_windows */
};

/* A table ends with a row without a name. */
struct setting {
	const char *name;
	enum setting_type type;
	size_t offset;              /* of the value in the group's struct */
	const char *fallback;       /* its text; items of a list separated by spaces */
	settingcheck_fn *check;     /* of TEXT and TEXTS; a TEXT that may not be "" must be in the file */
	double least, most;         /* of INT and NUMBER; of DURATION in milliseconds, 0 and 0: any */
	const char *const *choices; /* of CHOICE, NULL at the end */
};

struct setting_fault {
	int line; /* 0 for what concerns the whole file */
	enum status status;
	char *words;
};

/* The faults found while a file is read. Start from `{.path = path}`. */
struct setting_faults {
	const char *path;
	struct setting_fault *items;
	size_t count, capacity;
};

/* "PATH:LINE: words" (no line if it is 0) to the faults. */
void settingtable_fault(struct setting_faults *faults, int line, enum status status, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/*
 * Say each in the order of the file, those of the whole file last, and forget them. The first
 * one's status and words are returned and in `err`; OK if there was none. `say` may be NULL.
 */
enum status settingtable_tell(struct setting_faults *faults, void (*say)(void *context, const char *words),
	void *context, struct err *err);

/* An unknown key, with the nearest of `names`. `group` is NULL at the top level. */
void settingtable_unknown(struct setting_faults *faults, const char *group,
	const struct config_setting_t *found, const char *const *names, size_t count);

/* Fill a zeroed struct with the fallbacks; every other call needs that first. */
void settingtable_init(const struct setting *table, void *group);
void settingtable_clear(const struct setting *table, void *group);

/* One value, or a whole group of them, from the file. */
void settingtable_read_value(struct setting_faults *faults, const struct setting *setting,
	const struct config_setting_t *found, void *group);
void settingtable_read_group(struct setting_faults *faults, const char *name, const struct setting *table,
	const struct config_setting_t *found, void *group);
/* Faults for texts without a usable fallback that aren't in the file. `found` is the group, NULL if it isn't.
 */
void settingtable_require(struct setting_faults *faults, const char *name, const struct setting *table,
	const struct config_setting_t *found);

/* `key = value;` lines, as the file would say them. */
void settingtable_format(const struct setting *table, const void *group, const char *indent, struct str *out);

/* A text in quotes, as libconfig reads it. */
void settingtable_quote(struct str *out, const char *text);

/* "250ms", "90s", "5m", "2h", "1d", "1h30m". E_SYNTAX; E_RANGE over a year. */
enum status settingtable_parse_duration(struct span text, int64_t *duration_ms, struct err *err);
/* "20/1s", "10000/1h". E_SYNTAX; E_RANGE outside of 1 to 10 million messages in a second to 31 days. */
enum status settingtable_parse_rate(struct span text, struct pace_window *window, struct err *err);

#endif
