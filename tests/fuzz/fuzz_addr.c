/*
 * Addresses and mailboxes from arbitrary bytes. What is taken must be one
 * address: it is read again from what we write, and means the same.
 */
#include "mail/addr.h"
#include "mail/header.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_wire(struct span wire)
{
	struct header_mailbox mailbox = {SPAN("Ana"), wire};
	struct str field;

	require(wire.len <= ADDR_MAX);
	str_init(&field, STR_MAX_SMALL);
	require(header_add_mailboxes(&field, "To", &mailbox, 1, NULL) == OK);
	require(span_find(str_span(&field), SPAN("\n"), 0) == field.len - 1 ||
		span_find(str_span(&field), SPAN("\r\n "), 0) != SIZE_MAX);
	str_clear(&field);
}

static void check_address(const struct addr *addr)
{
	struct addr again;
	struct str wire, shown, key, other;

	str_init(&wire, STR_MAX_SMALL);
	str_init(&shown, STR_MAX_SMALL);
	str_init(&key, STR_MAX_SMALL);
	str_init(&other, STR_MAX_SMALL);
	addr_format(addr, &wire);
	addr_format_shown(addr, &shown);
	addr_key(addr, &key);
	check_wire(str_span(&wire));
	require(addr_parse(str_span(&wire), &again, NULL) == OK);
	addr_format(&again, &other);
	require(span_equals(str_span(&wire), str_span(&other)));
	str_empty(&other);
	addr_key(&again, &other);
	require(span_equals(str_span(&key), str_span(&other)));
	addr_clear(&again);
	str_clear(&wire);
	str_clear(&shown);
	str_clear(&key);
	str_clear(&other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = span_bytes(data, size);
	struct mailbox mailbox;
	struct addr addr;
	struct err err;

	if (addr_parse(text, &addr, &err) == OK) {
		check_address(&addr);
		addr_clear(&addr);
	}
	if (mailbox_parse(text, &mailbox, &err) == OK) {
		require(header_check("name", span_of(mailbox.name), &err) == OK);
		check_address(&mailbox.addr);
		mailbox_clear(&mailbox);
	}
	return 0;
}
