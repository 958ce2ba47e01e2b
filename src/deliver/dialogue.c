/*
 * SMTP as a state machine without I/O. What was said and not yet answered is a
 * queue of expectations; each knows where its command ends in the stream of
 * bytes, so that an answer which comes before its question is seen as such.
 */
#include "deliver/dialogue.h"

#include "base/mem.h"
#include "deliver/wire.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define CHUNK 65536u            /* of a message, encoded at once */
#define OUTPUT_MAX (8u * CHUNK) /* two chunks of nothing but dots, and commands */
#define EXPECTATIONS 16u

enum expected {
	EXPECT_MAIL,
	EXPECT_RCPT,
	EXPECT_DATA,
	EXPECT_DOT,
	EXPECT_LONE_DOT,
	EXPECT_RSET,
	EXPECT_QUIT
};

struct expectation {
	enum expected kind;
	uint64_t serial; /* of the transaction it belongs to; 0: of none */
	uint64_t end;    /* where its command ends in the stream */
};

struct transaction {
	struct dialogue_mail mail;
	uint64_t serial; /* 0: the place is free */
	enum attempt_phase phase;
	bool is_mail_answered;
	bool is_7bit;
	bool is_asked;    /* LAST_BYTE was told */
	size_t encoded;   /* bytes of the message that are in the output or gone */
	uint64_t dot_end; /* where its dot ends in the stream; 0: not in the output yet */
};

struct dialogue {
	struct dialogue_features features;
	struct reply_reader *reader;
	struct reply reply;
	struct str out;
	size_t out_head;
	uint64_t sent; /* bytes of the stream handed over */
	struct expectation expected[EXPECTATIONS];
	size_t expected_head, expected_count;
	struct transaction under_way[2]; /* in the order of the stream, no gap */
	uint64_t last_serial;
	size_t decided;
	size_t replies;
	bool is_any_mail_answered;
	bool needs_reset;
	bool is_recipient_stray; /* taken although its MAIL was refused */
	bool is_quitting;
	bool is_quit_said;
	bool is_out_of_step; /* its answers don't fit what was said */
	bool is_dismissed;   /* by 421 */
	bool is_lost;        /* the connection; replies that came before it are still good */
	bool is_over;
	char words[512];
};

struct dialogue *dialogue_new(void)
{
	struct dialogue *d = mem_alloc(sizeof(*d));

	d->reader = reply_reader_new();
	str_init(&d->out, OUTPUT_MAX);
	d->is_over = true;
	return d;
}

void dialogue_free(struct dialogue *d)
{
	if (!d)
		return;
	reply_reader_free(d->reader);
	str_clear(&d->out);
	free(d);
}

void dialogue_begin(struct dialogue *d, const struct dialogue_features *features)
{
	struct reply_reader *reader = d->reader;
	struct str out = d->out;

	reply_reader_clear(reader);
	str_empty(&out);
	*d = (struct dialogue){.features = *features, .reader = reader, .out = out};
}

static void end_session(struct dialogue *d, const char *words)
{
	if (!d->words[0])
		reply_copy_text(d->words, sizeof(d->words), span_of(words));
	d->is_over = true;
}

static void end_with_reply(struct dialogue *d, const char *what)
{
	char words[sizeof(d->words)];
	char text[400];

	reply_copy_text(text, sizeof(text), str_span(&d->reply.text));
	snprintf(words, sizeof(words), "%s: %d %s", what, d->reply.code, text);
	end_session(d, words);
}

static void end_out_of_step(struct dialogue *d, const char *what)
{
	d->is_out_of_step = true;
	end_with_reply(d, what);
}

static void end_with_goodbye(struct dialogue *d)
{
	d->is_dismissed = true;
	end_with_reply(d, "the relay closes the connection");
}

static void expect(struct dialogue *d, enum expected kind, uint64_t serial)
{
	size_t at = (d->expected_head + d->expected_count) % EXPECTATIONS;

	d->expected[at] = (struct expectation){kind, serial, d->sent + (d->out.len - d->out_head)};
	d->expected_count++;
}

static bool take_expectation(struct dialogue *d, struct expectation *out)
{
	const struct expectation *head = &d->expected[d->expected_head];

	if (!d->expected_count || head->end > d->sent)
		return false;
	*out = *head;
	d->expected_head = (d->expected_head + 1) % EXPECTATIONS;
	d->expected_count--;
	return true;
}

static void say(struct dialogue *d, const char *line, enum expected kind, uint64_t serial)
{
	str_add_text(&d->out, line);
	expect(d, kind, serial);
}

static void say_mail(struct dialogue *d, const struct transaction *t)
{
	str_add(&d->out, SPAN("MAIL FROM:<"));
	str_add(&d->out, t->mail.from);
	str_add_char(&d->out, '>');
	if (d->features.has_size)
		str_addf(&d->out, " SIZE=%zu", t->mail.message.len);
	if (!t->is_7bit)
		str_add(&d->out, SPAN(" BODY=8BITMIME"));
	if (t->mail.needs_smtputf8)
		str_add(&d->out, SPAN(" SMTPUTF8"));
	if (d->features.has_dsn)
		str_add(&d->out, SPAN(" RET=HDRS"));
	if (d->features.has_dsn && t->mail.from.len)
		wire_add_envelope_id(&d->out, t->mail.envelope_id);
	say(d, "\r\n", EXPECT_MAIL, t->serial);
}

static void say_rcpt(struct dialogue *d, const struct transaction *t)
{
	str_add(&d->out, SPAN("RCPT TO:<"));
	str_add(&d->out, t->mail.to);
	str_add_char(&d->out, '>');
	if (d->features.has_dsn) {
		str_add(&d->out, SPAN(" NOTIFY=FAILURE,DELAY"));
		wire_add_original_recipient(&d->out, t->mail.to);
	}
	say(d, "\r\n", EXPECT_RCPT, t->serial);
}

static void say_reset(struct dialogue *d)
{
	d->needs_reset = false;
	say(d, "RSET\r\n", EXPECT_RSET, 0);
}

/* Without PIPELINING: the next command, once everything said has been answered. */
static void speak_one(struct dialogue *d)
{
	const struct transaction *t = &d->under_way[0];

	if (!t->serial || d->expected_count)
		return;
	if (d->needs_reset)
		say_reset(d);
	else if (t->phase == PHASE_MAIL)
		say_mail(d, t);
	else if (t->phase == PHASE_RCPT)
		say_rcpt(d, t);
	else if (t->phase == PHASE_DATA)
		say(d, "DATA\r\n", EXPECT_DATA, t->serial);
}

static void speak_all(struct dialogue *d, const struct transaction *t)
{
	if (d->needs_reset)
		say_reset(d);
	say_mail(d, t);
	say_rcpt(d, t);
	say(d, "DATA\r\n", EXPECT_DATA, t->serial);
}

size_t dialogue_count(const struct dialogue *d)
{
	return (d->under_way[0].serial != 0) + (d->under_way[1].serial != 0);
}

bool dialogue_has_room(const struct dialogue *d)
{
	if (d->is_over || d->is_lost || d->is_quitting)
		return false;
	if (!dialogue_count(d))
		return d->expected_count == 0;
	return d->features.has_pipelining && !d->under_way[1].serial && d->under_way[0].dot_end;
}

static enum status check_offered(
	const struct dialogue *d, const struct dialogue_mail *mail, bool is_7bit, struct err *err)
{
	const struct dialogue_features *features = &d->features;

	if (mail->needs_smtputf8 && !features->has_smtputf8)
		return err_set(err, E_UNSUPPORTED,
			"no SMTPUTF8 at the relay, which an address with letters beyond ASCII needs");
	if (!is_7bit && !features->has_8bitmime)
		return err_set(err, E_UNSUPPORTED,
			"the message has 8-bit text and the relay doesn't offer 8BITMIME");
	if (features->has_size && features->size_max && mail->message.len > features->size_max)
		return err_set(err, E_RANGE, "the message has %zu bytes and the relay takes at most %zu",
			mail->message.len, features->size_max);
	return OK;
}

static enum status check_mail(
	const struct dialogue *d, const struct dialogue_mail *mail, bool *is_7bit, struct err *err)
{
	bool is_from_ascii, is_to_ascii;
	enum status status = wire_check_address(mail->from, &is_from_ascii, err);

	if (!status)
		status = wire_check_address(mail->to, &is_to_ascii, err);
	if (!status && !mail->to.len)
		status = err_set(err, E_SYNTAX, "no address to send to");
	if (!status && !mail->needs_smtputf8 && !(is_from_ascii && is_to_ascii))
		status = err_set(err, E_SYNTAX, "an address with letters beyond ASCII goes by SMTPUTF8 only");
	if (!status)
		status = wire_check_message(mail->message, is_7bit, err);
	return status ? status : check_offered(d, mail, *is_7bit, err);
}

enum status dialogue_add(struct dialogue *d, const struct dialogue_mail *mail, struct err *err)
{
	struct transaction *t = &d->under_way[d->under_way[0].serial ? 1 : 0];
	bool is_7bit = true;
	enum status status = check_mail(d, mail, &is_7bit, err);

	if (status)
		return status;
	*t = (struct transaction){
		.mail = *mail, .serial = ++d->last_serial, .phase = PHASE_MAIL, .is_7bit = is_7bit};
	if (d->features.has_pipelining)
		speak_all(d, t);
	else
		speak_one(d);
	return OK;
}

static struct transaction *find(struct dialogue *d, uint64_t serial)
{
	for (size_t i = 0; serial && i < 2; i++) {
		if (d->under_way[i].serial == serial)
			return &d->under_way[i];
	}
	return NULL;
}

static void retire(struct dialogue *d, struct transaction *t)
{
	if (t == &d->under_way[0])
		d->under_way[0] = d->under_way[1];
	d->under_way[1] = (struct transaction){0};
}

/* The reply at hand decides `t`. */
static bool settle(
	struct dialogue *d, struct transaction *t, enum attempt_phase phase, struct dialogue_event *event)
{
	struct verdict verdict = verdict_of(phase, &d->reply);

	verdict.breaks_pipelining &= d->features.has_pipelining;
	*event = (struct dialogue_event){
		.kind = DIALOGUE_SETTLED,
		.tag = t->mail.tag,
		.phase = phase,
		.verdict = verdict,
		.code = d->reply.code,
		.enhanced = d->reply.enhanced,
		.text = str_span(&d->reply.text),
	};
	d->decided++;
	retire(d, t);
	return true;
}

/* The session ended without a reply for `t`. */
static bool give_up(struct dialogue *d, struct transaction *t, struct dialogue_event *event)
{
	bool is_dot_out = t->dot_end && d->sent >= t->dot_end;

	*event = (struct dialogue_event){
		.kind = is_dot_out || t->is_mail_answered ? DIALOGUE_SETTLED : DIALOGUE_RETURNED,
		.tag = t->mail.tag,
		.phase = is_dot_out ? PHASE_DOT : t->phase,
		.verdict = {.outcome = is_dot_out ? DELIVERY_UNKNOWN : DELIVERY_DEFERRED,
			.cause = CAUSE_RELAY,
			.breaks_pipelining = d->is_out_of_step && d->features.has_pipelining},
		.enhanced = "",
		.text = span_of(d->words),
	};
	retire(d, t);
	return true;
}

/*
 * An answer before its question. While a body goes out, a refusal is the server's
 * right (it is full, or saw enough); but the message can't be ended there.
 */
static bool on_unasked(struct dialogue *d, struct dialogue_event *event)
{
	struct transaction *t = &d->under_way[0];
	int class = d->reply.code / 100;
	bool is_refusal = t->serial && t->phase == PHASE_BODY && (class == 4 || class == 5);

	if (d->reply.code == 421)
		end_with_goodbye(d);
	else if (is_refusal)
		end_with_reply(d, "the relay refuses a message before its end");
	else
		end_out_of_step(d, "the relay answers what it wasn't asked");
	return is_refusal && settle(d, t, PHASE_BODY, event);
}

/*
 * 421 instead of an answer. To a MAIL after others it is a limit on the session,
 * not a try at the recipient.
 */
static bool on_goodbye(struct dialogue *d, enum expected kind, struct transaction *t,
	enum attempt_phase phase, struct dialogue_event *event)
{
	end_with_goodbye(d);
	if (!t || (kind == EXPECT_MAIL && d->is_any_mail_answered))
		return false;
	return settle(d, t, phase, event);
}

static bool on_envelope(
	struct dialogue *d, struct transaction *t, enum attempt_phase phase, struct dialogue_event *event)
{
	int class = d->reply.code / 100;

	t->is_mail_answered = true;
	d->is_any_mail_answered = true;
	if (phase == PHASE_DATA ? d->reply.code == 354 : class == 2) {
		t->phase = phase == PHASE_DATA ? PHASE_BODY : (enum attempt_phase)(phase + 1);
		return false;
	}
	d->needs_reset = true;
	if (class != 4 && class != 5)
		end_out_of_step(d, "the relay is out of step");
	return settle(d, t, phase, event);
}

/*
 * DATA after a refusal (RFC 2920 3.1). Only here may a message be ended without a body, and only if
 * nobody would get it.
 */
static void on_refused_data(struct dialogue *d)
{
	if (d->reply.code == 354 && d->is_recipient_stray)
		end_out_of_step(d, "the relay takes a recipient, having refused the sender");
	else if (d->reply.code == 354)
		say(d, ".\r\n", EXPECT_LONE_DOT, 0);
	d->is_recipient_stray = false;
}

/* The rest of a refused transaction's answers. */
static void on_refused(struct dialogue *d, enum expected kind)
{
	if (kind == EXPECT_RCPT)
		d->is_recipient_stray = d->reply.code / 100 == 2;
	else if (kind == EXPECT_DATA)
		on_refused_data(d);
	else if (kind == EXPECT_RSET && d->reply.code / 100 != 2)
		end_with_reply(d, "the relay refuses RSET");
	else if (kind == EXPECT_QUIT)
		d->is_over = true;
}

static bool on_reply(struct dialogue *d, struct dialogue_event *event)
{
	static const enum attempt_phase phases[] = {
		[EXPECT_MAIL] = PHASE_MAIL,
		[EXPECT_RCPT] = PHASE_RCPT,
		[EXPECT_DATA] = PHASE_DATA,
		[EXPECT_DOT] = PHASE_DOT,
		[EXPECT_LONE_DOT] = PHASE_NONE,
		[EXPECT_RSET] = PHASE_NONE,
		[EXPECT_QUIT] = PHASE_NONE,
	};
	struct expectation answered;
	struct transaction *t;

	if (!take_expectation(d, &answered))
		return on_unasked(d, event);
	t = find(d, answered.serial);
	if (d->reply.code == 421)
		return on_goodbye(d, answered.kind, t, phases[answered.kind], event);
	if (!t) {
		on_refused(d, answered.kind);
		return false;
	}
	if (answered.kind != EXPECT_DOT)
		return on_envelope(d, t, phases[answered.kind], event);
	if (d->reply.code / 100 == 3)
		end_out_of_step(d, "the relay is out of step");
	return settle(d, t, PHASE_DOT, event);
}

void dialogue_push(struct dialogue *d, struct span bytes)
{
	reply_reader_push(d->reader, bytes);
}

void dialogue_lost(struct dialogue *d, const char *words)
{
	if (!d->words[0])
		reply_copy_text(d->words, sizeof(d->words), span_of(words));
	d->is_lost = true;
}

static void speak(struct dialogue *d)
{
	if (d->is_over || d->is_lost)
		return;
	if (!d->features.has_pipelining)
		speak_one(d);
	if (d->is_quitting && !d->is_quit_said && dialogue_is_idle(d)) {
		d->is_quit_said = true;
		say(d, "QUIT\r\n", EXPECT_QUIT, 0);
	}
}

/* Replies until one decides something; true with the event. */
static bool read_replies(struct dialogue *d, struct dialogue_event *event)
{
	struct err err;

	while (!d->is_over) {
		enum status status = reply_reader_take(d->reader, &d->reply, &err);

		if (status == E_NOTFOUND)
			return false;
		if (status) {
			char words[sizeof(d->words)];

			snprintf(words, sizeof(words), "the relay speaks nonsense: %.400s", err.text);
			d->words[0] = '\0';
			end_session(d, words);
			return false;
		}
		d->replies++;
		if (on_reply(d, event))
			return true;
		speak(d);
	}
	return false;
}

static bool wants_last_byte(const struct dialogue *d)
{
	const struct transaction *t = &d->under_way[0];

	return t->serial && t->phase == PHASE_BODY && !t->is_asked && d->out_head == d->out.len &&
	       t->mail.message.len - t->encoded <= CHUNK;
}

bool dialogue_next(struct dialogue *d, struct dialogue_event *event)
{
	if (read_replies(d, event))
		return true;
	if (d->is_lost)
		d->is_over = true;
	if (d->is_over)
		return d->under_way[0].serial && give_up(d, &d->under_way[0], event);
	speak(d);
	if (!wants_last_byte(d))
		return false;
	d->under_way[0].is_asked = true;
	*event = (struct dialogue_event){.kind = DIALOGUE_LAST_BYTE,
		.tag = d->under_way[0].mail.tag,
		.phase = PHASE_BODY,
		.enhanced = ""};
	return true;
}

void dialogue_finish(struct dialogue *d)
{
	struct transaction *t = &d->under_way[0];
	struct span message = t->mail.message;

	wire_add_stuffed(&d->out, message, t->encoded, message.len - t->encoded);
	t->encoded = message.len;
	if (message.len && message.ptr[message.len - 1] != '\n')
		str_add(&d->out, SPAN("\r\n"));
	say(d, ".\r\n", EXPECT_DOT, t->serial);
	t->dot_end = d->sent + (d->out.len - d->out_head);
}

struct span dialogue_output(struct dialogue *d)
{
	struct transaction *t = &d->under_way[0];

	if (d->is_over || d->is_lost)
		return (struct span){NULL, 0};
	if (d->out_head == d->out.len && t->serial && t->phase == PHASE_BODY &&
		t->mail.message.len - t->encoded > CHUNK) {
		wire_add_stuffed(&d->out, t->mail.message, t->encoded, CHUNK);
		t->encoded += CHUNK;
	}
	return span_from(str_span(&d->out), d->out_head);
}

void dialogue_sent(struct dialogue *d, size_t count)
{
	d->sent += count;
	d->out_head += count;
	if (d->out_head == d->out.len) {
		str_empty(&d->out);
		d->out_head = 0;
	}
}

void dialogue_quit(struct dialogue *d)
{
	d->is_quitting = true;
	speak(d);
}

bool dialogue_is_over(const struct dialogue *d)
{
	return d->is_over || d->is_lost;
}

bool dialogue_was_dismissed(const struct dialogue *d)
{
	return d->is_dismissed;
}

bool dialogue_is_idle(const struct dialogue *d)
{
	return !d->under_way[0].serial && !d->expected_count;
}

size_t dialogue_decided(const struct dialogue *d)
{
	return d->decided;
}

size_t dialogue_replies(const struct dialogue *d)
{
	return d->replies;
}

enum attempt_phase dialogue_waits_for(const struct dialogue *d)
{
	static const enum attempt_phase phases[] = {
		[EXPECT_MAIL] = PHASE_MAIL,
		[EXPECT_RCPT] = PHASE_RCPT,
		[EXPECT_DATA] = PHASE_DATA,
		[EXPECT_DOT] = PHASE_DOT,
		[EXPECT_LONE_DOT] = PHASE_DOT,
		[EXPECT_RSET] = PHASE_MAIL,
		[EXPECT_QUIT] = PHASE_MAIL,
	};
	const struct expectation *head = &d->expected[d->expected_head];

	if (dialogue_is_over(d))
		return PHASE_NONE;
	if (!d->expected_count)
		return d->under_way[0].serial ? PHASE_BODY : PHASE_NONE;
	if (head->kind == EXPECT_DOT && head->end > d->sent)
		return PHASE_BODY;
	return phases[head->kind];
}

const char *dialogue_words(const struct dialogue *d)
{
	return d->words;
}
