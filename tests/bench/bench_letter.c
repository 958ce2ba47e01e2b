/*
 * Letters a second: the sample release, built for one recipient after another
 * as a dispatch does; unsigned, and with each kind of signature. With an argument, the first message
 * is written there, for others to compose (bench_letter.py).
 */
#include "base/file.h"
#include "base/mem.h"
#include "compose/letter.h"
#include "support/sampleletter.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define RUN_MS 1000.0

/* NOLINTBEGIN(cert-dcl*,readability-inconsistent-declaration-parameter-name) */
void *__libc_malloc(size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_calloc(size_t count, size_t size);

static size_t allocations;

/* In place of the C library's: what is asked for per letter is counted. */
void *malloc(size_t size)
{
	allocations++;
	return __libc_malloc(size);
}

void *realloc(void *memory, size_t size)
{
	allocations++;
	return __libc_realloc(memory, size);
}

void *calloc(size_t count, size_t size)
{
	allocations++;
	return __libc_calloc(count, size);
}
/* NOLINTEND(cert-dcl*,readability-inconsistent-declaration-parameter-name) */

/* Who signs; `count` of the two. */
struct signing {
	const char *name;
	enum dkim_algorithm algorithms[2];
	size_t count;
};

/* What one kind of letter costs, in nanoseconds each. */
struct cost {
	double letter, sign;
	size_t bytes, allocations;
};

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void must(enum status status, const struct err *err)
{
	if (status == OK)
		return;
	fprintf(stderr, "bench_letter: %s\n", err->text);
	exit(1);
}

/* Everybody's values but the address are Ana's. */
static void set_address(const struct letter *letter, struct span *values, struct span address)
{
	for (size_t i = 0; i < letter_field_count(letter); i++) {
		if (strcmp(letter_field(letter, i), "subscriber.address") == 0)
			values[i] = address;
	}
}

static void time_letters(const struct letter *letter, struct str *message, struct cost *cost)
{
	struct span *values = sampleletter_values(letter, sampleletter_ana);
	struct err err = {0};
	struct str address;
	size_t count = 0;
	double start;

	str_init(&address, STR_MAX_SMALL);
	must(letter_build(letter, values, message, &err), &err);
	allocations = 0;
	for (start = now_ns(); now_ns() - start < RUN_MS * 1e6; count += 100) {
		for (int i = 0; i < 100; i++) {
			str_empty(message);
			str_empty(&address);
			str_addf(&address, "reader%zu@paper.example", count + (size_t)i);
			set_address(letter, values, str_span(&address));
			must(letter_build(letter, values, message, &err), &err);
		}
	}
	cost->letter = (now_ns() - start) / (double)count;
	cost->allocations = allocations / count;
	cost->bytes = message->len;
	str_clear(&address);
	free(values);
}

/* The signature fields alone, over an unsigned message's head. */
static void time_signing(
	const struct dkim_signer *signers, size_t signer_count, struct span message, struct cost *cost)
{
	static const unsigned char digest[DKIM_DIGEST_SIZE] = {1};
	struct span head = span_first(message, span_find(message, SPAN("\r\n\r\n"), 0) + 2);
	struct dkim_seal *seal = NULL;
	struct err err = {0};
	size_t count = 0;
	char *fields;
	double start;

	must(dkim_seal_new(signers, signer_count, 1, &seal, &err), &err);
	fields = mem_alloc(dkim_seal_size(seal));
	for (start = now_ns(); now_ns() - start < RUN_MS / 2 * 1e6; count++)
		must(dkim_seal_write(seal, head, digest, fields, &err), &err);
	cost->sign = (now_ns() - start) / (double)count;
	free(fields);
	dkim_seal_free(seal);
}

static struct cost measure(struct sampleletter *sample, const struct release *release,
	const struct signing *signing, struct str *message)
{
	struct dkim_signer signers[2];
	struct dkim_key *keys[2] = {NULL, NULL};
	struct letter *letter = NULL;
	struct str unsigned_message;
	struct cost cost = {0};
	struct err err = {0};

	str_init(&unsigned_message, STR_MAX_LARGE);
	str_add(&unsigned_message, str_span(message));
	for (size_t i = 0; i < signing->count; i++) {
		must(dkim_key_new(signing->algorithms[i], &keys[i], &err), &err);
		signers[i] = (struct dkim_signer){SPAN("harbour.example"),
			span_of(dkim_algorithm_name(signing->algorithms[i])), keys[i]};
	}
	sample->frame.signers = signers;
	sample->frame.signer_count = signing->count;
	must(letter_compile(release, &sample->frame, &letter, &err), &err);
	str_empty(message);
	time_letters(letter, message, &cost);
	if (signing->count)
		time_signing(signers, signing->count, str_span(&unsigned_message), &cost);
	letter_free(letter);
	dkim_key_free(keys[0]);
	dkim_key_free(keys[1]);
	str_clear(&unsigned_message);
	return cost;
}

int main(int argc, char **argv)
{
	static const struct signing signings[] = {
		{"unsigned", {DKIM_RSA, DKIM_RSA}, 0},
		{"ed25519", {DKIM_ED25519, DKIM_RSA}, 1},
		{"rsa-2048", {DKIM_RSA, DKIM_RSA}, 1},
		{"both", {DKIM_RSA, DKIM_ED25519}, 2},
	};
	struct release *release = sampleletter_asset("templates/sample/harbour-fund.md");
	struct sampleletter sample;
	struct err err = {0};
	struct str message;
	double build_ns = 0;

	str_init(&message, STR_MAX_LARGE);
	sampleletter_init(&sample);
	printf("LETTERS      letters/s   build ns   hash ns    sign ns    bytes  allocations\n");
	for (size_t i = 0; i < sizeof(signings) / sizeof(signings[0]); i++) {
		struct cost cost = measure(&sample, release, &signings[i], &message);

		if (!i) {
			build_ns = cost.letter;
			if (argc > 1)
				must(file_save(argv[1], str_span(&message), 0644, &err), &err);
		}
		printf("%-10s %11.0f %10.0f %9.0f %10.0f %8zu %12zu\n", signings[i].name, 1e9 / cost.letter,
			build_ns, i ? cost.letter - build_ns - cost.sign : 0, cost.sign, cost.bytes,
			cost.allocations);
	}
	release_free(release);
	sampleletter_clear(&sample);
	str_clear(&message);
	return 0;
}
