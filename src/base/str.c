/*
 * Growing bytes with a ceiling, and slices that borrow.
 */
#include "base/str.h"

#include "base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

void str_init(struct str *s, size_t max)
{
	*s = (struct str){.max = max};
	s->capacity = 32;
	s->ptr = mem_alloc(s->capacity);
}

void str_clear(struct str *s)
{
	free(s->ptr);
	*s = (struct str){0};
}

void str_init_secret(struct str *s, size_t max)
{
	*s = (struct str){.max = max, .capacity = max + 1};
	s->ptr = mem_alloc(s->capacity);
}

void str_wipe(struct str *s)
{
	explicit_bzero(s->ptr, s->capacity);
	str_clear(s);
}

void str_empty(struct str *s)
{
	s->len = 0;
	s->is_over = false;
	s->ptr[0] = '\0';
}

char *str_take(struct str *s)
{
	char *taken = s->ptr;
	size_t max = s->max;

	str_init(s, max);
	return taken;
}

/* Make room for `more` bytes and the NUL. False if that goes over the ceiling. */
static bool make_room(struct str *s, size_t more)
{
	size_t need;
	size_t capacity = s->capacity;

	if (s->is_over || more > s->max || s->len > s->max - more) {
		s->is_over = true;
		return false;
	}
	need = s->len + more + 1;
	if (need <= capacity)
		return true;
	while (capacity < need)
		capacity *= 2;
	s->ptr = mem_resize(s->ptr, capacity);
	s->capacity = capacity;
	return true;
}

void str_add(struct str *s, struct span bytes)
{
	if (!bytes.len || !make_room(s, bytes.len))
		return;
	memcpy(s->ptr + s->len, bytes.ptr, bytes.len);
	s->len += bytes.len;
	s->ptr[s->len] = '\0';
}

void str_add_text(struct str *s, const char *text)
{
	str_add(s, span_of(text));
}

void str_add_char(struct str *s, char c)
{
	if (!make_room(s, 1))
		return;
	s->ptr[s->len++] = c;
	s->ptr[s->len] = '\0';
}

void str_add_repeat(struct str *s, char c, size_t count)
{
	if (!make_room(s, count))
		return;
	memset(s->ptr + s->len, c, count);
	s->len += count;
	s->ptr[s->len] = '\0';
}

void str_addf(struct str *s, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	str_addv(s, format, args);
	va_end(args);
}

void str_addv(struct str *s, const char *format, va_list args)
{
	va_list again;
	int length;

	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, args);
	if (length >= 0 && make_room(s, (size_t)length)) {
		vsnprintf(s->ptr + s->len, (size_t)length + 1, format, again);
		s->len += (size_t)length;
	}
	va_end(again);
}

void str_cut(struct str *s, size_t len)
{
	if (len < s->len) {
		s->len = len;
		s->ptr[len] = '\0';
	}
}

enum status str_status(const struct str *s, const char *what, struct err *err)
{
	if (s->is_over)
		return err_set(err, E_RANGE, "%s is larger than %zu bytes", what, s->max);
	return OK;
}

bool span_equals(struct span a, struct span b)
{
	return a.len == b.len && (!a.len || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static unsigned char lower(char c)
{
	return (c >= 'A' && c <= 'Z') ? (unsigned char)(c + 32) : (unsigned char)c;
}

bool span_equals_nocase(struct span a, struct span b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		if (lower(a.ptr[i]) != lower(b.ptr[i]))
			return false;
	}
	return true;
}

bool span_starts(struct span s, struct span prefix)
{
	return s.len >= prefix.len && span_equals(span_first(s, prefix.len), prefix);
}

bool span_starts_nocase(struct span s, struct span prefix)
{
	return s.len >= prefix.len && span_equals_nocase(span_first(s, prefix.len), prefix);
}

bool span_ends(struct span s, struct span suffix)
{
	return s.len >= suffix.len && span_equals(span_from(s, s.len - suffix.len), suffix);
}

static bool is_white(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct span span_trim(struct span s)
{
	while (s.len && is_white(s.ptr[0]))
		s = span_from(s, 1);
	while (s.len && is_white(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

struct span span_from(struct span s, size_t start)
{
	if (!s.ptr)
		return (struct span){NULL, 0};
	if (start > s.len)
		start = s.len;
	return (struct span){s.ptr + start, s.len - start};
}

struct span span_first(struct span s, size_t len)
{
	return (struct span){s.ptr, len < s.len ? len : s.len};
}

size_t span_find(struct span s, struct span needle, size_t start)
{
	const char *found;

	if (start > s.len || needle.len > s.len - start)
		return SIZE_MAX;
	if (!needle.len)
		return start;
	found = memmem(s.ptr + start, s.len - start, needle.ptr, needle.len);
	return found ? (size_t)(found - s.ptr) : SIZE_MAX;
}

size_t span_find_char(struct span s, char c, size_t start)
{
	const char *found;

	if (start >= s.len)
		return SIZE_MAX;
	found = memchr(s.ptr + start, c, s.len - start);
	return found ? (size_t)(found - s.ptr) : SIZE_MAX;
}

bool span_split(struct span *rest, char separator, struct span *part)
{
	size_t at;

	if (!rest->ptr)
		return false;
	at = span_find_char(*rest, separator, 0);
	if (at == SIZE_MAX) {
		*part = *rest;
		*rest = (struct span){NULL, 0};
		return true;
	}
	*part = span_first(*rest, at);
	*rest = span_from(*rest, at + 1);
	return true;
}

bool span_line(struct span *rest, struct span *line)
{
	size_t at;

	if (!rest->len)
		return false;
	at = span_find_char(*rest, '\n', 0);
	*line = span_first(*rest, at);
	*rest = span_from(*rest, at == SIZE_MAX ? rest->len : at + 1);
	if (line->len && line->ptr[line->len - 1] == '\r')
		line->len--;
	return true;
}

char *span_copy(struct span s)
{
	return mem_copy_bytes(s.ptr, s.len);
}
