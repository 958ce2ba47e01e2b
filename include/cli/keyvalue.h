#ifndef CLI_KEYVALUE_H
#define CLI_KEYVALUE_H

#include "cli/command.h"
#include "record/fields.h"

/*
 * The arguments from `first` on, each KEY=VALUE, into `fields` (starts empty;
 * fields_clear it in any case). Wrong usage if one is no such thing, or comes twice.
 */
enum status keyvalue_read(struct call *call, size_t first, struct fields *fields, struct err *err);

#endif
