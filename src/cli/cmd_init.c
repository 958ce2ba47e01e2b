/*
 * `init`: make a newsroom.
 */
#include "app/actor.h"
#include "app/newsroominit.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/terminal.h"

#include <stdlib.h>

static const struct command_option options[] = {
	{"name", 0, "NAME", "your organisation's name (else a made-up one, to try things out)"},
	{"domain", 0, "DOMAIN", "your domain, as in press@DOMAIN"},
	{"from", 0, "MAILBOX", "who the releases come from: \"Press Office <press@DOMAIN>\""},
	{"zone", 0, "ZONE", "your time zone, like Europe/Zurich"},
	{0},
};

static const char *given(const struct call *call, const char *option, const char *otherwise)
{
	const char *value = call_option(call, option);

	return value ? value : otherwise;
}

static enum status make(struct call *call, struct err *err)
{
	bool is_sample = !call_has(call, "name");
	struct newsroom_plan plan = {
		.name = given(call, "name", "Harbour Relief"),
		.domain = given(call, "domain", "harbour.example"),
		.zone = given(call, "zone", "Europe/Zurich"),
		.postal_address = is_sample ? "12 Quay Street, 1201 Geneva, Switzerland" : "",
		.boilerplate =
			is_sample
				? "Harbour Relief is an independent humanitarian organisation that runs "
				  "rescue, shelter and legal aid in 40 coastal towns. It was founded in 1987 "
				  "and is funded by towns, foundations and 210,000 members."
				: "",
		.who = actor_name(),
	};
	struct str from;
	struct str bounce;
	enum status status;

	str_init(&from, STR_MAX_SMALL);
	str_init(&bounce, STR_MAX_SMALL);
	str_addf(&from, "%s Press Office <press@%s>", plan.name, plan.domain);
	str_addf(&bounce, "bounce@%s", plan.domain);
	plan.from = given(call, "from", from.ptr);
	plan.bounce_address = bounce.ptr;
	status = newsroom_init(call->arguments[0], &plan, err);
	str_clear(&from);
	str_clear(&bounce);
	return status;
}

static enum status run(struct call *call, struct err *err)
{
	const char *folder = call->arguments[0];
	enum status status = make(call, err);

	if (status != OK)
		return status;
	if (call->json) {
		json_print_line(json_pack("{s:s}", "newsroom", folder));
		return OK;
	}
	terminal_printf(
		"Made the newsroom \"%s\": settings, five region lists, templates, a sample release.\n\n"
		"Next:\n"
		"  cd %s\n"
		"  dateline list import europe lists/europe.csv      fill a list\n"
		"  dateline release preview harbour-fund             look at the sample release\n"
		"  dateline send harbour-fund --to europe --dry-run  write its messages to a folder\n"
		"Before you send: name your SMTP server under \"relays\" in dateline.cfg.\n",
		folder, folder);
	return OK;
}

const struct command cmd_init = {
	.name = "init",
	.arguments = "DIR",
	.least = 1,
	.most = 1,
	.need = NEED_NOTHING,
	.options = options,
	.summary = "make a newsroom",
	.help = "A newsroom is a folder: dateline.cfg, lists/, templates/, releases/, keys/ and\n"
		"state/. Without options it belongs to a made-up organisation, to try things out.",
	.run = run,
};
