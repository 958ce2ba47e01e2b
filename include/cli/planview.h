#ifndef CLI_PLANVIEW_H
#define CLI_PLANVIEW_H

#include "app/newsroom.h"
#include "app/plan.h"
#include "app/unsigned.h"
#include "cli/command.h"

#include <stdint.h>

/* A plan as people read it before they type its number, and as a JSON line. */
struct planview {
	const struct plan *plan;
	struct newsroom *newsroom;
	int64_t number;          /* the dispatch it would become */
	const char *kind;        /* "public", "test" */
	size_t copies;           /* messages beside the recipients' */
	size_t warnings, errors; /* of the release's check */
	struct unsigned_domains not_signed;
	const char *first_fault; /* "fund.fr.md:14 photo without caption"; NULL if there's none */
};

void planview_format(const struct planview *view, struct str *out);
void planview_print_json(const struct planview *view);

#endif
