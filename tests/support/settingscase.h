#ifndef SUPPORT_SETTINGSCASE_H
#define SUPPORT_SETTINGSCASE_H

#include "support/test.h"

#include "app/settings.h"
#include "base/err.h"
#include "base/str.h"

#include <stddef.h>
#include <sys/types.h>

/* A dateline.cfg in a test's own folder, and what is found in it. This much it has to say. */
#define SETTINGSCASE_NEEDED                                                                                  \
	"newsroom = { name = \"Harbour Relief\"; domain = \"harbour.example\"; };\n"                         \
	"sender = { from = \"Press <press@harbour.example>\"; bounce_address = \"b@harbour.example\"; };\n"  \
	"relays = ( { url = \"smtp://localhost:25\"; } );\n"

/* Start from nothing: a load fills it. */
struct settingscase {
	struct str words; /* a line each */
	size_t count;
	struct settings *settings;
	enum status status;
	struct err err;
};

/* `state` is as test_folder_setup left it. */
void settingscase_load(void **state, struct settingscase *found, const char *content);
void settingscase_load_bytes(void **state, struct settingscase *found, struct span content);
void settingscase_clear(struct settingscase *found);
/* "hunter2", in the file "secret" beside it. */
void settingscase_save_secret(void **state, mode_t mode);

#endif
