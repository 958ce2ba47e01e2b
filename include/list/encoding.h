#ifndef LIST_ENCODING_H
#define LIST_ENCODING_H

#include "base/err.h"
#include "base/str.h"

#include <stddef.h>

/*
 * The encodings that spreadsheets save in.
 */
enum encoding {
	ENCODING_UTF8,
	ENCODING_UTF16LE,
	ENCODING_UTF16BE,
	ENCODING_WINDOWS_1252
};

/* "UTF-8", "UTF-16LE", "UTF-16BE", "Windows-1252": also iconv's names. Static. */
const char *encoding_name(enum encoding encoding);

/*
 * Look at a file from its start to find its encoding; leaves `fd` behind the
 * byte order mark if there is one. A mark decides. Without one, a NUL beside the
 * first character means UTF-16. Otherwise the whole file is read once: UTF-8 if
 * there are at least as many lines with proper UTF-8 beyond ASCII as lines that
 * aren't UTF-8, else Windows-1252. E_UNSUPPORTED for UTF-32; E_IO names `path`.
 */
enum status encoding_detect(int fd, const char *path, enum encoding *encoding, struct err *err);

/* Turns one of the others into UTF-8. */
struct decoder;

struct decoder *decoder_new(enum encoding encoding); /* not for UTF-8 */
void decoder_free(struct decoder *decoder);          /* NULL is fine */

/*
 * Decode from the front of *in into `out`, as much as there is room for, and
 * move *in behind what was used: a unit that is cut at the end of *in is left
 * there. What means nothing in the encoding becomes one byte 0xFF, which isn't
 * UTF-8 either and so is found by who checks. Returns the bytes written.
 */
size_t decoder_stream(struct decoder *decoder, struct span *in, char *out, size_t capacity);

/* Decode a whole text. SIZE_MAX if it has a byte that means nothing, or `capacity` is too small. */
size_t decoder_text(struct decoder *decoder, struct span in, char *out, size_t capacity);

#endif
