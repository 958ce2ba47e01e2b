#ifndef APP_HOME_H
#define APP_HOME_H

#include "base/err.h"
#include "store/store.h"

/*
 * A newsroom's state is at home on one machine (/etc/machine-id) and in one file (device, inode). Opened
 * elsewhere it is a copy, or was moved or restored: the original may be sending the same. Then every dispatch
 * that would go on is HELD for a person, once, and the state is at home here. Whoever opens the store asks.
 */
enum status home_check(struct store *store, struct err *err);

#endif
