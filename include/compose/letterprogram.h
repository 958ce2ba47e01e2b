#ifndef COMPOSE_LETTERPROGRAM_H
#define COMPOSE_LETTERPROGRAM_H

/*
 * A letter's program: made by letter.c, run by letterprogram.c, kept by letterstore.c.
 * Private to the letter module.
 */
#include "compose/letter.h"
#include "compose/letterseal.h"

/* The numbers are stored: never reorder. */
enum op_kind {
	OP_RUN,     /* a: offset in bytes, b: length */
	OP_SLOT,    /* a: field */
	OP_IF,      /* a: field, b: the op to go on with if it's empty */
	OP_UNLESS,  /* a: field, b: the op to go on with if it isn't */
	OP_TO,      /* the To field; a: the name's field, b: the address's */
	OP_LIST_ID, /* List-Id up to the list's name; a: the title's field, b: the name's */
	OP_COUNT
};

enum slot_place {
	PLACE_HEADER, /* a token: printable ASCII, nothing that would end it */
	PLACE_TEXT,   /* quoted-printable */
	PLACE_HTML,   /* escaped, quoted-printable */
	PLACE_COUNT
};

struct op {
	enum op_kind kind;
	enum slot_place place; /* SLOT */
	uint32_t a, b;
};

#define LETTER_OPS_MAX 100000u
#define LETTER_FIELDS_MAX 200u
#define LETTER_FIELD_NAME_MAX 200u

/*
 * The header fields' ops, then the body's; the empty line between is nobody's.
 * In the body every run is whole lines, and so is what a slot becomes: it can be
 * hashed piece by piece.
 */
struct letter {
	struct op *ops;
	size_t op_count, op_capacity;
	size_t body;    /* the body's first op; SIZE_MAX while there's none */
	size_t barrier; /* ops before this one may not grow: something jumps here */
	struct str bytes;
	unsigned char secret_number;
	unsigned char secret_check[TOKEN_CHECK_SIZE];
	struct letter_slot {
		char *name;
		bool is_needed;
	} * fields;
	size_t field_count, field_capacity;
	struct letter_seal seal;
};

struct letter *letter_new(void);

/* Index of a field, added if it's new. */
size_t letter_add_field(struct letter *letter, struct span name);
void letter_add_run(struct letter *letter, struct span bytes);
void letter_add_op(struct letter *letter, enum op_kind kind, enum slot_place place, size_t a, size_t b);
/* Returns what letter_add_end() takes. */
size_t letter_add_begin(struct letter *letter, struct span field, bool is_negated);
void letter_add_end(struct letter *letter, size_t begin);
/* What follows is the body. Once. */
void letter_add_body(struct letter *letter);
/* The ops of a part of the body. */
void letter_add_letter(struct letter *letter, const struct letter *part);
/* Find out which fields are needed, and whether a ceiling was met. */
enum status letter_finish(struct letter *letter, struct err *err);

/* A run's bytes. */
struct span letter_run(const struct letter *letter, const struct op *op);

#endif
