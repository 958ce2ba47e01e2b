/*
 * A letter's program: laid down op by op, run per recipient.
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

struct letter *letter_new(void)
{
	struct letter *letter = mem_alloc(sizeof(*letter));

	str_init(&letter->bytes, LETTER_MAX);
	letter->body = SIZE_MAX;
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
	letterseal_clear(&letter->seal);
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

const unsigned char *letter_secret_check(const struct letter *letter)
{
	return letter->secret_check;
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

void letter_add_body(struct letter *letter)
{
	letter->body = letter->op_count;
	letter->barrier = letter->op_count;
}

struct span letter_run(const struct letter *letter, const struct op *op)
{
	return span_bytes(letter->bytes.ptr + op->a, op->b);
}

void letter_add_letter(struct letter *letter, const struct letter *part)
{
	size_t base = letter->op_count;

	letter->barrier = base;
	for (size_t i = 0; i < part->op_count; i++) {
		const struct op *op = &part->ops[i];
		bool has_target = op->kind == OP_IF || op->kind == OP_UNLESS;
		size_t field;

		if (op->kind == OP_RUN) {
			letter_add_op(letter, OP_RUN, op->place, letter->bytes.len, op->b);
			str_add(&letter->bytes, letter_run(part, op));
			continue;
		}
		field = letter_add_field(letter, span_of(part->fields[op->a].name));
		letter_add_op(letter, op->kind, op->place, field, has_target ? base + op->b : 0);
	}
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
		str_add(out, letter_run(letter, op));
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

static enum status run_ops(const struct letter *letter, size_t from, size_t end, const struct span *values,
	struct str *out, struct err *err)
{
	enum status status = OK;

	for (size_t at = from; at < end && status == OK;) {
		const struct op *op = &letter->ops[at];
		bool is_skipped = (op->kind == OP_IF && !values[op->a].len) ||
				  (op->kind == OP_UNLESS && values[op->a].len);
		size_t start = out->len;

		status = run_op(letter, op, values, out, err);
		if (at >= letter->body)
			letterseal_add_op(letter, at, out, start);
		at = is_skipped ? op->b : at + 1;
	}
	return status;
}

enum status letter_build(
	const struct letter *letter, const struct span *values, struct str *out, struct err *err)
{
	size_t start = out->len, body;
	enum status status = check_values(letter, values, err);

	if (status == OK)
		status = letterseal_begin(letter, out, err);
	if (status == OK)
		status = run_ops(letter, 0, letter->body, values, out, err);
	str_add(out, SPAN("\r\n"));
	body = out->len;
	if (status == OK)
		status = run_ops(letter, letter->body, letter->op_count, values, out, err);
	if (status == OK)
		status = str_status(out, "the message", err);
	if (status == OK)
		status = letterseal_end(letter, out, start, body, err);
	if (status != OK)
		str_cut(out, start);
	return status;
}
