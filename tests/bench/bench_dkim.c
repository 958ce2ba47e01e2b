/*
 * What DKIM costs a message: hashing its body, plain and made relaxed before, and
 * sealing it with a key of each algorithm. Processor time, so that others at work on the
 * machine count little.
 */
#include "mail/dkim.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BODIES 50000
#define COPIES 1000000

static double nanoseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* Some 6 KB, as a release has. */
static void add_body(struct str *out)
{
	for (int i = 0; i < 80; i++)
		str_addf(out, "%d coastal towns have agreed to run a rescue fund together from spring.\r\n%s",
			i, i % 4 ? "" : "\r\n");
}

static void measure_body(void)
{
	struct dkim_body *first = dkim_body_new();
	struct dkim_body *second = dkim_body_new();
	unsigned char digest[DKIM_DIGEST_SIZE];
	struct str plain;
	struct str relaxed;
	double start;

	str_init(&plain, STR_MAX_LARGE);
	str_init(&relaxed, STR_MAX_LARGE);
	add_body(&plain);
	dkim_body_relax(str_span(&plain), &relaxed);
	start = nanoseconds();
	for (int i = 0; i < BODIES; i++) {
		dkim_body_begin(first);
		dkim_body_add(first, str_span(&plain));
		dkim_body_end(first, digest);
	}
	printf("body add          %8.3f ns/byte\n", (nanoseconds() - start) / BODIES / (double)plain.len);
	start = nanoseconds();
	for (int i = 0; i < BODIES; i++) {
		dkim_body_begin(first);
		dkim_body_add_relaxed(first, str_span(&relaxed));
		dkim_body_end(first, digest);
	}
	printf("body add relaxed  %8.3f ns/byte\n", (nanoseconds() - start) / BODIES / (double)relaxed.len);
	dkim_body_begin(first);
	dkim_body_add(first, str_span(&plain));
	start = nanoseconds();
	for (int i = 0; i < COPIES; i++)
		dkim_body_copy(second, first);
	printf("body copy         %8.1f ns\n", (nanoseconds() - start) / COPIES);
	dkim_body_free(first);
	dkim_body_free(second);
	str_clear(&plain);
	str_clear(&relaxed);
}

static void measure_seal(enum dkim_algorithm algorithm, int count)
{
	static const char head[] = "Date: Wed, 11 Nov 2026 10:00:00 +0100\r\n"
				   "From: Harbour Relief Press Office <press@harbour.example>\r\n"
				   "To: =?utf-8?Q?Zo=C3=AB?= Martin <zoe.martin@paper.example>\r\n"
				   "Reply-To: amara.roy@harbour.example,\r\n"
				   " jonas.lindqvist@harbour.example\r\n"
				   "Subject: Coastal towns agree joint rescue fund\r\n"
				   "Message-ID: <zmjsb4wwnqv73zqcyupskgnesa@harbour.example>\r\n"
				   "List-Id: Europe media list <europe.harbour.example>\r\n"
				   "MIME-Version: 1.0\r\n"
				   "Content-Type: multipart/alternative;\r\n"
				   " boundary=\"=_h3eisvmyxwl5vuu3i2y7dgglhm\"\r\n";
	static const unsigned char digest[DKIM_DIGEST_SIZE];
	struct dkim_signer signer = {SPAN("harbour.example"), SPAN("d202611"), NULL};
	struct dkim_seal *seal = NULL;
	struct dkim_key *key = NULL;
	struct err err = {0};
	char fields[2048];
	double start;

	if (dkim_key_new(algorithm, &key, &err) != OK)
		fprintf(stderr, "bench_dkim: %s\n", err.text);
	signer.key = key;
	if (key && dkim_seal_new(&signer, 1, 1794387600, &seal, &err) != OK)
		fprintf(stderr, "bench_dkim: %s\n", err.text);
	start = nanoseconds();
	for (int i = 0; seal && i < count; i++) {
		if (dkim_seal_write(seal, span_of(head), digest, fields, &err) != OK)
			fprintf(stderr, "bench_dkim: %s\n", err.text);
	}
	printf("seal %-12s %8.2f us\n", dkim_algorithm_name(algorithm),
		(nanoseconds() - start) / count / 1e3);
	dkim_seal_free(seal);
	dkim_key_free(key);
}

int main(void)
{
	measure_body();
	measure_seal(DKIM_ED25519, 30000);
	measure_seal(DKIM_RSA, 4000);
	return 0;
}
