/*
 * Pictures from arbitrary bytes, as each of the four kinds: what is taken has a
 * size, and none of it is without its end.
 */
#include "compose/picture.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const char *const types[] = {"image/png", "image/jpeg", "image/gif", "image/webp"};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct picture picture;
		struct err err = {0};

		if (picture_parse(types[i], span_bytes(bytes, size), &picture, &err) != OK) {
			if (!err.text[0])
				abort();
			continue;
		}
		if (!picture.width || !picture.height || size < 14)
			abort();
	}
	return 0;
}
