/*
 * Addresses of people, taken apart with care: what gets through here is put on
 * the wire and into headers. RFC 5321's grammar by hand, RFC 6531 for local
 * parts that aren't ASCII, IDNA 2008 by libidn2 for domains that aren't.
 */
#include "mail/addr.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "mail/header.h"

#include <idn2.h>
#include <stdint.h>
#include <stdlib.h>

#define LOCAL_MAX 64u
#define LABEL_MAX 63u
#define MAILBOX_NAME_MAX 512u
#define MAILBOX_MAX (MAILBOX_NAME_MAX + 512u)

/* Without the registration checks, mapped to NFC and lower case, and "ß" stays "ß". */
#define IDN_FLAGS (IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL)

/* An address being read: the whole, for what errors show, and how far we are. */
struct reader {
	struct span text;
	size_t at;
};

static bool is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_atext(char c)
{
	return is_letter_or_digit(c) || (c && strchr("!#$%&'*+-/=?^_`{|}~", c)) || (unsigned char)c >= 0x80;
}

/* The character, counted from 1, at a byte offset. */
static size_t position_of(struct span text, size_t offset)
{
	struct span rest = span_first(text, offset);
	size_t position = 1;
	uint32_t c;

	while (utf8_next(&rest, &c))
		position++;
	return position;
}

static struct span character_at(struct span text, size_t offset)
{
	struct span rest = span_from(text, offset);
	struct span start = rest;
	uint32_t c;

	return utf8_next(&rest, &c) ? span_first(start, start.len - rest.len) : start;
}

static enum status fault(struct span text, size_t offset, const char *what, struct err *err)
{
	return err_set(err, E_SYNTAX, "address \"%.*s\": %s at character %zu", SPAN_ARG(text), what,
		position_of(text, offset));
}

static enum status unexpected(struct span text, size_t offset, const char *where, struct err *err)
{
	return err_set(err, E_SYNTAX, "address \"%.*s\": \"%.*s\" can't stand in %s, at character %zu",
		SPAN_ARG(text), SPAN_ARG(character_at(text, offset)), where, position_of(text, offset));
}

/* Spaces that aren't ASCII, marks nobody sees, and the sign of a misread encoding. */
static bool is_unfit(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{0xa0, 0xa0},     /* no-break space */
		{0xad, 0xad},     /* soft hyphen */
		{0x1680, 0x1680}, /* ogham space */
		{0x2000, 0x200b}, /* spaces of all widths, zero among them */
		{0x200e, 0x200f}, /* direction marks */
		{0x2028, 0x202f}, /* separators, direction overrides, narrow space */
		{0x205f, 0x206f}, /* mathematical space, invisible operators, isolates */
		{0x3000, 0x3000}, /* ideographic space */
		{0xfeff, 0xfeff}, /* byte order mark */
		{0xfff9, 0xfffd}, /* annotations, replacement characters */
		{0xe0000, 0xe0fff},
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	}
	return false;
}

/* What no address has, wherever it stands in it. */
static enum status check_characters(struct span text, struct err *err)
{
	enum status status = header_check("address", text, err);
	struct span rest = text;
	uint32_t c;

	if (status != OK || utf8_is_ascii(text))
		return status;
	while (rest.len) {
		size_t offset = text.len - rest.len;

		utf8_next(&rest, &c);
		if (is_unfit(c))
			return err_set(err, E_SYNTAX,
				"address \"%.*s\": an invisible or broken character (U+%04X) at character "
				"%zu; "
				"take it out",
				SPAN_ARG(text), (unsigned)c, position_of(text, offset));
	}
	return OK;
}

static enum status read_dot_atom(struct reader *reader, struct str *local, struct err *err)
{
	struct span text = reader->text;
	size_t start = reader->at;

	for (; reader->at < text.len && text.ptr[reader->at] != '@'; reader->at++) {
		char c = text.ptr[reader->at];
		char next = reader->at + 1 < text.len ? text.ptr[reader->at + 1] : '@';

		if (c == '.' && (reader->at == start || next == '.' || next == '@'))
			return fault(text, reader->at, "a dot too many", err);
		if (c != '.' && !is_atext(c))
			return unexpected(text, reader->at, "an address", err);
	}
	str_add(local, span_bytes(text.ptr + start, reader->at - start));
	return OK;
}

static enum status read_quoted(struct reader *reader, struct str *local, struct err *err)
{
	struct span text = reader->text;
	size_t start = reader->at;

	for (reader->at++; reader->at < text.len && text.ptr[reader->at] != '"'; reader->at++) {
		if (text.ptr[reader->at] == '\\') {
			reader->at++;
			if (reader->at < text.len && (unsigned char)text.ptr[reader->at] >= 0x80)
				return unexpected(text, reader->at, "an address after a backslash", err);
		}
		if (reader->at < text.len)
			str_add_char(local, text.ptr[reader->at]);
	}
	if (reader->at >= text.len)
		return fault(text, start, "a quote that isn't closed", err);
	reader->at++;
	return OK;
}

static bool is_dot_atom(struct span local)
{
	bool was_dot = true;

	for (size_t i = 0; i < local.len; i++) {
		bool is_dot = local.ptr[i] == '.';

		if ((is_dot && was_dot) || (!is_dot && !is_atext(local.ptr[i])))
			return false;
		was_dot = is_dot;
	}
	return !was_dot;
}

static bool needs_backslash(char c)
{
	return c == '"' || c == '\\';
}

static void add_local(struct span local, struct str *out)
{
	if (is_dot_atom(local)) {
		str_add(out, local);
		return;
	}
	str_add_char(out, '"');
	for (size_t i = 0; i < local.len; i++) {
		if (needs_backslash(local.ptr[i]))
			str_add_char(out, '\\');
		str_add_char(out, local.ptr[i]);
	}
	str_add_char(out, '"');
}

/* As add_local would write it. */
static size_t local_size(struct span local)
{
	size_t size = local.len;

	if (is_dot_atom(local))
		return size;
	for (size_t i = 0; i < local.len; i++)
		size += needs_backslash(local.ptr[i]);
	return size + 2;
}

/* The local part, up to its '@', which is skipped. */
static enum status read_local(struct reader *reader, struct str *local, struct err *err)
{
	struct span text = reader->text;
	bool is_quoted = text.len && text.ptr[0] == '"';
	enum status status;

	if (!is_quoted && span_find_char(text, '@', 0) == SIZE_MAX)
		return err_set(
			err, E_SYNTAX, "address \"%.*s\": no @ in it; write name@domain", SPAN_ARG(text));
	status = is_quoted ? read_quoted(reader, local, err) : read_dot_atom(reader, local, err);
	if (status != OK)
		return status;
	if (reader->at >= text.len || text.ptr[reader->at] != '@')
		return fault(text, reader->at, "no @ after the quotes", err);
	if (!local->len)
		return err_set(err, E_SYNTAX, "address \"%.*s\": nothing before the @", SPAN_ARG(text));
	reader->at++;
	return OK;
}

static enum status check_label(struct span text, struct span label, struct err *err)
{
	size_t offset = (size_t)(label.ptr - text.ptr);

	if (!label.len)
		return fault(text, offset, "a dot too many, or a part of the domain missing,", err);
	for (size_t i = 0; i < label.len; i++) {
		char c = label.ptr[i];

		if (c == '@')
			return fault(text, offset + i, "a second @", err);
		if (!is_letter_or_digit(c) && c != '-' && (unsigned char)c < 0x80)
			return unexpected(text, offset + i, "a domain", err);
	}
	if (label.ptr[0] == '-')
		return fault(text, offset, "a part of the domain begins with a hyphen", err);
	if (label.ptr[label.len - 1] == '-')
		return fault(text, offset + label.len - 1, "a part of the domain ends with a hyphen", err);
	if (label.len > LABEL_MAX && utf8_is_ascii(label))
		return err_set(err, E_RANGE,
			"address \"%.*s\": a part of the domain longer than %u letters at character %zu",
			SPAN_ARG(text), LABEL_MAX, position_of(text, offset));
	return OK;
}

static bool is_number(struct span label)
{
	for (size_t i = 0; i < label.len; i++) {
		if (label.ptr[i] < '0' || label.ptr[i] > '9')
			return false;
	}
	return label.len > 0;
}

/* The domain as it is written: labels of letters, digits and hyphens, two or more. */
static enum status check_domain(struct span text, struct span domain, struct err *err)
{
	size_t offset = (size_t)(domain.ptr - text.ptr);
	struct span rest = domain;
	struct span label = domain;
	size_t labels = 0;

	if (!domain.len)
		return err_set(err, E_SYNTAX, "address \"%.*s\": nothing after the @", SPAN_ARG(text));
	if (domain.ptr[0] == '[')
		return fault(
			text, offset, "an address literal; write the domain's name, not its number,", err);
	for (; span_split(&rest, '.', &label); labels++) {
		enum status status = check_label(text, label, err);

		if (status != OK)
			return status;
	}
	if (utf8_is_ascii(domain) && labels < 2)
		return err_set(err, E_SYNTAX,
			"address \"%.*s\": the domain \"%.*s\" has no dot; write it in full", SPAN_ARG(text),
			SPAN_ARG(domain));
	if (is_number(label))
		return fault(text, offset, "a number where the domain's name belongs", err);
	return OK;
}

/* The first label that IDNA refuses by itself, or the whole domain. */
static size_t idn_fault_offset(struct span text, struct span domain)
{
	struct span rest = domain;
	struct span label;

	while (span_split(&rest, '.', &label)) {
		char *copy = span_copy(label);
		uint8_t *a_label = NULL;
		int result = idn2_lookup_u8((const uint8_t *)copy, &a_label, IDN_FLAGS);

		free(copy);
		idn2_free(a_label);
		if (result != IDN2_OK)
			return (size_t)(label.ptr - text.ptr);
	}
	return (size_t)(domain.ptr - text.ptr);
}

static bool has_a_label(struct span domain)
{
	struct span label;

	while (span_split(&domain, '.', &label)) {
		if (span_starts_nocase(label, SPAN("xn--")))
			return true;
	}
	return false;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static char *lower_copy(struct span domain)
{
	char *copy = span_copy(domain);

	for (char *p = copy; *p; p++)
		*p = lower(*p);
	return copy;
}

/* To A-labels. Plain ASCII is spared libidn2, which refuses hyphens that the DNS allows. */
static enum status to_a_labels(struct span text, struct span domain, char **out, struct err *err)
{
	uint8_t *a_labels = NULL;
	char *copy;
	int result;

	if (utf8_is_ascii(domain) && !has_a_label(domain)) {
		*out = lower_copy(domain);
		return OK;
	}
	copy = span_copy(domain);
	result = idn2_lookup_u8((const uint8_t *)copy, &a_labels, IDN_FLAGS);
	free(copy);
	if (result == IDN2_TOO_BIG_LABEL || result == IDN2_TOO_BIG_DOMAIN)
		return err_set(err, E_RANGE, "address \"%.*s\": the domain is too long", SPAN_ARG(text));
	if (result != IDN2_OK)
		return err_set(err, E_SYNTAX, "address \"%.*s\": not a domain name (%s) at character %zu",
			SPAN_ARG(text), idn2_strerror(result),
			position_of(text, idn_fault_offset(text, domain)));
	*out = lower_copy(span_of((const char *)a_labels));
	idn2_free(a_labels);
	return OK;
}

static enum status read_domain(struct reader *reader, char **out, struct err *err)
{
	struct span domain = span_from(reader->text, reader->at);
	enum status status = check_domain(reader->text, domain, err);
	char *a_labels = NULL;

	if (status == OK)
		status = to_a_labels(reader->text, domain, &a_labels, err);
	if (status != OK)
		return status;
	/* Mapping makes dots, digits and more of what looked like other characters. */
	if (check_domain(span_of(a_labels), span_of(a_labels), NULL) != OK) {
		status = err_set(err, E_SYNTAX,
			"address \"%.*s\": the domain means \"%s\", and no mail goes there; write it in full",
			SPAN_ARG(reader->text), a_labels);
		free(a_labels);
		return status;
	}
	*out = a_labels;
	return OK;
}

static enum status check_length(struct span text, const struct addr *addr, struct err *err)
{
	size_t size = local_size(span_of(addr->local));

	if (size > LOCAL_MAX)
		return err_set(err, E_RANGE,
			"address \"%.*s\": %zu bytes before the @, and at most %u are allowed",
			SPAN_ARG(text), size, LOCAL_MAX);
	if (size + 1 + strlen(addr->domain) > ADDR_MAX)
		return err_set(err, E_RANGE, "address \"%.*s\": %zu bytes, and at most %u are allowed",
			SPAN_ARG(text), size + 1 + strlen(addr->domain), ADDR_MAX);
	return OK;
}

static enum status parse(struct span text, struct addr *out, struct err *err)
{
	struct reader reader = {.text = text};
	struct str local;
	enum status status;

	str_init(&local, STR_MAX_SMALL);
	status = read_local(&reader, &local, err);
	if (status == OK)
		status = read_domain(&reader, &out->domain, err);
	if (status == OK) {
		out->needs_smtputf8 = !utf8_is_ascii(str_span(&local));
		out->local = str_take(&local);
		status = check_length(text, out, err);
	}
	str_clear(&local);
	return status;
}

enum status addr_parse(struct span text, struct addr *out, struct err *err)
{
	enum status status;

	*out = (struct addr){0};
	if (!text.len)
		return err_set(err, E_SYNTAX, "no address: the text is empty");
	/* Twice the limit lets U-labels be longer than their A-labels. */
	if (text.len > 2 * ADDR_MAX)
		return err_set(err, E_RANGE, "address \"%.*s...\": %zu bytes, and at most %u are allowed",
			SPAN_ARG(utf8_first_columns(text, 60)), text.len, ADDR_MAX);
	status = check_characters(text, err);
	if (status == OK)
		status = parse(text, out, err);
	if (status != OK)
		addr_clear(out);
	return status;
}

void addr_clear(struct addr *addr)
{
	free(addr->local);
	free(addr->domain);
	*addr = (struct addr){0};
}

void addr_format(const struct addr *addr, struct str *out)
{
	add_local(span_of(addr->local), out);
	str_add_char(out, '@');
	str_add_text(out, addr->domain);
}

void addr_format_shown(const struct addr *addr, struct str *out)
{
	char *shown = NULL;

	add_local(span_of(addr->local), out);
	str_add_char(out, '@');
	if (has_a_label(span_of(addr->domain)) &&
		idn2_to_unicode_8z8z(addr->domain, &shown, IDN2_NONTRANSITIONAL) == IDN2_OK)
		str_add_text(out, shown);
	else
		str_add_text(out, addr->domain);
	idn2_free(shown);
}

static void add_folded(struct span local, struct str *out)
{
	struct str folded;

	str_init(&folded, STR_MAX_SMALL);
	/* Not being UTF-8 is its only failure, and addr_parse has looked. */
	str_add(out, utf8_fold(local, &folded, NULL) == OK ? str_span(&folded) : local);
	str_clear(&folded);
}

void addr_key(const struct addr *addr, struct str *out)
{
	if (addr->needs_smtputf8) {
		add_folded(span_of(addr->local), out);
	} else {
		for (const char *p = addr->local; *p; p++)
			str_add_char(out, lower(*p));
	}
	str_add_char(out, '@');
	str_add_text(out, addr->domain);
}

static enum status name_fault(struct span text, size_t offset, const char *what, struct err *err)
{
	return err_set(err, E_SYNTAX, "mailbox \"%.*s\": %s at character %zu", SPAN_ARG(text), what,
		position_of(text, offset));
}

static enum status read_name_quoted(struct reader *reader, struct str *name, struct err *err)
{
	struct span text = reader->text;
	size_t start = reader->at;

	for (reader->at++; reader->at < text.len && text.ptr[reader->at] != '"'; reader->at++) {
		if (text.ptr[reader->at] == '\\' && reader->at + 1 < text.len)
			reader->at++;
		str_add_char(name, text.ptr[reader->at]);
	}
	if (reader->at >= text.len)
		return name_fault(text, start, "a quote that isn't closed", err);
	reader->at++;
	return OK;
}

/* Words, quoted or not, up to the '<' of the address. Dots are let through: people write "Dr. Ana". */
static enum status read_name(struct reader *reader, struct str *name, struct err *err)
{
	struct span text = reader->text;

	while (reader->at < text.len && text.ptr[reader->at] != '<') {
		char c = text.ptr[reader->at];

		if (c == '"') {
			enum status status = read_name_quoted(reader, name, err);

			if (status != OK)
				return status;
			continue;
		}
		if (strchr("()>[]:;@\\,", c))
			return name_fault(text, reader->at,
				"a character that has a meaning of its own; put the name in double quotes;",
				err);
		if (c != ' ' || (name->len && name->ptr[name->len - 1] != ' '))
			str_add_char(name, c);
		reader->at++;
	}
	return OK;
}

static enum status parse_mailbox(struct reader *reader, struct str *name, struct addr *addr, struct err *err)
{
	struct span text = reader->text;
	enum status status = read_name(reader, name, err);
	struct span rest = span_from(text, reader->at + 1);

	if (status != OK)
		return status;
	if (reader->at >= text.len)
		return name_fault(text, text.len, "no <address> behind the name,", err);
	if (!rest.len || span_find_char(rest, '>', 0) != rest.len - 1)
		return name_fault(text, text.len, "the address doesn't end in '>'", err);
	return addr_parse(span_first(rest, rest.len - 1), addr, err);
}

static bool is_bare_address(struct span text)
{
	return !span_ends(text, SPAN(">")) && span_find_char(text, '<', 0) == SIZE_MAX;
}

enum status mailbox_parse(struct span text, struct mailbox *out, struct err *err)
{
	struct reader reader = {.text = span_trim(text)};
	enum status status;
	struct str name;

	*out = (struct mailbox){0};
	if (reader.text.len > MAILBOX_MAX)
		return err_set(err, E_RANGE, "mailbox \"%.*s...\": %zu bytes, and at most %u are allowed",
			SPAN_ARG(utf8_first_columns(reader.text, 60)), reader.text.len, MAILBOX_MAX);
	str_init(&name, MAILBOX_NAME_MAX);
	if (is_bare_address(reader.text)) {
		status = addr_parse(reader.text, &out->addr, err);
	} else {
		status = header_check("mailbox", text, err);
		if (status == OK)
			status = parse_mailbox(&reader, &name, &out->addr, err);
	}
	if (status == OK && utf8_has_invisible(str_span(&name)))
		status = err_set(err, E_SYNTAX,
			"mailbox \"%.*s\": an invisible character in the name; take it out",
			SPAN_ARG(reader.text));
	if (status == OK)
		status = str_status(&name, "a mailbox's name", err);
	if (status == OK)
		out->name = span_copy(span_trim(str_span(&name)));
	else
		mailbox_clear(out);
	str_clear(&name);
	return status;
}

void mailbox_clear(struct mailbox *mailbox)
{
	free(mailbox->name);
	addr_clear(&mailbox->addr);
	*mailbox = (struct mailbox){0};
}
