/*
 * "Did you mean": the near one of the names that were possible.
 */
#include "base/suggest.h"

#include <string.h>

#define FARTHEST 2
/* Longer words are not mistyped but something else. */
#define WORD_MAX 64

static char lower(char c)
{
	return (c >= 'A' && c <= 'Z') ? (char)(c + 32) : c;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Edit distance where a swap of neighbours costs 1 (optimal string alignment);
 * `a` and `b` are at most WORD_MAX long. Three rows of the table are enough.
 */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][WORD_MAX + 1];

	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *row = rows[i % 3];
		const size_t *above = rows[(i + 2) % 3];
		const size_t *above2 = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t cost = lower(a[i - 1]) != lower(b[j - 1]);

			row[j] = smaller(above[j] + 1, row[j - 1] + 1);
			row[j] = smaller(row[j], above[j - 1] + cost);
			if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
				lower(a[i - 2]) == lower(b[j - 1]))
				row[j] = smaller(row[j], above2[j - 2] + 1);
		}
	}
	return rows[a_len % 3][b_len];
}

const char *suggest_nearest(const char *word, const char *const *names, size_t count)
{
	size_t word_len = strlen(word);
	size_t best_distance = FARTHEST + 1;
	const char *best = NULL;

	if (word_len > WORD_MAX)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		size_t name_len = strlen(names[i]);
		size_t far;

		if (name_len > word_len + FARTHEST || word_len > name_len + FARTHEST || name_len > WORD_MAX)
			continue;
		far = distance(word, word_len, names[i], name_len);
		if (far < best_distance && 2 * far < word_len) {
			best = names[i];
			best_distance = far;
		}
	}
	return best;
}
