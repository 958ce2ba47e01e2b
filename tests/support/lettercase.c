/*
 * A letter for the length of a test.
 */
#include "support/lettercase.h"

#include "support/test.h"

void lettercase_init(struct lettercase *f)
{
	*f = (struct lettercase){0};
	sampleletter_init(&f->sample);
	str_init(&f->out, STR_MAX_LARGE);
}

void lettercase_clear(struct lettercase *f)
{
	letter_free(f->letter);
	sampleletter_clear(&f->sample);
	str_clear(&f->out);
}

int lettercase_set_up(void **state)
{
	struct lettercase *f = test_calloc(1, sizeof(*f));

	lettercase_init(f);
	*state = f;
	return 0;
}

int lettercase_tear_down(void **state)
{
	struct lettercase *f = *state;

	lettercase_clear(f);
	test_free(f);
	return 0;
}

enum status lettercase_compile(struct lettercase *f, const char *text)
{
	struct release *release = sampleletter_release("fund.md", span_of(text));
	enum status status;

	letter_free(f->letter);
	f->letter = NULL;
	status = letter_compile(release, &f->sample.frame, &f->letter, &f->err);
	release_free(release);
	return status;
}

enum status lettercase_build(struct lettercase *f, const char *const *pairs)
{
	struct span *values = sampleletter_values(f->letter, pairs);
	enum status status = letter_build(f->letter, values, &f->out, &f->err);

	free(values);
	return status;
}

enum status lettercase_build_with(struct lettercase *f, const char *pair)
{
	struct span *values;
	enum status status;

	if (!f->letter)
		assert_int_equal(lettercase_compile(f, "---\ntitle: Fund\n---\nWords.\n"), OK);
	values = sampleletter_values_with(f->letter, pair);
	status = letter_build(f->letter, values, &f->out, &f->err);
	free(values);
	return status;
}

bool lettercase_has(const struct lettercase *f, const char *words)
{
	return span_find(str_span(&f->out), span_of(words), 0) != SIZE_MAX;
}

size_t lettercase_count(const struct lettercase *f, const char *words)
{
	size_t count = 0;

	for (size_t at = 0; (at = span_find(str_span(&f->out), span_of(words), at)) != SIZE_MAX; at++)
		count++;
	return count;
}

void lettercase_assert_part(const struct lettercase *f, const char *type, const char *words)
{
	struct str text;

	str_init(&text, STR_MAX_LARGE);
	assert_int_equal(letter_read_part(str_span(&f->out), type, &text, NULL), OK);
	if (span_find(str_span(&text), span_of(words), 0) == SIZE_MAX)
		fail_msg("\"%s\" isn't in the %s part:\n%s", words, type, text.ptr);
	str_clear(&text);
}
