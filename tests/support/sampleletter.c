/*
 * Letters for tests: one frame, one clock, one secret, so that the bytes are
 * always the same.
 */
#include "support/sampleletter.h"

#include "base/asset.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

#define UNSUBSCRIBE_TOKEN ("unsubscribe_token=" SAMPLELETTER_TOKEN)

const char *const sampleletter_ana[] = {
	"subscriber.address=ana@elpuerto.example",
	"subscriber.name=Ana Pérez",
	"subscriber.greeting=Dear Ana Pérez,",
	"subscriber.outlet=El Puerto",
	"list.name=europe",
	"list.title=Europe",
	"message_id=abcdefghijklmnopqrstuvwxyz",
	UNSUBSCRIBE_TOKEN,
	NULL,
};

static void must(enum status status, const struct err *err)
{
	if (status != OK) {
		fprintf(stderr, "sampleletter: %s\n", err->text);
		abort();
	}
}

void sampleletter_init(struct sampleletter *sample)
{
	struct err err = {0};

	*sample = (struct sampleletter){0};
	must(zone_new("Europe/Zurich", &sample->zone, &err), &err);
	for (size_t i = 0; i < sizeof(sample->epoch.bytes); i++)
		sample->epoch.bytes[i] = (unsigned char)i;
	sample->frame = (struct letter_frame){
		.from_name = SPAN("Harbour Relief Press Office"),
		.from_address = SPAN("press@harbour.example"),
		.reply_to = SPAN("press@harbour.example"),
		.newsroom_name = SPAN("Harbour Relief"),
		.newsroom_domain = SPAN("harbour.example"),
		.postal_address = SPAN("14 Quay Street, London E1W 9ZZ"),
		.boilerplate =
			SPAN("Harbour Relief is an independent organisation that has backed volunteer sea "
			     "rescue crews since 1987 with training, boats and insurance. It works with 74 "
			     "stations in eleven countries and lives on donations."),
		.unsubscribe_mail = SPAN("bounce@harbour.example"),
		.unsubscribe_url = SPAN("https://press.harbour.example/leave/"),
		.language = SPAN("en"),
		.zone = sample->zone,
		.date_ms = INT64_C(1794301200000), /* Tue, 10 Nov 2026 10:00 in Zurich */
		.dispatch = 7,
		.kind = SPAN("public"),
		.epoch = &sample->epoch,
		.secret_number = 1,
	};
}

void sampleletter_clear(struct sampleletter *sample)
{
	zone_free(sample->zone);
}

struct release *sampleletter_release(const char *path, struct span text)
{
	struct release *release = NULL;
	struct err err = {0};

	must(release_parse(path, text, NULL, &release, &err), &err);
	return release;
}

struct release *sampleletter_asset(const char *name)
{
	const struct asset *asset = asset_find(name);

	if (!asset)
		abort();
	return sampleletter_release(name, asset->content);
}

struct span *sampleletter_values(const struct letter *letter, const char *const *pairs)
{
	size_t count = letter_field_count(letter);
	struct span *values = mem_alloc((count + 1) * sizeof(*values));

	for (size_t i = 0; i < count; i++) {
		struct span name = span_of(letter_field(letter, i));

		values[i] = SPAN("");
		for (const char *const *pair = pairs; *pair; pair++) {
			struct span text = span_of(*pair);

			if (span_starts(text, name) && text.ptr[name.len] == '=')
				values[i] = span_from(text, name.len + 1);
		}
	}
	return values;
}

struct span *sampleletter_values_with(const struct letter *letter, const char *pair)
{
	const char *pairs[16] = {NULL};
	size_t count = 0;

	for (; sampleletter_ana[count]; count++)
		pairs[count] = sampleletter_ana[count];
	pairs[count] = pair;
	return sampleletter_values(letter, pairs);
}
