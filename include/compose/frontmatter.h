#ifndef COMPOSE_FRONTMATTER_H
#define COMPOSE_FRONTMATTER_H

#include "base/str.h"
#include "compose/value.h"

#include <stddef.h>

/*
 * YAML between two lines "---" at the start of a Markdown file, by libyaml.
 * Scalars become TEXT as written (a plain `null`, `~` or nothing: NULL; no other
 * guessing), sequences LIST, mappings MAP; each knows its line in the file.
 */
#define FRONTMATTER_MAX (256u * 1024u)
#define FRONTMATTER_DEPTH_MAX 16u
#define FRONTMATTER_NODES_MAX 10000u

/*
 * Split `text` and read its front matter. `path` is for messages. *body borrows
 * from `text`; *body_line is the 1-based line on which it starts.
 * E_SYNTAX (file:line: words) for broken YAML, a key twice, a missing end mark;
 * aliases, anchors and tags are refused (an alias bomb is E_SYNTAX). E_RANGE over a ceiling.
 */
enum status frontmatter_parse(const char *path, struct span text, struct value **out, struct span *body,
	size_t *body_line, struct err *err);

/* A YAML document alone, without the "---" frame: words files. */
enum status frontmatter_parse_yaml(const char *path, struct span text, struct value **out, struct err *err);

#endif
