/*
 * Random expressions, written in random ways, match whom a second evaluator says,
 * which knows what was meant and reads no text.
 */
#include "list/segment.h"

#include "base/mem.h"
#include "support/random.h"
#include "support/test.h"

#define ROUNDS 2000u
#define MEMBERS 8u
#define FIELDS 4u
#define WORDS 6u
#define VALUES_MAX 4u

/* What a field can hold, each in several spellings that are one. */
static const char *const words[WORDS][3] = {
	{"fr", "FR", "Fr"},
	{"in", "IN", "In"},
	{"straße", "STRASSE", "Strasse"},
	{"Éva", "éva", "E\xcc\x81VA"},
	{"human rights", "Human Rights", "HUMAN RIGHTS"},
	{"a\"b'c\\d", "A\"B'C\\D", "a\"B'c\\D"},
};

static const char *const fields[FIELDS][3] = {
	{"language", "Language", "lang"},
	{"beat", "BEAT", "topic"},
	{"outlet", "Outlet", "publication"},
	{"größe", "GRÖẞE", "Größe"},
};

enum kind {
	EQUAL,
	DIFFERENT,
	IN,
	NOT_IN,
	EMPTY,
	NOT_EMPTY,
	COMPARISONS,
	AND = COMPARISONS,
	OR,
	NOT,
	KINDS
};

struct expression {
	enum kind kind;
	struct expression *left;
	struct expression *right;
	size_t field;
	bool has_word[WORDS];
};

/* Which words each field of a member holds. */
struct facts {
	bool has_word[FIELDS][WORDS];
};

static struct expression *grow(struct random *random, size_t depth)
{
	struct expression *e = mem_alloc(sizeof(*e));
	size_t count = 1 + random_below(random, VALUES_MAX);

	e->kind = random_below(random, depth ? KINDS : COMPARISONS);
	if (e->kind >= COMPARISONS) {
		e->left = grow(random, depth - 1);
		if (e->kind != NOT)
			e->right = grow(random, depth - 1);
		return e;
	}
	e->field = random_below(random, FIELDS);
	if (e->kind == EQUAL || e->kind == DIFFERENT)
		count = 1;
	while (count--)
		e->has_word[random_below(random, WORDS)] = true;
	return e;
}

static void free_expression(struct expression *e)
{
	if (!e)
		return;
	free_expression(e->left);
	free_expression(e->right);
	free(e);
}

static bool holds(const struct expression *e, const struct facts *facts)
{
	const bool *has_word = facts->has_word[e->field];
	bool is_empty = true;
	bool is_one = false;

	for (size_t i = 0; i < WORDS; i++) {
		is_empty &= !has_word[i];
		is_one |= has_word[i] && e->has_word[i];
	}
	switch (e->kind) {
	case EQUAL:
	case IN:
		return is_one;
	case DIFFERENT:
	case NOT_IN:
		return !is_one;
	case EMPTY:
		return is_empty;
	case NOT_EMPTY:
		return !is_empty;
	case AND:
		return holds(e->left, facts) && holds(e->right, facts);
	case OR:
		return holds(e->left, facts) || holds(e->right, facts);
	case NOT:
		return !holds(e->left, facts);
	case KINDS:
		break;
	}
	fail();
	return false;
}

static void add_spaces(struct random *random, struct str *out, size_t least)
{
	str_add_repeat(out, ' ', least + (random_one_in(random, 4) ? 2 : 0));
}

static void add_keyword(struct random *random, struct str *out, const char *keyword)
{
	add_spaces(random, out, 1);
	for (bool is_shouted = random_one_in(random, 3); *keyword; keyword++)
		str_add_char(out, is_shouted && *keyword != ' ' ? (char)(*keyword & ~0x20) : *keyword);
	add_spaces(random, out, 1);
}

static void add_value(struct random *random, struct str *out, size_t word)
{
	const char *spelling = words[word][random_below(random, 3)];
	char quote = random_one_in(random, 2) ? '"' : '\'';

	add_spaces(random, out, 0);
	if (!strpbrk(spelling, " \"'\\") && random_one_in(random, 2)) {
		str_add_text(out, spelling);
		return;
	}
	str_add_char(out, quote);
	for (; *spelling; spelling++) {
		if (*spelling == quote || *spelling == '\\')
			str_add_char(out, '\\');
		str_add_char(out, *spelling);
	}
	str_add_char(out, quote);
}

static void add_values(struct random *random, struct str *out, const struct expression *e)
{
	bool is_first = true;

	for (size_t i = 0; i < WORDS; i++) {
		if (!e->has_word[i])
			continue;
		if (!is_first)
			str_add_char(out, ',');
		add_value(random, out, i);
		add_spaces(random, out, 0);
		is_first = false;
	}
}

static void write_comparison(struct random *random, struct str *out, const struct expression *e)
{
	str_add_text(out, fields[e->field][random_below(random, 3)]);
	if (e->kind == EQUAL || e->kind == DIFFERENT) {
		add_spaces(random, out, 0);
		str_add_text(out, e->kind == EQUAL ? "=" : "!=");
		add_values(random, out, e);
	} else if (e->kind == IN || e->kind == NOT_IN) {
		add_keyword(random, out, e->kind == IN ? "in" : "not in");
		str_add_char(out, '(');
		add_values(random, out, e);
		str_add_char(out, ')');
	} else {
		add_keyword(random, out, e->kind == EMPTY ? "is empty" : "is not empty");
	}
}

/* 0: any expression; 1: under AND; 2: under NOT. Parentheses where they must be, or by chance. */
static void write_expression(struct random *random, struct str *out, const struct expression *e, int place)
{
	bool needs = (place >= 1 && e->kind == OR) || (place == 2 && e->kind == AND);
	bool has_parentheses = needs || random_one_in(random, 6);

	if (has_parentheses)
		str_add_char(out, '(');
	if (e->kind == NOT) {
		add_keyword(random, out, "not");
		write_expression(random, out, e->left, 2);
	} else if (e->kind >= COMPARISONS) {
		int inner = e->kind == AND;

		write_expression(random, out, e->left, inner);
		add_keyword(random, out, e->kind == AND ? "and" : "or");
		write_expression(random, out, e->right, inner);
	} else {
		write_comparison(random, out, e);
	}
	if (has_parentheses)
		str_add_char(out, ')');
}

static void make_member(struct random *random, struct member *member, struct facts *facts)
{
	for (size_t field = 0; field < FIELDS; field++) {
		struct str value;

		str_init(&value, STR_MAX_SMALL);
		for (size_t i = 0; i < WORDS; i++) {
			if (!random_one_in(random, 4))
				continue;
			facts->has_word[field][i] = true;
			if (value.len)
				str_add_text(&value, random_one_in(random, 2) ? "; " : " ,");
			str_add_text(&value, words[i][random_below(random, 3)]);
		}
		if (value.len)
			(void)member_set_field(member, fields[field][0], str_span(&value));
		str_clear(&value);
	}
}

static void agree(uint64_t seed)
{
	struct random random;
	struct expression *e;
	struct segment *segment = NULL;
	struct str text;
	struct err err;

	random_init(&random, seed);
	e = grow(&random, random_below(&random, 5));
	str_init(&text, STR_MAX_LARGE);
	write_expression(&random, &text, e, 0);
	if (text.len <= SEGMENT_MAX) {
		if (segment_parse(str_span(&text), &segment, &err))
			fail_msg("%s", err.text);
		for (size_t i = 0; i < MEMBERS; i++) {
			struct member member = {0};
			struct facts facts = {0};

			make_member(&random, &member, &facts);
			if (segment_matches(segment, &member) != holds(e, &facts))
				fail_msg("for beat '%s', language '%s': %s", member_field(&member, "beat"),
					member_field(&member, "language"), text.ptr);
			member_clear(&member);
		}
	}
	segment_free(segment);
	str_clear(&text);
	free_expression(e);
}

static void an_expression_matches_whom_it_means(void **state)
{
	(void)state;
	for (uint64_t seed = random_first_seed(), end = seed + ROUNDS; seed < end; seed++)
		agree(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(an_expression_matches_whom_it_means, random_show_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
