#ifndef DELIVER_WIRE_H
#define DELIVER_WIRE_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/* The last door before the wire: what may not go over it is refused here, whoever let it get so far. */

/*
 * An address for MAIL or RCPT, without brackets; empty is the null sender. E_SYNTAX: a control
 * character, not UTF-8, or a space or bracket outside quotes (it would end the path). E_RANGE over
 * RFC 5321's 254 octets.
 */
enum status wire_check_address(struct span address, bool *is_ascii, struct err *err);

/* A message in canonical form: E_SYNTAX, with the offset, for a bare CR or LF or a NUL. */
enum status wire_check_message(struct span message, bool *is_7bit, struct err *err);

/* Append message[start … start+count), with a dot before each line that starts with one (RFC 5321 4.5.2). */
void wire_add_stuffed(struct str *out, struct span message, size_t start, size_t count);

/*
 * What a server that offers DSN takes of these parameters' values, encoded (RFC 3461). A MAIL with its
 * parameters stays below the 512 octets of RFC 5321 4.5.3.1.4; a RCPT's are in addition to those.
 */
#define WIRE_ENVELOPE_ID_MAX 100u
#define WIRE_ORIGINAL_RECIPIENT_MAX 500u

/* Append ` ENVID=…` (RFC 3461 4.4); nothing for an id that is empty, too long, or not printable ASCII. */
void wire_add_envelope_id(struct str *out, struct span id);

/*
 * Append ` ORCPT=…` (RFC 3461 4.2) for an address that passed wire_check_address(); one with letters
 * beyond ASCII in RFC 6533's form for a session with SMTPUTF8. Nothing where it would be too long.
 */
void wire_add_original_recipient(struct str *out, struct span address);

#endif
