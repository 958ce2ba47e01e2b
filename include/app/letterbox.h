#ifndef APP_LETTERBOX_H
#define APP_LETTERBOX_H

#include "app/newsroom.h"
#include "base/err.h"
#include "base/str.h"
#include "record/delivery.h"

#include <stdbool.h>

struct letter;

/*
 * The frozen letters of the dispatches that are being carried, loaded from the
 * store when first needed, and the building of a delivery's message from one.
 * The same delivery always gives the same bytes.
 */
struct letterbox;

/* With the newsroom's store, keys and secrets, of which signatures and tokens are made; borrowed. */
enum status letterbox_new(struct newsroom *newsroom, struct letterbox **out, struct err *err);
void letterbox_free(struct letterbox *letterbox); /* NULL is fine */

/*
 * Appends the message. E_SYNTAX, E_NOTFOUND if the letter or its slots are damaged,
 * naming the delivery; E_NOTFOUND, E_CONFLICT if a key or secret that the letter was
 * frozen with isn't there any more. Failures of the store, which are nothing of the
 * delivery's: letterbox_has_store_failed tells them apart.
 */
enum status letterbox_build(
	struct letterbox *letterbox, const struct delivery *delivery, struct str *message, struct err *err);
/* The last letter that was asked for couldn't be read from the store: the next time it may be. */
bool letterbox_has_store_failed(const struct letterbox *letterbox);

/* The same from a letter that isn't in the store (yet). */
enum status letterbox_build_from(struct letterbox *letterbox, const struct letter *letter,
	const struct delivery *delivery, struct str *message, struct err *err);

/*
 * The envelope's sender for a delivery whose message was built: the bounce address
 * with a token that names the delivery, so that a report of failure tells whose it
 * is (VERP), and can't be made up. Replaces what `out` holds.
 */
enum status letterbox_return_path(
	struct letterbox *letterbox, const struct delivery *delivery, struct str *out, struct err *err);

#endif
