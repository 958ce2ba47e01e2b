#ifndef COMPOSE_MARKDOWN_H
#define COMPOSE_MARKDOWN_H

#include "base/str.h"

#include <stdbool.h>

/*
 * CommonMark, by cmark. Raw HTML is left out of both (mails from a press office
 * need none, and a <script> must never go out); markdown_check finds it.
 */
#define MARKDOWN_DEPTH_MAX 100u

/* For mail: inline styles for headings, paragraphs, lists, quotes, links; absolute links only. */
enum status markdown_html(struct span source, struct str *out, struct err *err);

/*
 * Plain text that reads like a wire story: wrapped at `columns` (terminal
 * columns, so wide scripts fit), links as numbered footnotes "[1]" whose list is
 * appended by markdown_text_footnotes, so that several texts share one numbering.
 */
struct markdown_notes;
struct markdown_notes *markdown_notes_new(void);
void markdown_notes_free(struct markdown_notes *notes);
enum status markdown_text(
	struct span source, size_t columns, struct markdown_notes *notes, struct str *out, struct err *err);
void markdown_text_footnotes(const struct markdown_notes *notes, struct str *out);

/* What release_check asks of a Markdown text. `line` counts from 1 within `source`. */
typedef void markdown_check_fn(void *context, bool is_error, size_t line, const char *words);
void markdown_check(struct span source, markdown_check_fn *say, void *context);

#endif
