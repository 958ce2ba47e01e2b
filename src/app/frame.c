/*
 * From settings to a letter's frame.
 */
#include "app/frame.h"

#include "store/store.h"

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
		.subject_mark = span_of(options->subject_mark),
		.language = span_of(options->language),
		.zone = newsroom_zone(newsroom),
		.date_ms = options->date_ms,
		.dispatch = options->dispatch,
		.epoch = &frame->epoch,
		.template_folder = newsroom_templates(newsroom),
		.release_folder = newsroom_releases(newsroom),
	};
}

enum status frame_init(
	struct frame *frame, struct newsroom *newsroom, const struct frame_options *options, struct err *err)
{
	const char *from = *options->from ? options->from : newsroom_settings(newsroom)->sender.from;
	struct store *store;
	enum status status;

	*frame = (struct frame){0};
	str_init(&frame->from_address, STR_MAX_SMALL);
	status = mailbox_parse(span_of(from), &frame->from, err);
	if (status == OK)
		addr_format(&frame->from.addr, &frame->from_address);
	if (status == OK)
		status = newsroom_store(newsroom, &store, err);
	if (status == OK)
		status = store_get_epoch(store, &frame->epoch, err);
	if (status == OK)
		fill_letter(frame, newsroom, options);
	else
		frame_clear(frame);
	return status;
}

void frame_clear(struct frame *frame)
{
	mailbox_clear(&frame->from);
	str_clear(&frame->from_address);
	explicit_bzero(&frame->epoch, sizeof(frame->epoch));
}
