/*
 * A server that says anything at any time. The first byte picks what it offers,
 * each following one a step: bytes of the server up to the next 0xff come, output
 * is taken in part, the connection is lost. Whatever it does: each message has one
 * end, nothing is accepted before its dot is out and answered with 2xx, and what
 * we say is well-formed SMTP.
 */
#include "deliver/dialogue.h"

#include "base/str.h"

#include <stdint.h>
#include <stdlib.h>

#define MAILS 6

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

struct mail {
	bool is_added, is_asked, is_ended;
};

struct world {
	struct dialogue *dialogue;
	struct mail mails[MAILS];
	struct str said;
};

static void must(bool is_so)
{
	if (!is_so)
		abort();
}

static void on_event(struct world *world, const struct dialogue_event *event)
{
	struct mail *mail = event->tag;

	must(mail->is_added && !mail->is_ended);
	if (event->kind == DIALOGUE_LAST_BYTE) {
		must(!mail->is_asked);
		mail->is_asked = true;
		dialogue_finish(world->dialogue);
		return;
	}
	mail->is_ended = true;
	if (event->kind == DIALOGUE_RETURNED) {
		must(!mail->is_asked);
		return;
	}
	if (event->verdict.outcome == DELIVERY_ACCEPTED)
		must(mail->is_asked && event->phase == PHASE_DOT && event->code / 100 == 2);
	if (event->verdict.outcome == DELIVERY_UNKNOWN)
		must(mail->is_asked && event->phase == PHASE_DOT);
	if (event->code == 0)
		must(event->verdict.outcome == DELIVERY_UNKNOWN ||
			event->verdict.outcome == DELIVERY_DEFERRED);
}

static void add_mails(struct world *world)
{
	for (size_t i = 0; i < MAILS && dialogue_has_room(world->dialogue); i++) {
		const struct dialogue_mail mail = {
			.tag = &world->mails[i],
			.from = SPAN("bounce@harbour.example"),
			.to = SPAN("ana@paper.example"),
			.envelope_id = SPAN("tok+en"),
			.message = SPAN("Subject: x\r\n\r\n.\r\n..\r\nMAIL\r\n"),
		};
		struct err err;

		if (world->mails[i].is_added)
			continue;
		world->mails[i].is_added = true;
		must(dialogue_add(world->dialogue, &mail, &err) == OK);
	}
}

static void go_on(struct world *world, size_t at_most)
{
	struct dialogue_event event;
	struct span out;

	while (dialogue_next(world->dialogue, &event))
		on_event(world, &event);
	add_mails(world);
	out = span_first(dialogue_output(world->dialogue), at_most);
	str_add(&world->said, out);
	if (out.len)
		dialogue_sent(world->dialogue, out.len);
}

/* Every line is a command of ours or belongs to a message, which ends with its whole text before the dot. */
static void check_said(struct span said)
{
	static const struct span body = SPAN("Subject: x\r\n\r\n..\r\n...\r\nMAIL\r\n.\r\n");
	struct span line;

	while (said.len) {
		struct span rest = said;

		if (span_starts(said, body)) {
			said = span_from(said, body.len);
			continue;
		}
		must(span_line(&rest, &line));
		if (rest.len == 0) /* maybe in the middle of something */
			return;
		if (span_starts(body, span_first(said, body.len)) && said.len < body.len)
			return;
		must(span_starts(line, SPAN("MAIL FROM:<bounce@harbour.example>")) ||
			span_equals(line, SPAN("RCPT TO:<ana@paper.example>")) ||
			span_equals(line, SPAN("RCPT TO:<ana@paper.example> NOTIFY=FAILURE,DELAY "
					       "ORCPT=rfc822;ana@paper.example")) ||
			span_equals(line, SPAN("DATA")) || span_equals(line, SPAN("RSET")) ||
			span_equals(line, SPAN("QUIT")) || span_equals(line, SPAN(".")));
		said = rest;
	}
}

static void play(struct world *world, struct span input)
{
	while (input.len && !dialogue_is_over(world->dialogue)) {
		unsigned char step = (unsigned char)input.ptr[0];
		size_t end;

		input = span_from(input, 1);
		if (step < 0x80) {
			end = span_find_char(input, (char)0xff, 0);
			end = end == SIZE_MAX ? input.len : end;
			dialogue_push(world->dialogue, span_first(input, end));
			input = span_from(input, end + 1);
		} else if (step == 0x80) {
			dialogue_quit(world->dialogue);
		}
		go_on(world, step < 0x40 || step > 0xc0 ? SIZE_MAX : step - 0x3fu);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct world world = {.dialogue = dialogue_new()};
	struct dialogue_features features = {0};
	unsigned char offer = size ? bytes[0] : 0;

	features.has_pipelining = offer & 1;
	features.has_8bitmime = offer & 2;
	features.has_size = offer & 4;
	features.has_dsn = offer & 8;
	str_init(&world.said, STR_MAX_LARGE);
	dialogue_begin(world.dialogue, &features);
	go_on(&world, SIZE_MAX);
	play(&world, size ? span_bytes(bytes + 1, size - 1) : (struct span){NULL, 0});
	dialogue_lost(world.dialogue, "the end");
	go_on(&world, 0);
	for (size_t i = 0; i < MAILS; i++)
		must(world.mails[i].is_added == world.mails[i].is_ended);
	check_said(str_span(&world.said));
	str_clear(&world.said);
	dialogue_free(world.dialogue);
	return 0;
}
