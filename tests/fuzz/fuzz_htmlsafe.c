/*
 * HTML from anywhere, looked at as a template's and as a letter's. What is blamed lies
 * within it, and what passes as a letter's passes as a template's.
 */
#include "compose/htmlsafe.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static bool find(struct span html, enum htmlsafe_stage stage)
{
	struct htmlsafe_fault fault = {0};

	if (!htmlsafe_find_fault(html, stage, &fault))
		return false;
	if (!fault.words[0] || fault.at > html.len || fault.len > html.len - fault.at)
		abort();
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct span html = span_bytes(bytes, size);

	if (size > 16384)
		return 0;
	if (find(html, HTMLSAFE_SOURCE) && !find(html, HTMLSAFE_LETTER))
		abort();
	return 0;
}
