/*
 * The checks that settings' texts go through.
 */
#include "app/settingcheck.h"

#include "base/utf8.h"
#include "base/zone.h"
#include "compose/markdown.h"
#include "mail/addr.h"
#include "mail/token.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>

static enum status check_text(struct span text, const char *allowed, struct err *err)
{
	if (!utf8_is_valid(text))
		return err_set(err, E_SYNTAX, "it isn't UTF-8");
	if (utf8_has_control(text, allowed))
		return err_set(err, E_SYNTAX, "there is a control character in it");
	return OK;
}

enum status settingcheck_line(struct span text, struct err *err)
{
	return check_text(text, "", err);
}

enum status settingcheck_paragraph(struct span text, struct err *err)
{
	return check_text(text, "\n\t", err);
}

struct markdown_faults {
	enum status status; /* of the first */
	struct err *err;
};

static void note_markdown(void *context, bool is_error, size_t line, const char *words)
{
	struct markdown_faults *faults = context;

	/* A doubt as well: nothing that goes into every mail is looked at again before it goes. */
	(void)is_error;
	if (faults->status == OK)
		faults->status = err_set(faults->err, E_SYNTAX, "line %zu of the text: %s", line, words);
}

enum status settingcheck_markdown(struct span text, struct err *err)
{
	struct markdown_faults faults = {settingcheck_paragraph(text, err), err};

	if (faults.status == OK)
		markdown_check(text, note_markdown, &faults);
	return faults.status;
}

enum status settingcheck_needed(struct span text, struct err *err)
{
	if (!span_trim(text).len)
		return err_set(err, E_NOTFOUND, "it is empty");
	return settingcheck_line(text, err);
}

enum status settingcheck_read_domain(struct span text, struct str *out, struct err *err)
{
	struct str probe;
	struct addr addr;
	enum status status;

	str_init(&probe, STR_MAX_SMALL);
	str_add_text(&probe, "postmaster@");
	str_add(&probe, text);
	status = addr_parse(str_span(&probe), &addr, NULL);
	str_clear(&probe);
	if (status != OK)
		return err_set(err, E_SYNTAX, "\"%.*s\" is no domain; write it like \"harbour.example\"",
			SPAN_ARG(text));
	str_add_text(out, addr.domain);
	addr_clear(&addr);
	return OK;
}

enum status settingcheck_domain(struct span text, struct err *err)
{
	struct str domain;
	enum status status;

	str_init(&domain, STR_MAX_SMALL);
	status = settingcheck_read_domain(text, &domain, err);
	str_clear(&domain);
	return status;
}

enum status settingcheck_site_domain(struct span text, struct err *err)
{
	return span_equals(text, SPAN("*")) ? OK : settingcheck_domain(text, err);
}

static bool is_language_part(struct span part, bool is_first)
{
	if (part.len < (is_first ? 2 : 1) || part.len > (is_first ? 3 : 8))
		return false;
	for (size_t i = 0; i < part.len; i++) {
		unsigned char c = (unsigned char)part.ptr[i];

		if (c >= 0x80 || !(is_first ? isalpha(c) : isalnum(c)))
			return false;
	}
	return true;
}

/* Letters, then groups of letters and digits joined by '-' (RFC 5646 in shape). */
enum status settingcheck_language(struct span text, struct err *err)
{
	struct span rest = text;
	struct span part;
	bool is_first = true;

	if (!text.len)
		return err_set(err, E_SYNTAX, "it is empty; write a language like \"en\" or \"pt-BR\"");
	while (span_split(&rest, '-', &part)) {
		if (!is_language_part(part, is_first))
			return err_set(err, E_SYNTAX,
				"\"%.*s\" is no language; write it like \"en\" or \"pt-BR\"", SPAN_ARG(text));
		is_first = false;
	}
	return OK;
}

enum status settingcheck_zone(struct span text, struct err *err)
{
	char *name = span_copy(text);
	struct zone *zone = NULL;
	enum status status = zone_new(name, &zone, err);

	if (status == OK)
		zone_free(zone);
	free(name);
	return status;
}

/* As it is written, or its A-labels. What is no domain for us is another's to a reader. */
static bool is_domain(struct span text, const char *domain)
{
	struct str probe;
	struct addr addr;
	bool is_same = false;

	str_init(&probe, STR_MAX_SMALL);
	str_addf(&probe, "x@%.*s", SPAN_ARG(text));
	if (addr_parse(str_span(&probe), &addr, NULL) == OK) {
		is_same = strcmp(addr.domain, domain) == 0;
		addr_clear(&addr);
	}
	str_clear(&probe);
	return is_same;
}

/* Marks that may follow an address in a sentence, and brackets around it. */
static struct span trim_marks(struct span word)
{
	while (word.len && strchr(".,;:!?)]}>\"'", word.ptr[word.len - 1]))
		word.len--;
	return word;
}

/* An address in a name: "press@other.example" <…> shows readers another sender than the real one. */
static bool names_other_address(const struct mailbox *mailbox)
{
	struct span rest = span_of(mailbox->name);
	struct span word;

	while (span_split(&rest, ' ', &word)) {
		size_t at = span_find_char(word, '@', 0);
		struct span domain = at == SIZE_MAX ? SPAN("") : trim_marks(span_from(word, at + 1));

		if (span_find_char(domain, '.', 0) != SIZE_MAX && !is_domain(domain, mailbox->addr.domain))
			return true;
	}
	return false;
}

enum status settingcheck_sender(struct span text, struct err *err)
{
	struct mailbox mailbox;
	enum status status = mailbox_parse(text, &mailbox, err);

	if (status != OK)
		return status;
	if (strstr(mailbox.name, "{{"))
		status = err_set(err, E_SYNTAX,
			"\"%.*s\" has a tag in its name: the sender is the same for everybody",
			SPAN_ARG(text));
	else if (names_other_address(&mailbox))
		status = err_set(err, E_SYNTAX,
			"the name in \"%.*s\" is another address than the sender's: readers and filters take "
			"that for a trick",
			SPAN_ARG(text));
	else if (mailbox.addr.needs_smtputf8)
		status = err_set(err, E_SYNTAX,
			"\"%.*s\" has letters beyond ASCII before its '@': "
			"most servers could neither take mail from it nor answer it",
			SPAN_ARG(text));
	mailbox_clear(&mailbox);
	return status;
}

enum status settingcheck_address(struct span text, struct err *err)
{
	struct addr addr;
	enum status status = addr_parse(text, &addr, err);

	if (status == OK)
		addr_clear(&addr);
	return status;
}

enum status settingcheck_reply_to_or_none(struct span text, struct err *err)
{
	enum status status = text.len ? settingcheck_address(text, err) : OK;

	/* The domain may have any letters: it goes out as A-labels. */
	if (status == OK && !utf8_is_ascii(span_first(text, span_find_char(text, '@', 0))))
		status = err_set(err, E_SYNTAX,
			"\"%.*s\" has letters beyond ASCII before its '@': most servers couldn't answer it",
			SPAN_ARG(text));
	return status;
}

/* Each message's own return path is made of it: "bounce+TOKEN@harbour.example". */
enum status settingcheck_bounce_address(struct span text, struct err *err)
{
	struct addr addr;
	enum status status = addr_parse(text, &addr, err);
	struct span local;

	if (status != OK)
		return status;
	local = span_of(addr.local);
	if (addr.needs_smtputf8)
		status = err_set(err, E_SYNTAX,
			"\"%.*s\" has letters beyond ASCII before its '@': most servers couldn't report to "
			"it",
			SPAN_ARG(text));
	else if (span_starts(text, SPAN("\"")))
		status = err_set(err, E_SYNTAX,
			"\"%.*s\" has quotes, between which no token can stand; write it like "
			"\"bounce@harbour.example\"",
			SPAN_ARG(text));
	else if (span_find_char(local, '+', 0) != SIZE_MAX)
		status = err_set(err, E_SYNTAX,
			"\"%.*s\" has a '+' already; a token follows one, like "
			"\"bounce+TOKEN@harbour.example\"",
			SPAN_ARG(text));
	else if (local.len > TOKEN_LOCAL_MAX)
		status = err_set(err, E_RANGE,
			"\"%.*s\" leaves no room for a token: there may be %u characters at most before the "
			"'@'",
			SPAN_ARG(text), TOKEN_LOCAL_MAX);
	addr_clear(&addr);
	return status;
}

/* `rest` is what follows the scheme. */
static enum status check_url(struct span text, struct span rest, const char *example, struct err *err)
{
	if (!rest.len)
		return err_set(err, E_SYNTAX, "\"%.*s\" names no host; write it like \"%s\"", SPAN_ARG(text),
			example);
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (c <= ' ' || c >= 0x7f)
			return err_set(err, E_SYNTAX,
				"\"%.*s\" has a character that can't be in a URL; write it like \"%s\"",
				SPAN_ARG(text), example);
	}
	return OK;
}

/*
 * A token is written directly behind it, and it stands between brackets in List-Unsubscribe
 * (RFC 2369 2), where a comma or bracket would end it for a reader.
 */
enum status settingcheck_unsubscribe_url_or_none(struct span text, struct err *err)
{
	static const char example[] = "https://press.harbour.example/leave";
	struct span rest = span_from(text, strlen("https://"));
	size_t query = span_find_char(text, '?', 0);
	enum status status;

	if (!text.len)
		return OK;
	if (!span_starts(text, SPAN("https://")))
		return err_set(err, E_SYNTAX, "\"%.*s\" must begin with https://, like \"%s\"",
			SPAN_ARG(text), example);
	if (rest.len && strchr("/?", rest.ptr[0]))
		rest = SPAN("");
	status = check_url(text, rest, example, err);
	if (status != OK)
		return status;
	if (text.len > SETTINGCHECK_UNSUBSCRIBE_URL_MAX)
		return err_set(err, E_RANGE, "\"%.*s...\" is longer than %u bytes",
			SPAN_ARG(span_first(text, 60)), SETTINGCHECK_UNSUBSCRIBE_URL_MAX);
	for (size_t i = 0; i < text.len; i++) {
		if (strchr("#,<>\"\\^`{|}", text.ptr[i]))
			return err_set(err, E_SYNTAX,
				"\"%.*s\" has a '%c', which can't stand before a token; write it like \"%s\"",
				SPAN_ARG(text), text.ptr[i], example);
	}
	if (query != SIZE_MAX && !span_ends(text, SPAN("=")))
		return err_set(err, E_SYNTAX,
			"\"%.*s\" has a query that doesn't end in '=': a token follows, as in \"%s?token=\"",
			SPAN_ARG(text), example);
	return OK;
}

static bool is_port(struct span text)
{
	unsigned number = 0;

	if (!text.len || text.len > 5)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
		number = number * 10 + (unsigned)(text.ptr[i] - '0');
	}
	return number >= 1 && number <= 65535;
}

/* "host", "host:25", "[::1]:25"; nothing behind it. */
static bool is_host_and_port(struct span text)
{
	size_t host;

	if (span_find_char(text, '/', 0) != SIZE_MAX || span_find_char(text, '@', 0) != SIZE_MAX)
		return false;
	if (text.len && text.ptr[0] == '[') {
		size_t end = span_find_char(text, ']', 0);

		host = end == SIZE_MAX || end < 2 ? 0 : end + 1;
	} else {
		size_t colon = span_find_char(text, ':', 0);

		host = colon == SIZE_MAX ? text.len : colon;
	}
	return host && (host == text.len || (text.ptr[host] == ':' && is_port(span_from(text, host + 1))));
}

enum status settingcheck_relay_url(struct span text, struct err *err)
{
	static const char example[] = "smtp://mail.harbour.example:25";
	struct span rest;
	enum status status;

	if (span_starts(text, SPAN("smtp://")))
		rest = span_from(text, strlen("smtp://"));
	else if (span_starts(text, SPAN("smtps://")))
		rest = span_from(text, strlen("smtps://"));
	else
		return err_set(err, E_SYNTAX, "\"%.*s\" must begin with smtp:// or smtps://, like \"%s\"",
			SPAN_ARG(text), example);
	status = check_url(text, rest, example, err);
	if (status != OK)
		return status;
	if (!is_host_and_port(rest))
		return err_set(err, E_SYNTAX,
			"\"%.*s\" must be a host and perhaps a port, like \"%s\"; a user goes into \"user\"",
			SPAN_ARG(text), example);
	return OK;
}
