/*
 * That each row of the tables can be reached, and is written as it is compared.
 */
#include "support/test.h"

#include "deliver/verdictrules.h"

static bool is_written_folded(const char *text)
{
	for (const char *c = text; *c; c++) {
		if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == ' ' || *c == '*' ||
			    (unsigned char)*c >= 0x80))
			return false;
	}
	return true;
}

static void a_text_is_folded_with_one_gap_at_most_inside(void **state)
{
	(void)state;
	for (size_t i = 0; i < verdict_text_rule_count; i++) {
		const char *text = verdict_text_rules[i].text;
		const char *star = strchr(text, '*');

		if (!is_written_folded(text) || strlen(text) < 3 ||
			(star && (star == text || !star[1] || strchr(star + 1, '*'))))
			fail_msg("\"%s\" fits nothing", text);
	}
}

/* "spam list" behind "spam" would never count. */
static void no_text_hides_a_later_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < verdict_text_rule_count; i++) {
		for (size_t j = i + 1; j < verdict_text_rule_count; j++) {
			const struct verdict_text_rule *first = &verdict_text_rules[i];

			if (!first->code && strstr(verdict_text_rules[j].text, first->text))
				fail_msg("\"%s\" comes behind \"%s\"", verdict_text_rules[j].text,
					first->text);
		}
	}
}

static bool covers(const struct verdict_code_rule *a, const struct verdict_code_rule *b)
{
	return (!a->phase || a->phase == b->phase) &&
	       (!a->code || a->code == b->code || a->code == b->code / 100) &&
	       (!a->subject || (a->subject == b->subject && a->first <= b->first && b->last <= a->last));
}

static void no_code_hides_a_later_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < verdict_code_rule_count; i++) {
		assert_true(verdict_code_rules[i].first <= verdict_code_rules[i].last);
		for (size_t j = i + 1; j < verdict_code_rule_count; j++) {
			if (covers(&verdict_code_rules[i], &verdict_code_rules[j]))
				fail_msg("row %zu can't be reached for row %zu", j, i);
		}
	}
}

static void the_last_code_fits_everything(void **state)
{
	const struct verdict_code_rule *last = &verdict_code_rules[verdict_code_rule_count - 1];

	(void)state;
	assert_int_equal(last->phase, PHASE_NONE);
	assert_int_equal(last->code, 0);
	assert_int_equal(last->subject, 0);
}

static void a_meaning_knows_what_it_is_before_its_phase(void **state)
{
	(void)state;
	for (size_t i = 0; i < MEANS_COUNT; i++) {
		const struct verdict_consequence *row = &verdict_meanings[i];

		if (row->from)
			assert_true(verdict_meanings[row->before].from < row->from);
		if (row->verdict.outcome == DELIVERY_FAILED)
			assert_true(
				row->verdict.cause == CAUSE_RECIPIENT || row->verdict.cause == CAUSE_MESSAGE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_folded_with_one_gap_at_most_inside),
		cmocka_unit_test(no_text_hides_a_later_one),
		cmocka_unit_test(no_code_hides_a_later_one),
		cmocka_unit_test(the_last_code_fits_everything),
		cmocka_unit_test(a_meaning_knows_what_it_is_before_its_phase),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
