/*
 * Who does what is done.
 */
#include "app/actor.h"

#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The kernel's mark for "nobody has logged in", as in a daemon or a container. */
#define NO_LOGIN UINT32_MAX

static uid_t login_uid(void)
{
	FILE *file = fopen("/proc/self/loginuid", "re");
	char text[32] = "";
	unsigned long number = NO_LOGIN;

	if (file) {
		if (fgets(text, sizeof(text), file) && text[0] >= '0' && text[0] <= '9')
			number = strtoul(text, NULL, 10);
		fclose(file);
	}
	return number >= NO_LOGIN ? getuid() : (uid_t)number;
}

const char *actor_name(void)
{
	static char name[64];
	char memory[4096];
	struct passwd entry;
	struct passwd *found = NULL;
	uid_t uid;

	if (*name)
		return name;
	uid = login_uid();
	if (getpwuid_r(uid, &entry, memory, sizeof(memory), &found) == 0 && found)
		snprintf(name, sizeof(name), "%s", found->pw_name);
	else
		snprintf(name, sizeof(name), "uid %lu", (unsigned long)uid);
	return name;
}
