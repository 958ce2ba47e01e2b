#ifndef APP_RATES_H
#define APP_RATES_H

#include "app/settings.h"
#include "base/err.h"
#include "deliver/pace.h"
#include "deliver/site.h"
#include "store/store.h"

/*
 * What went out lately, by the tries in the store: rates hold from one sender to the next, and when the
 * settings change. A try counts from its end. Where the clock was set back, tries of the hours to come count
 * as of now, and none that lie further ahead than the longest window: nobody is kept waiting by those. The
 * store is asked only where there are rates. Failures of the store.
 */
enum status rates_recall_sites(struct store *store, struct sites *sites, struct err *err);
/* paces[0…relay_count) are made, one for each relay of the settings. */
enum status rates_recall_relays(
	struct store *store, const struct settings *settings, struct pace *paces, struct err *err);

#endif
