/*
 * Chance that can be had again: splitmix64.
 */
#include "support/random.h"

#include "base/utf8.h"
#include "support/test.h"

#include <inttypes.h>

static uint64_t last_seed;

uint64_t random_first_seed(void)
{
	const char *seed = getenv("DATELINE_SEED");

	return seed && *seed ? strtoull(seed, NULL, 10) : 20151110;
}

void random_init(struct random *random, uint64_t seed)
{
	random->state = seed;
	last_seed = seed;
}

int random_show_seed(void **state)
{
	(void)state;
	print_message(
		"last seed %" PRIu64 ": DATELINE_SEED=%" PRIu64 " starts from it\n", last_seed, last_seed);
	return 0;
}

static uint64_t next(struct random *random)
{
	uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

size_t random_below(struct random *random, size_t below)
{
	return (size_t)(next(random) % below);
}

bool random_one_in(struct random *random, size_t count)
{
	return random_below(random, count) == 0;
}

static uint32_t random_character(struct random *random)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{0x21, 0x7e},       /* ASCII */
		{0xa1, 0xff},       /* Latin-1 */
		{0x100, 0x17f},     /* Latin Extended-A */
		{0x391, 0x3a1},     /* Greek */
		{0x410, 0x44f},     /* Cyrillic */
		{0x5d0, 0x5ea},     /* Hebrew */
		{0x627, 0x63a},     /* Arabic */
		{0x905, 0x939},     /* Devanagari */
		{0xe01, 0xe2e},     /* Thai */
		{0x1208, 0x1220},   /* Ethiopic */
		{0x4e00, 0x9fff},   /* Chinese */
		{0xac00, 0xd7a3},   /* Korean */
		{0x1f600, 0x1f64f}, /* faces */
	};
	static const char signs[] = "\",;'\\<>&{}@()=!#*_`|%$+-";
	size_t which;

	if (random_one_in(random, 4))
		return (unsigned char)signs[random_below(random, sizeof(signs) - 1)];
	which = random_one_in(random, 2) ? 0 : random_below(random, sizeof(ranges) / sizeof(ranges[0]));
	return ranges[which].first +
	       (uint32_t)random_below(random, ranges[which].last - ranges[which].first + 1);
}

void random_add_text(struct random *random, struct str *out, size_t max)
{
	size_t count = 1 + random_below(random, max);

	for (size_t i = 0; i < count; i++) {
		if (i && i + 1 < count && random_one_in(random, 6))
			str_add_char(out, ' ');
		else
			utf8_add(out, random_character(random));
	}
}
