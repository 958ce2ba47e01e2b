#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>
#include <stddef.h>

/*
 * What a call that can fail returns. Ignoring one is a compile-time error.
 * An SMTP refusal or a bounce is data, not one of these.
 */
/* clang-format 14 doesn't know an attribute in this place. */
/* clang-format off */
enum [[nodiscard]] status {
	OK = 0,
	E_SYNTAX,      /* input that doesn't follow its grammar */
	E_RANGE,       /* well formed, but an impossible value or over a ceiling */
	E_NOTFOUND,    /* no such thing; also "after the last one" for readers */
	E_EXISTS,      /* it is there already */
	E_CONFLICT,    /* ambiguous, or contradicts what is stored */
	E_DENIED,      /* not allowed: permissions, policy */
	E_HELD,        /* a person is needed before this can go on */
	E_BUSY,        /* somebody else holds it; later it may work */
	E_UNSUPPORTED, /* the other side, or this build, can't do it */
	E_CANCELLED,   /* a person said no, or interrupted */
	E_IO,          /* the operating system, disk or network said no */
	E_INTERNAL     /* a defect of ours */
};
/* clang-format on */

/* Words for people: lower case, the subject in quotes, what to do next. */
struct err {
	enum status status;
	char text[1024];
};

/*
 * Fill `err` (may be NULL) and return `status`, so that a failure is one
 * line: `return err_set(err, E_SYNTAX, "%s:%zu: no address", file, line);`
 * Control characters in the formatted text are replaced by '?', so that
 * words from outside can't drive a terminal. `status` must not be OK.
 */
enum status err_set(struct err *err, enum status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* As err_set, and says why the system refused: ": " and strerror(errno_value). */
enum status err_system(struct err *err, int errno_value, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Put words before a failure that comes from below: "CONTEXT: text". Returns err->status; `err` is not NULL.
 */
enum status err_wrap(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Clang's analyzer can't see that what comes back is what went in, and takes failures for successes. */
#ifdef __clang_analyzer__
#define err_set(err, status, ...) ((void)err_set(err, status, __VA_ARGS__), (status))
#define err_system(err, ...) ((void)err_system(err, __VA_ARGS__), E_IO)
#endif

/* The status' name in one lower-case word ("syntax"), for logs and tests. */
const char *status_name(enum status status);

#endif
