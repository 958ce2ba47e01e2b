#ifndef APP_LETTERBOX_H
#define APP_LETTERBOX_H

#include "base/err.h"
#include "base/str.h"
#include "record/delivery.h"
#include "store/store.h"

struct letter;

/*
 * The frozen letters of the dispatches that are being carried, loaded from the
 * store when first needed, and the building of a delivery's message from one.
 * The same delivery always gives the same bytes.
 */
struct letterbox;

/* Reads the store's epoch, of which Message-IDs are made. */
enum status letterbox_new(struct store *store, struct letterbox **out, struct err *err);
void letterbox_free(struct letterbox *letterbox); /* NULL is fine */

/* Appends the message. E_SYNTAX, E_NOTFOUND if the letter or its slots are damaged, naming the delivery. */
enum status letterbox_build(
	struct letterbox *letterbox, const struct delivery *delivery, struct str *message, struct err *err);

/* The same from a letter that isn't in the store (yet). */
enum status letterbox_build_from(struct letterbox *letterbox, const struct letter *letter,
	const struct delivery *delivery, struct str *message, struct err *err);

#endif
