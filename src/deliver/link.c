/*
 * One connection through libcurl's CURLOPT_CONNECT_ONLY. Each link has a multi
 * handle of its own: libcurl prunes its connection cache whenever a transfer of
 * the same multi connects, and must never find ours there.
 */
#include "deliver/link.h"

#include "base/clock.h"
#include "base/mem.h"
#include "deliver/greeting.h"

#include <curl/curl.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

struct link {
	int epoll_fd;
	uint32_t id;
	enum link_state state;
	struct link_options options;
	CURLM *multi;
	CURL *easy;
	curl_socket_t socket;
	bool is_writing_watched;
	size_t retry_length; /* of the write that said CURLE_AGAIN: it must be repeated */
	int64_t timer_ms;    /* libcurl's */
	int64_t deadline_ms; /* ours */
	bool is_tcp_there;
	struct greeting greeting;
	enum status heard; /* not OK: why the greeting was hung up on, */
	struct err heard_err;
	char host[256];
	char curl_words[CURL_ERROR_SIZE];
	struct link_facts facts;
	struct link_failure failure;
};

struct link *link_new(int epoll_fd, uint32_t id)
{
	struct link *link = mem_alloc(sizeof(*link));

	link->epoll_fd = epoll_fd;
	link->id = id;
	link->socket = CURL_SOCKET_BAD;
	return link;
}

void link_free(struct link *link)
{
	if (!link)
		return;
	link_close(link);
	free(link);
}

enum link_state link_state(const struct link *link)
{
	return link->state;
}

const struct link_facts *link_facts(const struct link *link)
{
	return &link->facts;
}

const struct link_failure *link_failure(const struct link *link)
{
	return &link->failure;
}

static void watch(struct link *link, int fd, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.u64 = (uint64_t)link->id << 32 | (uint32_t)fd};

	if (epoll_ctl(link->epoll_fd, EPOLL_CTL_MOD, fd, &event))
		(void)epoll_ctl(link->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *unused)
{
	struct link *link = context;

	(void)easy;
	(void)unused;
	if (what == CURL_POLL_REMOVE)
		(void)epoll_ctl(link->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
	else
		watch(link, fd,
			(what & CURL_POLL_IN ? (uint32_t)EPOLLIN : 0) |
				(what & CURL_POLL_OUT ? (uint32_t)EPOLLOUT : 0));
	return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *context)
{
	struct link *link = context;

	(void)multi;
	link->timer_ms = timeout_ms < 0 ? INT64_MAX : clock_steady_ms() + timeout_ms;
	return 0;
}

/*
 * Ask while libcurl is still at it: once CONNECT_ONLY is done it no longer tells the session.
 */
static void note_tls(struct link *link)
{
	const struct curl_tlssessioninfo *info = NULL;
	unsigned int problems = 0;
	gnutls_session_t session;
	const char *version;

	if (link->facts.tls != TLS_NONE)
		return;
	if (curl_easy_getinfo(link->easy, CURLINFO_TLS_SSL_PTR, &info) || !info || !info->internals ||
		info->backend != CURLSSLBACKEND_GNUTLS)
		return;
	session = info->internals;
	version = gnutls_protocol_get_name(gnutls_protocol_get_version(session));
	snprintf(link->facts.tls_version, sizeof(link->facts.tls_version), "%s", version ? version : "");
	link->facts.tls = TLS_UNVERIFIED;
	if (gnutls_certificate_verify_peers3(session, link->host, &problems) == GNUTLS_E_SUCCESS && !problems)
		link->facts.tls = TLS_VERIFIED;
}

/* Every line the server says until we are ready. */
static size_t on_line(char *bytes, size_t size, size_t count, void *context)
{
	struct link *link = context;

	link->heard = greeting_heard(&link->greeting, span_bytes(bytes, size * count), &link->heard_err);
	if (!link->is_tcp_there || !link->greeting.is_in_reply)
		link->deadline_ms = clock_steady_ms() + link->options.command_timeout_ms;
	link->is_tcp_there = true;
	if (link->greeting.step == GREETING_EHLO)
		note_tls(link);
	return link->heard ? 0 : size * count;
}

/* libcurl tells what it says nowhere else. Passwords come by here, too. */
static int on_debug(CURL *easy, curl_infotype what, char *bytes, size_t size, void *context)
{
	struct link *link = context;

	(void)easy;
	if (what == CURLINFO_HEADER_OUT)
		greeting_said(&link->greeting, span_bytes(bytes, size));
	return 0;
}

/* The url with EHLO's name as its path, which is where libcurl looks for it. */
static enum status make_url(const char *text, const char *hello, CURLU **out, struct err *err)
{
	CURLU *url = curl_url();
	char *scheme = NULL;
	CURLUcode code = curl_url_set(url, CURLUPART_URL, text, 0);
	bool is_ours = false;
	struct str path;

	if (!url)
		mem_give_up();
	if (!code)
		code = curl_url_get(url, CURLUPART_SCHEME, &scheme, 0);
	if (!code)
		is_ours = strcmp(scheme, "smtp") == 0 || strcmp(scheme, "smtps") == 0;
	curl_free(scheme);
	if (!is_ours) {
		curl_url_cleanup(url);
		return err_set(err, E_SYNTAX,
			"the relay's url \"%s\" is not of the form smtp://host:port or smtps://host:port",
			text);
	}
	(void)curl_url_set(url, CURLUPART_USER, NULL, 0);
	(void)curl_url_set(url, CURLUPART_PASSWORD, NULL, 0);
	(void)curl_url_set(url, CURLUPART_OPTIONS, NULL, 0);
	str_init(&path, STR_MAX_SMALL);
	str_addf(&path, "/%s", hello);
	(void)curl_url_set(url, CURLUPART_PATH, path.ptr, CURLU_URLENCODE);
	str_clear(&path);
	*out = url;
	return OK;
}

static void read_url(CURLU *url, char *relay, size_t relay_size, char *host, size_t host_size)
{
	char *name = NULL;
	char *port = NULL;

	(void)curl_url_get(url, CURLUPART_HOST, &name, 0);
	(void)curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT);
	snprintf(relay, relay_size, "%s:%s", name ? name : "", port ? port : "25");
	if (host && name && name[0] == '[')
		snprintf(host, host_size, "%.*s", (int)strcspn(name + 1, "]"), name + 1);
	else if (host)
		snprintf(host, host_size, "%s", name ? name : "");
	curl_free(name);
	curl_free(port);
}

enum status link_check_url(const char *url, char *relay, size_t size, struct err *err)
{
	CURLU *parsed;
	enum status status = make_url(url, "", &parsed, err);

	if (status)
		return status;
	read_url(parsed, relay, size, NULL, 0);
	curl_url_cleanup(parsed);
	return OK;
}

/* A password is never said in the clear because TLS happened not to be offered, unless that was asked for. */
static bool must_have_tls(const struct relay *relay)
{
	return relay->tls == RELAY_TLS_REQUIRED || (relay->tls == RELAY_TLS_OPPORTUNISTIC && relay->user[0]);
}

static long starttls(const struct relay *relay)
{
	if (must_have_tls(relay))
		return CURLUSESSL_ALL;
	return relay->tls == RELAY_TLS_OPPORTUNISTIC ? CURLUSESSL_TRY : CURLUSESSL_NONE;
}

static void set_options(struct link *link, CURLU *url)
{
	const struct relay *relay = link->options.relay;
	/* Opportunistic TLS takes any certificate, for it would take none at all too; which it was is
	 * recorded. */
	bool is_lax = relay->tls == RELAY_TLS_OPPORTUNISTIC && !must_have_tls(relay) &&
		      strncmp(relay->url, "smtps", 5) != 0;
	CURL *easy = link->easy;
	char *text = NULL;

	(void)curl_url_get(url, CURLUPART_URL, &text, 0);
	curl_easy_setopt(easy, CURLOPT_URL, text ? text : "");
	curl_free(text);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(easy, CURLOPT_USE_SSL, starttls(relay));
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, is_lax ? 0L : 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, is_lax ? 0L : 2L);
	if (relay->ca_file[0]) {
		curl_easy_setopt(easy, CURLOPT_CAINFO, relay->ca_file);
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	}
	if (relay->user[0]) {
		curl_easy_setopt(easy, CURLOPT_USERNAME, relay->user);
		curl_easy_setopt(easy, CURLOPT_PASSWORD, relay->password);
	}
	/* Our own timers decide; libcurl's only have to be longer. */
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
		(long)link->options.connect_timeout_ms + 100L * link->options.command_timeout_ms);
	curl_easy_setopt(
		easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)link->options.command_timeout_ms / 1000 + 1);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_line);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, link);
	curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_debug);
	curl_easy_setopt(easy, CURLOPT_DEBUGDATA, link);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, link->curl_words);
}

static void forget(struct link *link)
{
	*link = (struct link){
		.epoll_fd = link->epoll_fd, .id = link->id, .socket = CURL_SOCKET_BAD, .timer_ms = INT64_MAX};
}

enum status link_open(struct link *link, const struct link_options *options, struct err *err)
{
	CURLU *url;
	enum status status = make_url(options->relay->url, options->hello, &url, err);

	if (status)
		return status;
	link_close(link);
	link->options = *options;
	greeting_init(&link->greeting);
	read_url(url, link->facts.relay, sizeof(link->facts.relay), link->host, sizeof(link->host));
	link->multi = curl_multi_init();
	link->easy = curl_easy_init();
	if (!link->multi || !link->easy)
		mem_give_up();
	set_options(link, url);
	curl_url_cleanup(url);
	curl_multi_setopt(link->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(link->multi, CURLMOPT_SOCKETDATA, link);
	curl_multi_setopt(link->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(link->multi, CURLMOPT_TIMERDATA, link);
	link->state = LINK_CONNECTING;
	link->deadline_ms = clock_steady_ms() + options->connect_timeout_ms;
	curl_multi_add_handle(link->multi, link->easy);
	return OK;
}

/*
 * Shut down first: libcurl would say QUIT and wait for the answer, and saying it
 * inside a message we gave up would end nothing but waste a timeout.
 */
void link_close(struct link *link)
{
	if (link->socket != CURL_SOCKET_BAD) {
		(void)epoll_ctl(link->epoll_fd, EPOLL_CTL_DEL, link->socket, NULL);
		(void)shutdown(link->socket, SHUT_RDWR);
	}
	if (link->easy) {
		curl_multi_remove_handle(link->multi, link->easy);
		curl_easy_cleanup(link->easy);
		curl_multi_cleanup(link->multi);
	}
	greeting_clear(&link->greeting);
	forget(link);
}

struct failure_rule {
	CURLcode code;
	enum attempt_phase phase;
	bool is_permanent;
	const char *advice;
};

static const struct failure_rule failure_rules[] = {
	{CURLE_COULDNT_RESOLVE_HOST, PHASE_CONNECT, false, "check the host in the relay's url"},
	{CURLE_COULDNT_CONNECT, PHASE_CONNECT, false, "check that it runs and the port in the relay's url"},
	{CURLE_USE_SSL_FAILED, PHASE_TLS, true,
		"it offers no STARTTLS; correct the url's port, or set tls = \"none\" if that is acceptable"},
	{CURLE_PEER_FAILED_VERIFICATION, PHASE_TLS, true,
		"its certificate is not trusted for this name; set ca_file or correct the host in the url"},
	{CURLE_SSL_CACERT_BADFILE, PHASE_TLS, true, "check ca_file"},
	{CURLE_SSL_CONNECT_ERROR, PHASE_TLS, false,
		"check whether the port speaks TLS at once (smtps://) or by STARTTLS (smtp://)"},
};

static const struct failure_rule no_auth = {CURLE_OK, PHASE_AUTH, true,
	"no AUTH it offers can be used, so nothing was sent; clear user, or correct the url's port"};

static const struct failure_rule *find_rule(CURLcode code)
{
	static const struct failure_rule other = {CURLE_OK, PHASE_CONNECT, false, "check the relay's url"};

	for (size_t i = 0; i < sizeof(failure_rules) / sizeof(failure_rules[0]); i++) {
		if (failure_rules[i].code == code)
			return &failure_rules[i];
	}
	return &other;
}

static enum link_state __attribute__((format(printf, 3, 4)))
fail(struct link *link, const struct failure_rule *rule, const char *format, ...)
{
	struct link_failure *failure = &link->failure;
	struct str words;
	char reason[400];
	va_list args;

	str_init(&words, STR_MAX_SMALL);
	va_start(args, format);
	str_addv(&words, format, args);
	va_end(args);
	reply_copy_text(reason, sizeof(reason), str_span(&words));
	str_clear(&words);
	link->state = LINK_FAILED;
	failure->phase = rule->phase;
	failure->is_permanent = rule->is_permanent;
	snprintf(failure->words, sizeof(failure->words), "%s; %s", reason, rule->advice);
	return link->state;
}

/* What is wrong with a step of the greeting that got no answer which libcurl or we could go on with. */
static struct failure_rule rule_of_step(const struct greeting *greeting)
{
	return (struct failure_rule){CURLE_OK, greeting_steps[greeting->step].phase, false,
		"check the port in the relay's url, or ask its administrator"};
}

static enum link_state fail_refused(struct link *link)
{
	const struct greeting_step_words *step = &greeting_steps[link->greeting.step];
	const struct reply *reply = &link->greeting.reply;
	/* A temporary "no" may become a yes. */
	bool is_temporary = reply->code < 500;
	const struct failure_rule rule = {CURLE_OK, step->phase, step->is_permanent && !is_temporary,
		is_temporary ? "ask its administrator if that lasts" : step->advice};
	char said[200];

	reply_copy_text(said, sizeof(said), str_span(&reply->text));
	link->failure.code = reply->code;
	return fail(link, &rule, "%s (it said \"%d%s%s%s%s\")",
		link->heard == E_DENIED ? link->heard_err.text : step->refused, reply->code,
		reply->enhanced[0] ? " " : "", reply->enhanced, said[0] ? " " : "", said);
}

static enum link_state fail_as_nonsense(struct link *link, const char *what)
{
	const struct failure_rule rule = rule_of_step(&link->greeting);

	return fail(link, &rule, "it gives no %s but nonsense: %s",
		greeting_steps[link->greeting.step].awaited, what);
}

/* TLS has its reasons; the others are all that it is gone. */
static enum link_state fail_as_lost(struct link *link)
{
	const struct failure_rule rule = rule_of_step(&link->greeting);
	bool is_tls = strstr(link->curl_words, "TLS") != NULL;

	return fail(link, &rule, "it closed the connection and gave no %s%s%s%s",
		greeting_steps[link->greeting.step].awaited, is_tls ? " (" : "",
		is_tls ? link->curl_words : "", is_tls ? ")" : "");
}

/* Not for what the server said. */
static enum link_state fail_by_rule(struct link *link, CURLcode code)
{
	const struct failure_rule *rule = find_rule(code);
	long reason = 0;

	(void)curl_easy_getinfo(link->easy, CURLINFO_OS_ERRNO, &reason);
	if (code == CURLE_COULDNT_CONNECT && reason)
		return fail(link, rule, "can't connect: %s", strerror((int)reason));
	return fail(link, rule, "%s", link->curl_words[0] ? link->curl_words : curl_easy_strerror(code));
}

/* libcurl has one code for a lost connection and a reply without an end. */
static bool is_endless(const struct link *link, CURLcode code)
{
	return code == CURLE_RECV_ERROR && strncmp(link->curl_words, "Too large", 9) == 0;
}

/* A "yes" that doesn't fit: to the start of a log-in instead of its challenge, or another than STARTTLS has.
 */
static bool is_misplaced(const struct greeting *greeting, CURLcode code)
{
	return (code == CURLE_LOGIN_DENIED && greeting->step == GREETING_AUTH) ||
	       (code == CURLE_USE_SSL_FAILED && greeting->step == GREETING_STARTTLS);
}

static enum link_state fail_by_code(struct link *link, CURLcode code)
{
	const struct greeting *greeting = &link->greeting;

	if (link->heard == E_SYNTAX)
		return fail_as_nonsense(link, link->heard_err.text);
	if (is_endless(link, code))
		return fail_as_nonsense(link, "a reply without an end");
	if (greeting->reply.code >= 400)
		return fail_refused(link);
	if (code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR || code == CURLE_GOT_NOTHING)
		return fail_as_lost(link);
	if (is_misplaced(greeting, code))
		return fail_as_nonsense(link, "a yes to something else");
	if (code == CURLE_LOGIN_DENIED)
		return fail(link, &no_auth, "it offers no log-in we know");
	return fail_by_rule(link, code);
}

static enum link_state become_ready(struct link *link)
{
	/* libcurl goes on unauthenticated if it finds no way to log in; we don't. */
	if (link->options.relay->user[0] && !link->greeting.is_authenticated)
		return fail(link, &no_auth, "it offers no log-in");
	if (curl_easy_getinfo(link->easy, CURLINFO_ACTIVESOCKET, &link->socket) ||
		link->socket == CURL_SOCKET_BAD)
		return fail(link, find_rule(CURLE_COULDNT_CONNECT), "the connection was lost");
	link->facts.features = link->greeting.features;
	link->curl_words[0] = '\0';
	curl_easy_setopt(link->easy, CURLOPT_VERBOSE, 0L);
	link->state = LINK_READY;
	link->timer_ms = INT64_MAX;
	watch(link, link->socket, EPOLLIN);
	return link->state;
}

static enum link_state drive(struct link *link, curl_socket_t fd, int what)
{
	CURLMsg *message;
	int running, left;

	if (link->state != LINK_CONNECTING)
		return link->state;
	(void)curl_multi_socket_action(link->multi, fd, what, &running);
	while ((message = curl_multi_info_read(link->multi, &left))) {
		if (message->msg != CURLMSG_DONE)
			continue;
		return message->data.result ? fail_by_code(link, message->data.result) : become_ready(link);
	}
	return link->state;
}

/* TCP has connected though nothing was heard: from then on the time for an answer counts. */
static bool has_just_connected(struct link *link)
{
	curl_off_t connected_us = 0;

	if (link->is_tcp_there || curl_easy_getinfo(link->easy, CURLINFO_CONNECT_TIME_T, &connected_us) ||
		!connected_us)
		return false;
	link->is_tcp_there = true;
	link->deadline_ms = clock_steady_ms() + link->options.command_timeout_ms;
	return true;
}

enum link_state link_on_event(struct link *link, int fd, uint32_t events)
{
	int what = 0;

	if (events & (EPOLLIN | EPOLLHUP | EPOLLRDHUP))
		what |= CURL_CSELECT_IN;
	if (events & EPOLLOUT)
		what |= CURL_CSELECT_OUT;
	if (events & EPOLLERR)
		what |= CURL_CSELECT_ERR;
	if (drive(link, fd, what) == LINK_CONNECTING)
		(void)has_just_connected(link);
	return link->state;
}

int64_t link_wake_ms(const struct link *link)
{
	if (link->state != LINK_CONNECTING)
		return INT64_MAX;
	return link->timer_ms < link->deadline_ms ? link->timer_ms : link->deadline_ms;
}

enum link_state link_on_time(struct link *link)
{
	int64_t now = clock_steady_ms();
	struct failure_rule rule;

	if (link->state == LINK_CONNECTING && now >= link->timer_ms) {
		link->timer_ms = INT64_MAX;
		(void)drive(link, CURL_SOCKET_TIMEOUT, 0);
	}
	if (link->state != LINK_CONNECTING || now < link->deadline_ms || has_just_connected(link))
		return link->state;
	if (!link->is_tcp_there)
		return fail(link, find_rule(CURLE_COULDNT_CONNECT), "no connection in time");
	rule = rule_of_step(&link->greeting);
	return fail(link, &rule, "it accepted the connection, then gave no %s in time",
		greeting_steps[link->greeting.step].awaited);
}

enum status link_receive(struct link *link, char *buffer, size_t size, size_t *count, struct err *err)
{
	CURLcode code = curl_easy_recv(link->easy, buffer, size, count);

	if (code == CURLE_AGAIN)
		return E_BUSY;
	if (code)
		return err_set(err, E_IO, "connection lost: %s",
			link->curl_words[0] ? link->curl_words : curl_easy_strerror(code));
	if (*count == 0)
		return err_set(err, E_IO, "connection lost: the relay closed it");
	return OK;
}

enum status link_send(struct link *link, struct span bytes, size_t *count, struct err *err)
{
	size_t length = link->retry_length && link->retry_length < bytes.len ? link->retry_length : bytes.len;
	CURLcode code = curl_easy_send(link->easy, bytes.ptr, length, count);
	bool is_blocked = code == CURLE_AGAIN;

	if (code && !is_blocked)
		return err_set(err, E_IO, "connection lost: %s",
			link->curl_words[0] ? link->curl_words : curl_easy_strerror(code));
	link->retry_length = is_blocked ? length : 0;
	if (is_blocked != link->is_writing_watched) {
		link->is_writing_watched = is_blocked;
		watch(link, link->socket, is_blocked ? EPOLLIN | EPOLLOUT : EPOLLIN);
	}
	return is_blocked ? E_BUSY : OK;
}
