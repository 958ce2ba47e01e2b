#ifndef SUPPORT_DKIMCASE_H
#define SUPPORT_DKIMCASE_H

#include "mail/dkim.h"

/* The keys, the message and its body's hash of RFC 8463's appendix A. */
extern const char dkimcase_rsa_pem[]; /* PKCS#1, 1024 bits */
extern const char dkimcase_ed25519_pem[];
extern const char dkimcase_rsa_public[]; /* as p= says it */
extern const char dkimcase_ed25519_public[];
extern const char dkimcase_head[];
extern const char dkimcase_body[];
extern const char dkimcase_body_hash[];

/* Fails the test unless it can be read; dkim_key_free it. */
struct dkim_key *dkimcase_key(const char *pem);

/* The hash of a body fed whole, in base64: free() it. */
char *dkimcase_hash(struct span bytes);

#endif
