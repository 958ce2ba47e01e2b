/*
 * Transfer encodings: arbitrary bytes are decoded, or encoded and decoded to
 * what they were.
 */
#include "mail/codec.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* Line breaks all become CR LF: compare with those that were there. */
static void check_qp(struct span bytes, size_t cut)
{
	struct str encoded, decoded, expected;
	size_t column = 0;

	str_init(&encoded, STR_MAX_LARGE);
	str_init(&decoded, STR_MAX_LARGE);
	str_init(&expected, STR_MAX_LARGE);
	codec_qp(span_first(bytes, cut), &column, &encoded);
	codec_qp_soft_break(&column, &encoded);
	codec_qp(span_from(bytes, cut), &column, &encoded);
	require(codec_qp_decode(str_span(&encoded), &decoded, NULL) == OK);
	for (size_t i = 0; i < bytes.len; i++) {
		bool has_cr = i > 0 && i != cut && bytes.ptr[i - 1] == '\r';

		if (bytes.ptr[i] == '\n' && !has_cr)
			str_add_char(&expected, '\r');
		str_add_char(&expected, bytes.ptr[i]);
	}
	require(span_equals(str_span(&decoded), str_span(&expected)));
	str_clear(&encoded);
	str_clear(&decoded);
	str_clear(&expected);
}

static void check_base64(struct span bytes)
{
	struct str encoded, decoded;

	str_init(&encoded, STR_MAX_LARGE);
	str_init(&decoded, STR_MAX_LARGE);
	codec_base64(bytes, &encoded);
	require(codec_base64_decode(str_span(&encoded), &decoded, NULL) == OK);
	require(span_equals(bytes, str_span(&decoded)));
	str_clear(&encoded);
	str_clear(&decoded);
}

/* What is read was written like that, but for its case. */
static void check_base32(struct span bytes)
{
	struct str encoded, decoded;
	struct err err;

	str_init(&encoded, STR_MAX_LARGE);
	str_init(&decoded, STR_MAX_LARGE);
	codec_base32(bytes, &encoded);
	require(codec_base32_decode(str_span(&encoded), &decoded, NULL) == OK);
	require(span_equals(bytes, str_span(&decoded)));
	str_empty(&encoded);
	str_empty(&decoded);
	if (codec_base32_decode(bytes, &decoded, &err) == OK) {
		codec_base32(str_span(&decoded), &encoded);
		require(span_equals_nocase(bytes, str_span(&encoded)));
	} else {
		require(err.status == E_SYNTAX);
	}
	str_clear(&encoded);
	str_clear(&decoded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = span_bytes(data, size);
	struct str out;
	struct err err;

	str_init(&out, STR_MAX_LARGE);
	if (codec_qp_decode(bytes, &out, &err) != OK)
		require(err.status == E_SYNTAX);
	if (codec_base64_decode(bytes, &out, &err) != OK)
		require(err.status == E_SYNTAX);
	str_clear(&out);
	check_qp(bytes, size ? data[0] % size : 0);
	check_base64(bytes);
	check_base32(bytes);
	return 0;
}
