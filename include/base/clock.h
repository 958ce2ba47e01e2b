#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/*
 * The only source of time. Instants are milliseconds since 1970-01-01T00:00Z.
 */
int64_t clock_now_ms(void);

/* Milliseconds that never go back and count sleep (CLOCK_BOOTTIME): for intervals and timers. */
int64_t clock_steady_ms(void);

/* Do nothing for a while; a signal may end it early. */
void clock_pause_ms(int ms);

/* The instant of CLOCK_MONOTONIC in so many milliseconds, for waits that end by then. */
struct timespec clock_deadline(int64_t ms);

/* For tests: both clocks answer from here until clock_replace(NULL, NULL). */
typedef int64_t clock_fn(void *context);
void clock_replace(clock_fn *now_ms, void *context);

/* This boot's identity (/proc/sys/kernel/random/boot_id), "" where there's none. Static. */
const char *clock_boot_id(void);

#endif
