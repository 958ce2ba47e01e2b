/*
 * What a page's bytes are: which encoding, text or HTML.
 */
#include "compose/pagedecode.h"

#include "base/utf8.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>

/* False if a byte means nothing in that encoding. */
static bool convert(const char *encoding, struct span bytes, struct str *out)
{
	iconv_t converter = iconv_open("UTF-8", encoding);
	char *from = (char *)(uintptr_t)bytes.ptr;
	size_t left = bytes.len;
	bool is_good = converter != (iconv_t)-1;

	while (is_good && left) {
		char chunk[4096];
		char *to = chunk;
		size_t room = sizeof(chunk);

		is_good = iconv(converter, &from, &left, &to, &room) != (size_t)-1 || errno == E2BIG;
		str_add(out, span_bytes(chunk, (size_t)(to - chunk)));
	}
	if (converter != (iconv_t)-1)
		iconv_close(converter);
	return is_good;
}

enum status pagedecode_text(
	const char *path, struct span bytes, struct str *out, bool *is_guess, struct err *err)
{
	bool is_wide = span_starts(bytes, SPAN("\xff\xfe")) || span_starts(bytes, SPAN("\xfe\xff"));
	bool is_utf8 = !is_wide && utf8_is_valid(bytes);
	bool is_good = true;

	*is_guess = !is_wide && !is_utf8;
	if (is_utf8)
		str_add(out, bytes);
	else
		is_good = convert(is_wide ? "UTF-16" : "WINDOWS-1252", bytes, out);
	if (!is_good || span_find_char(str_span(out), '\0', 0) != SIZE_MAX)
		return err_set(err, E_SYNTAX, "%s: this is no text: save the page as UTF-8", path);
	return OK;
}

static bool is_ascii_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool pagedecode_is_html(struct span bytes)
{
	struct span head = span_first(bytes, 4096);

	if (span_starts(head, SPAN("\xef\xbb\xbf")))
		head = span_from(head, 3);
	head = span_trim(head);
	return head.len > 1 && head.ptr[0] == '<' &&
	       (head.ptr[1] == '!' || head.ptr[1] == '?' || is_ascii_letter(head.ptr[1]));
}
