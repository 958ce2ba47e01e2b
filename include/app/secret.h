#ifndef APP_SECRET_H
#define APP_SECRET_H

#include "base/err.h"
#include "mail/token.h"

/*
 * The newsroom's secrets, in the file `secret` of its keys folder: a line each, "NUMBER HEX64",
 * empty ones and those that begin with '#' left out. With them tokens are signed (mail/token.h): who
 * has them can make people's unsubscribe links, and without them nobody's can be read any more. A
 * line with another number may be added at any time; the old ones stay for what was sent already.
 */
#define SECRET_FILE_NAME "secret"

/* A file with the secret 1, for its owner alone. E_EXISTS if there is one: never overwritten. */
enum status secret_make(const char *keys_folder, struct err *err);

/*
 * E_NOTFOUND, saying what is lost without it, where there's none; E_DENIED, with what to type, if
 * others may read it; E_SYNTAX and E_RANGE with file and line for what it says. secret_clear it.
 */
enum status secret_load(const char *keys_folder, struct token_secrets *out, struct err *err);

/* What such a file says, `path` being its name in errors. */
enum status secret_parse(struct span text, const char *path, struct token_secrets *out, struct err *err);

/* The one that new tokens are made with: that of the highest number. Of loaded ones there's always one.
 * Borrowed. */
const struct token_secret *secret_newest(const struct token_secrets *secrets);

/* Wipe them from memory. */
void secret_clear(struct token_secrets *secrets);

#endif
