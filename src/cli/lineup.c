/*
 * Items lined up after a label.
 */
#include "cli/lineup.h"

#include "base/utf8.h"
#include "cli/terminal.h"

void lineup_begin(struct lineup *lineup, struct str *out, const char *label)
{
	*lineup = (struct lineup){.out = out, .label = label};
}

/* What comes before an item: the label, a comma, or a new line. */
static void add_lead(struct lineup *lineup, size_t width)
{
	struct str *out = lineup->out;

	if (!lineup->count) {
		size_t label = utf8_width(span_of(lineup->label));

		str_add_text(out, lineup->label);
		str_add_repeat(out, ' ', label < LINEUP_INDENT ? LINEUP_INDENT - label : 1);
		lineup->column = label < LINEUP_INDENT ? LINEUP_INDENT : label + 1;
		return;
	}
	str_add_char(out, ',');
	if (lineup->column + 2 + width + 1 > terminal_columns()) {
		str_add_char(out, '\n');
		str_add_repeat(out, ' ', LINEUP_INDENT);
		lineup->column = LINEUP_INDENT;
		return;
	}
	str_add_char(out, ' ');
	lineup->column += 2;
}

void lineup_add(struct lineup *lineup, const char *format, ...)
{
	struct str item;
	va_list args;
	size_t width;

	str_init(&item, STR_MAX_SMALL);
	va_start(args, format);
	str_addv(&item, format, args);
	va_end(args);
	width = utf8_width(str_span(&item));
	add_lead(lineup, width);
	str_add(lineup->out, str_span(&item));
	lineup->column += width;
	lineup->count++;
	str_clear(&item);
}

void lineup_end(struct lineup *lineup)
{
	if (lineup->count)
		str_add_char(lineup->out, '\n');
}
