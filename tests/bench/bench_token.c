/*
 * What the names of a message cost: its Message-ID, and tokens, one by one and from a
 * maker. Processor time, so that others at work on the machine count little.
 */
#include "mail/token.h"

#include <stdio.h>
#include <time.h>

#define COUNT 300000

static const struct token_epoch epoch = {{1, 2, 3}};
static const struct token_secrets secrets = {.items = {{.number = 1, .bytes = {1, 2, 3}}}, .count = 1};

static double nanoseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void report(const char *name, double start)
{
	printf("%-12s %8.0f ns\n", name, (nanoseconds() - start) / COUNT);
}

int main(void)
{
	struct token_maker *maker = token_maker_new(&secrets.items[0], &epoch);
	struct token token = {TOKEN_UNSUBSCRIBE, 1, 0};
	struct err err = {0};
	double start;
	struct str out;

	str_init(&out, STR_MAX_SMALL);
	start = nanoseconds();
	for (int i = 0; i < COUNT; i++) {
		str_empty(&out);
		token_message_id(&epoch, 1, i, &out);
	}
	report("message id", start);
	start = nanoseconds();
	for (token.subject = 0; token.subject < COUNT && err.status == OK; token.subject++) {
		str_empty(&out);
		(void)token_make(&secrets, 1, &epoch, &token, &out, &err);
	}
	report("one token", start);
	start = nanoseconds();
	for (token.subject = 0; token.subject < COUNT && err.status == OK; token.subject++) {
		str_empty(&out);
		(void)token_maker_add(maker, &token, &out, &err);
	}
	report("maker's", start);
	token_maker_free(maker);
	str_clear(&out);
	return err.status == OK ? 0 : 1;
}
