#ifndef APP_PREVIEWIMAGES_H
#define APP_PREVIEWIMAGES_H

/* A message's images in its HTML. Private to the preview module. */
#include "base/str.h"

/*
 * Append `html` with each reference to a part of the message ("cid:", RFC 2392)
 * replaced by the part itself (a "data:" address, RFC 2397), since a file knows no parts.
 * A reference to no part stays. `message` is one that letter_build made.
 */
void previewimages_put(struct span html, struct span message, struct str *out);

#endif
