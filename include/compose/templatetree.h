#ifndef COMPOSE_TEMPLATETREE_H
#define COMPOSE_TEMPLATETREE_H

/*
 * A template's sources as trees: made by templateparse.c, walked by
 * templaterender.c. Private to the template module.
 */
#include "compose/template.h"

#include <stdint.h>

enum node_kind {
	NODE_TEXT,
	NODE_VARIABLE,
	NODE_SECTION,
	NODE_INVERTED,
	NODE_PARTIAL,
	NODE_PARENT, /* {{<x}}: a partial whose blocks are replaced */
	NODE_BLOCK   /* {{$x}}: what may be replaced, or the replacement */
};

/* A part of a unit's source. */
struct slice {
	uint32_t start, len;
};

/* The nodes of a unit stand in one array, each before those inside it. */
struct node {
	enum node_kind kind;
	uint32_t line;
	uint32_t end;           /* index after the last node inside; its own + 1 for those with none */
	uint32_t delimiters;    /* SECTION: index of those in force, for lambdas */
	bool starts_line;       /* first of its line: a partial's indentation goes before it */
	bool is_raw;            /* {{{x}}} */
	bool is_dynamic;        /* {{>*x}} */
	bool is_standalone;     /* PARTIAL, PARENT, BLOCK: nothing else is on its lines */
	struct slice text;      /* TEXT: the bytes; else the name */
	struct slice indent;    /* white space before a tag that starts its line */
	struct slice intrinsic; /* BLOCK opened standalone: white space before its first line */
	struct slice inside;    /* SECTION: the unrendered content, for lambdas */
};

struct delimiters {
	struct span open, close;
};

/* One source: the template itself, a partial, a lambda's result. */
struct unit {
	char *name;
	char *path;
	struct str source;
	bool is_absent; /* a partial that couldn't be found */
	struct node *nodes;
	size_t count, capacity;
	struct delimiters *delimiters; /* the first are those it starts with */
	size_t delimiter_count, delimiter_capacity;
};

struct template
{
	struct unit **units; /* the first is the template itself */
	size_t count, capacity;
	template_load_fn *load;
	void *context;
	/* While rendering: what is put out comes from here. Lives as long as the template. */
	const char *at_path;
	size_t at_line;
};

static inline struct span unit_span(const struct unit *unit, struct slice slice)
{
	return span_bytes(unit->source.ptr + slice.start, slice.len);
}

struct unit *unit_new(struct span name, const char *path);
void unit_free(struct unit *unit);

/* Fill unit->nodes from unit->source; `delimiters` NULL for the usual ones. */
enum status unit_parse(struct unit *unit, const struct delimiters *delimiters, struct err *err);

/* The unit of that name, loaded and parsed at its first use; is_absent if there's none. */
enum status template_unit(struct template *template, struct span name, struct unit **out, struct err *err);

/* The values in whose sections rendering is, outermost first. */
struct contexts {
	const struct value *stack[TEMPLATE_DEPTH_MAX + 1];
	size_t height;
};

/* What a name stands for. `value` is NULL if nothing does; then `where`, if set, is the map that lacks
 * `part`. */
struct found {
	const struct value *value;
	const struct value *where;
	struct span part;
	char field[TEMPLATE_FIELD_MAX + 1]; /* of a SLOT; "" if it was reached as {{.}} */
};

void lookup_name(const struct contexts *contexts, struct span name, struct found *found);

/* Why it may be missing and what to do, for the end of an error's words. */
void lookup_suggest(
	const struct contexts *contexts, struct span name, const struct found *found, struct str *hint);

#endif
