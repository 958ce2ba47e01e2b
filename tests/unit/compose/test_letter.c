/*
 * Letters: what goes into a message, what may not, and that bytes from the
 * store are read with care.
 */
#include "support/test.h"

#include "base/file.h"
#include "compose/letter.h"
#include "support/sampleletter.h"
#include "support/samplepicture.h"

#include <unistd.h>

/* A letter of a text, and what a test makes of it. */
struct fixture {
	struct sampleletter sample;
	struct letter *letter;
	struct str out;
	struct err err;
};

static int set_up(void **state)
{
	struct fixture *f = test_calloc(1, sizeof(*f));

	sampleletter_init(&f->sample);
	str_init(&f->out, STR_MAX_LARGE);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	letter_free(f->letter);
	sampleletter_clear(&f->sample);
	str_clear(&f->out);
	test_free(f);
	return 0;
}

static enum status compile(struct fixture *f, const char *text)
{
	struct release *release = sampleletter_release("fund.md", span_of(text));
	enum status status;

	letter_free(f->letter);
	f->letter = NULL;
	status = letter_compile(release, &f->sample.frame, &f->letter, &f->err);
	release_free(release);
	return status;
}

static enum status build(struct fixture *f, const char *const *pairs)
{
	struct span *values = sampleletter_values(f->letter, pairs);
	enum status status = letter_build(f->letter, values, &f->out, &f->err);

	free(values);
	return status;
}

/* Compile the sample and build it for Ana, one of her values changed. */
static enum status build_with(struct fixture *f, const char *pair)
{
	struct span *values;
	enum status status;

	if (!f->letter)
		assert_int_equal(compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	values = sampleletter_values_with(f->letter, pair);
	status = letter_build(f->letter, values, &f->out, &f->err);
	free(values);
	return status;
}

static bool has(const struct fixture *f, const char *words)
{
	return span_find(str_span(&f->out), span_of(words), 0) != SIZE_MAX;
}

static size_t count_of(const struct fixture *f, const char *words)
{
	size_t count = 0;

	for (size_t at = 0; (at = span_find(str_span(&f->out), span_of(words), at)) != SIZE_MAX; at++)
		count++;
	return count;
}

static void assert_part_has(const struct fixture *f, const char *type, const char *words)
{
	struct str text;

	str_init(&text, STR_MAX_LARGE);
	assert_int_equal(letter_read_part(str_span(&f->out), type, &text, NULL), OK);
	if (span_find(str_span(&text), span_of(words), 0) == SIZE_MAX)
		fail_msg("\"%s\" isn't in the %s part:\n%s", words, type, text.ptr);
	str_clear(&text);
}

static void a_message_has_each_header_once(void **state)
{
	static const char *const names[] = {"From", "Reply-To", "To", "Subject", "Date", "Message-ID",
		"List-Id", "List-Unsubscribe", "Feedback-ID", "MIME-Version"};
	struct fixture *f = *state;

	assert_int_equal(compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	assert_int_equal(build(f, sampleletter_ana), OK);
	str_cut(&f->out, span_find(str_span(&f->out), SPAN("\r\n\r\n"), 0) + 4);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct str start;

		str_init(&start, STR_MAX_SMALL);
		str_addf(&start, "%s%s: ", i ? "\n" : "", names[i]);
		assert_int_equal(count_of(f, start.ptr), 1);
		str_clear(&start);
	}
	assert_true(has(f, "\r\nTo: =?utf-8?Q?Ana_P=C3=A9rez?= <ana@elpuerto.example>\r\n"));
	assert_true(has(f, "\r\nMessage-ID: <abcdefghijklmnopqrstuvwxyz@harbour.example>\r\n"));
	assert_true(has(f, "\r\nList-Id: Europe\r\n <europe.harbour.example>\r\n"));
	assert_true(has(f, "\r\nDate: Tue, 10 Nov 2026 10:00:00 +0100\r\n"));
}

static void a_message_is_seven_bit_with_short_lines(void **state)
{
	struct fixture *f = *state;
	struct span rest, line;

	assert_int_equal(compile(f, "---\ntitle: Été à Genève, 東京\n---\nÉté 東京 \xf0\x9f\x9a\xa2\n"), OK);
	assert_int_equal(build(f, sampleletter_ana), OK);
	for (size_t i = 0; i < f->out.len; i++) {
		assert_true((unsigned char)f->out.ptr[i] < 0x80);
		if (f->out.ptr[i] == '\n')
			assert_true(i && f->out.ptr[i - 1] == '\r');
		if (f->out.ptr[i] == '\r')
			assert_true(f->out.ptr[i + 1] == '\n');
	}
	rest = str_span(&f->out);
	while (span_line(&rest, &line)) {
		/* A link or an address can't be folded. */
		if (span_find(line, SPAN(SAMPLELETTER_TOKEN), 0) == SIZE_MAX)
			assert_in_range(line.len, 0, 78);
	}
	assert_true(span_ends(str_span(&f->out), SPAN("--\r\n")));
}

static void building_twice_gives_the_same_bytes(void **state)
{
	struct fixture *f = *state;
	size_t half;

	assert_int_equal(compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	assert_int_equal(build(f, sampleletter_ana), OK);
	half = f->out.len;
	assert_int_equal(build(f, sampleletter_ana), OK);
	assert_int_equal(f->out.len, 2 * half);
	assert_memory_equal(f->out.ptr, f->out.ptr + half, half);
}

static void compiling_twice_gives_the_same_bytes(void **state)
{
	struct fixture *f = *state;
	struct str once;

	str_init(&once, STR_MAX_LARGE);
	assert_int_equal(compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	letter_save(f->letter, &once);
	assert_int_equal(compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	letter_save(f->letter, &f->out);
	assert_int_equal(once.len, f->out.len);
	assert_memory_equal(once.ptr, f->out.ptr, once.len);
	str_clear(&once);
}

static void a_saved_letter_builds_what_it_built(void **state)
{
	struct fixture *f = *state;
	struct letter *again = NULL;
	struct str saved, message;
	struct span *values;

	str_init(&saved, STR_MAX_LARGE);
	str_init(&message, STR_MAX_LARGE);
	assert_int_equal(compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	assert_int_equal(build(f, sampleletter_ana), OK);
	letter_save(f->letter, &saved);
	assert_int_equal(letter_load(str_span(&saved), &again, &f->err), OK);
	assert_int_equal(letter_field_count(again), letter_field_count(f->letter));
	for (size_t i = 0; i < letter_field_count(again); i++) {
		assert_string_equal(letter_field(again, i), letter_field(f->letter, i));
		assert_int_equal(letter_field_is_needed(again, i), letter_field_is_needed(f->letter, i));
	}
	values = sampleletter_values(again, sampleletter_ana);
	assert_int_equal(letter_build(again, values, &message, &f->err), OK);
	assert_string_equal(message.ptr, f->out.ptr);
	free(values);
	letter_free(again);
	str_clear(&saved);
	str_clear(&message);
}

static void a_damaged_letter_is_refused_or_stays_in_its_bounds(void **state)
{
	struct fixture *f = *state;
	struct str saved;

	str_init(&saved, STR_MAX_LARGE);
	assert_int_equal(compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	letter_save(f->letter, &saved);
	for (size_t len = 0; len < saved.len; len += 1 + len / 50) {
		struct letter *cut = NULL;

		assert_int_equal(letter_load(span_first(str_span(&saved), len), &cut, &f->err), E_SYNTAX);
	}
	for (size_t at = 0; at < 400 && at < saved.len; at++) {
		struct letter *changed = NULL;

		saved.ptr[at] = (char)(saved.ptr[at] ^ 0xff);
		if (letter_load(str_span(&saved), &changed, &f->err) == OK) {
			struct span *values = sampleletter_values(changed, sampleletter_ana);

			str_empty(&f->out);
			if (letter_build(changed, values, &f->out, &f->err) != OK)
				assert_int_equal(f->out.len, 0);
			free(values);
		}
		letter_free(changed);
		saved.ptr[at] = (char)(saved.ptr[at] ^ 0xff);
	}
	str_clear(&saved);
}

static void words_that_look_like_a_parts_head_mislead_nobody(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
		compile(f, "---\ntitle: Fund\n---\nBefore.\n\nContent-Type: text/html; x\n\nY\n"), OK);
	assert_int_equal(build(f, sampleletter_ana), OK);
	assert_true(has(f, "\r\nContent-Type: text/html; x"));
	assert_part_has(f, "text/html", "</html>");
	assert_part_has(f, "text/plain", "Before.\r\n");
}

static void the_parts_of_a_message_come_in_their_order(void **state)
{
	static const char *const types[] = {
		"multipart/mixed", "multipart/related", "text/html", "image/png", "", "text/plain", ""};
	struct span message = SPAN("To: x\r\nContent-Type: multipart/mixed; boundary=\"=_a\"\r\n\r\n\r\n"
				   "--=_a\r\nContent-Type: multipart/related; boundary=\"=_b\"\r\n\r\n"
				   "--=_b\r\ncontent-type: text/html\r\n\r\n<p>\r\nContent-Type: a/b\r\n"
				   "--=_b\r\nContent-Type: image/png\r\nContent-ID: <i@h>\r\n\r\nAAAA\r\n"
				   "\r\n--=_b--\r\n\r\n--=_a\r\nContent-Type: text/plain\r\n\r\n\r\n"
				   "--=_a--\r\n");
	struct letter_part part;

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		assert_true(letter_next_part(&message, &part));
		assert_true(span_equals(letter_part_field(&part, "Content-Type"), span_of(types[i])));
		if (i == 2)
			assert_true(span_equals(part.body, span_of("<p>\r\nContent-Type: a/b")));
		if (i == 3)
			assert_true(span_equals(letter_part_field(&part, "Content-ID"), span_of("<i@h>")));
		if (i == 5)
			assert_true(span_equals(part.body, span_of("")));
	}
	assert_false(letter_next_part(&message, &part));
}

static void a_part_that_isnt_there_is_said_to_be_missing(void **state)
{
	struct fixture *f = *state;
	struct str text;

	str_init(&text, STR_MAX_LARGE);
	assert_int_equal(build_with(f, "subscriber.name=Ana"), OK);
	assert_int_equal(letter_read_part(str_span(&f->out), "text/calendar", &text, &f->err), E_NOTFOUND);
	assert_int_equal(letter_read_part(SPAN("To: x\r\n"), "text/plain", &text, &f->err), E_NOTFOUND);
	str_clear(&text);
}

static void values_are_escaped_for_their_place(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(build_with(f, "subscriber.greeting=Dear <b>\"Ana\"</b> & 'co',"), OK);
	assert_part_has(f, "text/plain", "\r\nDear <b>\"Ana\"</b> & 'co',\r\n");
	assert_part_has(f, "text/html", ">Dear &lt;b&gt;&quot;Ana&quot;&lt;/b&gt; &amp; &#39;co&#39;,</p>");
}

static void controls_in_a_value_are_refused(void **state)
{
	static const char *const pairs[] = {"subscriber.name=Ana\r\nBcc: x@example.com",
		"subscriber.greeting=Dear\nAna", "subscriber.address=a@b.example\r\nX: y",
		"list.title=Eu\x07", "list.name=eu\r\nrope", "subscriber.greeting=\xc2\x85",
		"message_id=a\rb", "unsubscribe_token=a\rb"};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		assert_int_equal(build_with(f, pairs[i]), E_SYNTAX);
		assert_int_equal(f->out.len, 0);
	}
	assert_int_equal(build_with(f, "subscriber.name=Ana \xff"), E_SYNTAX);
	assert_string_equal(f->err.text, "the recipient's \"subscriber.name\" isn't UTF-8");
}

static void a_nul_in_a_value_is_refused(void **state)
{
	struct fixture *f = *state;
	struct span *values;

	assert_int_equal(compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	values = sampleletter_values(f->letter, sampleletter_ana);
	for (size_t i = 0; i < letter_field_count(f->letter); i++) {
		struct span kept = values[i];

		values[i] = SPAN("a\0b");
		assert_int_equal(letter_build(f->letter, values, &f->out, &f->err), E_SYNTAX);
		values[i] = kept;
	}
	assert_int_equal(letter_build(f->letter, values, &f->out, &f->err), OK);
	free(values);
}

static void what_ends_a_header_token_is_refused(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(build_with(f, "message_id=a> <b"), E_SYNTAX);
	assert_int_equal(build_with(f, "unsubscribe_token=a>, <b"), E_SYNTAX);
	assert_int_equal(build_with(f, "unsubscribe_token="), E_SYNTAX);
	assert_int_equal(build_with(f, "list.name=eu>rope"), E_SYNTAX);
	assert_int_equal(build_with(f, "subscriber.address=a@b.example, c@d.example"), E_SYNTAX);
}

static void a_value_over_the_ceiling_is_refused(void **state)
{
	struct fixture *f = *state;
	struct str pair;

	str_init(&pair, STR_MAX_LARGE);
	str_add_text(&pair, "subscriber.greeting=");
	str_add_repeat(&pair, 'x', LETTER_VALUE_MAX + 1);
	assert_int_equal(build_with(f, pair.ptr), E_RANGE);
	str_clear(&pair);
}

static void replies_go_to_the_contacts(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(compile(f, "---\ntitle: Fund\ncontacts:\n  - name: Zoë Roy\n    email: "
				    "roy@harbour.example\n  - name: Li\n---\nWords.\n"),
		OK);
	assert_int_equal(build(f, sampleletter_ana), OK);
	assert_true(has(f, "\r\nReply-To: =?utf-8?Q?Zo=C3=AB_Roy?= <roy@harbour.example>\r\n"));
}

static void replies_go_to_the_settings_address_without_contacts(void **state)
{
	struct fixture *f = *state;

	f->sample.frame.reply_to = SPAN("desk@Bücher.example");
	assert_int_equal(compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	assert_int_equal(build(f, sampleletter_ana), OK);
	assert_true(has(f, "\r\nReply-To: desk@xn--bcher-kva.example\r\n"));
}

static void a_list_known_at_compiling_needs_no_slots(void **state)
{
	struct fixture *f = *state;

	f->sample.frame.list_name = SPAN("europe");
	f->sample.frame.list_title = SPAN("Médias en Europe");
	assert_int_equal(compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	for (size_t i = 0; i < letter_field_count(f->letter); i++)
		assert_false(span_starts(span_of(letter_field(f->letter, i)), SPAN("list.")));
	assert_int_equal(build(f, sampleletter_ana), OK);
	assert_true(
		has(f, "\r\nList-Id: =?utf-8?Q?M=C3=A9dias_en_Europe?=\r\n <europe.harbour.example>\r\n"));
	assert_part_has(f, "text/plain", "“Médias en Europe”.");
}

static void a_copy_for_no_list_has_no_list_headers(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(build_with(f, "list.name="), OK);
	assert_false(has(f, "List-"));
	assert_false(has(f, "Precedence") || has(f, "Auto-Submitted"));
	for (size_t i = 0; i < letter_field_count(f->letter); i++) {
		if (strcmp(letter_field(f->letter, i), "list.name") == 0)
			assert_false(letter_field_is_needed(f->letter, i));
	}
}

static void a_list_letter_offers_a_link_and_an_address_to_unsubscribe(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	assert_int_equal(build(f, sampleletter_ana), OK);
	assert_true(has(f,
		"\r\nList-Unsubscribe: <https://press.harbour.example/leave/" SAMPLELETTER_TOKEN
		">,\r\n <mailto:bounce+" SAMPLELETTER_TOKEN "@harbour.example?subject=unsubscribe>\r\n"));
	/* Nobody signs this one: see test_letterseal. */
	assert_false(has(f, "List-Unsubscribe-Post"));
	assert_part_has(f, "text/plain",
		"\r\nUnsubscribe:\r\nhttps://press.harbour.example/leave/" SAMPLELETTER_TOKEN "\r\n\r\n");
	assert_part_has(
		f, "text/html", "href=\"https://press.harbour.example/leave/" SAMPLELETTER_TOKEN "\"");
}

static void without_a_link_people_unsubscribe_by_mail(void **state)
{
	struct fixture *f = *state;

	f->sample.frame.unsubscribe_url = SPAN("");
	f->sample.frame.unsubscribe_mail = SPAN("press.100%@Bücher.example");
	assert_int_equal(compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	assert_int_equal(build(f, sampleletter_ana), OK);
	assert_true(has(f, "\r\nList-Unsubscribe: <mailto:press.100%25+" SAMPLELETTER_TOKEN
			   "@xn--bcher-kva.example?subject=unsubscribe>\r\n"));
	assert_false(has(f, "List-Unsubscribe-Post"));
	assert_part_has(f, "text/plain",
		"\r\nTo unsubscribe, write to\r\npress.100%+" SAMPLELETTER_TOKEN
		"@xn--bcher-kva.example\r\n\r\n");
	assert_part_has(f, "text/html",
		"href=\"mailto:press.100%25+" SAMPLELETTER_TOKEN
		"@xn--bcher-kva.example?subject=unsubscribe\"");
}

static void what_no_token_fits_into_is_refused(void **state)
{
	static const struct {
		const char *mail;
		enum status status;
	} cases[] = {
		{"harbour.example", E_SYNTAX},
		{"\"a b\"@harbour.example", E_SYNTAX},
		{"nineteen-characters@harbour.example", E_RANGE},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		f->sample.frame.unsubscribe_mail = span_of(cases[i].mail);
		assert_int_equal(compile(f, "---\ntitle: Fund\n---\nWords.\n"), cases[i].status);
		assert_true(strstr(f->err.text, "for unsubscribing") != NULL);
	}
}

static void feedback_is_told_apart_by_release_list_kind_and_sender(void **state)
{
	static const struct {
		const char *domain, *id;
	} cases[] = {{"harbour.example", "harbour-example"}, {"a.eu", "a-eu-wf22ot"},
		{"press.harbour-relief.example", "press-ha-vrb54w"}};
	struct fixture *f = *state;

	f->sample.frame.kind = SPAN("test");
	assert_int_equal(compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	assert_int_equal(build_with(f, "list.name="), OK);
	assert_true(has(f, "\r\nFeedback-ID: fund:copy:test:harbour-example\r\n"));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str wanted;

		str_init(&wanted, STR_MAX_SMALL);
		str_addf(&wanted, "\r\nFeedback-ID: fund:europe:test:%s\r\n", cases[i].id);
		f->sample.frame.newsroom_domain = span_of(cases[i].domain);
		assert_int_equal(compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
		str_empty(&f->out);
		assert_int_equal(build(f, sampleletter_ana), OK);
		assert_contains(f->out.ptr, wanted.ptr);
		str_clear(&wanted);
	}
}

static void no_address_to_unsubscribe_at_means_no_header_and_no_line(void **state)
{
	struct fixture *f = *state;

	f->sample.frame.unsubscribe_mail = SPAN("");
	assert_int_equal(compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	assert_int_equal(build(f, sampleletter_ana), OK);
	assert_false(has(f, "List-Unsubscribe"));
	assert_false(has(f, "nsubscribe"));
}

static void the_dateline_runs_into_the_first_paragraph(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(compile(f, "---\ntitle: Fund\ndateline: Geneva\n---\nWords.\n"), OK);
	assert_int_equal(build(f, sampleletter_ana), OK);
	assert_part_has(f, "text/plain", "\r\nGeneva, 10 November 2026 – Words.\r\n");
	assert_part_has(f, "text/html", "<strong>Geneva, 10 November 2026 –</strong> Words.</p>");
}

static void the_dateline_stands_alone_before_anything_but_a_paragraph(void **state)
{
	static const char *const bodies[] = {"## Heading", "- item", "> quote", "1. item", "    code",
		"* * *", "Heading\n===", "![x](y)", "```\ncode\n```", "[a]: https://b.example"};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct str text;

		str_init(&text, STR_MAX_SMALL);
		str_empty(&f->out);
		str_addf(&text, "---\ntitle: Fund\ndateline: Geneva\ndate: Monday\n---\n\n%s\n", bodies[i]);
		assert_int_equal(compile(f, text.ptr), OK);
		assert_int_equal(build(f, sampleletter_ana), OK);
		assert_part_has(f, "text/html", "<strong>Geneva, Monday –</strong></p>");
		str_clear(&text);
	}
}

static void an_embargo_ahead_replaces_for_immediate_release(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
		compile(f, "---\ntitle: Fund\nembargo: 2026-11-11 10:00 Europe/Brussels\n---\nWords.\n"), OK);
	assert_int_equal(build(f, sampleletter_ana), OK);
	assert_part_has(f, "text/html",
		"Embargoed until Wednesday 11 November 2026, 10:00 (Brussels time, 09:00 UTC)</p>");
	assert_false(has(f, "immediate release"));
	str_empty(&f->out);
	assert_int_equal(
		compile(f, "---\ntitle: Fund\nembargo: 2026-11-09 10:00 Europe/Brussels\n---\nWords.\n"), OK);
	assert_int_equal(build(f, sampleletter_ana), OK);
	assert_false(has(f, "Embargoed"));
	assert_part_has(f, "text/plain", "For immediate release");
}

static void arabic_is_set_from_right_to_left(void **state)
{
	struct fixture *f = *state;

	f->sample.frame.language = SPAN("ar");
	assert_int_equal(compile(f, "---\ntitle: صندوق\n---\nنص.\n"), OK);
	assert_int_equal(build(f, sampleletter_ana), OK);
	assert_part_has(f, "text/html", "<html lang=\"ar\" dir=\"rtl\">");
	assert_part_has(f, "text/html", "للنشر الفوري");
}

/* A folder of a test's own with one template in it. */
static void use_template(struct fixture *f, const char *name, const char *source, char *folder)
{
	char *path;

	assert_non_null(mkdtemp(folder));
	path = file_join(folder, name);
	assert_int_equal(file_save(path, span_of(source), 0644, &f->err), OK);
	free(path);
	f->sample.frame.template_folder = folder;
}

static void drop_template(const char *name, const char *folder)
{
	char *path = file_join(folder, name);

	unlink(path);
	rmdir(folder);
	free(path);
}

static void assert_template_fails(
	struct fixture *f, const char *name, const char *source, enum status status, const char *words)
{
	char folder[] = "/tmp/dateline-letter-XXXXXX";

	use_template(f, name, source, folder);
	assert_int_equal(compile(f, "---\ntitle: Fund\n---\nWords.\n"), status);
	if (!span_ends(span_of(f->err.text), span_of(words)) || !strstr(f->err.text, folder))
		fail_msg("\"%s\" doesn't end in \"%s\" or lacks its folder", f->err.text, words);
	drop_template(name, folder);
}

static void a_templates_faults_name_file_and_line(void **state)
{
	struct fixture *f = *state;

	assert_template_fails(f, "release.txt.mustache", "a\n{{titel}}\n", E_NOTFOUND,
		"release.txt.mustache:2: nothing is called \"titel\"; did you mean \"title\"?");
	assert_template_fails(f, "release.txt.mustache", "{{#subscriber.beats}}{{.}}{{/subscriber.beats}}",
		E_UNSUPPORTED,
		"release.txt.mustache:1: \".\" would loop over a recipient's field, which is one text: write "
		"the field's name");
	assert_template_fails(f, "release.html.mustache", "\n{{#title}}", E_SYNTAX,
		"release.html.mustache:2: nothing closes \"title\"");
	assert_template_fails(f, "release.html.mustache", "{{>release.html}}", E_RANGE,
		"release.html.mustache:1: \"release.html\" lies too many templates deep; does one include "
		"itself?");
}

static void an_unescaped_value_in_html_is_refused(void **state)
{
	char folder[] = "/tmp/dateline-letter-XXXXXX";
	struct fixture *f = *state;

	use_template(f, "release.html.mustache", "{{{subscriber.name}}}", folder);
	assert_int_equal(compile(f, "---\ntitle: Fund\n---\nWords.\n"), E_UNSUPPORTED);
	drop_template("release.html.mustache", folder);
}

static void an_attribute_of_the_journalist_is_a_field_and_needed_unless_asked_about(void **state)
{
	char folder[] = "/tmp/dateline-letter-XXXXXX";
	struct fixture *f = *state;
	size_t seen = 0;

	use_template(f, "release.txt.mustache",
		"{{subscriber.beat}} {{#subscriber.outlet}}at {{subscriber.outlet}}{{/subscriber.outlet}}"
		"{{^subscriber.outlet}}alone{{/subscriber.outlet}}.\n",
		folder);
	assert_int_equal(compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	drop_template("release.txt.mustache", folder);
	for (size_t i = 0; i < letter_field_count(f->letter); i++) {
		if (strcmp(letter_field(f->letter, i), "subscriber.beat") == 0) {
			assert_true(letter_field_is_needed(f->letter, i));
			seen++;
		}
		if (strcmp(letter_field(f->letter, i), "subscriber.outlet") == 0) {
			assert_false(letter_field_is_needed(f->letter, i));
			seen++;
		}
	}
	assert_int_equal(seen, 2);
	assert_int_equal(build_with(f, "subscriber.beat=sea"), OK);
	assert_part_has(f, "text/plain", "sea at El Puerto.");
	str_empty(&f->out);
	assert_int_equal(build_with(f, "subscriber.outlet="), OK);
	assert_part_has(f, "text/plain", " alone.");
}

static void a_missing_attachment_names_the_release_and_line(void **state)
{
	struct fixture *f = *state;

	f->sample.frame.release_folder = "/nonexistent";
	assert_int_equal(
		compile(f, "---\ntitle: Fund\nattachments:\n  - path: a.pdf\n---\nWords.\n"), E_NOTFOUND);
	assert_true(span_starts(span_of(f->err.text), SPAN("fund.md:4: ")));
}

/* What `f->out` holds becomes the file. */
static void put(struct fixture *f, const char *folder, const char *name)
{
	char *path = file_join(folder, name);

	assert_int_equal(file_save(path, str_span(&f->out), 0644, &f->err), OK);
	str_empty(&f->out);
	free(path);
}

static void an_image_has_an_id_whatever_the_domains_length(void **state)
{
	struct fixture *f = *state;
	char *folder = test_folder_new();
	struct str domain, id;

	str_init(&domain, STR_MAX_SMALL);
	str_init(&id, STR_MAX_SMALL);
	for (size_t i = 0; i < 3; i++)
		str_addf(
			&domain, "%.*s.", 60, "harbour-relief-harbour-relief-harbour-relief-harbour-relief-");
	str_add_text(&domain, "harbour-relief-harbour-relief-harbour-relief.example");
	f->sample.frame.newsroom_domain = str_span(&domain);
	f->sample.frame.release_folder = folder;
	samplepicture_png(80, 60, &f->out);
	put(f, folder, "a.png");
	assert_int_equal(compile(f, "---\ntitle: Fund\nimages:\n  - path: a.png\n    alt: A boat\n    "
				    "credit: A. Roy\n---\nWords.\n"),
		OK);
	test_folder_remove(folder);
	assert_int_equal(build(f, sampleletter_ana), OK);
	str_addf(&id, "@%s>\r\n", domain.ptr);
	assert_int_equal(count_of(f, id.ptr), 2); /* Message-ID's and the image's */
	str_clear(&id);
	str_clear(&domain);
}

static void images_attachments_and_media_go_with_the_message(void **state)
{
	struct fixture *f = *state;
	char *folder = test_folder_new();

	f->sample.frame.release_folder = folder;
	samplepicture_png(800, 601, &f->out);
	put(f, folder, "a.png");
	str_add_text(&f->out, "Town,Boats\r\nCadiz,3\r\n");
	put(f, folder, "b.csv");
	assert_int_equal(
		compile(f, "---\ntitle: Fund\nimages:\n  - path: a.png\n    alt: A boat\n    "
			   "caption: The boat.\n    credit: A. Roy\n    usage: Editorial\n"
			   "media:\n  - url: https://media.harbour.example/?a=1&b=2\n    kind: b-roll\n"
			   "    title: The drill\n    alt: Two boats\n    credit: J. Lind\n"
			   "attachments:\n  - a.png\n  - b.csv\n---\nWords.\n"),
		OK);
	test_folder_remove(folder);
	assert_int_equal(build(f, sampleletter_ana), OK);
	assert_true(has(f, "Content-Type: multipart/mixed;"));
	assert_true(has(f, "Content-Type: multipart/related; boundary=\"=_"));
	assert_true(has(f, "\r\n type=\"text/html\"\r\n"));
	assert_true(has(f, "Content-Type: multipart/alternative;"));
	assert_true(has(f, "Content-ID: <image1."));
	assert_int_equal(count_of(f, "Content-Type: image/png"), 2);
	assert_int_equal(count_of(f, "\r\n\r\niVBORw0KGgo"), 2);
	assert_true(has(f, "Content-Type: text/csv;"));
	assert_true(has(f, "\r\n\r\nTown,Boats\r\nCadiz,3\r\n\r\n--"));
	assert_part_has(f, "text/html", "<img src=\"cid:image1.");
	assert_part_has(f, "text/html", "width=\"520\" height=\"391\"");
	assert_part_has(
		f, "text/plain", "Photo: A boat\r\nThe boat.\r\nCredit: A. Roy\r\nUsage: Editorial\r\n");
	assert_part_has(f, "text/html", "href=\"https://media.harbour.example/?a=1&amp;b=2\"");
	assert_part_has(f, "text/plain",
		"B-roll: The drill\r\nhttps://media.harbour.example/?a=1&b=2\r\nTwo boats\r\nCredit: J. "
		"Lind\r\n");
}

static void a_photo_without_credit_makes_no_message(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(compile(f, "---\ntitle: Fund\nmedia:\n  - url: https://a.example\n    kind: photo\n"
				    "    alt: A boat\n---\nWords.\n"),
		E_SYNTAX);
	assert_string_equal(f->err.text, "fund.md:4: media link without credit: say whose it is");
}

static void a_usage_is_wrapped_with_room_for_its_label(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
		compile(f, "---\ntitle: Fund\nmedia:\n  - url: https://a.example\n    kind: photo\n"
			   "    alt: A boat\n    credit: A. Roy\n    usage: Free for editorial use until "
			   "the end of 2027 with this exact credit, no archive\n---\nWords.\n"),
		OK);
	assert_int_equal(build(f, sampleletter_ana), OK);
	assert_part_has(f, "text/plain",
		"Usage: Free for editorial use until the end of 2027 with this exact\r\ncredit, no "
		"archive\r\n");
}

/* The text part's encoding and text, of a template that is all of it. */
static void assert_encoded(struct fixture *f, const char *source, const char *encoding, const char *text)
{
	char folder[] = "/tmp/dateline-letter-XXXXXX";
	struct str head;

	str_init(&head, STR_MAX_SMALL);
	str_empty(&f->out);
	use_template(f, "release.txt.mustache", source, folder);
	assert_int_equal(compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	drop_template("release.txt.mustache", folder);
	assert_int_equal(build(f, sampleletter_ana), OK);
	str_addf(&head,
		"Content-Type: text/plain; charset=\"utf-8\"\r\nContent-Transfer-Encoding: %s\r\n\r\n",
		encoding);
	assert_contains(f->out.ptr, head.ptr);
	assert_part_has(f, "text/plain", text);
	str_clear(&head);
}

static void a_part_that_shows_nothing_of_its_reader_takes_the_shorter_encoding(void **state)
{
	struct fixture *f = *state;

	assert_encoded(f, "Plain words.\nMore.", "quoted-printable", "Plain words.\r\nMore.");
	assert_encoded(f, "للنشر الفوري\nتوقيع\n", "base64", "للنشر الفوري\r\nتوقيع\r\n");
	assert_encoded(f, "للنشر الفوري {{subscriber.name}}\n", "quoted-printable", "للنشر الفوري Ana Pérez");
	assert_encoded(f, "للنشر{{#subscriber.outlet}} الفوري{{/subscriber.outlet}}\n", "quoted-printable",
		"للنشر الفوري");
}

#define GOLDEN "tests/unit/compose/letter.eml"

/* DATELINE_GOLDEN=update writes it anew: look at the difference before committing it. */
static void the_sample_for_ana_is_the_message_kept_beside_this_test(void **state)
{
	struct fixture *f = *state;
	struct release *release = sampleletter_asset("templates/sample/harbour-fund.md");
	struct str golden;

	str_init(&golden, STR_MAX_LARGE);
	assert_int_equal(letter_compile(release, &f->sample.frame, &f->letter, &f->err), OK);
	assert_int_equal(build(f, sampleletter_ana), OK);
	if (getenv("DATELINE_GOLDEN"))
		assert_int_equal(file_save(GOLDEN, str_span(&f->out), 0644, &f->err), OK);
	assert_int_equal(file_load(GOLDEN, &golden, &f->err), OK);
	assert_string_equal(f->out.ptr, golden.ptr);
	release_free(release);
	str_clear(&golden);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_message_has_each_header_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_sample_for_ana_is_the_message_kept_beside_this_test, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_message_is_seven_bit_with_short_lines, set_up, tear_down),
		cmocka_unit_test_setup_teardown(building_twice_gives_the_same_bytes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(compiling_twice_gives_the_same_bytes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_saved_letter_builds_what_it_built, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_damaged_letter_is_refused_or_stays_in_its_bounds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_part_that_isnt_there_is_said_to_be_missing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(values_are_escaped_for_their_place, set_up, tear_down),
		cmocka_unit_test_setup_teardown(controls_in_a_value_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_nul_in_a_value_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_ends_a_header_token_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_value_over_the_ceiling_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(replies_go_to_the_contacts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			replies_go_to_the_settings_address_without_contacts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_list_known_at_compiling_needs_no_slots, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_copy_for_no_list_has_no_list_headers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_list_letter_offers_a_link_and_an_address_to_unsubscribe, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			words_that_look_like_a_parts_head_mislead_nobody, set_up, tear_down),
		cmocka_unit_test(the_parts_of_a_message_come_in_their_order),
		cmocka_unit_test_setup_teardown(
			an_image_has_an_id_whatever_the_domains_length, set_up, tear_down),
		cmocka_unit_test_setup_teardown(without_a_link_people_unsubscribe_by_mail, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_no_token_fits_into_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			feedback_is_told_apart_by_release_list_kind_and_sender, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			no_address_to_unsubscribe_at_means_no_header_and_no_line, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_dateline_runs_into_the_first_paragraph, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_dateline_stands_alone_before_anything_but_a_paragraph, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_embargo_ahead_replaces_for_immediate_release, set_up, tear_down),
		cmocka_unit_test_setup_teardown(arabic_is_set_from_right_to_left, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_templates_faults_name_file_and_line, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_unescaped_value_in_html_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_attribute_of_the_journalist_is_a_field_and_needed_unless_asked_about, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			a_missing_attachment_names_the_release_and_line, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			images_attachments_and_media_go_with_the_message, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_photo_without_credit_makes_no_message, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_usage_is_wrapped_with_room_for_its_label, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_part_that_shows_nothing_of_its_reader_takes_the_shorter_encoding, set_up,
			tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
