/*
 * SMTP dialogues as data: each file of tests/spec/dialogues says what the server
 * offers, which messages are to go, then line by line what passes over the wire
 * and what comes of it. Each is played with the bytes whole, split at every byte,
 * and merged as far as the order allows.
 *
 *   offer: pipelining smtputf8 8bitmime size=1000
 *   mail: NAME FROM TO [smtputf8]     then lines "| text" of its message ("\r" and such are escapes),
 *                                     "bytes: text" without CR LF added, "fill N" for N lines of dots
 *   C: a line we must say             (without CR LF)
 *   C fill N                          a message's "fill N" (lines of dots), stuffed
 *   C anything                        whatever was said so far
 *   S: a line the server says         ("\r\n" is added; escapes as above)
 *   S repeat N: …                     the line N times
 *   raw: bytes as they are            (escapes)
 *   asks NAME                         LAST_BYTE must be asked for it now; it is granted
 *   refuses NAME                      as asks, but the last byte is not granted and the connection closed
 *   silent                            nothing more may be said now
 *   quit                              we want to leave
 *   lost: WORDS                       the connection is gone
 *   = NAME OUTCOME PHASE CODE WORDS   what came of it; WORDS must occur in the text
 *   = NAME returned                   it was certainly not sent
 *   = NAME refused: WORDS             it was not taken
 *   = over                            the session must be over by then
 */
#include "support/test.h"

#include "base/file.h"
#include "base/mem.h"
#include "deliver/dialogue.h"

#define MAILS_MAX 8
#define FOLDER "tests/spec/dialogues"

enum manner {
	WHOLE,
	SPLIT,
	MERGED
};

struct scripted_mail {
	char *name;
	struct span from, to;
	bool needs_smtputf8;
	struct str message;
	bool is_added;
};

struct play {
	const char *path;
	size_t line;
	enum manner manner;
	struct dialogue_features features;
	struct scripted_mail mails[MAILS_MAX];
	size_t mail_count;
	struct dialogue *dialogue;
	struct str said;     /* by us, not yet expected */
	struct str coming;   /* from the server, not yet pushed */
	struct str happened; /* a line per event, not yet expected */
	const struct scripted_mail *asked;
};

#define fail_at(play, ...)                                                                                   \
	do {                                                                                                 \
		print_error("%s:%zu (%s): ", (play)->path, (play)->line, manners[(play)->manner]);           \
		print_error(__VA_ARGS__);                                                                    \
		print_error("\n");                                                                           \
		fail();                                                                                      \
	} while (0)

static const char *const manners[] = {"whole", "split", "merged"};

static void add_escaped(struct str *out, struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (c == '\\' && i + 1 < text.len) {
			c = text.ptr[++i];
			c = c == 'r'   ? '\r'
			    : c == 'n' ? '\n'
			    : c == 't' ? '\t'
			    : c == '0' ? '\0'
			    : c == 'e' ? 0x1b
				       : c;
		}
		str_add_char(out, c);
	}
}

static void set_offer(struct dialogue_features *features, struct span rest)
{
	struct span word;

	while (span_split(&rest, ' ', &word)) {
		if (span_equals(word, SPAN("pipelining")))
			features->has_pipelining = true;
		else if (span_equals(word, SPAN("smtputf8")))
			features->has_smtputf8 = true;
		else if (span_equals(word, SPAN("8bitmime")))
			features->has_8bitmime = true;
		else if (span_starts(word, SPAN("size="))) {
			features->has_size = true;
			features->size_max = strtoul(word.ptr + 5, NULL, 10);
		}
	}
}

static void add_mail(struct play *play, struct span rest)
{
	struct scripted_mail *mail = &play->mails[play->mail_count++];
	struct span word = {0};

	assert_true(play->mail_count <= MAILS_MAX);
	assert_true(span_split(&rest, ' ', &word));
	mail->name = span_copy(word);
	assert_true(span_split(&rest, ' ', &mail->from));
	if (span_equals(mail->from, SPAN("<>")))
		mail->from = (struct span){NULL, 0};
	assert_true(span_split(&rest, ' ', &mail->to));
	mail->needs_smtputf8 = span_split(&rest, ' ', &word) && span_equals(word, SPAN("smtputf8"));
	str_init(&mail->message, STR_MAX_LARGE);
}

static void note(struct play *play, const struct dialogue_event *event)
{
	const struct scripted_mail *mail = event->tag;

	if (event->kind == DIALOGUE_RETURNED)
		str_addf(&play->happened, "%s returned\n", mail->name);
	else
		str_addf(&play->happened, "%s %s %s %d %s%s%.*s\n", mail->name,
			delivery_state_name(event->outcome), attempt_phase_name(event->phase), event->code,
			event->enhanced, event->enhanced[0] ? " " : "", SPAN_ARG(event->text));
}

static void add_mails(struct play *play)
{
	for (size_t i = 0; i < play->mail_count && dialogue_has_room(play->dialogue); i++) {
		struct scripted_mail *mail = &play->mails[i];
		const struct dialogue_mail given = {
			.tag = mail,
			.from = mail->from,
			.to = mail->to,
			.needs_smtputf8 = mail->needs_smtputf8,
			.message = str_span(&mail->message),
		};
		struct err err;

		if (mail->is_added)
			continue;
		mail->is_added = true;
		if (dialogue_add(play->dialogue, &given, &err))
			str_addf(&play->happened, "%s refused: %s\n", mail->name, err.text);
	}
}

/* Let everything happen that can without the server. */
static void settle_down(struct play *play)
{
	struct dialogue_event event;
	struct span out;

	do {
		while (dialogue_next(play->dialogue, &event)) {
			play->asked = event.kind == DIALOGUE_LAST_BYTE ? event.tag : NULL;
			if (!play->asked)
				note(play, &event);
		}
		add_mails(play);
		out = dialogue_output(play->dialogue);
		if (play->manner == SPLIT)
			out = span_first(out, 1);
		str_add(&play->said, out);
		if (out.len)
			dialogue_sent(play->dialogue, out.len);
	} while (out.len);
}

static void push(struct play *play)
{
	size_t step = play->manner == SPLIT ? 1 : play->coming.len;

	for (size_t at = 0; at < play->coming.len; at += step) {
		dialogue_push(play->dialogue, span_bytes(play->coming.ptr + at, step));
		if (play->manner == SPLIT)
			settle_down(play);
	}
	str_empty(&play->coming);
	settle_down(play);
}

static void expect_said(struct play *play, struct span line)
{
	struct str wanted;

	str_init(&wanted, STR_MAX_LARGE);
	add_escaped(&wanted, line);
	str_add_text(&wanted, "\r\n");
	if (!span_starts(str_span(&play->said), str_span(&wanted)))
		fail_at(play, "expected \"%.*s\", but we said \"%.*s\"", SPAN_ARG(line),
			SPAN_ARG(span_first(str_span(&play->said), 200)));
	memmove(play->said.ptr, play->said.ptr + wanted.len, play->said.len - wanted.len);
	str_cut(&play->said, play->said.len - wanted.len);
	str_clear(&wanted);
}

/* "NAME OUTCOME PHASE CODE WORDS": the first three or four words exactly, the rest must occur. */
static void expect_happened(struct play *play, struct span wanted)
{
	struct span rest = str_span(&play->happened);
	struct span line = {0};
	struct span words = wanted;
	struct span part;
	size_t exact = 0;

	if (span_equals(wanted, SPAN("over"))) {
		if (!dialogue_is_over(play->dialogue))
			fail_at(play, "the session goes on");
		return;
	}
	if (!span_line(&rest, &line))
		fail_at(play, "nothing happened, expected \"%.*s\"", SPAN_ARG(wanted));
	for (int i = 0; i < 4 && span_split(&words, ' ', &part); i++)
		exact = (size_t)(part.ptr + part.len - wanted.ptr);
	if (span_find(wanted, SPAN(" refused: "), 0) != SIZE_MAX) {
		exact = span_find(wanted, SPAN(": "), 0);
		words = span_from(wanted, exact + 2);
	}
	if (!span_starts(line, span_first(wanted, exact)) ||
		span_find(line, words.ptr ? words : SPAN(""), 0) == SIZE_MAX)
		fail_at(play, "expected \"%.*s\", but \"%.*s\"", SPAN_ARG(wanted), SPAN_ARG(line));
	memmove(play->happened.ptr, rest.ptr, rest.len);
	str_cut(&play->happened, rest.len);
}

static void expect_asked(struct play *play, struct span name, bool is_granted)
{
	if (!play->asked || !span_equals(span_of(play->asked->name), name))
		fail_at(play, "the last byte of \"%.*s\" was not asked for", SPAN_ARG(name));
	play->asked = NULL;
	if (is_granted)
		dialogue_finish(play->dialogue);
	else
		dialogue_lost(play->dialogue, "not noted");
	settle_down(play);
}

static void expect_quiet(struct play *play)
{
	if (play->asked)
		fail_at(play, "the last byte of \"%s\" was asked for unexpectedly", play->asked->name);
	if (play->said.len)
		fail_at(play, "we also said \"%.*s\"", SPAN_ARG(span_first(str_span(&play->said), 200)));
}

struct direction {
	const char *word;
	void (*play)(struct play *play, struct span rest);
};

static void play_offer(struct play *play, struct span rest)
{
	set_offer(&play->features, rest);
}

static void play_message_line(struct play *play, struct span rest)
{
	add_escaped(&play->mails[play->mail_count - 1].message, rest);
	str_add_text(&play->mails[play->mail_count - 1].message, "\r\n");
}

static void play_message_raw(struct play *play, struct span rest)
{
	add_escaped(&play->mails[play->mail_count - 1].message, rest);
}

static void play_message_fill(struct play *play, struct span rest)
{
	for (unsigned long i = strtoul(rest.ptr, NULL, 10); i > 0; i--)
		str_add_text(&play->mails[play->mail_count - 1].message, "......\r\n");
}

static void play_server(struct play *play, struct span rest)
{
	add_escaped(&play->coming, rest);
	str_add_text(&play->coming, "\r\n");
	if (play->manner != MERGED)
		push(play);
}

static void play_server_repeat(struct play *play, struct span rest)
{
	size_t colon = span_find_char(rest, ':', 0);

	for (unsigned long i = strtoul(rest.ptr, NULL, 10); i > 0; i--) {
		add_escaped(&play->coming, span_from(rest, colon + 2));
		str_add_text(&play->coming, "\r\n");
	}
	push(play);
}

static void play_raw(struct play *play, struct span rest)
{
	add_escaped(&play->coming, rest);
	push(play);
}

static void play_asks(struct play *play, struct span rest)
{
	expect_asked(play, rest, true);
}

static void play_refuses(struct play *play, struct span rest)
{
	expect_asked(play, rest, false);
}

static void play_silent(struct play *play, struct span rest)
{
	(void)rest;
	expect_quiet(play);
}

static void play_quit(struct play *play, struct span rest)
{
	(void)rest;
	dialogue_quit(play->dialogue);
	settle_down(play);
}

static void play_lost(struct play *play, struct span rest)
{
	char *words = span_copy(rest);

	dialogue_lost(play->dialogue, words);
	free(words);
	settle_down(play);
}

static void play_client_anything(struct play *play, struct span rest)
{
	(void)rest;
	str_empty(&play->said);
}

/* The stuffed filler of "fill N" comes out again as that. */
static void play_client_fill(struct play *play, struct span rest)
{
	for (unsigned long i = strtoul(rest.ptr, NULL, 10); i > 0; i--)
		expect_said(play, SPAN("......."));
}

static const struct direction directions[] = {
	{"offer: ", play_offer},
	{"mail: ", add_mail},
	{"|", play_message_line},
	{"bytes: ", play_message_raw},
	{"fill ", play_message_fill},
	{"C fill ", play_client_fill},
	{"C anything", play_client_anything},
	{"C:", expect_said},
	{"S: ", play_server},
	{"S repeat ", play_server_repeat},
	{"raw: ", play_raw},
	{"asks ", play_asks},
	{"refuses ", play_refuses},
	{"silent", play_silent},
	{"quit", play_quit},
	{"lost: ", play_lost},
	{"= ", expect_happened},
};

static bool is_preparation(const struct direction *direction)
{
	return direction->play == play_offer || direction->play == add_mail ||
	       direction->play == play_message_line || direction->play == play_message_raw ||
	       direction->play == play_message_fill;
}

static void play_line(struct play *play, struct span line)
{
	for (size_t i = 0; i < sizeof(directions) / sizeof(directions[0]); i++) {
		struct span word = span_of(directions[i].word);

		if (!span_starts(line, word))
			continue;
		if (!is_preparation(&directions[i]) && !play->dialogue) {
			play->dialogue = dialogue_new();
			dialogue_begin(play->dialogue, &play->features);
			settle_down(play);
		}
		if (play->coming.len && directions[i].play != play_server)
			push(play);
		line = span_from(line, word.len);
		directions[i].play(play, span_from(line, span_starts(line, SPAN(" ")) ? 1 : 0));
		return;
	}
	fail_at(play, "no such direction: \"%.*s\"", SPAN_ARG(line));
}

static void play_script(const char *path, struct span script, enum manner manner)
{
	struct play play = {.path = path, .manner = manner};
	struct span line;

	str_init(&play.said, STR_MAX_LARGE);
	str_init(&play.coming, STR_MAX_LARGE);
	str_init(&play.happened, STR_MAX_LARGE);
	while (span_line(&script, &line)) {
		play.line++;
		if (line.len && line.ptr[0] != '#')
			play_line(&play, line);
	}
	if (play.coming.len)
		push(&play);
	expect_quiet(&play);
	if (play.happened.len)
		fail_at(&play, "also happened: %s", play.happened.ptr);
	dialogue_free(play.dialogue);
	for (size_t i = 0; i < play.mail_count; i++) {
		free(play.mails[i].name);
		str_clear(&play.mails[i].message);
	}
	str_clear(&play.said);
	str_clear(&play.coming);
	str_clear(&play.happened);
}

static void play_all(enum manner manner)
{
	char **names = NULL;
	size_t count = 0;
	struct err err = {0};

	if (file_list_folder(FOLDER, ".txt", &names, &count, &err))
		fail_msg("%s (run it from the project's folder)", err.text);
	assert_true(count > 10);
	for (size_t i = 0; i < count; i++) {
		char *path = file_join(FOLDER, names[i]);
		struct str script;

		str_init(&script, STR_MAX_LARGE);
		if (file_load(path, &script, &err))
			fail_msg("%s", err.text);
		play_script(path, str_span(&script), manner);
		str_clear(&script);
		free(path);
	}
	file_free_names(names, count);
}

static void every_dialogue_goes_as_written(void **state)
{
	(void)state;
	play_all(WHOLE);
}

static void every_dialogue_goes_the_same_split_at_every_byte(void **state)
{
	(void)state;
	play_all(SPLIT);
}

static void every_dialogue_goes_the_same_with_the_replies_merged(void **state)
{
	(void)state;
	play_all(MERGED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_dialogue_goes_as_written),
		cmocka_unit_test(every_dialogue_goes_the_same_split_at_every_byte),
		cmocka_unit_test(every_dialogue_goes_the_same_with_the_replies_merged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
