/*
 * What reads lists, settings, secrets and command lines, without memory: it gives up,
 * or says so, and never misreads. And what a killed sender left is recovered all the same.
 */
#include "crash/shortage.h"

#include "app/secret.h"
#include "app/settings.h"
#include "base/mem.h"
#include "base/zone.h"
#include "cli/keyvalue.h"
#include "cli/option.h"
#include "list/columns.h"
#include "list/listfile.h"
#include "list/segment.h"
#include "support/test.h"

#include <sys/mman.h>
#include <unistd.h>

/* A file in memory: its path, which lives as long as the process. */
static char *file_of(struct span content)
{
	int fd = memfd_create("file", MFD_CLOEXEC);
	char *path = mem_format("/proc/self/fd/%d", fd);

	if (fd < 0 || write(fd, content.ptr, content.len) != (ssize_t)content.len)
		abort();
	return path;
}

static void *list_in_utf8(void)
{
	return file_of(SPAN("E-Mail;Prénom;Nom;Publication;Beat\r\n"
			    "ana@paper.example;Ana;Pérez;\"El; \"\"Puerto\"\"\";health\r\n"
			    "zoë@bücher.example;Zoë;Straße;Bücher;\r\n"
			    "no address;x;y;z;\r\n"
			    "bo@wire.example;Bo;\"Of\nWire\";Wire;\r\n"));
}

static void *list_in_windows_1252(void)
{
	return file_of(SPAN("email,name,outlet\r\nana@paper.example,Ana P\xe9rez,El Pa\xeds\r\n"
			    "bo@wire.example,Bo,\x93Wire\x94\r\n"));
}

static void *list_in_utf16(void)
{
	static const char text[] = "email,name\r\nana@paper.example,Ana\r\nbo@wire.example,Bo\r\n";
	struct str wide;

	str_init(&wide, STR_MAX_SMALL);
	str_add(&wide, SPAN("\xff\xfe"));
	for (const char *c = text; *c; c++) {
		str_add_char(&wide, *c);
		str_add_char(&wide, '\0');
	}
	return file_of(str_span(&wide));
}

static enum status see_member(void *context, size_t line, const struct member *member, struct err *err)
{
	static const char *const names[] = {
		"address", "name", "outlet", "role", "language", "first_name", "beat"};

	(void)context;
	(void)err;
	shortage_see_number((int64_t)line);
	shortage_see_text(member->address_key);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		shortage_see_text(member_field(member, names[i]));
	return OK;
}

static enum status see_reject(void *context, const struct listfile_reject *reject, struct err *err)
{
	(void)context;
	(void)err;
	shortage_see_number((int64_t)reject->line);
	shortage_see_text(reject->reason);
	shortage_see(reject->row);
	shortage_see(reject->address_keys);
	return OK;
}

static enum status read_list(void *prepared, struct err *err)
{
	static const struct listfile_reader_fns fns = {see_member, see_reject};
	struct listfile_summary summary = {0};
	enum status status = listfile_read(prepared, &fns, NULL, &summary, err);

	shortage_see_number((int64_t)summary.good);
	shortage_see_number((int64_t)summary.rejected);
	return status;
}

static void see_matches(const struct segment *segment)
{
	struct member member = {0};

	(void)member_set_field(&member, "language", SPAN("fr"));
	(void)member_set_field(&member, "beat", SPAN("health; migration"));
	(void)member_set_field(&member, "outlet", SPAN("Straße"));
	shortage_see_number(segment_matches(segment, &member));
	for (size_t i = 0; segment_field(segment, i); i++)
		shortage_see_text(segment_field(segment, i));
	member_clear(&member);
}

static enum status read_segment(void *prepared, struct err *err)
{
	struct segment *segment = NULL;
	enum status status = segment_parse(SPAN("(language in (fr, \"de\") and not beat = Migration) or "
						"Publication = STRASSE and role is empty"),
		&segment, err);

	(void)prepared;
	if (status != OK)
		return status;
	see_matches(segment);
	segment_free(segment);
	return OK;
}

static enum status read_columns(void *prepared, struct err *err)
{
	const struct span cells[] = {
		SPAN("E-Mail"), SPAN("Prénom"), SPAN("Nom"), SPAN("Phone no."), SPAN("ÜBER")};
	struct columns columns = {0};
	enum status status = columns_parse(cells, sizeof(cells) / sizeof(cells[0]), &columns, err);

	(void)prepared;
	if (status != OK)
		return status;
	for (size_t i = 0; i < columns.count; i++) {
		shortage_see_number(columns.items[i].kind);
		shortage_see_text(columns.items[i].name);
	}
	columns_clear(&columns);
	return OK;
}

static enum status read_secret(void *prepared, struct err *err)
{
	struct token_secrets secrets = {0};
	enum status status = secret_parse(
		SPAN("# ours\n1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"
		     "2 ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff\n"),
		"secret", &secrets, err);

	(void)prepared;
	for (size_t i = 0; i < secrets.count; i++) {
		shortage_see_number(secrets.items[i].number);
		shortage_see(span_bytes(secrets.items[i].bytes, TOKEN_SECRET_SIZE));
	}
	secret_clear(&secrets);
	return status;
}

static void *some_settings(void)
{
	return file_of(
		SPAN("newsroom = { name = \"Harbour Relief\"; domain = \"bücher.example\"; zone = "
		     "\"Europe/Zurich\"; };\n"
		     "sender = { from = \"Press <press@harbour.example>\"; bounce_address = "
		     "\"b@harbour.example\";\n"
		     "  testers = [\"ana@harbour.example\", \"bo@harbour.example\"]; };\n"
		     "relays = ( { url = \"smtp://localhost:25\"; tls = \"none\"; connections = 7; },\n"
		     "  { url = \"smtps://relay.example\"; connect_timeout = \"20s\"; } );\n"
		     "retry = { after = [\"1m\", \"2h\"]; jitter = 0.1; expire = \"2d\"; };\n"
		     "unknown = \"hold\";\n"));
}

static enum status read_settings(void *prepared, struct err *err)
{
	struct settings *settings = NULL;
	enum status status = settings_load(prepared, NULL, NULL, &settings, err);
	struct str out;

	if (status != OK)
		return status;
	str_init(&out, SETTINGS_FILE_MAX);
	settings_format(settings, &out);
	shortage_see(str_span(&out));
	str_clear(&out);
	settings_free(settings);
	return OK;
}

static enum status read_instant(void *prepared, struct err *err)
{
	struct zone *zone = NULL;
	int64_t instant_ms = 0;
	enum status status =
		zone_parse_instant(SPAN("2026-11-11 10:00 Europe/Brussels"), NULL, &instant_ms, &zone, err);
	struct str out;

	(void)prepared;
	if (status != OK)
		return status;
	str_init(&out, STR_MAX_SMALL);
	zone_format(zone, instant_ms, &out);
	zone_format_mail(zone, instant_ms, &out);
	shortage_see(str_span(&out));
	shortage_see_text(zone_city(zone));
	str_clear(&out);
	zone_free(zone);
	return OK;
}

static enum status read_command_line(void *prepared, struct err *err)
{
	char words[][16] = {
		"dateline", "send", "fund", "--to=europe", "--where", "role = desk", "--dry-run", "--yes"};
	char *argv[sizeof(words) / sizeof(words[0]) + 1] = {NULL};
	struct option_words found = {0};
	struct call call = {0};
	enum status status;

	(void)prepared;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		argv[i] = words[i];
	status = option_parse((int)(sizeof(words) / sizeof(words[0])), argv, &call, &found, err);
	if (status != OK)
		return status;
	shortage_see_text(call.command->name);
	shortage_see_text(call_option(&call, "to"));
	shortage_see_text(call_option(&call, "where"));
	shortage_see_number(call_has(&call, "dry-run") + 2 * call.yes);
	free(found.arguments);
	return OK;
}

static enum status read_key_values(void *prepared, struct err *err)
{
	static const char *const words[] = {
		"europe", "title=Europe media list", "zone=Europe/Zurich", "from="};
	struct call call = {.arguments = words, .argument_count = sizeof(words) / sizeof(words[0])};
	struct fields fields = {0};
	enum status status = keyvalue_read(&call, 1, &fields, err);

	(void)prepared;
	for (size_t i = 0; i < fields.count; i++) {
		shortage_see_text(fields.items[i].name);
		shortage_see_text(fields.items[i].value);
	}
	fields_clear(&fields);
	return status;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHORTAGE_TEST("a_list_in_utf8_is_read_row_by_row_or_not_on", .prepare = list_in_utf8,
			.run = read_list),
		SHORTAGE_TEST("a_list_in_windows_1252_is_read_row_by_row_or_not_on",
			.prepare = list_in_windows_1252, .run = read_list),
		SHORTAGE_TEST("a_list_in_utf16_is_read_row_by_row_or_not_on", .prepare = list_in_utf16,
			.run = read_list),
		SHORTAGE_TEST("a_segment_means_what_it_says_or_nothing", .run = read_segment),
		SHORTAGE_TEST("columns_mean_what_they_say_or_nothing", .run = read_columns),
		SHORTAGE_TEST("secrets_are_read_whole_or_not_at_all", .run = read_secret),
		SHORTAGE_TEST("settings_are_read_whole_or_not_at_all", .prepare = some_settings,
			.run = read_settings),
		SHORTAGE_TEST("an_instant_is_the_right_one_or_none", .run = read_instant),
		SHORTAGE_TEST("a_command_line_is_read_whole_or_not_at_all", .run = read_command_line),
		SHORTAGE_TEST("keys_and_values_are_read_whole_or_not_at_all", .run = read_key_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
