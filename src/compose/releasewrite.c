/*
 * A release as a file again: YAML as a person would write it, quoted only where
 * YAML would read something else.
 */
#include "compose/releasewrite.h"

#include "base/utf8.h"

#include <stdint.h>

/* Characters that YAML reads as line breaks or refuses raw. */
static bool needs_escape(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029 || c == 0xfeff ||
	       c == 0xfffe || c == 0xffff;
}

static bool has_escapes(struct span text, const char *allowed)
{
	uint32_t c;

	while (utf8_next(&text, &c)) {
		if (needs_escape(c) && !(c && c < 0x80 && strchr(allowed, (int)c)))
			return true;
	}
	return false;
}

/* Words that YAML readers take for something else than text. */
static bool is_yaml_word(struct span text)
{
	static const char *const words[] = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (span_equals_nocase(text, span_of(words[i])))
			return true;
	}
	return false;
}

/* Plain text starts with a letter, and has nothing that ends it early. */
static bool is_plain(struct span text)
{
	unsigned char first = text.len ? (unsigned char)text.ptr[0] : 0;
	bool is_letter = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first >= 0x80;
	char last;

	if (!is_letter || is_yaml_word(text) || has_escapes(text, ""))
		return false;
	last = text.ptr[text.len - 1];
	return last != ':' && last != ' ' && span_find(text, SPAN(": "), 0) == SIZE_MAX &&
	       span_find(text, SPAN(" #"), 0) == SIZE_MAX;
}

static void add_quoted(struct str *out, struct span text)
{
	uint32_t c;

	str_add_char(out, '"');
	while (utf8_next(&text, &c)) {
		if (c == '"' || c == '\\')
			str_addf(out, "\\%c", (char)c);
		else if (c == '\n')
			str_add_text(out, "\\n");
		else if (c == '\t')
			str_add_text(out, "\\t");
		else if (needs_escape(c))
			str_addf(out, "\\u%04X", c);
		else
			utf8_add(out, c);
	}
	str_add_char(out, '"');
}

static void add_scalar(struct str *out, struct span text)
{
	if (is_plain(text))
		str_add(out, text);
	else
		add_quoted(out, text);
}

static void add_key(struct str *out, size_t indent, const char *key, const char *text)
{
	if (!*text)
		return;
	str_add_repeat(out, ' ', indent);
	str_addf(out, "%s: ", key);
	add_scalar(out, span_of(text));
	str_add_char(out, '\n');
}

/* Markdown in YAML: as lines of its own under the key. */
static void add_block(struct str *out, size_t indent, struct span key, struct span text)
{
	struct span line;
	bool is_literal = text.len && text.ptr[0] != ' ' && text.ptr[0] != '\n' && text.ptr[0] != '\t' &&
			  text.ptr[text.len - 1] != '\n' && !has_escapes(text, "\n\t");

	str_add_repeat(out, ' ', indent);
	add_scalar(out, key);
	if (!is_literal) {
		str_add_text(out, ": ");
		add_quoted(out, text);
		str_add_char(out, '\n');
		return;
	}
	str_add_text(out, ": |-\n");
	while (span_line(&text, &line)) {
		if (line.len)
			str_add_repeat(out, ' ', indent + 2);
		str_add(out, line);
		str_add_char(out, '\n');
	}
}

static void add_phones(struct str *out, const struct contact *contact)
{
	if (!contact->phone_count)
		return;
	str_add_text(out, "    phones: [");
	for (size_t i = 0; i < contact->phone_count; i++) {
		str_add_text(out, i ? ", " : "");
		add_quoted(out, span_of(contact->phones[i]));
	}
	str_add_text(out, "]\n");
}

/* A list's item: its first key stands behind the dash. */
static void begin_item(struct str *out, size_t start)
{
	if (out->len > start + 4)
		out->ptr[start + 2] = '-';
}

static void add_contacts(struct str *out, const struct release *release)
{
	if (release->contact_count)
		str_add_text(out, "contacts:\n");
	for (size_t i = 0; i < release->contact_count; i++) {
		const struct contact *contact = &release->contacts[i];
		size_t start = out->len;

		add_key(out, 4, "name", contact->name);
		add_key(out, 4, "role", contact->role);
		add_key(out, 4, "place", contact->place);
		add_phones(out, contact);
		add_key(out, 4, "email", contact->email);
		if (out->len == start)
			str_add_text(out, "  - name: \"\"\n");
		begin_item(out, start);
	}
}

static void add_files(struct str *out, const char *key, const struct release_file *files, size_t count)
{
	if (count)
		str_addf(out, "%s:\n", key);
	for (size_t i = 0; i < count; i++) {
		size_t start = out->len;

		add_key(out, 4, "path", files[i].path);
		add_key(out, 4, "alt", files[i].alt);
		add_key(out, 4, "caption", files[i].caption);
		add_key(out, 4, "credit", files[i].credit);
		add_key(out, 4, "usage", files[i].usage);
		begin_item(out, start);
	}
}

static void add_media(struct str *out, const struct release *release)
{
	if (release->media_count)
		str_add_text(out, "media:\n");
	for (size_t i = 0; i < release->media_count; i++) {
		const struct release_media *media = &release->media[i];
		size_t start = out->len;

		add_key(out, 4, "url", media->url);
		add_key(out, 4, "kind", media_kind_name(media->kind));
		add_key(out, 4, "title", media->title);
		add_key(out, 4, "alt", media->alt);
		add_key(out, 4, "caption", media->caption);
		add_key(out, 4, "credit", media->credit);
		add_key(out, 4, "usage", media->usage);
		begin_item(out, start);
	}
}

static void add_value(struct str *out, size_t indent, const struct value *value);

static void add_map(struct str *out, size_t indent, const struct value *map)
{
	for (size_t i = 0; i < value_count(map); i++) {
		const struct value *item = value_at(map, i);

		if (value_kind(item) == VALUE_TEXT && span_find_char(value_text(item), '\n', 0) != SIZE_MAX) {
			add_block(out, indent, value_key_at(map, i), value_text(item));
			continue;
		}
		str_add_repeat(out, ' ', indent);
		add_scalar(out, value_key_at(map, i));
		str_add_char(out, ':');
		add_value(out, indent, item);
	}
}

static void add_list(struct str *out, size_t indent, const struct value *list)
{
	for (size_t i = 0; i < value_count(list); i++) {
		str_add_repeat(out, ' ', indent);
		str_add_char(out, '-');
		add_value(out, indent, value_at(list, i));
	}
}

/* What follows "key:" or "-", with its line break. */
static void add_value(struct str *out, size_t indent, const struct value *value)
{
	enum value_kind kind = value_kind(value);

	if (kind == VALUE_TEXT) {
		str_add_char(out, ' ');
		add_scalar(out, value_text(value));
		str_add_char(out, '\n');
	} else if ((kind == VALUE_MAP || kind == VALUE_LIST) && value_count(value)) {
		str_add_char(out, '\n');
		if (kind == VALUE_MAP)
			add_map(out, indent + 2, value);
		else
			add_list(out, indent + 2, value);
	} else {
		str_add_text(out, kind == VALUE_MAP ? " {}\n" : kind == VALUE_LIST ? " []\n" : "\n");
	}
}

void release_write(const struct release *release, struct str *out)
{
	const struct value *extra = value_get(release->front_matter, SPAN("extra"));

	str_add_text(out, "---\n");
	add_key(out, 0, "title", release->title);
	add_key(out, 0, "subtitle", release->subtitle);
	add_key(out, 0, "slug", release->slug);
	add_key(out, 0, "dateline", release->dateline);
	add_key(out, 0, "date", release->date);
	add_key(out, 0, "language", release->language);
	add_key(out, 0, "embargo", release->embargo);
	add_contacts(out, release);
	if (*release->boilerplate)
		add_block(out, 0, SPAN("boilerplate"), span_of(release->boilerplate));
	if (*release->notes)
		add_block(out, 0, SPAN("notes"), span_of(release->notes));
	if (strcmp(release->end_mark, RELEASE_END_MARK) != 0)
		add_key(out, 0, "end_mark", release->end_mark);
	add_files(out, "attachments", release->attachments, release->attachment_count);
	add_files(out, "images", release->images, release->image_count);
	add_media(out, release);
	if (extra && value_count(extra)) {
		str_add_text(out, "extra:\n");
		add_map(out, 2, extra);
	}
	str_add_text(out, "---\n");
	if (*release->body && *release->body != '\n')
		str_add_char(out, '\n');
	str_add_text(out, release->body);
	if (out->ptr[out->len - 1] != '\n')
		str_add_char(out, '\n');
}
