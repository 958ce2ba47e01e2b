/*
 * A page from arbitrary bytes. Whatever is taken for a release can be written
 * as a file and read again, unless its embargo is one that nobody can read.
 */
#include "compose/pastedpage.h"
#include "compose/releasewrite.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct release *release = NULL;
	struct release *again = NULL;
	struct str file;
	struct err err = {0};

	if (pastedpage_parse("page", span_bytes((const char *)data, size), &release, NULL, NULL, &err)) {
		require(err.status != OK && err.text[0]);
		return 0;
	}
	str_init(&file, STR_MAX_LARGE);
	release_write(release, &file);
	if (release_parse("page.md", str_span(&file), NULL, &again, &err) == OK) {
		require(strcmp(release->title, again->title) == 0);
		require(release->contact_count == again->contact_count);
		require(strcmp(release->body, again->body + 1) == 0);
	} else {
		require(*release->embargo || file.len > RELEASE_FILE_MAX / 4);
	}
	release_free(release);
	release_free(again);
	str_clear(&file);
	return 0;
}
