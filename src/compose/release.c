/*
 * A release's file, read key by key from its front matter: each key has a row
 * in a table that says where its text goes and what it may hold.
 */
#include "compose/release.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "compose/frontmatter.h"
#include "compose/releasekey.h"
#include "compose/releasemedia.h"
#include "compose/releasename.h"
#include "mail/addr.h"

#include <stddef.h>
#include <stdlib.h>

struct release *release_new(const char *path)
{
	struct release *release = mem_alloc(sizeof(*release));
	char **texts[] = {&release->slug, &release->language, &release->title, &release->subtitle,
		&release->dateline, &release->date, &release->embargo, &release->boilerplate, &release->notes,
		&release->body};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i] = mem_copy_text("");
	release->path = mem_copy_text(path);
	release->end_mark = mem_copy_text(RELEASE_END_MARK);
	release->front_matter = value_new_map();
	return release;
}

static void clear_contact(struct contact *contact)
{
	for (size_t i = 0; i < contact->phone_count; i++)
		free(contact->phones[i]);
	free(contact->phones);
	free(contact->name);
	free(contact->role);
	free(contact->place);
	free(contact->email);
}

static void free_files(struct release_file *files, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(files[i].path);
		free(files[i].alt);
		free(files[i].caption);
		free(files[i].credit);
		free(files[i].usage);
	}
	free(files);
}

void release_free(struct release *release)
{
	if (!release)
		return;
	for (size_t i = 0; i < release->contact_count; i++)
		clear_contact(&release->contacts[i]);
	free(release->contacts);
	free_files(release->attachments, release->attachment_count);
	free_files(release->images, release->image_count);
	releasemedia_free(release->media, release->media_count);
	zone_free(release->embargo_zone);
	value_free(release->front_matter);
	free(release->path);
	free(release->slug);
	free(release->language);
	free(release->title);
	free(release->subtitle);
	free(release->dateline);
	free(release->date);
	free(release->embargo);
	free(release->boilerplate);
	free(release->notes);
	free(release->end_mark);
	free(release->body);
	free(release);
}

void release_set(char **text, struct span value)
{
	char *copy = span_copy(value);

	free(*text);
	*text = copy;
}

struct contact *release_add_contact(struct release *release)
{
	struct contact *contact;

	release->contacts = mem_grow(release->contacts, release->contact_count, &release->contact_capacity,
		sizeof(*release->contacts));
	contact = &release->contacts[release->contact_count++];
	*contact = (struct contact){.name = mem_copy_text(""),
		.role = mem_copy_text(""),
		.place = mem_copy_text(""),
		.email = mem_copy_text("")};
	return contact;
}

void contact_add_phone(struct contact *contact, struct span phone)
{
	contact->phones = mem_grow(
		contact->phones, contact->phone_count, &contact->phone_capacity, sizeof(*contact->phones));
	contact->phones[contact->phone_count++] = span_copy(phone);
}

/* The contact being read is the release's last. */
static struct contact *last_contact(struct release_reading *reading)
{
	return &reading->release->contacts[reading->release->contact_count - 1];
}

static enum status read_phone(struct release_reading *reading, const struct value *value, const char *key)
{
	struct span phone;
	enum status status = releasekey_text(reading, value, key, TEXT_LINE, &phone);

	if (!status && phone.len)
		contact_add_phone(last_contact(reading), phone);
	return status;
}

static enum status read_phones(struct release_reading *reading, const struct value *value, const char *key)
{
	enum status status;

	if (value_kind(value) != VALUE_LIST)
		return read_phone(reading, value, key);
	status = releasekey_list(reading, value, key);
	for (size_t i = 0; !status && i < value_count(value); i++)
		status = read_phone(reading, value_at(value, i), key);
	return status;
}

static enum status read_email(struct release_reading *reading, const struct value *value, const char *key)
{
	struct contact *contact = last_contact(reading);
	struct addr addr;
	struct err why;
	enum status status = releasekey_into(reading, value, key, TEXT_LINE, &contact->email);

	if (status || !*contact->email)
		return status;
	status = addr_parse(span_of(contact->email), &addr, &why);
	if (status)
		return err_set(reading->err, E_SYNTAX, "%s:%zu: email: %s", reading->release->path,
			value_line(value), why.text);
	addr_clear(&addr);
	return OK;
}

static const struct release_key contact_keys[] = {
	{"name", TEXT_LINE, offsetof(struct contact, name), NULL},
	{"role", TEXT_LINE, offsetof(struct contact, role), NULL},
	{"place", TEXT_LINE, offsetof(struct contact, place), NULL},
	{"phones", TEXT_LINE, 0, read_phones},
	{"phone", TEXT_LINE, 0, read_phones},
	{"email", TEXT_LINE, 0, read_email},
};

static enum status read_contacts(struct release_reading *reading, const struct value *value, const char *key)
{
	enum status status;

	if (value_kind(value) == VALUE_NULL)
		return OK;
	status = releasekey_list(reading, value, key);
	for (size_t i = 0; !status && i < value_count(value); i++) {
		const struct value *item = value_at(value, i);

		if (value_kind(item) != VALUE_MAP)
			return releasekey_fail(
				reading, item, "a contact has lines such as \"name: …\" and \"email: …\"");
		release_add_contact(reading->release)->line = value_line(item);
		status = releasekey_map(reading, item, contact_keys,
			sizeof(contact_keys) / sizeof(contact_keys[0]), last_contact(reading));
	}
	return status;
}

static const struct release_key file_keys[] = {
	{"path", TEXT_LINE, offsetof(struct release_file, path), NULL},
	{"alt", TEXT_LINE, offsetof(struct release_file, alt), NULL},
	{"caption", TEXT_LINE, offsetof(struct release_file, caption), NULL},
	{"credit", TEXT_LINE, offsetof(struct release_file, credit), NULL},
	{"usage", TEXT_LINE, offsetof(struct release_file, usage), NULL},
};

/* A path may not lead out of the release's folder. */
static bool path_stays_inside(struct span path)
{
	struct span part;

	if (!path.len || path.ptr[0] == '/')
		return false;
	while (span_split(&path, '/', &part)) {
		if (span_equals(part, SPAN("..")))
			return false;
	}
	return true;
}

static enum status read_file(struct release_reading *reading, const struct value *value, const char *key,
	struct release_file *file)
{
	enum status status;

	*file = (struct release_file){.path = mem_copy_text(""),
		.alt = mem_copy_text(""),
		.caption = mem_copy_text(""),
		.credit = mem_copy_text(""),
		.usage = mem_copy_text(""),
		.line = value_line(value)};
	if (value_kind(value) == VALUE_MAP)
		status = releasekey_map(
			reading, value, file_keys, sizeof(file_keys) / sizeof(file_keys[0]), file);
	else
		status = releasekey_into(reading, value, key, TEXT_LINE, &file->path);
	if (!status && !path_stays_inside(span_of(file->path)))
		return err_set(reading->err, E_SYNTAX,
			"%s:%zu: %s: \"%s\" is no path inside the release's folder", reading->release->path,
			file->line, key, file->path);
	return status;
}

static enum status read_files(struct release_reading *reading, const struct value *value, const char *key,
	struct release_file **files, size_t *count)
{
	enum status status;

	if (value_kind(value) == VALUE_NULL)
		return OK;
	status = releasekey_list(reading, value, key);
	if (status)
		return status;
	*files = mem_alloc((value_count(value) + 1) * sizeof(**files));
	for (size_t i = 0; !status && i < value_count(value); i++)
		status = read_file(reading, value_at(value, i), key, &(*files)[(*count)++]);
	return status;
}

static enum status read_attachments(
	struct release_reading *reading, const struct value *value, const char *key)
{
	struct release *release = reading->release;

	return read_files(reading, value, key, &release->attachments, &release->attachment_count);
}

static enum status read_images(struct release_reading *reading, const struct value *value, const char *key)
{
	struct release *release = reading->release;

	return read_files(reading, value, key, &release->images, &release->image_count);
}

static enum status read_slug(struct release_reading *reading, const struct value *value, const char *key)
{
	enum status status = releasekey_into(reading, value, key, TEXT_LINE, &reading->release->slug);

	if (!status && *reading->release->slug && !release_slug_is_valid(span_of(reading->release->slug)))
		return err_set(reading->err, E_SYNTAX,
			"%s:%zu: the slug \"%s\" may have a-z, 0-9 and \"-\" only, %u at most",
			reading->release->path, value_line(value), reading->release->slug, RELEASE_SLUG_MAX);
	return status;
}

static enum status read_language(struct release_reading *reading, const struct value *value, const char *key)
{
	struct release *release = reading->release;
	enum status status = releasekey_into(reading, value, key, TEXT_LINE, &release->language);

	if (!status && *release->language && !release_language_is_valid(span_of(release->language)))
		return err_set(reading->err, E_SYNTAX,
			"%s:%zu: \"%s\" is no language: write \"en\", \"fr\", \"pt-BR\"", release->path,
			value_line(value), release->language);
	return status;
}

static enum status read_embargo(struct release_reading *reading, const struct value *value, const char *key)
{
	struct release *release = reading->release;
	struct zone *utc = NULL;
	struct err why;
	enum status status = releasekey_into(reading, value, key, TEXT_LINE, &release->embargo);

	if (status || !*release->embargo)
		return status;
	status = reading->zone ? OK : zone_new("UTC", &utc, &why);
	if (!status)
		status = zone_parse_instant(span_of(release->embargo), reading->zone ? reading->zone : utc,
			&release->embargo_ms, &release->embargo_zone, &why);
	zone_free(utc);
	if (status)
		return err_set(reading->err, status, "%s:%zu: embargo: %s", release->path, value_line(value),
			why.text);
	release->has_embargo = true;
	return OK;
}

/* The writer's own keys: kept for templates, of any shape, without controls. */
static enum status check_extra(struct release_reading *reading, const struct value *value, const char *key)
{
	enum status status = OK;
	struct span text;

	if (value_kind(value) == VALUE_TEXT)
		return releasekey_text(reading, value, key, TEXT_BLOCK, &text);
	for (size_t i = 0; !status && i < value_count(value); i++)
		status = check_extra(reading, value_at(value, i), key);
	return status;
}

static enum status read_extra(struct release_reading *reading, const struct value *value, const char *key)
{
	if (value_kind(value) != VALUE_MAP && value_kind(value) != VALUE_NULL)
		return releasekey_fail(reading, value, "\"extra\" must hold lines of \"key: text\"");
	return check_extra(reading, value, key);
}

static const struct release_key release_keys[] = {
	{"title", TEXT_LINE, offsetof(struct release, title), NULL},
	{"subtitle", TEXT_LINE, offsetof(struct release, subtitle), NULL},
	{"slug", TEXT_LINE, 0, read_slug},
	{"dateline", TEXT_LINE, offsetof(struct release, dateline), NULL},
	{"date", TEXT_LINE, offsetof(struct release, date), NULL},
	{"language", TEXT_LINE, 0, read_language},
	{"embargo", TEXT_LINE, 0, read_embargo},
	{"contacts", TEXT_LINE, 0, read_contacts},
	{"boilerplate", TEXT_BLOCK, offsetof(struct release, boilerplate), NULL},
	{"notes", TEXT_BLOCK, offsetof(struct release, notes), NULL},
	{"end_mark", TEXT_LINE, offsetof(struct release, end_mark), NULL},
	{"attachments", TEXT_LINE, 0, read_attachments},
	{"images", TEXT_LINE, 0, read_images},
	{"media", TEXT_LINE, 0, releasemedia_read},
	{"extra", TEXT_LINE, 0, read_extra},
};

/* What the file's name says where the front matter doesn't. */
static enum status take_name(struct release_reading *reading)
{
	struct release *release = reading->release;
	struct span slug;
	struct span language;

	release_name_parts(release->path, &slug, &language);
	if (!*release->language && release_language_is_valid(language))
		release_set(&release->language, language);
	if (*release->slug)
		return OK;
	if (!release_slug_is_valid(slug))
		return err_set(reading->err, E_SYNTAX,
			"%s:1: the file's name gives no slug: add a line such as \"slug: fund-agreed\"",
			release->path);
	release_set(&release->slug, slug);
	return OK;
}

static enum status take_body(struct release_reading *reading, struct span body)
{
	struct release *release = reading->release;
	struct str text;
	struct span line;

	/* CR LF and LF files are one to all that comes after. */
	str_init(&text, body.len + 1);
	while (span_line(&body, &line)) {
		str_add(&text, line);
		str_add_char(&text, '\n');
	}
	free(release->body);
	release->body = str_take(&text);
	str_clear(&text);
	if (utf8_has_control(span_of(release->body), "\n\t")) {
		struct span rest = span_of(release->body);
		size_t number = release->body_line;

		while (span_line(&rest, &line) && !utf8_has_control(line, "\t"))
			number++;
		return err_set(reading->err, E_SYNTAX, "%s:%zu: a control character: remove it",
			release->path, number);
	}
	return OK;
}

static enum status read_release(struct release_reading *reading, struct span text)
{
	struct release *release = reading->release;
	struct value *front_matter;
	struct span body;
	enum status status;

	if (text.len > RELEASE_FILE_MAX)
		return err_set(
			reading->err, E_RANGE, "%s:1: larger than %u bytes", release->path, RELEASE_FILE_MAX);
	status = frontmatter_parse(
		release->path, text, &front_matter, &body, &release->body_line, reading->err);
	if (status)
		return status;
	value_free(release->front_matter);
	release->front_matter = front_matter;
	status = releasekey_map(
		reading, front_matter, release_keys, sizeof(release_keys) / sizeof(release_keys[0]), release);
	if (!status && !*release->title)
		status = err_set(
			reading->err, E_SYNTAX, "%s:1: no title: add a line \"title: …\"", release->path);
	if (!status)
		status = take_name(reading);
	if (!status)
		status = take_body(reading, body);
	return status;
}

enum status release_parse(
	const char *path, struct span text, const struct zone *zone, struct release **out, struct err *err)
{
	struct release_reading reading = {.release = release_new(path), .zone = zone, .err = err};
	enum status status = read_release(&reading, text);

	if (status) {
		release_free(reading.release);
		return status;
	}
	*out = reading.release;
	return OK;
}
