/*
 * The engine as a program, for tests that judge it against real servers: reads
 * addresses from standard input (or makes --count of them), sends each one
 * message, prints one JSON line per outcome and a last one for the run.
 */
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "deliver/engine.h"
#include "deliver/flight.h"

#include <getopt.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define LONG_MESSAGE 100000 /* from here on in long lines, which Python reads faster */

#define LOOK_EVERY_MS 20 /* for what is aside */

struct task {
	struct engine_job job;
	char *address;
	char *message;
	int64_t due_ms;
	bool is_settled, is_lent;
	bool is_aside; /* what waits for a relay has enough there */
};

struct tool {
	struct task *tasks;
	size_t count, capacity, first_open;
	size_t given_back;
	struct flight *flight;
	const char *from;
	long size;
	long tries;
	long retry_ms;
	long refuse_gate_at;
	long fail_note_at;
	long fail_turn_at;
	long stop_after, stop_again_after;
	long noted, settled, turns;
	bool is_quiet;
};

static struct engine *running;

static void on_signal(int number)
{
	(void)number;
	/* NOLINTNEXTLINE(bugprone-signal-handler,cert-sig30-c): async-signal-safe, says its header */
	engine_stop(running);
}

static void print_json(json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT);

	puts(text);
	fflush(stdout);
	free(text);
	json_decref(object);
}

static size_t take(void *context, struct engine_job **jobs, size_t want, int64_t *next_ms)
{
	struct tool *tool = context;
	int64_t now = clock_now_ms();
	size_t count = 0;

	*next_ms = ENGINE_NEVER;
	while (tool->first_open < tool->count && tool->tasks[tool->first_open].is_settled)
		tool->first_open++;
	for (size_t i = tool->first_open; i < tool->count && count < want; i++) {
		struct task *task = &tool->tasks[i];

		int64_t due_ms = task->is_aside ? now + LOOK_EVERY_MS : task->due_ms;

		if (task->is_settled || task->is_lent)
			continue;
		if (due_ms > now) {
			*next_ms = due_ms < *next_ms ? due_ms : *next_ms;
			continue;
		}
		task->is_lent = true;
		jobs[count++] = &task->job;
	}
	return count;
}

static bool may_send(void *context, const struct engine_job *job)
{
	struct tool *tool = context;

	return tool->refuse_gate_at < 0 || job->position != tool->refuse_gate_at;
}

static enum status note_final(void *context, const struct engine_job *job, struct err *err)
{
	static const unsigned char digest[ATTEMPT_DIGEST_SIZE] = {1};
	struct tool *tool = context;

	if (++tool->noted == tool->fail_note_at)
		return err_set(err, E_IO, "the disk is full, says the test");
	if (!tool->flight)
		return OK;
	return flight_note_final(
		tool->flight, job->dispatch, job->position, job->attempt_number, digest, err);
}

static struct task *task_of(struct tool *tool, const struct engine_job *job)
{
	return &tool->tasks[job->position - 1];
}

static void print_attempt(const struct task *task, const struct attempt *attempt)
{
	print_json(json_pack("{ss ss si ss ss si ss ss ss ss ss sI sI sb}", "event", "settled", "address",
		task->address, "try", attempt->number, "outcome", delivery_state_name(attempt->outcome),
		"phase", attempt_phase_name(attempt->phase), "code", attempt->code, "enhanced",
		attempt->enhanced, "reply", attempt->reply, "relay", attempt->relay, "tls",
		tls_use_name(attempt->tls), "tls_version", attempt->tls_version, "started_ms",
		(json_int_t)attempt->started_ms, "settled_ms", (json_int_t)attempt->settled_ms, "duplicate",
		attempt->is_possible_duplicate));
}

static void stop_if_due(struct tool *tool)
{
	if (tool->settled == tool->stop_after)
		engine_stop(running);
	if (tool->settled == tool->stop_again_after)
		engine_stop(running);
}

static void settle(void *context, struct engine_job *job, const struct attempt *attempt)
{
	struct tool *tool = context;
	struct task *task = task_of(tool, job);
	struct err err;

	if (tool->flight && flight_note_reply(tool->flight, attempt, &err))
		fprintf(stderr, "%s\n", err.text);
	if (!tool->is_quiet)
		print_attempt(task, attempt);
	task->is_lent = false;
	tool->settled++;
	if (attempt->outcome == DELIVERY_DEFERRED && job->attempt_number < tool->tries) {
		job->attempt_number++;
		task->due_ms = clock_now_ms() + tool->retry_ms;
	} else {
		task->is_settled = true;
	}
	stop_if_due(tool);
}

static void give_back(void *context, struct engine_job *job)
{
	struct tool *tool = context;
	struct task *task = task_of(tool, job);

	task->is_lent = false;
	tool->given_back++;
	if (job->position == tool->refuse_gate_at)
		task->is_settled = true;
	if (!tool->is_quiet)
		print_json(json_pack("{ss ss}", "event", "given back", "address", task->address));
}

static void too_large(void *context, struct engine_job *job, const char *words)
{
	struct task *task = task_of(context, job);

	task->is_lent = false;
	task->is_settled = true;
	print_json(json_pack("{ss ss ss}", "event", "too large", "address", task->address, "words", words));
}

static void set_aside(void *context, struct engine_job *job)
{
	struct task *task = task_of(context, job);

	task->is_lent = false;
	task->is_aside = true;
	print_json(json_pack("{ss ss}", "event", "set aside", "address", task->address));
}

static enum status turn(void *context, struct err *err)
{
	struct tool *tool = context;

	if (engine_wants_aside(running)) {
		for (size_t i = tool->first_open; i < tool->count; i++)
			tool->tasks[i].is_aside = false;
	}
	if (++tool->turns == tool->fail_turn_at)
		return err_set(err, E_IO, "the store is gone, says the test");
	return OK;
}

static void relay_changed(void *context, const struct relay_state *state)
{
	(void)context;
	print_json(json_pack("{ss ss ss ss sI sb}", "event", "relay", "relay", state->relay, "circuit",
		relay_circuit_name(state->circuit), "words", state->words, "retry_ms",
		(json_int_t)state->retry_ms, "breaks_pipelining", state->breaks_pipelining));
}

static void add_task(struct tool *tool, const char *address)
{
	struct task *task;
	struct str message;

	tool->tasks = mem_grow(tool->tasks, tool->count, &tool->capacity, sizeof(*tool->tasks));
	task = &tool->tasks[tool->count++];
	task->address = mem_copy_text(address);
	str_init(&message, STR_MAX_LARGE);
	str_addf(&message,
		"From: <%s>\r\nTo: <%s>\r\nSubject: Message %zu\r\nMessage-ID: <%zu@test.example>\r\n\r\n",
		tool->from, address, tool->count, tool->count);
	str_add(&message, SPAN(".a line that starts with a dot\r\n..two\r\n.\r\n"));
	while ((long)message.len < tool->size) {
		str_addf(&message, "%09zu", message.len);
		str_add_repeat(&message, 'x', tool->size > LONG_MESSAGE ? 900 : 60);
		str_add_text(&message, "\r\n");
	}
	task->job = (struct engine_job){
		.dispatch = 1,
		.position = (int64_t)tool->count,
		.attempt_number = 1,
		.envelope_from = span_of(tool->from),
		.message = str_span(&message),
	};
	task->message = message.ptr;
}

/* Once the tasks no longer move. */
static void point_at_addresses(struct tool *tool)
{
	for (size_t i = 0; i < tool->count; i++) {
		struct engine_job *job = &tool->tasks[i].job;

		job->envelope_to = span_of(tool->tasks[i].address);
		for (const char *p = tool->tasks[i].address; *p; p++)
			job->needs_smtputf8 |= (unsigned char)*p >= 0x80;
	}
}

static void read_tasks(struct tool *tool, long count)
{
	char *line = NULL;
	size_t capacity = 0;
	char address[64];
	ssize_t length;

	for (long i = 1; i <= count; i++) {
		snprintf(address, sizeof(address), "reader%ld@paper.example", i);
		add_task(tool, address);
	}
	while (count < 1 && (length = getline(&line, &capacity, stdin)) > 0) {
		if (line[length - 1] == '\n')
			line[length - 1] = '\0';
		add_task(tool, line);
	}
	free(line);
	point_at_addresses(tool);
}

static enum relay_tls tls_of(const char *text)
{
	if (strcmp(text, "required") == 0)
		return RELAY_TLS_REQUIRED;
	return strcmp(text, "opportunistic") == 0 ? RELAY_TLS_OPPORTUNISTIC : RELAY_TLS_NONE;
}

/* "10/100": ten in 100 ms. */
static struct pace_windows rates_of(const char *text)
{
	char *per;
	struct pace_window window = {.messages = (int)strtol(text, &per, 10)};

	window.per_ms = *per ? strtol(per + 1, NULL, 10) : 1000;
	return (struct pace_windows){.items = {window}, .count = 1};
}

#define RELAYS_MAX 4

struct setup {
	struct relay relay; /* what all have in common */
	struct relay relays[RELAYS_MAX];
	size_t relay_count;
	const char *flight;
	const char *breaks_pipelining;
	struct engine_options options;
	long count;
};

enum option_key {
	KEY_FIRST = 1000,
	KEY_RELAY,
	KEY_FALLBACK,
	KEY_BESIDE,
	KEY_WEIGHT,
	KEY_TLS,
	KEY_CA,
	KEY_USER,
	KEY_PASSWORD,
	KEY_CONNECTIONS,
	KEY_PER_CONNECTION,
	KEY_RATE,
	KEY_CONNECT_TIMEOUT,
	KEY_TIMEOUT,
	KEY_DOT_TIMEOUT,
	KEY_RELAY_TRIES,
	KEY_PAUSE,
	KEY_PAUSE_MOST,
	KEY_BREAKS_PIPELINING,
	KEY_FLIGHT,
	KEY_FROM,
	KEY_COUNT,
	KEY_SIZE,
	KEY_TRIES,
	KEY_RETRY,
	KEY_REFUSE_GATE,
	KEY_FAIL_NOTE,
	KEY_FAIL_TURN,
	KEY_STOP_AFTER,
	KEY_STOP_AGAIN,
	KEY_QUIET
};

static const struct option options[] = {
	{"relay", required_argument, NULL, KEY_RELAY},
	{"fallback", required_argument, NULL, KEY_FALLBACK}, /* of the next order */
	{"beside", required_argument, NULL, KEY_BESIDE},     /* of the same order */
	{"weight", required_argument, NULL, KEY_WEIGHT},     /* of the relay before */
	{"tls", required_argument, NULL, KEY_TLS},
	{"ca", required_argument, NULL, KEY_CA},
	{"user", required_argument, NULL, KEY_USER},
	{"password", required_argument, NULL, KEY_PASSWORD},
	{"connections", required_argument, NULL, KEY_CONNECTIONS},
	{"messages-per-connection", required_argument, NULL, KEY_PER_CONNECTION},
	{"rate", required_argument, NULL, KEY_RATE},
	{"connect-timeout-ms", required_argument, NULL, KEY_CONNECT_TIMEOUT},
	{"timeout-ms", required_argument, NULL, KEY_TIMEOUT},
	{"dot-timeout-ms", required_argument, NULL, KEY_DOT_TIMEOUT},
	{"relay-tries", required_argument, NULL, KEY_RELAY_TRIES},
	{"pause-ms", required_argument, NULL, KEY_PAUSE},
	{"pause-most-ms", required_argument, NULL, KEY_PAUSE_MOST},
	{"breaks-pipelining", required_argument, NULL, KEY_BREAKS_PIPELINING}, /* "host:port", remembered */
	{"flight", required_argument, NULL, KEY_FLIGHT},
	{"from", required_argument, NULL, KEY_FROM},
	{"count", required_argument, NULL, KEY_COUNT},
	{"size", required_argument, NULL, KEY_SIZE},
	{"tries", required_argument, NULL, KEY_TRIES},
	{"retry-ms", required_argument, NULL, KEY_RETRY},
	{"refuse-gate-at", required_argument, NULL, KEY_REFUSE_GATE},
	{"fail-note-at", required_argument, NULL, KEY_FAIL_NOTE},
	{"fail-turn-at", required_argument, NULL, KEY_FAIL_TURN},
	{"stop-after", required_argument, NULL, KEY_STOP_AFTER},
	{"stop-again-after", required_argument, NULL, KEY_STOP_AGAIN},
	{"quiet", no_argument, NULL, KEY_QUIET},
	{NULL, 0, NULL, 0},
};

static void add_relay(struct setup *setup, const char *url, int order)
{
	if (setup->relay_count < RELAYS_MAX)
		setup->relays[setup->relay_count++] = (struct relay){.url = url, .order = order};
}

static void set_relay(struct setup *setup, int key, const char *value)
{
	struct relay *last = &setup->relays[setup->relay_count ? setup->relay_count - 1 : 0];

	if (key == KEY_RELAY || key == KEY_BESIDE)
		add_relay(setup, value, setup->relay_count ? last->order : 1);
	else if (key == KEY_FALLBACK)
		add_relay(setup, value, last->order + 1);
	else if (key == KEY_WEIGHT)
		last->weight = (int)strtol(value, NULL, 10);
}

static void set_text(struct setup *setup, struct tool *tool, int key, const char *value)
{
	const char **texts[] = {
		[KEY_CA - KEY_FIRST] = &setup->relay.ca_file,
		[KEY_USER - KEY_FIRST] = &setup->relay.user,
		[KEY_PASSWORD - KEY_FIRST] = &setup->relay.password,
		[KEY_FLIGHT - KEY_FIRST] = &setup->flight,
		[KEY_FROM - KEY_FIRST] = &tool->from,
		[KEY_BREAKS_PIPELINING - KEY_FIRST] = &setup->breaks_pipelining,
	};
	size_t at = (size_t)(key - KEY_FIRST);

	if (at < sizeof(texts) / sizeof(texts[0]) && texts[at])
		*texts[at] = value;
	else if (key == KEY_TLS)
		setup->relay.tls = tls_of(value);
	else if (key == KEY_RATE)
		setup->relay.rates = rates_of(value);
	else if (key == KEY_QUIET)
		tool->is_quiet = true;
}

static void set_number(struct setup *setup, struct tool *tool, int key, const char *value)
{
	int *const small[] = {
		[KEY_CONNECTIONS - KEY_FIRST] = &setup->relay.connections,
		[KEY_PER_CONNECTION - KEY_FIRST] = &setup->relay.messages_per_connection,
		[KEY_RELAY_TRIES - KEY_FIRST] = &setup->options.relay_tries,
	};
	long *const large[] = {
		[KEY_CONNECT_TIMEOUT - KEY_FIRST] = &setup->relay.connect_timeout_ms,
		[KEY_TIMEOUT - KEY_FIRST] = &setup->relay.command_timeout_ms,
		[KEY_DOT_TIMEOUT - KEY_FIRST] = &setup->relay.dot_timeout_ms,
		[KEY_PAUSE - KEY_FIRST] = &setup->relay.pause_first_ms,
		[KEY_PAUSE_MOST - KEY_FIRST] = &setup->relay.pause_most_ms,
		[KEY_COUNT - KEY_FIRST] = &setup->count,
		[KEY_SIZE - KEY_FIRST] = &tool->size,
		[KEY_TRIES - KEY_FIRST] = &tool->tries,
		[KEY_RETRY - KEY_FIRST] = &tool->retry_ms,
		[KEY_REFUSE_GATE - KEY_FIRST] = &tool->refuse_gate_at,
		[KEY_FAIL_NOTE - KEY_FIRST] = &tool->fail_note_at,
		[KEY_FAIL_TURN - KEY_FIRST] = &tool->fail_turn_at,
		[KEY_STOP_AFTER - KEY_FIRST] = &tool->stop_after,
		[KEY_STOP_AGAIN - KEY_FIRST] = &tool->stop_again_after,
	};
	size_t at = (size_t)(key - KEY_FIRST);
	long number = value ? strtol(value, NULL, 10) : 0;

	if (at < sizeof(small) / sizeof(small[0]) && small[at])
		*small[at] = (int)number;
	else if (at < sizeof(large) / sizeof(large[0]) && large[at])
		*large[at] = number;
}

/* Jobs the engine still has at its end: none, if it keeps its word. */
static size_t count_lent(const struct tool *tool)
{
	size_t lent = 0;

	for (size_t i = 0; i < tool->count; i++)
		lent += tool->tasks[i].is_lent;
	return lent;
}

/* The most memory this program ever had, in KiB. */
static long peak_kib(void)
{
	struct str status;
	struct span rest, line;
	struct err err;
	long peak = 0;

	str_init(&status, STR_MAX_LARGE);
	if (file_load("/proc/self/status", &status, &err))
		fprintf(stderr, "%s\n", err.text);
	rest = str_span(&status);
	while (span_line(&rest, &line)) {
		if (span_starts(line, SPAN("VmHWM:")))
			peak = strtol(line.ptr + sizeof("VmHWM:") - 1, NULL, 10);
	}
	str_clear(&status);
	return peak;
}

static void print_end(const struct tool *tool, enum status status, const char *words, double seconds)
{
	print_json(json_pack("{ss ss ss sI sI sI sI sf sI}", "event", "end", "status", status_name(status),
		"words", words, "settled", (json_int_t)tool->settled, "given_back",
		(json_int_t)tool->given_back, "noted", (json_int_t)tool->noted, "lent",
		(json_int_t)count_lent(tool), "seconds", seconds, "peak_kib", (json_int_t)peak_kib()));
}

static void complete_relays(struct setup *setup)
{
	setup->relay.data_timeout_ms = setup->relay.command_timeout_ms;
	for (size_t i = 0; i < setup->relay_count; i++) {
		struct relay relay = setup->relay;

		relay.url = setup->relays[i].url;
		relay.order = setup->relays[i].order;
		relay.weight = setup->relays[i].weight;
		setup->relays[i] = relay;
	}
}

static enum status run(struct tool *tool, struct setup *setup, struct err *err)
{
	const struct engine_host host = {
		.context = tool,
		.take = take,
		.may_send = may_send,
		.note_final = note_final,
		.settle = settle,
		.give_back = give_back,
		.too_large = too_large,
		.set_aside = set_aside,
		.turn = turn,
		.relay_changed = relay_changed,
	};
	struct engine_options engine_options = setup->options;
	struct relay_state remembered = {.breaks_pipelining = true};
	enum status status = OK;

	complete_relays(setup);
	engine_options.relays = setup->relays;
	engine_options.relay_count = setup->relay_count;
	if (setup->breaks_pipelining) {
		snprintf(remembered.relay, sizeof(remembered.relay), "%s", setup->breaks_pipelining);
		engine_options.remembered = &remembered;
		engine_options.remembered_count = 1;
	}
	engine_options.hello = "press.harbour.example";
	if (setup->flight)
		status = flight_open(setup->flight, &tool->flight, err);
	if (!status)
		status = engine_new(&engine_options, &host, &running, err);
	if (status)
		return status;
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	status = engine_run(running, err);
	engine_free(running);
	return status;
}

int main(int argc, char **argv)
{
	struct tool tool = {.from = "bounce@harbour.example", .tries = 1, .refuse_gate_at = -1};
	struct setup setup = {.relay = {.ca_file = "",
				      .user = "",
				      .password = "",
				      .hello = "",
				      .connections = 4,
				      .connect_timeout_ms = 30000,
				      .command_timeout_ms = 300000,
				      .dot_timeout_ms = 600000,
				      .pause_first_ms = 1000,
				      .pause_most_ms = 60000}};
	struct err err = {.text = ""};
	enum status status;
	int64_t start_ms;
	int key;

	while ((key = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (key == '?')
			return 2;
		set_relay(&setup, key, optarg);
		set_text(&setup, &tool, key, optarg);
		set_number(&setup, &tool, key, optarg);
	}
	read_tasks(&tool, setup.count);
	start_ms = clock_steady_ms();
	status = run(&tool, &setup, &err);
	print_end(&tool, status, err.text, (double)(clock_steady_ms() - start_ms) / 1000);
	if (tool.flight)
		flight_close(tool.flight);
	for (size_t i = 0; i < tool.count; i++) {
		free(tool.tasks[i].address);
		free(tool.tasks[i].message);
	}
	free(tool.tasks);
	return status ? 1 : 0;
}
