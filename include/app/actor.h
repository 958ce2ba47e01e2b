#ifndef APP_ACTOR_H
#define APP_ACTOR_H

/*
 * Who is at the keyboard, for what is recorded: the login name of the login uid
 * (/proc/self/loginuid, which sudo doesn't change), else of the real uid, else
 * the number. Static; never NULL.
 */
const char *actor_name(void);

#endif
