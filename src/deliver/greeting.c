/*
 * Listening to how a connection begins.
 */
#include "deliver/greeting.h"

#include <stddef.h>

const struct greeting_step_words greeting_steps[GREETING_STEP_COUNT] = {
	[GREETING_HELLO] = {PHASE_CONNECT, false, "greeting", "it refuses us", "ask its administrator"},
	[GREETING_EHLO] = {PHASE_HELLO, false, "answer to EHLO", "it refuses EHLO",
		"ask its administrator, and check hello"},
	[GREETING_STARTTLS] = {PHASE_TLS, true, "answer to STARTTLS", "it offers STARTTLS, then refuses it",
		"ask its administrator, or try smtps:// in the url"},
	[GREETING_AUTH] = {PHASE_AUTH, true, "answer to AUTH", "it refuses the log-in",
		"check user and password_file"},
};

void greeting_init(struct greeting *greeting)
{
	*greeting = (struct greeting){.reader = reply_reader_new()};
}

void greeting_clear(struct greeting *greeting)
{
	reply_reader_free(greeting->reader);
	*greeting = (struct greeting){0};
}

/* What was offered before an EHLO is forgotten at it, and so at the one inside TLS (RFC 3207 4.2). */
void greeting_said(struct greeting *greeting, struct span line)
{
	static const struct command {
		const char *verb;
		enum greeting_step step;
	} commands[] = {
		{"EHLO", GREETING_EHLO},
		{"HELO", GREETING_EHLO},
		{"STARTTLS", GREETING_STARTTLS},
		{"AUTH", GREETING_AUTH},
	};
	struct span text = {NULL, 0};
	struct span verb = {NULL, 0};

	greeting->reply.code = 0;
	if (!span_line(&line, &text) || !span_split(&text, ' ', &verb))
		return;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (span_equals_nocase(verb, span_of(commands[i].verb)))
			greeting->step = commands[i].step;
	}
	if (greeting->step == GREETING_EHLO)
		greeting->features = (struct dialogue_features){0};
}

static size_t read_size(struct span text)
{
	size_t size = 0;

	for (size_t i = 0; i < text.len && i < 18 && text.ptr[i] >= '0' && text.ptr[i] <= '9'; i++)
		size = size * 10 + (size_t)(text.ptr[i] - '0');
	return size;
}

static void note_feature(struct dialogue_features *features, struct span line)
{
	const struct keyword {
		const char *word;
		bool *is_offered;
	} keywords[] = {
		{"PIPELINING", &features->has_pipelining},
		{"SMTPUTF8", &features->has_smtputf8},
		{"8BITMIME", &features->has_8bitmime},
		{"DSN", &features->has_dsn},
		{"SIZE", &features->has_size},
	};
	struct span word;

	if (!span_split(&line, ' ', &word))
		return;
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
		if (span_equals_nocase(word, span_of(keywords[i].word)))
			*keywords[i].is_offered = true;
	}
	if (span_equals_nocase(word, SPAN("SIZE")))
		features->size_max = read_size(line);
}

/* The first line of an answer to EHLO is the server's name. */
static void note_line(struct greeting *greeting, struct span line)
{
	struct span text = {NULL, 0};

	if (!span_line(&line, &text))
		return;
	if (greeting->step == GREETING_EHLO && greeting->is_in_reply && span_starts(text, SPAN("250")))
		note_feature(&greeting->features, span_from(text, 4));
	greeting->is_in_reply = text.len > 3 && text.ptr[3] == '-';
}

enum status greeting_heard(struct greeting *greeting, struct span line, struct err *err)
{
	enum status status;

	note_line(greeting, line);
	reply_reader_push(greeting->reader, line);
	status = reply_reader_take(greeting->reader, &greeting->reply, err);
	if (status == E_NOTFOUND)
		return OK;
	if (status)
		return status;
	if (greeting->reply.code == 421)
		return err_set(err, E_DENIED, "it sends us away");
	if (greeting->reply.code / 100 == 3 &&
		!(greeting->step == GREETING_AUTH && greeting->reply.code == 334))
		return err_set(err, E_SYNTAX, "%d, which asks for more", greeting->reply.code);
	if (greeting->step == GREETING_AUTH && greeting->reply.code == 235)
		greeting->is_authenticated = true;
	return OK;
}
