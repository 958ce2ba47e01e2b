/*
 * The words for deliveries and attempts: complete and distinct.
 */
#include "support/test.h"

#include "record/delivery.h"

static void assert_distinct(const char *const *names, size_t count)
{
	for (size_t a = 0; a < count; a++) {
		assert_non_null(names[a]);
		assert_true(*names[a]);
		for (size_t b = a + 1; b < count; b++)
			assert_string_not_equal(names[a], names[b]);
	}
}

static void every_state_of_a_delivery_is_read_back_from_its_word(void **state)
{
	const char *names[DELIVERY_STATE_COUNT];

	(void)state;
	for (int i = 0; i < DELIVERY_STATE_COUNT; i++) {
		enum delivery_state parsed = DELIVERY_QUEUED;

		names[i] = delivery_state_name((enum delivery_state)i);
		assert_true(delivery_state_parse(span_of(names[i]), &parsed));
		assert_int_equal(parsed, i);
	}
	assert_distinct(names, DELIVERY_STATE_COUNT);
}

static void what_is_no_state_is_not_read(void **state)
{
	enum delivery_state parsed = DELIVERY_FAILED;

	(void)state;
	assert_false(delivery_state_parse(SPAN("delivered"), &parsed));
	assert_false(delivery_state_parse(SPAN(""), &parsed));
	assert_false(delivery_state_parse(SPAN("Accepted"), &parsed));
	assert_int_equal(parsed, DELIVERY_FAILED);
}

/* They are in people's databases. */
static void stored_numbers_never_change(void **state)
{
	(void)state;
	assert_int_equal(DELIVERY_QUEUED, 0);
	assert_int_equal(DELIVERY_CLAIMED, 1);
	assert_int_equal(DELIVERY_ACCEPTED, 2);
	assert_int_equal(DELIVERY_DEFERRED, 3);
	assert_int_equal(DELIVERY_FAILED, 4);
	assert_int_equal(DELIVERY_UNKNOWN, 5);
	assert_int_equal(DELIVERY_BOUNCED, 6);
	assert_int_equal(DELIVERY_SUPPRESSED, 7);
	assert_int_equal(DELIVERY_CANCELLED, 8);
	assert_int_equal(DELIVERY_EXPIRED, 9);
}

static void every_cause_has_its_word(void **state)
{
	const char *names[CAUSE_COUNT - 1];

	(void)state;
	assert_string_equal(attempt_cause_name(CAUSE_NONE), "");
	for (int i = 1; i < CAUSE_COUNT; i++)
		names[i - 1] = attempt_cause_name((enum attempt_cause)i);
	assert_distinct(names, CAUSE_COUNT - 1);
}

static void every_phase_and_use_of_tls_has_its_word(void **state)
{
	const char *phases[PHASE_COUNT];
	const char *uses[TLS_VERIFIED + 1];

	(void)state;
	for (int i = 0; i < PHASE_COUNT; i++)
		phases[i] = attempt_phase_name((enum attempt_phase)i);
	for (int i = 0; i <= TLS_VERIFIED; i++)
		uses[i] = tls_use_name((enum tls_use)i);
	assert_distinct(phases, PHASE_COUNT);
	assert_distinct(uses, TLS_VERIFIED + 1);
}

static void a_cleared_delivery_is_empty_and_can_be_cleared_again(void **state)
{
	struct delivery delivery = {.position = 7, .address = strdup("ana@paper.example")};

	(void)state;
	str_init(&delivery.slots, STR_MAX_SMALL);
	str_add_text(&delivery.slots, "Ana");
	delivery_clear(&delivery);
	assert_int_equal(delivery.position, 0);
	assert_null(delivery.address);
	assert_null(delivery.slots.ptr);
	delivery_clear(&delivery);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_state_of_a_delivery_is_read_back_from_its_word),
		cmocka_unit_test(what_is_no_state_is_not_read),
		cmocka_unit_test(stored_numbers_never_change),
		cmocka_unit_test(a_cleared_delivery_is_empty_and_can_be_cleared_again),
		cmocka_unit_test(every_cause_has_its_word),
		cmocka_unit_test(every_phase_and_use_of_tls_has_its_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
