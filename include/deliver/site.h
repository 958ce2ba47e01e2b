#ifndef DELIVER_SITE_H
#define DELIVER_SITE_H

#include "base/str.h"
#include "deliver/pace.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Recipient domains and how much each may get at once. A domain starts at its ceiling;
 * trouble halves what it may have, never below one delivery, and rests it for a while; each
 * success raises that again, fast up to where half of the trouble began, slowly from there.
 * A domain that is strained (a 45x that doesn't say why) is halved, too, and rests only from the second time
 * in a row, with no success between: one that says so to everybody is soon asked once in SITE_PAUSE_MOST_MS;
 * one that says so to one in ten gets a few at once, without holding up the other nine. Greylisting
 * is no news: its first tries are best made soon.
 * No I/O: times are clock_steady_ms, passed in.
 *
 * A delivery counts for the rates from when it is taken until a whole window after it has ended. When
 * its message goes out lies between the two, and nobody here needs to know more: however long it
 * waits for a relay, no window on the wire has more than the limit. One that is returned never went
 * and counts no more. The price: what is on its way takes room, so that a window that is short beside the
 * time which a message takes is not used up.
 */

/* What a domain may have at most. */
struct site_limits {
	int connections;           /* deliveries at once; 0: no limit */
	struct pace_windows rates; /* messages */
};

/* As the settings say it. `domain` in lower case, A-labels; "*" stands for all others. Borrowed. */
struct site_rule {
	const char *domain;
	struct site_limits limits;
};

#define SITES_MOST 32768u        /* kept at a time; idle ones are forgotten */
#define SITE_UNBOUNDED 256       /* a ceiling that has grown to this is none any more */
#define SITE_PAUSE_MS 1000       /* the first rest, doubling with each that follows … */
#define SITE_PAUSE_MOST_MS 30000 /* … to this */
#define SITE_FORGET_MS 3600000   /* without trouble for this long, what there was counts no more */

struct site {
	char *domain;
	const struct site_limits *limits;
	struct pace *pace; /* NULL: no rates */
	double ceiling;    /* 0: no limit */
	double threshold;  /* up to here it grows by one a success */
	int open;          /* taken and not ended yet */
	int stale;         /* of these, taken before the last trouble: they say nothing new */
	int troubles;      /* in a row */
	int64_t trouble_ms;
	int64_t paused_until_ms;
	int64_t used_ms;   /* when the last one ended */
	void *host;        /* the host's; a site is kept while it is not NULL */
	struct site *next; /* in its bucket */
};

struct sites;

/* `rules` are borrowed; the last one for a domain counts. */
struct sites *sites_new(const struct site_rule *rules, size_t count);
void sites_free(struct sites *sites); /* NULL is fine */
/* How many are kept. */
size_t sites_count(const struct sites *sites);

/*
 * The domain's site, made if need be, borrowed: it stays while something is open or `host` is
 * set, else until the next call of this. NULL if SITES_MOST of them can't be forgotten yet.
 */
struct site *sites_get(struct sites *sites, const char *domain, int64_t now_ms);
/* NULL if there's none. */
struct site *sites_find(const struct sites *sites, const char *domain);

/* For so long what went out counts, at most, by any of the rules; 0 if none has rates. */
int64_t sites_reach_ms(const struct sites *sites);
/*
 * One that isn't open here went to the domain at `at_ms`: it counts for the rates from then on. Tell the
 * last ones first: beyond SITES_MOST domains with rates those that are told are left out.
 */
void sites_put(struct sites *sites, const char *domain, int64_t at_ms, int64_t now_ms);

/*
 * 0 if it may have one more now; else after how many milliseconds, or SITE_FULL: not before
 * one that is open ends.
 */
#define SITE_FULL INT64_MAX
int64_t site_wait_ms(struct site *site, int64_t now_ms);
/* One more is open. Only where site_wait_ms is 0. */
void site_take(struct site *site);
/* One that was taken was not tried: as if it had not been taken. */
void site_return(struct site *site);
/* One has ended: with trouble or strain at the site, with success there, or with what says nothing about it.
 */
enum site_news {
	SITE_NO_NEWS,
	SITE_WELL,
	SITE_STRAINED,
	SITE_TROUBLED
};
void site_settle(struct site *site, enum site_news news, int64_t now_ms);

#endif
