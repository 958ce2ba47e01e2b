/*
 * JSON lines on standard output, for programs.
 */
#include "cli/json.h"

#include "base/utf8.h"
#include "base/zone.h"
#include "cli/terminal.h"

#include <stdlib.h>

void json_print_line(json_t *object)
{
	char *line = json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER);

	if (line)
		terminal_printf("%s\n", line);
	free(line);
	json_decref(object);
}

json_t *json_text(struct span text)
{
	json_t *value;
	struct str clean;
	uint32_t character;

	if (utf8_is_valid(text))
		return json_stringn(text.ptr ? text.ptr : "", text.len);
	str_init(&clean, STR_MAX_LARGE);
	while (utf8_next(&text, &character))
		utf8_add(&clean, character);
	value = json_stringn(clean.ptr, clean.len);
	str_clear(&clean);
	return value;
}

json_t *json_text_or_null(const char *text)
{
	return text && *text ? json_text(span_of(text)) : json_null();
}

json_t *json_instant(int64_t instant_ms)
{
	struct str text;
	json_t *value;

	if (!instant_ms)
		return json_null();
	str_init(&text, STR_MAX_SMALL);
	zone_format_utc(instant_ms, &text);
	value = json_text(str_span(&text));
	str_clear(&text);
	return value;
}
