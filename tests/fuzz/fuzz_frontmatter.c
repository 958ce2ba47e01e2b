/*
 * A release's file from arbitrary bytes. What is taken can be written and is
 * then read again as the same.
 */
#include "compose/release.h"
#include "compose/releasecheck.h"
#include "compose/releasewrite.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void ignore(void *context, enum check_level level, const char *path, size_t line, const char *words)
{
	(void)context;
	(void)level;
	(void)path;
	(void)words;
	require(line > 0);
}

static void check_same(const struct release *a, const struct release *b)
{
	require(strcmp(a->title, b->title) == 0 && strcmp(a->subtitle, b->subtitle) == 0);
	require(strcmp(a->notes, b->notes) == 0 && strcmp(a->boilerplate, b->boilerplate) == 0);
	require(strcmp(a->embargo, b->embargo) == 0 && a->embargo_ms == b->embargo_ms);
	require(a->contact_count == b->contact_count && a->image_count == b->image_count);
	for (size_t i = 0; i < a->contact_count; i++) {
		require(strcmp(a->contacts[i].name, b->contacts[i].name) == 0);
		require(strcmp(a->contacts[i].email, b->contacts[i].email) == 0);
		require(a->contacts[i].phone_count == b->contacts[i].phone_count);
	}
	require(a->media_count == b->media_count);
	for (size_t i = 0; i < a->media_count; i++) {
		require(strcmp(a->media[i].url, b->media[i].url) == 0);
		require(strcmp(a->media[i].credit, b->media[i].credit) == 0);
		require(a->media[i].kind == b->media[i].kind);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct release *release = NULL;
	struct release *again = NULL;
	struct str file;
	struct err err = {0};

	if (release_parse("fund.fr.md", span_bytes((const char *)data, size), NULL, &release, &err)) {
		require(err.status != OK && err.text[0]);
		return 0;
	}
	release_check(release, "/nonexistent", 0, ignore, NULL);
	str_init(&file, STR_MAX_LARGE);
	release_write(release, &file);
	require(release_parse("fund.fr.md", str_span(&file), NULL, &again, &err) == OK);
	check_same(release, again);
	release_free(release);
	release_free(again);
	str_clear(&file);
	return 0;
}
