/*
 * The meanings of column names: one table of what people call them.
 */
#include "list/columns.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <unictype.h>

static const struct {
	const char *name;
	enum column_kind kind;
} kinds[] = {
	{"address", COLUMN_ADDRESS},
	{"name", COLUMN_NAME},
	{"salutation", COLUMN_SALUTATION},
	{"outlet", COLUMN_OUTLET},
	{"role", COLUMN_ROLE},
	{"language", COLUMN_LANGUAGE},
	{"first_name", COLUMN_FIRST_NAME},
	{"last_name", COLUMN_LAST_NAME},
};

/* What people write, as columns_field_name folds it. Sorted by what it means. */
static const struct {
	const char *typed;
	const char *name;
} synonyms[] = {
	{"email", "address"},
	{"e_mail", "address"},
	{"mail", "address"},
	{"email_address", "address"},
	{"e_mail_address", "address"},
	{"mail_address", "address"},
	{"emailaddress", "address"},
	{"email_1", "address"},
	{"e_mail_1", "address"},
	{"primary_email", "address"},
	{"courriel", "address"},
	{"adresse_email", "address"},
	{"adresse_e_mail", "address"},
	{"adresse_mail", "address"},
	{"adresse_électronique", "address"},
	{"mél", "address"},
	{"email_adresse", "address"},
	{"e_mail_adresse", "address"},
	{"mailadresse", "address"},
	{"correo", "address"},
	{"correo_electrónico", "address"},
	{"correo_electronico", "address"},
	{"correio_eletrónico", "address"},
	{"correio_eletrônico", "address"},
	{"endereço_de_e_mail", "address"},
	{"indirizzo_email", "address"},
	{"indirizzo_e_mail", "address"},
	{"posta_elettronica", "address"},
	{"e_mailadres", "address"},
	{"e_postadress", "address"},
	{"e_post", "address"},
	{"epost", "address"},
	{"эл_почта", "address"},
	{"электронная_почта", "address"},
	{"البريد_الإلكتروني", "address"},
	{"电子邮件", "address"},
	{"电子邮箱", "address"},
	{"邮箱", "address"},

	{"full_name", "name"},
	{"fullname", "name"},
	{"display_name", "name"},
	{"contact_name", "name"},
	{"journalist", "name"},
	{"nom", "name"},
	{"nom_complet", "name"},
	{"nom_et_prénom", "name"},
	{"prénom_et_nom", "name"},
	{"vollständiger_name", "name"},
	{"nombre", "name"},
	{"nombre_completo", "name"},
	{"nombre_y_apellidos", "name"},
	{"nome", "name"},
	{"nome_completo", "name"},
	{"naam", "name"},
	{"namn", "name"},
	{"navn", "name"},
	{"имя", "name"},
	{"фио", "name"},
	{"الاسم", "name"},
	{"姓名", "name"},

	{"firstname", "first_name"},
	{"given_name", "first_name"},
	{"forename", "first_name"},
	{"prénom", "first_name"},
	{"prenom", "first_name"},
	{"vorname", "first_name"},
	{"voornaam", "first_name"},
	{"förnamn", "first_name"},
	{"fornavn", "first_name"},

	{"lastname", "last_name"},
	{"surname", "last_name"},
	{"family_name", "last_name"},
	{"nom_de_famille", "last_name"},
	{"nachname", "last_name"},
	{"familienname", "last_name"},
	{"apellido", "last_name"},
	{"apellidos", "last_name"},
	{"apelido", "last_name"},
	{"sobrenome", "last_name"},
	{"cognome", "last_name"},
	{"achternaam", "last_name"},
	{"efternamn", "last_name"},
	{"etternavn", "last_name"},
	{"efternavn", "last_name"},
	{"фамилия", "last_name"},

	{"greeting", "salutation"},
	{"anrede", "salutation"},
	{"civilité", "salutation"},
	{"civilite", "salutation"},
	{"formule_d_appel", "salutation"},
	{"saludo", "salutation"},
	{"saluto", "salutation"},
	{"saudação", "salutation"},
	{"aanhef", "salutation"},

	{"publication", "outlet"},
	{"media", "outlet"},
	{"media_outlet", "outlet"},
	{"medium", "outlet"},
	{"organisation", "outlet"},
	{"organization", "outlet"},
	{"company", "outlet"},
	{"newspaper", "outlet"},
	{"média", "outlet"},
	{"rédaction", "outlet"},
	{"redaktion", "outlet"},
	{"medio", "outlet"},
	{"medio_de_comunicación", "outlet"},
	{"veículo", "outlet"},
	{"testata", "outlet"},
	{"издание", "outlet"},
	{"сми", "outlet"},
	{"媒体", "outlet"},

	{"position", "role"},
	{"title", "role"},
	{"job_title", "role"},
	{"jobtitle", "role"},
	{"function", "role"},
	{"fonction", "role"},
	{"poste", "role"},
	{"funktion", "role"},
	{"cargo", "role"},
	{"puesto", "role"},
	{"função", "role"},
	{"ruolo", "role"},
	{"functie", "role"},
	{"должность", "role"},
	{"职位", "role"},

	{"lang", "language"},
	{"language_code", "language"},
	{"preferred_language", "language"},
	{"langue", "language"},
	{"sprache", "language"},
	{"idioma", "language"},
	{"lengua", "language"},
	{"língua", "language"},
	{"lingua", "language"},
	{"taal", "language"},
	{"språk", "language"},
	{"язык", "language"},
	{"اللغة", "language"},
	{"语言", "language"},

	{"beats", "beat"},
	{"topic", "beat"},
	{"topics", "beat"},
	{"rubrique", "beat"},
	{"ressort", "beat"},
	{"thème", "beat"},
	{"thema", "beat"},
	{"tema", "beat"},
	{"temas", "beat"},

	{"pays", "country"},
	{"land", "country"},
	{"país", "country"},
	{"pais", "country"},
	{"paese", "country"},
	{"страна", "country"},
	{"国家", "country"},

	{"telephone", "phone"},
	{"tel", "phone"},
	{"phone_number", "phone"},
	{"telephone_number", "phone"},
	{"téléphone", "phone"},
	{"tél", "phone"},
	{"telefon", "phone"},
	{"teléfono", "phone"},
	{"telefono", "phone"},
	{"telefone", "phone"},
	{"telefoon", "phone"},
	{"телефон", "phone"},
	{"电话", "phone"},
};

/* Names that mean something else where another column is there: `beside` as typed or as it's meant. */
static const struct {
	const char *typed;
	const char *beside;
	const char *name;
} second_meanings[] = {
	{"nom", "first_name", "last_name"},
	{"name", "vorname", "last_name"},
	{"naam", "voornaam", "last_name"},
	{"namn", "förnamn", "last_name"},
	{"navn", "fornavn", "last_name"},
	{"nombre", "last_name", "first_name"},
	{"nome", "last_name", "first_name"},
	{"имя", "last_name", "first_name"},
	{"address", "address", "postal_address"},
	{"title", "role", "title"},
};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static bool is_word_character(uint32_t c)
{
	return uc_is_general_category_withtable(
		c, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_M | UC_CATEGORY_MASK_N);
}

/* Lower case, and one `_` for every run of what is neither letter nor digit. */
static enum status fold_name(struct span typed, struct str *out, struct err *err)
{
	struct str lower;
	struct span rest;
	uint32_t c;
	enum status status;

	/* A row's ceiling is above this; the name is measured when signs and spaces have become few. */
	str_init(&lower, STR_MAX_LARGE);
	status = utf8_lower(typed, &lower, err);
	rest = str_span(&lower);
	while (status == OK && utf8_next(&rest, &c)) {
		if (is_word_character(c))
			utf8_add(out, c);
		else if (out->len && out->ptr[out->len - 1] != '_')
			str_add_char(out, '_');
	}
	if (out->len && out->ptr[out->len - 1] == '_')
		str_cut(out, out->len - 1);
	str_clear(&lower);
	if (status == OK && out->len > COLUMNS_NAME_MAX)
		status = err_set(err, E_RANGE, "the name '%.*s…' is longer than %u bytes",
			SPAN_ARG(utf8_first_columns(typed, 40)), COLUMNS_NAME_MAX);
	return status;
}

static const char *meaning(const char *folded)
{
	for (size_t i = 0; i < LENGTH(synonyms); i++) {
		if (strcmp(synonyms[i].typed, folded) == 0)
			return synonyms[i].name;
	}
	return folded;
}

enum status columns_field_name(struct span typed, struct str *out, struct err *err)
{
	struct str folded;
	enum status status;

	str_init(&folded, STR_MAX_SMALL);
	status = fold_name(typed, &folded, err);
	if (!status && !folded.len)
		status = err_set(err, E_SYNTAX, "'%.*s' is no name: it has no letter or digit",
			SPAN_ARG(utf8_first_columns(typed, 40)));
	if (!status)
		str_add_text(out, meaning(folded.ptr));
	str_clear(&folded);
	return status;
}

static enum column_kind kind_of(const char *name)
{
	for (size_t i = 0; i < LENGTH(kinds); i++) {
		if (strcmp(kinds[i].name, name) == 0)
			return kinds[i].kind;
	}
	return *name ? COLUMN_ATTRIBUTE : COLUMN_UNNAMED;
}

/* Another column than `self` that was typed as `name`, or means it. */
static bool is_beside(char **folded, size_t count, size_t self, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (i != self && (strcmp(folded[i], name) == 0 || strcmp(meaning(folded[i]), name) == 0))
			return true;
	}
	return false;
}

static const char *meaning_here(char **folded, size_t count, size_t self)
{
	for (size_t i = 0; i < LENGTH(second_meanings); i++) {
		if (strcmp(second_meanings[i].typed, folded[self]) == 0 &&
			is_beside(folded, count, self, second_meanings[i].beside))
			return second_meanings[i].name;
	}
	return meaning(folded[self]);
}

static enum status check_unique(
	const struct columns *columns, const struct span *cells, size_t index, struct err *err)
{
	const char *name = columns->items[index].name;

	for (size_t i = 0; *name && i < index; i++) {
		if (strcmp(columns->items[i].name, name) == 0)
			return err_set(err, E_CONFLICT,
				"columns %zu '%.*s' and %zu '%.*s' are both '%s'; rename or remove one",
				i + 1, SPAN_ARG(utf8_first_columns(cells[i], 40)), index + 1,
				SPAN_ARG(utf8_first_columns(cells[index], 40)), name);
	}
	return OK;
}

static enum status check_address(
	const struct columns *columns, const struct span *cells, size_t count, struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		if (columns->items[i].kind == COLUMN_ADDRESS)
			return OK;
	}
	for (size_t i = 0; i < count; i++) {
		if (span_find_char(cells[i], '@', 0) != SIZE_MAX)
			return err_set(err, E_SYNTAX,
				"there's no header row; the first row must name the columns, one of them "
				"'address'");
	}
	return err_set(err, E_SYNTAX,
		"no column is the address (the first of %zu is '%.*s'); name one 'address' or 'email'", count,
		SPAN_ARG(utf8_first_columns(cells[0], 40)));
}

enum status columns_parse(const struct span *cells, size_t count, struct columns *out, struct err *err)
{
	char **folded = mem_alloc(count * sizeof(*folded));
	struct str name;
	enum status status = OK;

	*out = (struct columns){mem_alloc(count * sizeof(*out->items)), count};
	str_init(&name, STR_MAX_SMALL);
	for (size_t i = 0; !status && i < count; i++) {
		str_empty(&name);
		status = fold_name(cells[i], &name, err);
		folded[i] = str_take(&name);
		if (status && err)
			status = err_wrap(err, "column %zu", i + 1);
	}
	for (size_t i = 0; !status && i < count; i++) {
		out->items[i].name = mem_copy_text(meaning_here(folded, count, i));
		out->items[i].kind = kind_of(out->items[i].name);
		status = check_unique(out, cells, i, err);
	}
	if (!status)
		status = check_address(out, cells, count, err);
	if (status)
		columns_clear(out);
	for (size_t i = 0; i < count; i++)
		free(folded[i]);
	free(folded);
	str_clear(&name);
	return status;
}

void columns_clear(struct columns *columns)
{
	for (size_t i = 0; i < columns->count; i++)
		free(columns->items[i].name);
	free(columns->items);
	*columns = (struct columns){0};
}
