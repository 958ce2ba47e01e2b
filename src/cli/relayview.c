/*
 * How the relays look.
 */
#include "cli/relayview.h"

#include "base/utf8.h"
#include "cli/json.h"
#include "cli/outcomeview.h"
#include "cli/terminal.h"

#include <string.h>

#define LABEL "Relay     "
#define INDENT (sizeof(LABEL) - 1)

/* Of another day with its date. */
static void add_instant(const struct zone *zone, int64_t instant_ms, int64_t now_ms, struct str *out)
{
	struct civil then = zone_civil(zone, instant_ms);
	struct civil now = zone_civil(zone, now_ms);

	if (then.year != now.year || then.month != now.month || then.day != now.day) {
		outcomeview_day(zone, instant_ms, out);
		str_add_char(out, ' ');
	}
	zone_format_time(zone, instant_ms, out);
	str_cut(out, out->len - strlen(".000"));
}

/* Word by word, in from the left, as wide as the terminal. */
static void add_wrapped(struct span text, struct str *out)
{
	size_t column = 0;
	struct span word;

	while (span_split(&text, ' ', &word)) {
		size_t width = utf8_width(word);

		if (column && column + 1 + width < terminal_columns()) {
			str_add_char(out, ' ');
			column++;
		} else {
			str_add_text(out, column ? "\n" : "");
			str_add_repeat(out, ' ', INDENT);
			column = INDENT;
		}
		str_add(out, word);
		column += width;
	}
	str_add_char(out, '\n');
}

/* The words without the relay's name, which stands before them already. */
static struct span reason_of(const struct relay_state *state)
{
	struct span words = span_of(state->words);
	struct str lead;

	str_init(&lead, STR_MAX_SMALL);
	str_addf(&lead, "relay \"%s\": ", state->relay);
	if (span_starts(words, str_span(&lead)))
		words = span_from(words, lead.len);
	str_clear(&lead);
	return words;
}

static void add_trouble(const struct zone *zone, const struct relay_state *state, bool is_at_work,
	int64_t now_ms, struct str *out)
{
	struct span reason = reason_of(state);

	str_addf(out, LABEL "%s ", state->relay);
	if (is_at_work)
		str_addf(out, "is %s since ", relay_circuit_name(state->circuit));
	else
		str_addf(out, "was %s when last used, ", relay_circuit_name(state->circuit));
	add_instant(zone, state->since_ms, now_ms, out);
	if (is_at_work && state->circuit == RELAY_OPEN && state->retry_ms > now_ms) {
		str_add_text(out, ", next try ");
		add_instant(zone, state->retry_ms, now_ms, out);
	}
	str_add_text(out, reason.len ? ":\n" : "\n");
	if (reason.len)
		add_wrapped(reason, out);
}

void relayview_add(const struct zone *zone, const struct relay_state *state, bool is_at_work, int64_t now_ms,
	struct str *out)
{
	if (state->circuit != RELAY_CLOSED)
		add_trouble(zone, state, is_at_work, now_ms, out);
	if (state->breaks_pipelining)
		str_addf(out, LABEL "%s offers PIPELINING and loses step: it goes step by step\n",
			state->relay);
}

void relayview_print_json(const struct relay_settings *relay, const struct relay_state *state)
{
	json_t *line;

	if (!state->since_ms)
		return;
	line = json_pack("{s:s,s:s,s:s}", "event", "relay", "relay", state->relay, "circuit",
		relay_circuit_name(state->circuit));
	json_object_set_new(line, "words", json_text_or_null(state->words));
	json_object_set_new(line, "since", json_instant(state->since_ms));
	json_object_set_new(line, "retry", json_instant(state->retry_ms));
	json_object_set_new(line, "breaks_pipelining", json_boolean(state->breaks_pipelining));
	json_object_set_new(line, "order", json_integer(relay->order));
	json_object_set_new(line, "weight", json_integer(relay->weight));
	json_print_line(line);
}
