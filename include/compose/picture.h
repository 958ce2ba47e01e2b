#ifndef COMPOSE_PICTURE_H
#define COMPOSE_PICTURE_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What a picture's file says of itself: PNG, JPEG, GIF and WebP, read as far as
 * it takes to know that all of it is there. No pixel is decoded.
 */
struct picture {
	uint32_t width, height; /* pixels, as they are stored */
	bool is_cmyk;           /* a JPEG for printing */
	bool is_turned;         /* a JPEG whose camera asks to show it turned (Exif) */
};

/*
 * `type` is "image/png", "image/jpeg", "image/gif" or "image/webp"; E_UNSUPPORTED
 * for another. E_SYNTAX, saying how, for a file that is broken or ends early.
 */
enum status picture_parse(const char *type, struct span bytes, struct picture *out, struct err *err);

#endif
