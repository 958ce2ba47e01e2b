#ifndef BASE_STR_H
#define BASE_STR_H

#include "base/err.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* A borrowed slice of bytes; not NUL-terminated. `ptr` may be NULL when `len` is 0. */
struct span {
	const char *ptr;
	size_t len;
};

/*
 * Growing bytes with a ceiling. An append that would go over `max` is dropped
 * whole and remembered: ask str_status() once at the end. `ptr` is always
 * NUL-terminated after the NUL-free bytes one appended, and never NULL after
 * str_init.
 */
struct str {
	char *ptr;
	size_t len;
	size_t capacity;
	size_t max;
	bool is_over;
};

#define STR_MAX_SMALL 4096u                 /* a line, a name, a message to a person */
#define STR_MAX_LARGE (64u * 1024u * 1024u) /* a file, a message with attachments */

void str_init(struct str *s, size_t max);
void str_clear(struct str *s); /* frees; init again before use */
/*
 * For secrets: all its room at once, since growing would leave copies behind. An add is never over `max`,
 * so that it stays where it is. Ends with str_wipe().
 */
void str_init_secret(struct str *s, size_t max);
void str_wipe(struct str *s);  /* as str_clear, its memory overwritten before */
void str_empty(struct str *s); /* keeps the memory and the ceiling, forgets the overflow */
char *str_take(struct str *s); /* the bytes, now the caller's to free(); `s` is as after init */

void str_add(struct str *s, struct span bytes);
void str_add_text(struct str *s, const char *text);
void str_add_char(struct str *s, char c);
void str_add_repeat(struct str *s, char c, size_t count);
void str_addf(struct str *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void str_addv(struct str *s, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
void str_cut(struct str *s, size_t len); /* shorten to `len`, which is at most s->len */

/* E_RANGE, naming `what` and the ceiling, if an append was dropped. */
enum status str_status(const struct str *s, const char *what, struct err *err);

static inline struct span span_of(const char *text)
{
	return (struct span){text, text ? strlen(text) : 0};
}

static inline struct span span_bytes(const void *ptr, size_t len)
{
	return (struct span){ptr, len};
}

static inline struct span str_span(const struct str *s)
{
	return (struct span){s->ptr, s->len};
}

/* A string literal as a span. */
#define SPAN(literal) ((struct span){"" literal, sizeof(literal) - 1})

/* For printf: `printf("%.*s", SPAN_ARG(span))`. */
#define SPAN_ARG(span) (int)(span).len, (span).ptr ? (span).ptr : ""

bool span_equals(struct span a, struct span b);
bool span_equals_nocase(struct span a, struct span b); /* ASCII letters only */
bool span_starts(struct span s, struct span prefix);
bool span_starts_nocase(struct span s, struct span prefix);
bool span_ends(struct span s, struct span suffix);
struct span span_trim(struct span s);               /* ASCII white space at both ends */
struct span span_from(struct span s, size_t start); /* from `start`, clamped to the end */
struct span span_first(struct span s, size_t len);  /* at most `len` bytes */
/* Offset of the first `needle` at or after `start`, or SIZE_MAX. */
size_t span_find(struct span s, struct span needle, size_t start);
size_t span_find_char(struct span s, char c, size_t start);
/*
 * Split off the part of *rest before the first `separator` into *part and move
 * *rest behind it. False once nothing is left; "a,b," gives "a", "b", "".
 * Start with *rest the whole text; rest->ptr becomes NULL after the last part.
 */
bool span_split(struct span *rest, char separator, struct span *part);
/* The next line without its LF or CR LF. False at the end of *rest. */
bool span_line(struct span *rest, struct span *line);
/* A heap copy, NUL-terminated; free() it. */
char *span_copy(struct span s);

#endif
