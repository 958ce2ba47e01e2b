/*
 * Build letters for other languages' tests: letter_tool RELEASE LANGUAGE compiles
 * the file with the frame of support/sampleletter.h. Then each block of "field=value" lines on
 * standard input, ended by an empty line, is answered by "LENGTH\n" and the message, or
 * by "! WORDS\n". A template folder may be given as the third argument.
 */
#include "base/file.h"
#include "base/mem.h"
#include "compose/letter.h"
#include "support/sampleletter.h"

#include <stdio.h>
#include <stdlib.h>

#define FIELDS_MAX 100u

/* One recipient's values, as read. */
struct recipient {
	char *lines[FIELDS_MAX];
	size_t count;
};

static enum status load(char **argv, struct letter **letter, struct err *err)
{
	struct release *release = NULL;
	char *folder = span_copy(span_first(span_of(argv[1]), (size_t)(file_name(argv[1]) - argv[1])));
	struct sampleletter sample;
	struct str text;
	enum status status;

	str_init(&text, RELEASE_FILE_MAX);
	sampleletter_init(&sample);
	sample.frame.language = span_of(argv[2]);
	sample.frame.template_folder = argv[3];
	sample.frame.release_folder = folder;
	status = file_load(argv[1], &text, err);
	if (status == OK)
		status = release_parse(argv[1], str_span(&text), sample.zone, &release, err);
	if (status == OK)
		status = letter_compile(release, &sample.frame, letter, err);
	release_free(release);
	sampleletter_clear(&sample);
	str_clear(&text);
	free(folder);
	return status;
}

/* False at the end of input. */
static bool read_recipient(struct recipient *recipient)
{
	char *line = NULL;
	size_t capacity = 0;
	ssize_t length;

	recipient->count = 0;
	while ((length = getline(&line, &capacity, stdin)) > 1 && recipient->count < FIELDS_MAX)
		recipient->lines[recipient->count++] = span_copy(span_bytes(line, (size_t)length - 1));
	free(line);
	return length > 0 || recipient->count;
}

static struct span value_of(const struct recipient *recipient, const char *field)
{
	for (size_t i = 0; i < recipient->count; i++) {
		struct span line = span_of(recipient->lines[i]);

		if (span_starts(line, span_of(field)) && span_find_char(line, '=', 0) == strlen(field))
			return span_from(line, strlen(field) + 1);
	}
	/* What a delivery gives rise to, whoever the recipient is. */
	if (strcmp(field, "unsubscribe_token") == 0)
		return SPAN(SAMPLELETTER_TOKEN);
	return SPAN("");
}

static void answer(const struct letter *letter, struct recipient *recipient)
{
	struct span *values = mem_alloc((letter_field_count(letter) + 1) * sizeof(*values));
	struct err err = {0};
	struct str out;

	str_init(&out, STR_MAX_LARGE);
	for (size_t i = 0; i < letter_field_count(letter); i++)
		values[i] = value_of(recipient, letter_field(letter, i));
	if (letter_build(letter, values, &out, &err) == OK) {
		printf("%zu\n", out.len);
		fwrite(out.ptr, 1, out.len, stdout);
	} else {
		printf("! %s\n", err.text);
	}
	fflush(stdout);
	while (recipient->count)
		free(recipient->lines[--recipient->count]);
	free(values);
	str_clear(&out);
}

int main(int argc, char **argv)
{
	struct letter *letter = NULL;
	struct recipient recipient;
	struct err err = {0};

	if (argc < 3 || argc > 4) {
		fputs("usage: letter_tool RELEASE LANGUAGE [TEMPLATES] <FIELDS\n", stderr);
		return 2;
	}
	if (load(argv, &letter, &err) != OK) {
		fprintf(stderr, "letter_tool: %s\n", err.text);
		return 1;
	}
	while (read_recipient(&recipient))
		answer(letter, &recipient);
	letter_free(letter);
	return 0;
}
