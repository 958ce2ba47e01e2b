/*
 * Addresses: what is taken, what is refused and where the error points, what
 * goes on the wire, what people see, and which two are one person's.
 */
#include "support/test.h"

#include "mail/addr.h"

static void assert_formats(const char *text, const char *wire)
{
	struct addr addr;
	struct err err = {0};
	struct str out;

	if (addr_parse(span_of(text), &addr, &err) != OK)
		fail_msg("\"%s\" was refused: %s", text, err.text);
	str_init(&out, STR_MAX_SMALL);
	addr_format(&addr, &out);
	assert_string_equal(out.ptr, wire);
	str_clear(&out);
	addr_clear(&addr);
}

static void assert_refused(struct span text, enum status status, const char *says)
{
	struct addr addr;
	struct err err = {0};

	assert_int_equal(addr_parse(text, &addr, &err), status);
	assert_int_equal(err.status, status);
	assert_contains(err.text, says);
	assert_null(addr.local);
	assert_null(addr.domain);
}

static void an_ordinary_address_goes_on_the_wire_as_it_is(void **state)
{
	static const char *const cases[] = {
		"ana@paper.example",
		"ana.perez+news@desk.paper.example",
		"o'brien@paper.example",
		"!#$%&'*+-/=?^_`{|}~@paper.example",
		"1@2.example",
		"a@b.co",
		"ana@my--paper.example",
		"ana@1paper.example",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_formats(cases[i], cases[i]);
}

static void the_domain_is_lower_case_and_the_local_part_as_typed(void **state)
{
	(void)state;
	assert_formats("Ana.Perez@Paper.EXAMPLE", "Ana.Perez@paper.example");
}

static void quotes_stay_only_where_the_local_part_needs_them(void **state)
{
	(void)state;
	assert_formats("\"ana\"@paper.example", "ana@paper.example");
	assert_formats("\"a\\na\"@paper.example", "ana@paper.example");
	assert_formats("\"ana perez\"@paper.example", "\"ana perez\"@paper.example");
	assert_formats("\"a@b\"@paper.example", "\"a@b\"@paper.example");
	assert_formats("\"a\\\"b\\\\c\"@paper.example", "\"a\\\"b\\\\c\"@paper.example");
	assert_formats("\".ana\"@paper.example", "\".ana\"@paper.example");
	assert_formats("\"ana..p\"@paper.example", "\"ana..p\"@paper.example");
}

static void a_domain_in_any_script_becomes_a_labels(void **state)
{
	static const struct {
		const char *text;
		const char *wire;
	} cases[] = {
		{"ana@bücher.example", "ana@xn--bcher-kva.example"},
		{"ana@BÜCHER.example", "ana@xn--bcher-kva.example"},
		{"ana@bu\xcc\x88"
		 "cher.example",
			"ana@xn--bcher-kva.example"},
		{"ana@XN--BCHER-KVA.example", "ana@xn--bcher-kva.example"},
		{"ana@faß.example", "ana@xn--fa-hia.example"},
		{"ana@газета.example", "ana@xn--80aahjj1e.example"},
		{"ana@صحيفة.example", "ana@xn--ogbhx3c3b.example"},
		{"ana@新闻.example", "ana@xn--efvy88h.example"},
		{"ana@ข่าว.example", "ana@xn--22c8e6a1f.example"},
		{"ana@paper。example", "ana@paper.example"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_formats(cases[i].text, cases[i].wire);
}

static void people_see_the_domain_in_its_script(void **state)
{
	static const struct {
		const char *text;
		const char *shown;
	} cases[] = {
		{"Ana@xn--bcher-kva.example", "Ana@bücher.example"},
		{"ana@新闻.example", "ana@新闻.example"},
		{"ana@paper.example", "ana@paper.example"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct addr addr;
		struct str out;

		assert_int_equal(addr_parse(span_of(cases[i].text), &addr, NULL), OK);
		str_init(&out, STR_MAX_SMALL);
		addr_format_shown(&addr, &out);
		assert_string_equal(out.ptr, cases[i].shown);
		str_clear(&out);
		addr_clear(&addr);
	}
}

static void only_a_local_part_beyond_ascii_needs_smtputf8(void **state)
{
	struct addr addr;

	(void)state;
	assert_int_equal(addr_parse(span_of("ана@bücher.example"), &addr, NULL), OK);
	assert_true(addr.needs_smtputf8);
	assert_string_equal(addr.local, "ана");
	addr_clear(&addr);
	assert_int_equal(addr_parse(span_of("ana@bücher.example"), &addr, NULL), OK);
	assert_false(addr.needs_smtputf8);
	addr_clear(&addr);
}

static void a_line_break_nul_or_control_anywhere_is_refused(void **state)
{
	const struct {
		struct span text;
		const char *says;
	} cases[] = {
		{SPAN("ana\r\n@paper.example"), "a line break at character 4"},
		{SPAN("ana@paper.example\r\nRCPT TO:<x@evil.example>"), "a line break at character 18"},
		{SPAN("ana@paper.example\n"), "a line break at character 18"},
		{SPAN("ana@pap\rer.example"), "a line break at character 8"},
		{SPAN("\"a\r\nb\"@paper.example"), "a line break at character 3"},
		{SPAN("\"a\0b\"@paper.example"), "a NUL at character 3"},
		{SPAN("ana\0@paper.example"), "a NUL at character 4"},
		{SPAN("ana@paper\0.example"), "a NUL at character 10"},
		{SPAN("ana@paper.example\0"), "a NUL at character 18"},
		{SPAN("an\ta@paper.example"), "a tab at character 3"},
		{SPAN("an\x1b[2Ja@paper.example"), "a control character (U+001B) at character 3"},
		{SPAN("ana\x7f@paper.example"), "a control character (U+007F) at character 4"},
		{SPAN("ana\xc2\x80@paper.example"), "a control character (U+0080) at character 4"},
		{SPAN("ana\xe2\x80\xa8@paper.example"), "a line break at character 4"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_refused(cases[i].text, E_SYNTAX, cases[i].says);
}

static void what_nobody_sees_is_refused(void **state)
{
	(void)state;
	assert_refused(SPAN("\xc2\xa0"
			    "ana@paper.example"),
		E_SYNTAX, "invisible or broken character (U+00A0) at character 1");
	assert_refused(SPAN("ana@paper.example\xc2\xa0"), E_SYNTAX, "(U+00A0) at character 18");
	assert_refused(SPAN("ana\xe2\x80\x8b@paper.example"), E_SYNTAX, "(U+200B) at character 4");
	assert_refused(SPAN("\xef\xbb\xbf"
			    "ana@paper.example"),
		E_SYNTAX, "(U+FEFF) at character 1");
	assert_refused(SPAN("\xe2\x80\xae"
			    "ana\xe2\x80\xac@paper.example"),
		E_SYNTAX, "(U+202E) at character 1");
	assert_refused(SPAN("zo\xef\xbf\xbd@paper.example"), E_SYNTAX, "(U+FFFD) at character 3");
}

static void what_is_not_utf8_is_refused(void **state)
{
	(void)state;
	assert_refused(SPAN("zo\xeb@paper.example"), E_SYNTAX, "not UTF-8 from byte 3");
}

static void errors_point_at_the_character(void **state)
{
	static const struct {
		const char *text;
		const char *says;
	} cases[] = {
		{"", "the text is empty"},
		{"ana.paper.example", "no @"},
		{"@paper.example", "nothing before the @"},
		{"\"\"@paper.example", "nothing before the @"},
		{"ana@", "nothing after the @"},
		{"ana@@paper.example", "a second @ at character 5"},
		{"ana@paper.example,li@wire.example", "\",\" can't stand in a domain, at character 18"},
		{"ana@paper@example", "a second @ at character 10"},
		{".ana@paper.example", "a dot too many at character 1"},
		{"ana.@paper.example", "a dot too many at character 4"},
		{"a..b@paper.example", "a dot too many at character 2"},
		{"ana perez@paper.example", "\" \" can't stand in an address, at character 4"},
		{" ana@paper.example", "\" \" can't stand in an address, at character 1"},
		{"ana@paper.example ", "\" \" can't stand in a domain, at character 18"},
		{"Ana <ana@paper.example>", "\" \" can't stand in an address, at character 4"},
		{"<ana@paper.example>", "\"<\" can't stand in an address, at character 1"},
		{"ана(x)@paper.example", "\"(\" can't stand in an address, at character 4"},
		{"\"ana@paper.example", "a quote that isn't closed at character 1"},
		{"\"ana\\", "a quote that isn't closed at character 1"},
		{"\"ana\"x@paper.example", "no @ after the quotes at character 6"},
		{"ana@paper", "the domain \"paper\" has no dot"},
		{"ana@localhost", "has no dot"},
		{"ana@paper.example.", "at character 19"},
		{"ana@.paper.example", "at character 5"},
		{"ana@paper..example", "at character 11"},
		{"ana@my_paper.example", "\"_\" can't stand in a domain, at character 7"},
		{"ana@-paper.example", "begins with a hyphen at character 5"},
		{"ana@paper-.example", "ends with a hyphen at character 10"},
		{"ana@[192.0.2.1]", "an address literal"},
		{"ana@192.0.2.1", "a number where the domain's name belongs"},
		{"ana@bü_cher.example", "\"_\" can't stand in a domain, at character 7"},
		{"ana@paper.bücher☃.example", "not a domain name"},
		{"ana@paper.xn--zz.example", "at character 11"},
		{"ana@新闻", "the domain means \"xn--efvy88h\""},
		{"ana@192.0.2.１", "the domain means \"192.0.2.1\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_refused(span_of(cases[i].text), E_SYNTAX, cases[i].says);
}

static struct str repeated(size_t local, size_t label, size_t labels)
{
	struct str text;

	str_init(&text, STR_MAX_LARGE);
	str_add_repeat(&text, 'a', local);
	str_add_char(&text, '@');
	for (size_t i = 0; i < labels; i++) {
		str_add_repeat(&text, 'b', label);
		str_add_char(&text, '.');
	}
	str_add_text(&text, "example");
	return text;
}

static void each_part_has_its_limit(void **state)
{
	static const struct {
		size_t local, label, labels;
		enum status status;
		const char *says;
	} cases[] = {
		{64, 10, 1, OK, ""},
		{65, 10, 1, E_RANGE, "65 bytes before the @"},
		{10, 63, 1, OK, ""},
		{10, 64, 1, E_RANGE, "longer than 63 letters at character 12"},
		{54, 63, 3, OK, ""}, /* 54 + 1 + 3 * 64 + 7 = 254 */
		{55, 63, 3, E_RANGE, "255 bytes, and at most 254"},
		{64, 63, 40, E_RANGE, "at most 254"},
		{10 * 1024 * 1024, 1, 1, E_RANGE, "at most 254"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str text = repeated(cases[i].local, cases[i].label, cases[i].labels);
		struct addr addr;
		struct err err = {0};

		if (addr_parse(str_span(&text), &addr, &err) != cases[i].status)
			fail_msg("case %zu: %s", i, err.text);
		assert_contains(err.text, cases[i].says);
		addr_clear(&addr);
		str_clear(&text);
	}
}

static void a_quoted_local_part_is_measured_with_its_quotes(void **state)
{
	struct str text;

	(void)state;
	str_init(&text, STR_MAX_SMALL);
	str_add_text(&text, "\"a ");
	str_add_repeat(&text, 'b', 61);
	str_add_text(&text, "\"@paper.example");
	assert_refused(str_span(&text), E_RANGE, "65 bytes before the @");
	str_clear(&text);
}

static char *key_of(const char *text)
{
	struct addr addr;
	struct str key;

	assert_int_equal(addr_parse(span_of(text), &addr, NULL), OK);
	str_init(&key, STR_MAX_SMALL);
	addr_key(&addr, &key);
	addr_clear(&addr);
	return key.ptr;
}

static bool is_same_person(const char *a, const char *b)
{
	char *key_a = key_of(a);
	char *key_b = key_of(b);
	bool is_same = strcmp(key_a, key_b) == 0;

	free(key_a);
	free(key_b);
	return is_same;
}

static void two_spellings_are_one_person(void **state)
{
	(void)state;
	assert_true(is_same_person("Ana@Paper.example", "ana@paper.EXAMPLE"));
	assert_true(is_same_person("\"ana\"@paper.example", "ana@paper.example"));
	assert_true(is_same_person("ana@bücher.example", "ana@xn--bcher-kva.example"));
	assert_true(is_same_person("Zoë@paper.example", "zoe\xcc\x88@paper.example"));
	assert_true(is_same_person("АНА@paper.example", "ана@paper.example"));
}

static void dots_and_tags_make_two_people(void **state)
{
	(void)state;
	assert_false(is_same_person("ana.perez@paper.example", "anaperez@paper.example"));
	assert_false(is_same_person("ana+news@paper.example", "ana@paper.example"));
	assert_false(is_same_person("ana@paper.example", "ana@desk.paper.example"));
	assert_false(is_same_person("zoë@paper.example", "zoe@paper.example"));
}

static void assert_mailbox(const char *text, const char *name, const char *address)
{
	struct mailbox mailbox;
	struct err err = {0};
	struct str out;

	if (mailbox_parse(span_of(text), &mailbox, &err) != OK)
		fail_msg("\"%s\" was refused: %s", text, err.text);
	str_init(&out, STR_MAX_SMALL);
	addr_format(&mailbox.addr, &out);
	assert_string_equal(mailbox.name, name);
	assert_string_equal(out.ptr, address);
	str_clear(&out);
	mailbox_clear(&mailbox);
}

static void a_mailbox_is_a_name_and_an_address_or_the_address_alone(void **state)
{
	(void)state;
	assert_mailbox("Press Office <press@harbour.example>", "Press Office", "press@harbour.example");
	assert_mailbox("press@harbour.example", "", "press@harbour.example");
	assert_mailbox("<press@harbour.example>", "", "press@harbour.example");
	assert_mailbox("  Press   Office<press@harbour.example>  ", "Press Office", "press@harbour.example");
	assert_mailbox("\"Pérez, Ana\" <ana@paper.example>", "Pérez, Ana", "ana@paper.example");
	assert_mailbox("\"Ana \\\"Ace\\\" P\" <ana@paper.example>", "Ana \"Ace\" P", "ana@paper.example");
	assert_mailbox("\"a <b> c\" <ana@paper.example>", "a <b> c", "ana@paper.example");
	assert_mailbox("Dr. Ana O'Brien <ana@paper.example>", "Dr. Ana O'Brien", "ana@paper.example");
	assert_mailbox("李雷 <li@新闻.example>", "李雷", "li@xn--efvy88h.example");
}

static void assert_mailbox_refused(struct span text, enum status status, const char *says)
{
	struct mailbox mailbox;
	struct err err = {0};

	assert_int_equal(mailbox_parse(text, &mailbox, &err), status);
	assert_contains(err.text, says);
	assert_null(mailbox.name);
	assert_null(mailbox.addr.local);
}

static void a_bad_mailbox_is_refused_and_says_where(void **state)
{
	(void)state;
	assert_mailbox_refused(SPAN(""), E_SYNTAX, "the text is empty");
	assert_mailbox_refused(SPAN("Press Office"), E_SYNTAX, "no @");
	assert_mailbox_refused(SPAN("Press <press@harbour.example"), E_SYNTAX, "doesn't end in '>'");
	assert_mailbox_refused(SPAN("Press <"), E_SYNTAX, "doesn't end in '>'");
	assert_mailbox_refused(SPAN("Press <>"), E_SYNTAX, "the text is empty");
	assert_mailbox_refused(SPAN("Press <a@b.example> x"), E_SYNTAX, "doesn't end in '>'");
	assert_mailbox_refused(SPAN("Press <a@b.example> <c@d.example>"), E_SYNTAX, "doesn't end in '>'");
	assert_mailbox_refused(SPAN("Perez, Ana <a@b.example>"), E_SYNTAX, "double quotes; at character 6");
	assert_mailbox_refused(SPAN("\"Ana <a@b.example>"), E_SYNTAX, "isn't closed at character 1");
	assert_mailbox_refused(SPAN("Ana <ana@paper>"), E_SYNTAX, "has no dot");
	assert_mailbox_refused(SPAN("Ana\r\nBcc: x@y.example <a@b.example>"), E_SYNTAX, "a line break");
	assert_mailbox_refused(SPAN("\"Ana\r\n\" <a@b.example>"), E_SYNTAX, "a line break at character 5");
	assert_mailbox_refused(SPAN("A\0na <a@b.example>"), E_SYNTAX, "a NUL at character 2");
	assert_mailbox_refused(SPAN("A\x1bna <a@b.example>"), E_SYNTAX, "a control character");
	assert_mailbox_refused(
		SPAN("A\xe2\x80\xaena\xe2\x80\xac <a@b.example>"), E_SYNTAX, "an invisible character");
	assert_mailbox_refused(SPAN("A\xffna <a@b.example>"), E_SYNTAX, "not UTF-8 from byte 2");
}

static void a_mailbox_has_a_ceiling(void **state)
{
	struct str text;

	(void)state;
	str_init(&text, STR_MAX_LARGE);
	str_add_repeat(&text, 'a', 600);
	str_add_text(&text, " <a@b.example>");
	assert_mailbox_refused(str_span(&text), E_RANGE, "name is larger than 512 bytes");
	str_add_repeat(&text, 'a', 10 * 1024 * 1024);
	assert_mailbox_refused(str_span(&text), E_RANGE, "at most 1024 are allowed");
	str_clear(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ordinary_address_goes_on_the_wire_as_it_is),
		cmocka_unit_test(the_domain_is_lower_case_and_the_local_part_as_typed),
		cmocka_unit_test(quotes_stay_only_where_the_local_part_needs_them),
		cmocka_unit_test(a_domain_in_any_script_becomes_a_labels),
		cmocka_unit_test(people_see_the_domain_in_its_script),
		cmocka_unit_test(only_a_local_part_beyond_ascii_needs_smtputf8),
		cmocka_unit_test(a_line_break_nul_or_control_anywhere_is_refused),
		cmocka_unit_test(what_nobody_sees_is_refused),
		cmocka_unit_test(what_is_not_utf8_is_refused),
		cmocka_unit_test(errors_point_at_the_character),
		cmocka_unit_test(each_part_has_its_limit),
		cmocka_unit_test(a_quoted_local_part_is_measured_with_its_quotes),
		cmocka_unit_test(two_spellings_are_one_person),
		cmocka_unit_test(dots_and_tags_make_two_people),
		cmocka_unit_test(a_mailbox_is_a_name_and_an_address_or_the_address_alone),
		cmocka_unit_test(a_bad_mailbox_is_refused_and_says_where),
		cmocka_unit_test(a_mailbox_has_a_ceiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
