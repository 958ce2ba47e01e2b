/*
 * What reads bytes of servers and mail, without memory: it gives up, or says so, and
 * never misreads.
 */
#include "crash/shortage.h"

#include "base/mem.h"
#include "deliver/dialogue.h"
#include "deliver/flight.h"
#include "deliver/reply.h"
#include "deliver/verdict.h"
#include "mail/addr.h"
#include "mail/codec.h"
#include "mail/dkim.h"
#include "mail/header.h"
#include "mail/mime.h"
#include "mail/token.h"
#include "support/dkimcase.h"
#include "support/newdispatch.h"
#include "support/test.h"

#include <sys/mman.h>
#include <unistd.h>

static const char replies[] = "220 relay.example ESMTP\r\n"
			      "250-relay.example\r\n250-PIPELINING\r\n250 SIZE 10485760\r\n"
			      "451 4.7.1 Greylisted, wait a little\r\n"
			      "550-5.1.1 <ana@paper.example>: no such\r\n550 5.1.1 mailbox hére\r\n"
			      "421 4.3.2 Going down\r\n";

static void see_reply(const struct reply *reply)
{
	shortage_see_number(reply->code);
	shortage_see_text(reply->enhanced);
	shortage_see(str_span(&reply->text));
}

/* Pushed in pieces, so that what is incomplete is kept. */
static enum status read_replies(void *prepared, struct err *err)
{
	struct reply_reader *reader = reply_reader_new();
	enum status status = E_NOTFOUND;

	(void)prepared;
	for (size_t at = 0; at < strlen(replies) && status == E_NOTFOUND; at += 7) {
		struct reply reply;

		reply_reader_push(reader, span_first(span_from(span_of(replies), at), 7));
		while ((status = reply_reader_take(reader, &reply, err)) == OK)
			see_reply(&reply);
	}
	reply_reader_free(reader);
	return status == E_NOTFOUND ? OK : status;
}

static enum status judge_replies(void *prepared, struct err *err)
{
	struct reply_reader *reader = reply_reader_new();
	struct reply reply;
	enum status status;

	(void)prepared;
	reply_reader_push(reader, span_of(replies));
	while ((status = reply_reader_take(reader, &reply, err)) == OK) {
		for (enum attempt_phase phase = PHASE_CONNECT; phase < PHASE_COUNT; phase++) {
			struct verdict verdict = verdict_of(phase, &reply);

			shortage_see_number(verdict.outcome);
			shortage_see_number(verdict.cause);
			shortage_see_number(
				verdict.suspends_relay + 2 * verdict.slows_site + 4 * verdict.strains_site);
		}
	}
	reply_reader_free(reader);
	return status == E_NOTFOUND ? OK : status;
}

static void hear(struct dialogue *dialogue)
{
	struct dialogue_event event;
	struct span out;

	while (dialogue_next(dialogue, &event)) {
		shortage_see_number(event.kind);
		shortage_see_number(event.kind == DIALOGUE_SETTLED ? event.verdict.outcome : 0);
		shortage_see_number(event.code);
		if (event.kind == DIALOGUE_LAST_BYTE)
			dialogue_finish(dialogue);
	}
	while ((out = dialogue_output(dialogue)).len) {
		shortage_see(out);
		dialogue_sent(dialogue, out.len);
	}
}

static enum status speak(void *prepared, struct err *err)
{
	static const struct dialogue_features features = {.has_pipelining = true, .has_8bitmime = true};
	const struct span answers = SPAN("250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 go on\r\n250 2.0.0 queued\r\n"
					 "250 ok\r\n550 5.1.1 no such user\r\n554 no valid recipients\r\n");
	static int tags[2];
	struct dialogue *dialogue = dialogue_new();
	enum status status = OK;

	(void)prepared;
	dialogue_begin(dialogue, &features);
	for (size_t i = 0; i < 2 && status == OK; i++) {
		const struct dialogue_mail mail = {
			.tag = &tags[i],
			.from = SPAN("bounce@harbour.example"),
			.to = SPAN("ana@paper.example"),
			.message = SPAN("Subject: x\r\n\r\n.\r\n..\r\nwords\r\n"),
		};

		status = dialogue_add(dialogue, &mail, err);
		hear(dialogue);
	}
	for (size_t at = 0; at < answers.len && status == OK; at += 11) {
		dialogue_push(dialogue, span_first(span_from(answers, at), 11));
		hear(dialogue);
	}
	dialogue_lost(dialogue, "the end");
	hear(dialogue);
	dialogue_free(dialogue);
	return status;
}

static void see_address(const struct addr *addr)
{
	struct str out;

	str_init(&out, STR_MAX_SMALL);
	addr_format(addr, &out);
	addr_format_shown(addr, &out);
	addr_key(addr, &out);
	shortage_see(str_span(&out));
	str_clear(&out);
}

static enum status read_addresses(void *prepared, struct err *err)
{
	static const char *const texts[] = {"Ana.Perez@Paper.EXAMPLE", "\"a b\"@paper.example",
		"ana@bücher.example", "jörg@東京.example"};

	(void)prepared;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct addr addr;
		enum status status = addr_parse(span_of(texts[i]), &addr, err);

		if (status != OK)
			return status;
		see_address(&addr);
		addr_clear(&addr);
	}
	return OK;
}

static enum status read_mailboxes(void *prepared, struct err *err)
{
	static const char *const texts[] = {"Press  Office <press@harbour.example>", "press@harbour.example",
		"\"Roy, Amara\" <roy@bücher.example>"};

	(void)prepared;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct mailbox mailbox;
		enum status status = mailbox_parse(span_of(texts[i]), &mailbox, err);

		if (status != OK)
			return status;
		shortage_see_text(mailbox.name);
		see_address(&mailbox.addr);
		mailbox_clear(&mailbox);
	}
	return OK;
}

static enum status add_fields(struct str *out, struct err *err)
{
	const struct header_mailbox people[] = {{SPAN("Ana Pérez"), SPAN("ana@paper.example")},
		{SPAN("Bo, of Wire"), SPAN("bo@wire.example")}};
	const struct header_param params[] = {{"filename", SPAN("Bericht für März.pdf")}};
	enum status status = header_add_text(out, "Subject",
		SPAN("بلدات and hére a long title that goes over "
		     "more than one line of 78"),
		err);

	if (status == OK)
		status = header_add_raw(out, "Message-ID", SPAN("<abc@harbour.example>"), err);
	if (status == OK)
		status = header_add_mailboxes(out, "To", people, 2, err);
	if (status == OK)
		status = header_add_params(out, "Content-Disposition", "attachment", params, 1, err);
	return status;
}

static enum status write_headers(void *prepared, struct err *err)
{
	struct str out;
	enum status status;

	(void)prepared;
	str_init(&out, STR_MAX_LARGE);
	status = add_fields(&out, err);
	shortage_see(str_span(&out));
	str_clear(&out);
	return status;
}

static enum status code(void *prepared, struct err *err)
{
	const struct span bytes = SPAN("A line with = and é, then another.\r\n.\r\nFrom here \t\r\n");
	struct str coded, plain;
	size_t column = 0;
	enum status status;

	(void)prepared;
	str_init(&coded, STR_MAX_LARGE);
	str_init(&plain, STR_MAX_LARGE);
	codec_qp(bytes, &column, &coded);
	status = codec_qp_decode(str_span(&coded), &plain, err);
	str_empty(&coded);
	codec_base64(bytes, &coded);
	if (status == OK)
		status = codec_base64_decode(str_span(&coded), &plain, err);
	str_empty(&coded);
	codec_base32(bytes, &coded);
	if (status == OK)
		status = codec_base32_decode(str_span(&coded), &plain, err);
	shortage_see(str_span(&coded));
	shortage_see(str_span(&plain));
	str_clear(&coded);
	str_clear(&plain);
	return status;
}

/* What a key is, as it's written, shown, told apart and published. */
static void see_key(const struct dkim_key *key)
{
	unsigned char fingerprint[DKIM_DIGEST_SIZE];
	struct str out;

	str_init(&out, DKIM_PEM_MAX * 2);
	dkim_key_format(key, &out);
	dkim_key_record(key, &out);
	dkim_key_fingerprint(key, fingerprint);
	shortage_see(str_span(&out));
	shortage_see(span_bytes(fingerprint, sizeof(fingerprint)));
	shortage_see_number(dkim_key_bits(key));
	str_clear(&out);
}

static enum status read_key(const char *pem, struct err *err)
{
	struct dkim_key *key = NULL;
	enum status status = dkim_key_parse(span_of(pem), &key, err);

	if (status != OK)
		return status;
	see_key(key);
	dkim_key_free(key);
	return OK;
}

static enum status read_rsa_key(void *prepared, struct err *err)
{
	(void)prepared;
	return read_key(dkimcase_rsa_pem, err);
}

static enum status read_ed25519_key(void *prepared, struct err *err)
{
	(void)prepared;
	return read_key(dkimcase_ed25519_pem, err);
}

static void see_body(unsigned char digest[DKIM_DIGEST_SIZE])
{
	struct dkim_body *body = dkim_body_new();
	struct dkim_body *copy = dkim_body_new();

	dkim_body_begin(body);
	dkim_body_add(body, span_of(dkimcase_body));
	dkim_body_copy(copy, body);
	dkim_body_end(copy, digest);
	dkim_body_free(body);
	dkim_body_free(copy);
	shortage_see(span_bytes(digest, DKIM_DIGEST_SIZE));
}

static enum status sign_with(const struct dkim_signer *signers, struct err *err)
{
	unsigned char digest[DKIM_DIGEST_SIZE];
	struct dkim_seal *seal = NULL;
	struct str out;
	enum status status = dkim_seal_new(signers, 2, 1528637909, &seal, err);

	if (status != OK)
		return status;
	str_init(&out, STR_MAX_SMALL);
	str_add_repeat(&out, ' ', dkim_seal_size(seal));
	see_body(digest);
	status = dkim_seal_write(seal, span_of(dkimcase_head), digest, out.ptr, err);
	shortage_see(str_span(&out));
	str_clear(&out);
	dkim_seal_free(seal);
	return status;
}

static void *two_signers(void)
{
	struct dkim_signer *signers = mem_alloc(2 * sizeof(*signers));

	signers[0] = (struct dkim_signer){SPAN("harbour.example"), SPAN("r"), dkimcase_key(dkimcase_rsa_pem)};
	signers[1] =
		(struct dkim_signer){SPAN("harbour.example"), SPAN("e"), dkimcase_key(dkimcase_ed25519_pem)};
	return signers;
}

static enum status sign(void *prepared, struct err *err)
{
	return sign_with(prepared, err);
}

static const struct token_epoch epoch = {{1, 2, 3, 4, 5}};
static const struct token_secrets secrets = {.items = {{.number = 3, .bytes = {9, 8, 7}}}, .count = 1};

static enum status make_and_read_a_token(void *prepared, struct err *err)
{
	const struct token made = {TOKEN_UNSUBSCRIBE, 7, 12345};
	struct token read = {0};
	struct str text;
	enum status status;

	(void)prepared;
	str_init(&text, TOKEN_SIZE);
	status = token_make(&secrets, 3, &epoch, &made, &text, err);
	if (status == OK)
		status = token_read(&secrets, &epoch, str_span(&text), TOKEN_UNSUBSCRIBE, &read, err);
	shortage_see(str_span(&text));
	shortage_see_number(read.dispatch);
	shortage_see_number(read.subject);
	str_clear(&text);
	return status;
}

static enum status name_messages(void *prepared, struct err *err)
{
	unsigned char digest[TOKEN_DIGEST_SIZE];
	struct str text;

	(void)prepared;
	(void)err;
	str_init(&text, STR_MAX_SMALL);
	token_message_id(&epoch, 7, 12345, &text);
	token_boundary(&epoch, 7, SPAN("fr"), 1, &text);
	token_digest(str_span(&text), digest);
	shortage_see(str_span(&text));
	shortage_see(span_bytes(digest, sizeof(digest)));
	str_clear(&text);
	return OK;
}

static enum status write_a_tree(void *prepared, struct err *err)
{
	struct mime_part *mixed = mime_new_multipart("mixed", "outer");
	struct mime_part *both = mime_new_multipart("alternative", "inner");
	struct mime_part *file = mime_new_leaf("application/pdf", MIME_BASE64, SPAN("JVBERg==\r\n"));
	struct str out;
	enum status status;

	(void)prepared;
	str_init(&out, STR_MAX_LARGE);
	mime_add(mixed, both);
	mime_add(both, mime_new_text("plain", MIME_QP, SPAN("Words.\r\n")));
	mime_add(both, mime_new_text("html", MIME_7BIT, SPAN("<p>Words.</p>\r\n")));
	mime_add(mixed, file);
	status = mime_set_disposition(file, "attachment", SPAN("für.pdf"), err);
	if (status == OK)
		status = mime_write(mixed, &out, err);
	shortage_see(str_span(&out));
	str_clear(&out);
	mime_free(mixed);
	return status;
}

/* A record of three: answered, not answered, and torn. */
static void *flight_left_behind(void)
{
	static const unsigned char digest[ATTEMPT_DIGEST_SIZE] = {7};
	struct attempt attempt = newdispatch_attempt(1, 1, 1, DELIVERY_ACCEPTED, 250, "queued as 4C1F");
	struct flight *flight = NULL;
	char *path = NULL;

	if (asprintf(&path, "/proc/self/fd/%d", memfd_create("flight", MFD_CLOEXEC)) < 0 ||
		flight_open(path, &flight, NULL) != OK ||
		flight_note_final(flight, 1, 1, 1, digest, NULL) != OK ||
		flight_note_reply(flight, &attempt, NULL) != OK ||
		flight_note_final(flight, 1, 2, 1, digest, NULL) != OK)
		abort();
	flight_close(flight);
	return path;
}

static enum status see_entry(void *context, const struct flight_entry *entry, struct err *err)
{
	(void)context;
	(void)err;
	shortage_see_number(entry->position);
	shortage_see(span_bytes(entry->digest, sizeof(entry->digest)));
	shortage_see_text(entry->attempt ? entry->attempt->reply : "nothing");
	return OK;
}

static enum status read_flight(void *prepared, struct err *err)
{
	struct flight *flight = NULL;
	enum status status = flight_open(prepared, &flight, err);

	if (status != OK)
		return status;
	status = flight_read(flight, see_entry, NULL, err);
	shortage_see_text(flight_boot_id(flight));
	flight_close(flight);
	return status;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHORTAGE_TEST("replies_are_read_whole_or_not_at_all", .run = read_replies),
		SHORTAGE_TEST("replies_are_judged_as_they_should_be_or_not_at_all", .run = judge_replies),
		SHORTAGE_TEST("a_dialogue_says_and_hears_what_it_should_or_ends", .run = speak),
		SHORTAGE_TEST("addresses_are_read_whole_or_not_at_all", .run = read_addresses),
		SHORTAGE_TEST("mailboxes_are_read_whole_or_not_at_all", .run = read_mailboxes),
		SHORTAGE_TEST("headers_are_written_whole_or_not_at_all", .run = write_headers),
		SHORTAGE_TEST("what_is_encoded_is_decoded_or_it_is_said", .run = code),
		SHORTAGE_TEST("messages_and_boundaries_have_their_names_or_none", .run = name_messages),
		SHORTAGE_TEST("a_token_is_made_and_read_back_or_it_is_said", .run = make_and_read_a_token),
		SHORTAGE_TEST("an_rsa_key_is_itself_or_not_read", .run = read_rsa_key),
		SHORTAGE_TEST("an_ed25519_key_is_itself_or_not_read", .run = read_ed25519_key),
		SHORTAGE_TEST("signatures_are_right_or_it_is_said", .prepare = two_signers, .run = sign),
		SHORTAGE_TEST("a_tree_of_parts_is_written_whole_or_not_at_all", .run = write_a_tree),
		SHORTAGE_TEST("a_flight_record_is_read_whole_or_not_at_all", .prepare = flight_left_behind,
			.run = read_flight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
