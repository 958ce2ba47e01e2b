/*
 * The player of scripted SMTP dialogues: a table of directions over one dialogue,
 * and the manners in which the bytes pass.
 */
#include "support/dialogueplay.h"
#include "support/test.h"

#include "base/mem.h"
#include "base/utf8.h"

struct scripted_mail {
	char *name;
	struct span from, to, envelope_id;
	bool needs_smtputf8;
	struct str message;
	bool is_added;
};

struct play {
	const char *path;
	size_t line;
	const struct play_manner *manner;
	struct play_end *end;
	struct dialogue_features features;
	struct scripted_mail mails[PLAY_MAILS_MAX];
	struct dialogue *dialogue;
	struct str said;     /* by us */
	size_t expected;     /* bytes of it */
	struct str coming;   /* from the server, not yet pushed */
	struct str happened; /* a line per event, not yet expected */
	const struct scripted_mail *asked;
	bool is_jammed;
	bool is_cut;
};

#define fail_at(play, ...)                                                                                   \
	do {                                                                                                 \
		print_error("%s:%zu (%s): ", (play)->path, (play)->line, (play)->manner->name);              \
		print_error(__VA_ARGS__);                                                                    \
		print_error("\n");                                                                           \
		fail();                                                                                      \
	} while (0)

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
		else if (span_equals(word, SPAN("dsn")))
			features->has_dsn = true;
		else if (span_starts(word, SPAN("size="))) {
			features->has_size = true;
			features->size_max = strtoul(word.ptr + 5, NULL, 10);
		}
	}
}

static void add_mail(struct play *play, struct span rest)
{
	struct scripted_mail *mail = &play->mails[play->end->mail_count++];
	struct span word = {0};

	assert_true(play->end->mail_count <= PLAY_MAILS_MAX);
	assert_true(span_split(&rest, ' ', &word));
	mail->name = span_copy(word);
	assert_true(span_split(&rest, ' ', &mail->from));
	if (span_equals(mail->from, SPAN("<>")))
		mail->from = (struct span){NULL, 0};
	assert_true(span_split(&rest, ' ', &mail->to));
	while (span_split(&rest, ' ', &word)) {
		if (span_equals(word, SPAN("smtputf8")))
			mail->needs_smtputf8 = true;
		else if (span_starts(word, SPAN("id=")))
			mail->envelope_id = span_from(word, 3);
	}
	str_init(&mail->message, STR_MAX_LARGE);
}

/* "{relay breaks-pipelining}", behind what happened. */
static void note_verdict(struct play *play, const struct verdict *verdict)
{
	str_addf(&play->happened, " {%s%s%s%s%s}\n", attempt_cause_name(verdict->cause),
		verdict->suspends_relay ? " suspends-relay" : "", verdict->slows_site ? " slows-site" : "",
		verdict->strains_site ? " strains-site" : "",
		verdict->breaks_pipelining ? " breaks-pipelining" : "");
}

static void note(struct play *play, const struct dialogue_event *event)
{
	const struct scripted_mail *mail = event->tag;
	struct play_mail_end *end = &play->end->mails[mail - play->mails];

	if (!utf8_is_valid(event->text))
		fail_at(play, "what is told of \"%s\" is not UTF-8", mail->name);
	end->times++;
	end->event = *event;
	end->heard = play->end->heard;
	if (event->kind == DIALOGUE_RETURNED)
		str_addf(&play->happened, "%s returned", mail->name);
	else
		str_addf(&play->happened, "%s %s %s %d %s%s%.*s", mail->name,
			delivery_state_name(event->verdict.outcome), attempt_phase_name(event->phase),
			event->code, event->enhanced, event->enhanced[0] ? " " : "", SPAN_ARG(event->text));
	note_verdict(play, &event->verdict);
}

static void add_mails(struct play *play)
{
	for (size_t i = 0; i < play->end->mail_count && dialogue_has_room(play->dialogue); i++) {
		struct scripted_mail *mail = &play->mails[i];
		const struct dialogue_mail given = {
			.tag = mail,
			.from = mail->from,
			.to = mail->to,
			.needs_smtputf8 = mail->needs_smtputf8,
			.envelope_id = mail->envelope_id,
			.message = str_span(&mail->message),
		};
		struct err err;

		if (mail->is_added)
			continue;
		mail->is_added = true;
		play->end->mails[i].is_taken = dialogue_add(play->dialogue, &given, &err) == OK;
		if (!play->end->mails[i].is_taken)
			str_addf(&play->happened, "%s refused: %s\n", mail->name, err.text);
	}
}

static void cut(struct play *play)
{
	play->is_cut = true;
	dialogue_lost(play->dialogue, "the connection was cut");
}

/* As many of `wanted` bytes as pass at once; 0 where the connection ends. */
static size_t passing(struct play *play, size_t wanted, size_t passed, size_t cut_at)
{
	size_t count = play->manner->piece && wanted > play->manner->piece ? play->manner->piece : wanted;

	if (passed >= cut_at)
		return 0;
	return count > cut_at - passed ? cut_at - passed : count;
}

static size_t hand_over(struct play *play)
{
	struct span out = dialogue_output(play->dialogue);

	if (play->is_jammed)
		return 0;
	out = span_first(out, passing(play, out.len, play->end->said, play->manner->cut_said));
	str_add(&play->said, out);
	play->end->said += out.len;
	if (out.len)
		dialogue_sent(play->dialogue, out.len);
	if (play->end->said == play->manner->cut_said && !play->is_cut)
		cut(play);
	return out.len;
}

/* Let everything happen that can without the server. */
static void settle_down(struct play *play)
{
	struct dialogue_event event;

	do {
		while (dialogue_next(play->dialogue, &event)) {
			play->asked = event.kind == DIALOGUE_LAST_BYTE ? event.tag : NULL;
			if (!play->asked)
				note(play, &event);
		}
		add_mails(play);
	} while (hand_over(play));
}

static void push(struct play *play)
{
	const struct play_manner *manner = play->manner;
	struct span coming = str_span(&play->coming);

	while (coming.len && !play->is_cut) {
		size_t step = passing(play, coming.len, play->end->heard, manner->cut_heard);

		if (play->end->heard < manner->split_at && manner->split_at - play->end->heard < step)
			step = manner->split_at - play->end->heard;
		dialogue_push(play->dialogue, span_first(coming, step));
		coming = span_from(coming, step);
		play->end->heard += step;
		if (play->end->heard == manner->cut_heard)
			cut(play);
		settle_down(play);
	}
	str_empty(&play->coming);
	settle_down(play);
}

static struct span unexpected(const struct play *play)
{
	return span_from(str_span(&play->said), play->expected);
}

static void expect_said(struct play *play, struct span line)
{
	struct str wanted;

	str_init(&wanted, STR_MAX_LARGE);
	add_escaped(&wanted, line);
	str_add_text(&wanted, "\r\n");
	if (!span_starts(unexpected(play), str_span(&wanted)))
		fail_at(play, "expected \"%.*s\", but we said \"%.*s\"", SPAN_ARG(line),
			SPAN_ARG(span_first(unexpected(play), 200)));
	play->expected += wanted.len;
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
	if (span_equals(wanted, SPAN("dismissed"))) {
		if (!dialogue_was_dismissed(play->dialogue))
			fail_at(play, "the server has not said goodbye");
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
	if (is_granted) {
		dialogue_finish(play->dialogue);
		play->end->mails[play->asked - play->mails].dot_end =
			play->end->said + dialogue_output(play->dialogue).len;
	} else
		dialogue_lost(play->dialogue, "not noted");
	play->asked = NULL;
	settle_down(play);
}

static void expect_quiet(const struct play *play)
{
	if (play->asked)
		fail_at(play, "the last byte of \"%s\" was asked for unexpectedly", play->asked->name);
	if (unexpected(play).len)
		fail_at(play, "we also said \"%.*s\"", SPAN_ARG(span_first(unexpected(play), 200)));
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
	add_escaped(&play->mails[play->end->mail_count - 1].message, rest);
	str_add_text(&play->mails[play->end->mail_count - 1].message, "\r\n");
}

static void play_message_raw(struct play *play, struct span rest)
{
	add_escaped(&play->mails[play->end->mail_count - 1].message, rest);
}

static void play_message_fill(struct play *play, struct span rest)
{
	for (unsigned long i = strtoul(rest.ptr, NULL, 10); i > 0; i--)
		str_add_text(&play->mails[play->end->mail_count - 1].message, "......\r\n");
}

static void play_server(struct play *play, struct span rest)
{
	add_escaped(&play->coming, rest);
	str_add_text(&play->coming, "\r\n");
	if (!play->manner->is_merged)
		push(play);
}

static void add_repeated(struct play *play, struct span rest, const char *end)
{
	size_t colon = span_find_char(rest, ':', 0);

	for (unsigned long i = strtoul(rest.ptr, NULL, 10); i > 0; i--) {
		add_escaped(&play->coming, span_from(rest, colon + 2));
		str_add_text(&play->coming, end);
	}
	push(play);
}

static void play_server_repeat(struct play *play, struct span rest)
{
	add_repeated(play, rest, "\r\n");
}

static void play_raw_repeat(struct play *play, struct span rest)
{
	add_repeated(play, rest, "");
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

static void play_jam(struct play *play, struct span rest)
{
	(void)rest;
	play->is_jammed = true;
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
	play->expected = play->said.len;
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
	{"raw repeat ", play_raw_repeat},
	{"asks ", play_asks},
	{"refuses ", play_refuses},
	{"silent", play_silent},
	{"jam", play_jam},
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

/* What the server says may come at once with what it said before. */
static bool is_of_server(const struct direction *direction)
{
	return direction->play == play_server || direction->play == play_server_repeat ||
	       direction->play == play_raw || direction->play == play_raw_repeat;
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
		if (play->coming.len && !is_of_server(&directions[i]))
			push(play);
		if (play->is_cut)
			return;
		line = span_from(line, word.len);
		directions[i].play(play, span_from(line, span_starts(line, SPAN(" ")) ? 1 : 0));
		return;
	}
	fail_at(play, "no such direction: \"%.*s\"", SPAN_ARG(line));
}

static void expect_end(const struct play *play)
{
	expect_quiet(play);
	if (play->happened.len)
		fail_at(play, "also happened: %s", play->happened.ptr);
}

void dialogueplay_run(
	const char *path, struct span script, const struct play_manner *manner, struct play_end *end)
{
	struct play play = {.path = path, .manner = manner, .end = end};
	struct span line;

	*end = (struct play_end){0};
	str_init(&play.said, STR_MAX_LARGE);
	str_init(&play.coming, STR_MAX_LARGE);
	str_init(&play.happened, STR_MAX_LARGE);
	while (!play.is_cut && span_line(&script, &line)) {
		play.line++;
		if (line.len && line.ptr[0] != '#')
			play_line(&play, line);
	}
	if (play.coming.len)
		push(&play);
	if (!play.is_cut)
		expect_end(&play);
	dialogue_free(play.dialogue);
	for (size_t i = 0; i < end->mail_count; i++) {
		free(play.mails[i].name);
		str_clear(&play.mails[i].message);
	}
	str_clear(&play.said);
	str_clear(&play.coming);
	str_clear(&play.happened);
}
