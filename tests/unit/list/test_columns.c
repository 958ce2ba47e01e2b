/*
 * What the columns of header rows mean.
 */
#include "list/columns.h"

#include "support/test.h"

/* The names that a header row, written with commas, comes to. */
static void assert_means(const char *header, const char *expected)
{
	struct span cells[16];
	struct span rest = span_of(header);
	struct columns columns;
	struct err err = {0};
	struct str names;
	size_t count = 0;

	while (span_split(&rest, ',', &cells[count]))
		count++;
	if (columns_parse(cells, count, &columns, &err))
		fail_msg("%s: %s", header, err.text);
	str_init(&names, STR_MAX_SMALL);
	for (size_t i = 0; i < columns.count; i++)
		str_addf(&names, "%s%s", i ? "," : "", columns.items[i].name);
	assert_string_equal(names.ptr, expected);
	str_clear(&names);
	columns_clear(&columns);
}

static void assert_conflict(const char *header, enum status expected, const char *words)
{
	struct span cells[16];
	struct span rest = span_of(header);
	struct columns columns;
	struct err err = {0};
	size_t count = 0;

	while (span_split(&rest, ',', &cells[count]))
		count++;
	assert_int_equal(columns_parse(cells, count, &columns, &err), expected);
	assert_contains(err.text, words);
}

static void the_usual_names_stand_for_ours(void **state)
{
	(void)state;
	assert_means("E-mail,Full Name,Publication,Position,Lang,Greeting,Topic,Country,Tel.",
		"address,name,outlet,role,language,salutation,beat,country,phone");
	assert_means("EMAIL ADDRESS,organisation,title", "address,outlet,role");
	assert_means("Mail,Organization,Function", "address,outlet,role");
}

static void other_languages_names_do_too(void **state)
{
	(void)state;
	assert_means("Courriel,Prénom,NOM,Média,Fonction,Langue,Civilité,Rubrique,Pays,Téléphone",
		"address,first_name,last_name,outlet,role,language,salutation,beat,country,phone");
	assert_means("Vorname,Name,E-Mail-Adresse,Redaktion,Sprache,Anrede,Land",
		"first_name,last_name,address,outlet,language,salutation,country");
	assert_means("Correo electrónico,Nombre,Apellidos,Medio,Idioma,País",
		"address,first_name,last_name,outlet,language,country");
	assert_means("邮箱,姓名,媒体,职位,语言,国家", "address,name,outlet,role,language,country");
	assert_means("Эл. почта,ФИО,СМИ,Язык", "address,name,outlet,language");
}

static void a_name_that_may_mean_something_else_gives_way(void **state)
{
	(void)state;
	assert_means("name,email,address", "name,address,postal_address");
	assert_means("address,nom,média", "address,name,outlet");
	assert_means("address,nombre", "address,name");
	assert_means("email,name,first name,last name", "address,name,first_name,last_name");
	assert_means("email,title,position", "address,title,role");
}

static void other_columns_are_attributes_in_lower_case(void **state)
{
	(void)state;
	assert_means("address,Twitter / X handle, 2nd phone!,ΘΈΜΑ,Größe,ประเทศ",
		"address,twitter_x_handle,2nd_phone,θέμα,größe,ประเทศ");
	assert_means("address,,--", "address,,");
}

static void our_own_names_mean_themselves(void **state)
{
	static const char all[] = "address,name,outlet,role,language,salutation,first_name,last_name,beat,"
				  "country,phone,title,postal_address";

	(void)state;
	assert_means(all, all);
}

static void two_columns_of_one_meaning_are_a_conflict(void **state)
{
	(void)state;
	assert_conflict(
		"email,name,E-Mail", E_CONFLICT, "columns 1 'email' and 3 'E-Mail' are both 'address'");
	assert_conflict(
		"email,company,outlet", E_CONFLICT, "columns 2 'company' and 3 'outlet' are both 'outlet'");
	assert_conflict("email,x y,X-Y", E_CONFLICT, "are both 'x_y'");
}

static void a_header_needs_an_address(void **state)
{
	(void)state;
	assert_conflict("name,outlet", E_SYNTAX, "name one 'address' or 'email'");
	assert_conflict("ana@paper.example,Ana", E_SYNTAX, "no header row");
}

static void a_name_has_a_greatest_length(void **state)
{
	char header[8 + COLUMNS_NAME_MAX + 2] = "address,";

	(void)state;
	memset(header + 8, 'x', COLUMNS_NAME_MAX);
	assert_means(header, header);
	header[8 + COLUMNS_NAME_MAX] = 'x';
	assert_conflict(header, E_RANGE, "column 2: the name 'xxxxxxxx");
}

static void a_field_is_found_by_what_people_call_it(void **state)
{
	struct str name;
	struct err err;

	(void)state;
	str_init(&name, STR_MAX_SMALL);
	assert_int_equal(columns_field_name(SPAN("Publication"), &name, NULL), OK);
	assert_string_equal(name.ptr, "outlet");
	str_empty(&name);
	assert_int_equal(columns_field_name(SPAN("Phone no."), &name, NULL), OK);
	assert_string_equal(name.ptr, "phone_no");
	assert_int_equal(columns_field_name(SPAN("?!"), &name, &err), E_SYNTAX);
	assert_string_equal(err.text, "'?!' is no name: it has no letter or digit");
	str_clear(&name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_usual_names_stand_for_ours),
		cmocka_unit_test(other_languages_names_do_too),
		cmocka_unit_test(a_name_that_may_mean_something_else_gives_way),
		cmocka_unit_test(other_columns_are_attributes_in_lower_case),
		cmocka_unit_test(our_own_names_mean_themselves),
		cmocka_unit_test(two_columns_of_one_meaning_are_a_conflict),
		cmocka_unit_test(a_header_needs_an_address),
		cmocka_unit_test(a_name_has_a_greatest_length),
		cmocka_unit_test(a_field_is_found_by_what_people_call_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
