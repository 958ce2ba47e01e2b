/*
 * Letters a second: the sample release, built for one recipient after another
 * as a dispatch does.
 */
#include "base/asset.h"
#include "base/mem.h"
#include "compose/letter.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define LETTERS 200000

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct letter *compile(void)
{
	static const struct token_epoch epoch = {{1}};
	const struct asset *asset = asset_find("templates/sample/harbour-fund.md");
	struct letter_frame frame = {.from_name = SPAN("Harbour Relief"),
		.from_address = SPAN("press@harbour.example"),
		.newsroom_name = SPAN("Harbour Relief"),
		.newsroom_domain = SPAN("harbour.example"),
		.unsubscribe_mail = SPAN("bounce@harbour.example"),
		.language = SPAN("en"),
		.epoch = &epoch};
	struct release *release = NULL;
	struct letter *letter = NULL;
	struct zone *zone = NULL;
	struct err err = {0};
	double start = seconds();

	if (!asset || zone_new("Europe/Zurich", &zone, &err) != OK ||
		release_parse(asset->name, asset->content, zone, &release, &err) != OK)
		return NULL;
	frame.zone = zone;
	if (letter_compile(release, &frame, &letter, &err) != OK)
		fprintf(stderr, "bench_letter: %s\n", err.text);
	printf("compile      %8.2f ms\n", (seconds() - start) * 1e3);
	release_free(release);
	zone_free(zone);
	return letter;
}

static struct span value_for(const char *field, struct span name, struct span address)
{
	if (strcmp(field, "subscriber.address") == 0)
		return address;
	if (strcmp(field, "subscriber.name") == 0)
		return name;
	if (strcmp(field, "subscriber.greeting") == 0)
		return SPAN("Dear Zoë Martin,");
	if (strcmp(field, "unsubscribe_token") == 0)
		return SPAN("mfzwizltoqqho2lunb2w4zdfojrxezlubfzxkytkmvrxq");
	return SPAN("europe");
}

int main(void)
{
	struct letter *letter = compile();
	struct span *values;
	struct str message, address;
	struct err err = {0};
	size_t bytes = 0;
	double start;

	if (!letter)
		return 1;
	values = mem_alloc(letter_field_count(letter) * sizeof(*values));
	str_init(&message, STR_MAX_LARGE);
	str_init(&address, STR_MAX_SMALL);
	start = seconds();
	for (int i = 0; i < LETTERS; i++) {
		str_empty(&message);
		str_empty(&address);
		str_addf(&address, "reader%d@paper.example", i);
		for (size_t f = 0; f < letter_field_count(letter); f++)
			values[f] =
				value_for(letter_field(letter, f), SPAN("Zoë Martin"), str_span(&address));
		if (letter_build(letter, values, &message, &err) != OK) {
			fprintf(stderr, "bench_letter: %s\n", err.text);
			return 1;
		}
		bytes += message.len;
	}
	start = seconds() - start;
	printf("build        %8.0f letters/s of %zu bytes (%.0f MB/s)\n", LETTERS / start, bytes / LETTERS,
		(double)bytes / start / 1e6);
	free(values);
	str_clear(&message);
	str_clear(&address);
	letter_free(letter);
	return 0;
}
