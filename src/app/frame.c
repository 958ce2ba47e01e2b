/*
 * From settings to a letter's frame.
 */
#include "app/frame.h"

#include "app/keys.h"
#include "app/secret.h"
#include "store/store.h"

/* ".../leave" and ".../leave?token=": the token is the path's next part, or the query's value. */
static void set_unsubscribe_url(struct frame *frame, const char *url)
{
	struct span text = span_of(url);

	str_add(&frame->unsubscribe_url, text);
	if (text.len && !span_ends(text, SPAN("/")) && !span_ends(text, SPAN("=")))
		str_add_char(&frame->unsubscribe_url, '/');
}

static void fill_letter(
	struct frame *frame, const struct newsroom *newsroom, const struct frame_options *options)
{
	const struct settings *settings = newsroom_settings(newsroom);

	frame->letter = (struct letter_frame){
		.from_name = span_of(frame->from.name),
		.from_address = str_span(&frame->from_address),
		.reply_to = span_of(settings->sender.reply_to),
		.newsroom_name = span_of(settings->newsroom.name),
		.newsroom_domain = span_of(settings->newsroom.domain),
		.postal_address = span_of(settings->newsroom.postal_address),
		.boilerplate = span_of(settings->newsroom.boilerplate),
		.signers = frame->signers,
		.unsubscribe_mail = span_of(settings->sender.bounce_address),
		.unsubscribe_url = str_span(&frame->unsubscribe_url),
		.kind = span_of(dispatch_kind_name(options->kind)),
		.subject_mark = options->kind == DISPATCH_TEST ? SPAN("[TEST] ") : SPAN(""),
		.language = span_of(options->language),
		.zone = newsroom_zone(newsroom),
		.date_ms = options->date_ms,
		.dispatch = options->dispatch,
		.epoch = &frame->epoch,
		.template_folder = newsroom_templates(newsroom),
		.release_folder = newsroom_releases(newsroom),
	};
}

/*
 * What the newsroom signs with today; the letter remembers which it was. A preview
 * isn't signed: nobody should find a message of a release that isn't out yet which proves to be ours.
 */
static enum status find_secrets(struct frame *frame, struct newsroom *newsroom, struct err *err)
{
	const struct token_secret *secret;
	const struct token_secrets *secrets;
	enum status status = newsroom_secrets(newsroom, &secrets, err);

	if (status != OK)
		return status;
	secret = secret_newest(secrets);
	frame->letter.secret_number = secret->number;
	token_secret_check(secret, frame->letter.secret_check);
	if (!frame->letter.dispatch)
		return OK;
	return keys_signers(newsroom_keys(newsroom), span_of(frame->from.addr.domain), frame->signers,
		&frame->letter.signer_count, err);
}

enum status frame_init(
	struct frame *frame, struct newsroom *newsroom, const struct frame_options *options, struct err *err)
{
	const char *from = *options->from ? options->from : newsroom_settings(newsroom)->sender.from;
	struct store *store;
	enum status status;

	*frame = (struct frame){0};
	str_init(&frame->from_address, STR_MAX_SMALL);
	str_init(&frame->unsubscribe_url, STR_MAX_SMALL);
	set_unsubscribe_url(frame, newsroom_settings(newsroom)->sender.unsubscribe_url);
	status = mailbox_parse(span_of(from), &frame->from, err);
	if (status == OK)
		addr_format(&frame->from.addr, &frame->from_address);
	if (status == OK)
		status = newsroom_store(newsroom, &store, err);
	if (status == OK)
		status = store_get_epoch(store, &frame->epoch, err);
	if (status == OK)
		fill_letter(frame, newsroom, options);
	if (status == OK)
		status = find_secrets(frame, newsroom, err);
	if (status == OK)
		return OK;
	frame_clear(frame);
	return status;
}

void frame_clear(struct frame *frame)
{
	mailbox_clear(&frame->from);
	str_clear(&frame->from_address);
	str_clear(&frame->unsubscribe_url);
	explicit_bzero(&frame->epoch, sizeof(frame->epoch));
}
