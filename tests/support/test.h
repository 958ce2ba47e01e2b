#ifndef SUPPORT_TEST_H
#define SUPPORT_TEST_H

/* cmocka, what it needs before it, and what our tests share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Fails, showing both, unless `part` occurs in `text`. */
void assert_contains(const char *text, const char *part);

/*
 * A fresh folder for one test, and its end with everything in it. The path is on
 * the heap; test_folder_remove frees it.
 */
char *test_folder_new(void);
void test_folder_remove(char *folder);

/* As setup and teardown of a test: *state is such a folder's path. */
int test_folder_setup(void **state);
int test_folder_teardown(void **state);

/* The project's shared material ($DATELINE_SHARED, else ../shared), or NULL where there is none. Static. */
const char *test_shared_folder(void);

#endif
