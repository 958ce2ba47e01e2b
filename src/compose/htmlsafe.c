/*
 * HTML for mails: tags read one by one, each name and attribute looked up in a table that says
 * what is wrong with it.
 */
#include "compose/htmlsafe.h"

#include "base/utf8.h"
#include "compose/stylesafe.h"

#include <stdint.h>
#include <stdio.h>

#define SHOWN_MAX 60u /* bytes of a value that an error quotes */

#define WHY_RUNS "it never runs in a mail, and servers refuse mails with one"
#define WHY_ASKS "a mail can't take answers, and mail programs warn of those that try"
#define WHY_EMBEDS "mail programs drop it; link to the page instead"
#define WHY_LOADS "mail programs block what isn't in the mail, and it tells strangers who reads it"
#define WHY_DRAWS "most mail programs drop it; use an image under \"images:\""
#define WHY_MOVES "it would change where everything else leads"
#define WHY_PLAINS "it would end the markup for all that follows"

struct scan {
	struct span html;
	enum htmlsafe_stage stage;
	struct htmlsafe_fault *fault;
};

struct tag {
	struct span name; /* without a prefix such as "v:" */
	size_t at;
	size_t end; /* behind its '>' */
};

struct attribute {
	struct span name; /* without a prefix */
	struct span value;
	char quote; /* 0 without quotes */
};

static const struct {
	const char *name;
	const char *why;
} elements[] = {
	{"script", WHY_RUNS},
	{"noscript", WHY_RUNS},
	{"template", WHY_RUNS},
	{"canvas", WHY_RUNS},
	{"applet", WHY_RUNS},
	{"iframe", WHY_EMBEDS},
	{"frame", WHY_EMBEDS},
	{"frameset", WHY_EMBEDS},
	{"portal", WHY_EMBEDS},
	{"fencedframe", WHY_EMBEDS},
	{"object", WHY_EMBEDS},
	{"embed", WHY_EMBEDS},
	{"param", WHY_EMBEDS},
	{"video", WHY_EMBEDS},
	{"audio", WHY_EMBEDS},
	{"source", WHY_EMBEDS},
	{"track", WHY_EMBEDS},
	{"bgsound", WHY_EMBEDS},
	{"picture", WHY_LOADS},
	{"link", WHY_LOADS},
	{"form", WHY_ASKS},
	{"input", WHY_ASKS},
	{"button", WHY_ASKS},
	{"select", WHY_ASKS},
	{"textarea", WHY_ASKS},
	{"keygen", WHY_ASKS},
	{"isindex", WHY_ASKS},
	{"dialog", WHY_ASKS},
	{"svg", WHY_DRAWS},
	{"math", WHY_DRAWS},
	{"base", WHY_MOVES},
	{"plaintext", WHY_PLAINS},
	{"xmp", WHY_PLAINS},
	{"listing", WHY_PLAINS},
};

enum attribute_rule {
	ATTRIBUTE_LINK,  /* leads somewhere: by a scheme of the list below */
	ATTRIBUTE_LOADS, /* fetched when the mail is shown: out of the mail only */
	ATTRIBUTE_STYLE,
	ATTRIBUTE_EQUIV, /* <meta http-equiv>: a header of the page's own */
	ATTRIBUTE_NEVER
};

static const struct {
	const char *name;
	enum attribute_rule rule;
	const char *why;
} attributes[] = {
	{"href", ATTRIBUTE_LINK, NULL},
	{"src", ATTRIBUTE_LOADS, NULL},
	{"background", ATTRIBUTE_LOADS, NULL},
	{"poster", ATTRIBUTE_LOADS, NULL},
	{"lowsrc", ATTRIBUTE_LOADS, NULL},
	{"dynsrc", ATTRIBUTE_LOADS, NULL},
	{"style", ATTRIBUTE_STYLE, NULL},
	{"http-equiv", ATTRIBUTE_EQUIV, NULL},
	{"srcset", ATTRIBUTE_NEVER, WHY_LOADS},
	{"imagesrcset", ATTRIBUTE_NEVER, WHY_LOADS},
	{"manifest", ATTRIBUTE_NEVER, WHY_LOADS},
	{"ping", ATTRIBUTE_NEVER, WHY_LOADS},
	{"data", ATTRIBUTE_NEVER, WHY_EMBEDS},
	{"codebase", ATTRIBUTE_NEVER, WHY_EMBEDS},
	{"classid", ATTRIBUTE_NEVER, WHY_EMBEDS},
	{"srcdoc", ATTRIBUTE_NEVER, WHY_EMBEDS},
	{"action", ATTRIBUTE_NEVER, WHY_ASKS},
	{"formaction", ATTRIBUTE_NEVER, WHY_ASKS},
};

static const char *const link_schemes[] = {"https:", "http:", "mailto:", "tel:", "sms:"};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool is_mark(char c)
{
	return c == HTMLSAFE_VALUE || c == HTMLSAFE_SWITCH;
}

static bool has_mark(struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (is_mark(text.ptr[i]))
			return true;
	}
	return false;
}

/* As much of a text as an error quotes, cut where a value stands. */
static struct span shown(struct span text)
{
	size_t length = 0;

	text = span_first(text, SHOWN_MAX);
	while (length < text.len && !is_mark(text.ptr[length]))
		length++;
	text.len = length;
	return span_first(text, utf8_first_invalid(text));
}

static bool blame(struct scan *scan, struct span what, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Always true, for the caller's return. */
static bool blame(struct scan *scan, struct span what, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(scan->fault->words, sizeof(scan->fault->words), format, args);
	va_end(args);
	scan->fault->at = (size_t)(what.ptr - scan->html.ptr);
	scan->fault->len = what.len;
	return true;
}

/* "v:fill" is a fill to whom it concerns. */
static struct span without_prefix(struct span name)
{
	size_t colon = span_find_char(name, ':', 0);

	return colon == SIZE_MAX || colon + 1 == name.len ? name : span_from(name, colon + 1);
}

static struct span take_until(struct span html, size_t *at, const char *ends)
{
	size_t start = *at;

	while (*at < html.len && !is_blank(html.ptr[*at]) && (!html.ptr[*at] || !strchr(ends, html.ptr[*at])))
		(*at)++;
	return span_bytes(html.ptr + start, *at - start);
}

static void skip_blank(struct span html, size_t *at)
{
	while (*at < html.len && is_blank(html.ptr[*at]))
		(*at)++;
}

/* False if the tag has no further one; `at` is then on its '>' or at the end. */
static bool next_attribute(struct span html, size_t *at, struct attribute *out)
{
	size_t behind;

	while (*at < html.len && (is_blank(html.ptr[*at]) || html.ptr[*at] == '/'))
		(*at)++;
	if (*at >= html.len || html.ptr[*at] == '>')
		return false;
	*out = (struct attribute){0};
	behind = *at + 1; /* a '=' that comes first belongs to the name */
	take_until(html, &behind, "/>=");
	out->name = without_prefix(span_bytes(html.ptr + *at, behind - *at));
	out->value = span_bytes(html.ptr + behind, 0);
	*at = behind;
	skip_blank(html, &behind);
	if (behind >= html.len || html.ptr[behind] != '=')
		return true;
	behind++;
	skip_blank(html, &behind);
	*at = behind;
	if (behind < html.len && (html.ptr[behind] == '"' || html.ptr[behind] == '\'')) {
		size_t end = span_find_char(html, html.ptr[behind], behind + 1);

		out->quote = html.ptr[behind];
		end = end == SIZE_MAX ? html.len : end;
		out->value = span_bytes(html.ptr + behind + 1, end - behind - 1);
		*at = end < html.len ? end + 1 : end;
	} else {
		out->value = take_until(html, at, ">");
	}
	return true;
}

/* A digit's value, 16 for anything else. */
static uint32_t digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (uint32_t)(c - '0');
	if (is_letter(c) && (c | 32) <= 'f')
		return (uint32_t)((c | 32) - 'a' + 10);
	return 16;
}

/* "&#106;", "&#x6a", whose end may be missing. */
static size_t read_number(struct span text, uint32_t *character)
{
	bool is_hex = text.len > 2 && (text.ptr[2] == 'x' || text.ptr[2] == 'X');
	uint32_t base = is_hex ? 16 : 10;
	size_t start = is_hex ? 3 : 2;
	size_t at = start;

	for (*character = 0; at < text.len && digit_value(text.ptr[at]) < base; at++) {
		if (*character <= 0x10ffff)
			*character = *character * base + digit_value(text.ptr[at]);
	}
	if (at == start)
		return 0;
	return at < text.len && text.ptr[at] == ';' ? at + 1 : at;
}

/* "&#106;", "&colon;" at the start of `text`: bytes taken, 0 if it's none. */
static size_t read_reference(struct span text, uint32_t *character)
{
	static const struct {
		const char *name;
		char character;
	} names[] = {{"colon;", ':'}, {"Tab;", '\t'}, {"NewLine;", '\n'}, {"sol;", '/'}, {"bsol;", '\\'},
		{"lpar;", '('}, {"rpar;", ')'}, {"commat;", '@'}, {"num;", '#'}, {"amp;", '&'}, {"lt;", '<'},
		{"gt;", '>'}, {"quot;", '"'}, {"apos;", '\''}, {"ast;", '*'}, {"period;", '.'}};

	if (span_starts(text, SPAN("&#")))
		return read_number(text, character);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (span_starts(span_from(text, 1), span_of(names[i].name))) {
			*character = (unsigned char)names[i].character;
			return 1 + strlen(names[i].name);
		}
	}
	return 0;
}

/* An attribute's value as a browser takes it. */
static void decode(struct span value, struct str *out)
{
	for (size_t i = 0; i < value.len;) {
		uint32_t character = 0;
		size_t taken =
			value.ptr[i] == '&' ? read_reference(span_from(value, i), &character) : (size_t)0;

		if (taken)
			utf8_add(out, character);
		else
			str_add_char(out, value.ptr[i]);
		i += taken ? taken : 1;
	}
}

/* A URL as a browser takes it: it passes over controls and white space. */
static void decode_url(struct span value, struct str *out)
{
	struct str decoded;

	str_init(&decoded, HTMLSAFE_TAG_MAX);
	decode(value, &decoded);
	for (size_t i = 0; i < decoded.len; i++) {
		if ((unsigned char)decoded.ptr[i] > ' ')
			str_add_char(out, decoded.ptr[i]);
	}
	str_clear(&decoded);
}

static bool check_link(
	struct scan *scan, const struct tag *tag, const struct attribute *attribute, struct span url)
{
	if (span_starts(url, SPAN("#")))
		return false;
	for (size_t i = 0; i < sizeof(link_schemes) / sizeof(link_schemes[0]); i++) {
		if (span_starts_nocase(url, span_of(link_schemes[i])))
			return false;
	}
	if (url.len && is_mark(url.ptr[0])) {
		if (scan->stage == HTMLSAFE_SOURCE)
			return false;
		return blame(scan, attribute->value,
			"a recipient's value decides where \"%.*s\" of <%.*s> leads: put \"https://…\" "
			"before it",
			SPAN_ARG(attribute->name), SPAN_ARG(tag->name));
	}
	return blame(scan, attribute->value,
		"\"%.*s\" of <%.*s> is \"%.*s\": a link in a mail starts with https://, http://, mailto:, "
		"tel:, sms: or #",
		SPAN_ARG(attribute->name), SPAN_ARG(tag->name), SPAN_ARG(shown(attribute->value)));
}

static bool check_load(
	struct scan *scan, const struct tag *tag, const struct attribute *attribute, struct span url)
{
	if (span_starts_nocase(url, SPAN("cid:")))
		return false;
	if (scan->stage == HTMLSAFE_SOURCE && url.len && is_mark(url.ptr[0]))
		return false;
	return blame(scan, attribute->value,
		"\"%.*s\" of <%.*s> loads \"%.*s\": %s; list it under \"images:\" (\"cid:…\")",
		SPAN_ARG(attribute->name), SPAN_ARG(tag->name), SPAN_ARG(shown(attribute->value)), WHY_LOADS);
}

static bool check_style(struct scan *scan, const struct tag *tag, struct span raw, struct span css)
{
	const char *fault = stylesafe_find_fault(css, scan->stage);

	if (!fault)
		return false;
	return blame(scan, raw, "the style of <%.*s> has %s: it would load, run or change what is shown",
		SPAN_ARG(tag->name), fault);
}

static bool check_equiv(
	struct scan *scan, const struct tag *tag, const struct attribute *attribute, struct span value)
{
	value = span_trim(value);
	if (span_equals_nocase(value, SPAN("content-type")) ||
		span_equals_nocase(value, SPAN("x-ua-compatible")) ||
		(scan->stage == HTMLSAFE_SOURCE && has_mark(value)))
		return false;
	return blame(scan, attribute->value,
		"<%.*s http-equiv=\"%.*s\"> can't go into a mail: it would speak for the message's own "
		"headers",
		SPAN_ARG(tag->name), SPAN_ARG(shown(attribute->value)));
}

static bool check_by_rule(
	struct scan *scan, const struct tag *tag, const struct attribute *attribute, size_t rule)
{
	struct str value;
	bool is_bad = false;

	str_init(&value, HTMLSAFE_TAG_MAX);
	switch (attributes[rule].rule) {
	case ATTRIBUTE_LINK:
		decode_url(attribute->value, &value);
		is_bad = check_link(scan, tag, attribute, str_span(&value));
		break;
	case ATTRIBUTE_LOADS:
		decode_url(attribute->value, &value);
		is_bad = check_load(scan, tag, attribute, str_span(&value));
		break;
	case ATTRIBUTE_STYLE:
		decode(attribute->value, &value);
		is_bad = check_style(scan, tag, attribute->value, str_span(&value));
		break;
	case ATTRIBUTE_EQUIV:
		decode(attribute->value, &value);
		is_bad = check_equiv(scan, tag, attribute, str_span(&value));
		break;
	case ATTRIBUTE_NEVER:
		is_bad = blame(scan, attribute->name, "\"%.*s\" of <%.*s> can't go into a mail: %s",
			SPAN_ARG(attribute->name), SPAN_ARG(tag->name), attributes[rule].why);
		break;
	}
	str_clear(&value);
	return is_bad;
}

/* Where a recipient's value may stand: in a value between quotes, and in no other place of a tag. */
static bool check_marks(struct scan *scan, const struct tag *tag, const struct attribute *attribute)
{
	bool is_in_name = has_mark(attribute->name);

	if (scan->stage == HTMLSAFE_SOURCE ||
		(!is_in_name && (attribute->quote || !has_mark(attribute->value))))
		return false;
	return blame(scan, is_in_name ? attribute->name : attribute->value,
		"a recipient's value stands loose in the tag <%.*s>: it may stand in a text, or between the "
		"quotes of an attribute",
		SPAN_ARG(tag->name));
}

static bool check_attribute(struct scan *scan, const struct tag *tag, const struct attribute *attribute)
{
	struct span name = attribute->name;

	if (check_marks(scan, tag, attribute))
		return true;
	if (name.len > 2 && span_starts_nocase(name, SPAN("on")) && is_letter(name.ptr[2]))
		return blame(scan, name, "\"%.*s\" of <%.*s> can't go into a mail: %s", SPAN_ARG(shown(name)),
			SPAN_ARG(tag->name), WHY_RUNS);
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		if (span_equals_nocase(name, span_of(attributes[i].name)))
			return check_by_rule(scan, tag, attribute, i);
	}
	return false;
}

static bool check_element(struct scan *scan, const struct tag *tag)
{
	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
		if (span_equals_nocase(tag->name, span_of(elements[i].name)))
			return blame(scan, span_bytes(scan->html.ptr + tag->at, tag->name.len + 1),
				"<%.*s> can't go into a mail: %s", SPAN_ARG(tag->name), elements[i].why);
	}
	return false;
}

/* What stands between <style> and its end. */
static bool check_style_sheet(struct scan *scan, const struct tag *tag)
{
	struct span css = span_from(scan->html, tag->end);
	size_t end = 0;

	while (end < css.len && !span_starts_nocase(span_from(css, end), SPAN("</style")))
		end++;
	css = span_first(css, end);
	return check_style(scan, tag, css, css);
}

static bool check_tag(struct scan *scan, size_t at)
{
	struct span html = span_first(scan->html, at + HTMLSAFE_TAG_MAX);
	struct attribute attribute;
	struct tag tag = {.at = at};
	size_t cursor = at + 1;

	tag.name = without_prefix(take_until(html, &cursor, "/>"));
	if (has_mark(tag.name))
		return scan->stage == HTMLSAFE_LETTER &&
		       blame(scan, tag.name, "a recipient's value stands in the name of a tag");
	tag.name = span_first(tag.name, SHOWN_MAX);
	if (check_element(scan, &tag))
		return true;
	while (next_attribute(html, &cursor, &attribute)) {
		if (check_attribute(scan, &tag, &attribute))
			return true;
	}
	if (cursor >= html.len && (html.len < scan->html.len || scan->stage == HTMLSAFE_LETTER))
		return blame(scan, span_bytes(html.ptr + at, 1),
			"the tag <%.*s> doesn't end, or is longer than %u bytes", SPAN_ARG(tag.name),
			HTMLSAFE_TAG_MAX);
	tag.end = cursor + 1;
	return span_equals_nocase(tag.name, SPAN("style")) && check_style_sheet(scan, &tag);
}

bool htmlsafe_find_fault(struct span html, enum htmlsafe_stage stage, struct htmlsafe_fault *fault)
{
	struct scan scan = {html, stage, fault};
	size_t at = 0;

	while ((at = span_find_char(html, '<', at)) != SIZE_MAX) {
		char next = at + 1 < html.len ? html.ptr[at + 1] : 0;

		if (is_letter(next) && check_tag(&scan, at))
			return true;
		if (stage == HTMLSAFE_LETTER && is_mark(next))
			return blame(&scan, span_bytes(html.ptr + at, 1),
				"a recipient's value follows a \"<\": write \"&lt;\"");
		at++;
	}
	return false;
}
