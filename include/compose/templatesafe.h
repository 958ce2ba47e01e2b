#ifndef COMPOSE_TEMPLATESAFE_H
#define COMPOSE_TEMPLATESAFE_H

#include "base/str.h"
#include "compose/template.h"
#include "compose/value.h"

/*
 * Templates that make HTML fit for mail (htmlsafe.h), in two looks: at their sources, whatever of them
 * one letter leaves out; and at what they make of a letter's values, which may bring markup of their own.
 */

/*
 * The source and the partials it names. E_SYNTAX with file:line for the first fault, and where a source isn't
 * UTF-8 (then also for templates of text: `is_html` false looks at nothing else).
 */
enum status templatesafe_check(const struct template *template, bool is_html, struct err *err);

/* The same for a phrase of a words file, whose text begins on `line`. E_SYNTAX also for a broken tag. */
enum status templatesafe_check_phrase(const char *path, size_t line, struct span phrase, struct err *err);

/* Stands before a letter's output while HTML is rendered; `inner` is called as without it, and borrowed. */
struct templatesafe;
struct templatesafe *templatesafe_new(const struct template *template, const struct template_output *inner);
void templatesafe_free(struct templatesafe *safe); /* NULL is fine */
const struct template_output *templatesafe_output(const struct templatesafe *safe);

/*
 * What was rendered. E_SYNTAX with file:line: of the text in `front_matter` (of the file `path`) that brings
 * the fault where there is one, else of the template's line.
 */
enum status templatesafe_finish(
	const struct templatesafe *safe, const char *path, const struct value *front_matter, struct err *err);

#endif
