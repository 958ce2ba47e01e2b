/*
 * A dateline.cfg, written and read.
 */
#include "support/settingscase.h"

#include "base/file.h"

#include <stdlib.h>
#include <sys/stat.h>

static void note(void *context, const char *words)
{
	struct settingscase *found = context;

	str_addf(&found->words, "%s\n", words);
	found->count++;
}

void settingscase_load_bytes(void **state, struct settingscase *found, struct span content)
{
	char *path = file_join(*state, "dateline.cfg");

	*found = (struct settingscase){0};
	str_init(&found->words, STR_MAX_LARGE);
	assert_int_equal(file_save(path, content, 0600, &found->err), OK);
	found->status = settings_load(path, note, found, &found->settings, &found->err);
	free(path);
}

void settingscase_load(void **state, struct settingscase *found, const char *content)
{
	settingscase_load_bytes(state, found, span_of(content));
}

void settingscase_clear(struct settingscase *found)
{
	settings_free(found->settings);
	str_clear(&found->words);
}

void settingscase_save_secret(void **state, mode_t mode)
{
	char *path = file_join(*state, "secret");
	struct err err;

	assert_int_equal(file_save(path, SPAN("hunter2\n"), mode, &err), OK);
	assert_int_equal(chmod(path, mode), 0);
	free(path);
}
