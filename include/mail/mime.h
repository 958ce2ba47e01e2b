#ifndef MAIL_MIME_H
#define MAIL_MIME_H

#include "base/str.h"

#include <stddef.h>

/*
 * A MIME tree (RFC 2045, 2046), built over libetpan and written as bytes. Part
 * bodies come already transfer-encoded: what is in them is the caller's, what
 * is around them is ours.
 */
enum mime_encoding {
	MIME_7BIT,
	MIME_QP,
	MIME_BASE64
};

struct mime_part;

/* A leaf. `encoded` is copied: CR LF lines, 7-bit. `type` is "image/png", without parameters. */
struct mime_part *mime_new_leaf(const char *type, enum mime_encoding encoding, struct span encoded);
/* As mime_new_leaf for text, with charset=utf-8. */
struct mime_part *mime_new_text(const char *subtype, enum mime_encoding encoding, struct span encoded);
/* "alternative", "mixed". The boundary must be unique in the tree. */
struct mime_part *mime_new_multipart(const char *subtype, const char *boundary);
/* "related", begun by a part of `root_type`, like "text/html", which the `type` parameter names (RFC
 * 2387 3.1). */
struct mime_part *mime_new_related(const char *root_type, const char *boundary);
void mime_add(struct mime_part *multipart, struct mime_part *part); /* takes `part` */
/*
 * `disposition` is "attachment" or "inline"; the file name, "" for none, goes
 * through RFC 2231. E_SYNTAX if it may not stand in a header. Once a part.
 */
enum status mime_set_disposition(
	struct mime_part *part, const char *disposition, struct span file_name, struct err *err);
void mime_set_content_id(struct mime_part *part, const char *id);
void mime_free(struct mime_part *part); /* and all below */

/*
 * Write the part's own headers (MIME-Version is the caller's), the empty line
 * and the body to `out`, ending in CR LF. A part inside ends where its bytes end:
 * the line break before a boundary is the boundary's. E_SYNTAX if a leaf isn't
 * 7-bit CR LF, has a line over 998 octets, or a boundary occurs in it; if a type,
 * boundary or content id has a character that can't stand there; if a multipart
 * is empty. E_RANGE over `out`'s ceiling. On failure `out` is as it was.
 */
enum status mime_write(const struct mime_part *part, struct str *out, struct err *err);

#endif
