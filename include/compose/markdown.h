#ifndef COMPOSE_MARKDOWN_H
#define COMPOSE_MARKDOWN_H

#include "base/str.h"

#include <stdbool.h>

/*
 * CommonMark, by cmark. Raw HTML is left out of both (mails from a press office
 * need none, and a <script> must never go out); markdown_check finds it.
 */
#define MARKDOWN_MAX (1024u * 1024u)
#define MARKDOWN_DEPTH_MAX 100u

/*
 * For mail: inline styles for headings, paragraphs, lists, quotes, links. Links
 * are http, https and mailto; the words of any other stay, unlinked. Headings
 * start at <h2> (the title is the <h1>). Images give way to their description.
 * Appends. E_RANGE over the ceilings.
 */
enum status markdown_html(struct span source, struct str *out, struct err *err);
/* The same for a page that runs from right to left: its lists and quotes are marked on the right. */
enum status markdown_html_right_to_left(struct span source, struct str *out, struct err *err);

/*
 * Plain text that reads like a wire story: wrapped at `columns` (terminal
 * columns; Chinese and Japanese between characters, others at spaces only: a long address
 * or a Thai clause stays whole, however long its line), headings underlined,
 * quotes indented, links as numbered footnotes "[1]" whose list is
 * appended by markdown_text_footnotes, so that several texts share one numbering.
 * Ends in one line break unless empty.
 */
struct markdown_notes;
struct markdown_notes *markdown_notes_new(void);
void markdown_notes_free(struct markdown_notes *notes);
enum status markdown_text(
	struct span source, size_t columns, struct markdown_notes *notes, struct str *out, struct err *err);
void markdown_text_footnotes(const struct markdown_notes *notes, struct str *out);

/*
 * Plain words as Markdown that renders as exactly these words: what Markdown
 * would take for its own is escaped, anything else is left alone. For one
 * paragraph: line breaks become spaces. Appends.
 */
void markdown_escape(struct span words, struct str *out);
/* The same for a stretch of a paragraph's words: whatever might be Markdown is escaped. */
void markdown_escape_part(struct span words, bool is_first, struct str *out);

/*
 * What release_check asks of a Markdown text: raw HTML, links that lead
 * nowhere, skipped heading levels, images. `line` counts from 1 within `source`.
 */
typedef void markdown_check_fn(void *context, bool is_error, size_t line, const char *words);
void markdown_check(struct span source, markdown_check_fn *say, void *context);

#endif
