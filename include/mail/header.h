#ifndef MAIL_HEADER_H
#define MAIL_HEADER_H

#include "base/str.h"

/*
 * Header fields, written: folded (RFC 5322 2.2.3) at 78 where that's possible
 * and never over 998 octets, 7-bit (RFC 2047, RFC 2231), ended by CR LF.
 *
 * Nothing from outside can end a header: a value with a control character (CR,
 * LF and NUL among them) is E_SYNTAX, naming the field. So is text that isn't
 * UTF-8. A value over HEADER_VALUE_MAX bytes is E_RANGE. Appends to `out`; on
 * failure `out` is as it was.
 */
#define HEADER_VALUE_MAX 8192u

/*
 * Unstructured text: Subject and the like. Words that need it are encoded, in
 * whichever of Q and B is shorter; no encoded word ends inside a letter (a grapheme, or a
 * conjunct of India's scripts), unless that alone is longer than a line. Reads back exactly,
 * spaces included.
 */
enum status header_add_text(struct str *out, const char *name, struct span value, struct err *err);

/*
 * Tokens that must stay as they are (Message-ID, List-Id, dates): ASCII, folded
 * at single spaces only. E_RANGE where that leaves a line over 998 octets.
 */
enum status header_add_raw(struct str *out, const char *name, struct span value, struct err *err);

/*
 * One mailbox or several; `name` may be empty, `address` is as addr_format gives
 * it. An address that needs SMTPUTF8 stands there in UTF-8 (RFC 6532): there's no
 * other way to write it. E_SYNTAX for what isn't one address.
 */
struct header_mailbox {
	struct span name;
	struct span address;
};
enum status header_add_mailboxes(struct str *out, const char *name, const struct header_mailbox *mailboxes,
	size_t count, struct err *err);

/*
 * A structured value with parameters, such as Content-Disposition: "attachment"
 * and {"filename", "Bericht für März.pdf"}; RFC 2231 where a value isn't plain.
 */
struct header_param {
	const char *name;
	struct span value;
};
enum status header_add_params(struct str *out, const char *name, const char *value,
	const struct header_param *params, size_t count, struct err *err);

/*
 * The display name of a mailbox as an RFC 5322 phrase (atoms, quoted string or
 * encoded words), folded for a line on which `column` octets already stand.
 * Writes nothing for an empty name. E_SYNTAX as above.
 */
enum status header_phrase(struct str *out, struct span name, size_t column, struct err *err);

/* E_SYNTAX, naming `what`, if a text may not stand in a header. */
enum status header_check(const char *what, struct span value, struct err *err);

#endif
