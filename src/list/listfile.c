/*
 * Members out of the rows of a CSV file, each checked, and back into one.
 */
#include "list/listfile.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "list/columns.h"
#include "list/encoding.h"
#include "list/language.h"
#include "list/rows.h"
#include "mail/addr.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* UTF-8 of a Windows-1252 byte is at most this long. */
#define GROWTH 3u

struct reader {
	const char *path;
	const struct listfile_reader_fns *fns;
	void *context;
	struct listfile_summary *summary;
	struct rows *rows;
	struct columns columns;
	struct decoder *decoder; /* Windows-1252 only */

	/* The row that is read. Its member's texts are borrowed from the cells and from here. */
	struct member member;
	char *decoded; /* cells that weren't UTF-8 */
	size_t decoded_len;
	size_t decoded_capacity;
	struct str key;
	struct str name;
	struct str language;
	struct str reason; /* why it is rejected; empty for a good one */
	size_t fault_column;
};

static bool is_printable_ascii(const struct cell *cell)
{
	for (size_t i = 0; i < cell->len; i++) {
		if (cell->ptr[i] < 0x20 || cell->ptr[i] > 0x7e)
			return false;
	}
	return true;
}

static struct span cell_span(const struct cell *cell)
{
	return span_bytes(cell->ptr, cell->len);
}

/* Returns false, for the caller to return. */
__attribute__((format(printf, 3, 4))) static bool set_fault(
	struct reader *reader, size_t column, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	str_addv(&reader->reason, format, args);
	va_end(args);
	reader->fault_column = column;
	return false;
}

/* Windows-1252 to UTF-8, into the room for decoded cells. */
static const char *decode(struct reader *reader, struct cell *cell)
{
	char *start = reader->decoded + reader->decoded_len;
	size_t length;

	if (utf8_is_valid(cell_span(cell)))
		return "UTF-8 in a file that is otherwise Windows-1252; save the file as UTF-8";
	length = decoder_text(
		reader->decoder, cell_span(cell), start, reader->decoded_capacity - reader->decoded_len - 1);
	if (length == SIZE_MAX)
		return "a byte that is nothing in Windows-1252; save the file as UTF-8";
	start[length] = '\0';
	reader->decoded_len += length + 1;
	*cell = (struct cell){start, length};
	return NULL;
}

/* Why the characters of a value can't be used, or NULL. */
static const char *check_characters(const struct cell *cell)
{
	struct span value = cell_span(cell);

	if (!utf8_is_valid(value))
		return "bytes that aren't UTF-8 in a file that otherwise is; save the file as UTF-8";
	if (!utf8_has_invisible(value))
		return NULL;
	if (span_find_char(value, '\n', 0) != SIZE_MAX || span_find_char(value, '\r', 0) != SIZE_MAX)
		return "a line break";
	return utf8_has_control(value, "") ? "a control character" : "an invisible character";
}

/* Length of what is taken off around values at the start of `text`, 0 if nothing. */
static size_t leading_space(const char *text, size_t length)
{
	if (length && (text[0] == ' ' || text[0] == '\t'))
		return 1;
	return length >= 2 && memcmp(text, "\xc2\xa0", 2) == 0 ? 2 : 0;
}

static void trim(struct cell *cell)
{
	size_t space;

	while ((space = leading_space(cell->ptr, cell->len)) > 0) {
		cell->ptr += space;
		cell->len -= space;
	}
	for (;;) {
		if (cell->len && leading_space(cell->ptr + cell->len - 1, 1) == 1)
			cell->len--;
		else if (cell->len >= 2 && leading_space(cell->ptr + cell->len - 2, 2) == 2)
			cell->len -= 2;
		else
			break;
	}
	cell->ptr[cell->len] = '\0';
}

static bool check_cell(struct reader *reader, size_t index, struct cell *cell)
{
	const struct column *column = &reader->columns.items[index];
	const char *fault = NULL;

	if (reader->decoder && !utf8_is_ascii(cell_span(cell)))
		fault = decode(reader, cell);
	trim(cell);
	if (!fault && !is_printable_ascii(cell))
		fault = check_characters(cell);
	if (!fault && cell->len > LISTFILE_FIELD_MAX)
		fault = "more than 1000 bytes";
	if (!fault && cell->len && column->kind == COLUMN_UNNAMED)
		fault = "a value, but no name in the header row";
	if (!fault)
		return true;
	return set_fault(reader, index + 1, "column %zu '%s' has %s", index + 1, column->name, fault);
}

static bool check_count(struct reader *reader, struct row *row)
{
	size_t count = row->cell_count;

	while (count > reader->columns.count && count <= LISTFILE_COLUMNS_MAX && !row->cells[count - 1].len)
		count--;
	if (count == reader->columns.count)
		return true;
	return set_fault(reader, 0, "the row has %zu cells, the header row has %zu", row->cell_count,
		reader->columns.count);
}

static bool take_address(struct reader *reader, size_t index, struct cell *cell)
{
	struct addr addr = {0};
	struct err err;

	if (!cell->len)
		return set_fault(reader, index + 1, "no address in the row");
	if (addr_parse(cell_span(cell), &addr, &err))
		return set_fault(reader, index + 1, "%s", err.text);
	addr_key(&addr, &reader->key);
	addr_clear(&addr);
	reader->member.address = cell->ptr;
	reader->member.address_key = reader->key.ptr;
	return true;
}

static bool take_language(struct reader *reader, size_t index, struct cell *cell)
{
	struct err err;

	if (!cell->len)
		return true;
	if (language_parse(cell_span(cell), &reader->language, &err))
		return set_fault(reader, index + 1, "%s", err.text);
	reader->member.language = reader->language.ptr;
	return true;
}

static void take_attribute(struct reader *reader, const struct column *column, struct cell *cell)
{
	struct fields *attributes = &reader->member.attributes;

	if (cell->len)
		attributes->items[attributes->count++] = (struct field){column->name, cell->ptr};
}

static bool take_cell(struct reader *reader, size_t index, struct cell *cell)
{
	const struct column *column = &reader->columns.items[index];
	struct member *member = &reader->member;

	switch (column->kind) {
	case COLUMN_ADDRESS:
		return take_address(reader, index, cell);
	case COLUMN_LANGUAGE:
		return take_language(reader, index, cell);
	case COLUMN_NAME:
		member->name = cell->ptr;
		break;
	case COLUMN_SALUTATION:
		member->salutation = cell->ptr;
		break;
	case COLUMN_OUTLET:
		member->outlet = cell->ptr;
		break;
	case COLUMN_ROLE:
		member->role = cell->ptr;
		break;
	case COLUMN_FIRST_NAME:
	case COLUMN_LAST_NAME:
	case COLUMN_ATTRIBUTE:
		take_attribute(reader, column, cell);
		break;
	case COLUMN_UNNAMED:
		break;
	}
	return true;
}

/* The full name of its parts, where the file has no column for it. */
static bool join_name(struct reader *reader)
{
	const char *first = member_field(&reader->member, "first_name");
	const char *last = member_field(&reader->member, "last_name");

	if (reader->member.name)
		return true;
	str_addf(&reader->name, "%s%s%s", first, *first && *last ? " " : "", last);
	reader->member.name = reader->name.ptr;
	if (reader->name.len <= LISTFILE_FIELD_MAX)
		return true;
	return set_fault(reader, 0, "first and last name have more than %u bytes", LISTFILE_FIELD_MAX);
}

static void start_member(struct reader *reader)
{
	static char none[] = "";
	struct field *items = reader->member.attributes.items;

	reader->member = (struct member){.salutation = none, .outlet = none, .role = none, .language = none};
	reader->member.attributes.items = items;
	reader->decoded_len = 0;
	reader->fault_column = 0;
	str_empty(&reader->key);
	str_empty(&reader->name);
	str_empty(&reader->language);
	str_empty(&reader->reason);
}

static bool take_row(struct reader *reader, struct row *row)
{
	size_t total = 0;

	start_member(reader);
	if (row->fault)
		return set_fault(reader, row->fault_column, "%s", row->fault);
	if (!check_count(reader, row))
		return false;
	for (size_t i = 0; i < reader->columns.count; i++) {
		if (!check_cell(reader, i, &row->cells[i]) || !take_cell(reader, i, &row->cells[i]))
			return false;
		total += row->cells[i].len;
	}
	if (total > LISTFILE_VALUES_MAX)
		return set_fault(
			reader, 0, "the values have more than %u bytes together", LISTFILE_VALUES_MAX);
	return join_name(reader);
}

/* Anything as UTF-8, for a person to look at: what isn't becomes U+FFFD. */
static void make_readable(struct reader *reader, struct span bytes, struct str *out)
{
	uint32_t c;

	if (reader->decoder && !utf8_is_valid(bytes)) {
		char *decoded = mem_alloc(GROWTH * bytes.len);
		size_t length = decoder_stream(reader->decoder, &bytes, decoded, GROWTH * bytes.len);
		struct span rest = span_bytes(decoded, length);

		while (utf8_next(&rest, &c))
			utf8_add(out, c);
		free(decoded);
		return;
	}
	while (utf8_next(&bytes, &c))
		utf8_add(out, c);
}

static bool add_address(struct span text, struct str *keys)
{
	struct addr addr = {0};
	struct err ignored;

	if (span_find_char(text, '@', 0) == SIZE_MAX || addr_parse(text, &addr, &ignored))
		return false;
	addr_key(&addr, keys);
	str_add_char(keys, '\n');
	addr_clear(&addr);
	return true;
}

static bool add_address_column(const struct reader *reader, const struct row *row, struct str *keys)
{
	for (size_t i = 0; !row->fault && i < reader->columns.count && i < row->cell_count; i++) {
		struct cell cell = row->cells[i];

		if (reader->columns.items[i].kind != COLUMN_ADDRESS)
			continue;
		trim(&cell);
		return add_address(cell_span(&cell), keys);
	}
	return false;
}

/* Two addresses in one cell, a name around one, a cell too many: the address is there all the same. */
static void add_every_address(struct span text, struct str *keys)
{
	static const char around[] = ",;:\"<>()[] \t\r\n";
	size_t start = 0;

	for (size_t i = 0; i <= text.len; i++) {
		if (i < text.len && text.ptr[i] && !strchr(around, text.ptr[i]))
			continue;
		add_address(span_bytes(text.ptr + start, i - start), keys);
		start = i + 1;
	}
}

static enum status reject(struct reader *reader, const struct row *row, struct err *err)
{
	struct str text;
	struct str keys;
	struct listfile_reject found = {
		.line = row->line, .column = reader->fault_column, .reason = reader->reason.ptr};
	enum status status;

	str_init(&text, LISTFILE_LINE_MAX);
	str_init(&keys, STR_MAX_LARGE);
	make_readable(reader, row->text, &text);
	found.row = str_span(&text);
	if (!add_address_column(reader, row, &keys))
		add_every_address(found.row, &keys);
	found.address_keys = str_span(&keys);
	reader->summary->rejected++;
	status = reader->fns->reject(reader->context, &found, err);
	str_clear(&keys);
	str_clear(&text);
	return status;
}

static bool is_empty(const struct row *row)
{
	for (size_t i = 0; i < row->cell_count; i++) {
		if (i >= LISTFILE_COLUMNS_MAX || row->cells[i].len)
			return false;
	}
	return !row->fault;
}

static enum status read_rows(struct reader *reader, struct err *err)
{
	const struct lines *lines = rows_lines(reader->rows);
	struct row row;
	enum status status;

	while ((status = rows_next(reader->rows, &row, err)) == OK) {
		reader->summary->bytes_done = lines_bytes_done(lines);
		if (is_empty(&row))
			continue;
		reader->summary->rows++;
		if (take_row(reader, &row)) {
			reader->summary->good++;
			status = reader->fns->member(reader->context, row.line, &reader->member, err);
		} else {
			status = reject(reader, &row, err);
		}
		if (status)
			return status;
	}
	return status == E_NOTFOUND ? OK : status;
}

/* The separator that the line has most of outside quotes; `,` if it has none. */
static char most_frequent_separator(struct span line)
{
	static const char candidates[] = {',', ';', '\t'};
	size_t counts[sizeof(candidates)] = {0};
	size_t best = 0;
	bool is_quoted = false;

	for (size_t i = 0; i < line.len; i++) {
		const char *found = memchr(candidates, line.ptr[i], sizeof(candidates));

		if (line.ptr[i] == '"')
			is_quoted = !is_quoted;
		else if (found && !is_quoted)
			counts[found - candidates]++;
	}
	for (size_t i = 1; i < sizeof(candidates); i++) {
		if (counts[i] > counts[best])
			best = i;
	}
	return candidates[best];
}

/* Excel's own way to name the separator: a first line `sep=;`. */
static bool is_separator_line(struct span line)
{
	struct span rest = span_from(line, 4);

	return span_starts_nocase(line, SPAN("sep=")) && rest.len == 1 &&
	       (rest.ptr[0] == ',' || rest.ptr[0] == ';' || rest.ptr[0] == '\t');
}

static enum status find_separator(struct reader *reader, struct err *err)
{
	struct line line = {0};
	enum status status = rows_peek(reader->rows, &line, err);

	if (status == E_NOTFOUND)
		return err_set(
			err, E_SYNTAX, "'%s' is empty; its first row must name the columns", reader->path);
	if (status)
		return status;
	if (is_separator_line(line.text)) {
		reader->summary->separator = line.text.ptr[4];
		status = rows_skip_line(reader->rows, err);
	} else {
		reader->summary->separator = most_frequent_separator(line.text);
	}
	rows_set_separator(reader->rows, reader->summary->separator);
	return status;
}

/* Make the header's cells UTF-8 or say which one isn't. */
static enum status check_header(struct reader *reader, struct row *row, struct span *cells, struct err *err)
{
	for (size_t i = 0; i < row->cell_count; i++) {
		const char *fault = NULL;

		if (reader->decoder && !utf8_is_ascii(cell_span(&row->cells[i])))
			fault = decode(reader, &row->cells[i]);
		else if (!utf8_is_valid(cell_span(&row->cells[i])))
			fault = "bytes that aren't UTF-8; save the file as UTF-8";
		if (fault)
			return err_set(err, E_SYNTAX, "%s:%zu: column %zu has %s", reader->path, row->line,
				i + 1, fault);
		cells[i] = cell_span(&row->cells[i]);
	}
	return OK;
}

static bool is_attribute(enum column_kind kind)
{
	return kind == COLUMN_ATTRIBUTE || kind == COLUMN_FIRST_NAME || kind == COLUMN_LAST_NAME;
}

static enum status make_room_for_attributes(struct reader *reader, size_t line, struct err *err)
{
	struct fields *attributes = &reader->member.attributes;
	size_t count = 0;

	for (size_t i = 0; i < reader->columns.count; i++)
		count += is_attribute(reader->columns.items[i].kind);
	if (count > LISTFILE_ATTRIBUTES_MAX)
		return err_set(err, E_RANGE, "%s:%zu: %zu columns besides the usual ones; there may be %u",
			reader->path, line, count, LISTFILE_ATTRIBUTES_MAX);
	attributes->items = mem_alloc(count * sizeof(*attributes->items));
	return OK;
}

static enum status read_header(struct reader *reader, struct err *err)
{
	struct span cells[LISTFILE_COLUMNS_MAX];
	struct row row;
	enum status status = find_separator(reader, err);

	if (!status)
		status = rows_next(reader->rows, &row, err);
	if (status == E_NOTFOUND)
		return err_set(
			err, E_SYNTAX, "'%s' has no header row; name its columns in one", reader->path);
	if (status)
		return status;
	if (row.fault)
		return err_set(err, E_SYNTAX, "%s:%zu: the header row can't be read: %s", reader->path,
			row.line, row.fault);
	if (row.cell_count > LISTFILE_COLUMNS_MAX)
		return err_set(err, E_RANGE, "%s:%zu: %zu columns; there may be %u", reader->path, row.line,
			row.cell_count, LISTFILE_COLUMNS_MAX);
	status = check_header(reader, &row, cells, err);
	if (status)
		return status;
	status = columns_parse(cells, row.cell_count, &reader->columns, err);
	if (status)
		return err ? err_wrap(err, "%s:%zu", reader->path, row.line) : status;
	return make_room_for_attributes(reader, row.line, err);
}

static enum status open_reader(struct reader *reader, struct err *err)
{
	enum status status =
		rows_open(reader->path, LISTFILE_LINE_MAX, LISTFILE_COLUMNS_MAX, &reader->rows, err);
	enum encoding encoding;

	if (status)
		return status;
	encoding = lines_encoding(rows_lines(reader->rows));
	reader->summary->encoding = encoding_name(encoding);
	reader->summary->bytes_total = lines_bytes_total(rows_lines(reader->rows));
	if (encoding == ENCODING_WINDOWS_1252) {
		reader->decoder = decoder_new(encoding);
		reader->decoded_capacity = GROWTH * LISTFILE_LINE_MAX + LISTFILE_COLUMNS_MAX;
		reader->decoded = mem_alloc(reader->decoded_capacity);
	}
	return OK;
}

enum status listfile_read(const char *path, const struct listfile_reader_fns *fns, void *context,
	struct listfile_summary *summary, struct err *err)
{
	struct reader reader = {.path = path, .fns = fns, .context = context, .summary = summary};
	enum status status;

	*summary = (struct listfile_summary){.separator = ',', .encoding = ""};
	str_init(&reader.key, STR_MAX_SMALL);
	str_init(&reader.name, STR_MAX_SMALL);
	str_init(&reader.language, STR_MAX_SMALL);
	str_init(&reader.reason, STR_MAX_SMALL);
	status = open_reader(&reader, err);
	if (!status)
		status = read_header(&reader, err);
	if (!status)
		status = read_rows(&reader, err);
	rows_close(reader.rows);
	decoder_free(reader.decoder);
	columns_clear(&reader.columns);
	str_clear(&reader.key);
	str_clear(&reader.name);
	str_clear(&reader.language);
	str_clear(&reader.reason);
	free(reader.decoded);
	free(reader.member.attributes.items);
	return status;
}

static const char *const fixed_columns[] = {"address", "name", "outlet", "role", "language", "salutation"};

#define FIXED_COUNT (sizeof(fixed_columns) / sizeof(fixed_columns[0]))

static void write_cell(struct str *out, const char *value, bool is_first)
{
	struct span rest = span_of(value);
	struct span part;

	if (!is_first)
		str_add_char(out, ',');
	if (!value[strcspn(value, ",;\"\t\r\n ")]) {
		str_add(out, rest);
		return;
	}
	str_add_char(out, '"');
	while (span_split(&rest, '"', &part)) {
		str_add(out, part);
		str_add_text(out, rest.ptr ? "\"\"" : "");
	}
	str_add_char(out, '"');
}

void listfile_write_header(struct str *out, const char *const *attribute_names, size_t count)
{
	for (size_t i = 0; i < FIXED_COUNT; i++)
		write_cell(out, fixed_columns[i], i == 0);
	for (size_t i = 0; i < count; i++)
		write_cell(out, attribute_names[i], false);
	str_add_char(out, '\n');
}

void listfile_write_member(
	struct str *out, const struct member *member, const char *const *attribute_names, size_t count)
{
	for (size_t i = 0; i < FIXED_COUNT; i++)
		write_cell(out, member_field(member, fixed_columns[i]), i == 0);
	for (size_t i = 0; i < count; i++)
		write_cell(out, member_field(member, attribute_names[i]), false);
	str_add_char(out, '\n');
}
