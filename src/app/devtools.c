/*
 * Chromium over pipes: each message is JSON that ends in a NUL. Calls are
 * numbered; answers carry the number, events a method's name.
 */
#include "app/devtools.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/process.h"
#include "base/str.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#define ANSWER_LIMIT_MS 60000 /* starting cold on a busy machine takes a while */
#define LOOK_UP_MS 200        /* how soon an interruption is noticed */
#define END_LIMIT_MS 5000
#define REMOVAL_TRIES 20 /* its helpers may still write as they die */
#define READ_SIZE 65536u

struct devtools {
	struct process process;
	sigset_t signals_before;
	char *profile;
	char *session; /* of the page; NULL before there is one */
	json_int_t number;
	struct str input;
	size_t searched; /* of the input, without a NUL */
};

static const char *const names[] = {"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"};

/*
 * No network: it is told that there's none, every name is unknown, and whatever
 * Chromium likes to fetch for itself is off.
 */
static const char *const flags[] = {
	"--headless",
	"--remote-debugging-pipe",
	"--no-startup-window",
	"--no-first-run",
	"--no-default-browser-check",
	"--no-pings",
	"--disable-gpu",
	"--disable-quic",
	"--disable-sync",
	"--disable-extensions",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-domain-reliability",
	"--disable-breakpad",
	"--disable-dev-shm-usage",
	"--host-resolver-rules=MAP * ~NOTFOUND",
	"--hide-scrollbars",
	"--force-color-profile=srgb",
};
#define FLAG_COUNT (sizeof(flags) / sizeof(flags[0]))

static char *find_chromium(void)
{
	char *path = NULL;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !path; i++)
		path = process_find(names[i]);
	return path;
}

static enum status start(struct devtools *devtools, const char *path, struct err *err)
{
	char *profile = mem_format("--user-data-dir=%s", devtools->profile);
	/* Where it would leave things behind that its profile doesn't hold. */
	char *config = mem_format("XDG_CONFIG_HOME=%s", devtools->profile);
	char *cache = mem_format("XDG_CACHE_HOME=%s", devtools->profile);
	const char *const variables[] = {config, cache, NULL};
	const char *arguments[FLAG_COUNT + 4] = {path, profile};
	size_t count = 2;
	enum status status;

	for (size_t i = 0; i < FLAG_COUNT; i++)
		arguments[count++] = flags[i];
	/* Chromium refuses to be root inside its own sandbox. */
	if (geteuid() == 0)
		arguments[count++] = "--no-sandbox";
	status = process_start(path, arguments, variables, true, &devtools->process, err);
	free(profile);
	free(config);
	free(cache);
	return status;
}

/* Until the descriptor is ready for `events`. */
static enum status wait_ready(int fd, short events, int64_t until_ms, struct err *err)
{
	struct pollfd ready = {.fd = fd, .events = events};

	while (clock_steady_ms() < until_ms) {
		if (process_is_interrupted())
			return err_set(err, E_CANCELLED, "interrupted");
		if (poll(&ready, 1, LOOK_UP_MS) > 0)
			return OK;
	}
	return err_set(err, E_IO, "Chromium doesn't answer");
}

static enum status put(struct devtools *devtools, struct span bytes, int64_t until_ms, struct err *err)
{
	while (bytes.len) {
		enum status status = wait_ready(devtools->process.to_fd, POLLOUT, until_ms, err);
		/* No more than a pipe takes without blocking once it is ready. */
		struct span piece = span_first(bytes, PIPE_BUF);
		ssize_t done;

		if (status != OK)
			return status;
		done = write(devtools->process.to_fd, piece.ptr, piece.len);
		if (done < 0 && errno != EINTR)
			return err_system(err, errno, "Chromium ended");
		bytes = span_from(bytes, done > 0 ? (size_t)done : 0);
	}
	return OK;
}

static enum status read_more(struct devtools *devtools, int64_t until_ms, struct err *err)
{
	enum status status = wait_ready(devtools->process.from_fd, POLLIN, until_ms, err);
	char bytes[READ_SIZE];
	ssize_t got;

	if (status != OK)
		return status;
	got = read(devtools->process.from_fd, bytes, sizeof(bytes));
	if (got == 0)
		return err_set(err, E_IO, "Chromium ended before it answered");
	if (got < 0)
		return errno == EINTR ? OK : err_system(err, errno, "can't hear Chromium");
	str_add(&devtools->input, span_bytes(bytes, (size_t)got));
	return str_status(&devtools->input, "Chromium's answer", err);
}

/* The next message, on the heap. */
static enum status take_message(struct devtools *devtools, int64_t until_ms, json_t **out, struct err *err)
{
	size_t end;

	while ((end = span_find_char(str_span(&devtools->input), '\0', devtools->searched)) == SIZE_MAX) {
		enum status status;

		devtools->searched = devtools->input.len;
		status = read_more(devtools, until_ms, err);
		if (status != OK)
			return status;
	}
	*out = json_loadb(devtools->input.ptr, end, 0, NULL);
	memmove(devtools->input.ptr, devtools->input.ptr + end + 1, devtools->input.len - end - 1);
	str_cut(&devtools->input, devtools->input.len - end - 1);
	devtools->searched = 0;
	return *out ? OK : err_set(err, E_IO, "Chromium's answer is no JSON");
}

static enum status send_call(
	struct devtools *devtools, const char *method, json_t *parameters, int64_t until_ms, struct err *err)
{
	json_t *call = json_pack("{s:I,s:s,s:o}", "id", ++devtools->number, "method", method, "params",
		parameters ? parameters : json_object());
	enum status status;
	char *text;

	if (devtools->session)
		json_object_set_new(call, "sessionId", json_string(devtools->session));
	text = json_dumps(call, JSON_COMPACT);
	json_decref(call);
	if (!text)
		return err_set(err, E_INTERNAL, "\"%s\" is no JSON", method);
	status = put(devtools, span_bytes(text, strlen(text) + 1), until_ms, err);
	free(text);
	return status;
}

/* Read until the call's answer and, unless NULL, the event have come. */
static enum status take_answer(struct devtools *devtools, const char *method, const char *event,
	json_t **result, int64_t until_ms, struct err *err)
{
	bool is_answered = false;
	bool has_come = !event;
	enum status status = OK;

	while (status == OK && !(is_answered && has_come)) {
		json_t *message = NULL, *failure;
		const char *name;

		status = take_message(devtools, until_ms, &message, err);
		if (status != OK)
			break;
		name = json_string_value(json_object_get(message, "method"));
		failure = json_object_get(message, "error");
		if (name && event && strcmp(name, event) == 0)
			has_come = true;
		if (json_integer_value(json_object_get(message, "id")) == devtools->number) {
			is_answered = true;
			if (failure)
				status = err_set(err, E_IO, "Chromium refuses %s: %s", method,
					json_string_value(json_object_get(failure, "message")));
			else if (result)
				*result = json_incref(json_object_get(message, "result"));
		}
		json_decref(message);
	}
	return status;
}

static enum status converse(struct devtools *devtools, const char *method, json_t *parameters,
	const char *event, json_t **result, struct err *err)
{
	int64_t until_ms = clock_steady_ms() + ANSWER_LIMIT_MS;
	enum status status = send_call(devtools, method, parameters, until_ms, err);

	return status == OK ? take_answer(devtools, method, event, result, until_ms, err) : status;
}

enum status devtools_call(
	struct devtools *devtools, const char *method, json_t *parameters, json_t **result, struct err *err)
{
	return converse(devtools, method, parameters, NULL, result, err);
}

enum status devtools_call_until(
	struct devtools *devtools, const char *method, json_t *parameters, const char *event, struct err *err)
{
	return converse(devtools, method, parameters, event, NULL, err);
}

/* An empty page, whose session all later calls belong to. */
static enum status open_page(struct devtools *devtools, struct err *err)
{
	json_t *page = NULL, *session = NULL;
	enum status status = devtools_call(
		devtools, "Target.createTarget", json_pack("{s:s}", "url", "about:blank"), &page, err);

	if (status == OK)
		status = devtools_call(devtools, "Target.attachToTarget",
			json_pack(
				"{s:O,s:b}", "targetId", json_object_get(page, "targetId"), "flatten", true),
			&session, err);
	if (status == OK)
		devtools->session =
			mem_format("%s", json_string_value(json_object_get(session, "sessionId")));
	json_decref(page);
	json_decref(session);
	return status;
}

enum status devtools_open(struct devtools **out, struct err *err)
{
	char *path = find_chromium();
	struct devtools *devtools;
	enum status status;

	if (!path)
		return err_set(err, E_NOTFOUND, "no Chromium is installed");
	devtools = mem_alloc(sizeof(*devtools));
	devtools->process = (struct process){.to_fd = -1, .from_fd = -1};
	str_init(&devtools->input, DEVTOOLS_MESSAGE_MAX);
	process_take_shelter(&devtools->signals_before);
	status = file_make_temporary_folder("dateline-chromium", &devtools->profile, err);
	if (status == OK)
		status = start(devtools, path, err);
	if (status == OK)
		status = open_page(devtools, err);
	free(path);
	if (status != OK) {
		devtools_close(devtools);
		return status;
	}
	*out = devtools;
	return OK;
}

static void remove_profile(const char *profile)
{
	struct err err;
	enum status status = file_remove_tree(profile, &err);

	for (int i = 1; i < REMOVAL_TRIES && status != OK; i++) {
		clock_pause_ms(LOOK_UP_MS / 4);
		status = file_remove_tree(profile, &err);
	}
	if (status != OK)
		log_warning("%s; it is Chromium's and may go", err.text);
}

void devtools_close(struct devtools *devtools)
{
	int exit_status;

	if (!devtools)
		return;
	free(devtools->session);
	devtools->session = NULL;
	/* Asked to end it leaves no helpers behind; what doesn't listen is killed. */
	if (devtools->process.pid > 0 && !process_is_interrupted() &&
		send_call(devtools, "Browser.close", NULL, clock_steady_ms() + LOOK_UP_MS, NULL) == OK)
		(void)(process_wait(&devtools->process, END_LIMIT_MS, &exit_status, NULL) == OK);
	process_end(&devtools->process);
	if (devtools->profile)
		remove_profile(devtools->profile);
	free(devtools->profile);
	str_clear(&devtools->input);
	process_leave_shelter(&devtools->signals_before);
	free(devtools);
}
