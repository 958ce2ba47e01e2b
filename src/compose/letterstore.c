/*
 * A letter as bytes, for the store: all but its keys. What is read back may be
 * damaged, and must stay within its bounds when it is run.
 */
#include "compose/letterprogram.h"

#include "base/utf8.h"

#include <limits.h>
#include <stdint.h>

#define MAGIC "DLLETTER"
#define VERSION 2u
#define OP_SIZE (1u + 1u + 4u + 4u)
#define SIGNATURE_SIZE (1u + 1u + 1u + DKIM_DIGEST_SIZE) /* before its names */

/* The numbers behind the magic, in order. */
enum {
	NUMBER_VERSION,
	NUMBER_SECRET,
	NUMBER_TIME,
	NUMBER_TIME_HIGH,
	NUMBER_SIGNATURES,
	NUMBER_FIELDS,
	NUMBER_OPS,
	NUMBER_BODY, /* the body's first op */
	NUMBER_BYTES,
	NUMBER_COUNT
};
#define SECRET_CHECK_AT (8u + NUMBER_COUNT * 4u)
#define HEAD_SIZE (SECRET_CHECK_AT + TOKEN_CHECK_SIZE)

static const uint32_t number_max[NUMBER_COUNT] = {
	[NUMBER_VERSION] = VERSION,
	[NUMBER_SECRET] = UCHAR_MAX,
	[NUMBER_TIME] = UINT32_MAX,
	[NUMBER_TIME_HIGH] = DKIM_TIME_MAX >> 32,
	[NUMBER_SIGNATURES] = DKIM_SIGNERS_MAX,
	[NUMBER_FIELDS] = LETTER_FIELDS_MAX,
	[NUMBER_OPS] = LETTER_OPS_MAX,
	[NUMBER_BODY] = LETTER_OPS_MAX,
	[NUMBER_BYTES] = LETTER_MAX,
};

static void put_number(struct str *out, uint32_t number)
{
	char bytes[4] = {(char)number, (char)(number >> 8), (char)(number >> 16), (char)(number >> 24)};

	str_add(out, span_bytes(bytes, sizeof(bytes)));
}

static void put_signature(struct str *out, const struct letter_signature *signature)
{
	str_add_char(out, (char)signature->algorithm);
	str_add_char(out, (char)signature->domain.len);
	str_add_char(out, (char)signature->selector.len);
	str_add(out, span_bytes(signature->fingerprint, sizeof(signature->fingerprint)));
	str_add(out, signature->domain);
	str_add(out, signature->selector);
}

void letter_save(const struct letter *letter, struct str *out)
{
	const uint32_t numbers[NUMBER_COUNT] = {
		[NUMBER_VERSION] = VERSION,
		[NUMBER_SECRET] = letter->secret_number,
		[NUMBER_TIME] = (uint32_t)letter->seal.time_s,
		[NUMBER_TIME_HIGH] = (uint32_t)(letter->seal.time_s >> 32),
		[NUMBER_SIGNATURES] = (uint32_t)letter->seal.count,
		[NUMBER_FIELDS] = (uint32_t)letter->field_count,
		[NUMBER_OPS] = (uint32_t)letter->op_count,
		[NUMBER_BODY] = (uint32_t)letter->body,
		[NUMBER_BYTES] = (uint32_t)letter->bytes.len,
	};

	str_add(out, SPAN(MAGIC));
	for (size_t i = 0; i < NUMBER_COUNT; i++)
		put_number(out, numbers[i]);
	str_add(out, span_bytes(letter->secret_check, TOKEN_CHECK_SIZE));
	for (size_t i = 0; i < letter->seal.count; i++)
		put_signature(out, &letter->seal.signatures[i]);
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

static unsigned byte_at(struct span bytes, size_t at)
{
	return (unsigned char)bytes.ptr[at];
}

static bool is_field_name(struct span name)
{
	return name.len && name.len <= LETTER_FIELD_NAME_MAX && utf8_is_valid(name) &&
	       !utf8_has_control(name, "");
}

static bool load_signatures(struct letter *letter, struct span *rest, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct letter_signature signature = {0};
		size_t domain, selector;

		if (rest->len < SIGNATURE_SIZE || byte_at(*rest, 0) >= DKIM_ALGORITHM_COUNT)
			return false;
		signature.algorithm = (enum dkim_algorithm)byte_at(*rest, 0);
		domain = byte_at(*rest, 1);
		selector = byte_at(*rest, 2);
		memcpy(signature.fingerprint, rest->ptr + 3, DKIM_DIGEST_SIZE);
		*rest = span_from(*rest, SIGNATURE_SIZE);
		signature.domain = span_first(*rest, domain);
		signature.selector = span_first(span_from(*rest, domain), selector);
		if (rest->len < domain + selector || !dkim_is_name(signature.domain) ||
			!dkim_is_name(signature.selector))
			return false;
		letterseal_add(&letter->seal, &signature);
		*rest = span_from(*rest, domain + selector);
	}
	return true;
}

static bool load_fields(struct letter *letter, struct span *rest, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t length;
		struct span name;

		if (rest->len < 2)
			return false;
		length = byte_at(*rest, 1);
		name = span_first(span_from(*rest, 2), length);
		if (name.len != length || !is_field_name(name) || byte_at(*rest, 0) > 1)
			return false;
		/* A name twice would be two values for one field. */
		if (letter_add_field(letter, name) != i)
			return false;
		letter->fields[i].is_needed = rest->ptr[0] == 1;
		*rest = span_from(*rest, 2 + length);
	}
	return true;
}

/* Nothing of the header fields reaches into the body, and nothing that folds stands in it. */
static bool is_op_sound(const struct letter *letter, size_t at, size_t op_count, size_t byte_count)
{
	const struct op *op = &letter->ops[at];
	bool is_head = at < letter->body;

	switch (op->kind) {
	case OP_RUN:
		return op->a <= byte_count && op->b <= byte_count - op->a;
	case OP_SLOT:
		return op->a < letter->field_count && op->b == 0 && is_head == (op->place == PLACE_HEADER);
	case OP_IF:
	case OP_UNLESS:
		return op->a < letter->field_count && op->b > at &&
		       op->b <= (is_head ? letter->body : op_count);
	case OP_TO:
	case OP_LIST_ID:
		return is_head && op->a < letter->field_count && op->b < letter->field_count;
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
		kind = byte_at(*rest, 0);
		place = byte_at(*rest, 1);
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

/* The body's runs are whole lines, or their hash would be another. */
static bool load_bytes(struct letter *letter, struct span rest, size_t count)
{
	if (rest.len != count)
		return false;
	str_add(&letter->bytes, rest);
	for (size_t i = letter->body; i < letter->op_count; i++) {
		if (letter->ops[i].kind == OP_RUN &&
			!span_ends(letter_run(letter, &letter->ops[i]), SPAN("\r\n")))
			return false;
	}
	return true;
}

static enum status load_numbers(struct span bytes, uint32_t numbers[NUMBER_COUNT], struct err *err)
{
	if (bytes.len < 12 || !span_starts(bytes, SPAN(MAGIC)))
		return err_set(
			err, E_SYNTAX, "the stored letter isn't one: it doesn't begin as a letter does");
	if (number_at(bytes, 8) != VERSION)
		return err_set(err, E_SYNTAX, "the stored letter has format %u, this program reads %u",
			number_at(bytes, 8), VERSION);
	for (size_t i = 0; i < NUMBER_COUNT && bytes.len >= HEAD_SIZE; i++)
		numbers[i] = number_at(bytes, 8 + i * 4);
	for (size_t i = 0; i < NUMBER_COUNT; i++) {
		if (bytes.len < HEAD_SIZE || numbers[i] > number_max[i])
			return err_set(err, E_SYNTAX, "the stored letter is damaged: impossible sizes");
	}
	return OK;
}

enum status letter_load(struct span bytes, struct letter **out, struct err *err)
{
	struct span rest = span_from(bytes, HEAD_SIZE);
	uint32_t numbers[NUMBER_COUNT] = {0};
	struct letter *letter;
	enum status status = load_numbers(bytes, numbers, err);

	if (status != OK)
		return status;
	letter = letter_new();
	letter->secret_number = (unsigned char)numbers[NUMBER_SECRET];
	memcpy(letter->secret_check, bytes.ptr + SECRET_CHECK_AT, TOKEN_CHECK_SIZE);
	letter->seal.time_s = (int64_t)numbers[NUMBER_TIME_HIGH] << 32 | numbers[NUMBER_TIME];
	letter->body = numbers[NUMBER_BODY];
	if (letter->seal.time_s > DKIM_TIME_MAX || letter->body > numbers[NUMBER_OPS] ||
		!load_signatures(letter, &rest, numbers[NUMBER_SIGNATURES]) ||
		!load_fields(letter, &rest, numbers[NUMBER_FIELDS]) ||
		!load_ops(letter, &rest, numbers[NUMBER_OPS], numbers[NUMBER_BYTES]) ||
		!load_bytes(letter, rest, numbers[NUMBER_BYTES])) {
		letter_free(letter);
		return err_set(err, E_SYNTAX, "the stored letter is damaged: its parts don't fit together");
	}
	*out = letter;
	return OK;
}
