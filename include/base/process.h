#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include "base/err.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

/*
 * Other programs, started without a shell. They get a process group of their
 * own, signals as they are by default, /dev/null as their standard streams, no
 * descriptor of ours, and of our environment only what a program on a desk
 * needs (PATH, HOME, the language, the display): passwords may stand in the rest.
 */
struct process {
	pid_t pid;
	int to_fd, from_fd; /* -1 without pipes */
};

/* The program's path, of the first of PATH's folders that has it. NULL if none does; else free() it. */
char *process_find(const char *name);

/*
 * `arguments` end in NULL; the first is the program's name. `variables`
 * ("NAME=value", ended by NULL; NULL for none) stand in the environment in place of ours.
 * With pipes, what is
 * written to to_fd comes out of the program's descriptor 3, and what it writes to
 * its 4 out of from_fd. E_IO names the path. End it with process_end.
 */
enum status process_start(const char *path, const char *const *arguments, const char *const *variables,
	bool has_pipes, struct process *out, struct err *err);

/* Wait for the program's end. E_BUSY if it still runs. *exit_status is 128 and the signal if one ended it. */
enum status process_wait(struct process *process, int timeout_ms, int *exit_status, struct err *err);

/* Close the pipes and kill the group, unless process_wait saw its end. */
void process_end(struct process *process);

/* Close the pipes and leave the program to itself. */
void process_let_go(struct process *process);

/*
 * Between these two an interruption from outside (SIGINT, SIGTERM, SIGHUP)
 * waits, so that what was begun can be cleared away; process_is_interrupted tells
 * whether one waits. `before` keeps what was blocked already.
 */
void process_take_shelter(sigset_t *before);
bool process_is_interrupted(void);
void process_leave_shelter(const sigset_t *before);

#endif
