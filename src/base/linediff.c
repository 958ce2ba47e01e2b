/*
 * A line diff: common ends cut off, then the longest common subsequence of the rest.
 */
#include "base/linediff.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <stdint.h>
#include <stdlib.h>

struct lines {
	struct span *items;
	size_t count, capacity;
};

static void split(struct span text, struct lines *lines)
{
	struct span line;

	while (span_line(&text, &line)) {
		lines->items = mem_grow(lines->items, lines->count, &lines->capacity, sizeof(*lines->items));
		lines->items[lines->count++] = line;
	}
}

static void add_line(struct str *out, char mark, struct span line)
{
	str_add_char(out, mark);
	str_add_char(out, ' ');
	utf8_add_shown(out, line, ' ');
	str_add_char(out, '\n');
}

static void add_lines(struct str *out, char mark, const struct span *lines, size_t count)
{
	for (size_t i = 0; i < count; i++)
		add_line(out, mark, lines[i]);
}

/* table[i][k]: the length of the longest common subsequence of a from i on and b from k on. */
static void compare(
	const struct span *a, size_t a_count, const struct span *b, size_t b_count, struct str *out)
{
	size_t width = b_count + 1;
	uint16_t *table = mem_alloc((a_count + 1) * width * sizeof(*table));
	size_t i = 0;
	size_t k = 0;

	for (size_t x = a_count; x-- > 0;) {
		for (size_t y = b_count; y-- > 0;) {
			uint16_t down = table[(x + 1) * width + y];
			uint16_t right = table[x * width + y + 1];

			if (span_equals(a[x], b[y]))
				table[x * width + y] = (uint16_t)(table[(x + 1) * width + y + 1] + 1);
			else
				table[x * width + y] = down > right ? down : right;
		}
	}
	while (i < a_count || k < b_count) {
		if (i < a_count && k < b_count && span_equals(a[i], b[k])) {
			i++;
			k++;
		} else if (k == b_count ||
			   (i < a_count && table[(i + 1) * width + k] >= table[i * width + k + 1])) {
			add_line(out, '-', a[i++]);
		} else {
			add_line(out, '+', b[k++]);
		}
	}
	free(table);
}

void linediff(struct span before, struct span after, struct str *out)
{
	struct lines a = {0};
	struct lines b = {0};
	size_t start = 0;
	size_t a_end;
	size_t b_end;

	split(before, &a);
	split(after, &b);
	a_end = a.count;
	b_end = b.count;
	while (start < a_end && start < b_end && span_equals(a.items[start], b.items[start]))
		start++;
	while (a_end > start && b_end > start && span_equals(a.items[a_end - 1], b.items[b_end - 1])) {
		a_end--;
		b_end--;
	}
	if (a_end - start <= LINEDIFF_MAX && b_end - start <= LINEDIFF_MAX) {
		compare(a.items + start, a_end - start, b.items + start, b_end - start, out);
	} else {
		add_lines(out, '-', a.items + start, a_end - start);
		add_lines(out, '+', b.items + start, b_end - start);
	}
	free(a.items);
	free(b.items);
}
