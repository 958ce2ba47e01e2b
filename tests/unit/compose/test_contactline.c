/* Press contacts in running text and line by line. */
#include "compose/contactline.h"

#include "support/test.h"

static void remember(void *context, const char *words)
{
	str_addf(context, "%s\n", words);
}

/* One line a contact: name|role|place|phones|email. */
static void assert_contacts(const char *text, const char *expected)
{
	struct release *release = release_new("a.md");
	struct str out, doubts;

	str_init(&out, STR_MAX_LARGE);
	str_init(&doubts, STR_MAX_LARGE);
	contactline_parse(span_of(text), release, remember, &doubts);
	for (size_t i = 0; i < release->contact_count; i++) {
		const struct contact *contact = &release->contacts[i];

		str_addf(&out, "%s|%s|%s|", contact->name, contact->role, contact->place);
		for (size_t k = 0; k < contact->phone_count; k++)
			str_addf(&out, "%s%s", k ? "; " : "", contact->phones[k]);
		str_addf(&out, "|%s\n", contact->email);
	}
	assert_string_equal(out.ptr, expected);
	release_free(release);
	str_clear(&out);
	str_clear(&doubts);
}

static void contacts_run_together_keep_their_own_details(void **state)
{
	(void)state;
	assert_contacts(
		"For further information please contact WFP HQ in Rome. Ana Roy, Tel: +39.065555017, Email: "
		"aroy@relief.example or Li Wei, Tel: + 39.06 555 018 - Email: lwei@relief.example or "
		"Jo Okello at WFP Kenya in Nairobi, Tel: +254 20 555 0171, Email: jo@relief.example",
		"Ana Roy||WFP HQ in Rome|+39 065555017|aroy@relief.example\n"
		"Li Wei||WFP HQ in Rome|+39 06 555 018|lwei@relief.example\n"
		"Jo Okello||WFP Kenya in Nairobi|+254 20 555 0171|jo@relief.example\n");
}

static void contacts_line_by_line_are_told_apart(void **state)
{
	(void)state;
	assert_contacts("Media contacts:\nAna Roy\nHead of Press\nHarbour Relief\nT: +32 2 555 01 40 / M: "
			"+32 470 55 01 40\n"
			"ana.roy@harbour.example\nLi Wei, Press Officer, Rome\nlwei@harbour.example | +39 06 "
			"555 018\n",
		"Ana Roy|Head of Press|Harbour Relief|+32 2 555 01 40; +32 470 55 01 "
		"40|ana.roy@harbour.example\n"
		"Li Wei|Press Officer|Rome|+39 06 555 018|lwei@harbour.example\n");
}

static void roles_and_places_are_found_around_the_name(void **state)
{
	(void)state;
	assert_contacts("UNHCR spokesperson Ana Roy in Nairobi, +254 20 555 0171",
		"Ana Roy|UNHCR spokesperson|Nairobi|+254 20 555 0171|\n");
	assert_contacts("In Geneva, Ana Roy, +41 22 555 01 10", "Ana Roy||Geneva|+41 22 555 01 10|\n");
	assert_contacts("Ana Roy (Geneva), +41 22 555 01 10", "Ana Roy||Geneva|+41 22 555 01 10|\n");
	assert_contacts("Press Office: +41 22 555 01 10, press@relief.example",
		"Press Office|||+41 22 555 01 10|press@relief.example\n");
	assert_contacts("Dr. A. J. Roy, +41 22 555 01 10", "Dr. A. J. Roy|||+41 22 555 01 10|\n");
}

static void fax_numbers_dates_and_sums_are_no_phones(void **state)
{
	(void)state;
	assert_contacts("Ana Roy, Tel: +41 22 555 01 10, Fax: +41 22 555 01 11, a@relief.example",
		"Ana Roy|||+41 22 555 01 10|a@relief.example\n");
	assert_contacts("On 10.11.2015 and 2015-11-10, from 2014-2020", "");
}

static void numbers_are_written_with_spaces(void **state)
{
	(void)state;
	assert_contacts("Ana Roy, tel. +33.6.39.98.12.34", "Ana Roy|||+33 6 39 98 12 34|\n");
	assert_contacts("Ana Roy, tel. + 44 (0)20 7946 0018", "Ana Roy|||+44 (0)20 7946 0018|\n");
	assert_contacts("Ana Roy, tel. (212) 555-0143 ext. 12", "Ana Roy|||(212) 555-0143 ext. 12|\n");
	assert_contacts("Ana Roy, tel. +32\xc2\xa0"
			"2\xc2\xa0"
			"555",
		"");
	assert_contacts("Ana Roy, tel. +32\xc2\xa0"
			"2\xc2\xa0"
			"5550140",
		"Ana Roy|||+32 2 5550140|\n");
}

static void signs_are_counted(void **state)
{
	struct contactline_signs signs =
		contactline_look(SPAN("Tel: 1234567, +41 22 555 01 10, a@b.example, 7654321"));

	(void)state;
	assert_int_equal(signs.phones, 2);
	assert_int_equal(signs.emails, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(contacts_run_together_keep_their_own_details),
		cmocka_unit_test(contacts_line_by_line_are_told_apart),
		cmocka_unit_test(roles_and_places_are_found_around_the_name),
		cmocka_unit_test(fax_numbers_dates_and_sums_are_no_phones),
		cmocka_unit_test(numbers_are_written_with_spaces),
		cmocka_unit_test(signs_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
