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
	char *local;         /* quotes of a quoted local part taken off where it needs none */
	char *domain;        /* "xn--bcher-kva.example" */
	bool needs_smtputf8; /* the local part isn't ASCII */
};

/*
 * Read one address (RFC 5321 Mailbox, RFC 6531): no display name, no comments,
 * no address literals. The domain goes through IDNA 2008 (libidn2,
 * non-transitional). E_SYNTAX says what's wrong with it and at which character;
 * CR, LF, NUL and every other control are refused. E_RANGE if a part is too long.
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
 * there's none; a heap string, unquoted, RFC 2047 words not decoded. E_SYNTAX as addr_parse.
 */
struct mailbox {
	char *name;
	struct addr addr;
};
enum status mailbox_parse(struct span text, struct mailbox *out, struct err *err);
void mailbox_clear(struct mailbox *mailbox);

#endif
