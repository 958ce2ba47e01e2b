#ifndef DELIVER_RELAY_H
#define DELIVER_RELAY_H

#include "deliver/pace.h"

enum relay_tls {
	RELAY_TLS_NONE,
	RELAY_TLS_OPPORTUNISTIC,
	RELAY_TLS_REQUIRED
};

/* An SMTP server we send through, as the settings describe it. Borrowed strings, "" where unset. */
struct relay {
	const char *url;     /* "smtp://localhost:25", "smtps://mail.example:465" */
	enum relay_tls tls;  /* for smtp://: STARTTLS (RFC 3207) */
	const char *ca_file; /* PEM; "" for the system's */
	const char *user;    /* "" for no AUTH */
	const char *password;
	const char *hello; /* EHLO's name; "" for the newsroom's domain */
	int order;         /* 1…100: the lowest with a relay that works is used */
	/* 1…100: its share of the connections among those of the same order; 0: as its `connections` */
	int weight;
	int connections;             /* at most, 1…1000 */
	int messages_per_connection; /* 0: no limit */
	/* At least 1 each (RFC 5321 4.5.3.2). A short dot timeout makes duplicates. */
	int64_t connect_timeout_ms, command_timeout_ms, data_timeout_ms, dot_timeout_ms;
	/* How long it is left alone when it is in trouble: the first time, and at most, doubling; at least 1.
	 */
	int64_t pause_first_ms, pause_most_ms;
	struct pace_windows rates; /* of messages over all connections */
};

#endif
