#ifndef SUPPORT_SAMPLEPICTURE_H
#define SUPPORT_SAMPLEPICTURE_H

#include "base/str.h"

#include <stdint.h>

/*
 * Pictures as far as their heads and ends go: what they say of themselves is true,
 * their pixels are made up. Each appends to `out`.
 */
void samplepicture_png(uint32_t width, uint32_t height, struct str *out);
void samplepicture_gif(uint16_t width, uint16_t height, struct str *out);
/* `components` is 4 for CMYK; `orientation` from 1 to 8 goes into Exif, 0 leaves it out. */
void samplepicture_jpeg(uint16_t width, uint16_t height, int components, int orientation, struct str *out);
/* `kind` is "VP8 ", "VP8L" or "VP8X". */
void samplepicture_webp(const char *kind, uint32_t width, uint32_t height, struct str *out);

#endif
