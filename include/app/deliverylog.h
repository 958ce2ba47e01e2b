#ifndef APP_DELIVERYLOG_H
#define APP_DELIVERYLOG_H

#include "app/newsroom.h"
#include "base/err.h"
#include "base/str.h"
#include "record/deliveryline.h"

/* The delivery log, asked for in the words that people type. */

/* What was typed; NULL where nothing was. Borrowed for the query's making. */
struct deliverylog_words {
	int64_t dispatch;   /* 0: the newest, or all for one person */
	const char *states; /* "failed,deferred" */
	const char *list;   /* borrowed for the query's life */
	const char *domain;
	const char *address;
	const char *since; /* an instant, or "2h" for the last two hours */
};

struct deliverylog_query {
	struct delivery_filter filter;
	struct str address_key;
	struct str domain;
};

/* E_SYNTAX, E_NOTFOUND for words that mean nothing. deliverylog_clear afterwards, whatever it returned. */
enum status deliverylog_init(struct newsroom *newsroom, const struct deliverylog_words *words,
	struct deliverylog_query *query, struct err *err);
void deliverylog_clear(struct deliverylog_query *query);

/* By dispatch and position; `line` is borrowed for the call. Not OK stops and is returned. */
typedef enum status deliverylog_fn(void *context, const struct delivery_line *line, struct err *err);
enum status deliverylog_each(struct newsroom *newsroom, const struct deliverylog_query *query,
	deliverylog_fn *fn, void *context, struct err *err);

/* An address of the log with its domain as people write it. */
void deliverylog_show_address(const char *address, struct str *out);

#endif
