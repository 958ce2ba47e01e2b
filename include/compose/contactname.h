#ifndef COMPOSE_CONTACTNAME_H
#define COMPOSE_CONTACTNAME_H

#include "base/str.h"

#include <stdbool.h>

/* Who a contact is, by the words before its phone: "or Ana Roy at Harbour Relief in Brussels, Tel:". */
struct contactname {
	struct str name;
	struct str role;
	struct str place;
	struct str heading; /* a place that stands over this contact and those after it: "HQ in Geneva." */
	bool is_certain;    /* the name looks like a person's, or like the address */
};

void contactname_init(struct contactname *name);
void contactname_clear(struct contactname *name);

/* Two to five capitalised words that name no role. */
bool contactname_is_person(struct span text);

/* `mailbox` is the address' part before the "@", or empty: it helps to tell the name. */
void contactname_parse(struct span text, struct span mailbox, struct contactname *out);

#endif
