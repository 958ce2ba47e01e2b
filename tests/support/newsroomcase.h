#ifndef SUPPORT_NEWSROOMCASE_H
#define SUPPORT_NEWSROOMCASE_H

#include "app/newsroom.h"
#include "app/plan.h"
#include "app/releases.h"
#include "support/newstore.h"

/*
 * A newsroom of a test's own, Harbour Relief's, as `init` makes it, with the clock
 * standing at `now_ms`. For cmocka's set-up and tear-down.
 */
struct newsroomcase {
	struct newstore place; /* first: what takes a store's place takes a newsroom's */
	struct newsroom *newsroom;
	int64_t now_ms; /* Tue 10 Nov 2026 10:00 in Zurich; may be changed */
};

int newsroomcase_set_up(void **state);
int newsroomcase_tear_down(void **state);

/* Replace a text of dateline.cfg, which must be in it, and open the newsroom again. */
void newsroomcase_change(struct newsroomcase *room, const char *text, const char *by);

/* Write a file under the newsroom's folder, over what is there. */
void newsroomcase_write(struct newsroomcase *room, const char *name, const char *content);

/* releases/fund.md, in English, and releases/fund.fr.md: a short release. */
void newsroomcase_write_fund(struct newsroomcase *room);
void newsroomcase_write_fund_fr(struct newsroomcase *room);

/* Load the release "fund"; release_set_free it. Fails the test if that fails. */
struct release_set *newsroomcase_load(struct newsroomcase *room);

/* A plan for lists and nothing else; plan_free it. Fails the test if that fails. */
struct plan *newsroomcase_plan(struct newsroomcase *room, const struct release_set *set, const char *lists);

/* Freeze "fund" for lists, and nothing else: the dispatch's number. Fails the test if that fails. */
int64_t newsroomcase_freeze(struct newsroomcase *room, const char *lists);

/* As newsroomcase_set_up, with "fund" frozen as dispatch 1 for "europe", which has three members: ana, bo,
 * cy. */
int newsroomcase_set_up_europe(void **state);

/* An Ed25519 key to sign with; a list's own sender. Both fail the test if that fails. */
void newsroomcase_make_key(struct newsroomcase *room, const char *domain, const char *selector);
void newsroomcase_set_from(struct newsroomcase *room, const char *list, const char *from);

#endif
