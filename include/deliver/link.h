#ifndef DELIVER_LINK_H
#define DELIVER_LINK_H

#include "base/str.h"
#include "deliver/dialogue.h"
#include "deliver/relay.h"
#include "record/delivery.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One connection to a relay: libcurl looks the name up, connects, greets,
 * negotiates TLS and authenticates; then bytes go through it. It watches its own
 * sockets with the given epoll, whose events carry link_event_id() and
 * link_event_fd() in data.u64. Never blocks.
 */
struct link;

enum link_state {
	LINK_CLOSED,
	LINK_CONNECTING,
	LINK_READY,
	LINK_FAILED /* link_failure() says why; close it */
};

struct link_options {
	const struct relay *relay; /* borrowed while open */
	const char *hello;         /* EHLO's name */
	int connect_timeout_ms;    /* until TCP is there */
	int command_timeout_ms;    /* for each whole answer after that, until it is ready */
};

struct link_facts {
	char relay[256]; /* "host:port" */
	struct dialogue_features features;
	enum tls_use tls;
	char tls_version[16]; /* "TLS1.3", "" */
};

struct link_failure {
	enum attempt_phase phase;
	bool is_permanent; /* trying again changes nothing: settings or certificates must */
	int code;          /* of the reply that refused us, 0 if none did */
	char words[512];   /* why, and what to do */
};

struct link *link_new(int epoll_fd, uint32_t id);
void link_free(struct link *link);

static inline uint32_t link_event_id(uint64_t data)
{
	return (uint32_t)(data >> 32);
}

static inline int link_event_fd(uint64_t data)
{
	return (int)(uint32_t)data;
}

/* Check that a relay's url is one of ours and give its "host:port". E_SYNTAX quotes it. */
enum status link_check_url(const char *url, char *relay, size_t size, struct err *err);

/* Start to connect. E_SYNTAX for a url that isn't smtp:// or smtps://. */
enum status link_open(struct link *link, const struct link_options *options, struct err *err);
/* The connection is gone at once, without waiting for anything; open again if wished. */
void link_close(struct link *link);

/* While CONNECTING: an event on one of its sockets (epoll's bits), or the time link_wake_ms() has come. */
enum link_state link_on_event(struct link *link, int fd, uint32_t events);
enum link_state link_on_time(struct link *link);
int64_t link_wake_ms(const struct link *link); /* clock_steady_ms; INT64_MAX for never */

enum link_state link_state(const struct link *link);
const struct link_facts *link_facts(const struct link *link);
const struct link_failure *link_failure(const struct link *link);

/*
 * While READY. E_BUSY: nothing now, an event will come. E_IO: the connection is
 * lost, `err` says how; link_receive also at the server's orderly end.
 * link_send wants the same bytes at the front until it has taken them.
 */
enum status link_receive(struct link *link, char *buffer, size_t size, size_t *count, struct err *err);
enum status link_send(struct link *link, struct span bytes, size_t *count, struct err *err);

#endif
