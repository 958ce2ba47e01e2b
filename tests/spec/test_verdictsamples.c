/*
 * Judging what real servers said: the diagnostic texts of bounces that others
 * collected, beside what they were found to be about ($DATELINE_SHARED, else
 * ../shared; "bounces/truth.tsv" and its mails).
 */
#include "support/test.h"

#include "base/file.h"
#include "base/mem.h"
#include "deliver/verdict.h"

enum column {
	COLUMN_FILE = 1,
	COLUMN_REASON = 6
};

/* A reason of the truth: whether it is the recipient's. */
struct sample_kind {
	const char *reason;
	bool is_recipients;
	int seen, right;
};

static struct sample_kind kinds[] = {
	{"userunknown", true, 0, 0},
	{"mailboxfull", true, 0, 0},
	{"suspend", true, 0, 0},
	{"blocked", false, 0, 0},
	{"authfailure", false, 0, 0},
	{"requireptr", false, 0, 0},
	{"spamdetected", false, 0, 0},
	{"policyviolation", false, 0, 0},
	{"norelaying", false, 0, 0},
	{"toomanyconn", false, 0, 0},
};

static struct sample_kind *find_kind(struct span reasons)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (span_equals(
			    span_first(reasons, span_find_char(reasons, ',', 0)), span_of(kinds[i].reason)))
			return &kinds[i];
	}
	return NULL;
}

/* The first Diagnostic-Code's value, unfolded. */
static bool find_diagnostic(struct span mail, struct str *out)
{
	struct span line;
	bool is_in = false;

	str_empty(out);
	while (span_line(&mail, &line)) {
		if (is_in && !(line.len && (line.ptr[0] == ' ' || line.ptr[0] == '\t')))
			return true;
		if (is_in)
			str_add_char(out, ' ');
		if (span_starts_nocase(line, SPAN("Diagnostic-Code:"))) {
			line = span_from(line, strlen("Diagnostic-Code:"));
			is_in = true;
		}
		if (is_in)
			str_add(out, span_first(span_trim(line), 1000));
	}
	return is_in;
}

/* "smtp; 550 5.1.1 User unknown", as the reply that it was. */
static bool read_reply(struct span value, struct reply_reader *reader, struct reply *reply)
{
	size_t semicolon = span_find_char(value, ';', 0);

	if (semicolon != SIZE_MAX)
		value = span_trim(span_from(value, semicolon + 1));
	reply_reader_clear(reader);
	reply_reader_push(reader, value);
	reply_reader_push(reader, SPAN("\r\n"));
	return reply_reader_take(reader, reply, NULL) == OK && reply->code >= 400;
}

static void judge_mail(const char *folder, struct span file, struct sample_kind *kind)
{
	struct reply_reader *reader = reply_reader_new();
	char *name = span_copy(file);
	char *path = file_join(folder, name);
	struct reply reply;
	struct str mail, value;

	str_init(&mail, STR_MAX_LARGE);
	str_init(&value, STR_MAX_SMALL);
	if (file_load(path, &mail, NULL) == OK && find_diagnostic(str_span(&mail), &value) &&
		read_reply(str_span(&value), reader, &reply)) {
		bool is_recipients = verdict_of(PHASE_RCPT, &reply).cause == CAUSE_RECIPIENT;
		bool is_right = is_recipients == kind->is_recipients;

		kind->seen++;
		kind->right += is_right;
		if (!is_right)
			fprintf(stderr, "%s, %s: %d %s %s\n", name, kind->reason, reply.code, reply.enhanced,
				reply.text.ptr);
	}
	str_clear(&mail);
	str_clear(&value);
	free(path);
	free(name);
	reply_reader_free(reader);
}

static void judge_row(const char *folder, struct span row)
{
	struct span file = {0};
	struct span cell;
	struct sample_kind *kind = NULL;

	for (int i = 0; i <= COLUMN_REASON && span_split(&row, '\t', &cell); i++) {
		if (i == COLUMN_FILE)
			file = cell;
		if (i == COLUMN_REASON)
			kind = find_kind(cell);
	}
	if (kind)
		judge_mail(folder, file, kind);
}

static void nine_of_ten_refusals_are_laid_to_the_recipient_only_where_it_is_to_blame(void **state)
{
	const char *shared = test_shared_folder();
	char folder[4096], path[4096];
	struct str truth;
	struct span rest, row;

	(void)state;
	snprintf(folder, sizeof(folder), "%s/bounces/mails", shared ? shared : "../shared");
	snprintf(path, sizeof(path), "%s/bounces/truth.tsv", shared ? shared : "../shared");
	str_init(&truth, STR_MAX_LARGE);
	if (!shared || file_load(path, &truth, NULL) != OK) {
		str_clear(&truth);
		fprintf(stderr, "SKIPPED: the collected bounces aren't there: %s\n", path);
		skip();
	}
	rest = str_span(&truth);
	while (span_line(&rest, &row))
		judge_row(folder, row);
	str_clear(&truth);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		fprintf(stderr, "%s: %d of %d\n", kinds[i].reason, kinds[i].right, kinds[i].seen);
		assert_true(kinds[i].seen > 0);
		assert_true(kinds[i].right * 10 >= kinds[i].seen * 9);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nine_of_ten_refusals_are_laid_to_the_recipient_only_where_it_is_to_blame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
