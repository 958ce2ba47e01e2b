#ifndef MAIL_ADDR_H
#define MAIL_ADDR_H

#include "base/str.h"

#include <stdbool.h>

/* RFC 5321 4.5.3.1: local part 64 octets, domain 255, path 256 with its brackets. */
#define ADDR_MAX 254u

/*
 * An address, taken apart. Heap strings; addr_clear. The local part may be
 * UTF-8 (RFC 6531); the domain is kept as A-labels, lower case.
 */
struct addr {
	char *local;         /* what it says: without quotes and backslashes */
	char *domain;        /* "xn--bcher-kva.example" */
	bool needs_smtputf8; /* the local part isn't ASCII */
};

/*
 * Read one address (RFC 5321 4.1.2 Mailbox, RFC 6531 3.3): no display name, no
 * comments, no address literals, no white space around it. The domain has two
 * labels or more, of letters, digits and hyphens (no underscore, no dot at the
 * end), and doesn't end in a number; it goes through IDNA 2008 (libidn2,
 * non-transitional). Controls (CR, LF, NUL among them), spaces other than ASCII's
 * and characters that nobody sees are refused wherever they stand.
 *
 * E_SYNTAX says what's wrong and at which character, counted from 1; E_RANGE
 * which part is too long. On failure `out` is empty.
 */
enum status addr_parse(struct span text, struct addr *out, struct err *err);
void addr_clear(struct addr *addr);

/* "local@domain" as it goes on the wire, quoted where it must be. */
void addr_format(const struct addr *addr, struct str *out);

/* For people: the domain as U-labels. */
void addr_format_shown(const struct addr *addr, struct str *out);

/*
 * The key by which two addresses are one person's: case folded in the local
 * part too, NFC, domain as A-labels in lower case. No provider's own rules
 * (dots, plus tags): those are two people.
 */
void addr_key(const struct addr *addr, struct str *out);

/*
 * "Press Office <press@harbour.example>" or a bare address. `name` is "" where
 * there's none; a heap string, unquoted, spaces outside quotes made one, RFC 2047
 * words not decoded. Dots may stand in it without quotes, other specials may not.
 * E_SYNTAX and E_RANGE as addr_parse; E_RANGE also for a name over 512 bytes.
 */
struct mailbox {
	char *name;
	struct addr addr;
};
enum status mailbox_parse(struct span text, struct mailbox *out, struct err *err);
void mailbox_clear(struct mailbox *mailbox);

#endif
