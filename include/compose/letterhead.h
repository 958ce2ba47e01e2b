#ifndef COMPOSE_LETTERHEAD_H
#define COMPOSE_LETTERHEAD_H

/* A letter's header fields. Private to the letter module. */
#include "compose/letterprogram.h"

/*
 * Add every field up to MIME-Version. E_SYNTAX or E_RANGE, naming the field,
 * for what can't stand in one.
 */
enum status letterhead_add(struct letter *letter, const struct release *release,
	const struct letter_frame *frame, struct err *err);

#endif
