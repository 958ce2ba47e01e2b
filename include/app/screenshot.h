#ifndef APP_SCREENSHOT_H
#define APP_SCREENSHOT_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Pictures of a page as a desk's or a phone's mail program shows it, whole from
 * top to bottom, taken by the Chromium that is on PATH. The page's scripts don't run
 * and nothing is fetched: what it shows must stand in it.
 */
#define SCREENSHOT_HEIGHT_MAX 8000u /* a longer page's end is cut off: CSS pixels */

struct screenshot_view {
	const char *name;          /* "desktop-light" */
	unsigned width, height;    /* of the screen, in CSS pixels */
	unsigned pixels_per_pixel; /* of the picture, to one of CSS */
	bool is_phone, is_dark;
};

/* A desk and a phone, each in light and dark. */
extern const struct screenshot_view screenshot_views[];
extern const size_t screenshot_view_count;

struct screenshot;

/* E_NOTFOUND if no Chromium is on PATH; E_IO if it doesn't start. */
enum status screenshot_open(struct screenshot **out, struct err *err);
void screenshot_close(struct screenshot *screenshot); /* NULL is fine */

/* Append the picture of the HTML, as PNG. E_IO, E_CANCELLED as devtools_call. */
enum status screenshot_take(struct screenshot *screenshot, struct span html,
	const struct screenshot_view *view, struct str *png, struct err *err);

#endif
