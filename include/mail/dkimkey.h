#ifndef MAIL_DKIMKEY_H
#define MAIL_DKIMKEY_H

/* The key behind a dkim_key. Private to the dkim module. */
#include "mail/dkim.h"

#include <openssl/evp.h>

/* What the seal signs with; borrowed from the key. */
EVP_PKEY *dkimkey_private(const struct dkim_key *key);

#endif
