#ifndef APP_FREEZE_H
#define APP_FREEZE_H

#include "app/newsroom.h"
#include "app/plan.h"
#include "base/err.h"

#include <stdint.h>

/*
 * Turn a plan into a dispatch: the compiled letters, the release's files as they
 * are, every recipient with the values that their letter shows, whom it left out.
 * What goes out later is built from this alone. It is prepared in nobody's way and
 * shown to all in one short transaction; if a list was changed or a dispatch made
 * meanwhile, it is prepared again.
 *
 * On success *dispatch is its number and it is SENDING; the plan's recipients are
 * forgotten. E_NOTFOUND names a person without a value that the letter needs; else
 * as letter_compile. On failure nothing is kept. E_HELD while the release's embargo
 * lies ahead; E_CONFLICT if the plan isn't true any more (others got the release, or left).
 *
 * The settings' copies get one message per language of the letters.
 */
enum status freeze_plan(struct newsroom *newsroom, struct plan *plan, int64_t *dispatch, struct err *err);

/*
 * A test dispatch: to every tester of the settings, each language of the release
 * as a member of the plan's lists who reads it would get it (as a desk, where
 * there's none), with [TEST] before the subject. E_NOTFOUND if there are no testers.
 */
enum status freeze_test(struct newsroom *newsroom, struct plan *plan, int64_t *dispatch, struct err *err);

/*
 * What freeze_plan would do, keeping nothing and in nobody's way: `fn` gets every
 * message as it would go out, list by list (delivery->position says when).
 * Whatever `fn` returns that isn't OK stops it. `delivery` and `message` are
 * borrowed for the call.
 */
typedef enum status freeze_message_fn(
	void *context, const struct delivery *delivery, struct span message, struct err *err);
enum status freeze_rehearse(
	struct newsroom *newsroom, struct plan *plan, freeze_message_fn *fn, void *context, struct err *err);

/* E_HELD, saying when the lift is, if the release's embargo lies ahead. */
enum status freeze_check_embargo(
	const struct newsroom *newsroom, const struct release_set *set, struct err *err);

#endif
