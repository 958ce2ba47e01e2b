#ifndef SUPPORT_CAPTURE_H
#define SUPPORT_CAPTURE_H

#include "base/str.h"

/* What is written to standard output between the two goes into `out`, in place of what it held. */
void capture_begin(void);
void capture_end(struct str *out);

#endif
