#ifndef MAIL_CODEC_H
#define MAIL_CODEC_H

#include "base/str.h"

#include <stddef.h>

/* Transfer encodings (RFC 2045 6.7, 6.8). Lines end in CR LF and hold at most 76 octets. */

#define CODEC_LINE_MAX 76u

void codec_base64(struct span bytes, struct str *out);       /* in lines, each ended */
void codec_base64_token(struct span bytes, struct str *out); /* one line, no end */
/*
 * White space is skipped; whole groups of four are wanted. E_SYNTAX names the
 * byte; `out` then has what came before it.
 */
enum status codec_base64_decode(struct span text, struct str *out, struct err *err);

/*
 * Quoted-printable of a text part. Line breaks in `text` (LF or CR LF) become
 * CR LF; a lone CR is encoded. `column` is how many octets already stand on the
 * current output line and is updated, so that a text can be encoded in pieces
 * (not cut between CR and LF). A soft break stands between two characters; white
 * space at the end of a piece is encoded, since a line break may follow.
 * Also encodes a '.' and "From " at the start of a line, so that neither
 * dot-stuffing nor an mbox changes the bytes.
 */
void codec_qp(struct span text, size_t *column, struct str *out);
/* End the output line softly ("=" CR LF) unless it's empty. */
void codec_qp_soft_break(size_t *column, struct str *out);
/*
 * Line breaks become CR LF, white space at a line's end goes. E_SYNTAX names the
 * line; `out` then has what came before it.
 */
enum status codec_qp_decode(struct span text, struct str *out, struct err *err);

/* A hexadecimal digit's value, in either case; -1 for another character. */
int codec_hex_digit(char c);

/* The lengths the encodings would have: to pick the shorter. */
size_t codec_base64_size(struct span bytes);
size_t codec_qp_size(struct span text);

/* RFC 4648 base32, lower case, no padding: for addresses and ids. */
void codec_base32(struct span bytes, struct str *out);
/*
 * In either case. What codec_base32() wouldn't write is E_SYNTAX: another character, a length that no
 * bytes have, bits left over that aren't zero; so bytes have one spelling, but for its case. `out`
 * then has what came before.
 */
enum status codec_base32_decode(struct span text, struct str *out, struct err *err);

#endif
