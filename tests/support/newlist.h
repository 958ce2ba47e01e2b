#ifndef SUPPORT_NEWLIST_H
#define SUPPORT_NEWLIST_H

#include "app/listimport.h"
#include "support/newstore.h"

/* Lists in a test's own store, filled from texts and read back as such. */

#define NEWLIST_WHO "mroy"

/* Write a file into the test's folder; its path, borrowed until the next call. */
const char *newlist_file(struct newstore *place, const char *name, const char *content);

/* Import CSV text; fails the test unless it goes well. */
struct listimport_summary newlist_import(struct newstore *place, const char *list, const char *csv);

/* The list's active members as the exported CSV, borrowed until the next call. */
const char *newlist_export(struct newstore *place, const char *list);

void assert_exported(struct newstore *place, const char *list, const char *csv);

/* The state of somebody on a list, or "none". Static. */
const char *newlist_state(struct newstore *place, const char *list, const char *address);

/* They take themselves off a list. */
void newlist_unsubscribe(struct newstore *place, const char *list, const char *address);

#endif
