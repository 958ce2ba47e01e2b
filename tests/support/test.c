/*
 * What the C tests share: assertions, temporary folders, the shared material.
 */
#include "support/test.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

void assert_contains(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" does not contain \"%s\"", text, part);
}

char *test_folder_new(void)
{
	const char *parent = getenv("TMPDIR");
	char *path = NULL;

	if (asprintf(&path, "%s/dateline-test-XXXXXX", parent && *parent ? parent : "/tmp") < 0)
		abort();
	if (!mkdtemp(path))
		fail_msg("can't make a folder like %s", path);
	return path;
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *place)
{
	(void)info;
	(void)type;
	(void)place;
	return remove(path);
}

void test_folder_remove(char *folder)
{
	nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	free(folder);
}

int test_folder_setup(void **state)
{
	*state = test_folder_new();
	return 0;
}

int test_folder_teardown(void **state)
{
	test_folder_remove(*state);
	return 0;
}

const char *test_shared_folder(void)
{
	const char *named = getenv("DATELINE_SHARED");
	struct stat info;

	if (!named || !*named)
		named = "../shared";
	return stat(named, &info) == 0 && S_ISDIR(info.st_mode) ? named : NULL;
}
