#ifndef DELIVER_STATION_H
#define DELIVER_STATION_H

#include "deliver/pace.h"
#include "deliver/relay.h"
#include "deliver/verdict.h"
#include "record/relaystate.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STATION_PATIENCE 3     /* failures in a row that messages wait for which it alone can take */
#define STATION_REFUSALS_MAX 3 /* so many in a row open the circuit: one may be about a message */
#define STATION_DOMAIN_MS                                                                                    \
	1000 /* what was begun so soon after a refusal for the same domain says nothing new */
#define STATION_GROWTH_MESSAGES 16 /* accepted per link for one more, beyond the threshold */

/*
 * A relay and how it is doing: whether messages go through it (its circuit), and over how many
 * links at once (its window). No I/O: times are clock_steady_ms, passed in.
 *
 * The circuit opens when a link fails and no other is open, or when the relay refuses messages
 * for reasons of its own several times in a row. It stays open for a pause, which doubles with
 * each trouble that follows; then one link finds out (it is on trial), and a message decided over
 * it by anything but trouble with the relay closes the circuit.
 *
 * From RCPT on, what sounds like the relay may be the recipient's domain, and many for one domain often go
 * in a row. So a domain that has refused counts again only for what was begun some time after, when the
 * others had their turn (the domain itself rests, deliver/site.h), and on trial not alone.
 *
 * The window starts at the relay's `connections`. A relay that says that it is too much (421, 45x
 * before it knows the recipient, a connection it doesn't take beside others) halves it, never
 * below one link; each success raises it again, fast up to where half of the trouble began,
 * slowly from there. What was begun before it was halved says nothing new. A 45x to RCPT or later may be
 * the recipient's domain's: the domain gets fewer (deliver/site.h), and a relay that says it to all domains
 * thereby, too.
 */
struct station {
	const struct relay *relay;
	struct pace pace;
	char name[256]; /* "host:port" */
	int tries;      /* failures in a row after which there's no hope; 0: any number */
	enum relay_circuit circuit;
	bool is_reached;        /* until then it gets one link */
	bool breaks_pipelining; /* spoken to step by step */
	int failures;           /* of trials in a row, with the one that opened the circuit; 0 while closed */
	unsigned decided;       /* messages, all told */
	int refusals;           /* that count, in a row, nothing accepted between */
	struct station_refusal {
		uint64_t domain;
		int64_t at_ms;
	} refused[STATION_REFUSALS_MAX]; /* these; while it isn't closed, those that opened the circuit */
	int trial_refusals;              /* on this trial, for the same domains again */
	int open;                        /* links, connecting or connected */
	int leaving;                     /* of these: they take nothing more */
	int in_flight;                   /* messages over them */
	double window;
	double threshold;
	unsigned halvings;
	size_t session_messages; /* after so many it last dismissed us */
	bool is_halved_again;    /* nothing was accepted since the last time */
	int64_t since_ms;        /* when the circuit became what it is */
	int64_t next_open_ms;    /* no link before then */
	int64_t rests_until_ms;  /* its rate lets no message through before then */
	char words[640];         /* the last trouble, for people; "" if there's none */
	bool is_in_doubt;        /* that it works is news */
	bool is_changed;
};

void station_init(
	struct station *station, const struct relay *relay, const char *name, int tries, int64_t now_ms);

/*
 * As far as it alone decides: none while its circuit is open; one until it is reached, and on trial;
 * else its window.
 */
int station_most_links(const struct station *station);
/*
 * Whether none may be opened yet, or its rate lets no more messages through than it has links without one:
 * another would only wait. Then *wake_ms is lowered to when to ask again, if time alone changes it.
 */
bool station_is_paused(struct station *station, int64_t now_ms, int64_t *wake_ms);
/* Whether it may have another link for messages that only it can take, whatever its order and share. */
bool station_may_open(struct station *station, int64_t now_ms, int64_t *wake_ms);

/* A link is being opened; remember `halvings` with it. */
void station_opening(struct station *station, int64_t now_ms);
void station_connected(struct station *station);
void station_leaving(struct station *station);
void station_closed(struct station *station, bool was_leaving);

/* The end of a link that could not be opened, or over which nothing was decided, after station_closed. */
struct station_failure {
	const char *words;
	bool is_permanent; /* trying again changes nothing: there's no hope at once */
	unsigned begun_at; /* `halvings` when it was opened */
};
void station_failed(struct station *station, const struct station_failure *failure, int64_t now_ms);

/* A reply that decided a message. */
struct station_reply {
	enum attempt_phase phase;
	int code;
	struct verdict verdict;
	unsigned begun_at; /* `halvings` when its MAIL was handed over */
	const char *words;
	uint64_t domain;  /* the recipient's, as a hash */
	int64_t begun_ms; /* when its MAIL was handed over */
};
void station_decided(struct station *station, const struct station_reply *reply, int64_t now_ms);

/* 421 instead of taking another message, after so many that were decided over the same link. */
void station_dismissed(struct station *station, size_t decided, unsigned begun_at);

/* It offers PIPELINING and loses step. True if that is news. */
bool station_breaks_pipelining(struct station *station);

/* Messages that it alone can take should wait for it: it works, or may soon. */
bool station_is_worth_waiting(const struct station *station);

/* No link, and as many failures in a row as allowed. */
bool station_is_hopeless(const struct station *station);

/* The station's state, if it isn't what was taken last. `wall_ms` is clock_now_ms at `now_ms`. */
bool station_take_change(struct station *station, int64_t now_ms, int64_t wall_ms, struct relay_state *out);

#endif
