/*
 * Other programs: found, started in a clean room, waited for, ended.
 */
#include "base/process.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define TO_FD 3
#define FROM_FD 4
#define OURS_FD_LEAST 16 /* where the pipes' other ends wait, clear of the two above */
#define PASSED_MAX 64u

/* What is passed on; a name that ends in '_' stands for all that begin so. */
static const char *const passed[] = {
	"PATH",
	"HOME",
	"USER",
	"LOGNAME",
	"SHELL",
	"LANG",
	"LANGUAGE",
	"LC_",
	"TZ",
	"TMPDIR",
	"DISPLAY",
	"WAYLAND_DISPLAY",
	"XAUTHORITY",
	"XDG_",
	"DBUS_SESSION_BUS_ADDRESS",
	"DESKTOP_SESSION",
	"BROWSER",
};

static struct span name_of(const char *variable)
{
	return span_first(span_of(variable), span_find_char(span_of(variable), '=', 0));
}

static bool is_passed(struct span name)
{
	for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++) {
		struct span row = span_of(passed[i]);
		bool is_family = row.ptr[row.len - 1] == '_';

		if (is_family ? span_starts(name, row) : span_equals(name, row))
			return true;
	}
	return false;
}

static bool is_among(struct span name, const char *const *variables, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (span_equals(name_of(variables[i]), name))
			return true;
	}
	return false;
}

/* At most PASSED_MAX and the NULL at the end. */
static void pick_environment(const char *const *variables, const char **out)
{
	size_t own = 0, count;

	while (variables && variables[own] && own < PASSED_MAX) {
		out[own] = variables[own];
		own++;
	}
	count = own;
	for (char **variable = environ; variable && *variable && count < PASSED_MAX; variable++) {
		if (is_passed(name_of(*variable)) && !is_among(name_of(*variable), out, own))
			out[count++] = *variable;
	}
	out[count] = NULL;
}

char *process_find(const char *name)
{
	struct span rest = span_of(getenv("PATH")), folder;

	while (span_split(&rest, ':', &folder)) {
		char *inside = span_copy(folder);
		char *path = file_join(inside, name);

		free(inside);
		/* An empty or relative folder would run whatever lies where we happen to be. */
		if (path[0] == '/' && !file_is_folder(path) && access(path, X_OK) == 0)
			return path;
		free(path);
	}
	return NULL;
}

static void close_both(int fds[2])
{
	for (size_t i = 0; i < 2; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
		fds[i] = -1;
	}
}

/* A pipe whose end number `theirs` can't lie on a descriptor that the program gets. */
static enum status open_pipe(int fds[2], size_t theirs, struct err *err)
{
	int moved;

	if (pipe2(fds, O_CLOEXEC) != 0)
		return err_system(err, errno, "can't make a pipe");
	moved = fcntl(fds[theirs], F_DUPFD_CLOEXEC, OURS_FD_LEAST);
	if (moved < 0) {
		enum status status = err_system(err, errno, "can't make a pipe");

		close_both(fds);
		return status;
	}
	close(fds[theirs]);
	fds[theirs] = moved;
	return OK;
}

/* Errors of these calls are lack of memory alone. */
static void set_actions(
	posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes, int to_fd, int from_fd)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(attributes);
	posix_spawnattr_setflags(
		attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setpgroup(attributes, 0);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setsigdefault(attributes, &all);
	posix_spawn_file_actions_init(actions);
	posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	if (to_fd >= 0) {
		posix_spawn_file_actions_adddup2(actions, to_fd, TO_FD);
		posix_spawn_file_actions_adddup2(actions, from_fd, FROM_FD);
	}
	posix_spawn_file_actions_addclosefrom_np(actions, to_fd >= 0 ? FROM_FD + 1 : TO_FD);
}

enum status process_start(const char *path, const char *const *arguments, const char *const *variables,
	bool has_pipes, struct process *out, struct err *err)
{
	int to[2] = {-1, -1}, from[2] = {-1, -1};
	const char *environment[PASSED_MAX + 1];
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	enum status status = OK;
	int failure;

	*out = (struct process){.to_fd = -1, .from_fd = -1};
	if (has_pipes)
		status = open_pipe(to, 0, err);
	if (has_pipes && status == OK)
		status = open_pipe(from, 1, err);
	if (status != OK) {
		close_both(to);
		return status;
	}
	pick_environment(variables, environment);
	set_actions(&actions, &attributes, to[0], from[1]);
	/* It takes pointers to what it doesn't change. */
	failure = posix_spawn(&out->pid, path, &actions, &attributes, (char *const *)(uintptr_t)arguments,
		(char *const *)(uintptr_t)environment);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	if (failure) {
		out->pid = 0;
		close_both(to);
		close_both(from);
		return err_system(err, failure, "can't start \"%s\"", path);
	}
	if (has_pipes) {
		close(to[0]);
		close(from[1]);
		out->to_fd = to[1];
		out->from_fd = from[0];
	}
	return OK;
}

/* False if it still runs. */
static bool reap(struct process *process, int flags, int *exit_status)
{
	int how = 0;
	pid_t got;

	do
		got = waitpid(process->pid, &how, flags);
	while (got < 0 && errno == EINTR);
	if (got == 0)
		return false;
	*exit_status = WIFSIGNALED(how) ? 128 + WTERMSIG(how) : WEXITSTATUS(how);
	process->pid = 0;
	return true;
}

enum status process_wait(struct process *process, int timeout_ms, int *exit_status, struct err *err)
{
	struct pollfd ends = {.fd = pidfd_open(process->pid, 0), .events = POLLIN};

	if (ends.fd < 0)
		return err_system(err, errno, "can't wait for a program");
	poll(&ends, 1, timeout_ms);
	close(ends.fd);
	return reap(process, WNOHANG, exit_status) ? OK : err_set(err, E_BUSY, "the program still runs");
}

void process_let_go(struct process *process)
{
	int fds[2] = {process->to_fd, process->from_fd};

	close_both(fds);
	*process = (struct process){.to_fd = -1, .from_fd = -1};
}

void process_end(struct process *process)
{
	int exit_status;

	if (process->pid > 0) {
		kill(-process->pid, SIGKILL);
		reap(process, 0, &exit_status);
	}
	process_let_go(process);
}

static void interruptions(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
}

void process_take_shelter(sigset_t *before)
{
	sigset_t set;

	interruptions(&set);
	pthread_sigmask(SIG_BLOCK, &set, before);
}

bool process_is_interrupted(void)
{
	sigset_t pending;

	sigpending(&pending);
	return sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1 ||
	       sigismember(&pending, SIGHUP) == 1;
}

void process_leave_shelter(const sigset_t *before)
{
	pthread_sigmask(SIG_SETMASK, before, NULL);
}
