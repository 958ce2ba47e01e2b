/*
 * What replies mean: texts as servers write them, and what must never come of any.
 */
#include "support/test.h"

#include "deliver/verdict.h"

enum flag {
	SUSPENDS = 1,
	SLOWS = 2,
	BREAKS = 4,
	STRAINS = 8
};

struct verdict_case {
	enum attempt_phase phase;
	int code;
	const char *enhanced;
	const char *text;
	enum delivery_state outcome;
	enum attempt_cause cause;
	int flags;
};

static struct verdict judge(enum attempt_phase phase, int code, const char *enhanced, const char *text)
{
	struct reply reply = {.code = code};
	struct verdict verdict;

	snprintf(reply.enhanced, sizeof(reply.enhanced), "%s", enhanced);
	str_init(&reply.text, REPLY_TEXT_MAX);
	str_add_text(&reply.text, text);
	verdict = verdict_of(phase, &reply);
	str_clear(&reply.text);
	return verdict;
}

static void check(const struct verdict_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct verdict_case *c = &cases[i];
		struct verdict v = judge(c->phase, c->code, c->enhanced, c->text);
		int flags = (v.suspends_relay ? SUSPENDS : 0) | (v.slows_site ? SLOWS : 0) |
			    (v.breaks_pipelining ? BREAKS : 0) | (v.strains_site ? STRAINS : 0);

		if (v.outcome != c->outcome || v.cause != c->cause || flags != c->flags)
			fail_msg("%s: %d %s %s: %s, \"%s\", flags %d", attempt_phase_name(c->phase), c->code,
				c->enhanced, c->text, delivery_state_name(v.outcome),
				attempt_cause_name(v.cause), flags);
	}
}

#define CHECK(...)                                                                                           \
	do {                                                                                                 \
		static const struct verdict_case cases[] = {__VA_ARGS__};                                    \
		(void)state;                                                                                 \
		check(cases, sizeof(cases) / sizeof(cases[0]));                                              \
	} while (0)

static void bare_codes_are_judged_by_the_phase(void **state)
{
	CHECK({PHASE_DOT, 250, "", "", DELIVERY_ACCEPTED, CAUSE_NONE, 0},
		{PHASE_DOT, 251, "", "", DELIVERY_ACCEPTED, CAUSE_NONE, 0},
		{PHASE_DOT, 354, "", "", DELIVERY_UNKNOWN, CAUSE_RELAY, BREAKS},
		{PHASE_DOT, 451, "", "", DELIVERY_DEFERRED, CAUSE_SITE, STRAINS},
		{PHASE_DOT, 554, "", "", DELIVERY_FAILED, CAUSE_MESSAGE, 0},
		{PHASE_BODY, 552, "", "", DELIVERY_FAILED, CAUSE_MESSAGE, 0},
		{PHASE_RCPT, 550, "", "", DELIVERY_FAILED, CAUSE_RECIPIENT, 0},
		{PHASE_RCPT, 551, "", "", DELIVERY_FAILED, CAUSE_RECIPIENT, 0},
		{PHASE_RCPT, 552, "", "", DELIVERY_DEFERRED, CAUSE_RECIPIENT, 0},
		{PHASE_RCPT, 450, "", "", DELIVERY_DEFERRED, CAUSE_SITE, STRAINS},
		{PHASE_RCPT, 452, "", "", DELIVERY_DEFERRED, CAUSE_SITE, SLOWS},
		{PHASE_RCPT, 354, "", "", DELIVERY_DEFERRED, CAUSE_RELAY, BREAKS},
		{PHASE_DATA, 250, "", "", DELIVERY_DEFERRED, CAUSE_RELAY, BREAKS},
		{PHASE_DATA, 554, "", "", DELIVERY_DEFERRED, CAUSE_RELAY, 0},
		{PHASE_MAIL, 553, "", "", DELIVERY_DEFERRED, CAUSE_RELAY, SUSPENDS},
		{PHASE_MAIL, 452, "", "", DELIVERY_DEFERRED, CAUSE_RELAY, 0},
		{PHASE_MAIL, 552, "", "", DELIVERY_FAILED, CAUSE_MESSAGE, 0},
		{PHASE_HELLO, 554, "", "", DELIVERY_DEFERRED, CAUSE_RELAY, SUSPENDS});
}

static void a_mailbox_is_unknown_or_full_or_comes_again(void **state)
{
	CHECK({PHASE_RCPT, 550, "5.1.1", "<[address]>: User unknown", DELIVERY_FAILED, CAUSE_RECIPIENT, 0},
		{PHASE_RCPT, 450, "4.1.1", "<a@b.example>: unverified address", DELIVERY_DEFERRED,
			CAUSE_RECIPIENT, 0},
		{PHASE_RCPT, 550, "5.2.1", "The email account that you tried to reach is disabled.",
			DELIVERY_FAILED, CAUSE_RECIPIENT, 0},
		{PHASE_RCPT, 550, "5.2.2", "Mailbox full", DELIVERY_DEFERRED, CAUSE_RECIPIENT, 0},
		{PHASE_RCPT, 452, "4.2.2", "Mailbox full", DELIVERY_DEFERRED, CAUSE_RECIPIENT, 0},
		{PHASE_RCPT, 452, "", "<a@b.example> Mailbox size limit exceeded", DELIVERY_DEFERRED,
			CAUSE_RECIPIENT, 0},
		{PHASE_DOT, 552, "", "Requested mail action aborted: exceeded storage allocation",
			DELIVERY_DEFERRED, CAUSE_RECIPIENT, 0},
		{PHASE_RCPT, 550, "5.2.1", "The user you are trying to contact is receiving mail at a rate",
			DELIVERY_DEFERRED, CAUSE_RECIPIENT, 0},
		{PHASE_DOT, 554, "", "delivery error: dd This user doesn't have a yahoo.com account",
			DELIVERY_FAILED, CAUSE_RECIPIENT, 0},
		{PHASE_RCPT, 550, "5.7.1", "<a@sfr.example>: Recipient address rejected: User unknown",
			DELIVERY_FAILED, CAUSE_RECIPIENT, 0},
		{PHASE_RCPT, 550, "5.4.1", "Recipient address rejected: Access denied. AS(201806281)",
			DELIVERY_FAILED, CAUSE_RECIPIENT, 0},
		{PHASE_RCPT, 553, "", "sorry, your envelope recipient is in my badrcptto list (#5.7.1)",
			DELIVERY_FAILED, CAUSE_RECIPIENT, 0},
		{PHASE_DOT, 550, "", "ana@paper.example...User unknown", DELIVERY_FAILED, CAUSE_RECIPIENT, 0},
		{PHASE_RCPT, 500, "", "no mailbox by that name is here (#5.1.1)", DELIVERY_FAILED,
			CAUSE_RECIPIENT, 0});
}

static void a_site_that_is_busy_is_slowed_down_and_greylisting_is_not(void **state)
{
	CHECK({PHASE_RCPT, 421, "4.7.0", "Too many connections", DELIVERY_DEFERRED, CAUSE_SITE, SLOWS},
		{PHASE_DOT, 421, "", "", DELIVERY_DEFERRED, CAUSE_SITE, SLOWS},
		{PHASE_RCPT, 421, "", "<a@b.example>: user unknown", DELIVERY_DEFERRED, CAUSE_SITE, SLOWS},
		{PHASE_RCPT, 450, "4.7.1", "Error: too much mail from 192.0.2.1", DELIVERY_DEFERRED,
			CAUSE_SITE, SLOWS},
		{PHASE_RCPT, 452, "4.3.2", "Connection rate limit exceeded.", DELIVERY_DEFERRED, CAUSE_SITE,
			SLOWS},
		{PHASE_RCPT, 451, "4.7.500", "Server busy. Please try again later from [192.0.2.1].",
			DELIVERY_DEFERRED, CAUSE_SITE, SLOWS},
		{PHASE_RCPT, 450, "4.2.0", "<a@b.example>: Recipient address rejected: Greylisted",
			DELIVERY_DEFERRED, CAUSE_SITE, 0},
		{PHASE_RCPT, 451, "4.7.1", "Greylisting in action, please come back later", DELIVERY_DEFERRED,
			CAUSE_SITE, 0},
		{PHASE_RCPT, 554, "", "Grey-listed: try again in 5 minutes", DELIVERY_DEFERRED, CAUSE_SITE,
			0},
		{PHASE_DOT, 554, "", "Service currently unavailable", DELIVERY_DEFERRED, CAUSE_SITE, STRAINS},
		{PHASE_MAIL, 450, "4.7.1", "Error: too much mail", DELIVERY_DEFERRED, CAUSE_RELAY, 0});
}

static void a_45x_strains_the_site_but_for_greylisting_and_one_mailbox(void **state)
{
	CHECK({PHASE_RCPT, 451, "4.3.0", "Temporary lookup failure", DELIVERY_DEFERRED, CAUSE_SITE, STRAINS},
		{PHASE_RCPT, 450, "4.2.0", "Try again later", DELIVERY_DEFERRED, CAUSE_SITE, STRAINS},
		{PHASE_DOT, 451, "4.4.1", "Connection timed out", DELIVERY_DEFERRED, CAUSE_SITE, STRAINS},
		{PHASE_RCPT, 450, "4.7.9", "Not by our policy", DELIVERY_DEFERRED, CAUSE_POLICY, STRAINS},
		{PHASE_MAIL, 451, "", "Local error in processing", DELIVERY_DEFERRED, CAUSE_RELAY, 0},
		{PHASE_MAIL, 450, "4.7.9", "Not by our policy", DELIVERY_DEFERRED, CAUSE_POLICY, 0},
		{PHASE_RCPT, 451, "4.7.1", "Greylisted, come again in five minutes", DELIVERY_DEFERRED,
			CAUSE_SITE, 0},
		{PHASE_RCPT, 450, "4.2.0", "Recipient address rejected: Greylisted", DELIVERY_DEFERRED,
			CAUSE_SITE, 0},
		{PHASE_RCPT, 450, "4.2.1", "Mailbox disabled", DELIVERY_DEFERRED, CAUSE_RECIPIENT, 0},
		{PHASE_RCPT, 450, "4.1.1", "Unverified address", DELIVERY_DEFERRED, CAUSE_RECIPIENT, 0},
		{PHASE_DOT, 451, "4.5.1", "Out of order", DELIVERY_DEFERRED, CAUSE_RELAY, 0});
}

static void a_listed_relay_is_suspended_and_the_recipient_spared(void **state)
{
	CHECK({PHASE_RCPT, 554, "5.7.1",
		      "Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
		      DELIVERY_DEFERRED, CAUSE_POLICY, SUSPENDS | SLOWS},
		{PHASE_RCPT, 550, "5.1.1", "User unknown? No: 192.0.2.1 is in bl.spamcop.net",
			DELIVERY_DEFERRED, CAUSE_POLICY, SUSPENDS | SLOWS},
		{PHASE_RCPT, 550, "5.7.606", "Access denied, banned sending IP [192.0.2.1].",
			DELIVERY_DEFERRED, CAUSE_POLICY, SUSPENDS | SLOWS},
		{PHASE_MAIL, 550, "5.7.1",
			"Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet "
			"service provider since part of their network is on our block list (S3140).",
			DELIVERY_DEFERRED, CAUSE_POLICY, SUSPENDS},
		{PHASE_RCPT, 550, "5.7.0", "Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.1",
			DELIVERY_DEFERRED, CAUSE_POLICY, SUSPENDS | SLOWS},
		{PHASE_RCPT, 554, "", "Blocked using Barracuda Reputation; 192.0.2.1", DELIVERY_DEFERRED,
			CAUSE_POLICY, SUSPENDS | SLOWS},
		{PHASE_RCPT, 550, "", "csi.mimecast.org Poor Reputation Sender", DELIVERY_DEFERRED,
			CAUSE_POLICY, SUSPENDS | SLOWS},
		{PHASE_RCPT, 550, "", "http://csi.cloudmark.com/reset-request/?ip=192.0.2.1",
			DELIVERY_DEFERRED, CAUSE_POLICY, SUSPENDS | SLOWS},
		{PHASE_RCPT, 554, "", "IP=192.0.2.1 - A problem occurred. (Ask your postmaster for help)",
			DELIVERY_DEFERRED, CAUSE_POLICY, SUSPENDS | SLOWS},
		{PHASE_MAIL, 554, "", "web.de (mxweb001) Nemesis ESMTP Service not available No SMTP service",
			DELIVERY_DEFERRED, CAUSE_POLICY, SUSPENDS},
		{PHASE_MAIL, 421, "4.7.1", "[TS03] All messages from 192.0.2.1 will be permanently deferred",
			DELIVERY_DEFERRED, CAUSE_POLICY, SUSPENDS},
		{PHASE_RCPT, 550, "5.7.25", "The IP address sending this message does not have a PTR record",
			DELIVERY_DEFERRED, CAUSE_POLICY, SUSPENDS | SLOWS},
		{PHASE_RCPT, 450, "4.7.1", "Client host rejected: cannot find your reverse hostname",
			DELIVERY_DEFERRED, CAUSE_POLICY, SUSPENDS | SLOWS});
}

static void distrust_is_never_the_recipients_fault(void **state)
{
	CHECK({PHASE_DOT, 550, "5.7.26", "This mail has been blocked because the sender is unauthenticated.",
		      DELIVERY_DEFERRED, CAUSE_POLICY, 0},
		{PHASE_DOT, 550, "5.7.1", "Our system has detected that this message is likely unsolicited",
			DELIVERY_DEFERRED, CAUSE_POLICY, 0},
		{PHASE_DOT, 550, "5.7.509", "Access denied, sending domain does not pass DMARC verification",
			DELIVERY_DEFERRED, CAUSE_POLICY, 0},
		{PHASE_DOT, 554, "5.7.9", "Message not accepted for policy reasons.", DELIVERY_DEFERRED,
			CAUSE_POLICY, 0},
		{PHASE_MAIL, 421, "4.7.0",
			"[TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume",
			DELIVERY_DEFERRED, CAUSE_POLICY, SLOWS},
		{PHASE_RCPT, 550, "5.7.1", "delivery blocked", DELIVERY_DEFERRED, CAUSE_POLICY, 0},
		{PHASE_RCPT, 554, "5.7.1", "[HM08] Message rejected due to local policy.", DELIVERY_DEFERRED,
			CAUSE_POLICY, 0},
		{PHASE_RCPT, 550, "5.1.0", "MailFrom domain is listed in Spamhaus", DELIVERY_DEFERRED,
			CAUSE_POLICY, 0},
		{PHASE_RCPT, 550, "", "Administrative prohibition - envelope blocked", DELIVERY_DEFERRED,
			CAUSE_POLICY, 0},
		{PHASE_RCPT, 501, "5.1.8", "Sender address rejected", DELIVERY_DEFERRED, CAUSE_POLICY, 0});
}

static void content_is_judged_by_who_has_seen_it(void **state)
{
	CHECK({PHASE_DOT, 550, "5.7.1", "Blocked by SpamAssassin", DELIVERY_FAILED, CAUSE_MESSAGE, 0},
		{PHASE_RCPT, 550, "5.7.1", "Blocked by SpamAssassin", DELIVERY_DEFERRED, CAUSE_POLICY, 0},
		{PHASE_DOT, 552, "5.7.0", "This message was blocked because its content presents a potential",
			DELIVERY_FAILED, CAUSE_MESSAGE, 0},
		{PHASE_DOT, 554, "5.6.0", "", DELIVERY_FAILED, CAUSE_MESSAGE, 0},
		{PHASE_DOT, 451, "4.7.1", "Message looks like spam", DELIVERY_DEFERRED, CAUSE_MESSAGE, 0},
		{PHASE_DOT, 554, "5.7.1", "Message rejected under suspicion of SPAM", DELIVERY_FAILED,
			CAUSE_MESSAGE, 0},
		{PHASE_DOT, 550, "", "Virus Detected; Content Rejected", DELIVERY_FAILED, CAUSE_MESSAGE, 0},
		{PHASE_MAIL, 552, "5.3.4", "Message size exceeds fixed limit", DELIVERY_FAILED, CAUSE_MESSAGE,
			0},
		{PHASE_RCPT, 550, "", "max message size exceeded", DELIVERY_FAILED, CAUSE_MESSAGE, 0});
}

static void what_the_relay_says_of_us_is_about_the_relay(void **state)
{
	CHECK({PHASE_MAIL, 530, "5.7.0", "Authentication required", DELIVERY_DEFERRED, CAUSE_RELAY, SUSPENDS},
		{PHASE_MAIL, 535, "5.7.8", "", DELIVERY_DEFERRED, CAUSE_RELAY, SUSPENDS},
		{PHASE_RCPT, 550, "5.7.1", "<a@b.example>... Relaying denied", DELIVERY_DEFERRED, CAUSE_RELAY,
			SUSPENDS | SLOWS},
		{PHASE_RCPT, 554, "5.7.1", "<a@b.example>: Relay access denied", DELIVERY_DEFERRED,
			CAUSE_RELAY, SUSPENDS | SLOWS},
		{PHASE_RCPT, 553, "", "sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
			DELIVERY_DEFERRED, CAUSE_RELAY, SUSPENDS | SLOWS},
		{PHASE_RCPT, 553, "5.1.8", "Domain of sender address a@b.example does not exist",
			DELIVERY_DEFERRED, CAUSE_RELAY, SUSPENDS | SLOWS},
		{PHASE_MAIL, 550, "5.1.1", "User unknown", DELIVERY_DEFERRED, CAUSE_RELAY, SUSPENDS},
		{PHASE_RCPT, 550, "5.4.5", "Daily user sending limit exceeded.", DELIVERY_DEFERRED,
			CAUSE_RELAY, SUSPENDS | SLOWS},
		{PHASE_RCPT, 454, "4.7.0", "TLS not available", DELIVERY_DEFERRED, CAUSE_RELAY, 0});
}

static void commands_out_of_step_are_about_pipelining(void **state)
{
	CHECK({PHASE_MAIL, 554, "", "SMTP synchronization error", DELIVERY_DEFERRED, CAUSE_RELAY, BREAKS},
		{PHASE_DATA, 554, "5.5.1", "Improper use of SMTP command pipelining", DELIVERY_DEFERRED,
			CAUSE_RELAY, BREAKS},
		{PHASE_RCPT, 503, "5.5.1", "Bad sequence of commands", DELIVERY_DEFERRED, CAUSE_RELAY,
			BREAKS},
		{PHASE_DATA, 554, "5.5.1", "Error: no valid recipients", DELIVERY_DEFERRED, CAUSE_RELAY,
			BREAKS},
		{PHASE_RCPT, 550, "5.1.1", "user unknown (callout said: 503 bad sequence of commands)",
			DELIVERY_FAILED, CAUSE_RECIPIENT, 0},
		{PHASE_MAIL, 503, "5.5.4", "Error: send AUTH command first", DELIVERY_DEFERRED, CAUSE_RELAY,
			SUSPENDS});
}

static void an_address_is_no_reason(void **state)
{
	CHECK({PHASE_RCPT, 550, "5.1.1", "<spamhaus.virus-desk@blocked.example>: unknown", DELIVERY_FAILED,
		      CAUSE_RECIPIENT, 0},
		{PHASE_RCPT, 550, "", "policy@spam.example is not here", DELIVERY_FAILED, CAUSE_RECIPIENT, 0},
		{PHASE_DOT, 550, "", "ana@paper.example user unknown", DELIVERY_FAILED, CAUSE_RECIPIENT, 0},
		{PHASE_DOT, 550, "", "@paper.example", DELIVERY_FAILED, CAUSE_MESSAGE, 0},
		{PHASE_RCPT, 550, "", "write to abuse@paper.example about spamhaus", DELIVERY_DEFERRED,
			CAUSE_POLICY, SUSPENDS | SLOWS});
}

static void a_gap_is_no_wider_than_a_sentence(void **state)
{
	char text[400];
	struct verdict near_by, far_off;

	(void)state;
	snprintf(text, sizeof(text), "mailbox %0*d full", 40, 0);
	near_by = judge(PHASE_DOT, 550, "", text);
	snprintf(text, sizeof(text), "mailbox %0*d full", 300, 0);
	far_off = judge(PHASE_DOT, 550, "", text);
	assert_int_equal(near_by.cause, CAUSE_RECIPIENT);
	assert_int_equal(far_off.cause, CAUSE_MESSAGE);
}

static void the_longest_text_is_judged(void **state)
{
	static const char end[] = " user unknown";
	char text[REPLY_TEXT_MAX + 1] = "";

	(void)state;
	memset(text, 'm', REPLY_TEXT_MAX);
	memcpy(text + sizeof(text) - sizeof(end), end, sizeof(end));
	assert_int_equal(judge(PHASE_DOT, 550, "", text).cause, CAUSE_RECIPIENT);
	memset(text, '@', REPLY_TEXT_MAX);
	assert_int_equal(judge(PHASE_DOT, 550, "", text).cause, CAUSE_MESSAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bare_codes_are_judged_by_the_phase),
		cmocka_unit_test(a_mailbox_is_unknown_or_full_or_comes_again),
		cmocka_unit_test(a_site_that_is_busy_is_slowed_down_and_greylisting_is_not),
		cmocka_unit_test(a_45x_strains_the_site_but_for_greylisting_and_one_mailbox),
		cmocka_unit_test(a_listed_relay_is_suspended_and_the_recipient_spared),
		cmocka_unit_test(distrust_is_never_the_recipients_fault),
		cmocka_unit_test(content_is_judged_by_who_has_seen_it),
		cmocka_unit_test(what_the_relay_says_of_us_is_about_the_relay),
		cmocka_unit_test(commands_out_of_step_are_about_pipelining),
		cmocka_unit_test(an_address_is_no_reason),
		cmocka_unit_test(a_gap_is_no_wider_than_a_sentence),
		cmocka_unit_test(the_longest_text_is_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
