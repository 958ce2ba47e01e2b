/*
 * A letter's program: laid down op by op, kept as bytes, run per recipient.
 * Running parses nothing and allocates nothing but room in the output.
 */
#include "compose/letterprogram.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "mail/codec.h"
#include "mail/header.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>

#define MAGIC "DLLETTER"
#define VERSION 2u
#define HEAD_SIZE (8u + 5u * 4u)
#define OP_SIZE (1u + 1u + 4u + 4u)

struct letter *letter_new(void)
{
	struct letter *letter = mem_alloc(sizeof(*letter));

	str_init(&letter->bytes, LETTER_MAX);
	return letter;
}

void letter_free(struct letter *letter)
{
	if (!letter)
		return;
	for (size_t i = 0; i < letter->field_count; i++)
		free(letter->fields[i].name);
	free(letter->fields);
	free(letter->ops);
	str_clear(&letter->bytes);
	free(letter);
}

size_t letter_field_count(const struct letter *letter)
{
	return letter->field_count;
}

const char *letter_field(const struct letter *letter, size_t index)
{
	return letter->fields[index].name;
}

unsigned char letter_secret_number(const struct letter *letter)
{
	return letter->secret_number;
}

bool letter_field_is_needed(const struct letter *letter, size_t index)
{
	return letter->fields[index].is_needed;
}

size_t letter_add_field(struct letter *letter, struct span name)
{
	for (size_t i = 0; i < letter->field_count; i++) {
		if (span_equals(span_of(letter->fields[i].name), name))
			return i;
	}
	letter->fields = mem_grow(
		letter->fields, letter->field_count, &letter->field_capacity, sizeof(*letter->fields));
	letter->fields[letter->field_count].name = span_copy(name);
	return letter->field_count++;
}

void letter_add_op(struct letter *letter, enum op_kind kind, enum slot_place place, size_t a, size_t b)
{
	letter->ops = mem_grow(letter->ops, letter->op_count, &letter->op_capacity, sizeof(*letter->ops));
	letter->ops[letter->op_count++] =
		(struct op){.kind = kind, .place = place, .a = (uint32_t)a, .b = (uint32_t)b};
}

void letter_add_run(struct letter *letter, struct span bytes)
{
	size_t start = letter->bytes.len;
	struct op *last = letter->op_count ? &letter->ops[letter->op_count - 1] : NULL;

	str_add(&letter->bytes, bytes);
	if (letter->bytes.len == start)
		return;
	if (last && last->kind == OP_RUN && letter->op_count > letter->barrier)
		last->b += (uint32_t)bytes.len;
	else
		letter_add_op(letter, OP_RUN, PLACE_HEADER, start, bytes.len);
}

size_t letter_add_begin(struct letter *letter, struct span field, bool is_negated)
{
	letter_add_op(
		letter, is_negated ? OP_UNLESS : OP_IF, PLACE_HEADER, letter_add_field(letter, field), 0);
	return letter->op_count - 1;
}

void letter_add_end(struct letter *letter, size_t begin)
{
	letter->ops[begin].b = (uint32_t)letter->op_count;
	letter->barrier = letter->op_count;
}

/* A field that is written somewhere and never asked about leaves a hole where it's empty. */
static void mark_needed(struct letter *letter)
{
	for (size_t i = 0; i < letter->op_count; i++) {
		const struct op *op = &letter->ops[i];

		if (op->kind == OP_SLOT)
			letter->fields[op->a].is_needed = true;
		if (op->kind == OP_TO || op->kind == OP_LIST_ID)
			letter->fields[op->b].is_needed = true;
	}
	for (size_t i = 0; i < letter->op_count; i++) {
		const struct op *op = &letter->ops[i];

		if (op->kind == OP_IF || op->kind == OP_UNLESS)
			letter->fields[op->a].is_needed = false;
	}
}

enum status letter_finish(struct letter *letter, struct err *err)
{
	mark_needed(letter);
	if (letter->op_count > LETTER_OPS_MAX)
		return err_set(err, E_RANGE,
			"the letter has more than %u places that depend on the recipient",
			LETTER_OPS_MAX / 2);
	if (letter->field_count > LETTER_FIELDS_MAX)
		return err_set(err, E_RANGE, "the letter reads more than %u fields of a recipient",
			LETTER_FIELDS_MAX);
	return str_status(&letter->bytes, "the letter", err);
}

static void put_number(struct str *out, uint32_t number)
{
	char bytes[4] = {(char)number, (char)(number >> 8), (char)(number >> 16), (char)(number >> 24)};

	str_add(out, span_bytes(bytes, sizeof(bytes)));
}

void letter_save(const struct letter *letter, struct str *out)
{
	str_add(out, SPAN(MAGIC));
	put_number(out, VERSION);
	put_number(out, letter->secret_number);
	put_number(out, (uint32_t)letter->field_count);
	put_number(out, (uint32_t)letter->op_count);
	put_number(out, (uint32_t)letter->bytes.len);
	for (size_t i = 0; i < letter->field_count; i++) {
		str_add_char(out, letter->fields[i].is_needed ? 1 : 0);
		str_add_char(out, (char)strlen(letter->fields[i].name));
		str_add_text(out, letter->fields[i].name);
	}
	for (size_t i = 0; i < letter->op_count; i++) {
		str_add_char(out, (char)letter->ops[i].kind);
		str_add_char(out, (char)letter->ops[i].place);
		put_number(out, letter->ops[i].a);
		put_number(out, letter->ops[i].b);
	}
	str_add(out, str_span(&letter->bytes));
}

static uint32_t number_at(struct span bytes, size_t at)
{
	const unsigned char *p = (const unsigned char *)bytes.ptr + at;

	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static bool is_field_name(struct span name)
{
	return name.len && name.len <= LETTER_FIELD_NAME_MAX && utf8_is_valid(name) &&
	       !utf8_has_control(name, "");
}

static bool load_fields(struct letter *letter, struct span *rest, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t length;
		struct span name;

		if (rest->len < 2)
			return false;
		length = (unsigned char)rest->ptr[1];
		name = span_first(span_from(*rest, 2), length);
		if (name.len != length || !is_field_name(name) || (unsigned char)rest->ptr[0] > 1)
			return false;
		/* A name twice would be two values for one field. */
		if (letter_add_field(letter, name) != i)
			return false;
		letter->fields[i].is_needed = rest->ptr[0] == 1;
		*rest = span_from(*rest, 2 + length);
	}
	return true;
}

static bool is_op_sound(const struct letter *letter, size_t at, size_t op_count, size_t byte_count)
{
	const struct op *op = &letter->ops[at];

	switch (op->kind) {
	case OP_RUN:
		return op->a <= byte_count && op->b <= byte_count - op->a;
	case OP_SLOT:
		return op->a < letter->field_count && op->b == 0;
	case OP_IF:
	case OP_UNLESS:
		return op->a < letter->field_count && op->b > at && op->b <= op_count;
	case OP_TO:
	case OP_LIST_ID:
		return op->a < letter->field_count && op->b < letter->field_count;
	case OP_COUNT:
		break;
	}
	return false;
}

static bool load_ops(struct letter *letter, struct span *rest, size_t count, size_t byte_count)
{
	for (size_t i = 0; i < count; i++) {
		unsigned kind, place;

		if (rest->len < OP_SIZE)
			return false;
		kind = (unsigned char)rest->ptr[0];
		place = (unsigned char)rest->ptr[1];
		if (kind >= OP_COUNT || place >= PLACE_COUNT)
			return false;
		letter_add_op(letter, (enum op_kind)kind, (enum slot_place)place, number_at(*rest, 2),
			number_at(*rest, 6));
		if (!is_op_sound(letter, i, count, byte_count))
			return false;
		*rest = span_from(*rest, OP_SIZE);
	}
	return true;
}

enum status letter_load(struct span bytes, struct letter **out, struct err *err)
{
	struct span rest = span_from(bytes, HEAD_SIZE);
	size_t secret_number, field_count, op_count, byte_count;
	struct letter *letter;

	if (bytes.len < HEAD_SIZE || !span_starts(bytes, SPAN(MAGIC)))
		return err_set(
			err, E_SYNTAX, "the stored letter isn't one: it doesn't begin as a letter does");
	if (number_at(bytes, 8) != VERSION)
		return err_set(err, E_SYNTAX, "the stored letter has format %u, this program reads %u",
			number_at(bytes, 8), VERSION);
	field_count = number_at(bytes, 16);
	op_count = number_at(bytes, 20);
	byte_count = number_at(bytes, 24);
	secret_number = number_at(bytes, 12);
	if (secret_number > UCHAR_MAX || field_count > LETTER_FIELDS_MAX || op_count > LETTER_OPS_MAX ||
		byte_count > LETTER_MAX)
		return err_set(err, E_SYNTAX, "the stored letter is damaged: impossible sizes");
	letter = letter_new();
	letter->secret_number = (unsigned char)secret_number;
	if (!load_fields(letter, &rest, field_count) || !load_ops(letter, &rest, op_count, byte_count) ||
		rest.len != byte_count) {
		letter_free(letter);
		return err_set(err, E_SYNTAX, "the stored letter is damaged: its parts don't fit together");
	}
	str_add(&letter->bytes, rest);
	*out = letter;
	return OK;
}

static enum status check_values(const struct letter *letter, const struct span *values, struct err *err)
{
	for (size_t i = 0; i < letter->field_count; i++) {
		const char *name = letter->fields[i].name;

		if (values[i].len > LETTER_VALUE_MAX)
			return err_set(err, E_RANGE, "the recipient's \"%s\" is longer than %u bytes", name,
				LETTER_VALUE_MAX);
		if (!utf8_is_valid(values[i]))
			return err_set(err, E_SYNTAX, "the recipient's \"%s\" isn't UTF-8", name);
		if (utf8_has_control(values[i], ""))
			return err_set(err, E_SYNTAX,
				"the recipient's \"%s\" has a control character: \"%.*s\"", name,
				SPAN_ARG(span_first(values[i], 60)));
	}
	return OK;
}

static enum status put_token(const char *name, struct span value, struct str *out, struct err *err)
{
	if (!value.len)
		return err_set(err, E_SYNTAX, "the recipient's \"%s\" is empty, and a header needs it", name);
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] <= ' ' || value.ptr[i] > '~' || strchr("<>()\",;:@\\", value.ptr[i]))
			return err_set(err, E_SYNTAX,
				"the recipient's \"%s\" can't stand in a header: \"%.*s\"", name,
				SPAN_ARG(span_first(value, 60)));
	}
	str_add(out, value);
	return OK;
}

/* Piece by piece through the transfer encoding: what is escaped needs no room of its own. */
static void put_html(struct span value, size_t *column, struct str *out)
{
	static const struct {
		char c;
		const char *safe;
	} escapes[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
	size_t from = 0;

	for (size_t i = 0; i < value.len; i++) {
		for (size_t e = 0; e < sizeof(escapes) / sizeof(escapes[0]); e++) {
			if (escapes[e].c != value.ptr[i])
				continue;
			codec_qp(span_bytes(value.ptr + from, i - from), column, out);
			codec_qp(span_of(escapes[e].safe), column, out);
			from = i + 1;
		}
	}
	codec_qp(span_from(value, from), column, out);
}

static enum status put_slot(
	const struct letter *letter, const struct op *op, struct span value, struct str *out, struct err *err)
{
	size_t column = 0;

	if (op->place == PLACE_HEADER)
		return put_token(letter->fields[op->a].name, value, out, err);
	if (op->place == PLACE_HTML)
		put_html(value, &column, out);
	else
		codec_qp(value, &column, out);
	codec_qp_soft_break(&column, out);
	return OK;
}

static enum status put_list_id(struct span title, struct span name, struct str *out, struct err *err)
{
	enum status status;

	str_add_text(out, "List-Id: ");
	status = header_phrase(out, title, strlen("List-Id: "), err);
	if (status == OK && title.len)
		str_add_text(out, "\r\n ");
	str_add_text(out, "<");
	return status == OK ? put_token("list.name", name, out, err) : status;
}

static enum status run_op(const struct letter *letter, const struct op *op, const struct span *values,
	struct str *out, struct err *err)
{
	struct header_mailbox to;

	switch (op->kind) {
	case OP_RUN:
		str_add(out, span_bytes(letter->bytes.ptr + op->a, op->b));
		return OK;
	case OP_SLOT:
		return put_slot(letter, op, values[op->a], out, err);
	case OP_TO:
		to = (struct header_mailbox){values[op->a], values[op->b]};
		return header_add_mailboxes(out, "To", &to, 1, err);
	case OP_LIST_ID:
		return put_list_id(values[op->a], values[op->b], out, err);
	case OP_IF:
	case OP_UNLESS:
	case OP_COUNT:
		break;
	}
	return OK;
}

enum status letter_build(
	const struct letter *letter, const struct span *values, struct str *out, struct err *err)
{
	size_t start = out->len;
	enum status status = check_values(letter, values, err);

	for (size_t at = 0; at < letter->op_count && status == OK;) {
		const struct op *op = &letter->ops[at];
		bool is_skipped = (op->kind == OP_IF && !values[op->a].len) ||
				  (op->kind == OP_UNLESS && values[op->a].len);

		status = run_op(letter, op, values, out, err);
		at = is_skipped ? op->b : at + 1;
	}
	if (status == OK)
		status = str_status(out, "the message", err);
	if (status != OK)
		str_cut(out, start);
	return status;
}

enum status letter_read_part(struct span message, const char *type, struct str *out, struct err *err)
{
	struct str head;
	size_t from;

	str_init(&head, STR_MAX_SMALL);
	str_addf(&head, "\r\nContent-Type: %s;", type);
	from = span_find(message, str_span(&head), 0);
	str_clear(&head);
	if (from != SIZE_MAX)
		from = span_find(message, SPAN("\r\n\r\n"), from);
	if (from == SIZE_MAX)
		return err_set(err, E_NOTFOUND, "the message has no part \"%s\"", type);
	message = span_from(message, from + 4);
	/* Boundaries begin with "=_", which no quoted-printable text can hold (see token_boundary). */
	return codec_qp_decode(span_first(message, span_find(message, SPAN("\r\n--=_"), 0)), out, err);
}
