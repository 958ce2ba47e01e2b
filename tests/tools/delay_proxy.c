/*
 * A longer road to a server: a TCP proxy on loopback that holds back what it
 * reads, in each direction, by the same time.
 *
 *     delay_proxy SERVER_PORT DELAY_US     prints the port it listens on
 *
 * It copies as it comes and never answers by itself, so what is slow behind it is
 * slow by round trips alone.
 */
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PAIRS_MAX 256u
#define CHUNK_BYTES (64u * 1024u)
#define HELD_BYTES_MAX (4u * 1024u * 1024u) /* a direction; from there on its sender waits */
#define NS_PER_S INT64_C(1000000000)

/* What was read at once. Without bytes: the end. */
struct chunk {
	struct chunk *next;
	int64_t due_ns;
	size_t len, sent;
	char bytes[];
};

struct direction {
	int from, to;
	struct chunk *first, *last;
	size_t held_bytes;
	bool is_read_out; /* its end was read */
	bool is_over;     /* and passed on */
};

struct pair {
	struct direction ways[2];
};

struct proxy {
	int listener;
	in_port_t server_port;
	int64_t delay_ns;
	struct pair pairs[PAIRS_MAX];
	size_t count;
};

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static struct sockaddr_in at_port(in_port_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static void make_prompt(int fd)
{
	int yes = 1;

	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes)) || fcntl(fd, F_SETFL, O_NONBLOCK))
		fail("delay_proxy: setting up a connection");
}

static void listen_anywhere(struct proxy *proxy)
{
	struct sockaddr_in address = at_port(0);
	socklen_t size = sizeof(address);

	proxy->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (proxy->listener < 0 || bind(proxy->listener, (struct sockaddr *)&address, size) ||
		listen(proxy->listener, PAIRS_MAX) ||
		getsockname(proxy->listener, (struct sockaddr *)&address, &size))
		fail("delay_proxy: listening");
	printf("%d\n", ntohs(address.sin_port));
	fflush(stdout);
}

static void accept_one(struct proxy *proxy)
{
	struct sockaddr_in address = at_port(proxy->server_port);
	int client = accept4(proxy->listener, NULL, NULL, SOCK_CLOEXEC);
	int server;

	if (client < 0)
		return;
	server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (server < 0 || connect(server, (struct sockaddr *)&address, sizeof(address)))
		fail("delay_proxy: connecting to the server");
	make_prompt(client);
	make_prompt(server);
	proxy->pairs[proxy->count++] =
		(struct pair){.ways = {{.from = client, .to = server}, {.from = server, .to = client}}};
}

static void hold(struct direction *way, struct chunk *chunk, int64_t due_ns)
{
	chunk->due_ns = due_ns;
	if (way->last)
		way->last->next = chunk;
	else
		way->first = chunk;
	way->last = chunk;
	way->held_bytes += chunk->len;
}

static void read_some(struct direction *way, int64_t delay_ns)
{
	char bytes[CHUNK_BYTES];
	ssize_t got = read(way->from, bytes, sizeof(bytes));
	struct chunk *chunk;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	way->is_read_out = got <= 0;
	chunk = mem_alloc(sizeof(*chunk) + (got > 0 ? (size_t)got : 0));
	chunk->len = got > 0 ? (size_t)got : 0;
	memcpy(chunk->bytes, bytes, chunk->len);
	hold(way, chunk, now_ns() + delay_ns);
}

static void drop_first(struct direction *way)
{
	struct chunk *chunk = way->first;

	way->held_bytes -= chunk->len;
	way->first = chunk->next;
	if (!way->first)
		way->last = NULL;
	free(chunk);
}

/* Whoever no longer listens doesn't get the rest either. */
static void end_way(struct direction *way)
{
	while (way->first)
		drop_first(way);
	shutdown(way->to, SHUT_WR);
	way->is_read_out = way->is_over = true;
}

static void pass_on_due(struct direction *way)
{
	while (way->first && way->first->due_ns <= now_ns()) {
		struct chunk *chunk = way->first;
		ssize_t put;

		if (!chunk->len) {
			end_way(way);
			return;
		}
		put = send(way->to, chunk->bytes + chunk->sent, chunk->len - chunk->sent, MSG_NOSIGNAL);
		if (put < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (put < 0) {
			end_way(way);
			return;
		}
		chunk->sent += (size_t)put;
		if (chunk->sent == chunk->len)
			drop_first(way);
	}
}

static void forget_ended(struct proxy *proxy)
{
	for (size_t i = 0; i < proxy->count;) {
		struct pair *pair = &proxy->pairs[i];

		if (!pair->ways[0].is_over || !pair->ways[1].is_over) {
			i++;
			continue;
		}
		close(pair->ways[0].from);
		close(pair->ways[1].from);
		*pair = proxy->pairs[--proxy->count];
	}
}

/* What it waits for: bytes to hold, or room for what is due and found none. */
static struct pollfd wish_of(const struct direction *way, bool is_reading, int64_t now)
{
	bool wants_bytes = !way->is_read_out && way->held_bytes < HELD_BYTES_MAX;
	bool is_stuck = way->first && way->first->due_ns <= now;

	if (is_reading)
		return (struct pollfd){.fd = wants_bytes ? way->from : -1, .events = POLLIN};
	return (struct pollfd){.fd = is_stuck ? way->to : -1, .events = POLLOUT};
}

static struct timespec until_next_due(const struct proxy *proxy, int64_t now)
{
	int64_t wait_ns = NS_PER_S;

	for (size_t i = 0; i < 2 * proxy->count; i++) {
		const struct chunk *first = proxy->pairs[i / 2].ways[i % 2].first;

		if (first && first->due_ns > now && first->due_ns - now < wait_ns)
			wait_ns = first->due_ns - now;
	}
	return (struct timespec){.tv_sec = wait_ns / NS_PER_S, .tv_nsec = wait_ns % NS_PER_S};
}

static void go_round(struct proxy *proxy)
{
	static struct pollfd wishes[1 + 4 * PAIRS_MAX];
	int64_t now = now_ns();
	size_t ways = 2 * proxy->count;
	struct timespec wait = until_next_due(proxy, now);

	wishes[0] = (struct pollfd){.fd = proxy->count < PAIRS_MAX ? proxy->listener : -1, .events = POLLIN};
	for (size_t i = 0; i < ways; i++) {
		wishes[1 + 2 * i] = wish_of(&proxy->pairs[i / 2].ways[i % 2], true, now);
		wishes[2 + 2 * i] = wish_of(&proxy->pairs[i / 2].ways[i % 2], false, now);
	}
	if (ppoll(wishes, 1 + 2 * ways, &wait, NULL) < 0 && errno != EINTR)
		fail("delay_proxy: waiting");
	for (size_t i = 0; i < ways; i++) {
		struct direction *way = &proxy->pairs[i / 2].ways[i % 2];

		if (wishes[1 + 2 * i].revents && !way->is_read_out)
			read_some(way, proxy->delay_ns);
		pass_on_due(way);
	}
	forget_ended(proxy);
	if (wishes[0].revents)
		accept_one(proxy);
}

int main(int argc, char **argv)
{
	static struct proxy proxy;

	if (argc != 3) {
		fprintf(stderr, "usage: delay_proxy SERVER_PORT DELAY_US\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	proxy.server_port = (in_port_t)strtoul(argv[1], NULL, 10);
	proxy.delay_ns = strtoll(argv[2], NULL, 10) * 1000;
	listen_anywhere(&proxy);
	while (true)
		go_round(&proxy);
}
