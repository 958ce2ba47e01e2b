/*
 * Private keys: made, read from PEM, written, and told apart. The PEM's frame is
 * read by hand, so that what isn't such a key is called by its name, and OpenSSL
 * sees bytes of one kind only.
 */
#include "mail/dkimkey.h"

#include "base/mem.h"
#include "mail/codec.h"
#include "mail/require.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <stdlib.h>

/* A SubjectPublicKeyInfo of DKIM_RSA_BITS_MAX has some 550 octets, and room for a long exponent. */
#define PUBLIC_KEY_MAX 2048u

struct dkim_key {
	EVP_PKEY *pkey;
	enum dkim_algorithm algorithm;
	struct str published; /* what p= holds, before base64 */
};

static const char *const algorithm_names[DKIM_ALGORITHM_COUNT] = {
	[DKIM_RSA] = "rsa",
	[DKIM_ED25519] = "ed25519",
};

const char *dkim_algorithm_name(enum dkim_algorithm algorithm)
{
	return algorithm_names[algorithm];
}

bool dkim_algorithm_parse(struct span name, enum dkim_algorithm *algorithm)
{
	for (size_t i = 0; i < DKIM_ALGORITHM_COUNT; i++) {
		if (span_equals(name, span_of(algorithm_names[i]))) {
			*algorithm = (enum dkim_algorithm)i;
			return true;
		}
	}
	return false;
}

/* RSA's as SubjectPublicKeyInfo (RFC 6376 3.6.1), Ed25519's as its 32 octets (RFC 8463 4). */
static void note_public(struct dkim_key *key)
{
	unsigned char *der = NULL;
	unsigned char raw[32];
	size_t raw_size = sizeof(raw);
	int size;

	str_init(&key->published, PUBLIC_KEY_MAX);
	if (key->algorithm == DKIM_ED25519) {
		require(EVP_PKEY_get_raw_public_key(key->pkey, raw, &raw_size) == 1);
		str_add(&key->published, span_bytes(raw, raw_size));
		return;
	}
	size = i2d_PUBKEY(key->pkey, &der);
	require(size > 0);
	str_add(&key->published, span_bytes(der, (size_t)size));
	OPENSSL_free(der);
}

/* Takes `pkey`. */
static struct dkim_key *wrap(EVP_PKEY *pkey, enum dkim_algorithm algorithm)
{
	struct dkim_key *key = mem_alloc(sizeof(*key));

	key->pkey = pkey;
	key->algorithm = algorithm;
	note_public(key);
	return key;
}

enum status dkim_key_new(enum dkim_algorithm algorithm, struct dkim_key **out, struct err *err)
{
	EVP_PKEY *pkey =
		algorithm == DKIM_RSA ? EVP_RSA_gen(DKIM_RSA_BITS) : EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");

	if (!pkey) {
		ERR_clear_error();
		return err_set(err, E_INTERNAL, "OpenSSL made no %s key", algorithm_names[algorithm]);
	}
	*out = wrap(pkey, algorithm);
	return OK;
}

void dkim_key_free(struct dkim_key *key)
{
	if (!key)
		return;
	EVP_PKEY_free(key->pkey);
	str_clear(&key->published);
	free(key);
}

/* How the octets in a PEM are to be read. */
enum coding {
	CODING_PKCS8,
	CODING_PKCS1,
	CODING_NONE /* not at all */
};

/* What else people have in PEM files, and put here by mistake. */
static const struct label {
	const char *name;
	enum coding coding;
	enum status status; /* of what isn't read */
	const char *words;
} labels[] = {
	{"PRIVATE KEY", CODING_PKCS8, OK, NULL},
	{"RSA PRIVATE KEY", CODING_PKCS1, OK, NULL},
	{"ENCRYPTED PRIVATE KEY", CODING_NONE, E_SYNTAX,
		"it is an encrypted key; decrypt it first: openssl pkey -in FILE -out FILE"},
	{"PUBLIC KEY", CODING_NONE, E_SYNTAX, "it is a public key; messages are signed with the private one"},
	{"RSA PUBLIC KEY", CODING_NONE, E_SYNTAX,
		"it is a public key; messages are signed with the private one"},
	{"CERTIFICATE", CODING_NONE, E_SYNTAX,
		"it is a certificate, which holds a public key; messages are signed with a private one"},
	{"OPENSSH PRIVATE KEY", CODING_NONE, E_SYNTAX,
		"it is a key of OpenSSH's own kind; DKIM's are PKCS#8 or PKCS#1"},
	{"EC PRIVATE KEY", CODING_NONE, E_UNSUPPORTED,
		"it is an elliptic-curve key; DKIM knows RSA and Ed25519"},
	{"EC PARAMETERS", CODING_NONE, E_UNSUPPORTED,
		"it is an elliptic-curve key; DKIM knows RSA and Ed25519"},
	{"DSA PRIVATE KEY", CODING_NONE, E_UNSUPPORTED, "it is a DSA key; DKIM knows RSA and Ed25519"},
};

static const struct label *find_label(struct span name)
{
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		if (span_equals(name, span_of(labels[i].name)))
			return &labels[i];
	}
	return NULL;
}

/* The base64 between the first "-----BEGIN X-----" and the next "-----END". */
static enum status find_block(
	struct span pem, const struct label **label, struct span *base64, struct err *err)
{
	static const struct span begin = {"-----BEGIN ", 11};
	static const struct span dashes = {"-----", 5};
	size_t start = span_find(pem, begin, 0);
	struct span rest;
	size_t end;

	if (start == SIZE_MAX)
		return err_set(err, E_SYNTAX, "there is no \"-----BEGIN PRIVATE KEY-----\" in it");
	rest = span_from(pem, start + begin.len);
	end = span_find(rest, dashes, 0);
	*label = end == SIZE_MAX ? NULL : find_label(span_first(rest, end));
	if (!*label)
		return err_set(err, E_SYNTAX, "what begins with \"-----BEGIN %.*s\" is no private key",
			SPAN_ARG(span_first(rest, end < 64 ? end : 64)));
	if ((*label)->coding == CODING_NONE)
		return err_set(err, (*label)->status, "%s", (*label)->words);
	rest = span_from(rest, end + dashes.len);
	end = span_find(rest, SPAN("-----END "), 0);
	if (end == SIZE_MAX)
		return err_set(err, E_SYNTAX, "it has no \"-----END %s-----\"", (*label)->name);
	*base64 = span_first(rest, end);
	if (span_find(*base64, SPAN("Proc-Type:"), 0) != SIZE_MAX)
		return err_set(err, E_SYNTAX, "%s", find_label(SPAN("ENCRYPTED PRIVATE KEY"))->words);
	return OK;
}

/* NULL for what OpenSSL can't read, or has octets behind it. */
static EVP_PKEY *decode(enum coding coding, struct span der)
{
	const unsigned char *at = (const unsigned char *)der.ptr;
	const unsigned char *end = at + der.len;
	EVP_PKEY *pkey = NULL;

	if (coding == CODING_PKCS1) {
		pkey = d2i_PrivateKey(EVP_PKEY_RSA, NULL, &at, (long)der.len);
	} else {
		PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, (long)der.len);

		if (info)
			pkey = EVP_PKCS82PKEY(info);
		PKCS8_PRIV_KEY_INFO_free(info);
	}
	if (pkey && at != end) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	return pkey;
}

/* Whether what it signs verifies: a key of damaged numbers would only be noticed by those who get the mail.
 */
static bool signs_well(EVP_PKEY *pkey)
{
	static const unsigned char text[] = "dateline";
	unsigned char signature[DKIM_RSA_BITS_MAX / 8];
	size_t size = sizeof(signature);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool is_good;

	require(context);
	is_good = EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, pkey) == 1 &&
		  EVP_DigestSign(context, signature, &size, text, sizeof(text)) == 1 &&
		  EVP_MD_CTX_reset(context) == 1 &&
		  EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, pkey) == 1 &&
		  EVP_DigestVerify(context, signature, size, text, sizeof(text)) == 1;
	EVP_MD_CTX_free(context);
	return is_good;
}

static enum status check_rsa(EVP_PKEY *pkey, struct err *err)
{
	int bits = EVP_PKEY_get_bits(pkey);

	if (bits < (int)DKIM_RSA_BITS_MIN || bits > (int)DKIM_RSA_BITS_MAX)
		return err_set(err, E_RANGE,
			"it is an RSA key of %d bits; verifiers want %u at least, and not all take more than "
			"%u",
			bits, DKIM_RSA_BITS_MIN, DKIM_RSA_BITS_MAX);
	if (!signs_well(pkey))
		return err_set(err, E_SYNTAX, "it is damaged: what it signs doesn't verify");
	return OK;
}

/* Takes `pkey`. */
static enum status check_and_wrap(EVP_PKEY *pkey, struct dkim_key **out, struct err *err)
{
	enum dkim_algorithm algorithm = DKIM_RSA;
	enum status status = OK;

	if (EVP_PKEY_is_a(pkey, "RSA"))
		status = check_rsa(pkey, err);
	else if (EVP_PKEY_is_a(pkey, "ED25519"))
		algorithm = DKIM_ED25519;
	else
		status = err_set(err, E_UNSUPPORTED, "it is a key of the kind %s; DKIM knows RSA and Ed25519",
			EVP_PKEY_get0_type_name(pkey));
	if (status == OK)
		*out = wrap(pkey, algorithm);
	else
		EVP_PKEY_free(pkey);
	return status;
}

enum status dkim_key_parse(struct span pem, struct dkim_key **out, struct err *err)
{
	const struct label *label = NULL;
	struct span base64 = {NULL, 0};
	EVP_PKEY *pkey = NULL;
	struct err reason;
	enum status status;
	struct str der;

	if (pem.len > DKIM_PEM_MAX)
		return err_set(err, E_RANGE, "it is larger than %u bytes", DKIM_PEM_MAX);
	status = find_block(pem, &label, &base64, err);
	if (status != OK)
		return status;
	str_init_secret(&der, DKIM_PEM_MAX);
	status = codec_base64_decode(base64, &der, &reason);
	if (status != OK) {
		status = err_set(err, E_SYNTAX, "it is damaged: %s", reason.text);
	} else {
		pkey = decode(label->coding, str_span(&der));
		status = pkey ? check_and_wrap(pkey, out, err)
			      : err_set(err, E_SYNTAX, "it is damaged: there is no key in it");
	}
	str_wipe(&der);
	ERR_clear_error();
	return status;
}

void dkim_key_format(const struct dkim_key *key, struct str *pem)
{
	BIO *memory = BIO_new(BIO_s_mem());
	char *bytes = NULL;
	long size;

	require(memory);
	require(PEM_write_bio_PKCS8PrivateKey(memory, key->pkey, NULL, NULL, 0, NULL, NULL) == 1);
	size = BIO_get_mem_data(memory, &bytes);
	require(size > 0);
	str_add(pem, span_bytes(bytes, (size_t)size));
	BIO_free(memory); /* wipes it */
}

enum dkim_algorithm dkim_key_algorithm(const struct dkim_key *key)
{
	return key->algorithm;
}

unsigned dkim_key_bits(const struct dkim_key *key)
{
	return key->algorithm == DKIM_RSA ? (unsigned)EVP_PKEY_get_bits(key->pkey) : 256;
}

void dkim_key_fingerprint(const struct dkim_key *key, unsigned char fingerprint[DKIM_DIGEST_SIZE])
{
	require(SHA256((const unsigned char *)key->published.ptr, key->published.len, fingerprint));
}

void dkim_key_record(const struct dkim_key *key, struct str *out)
{
	str_addf(out, "v=DKIM1; k=%s; p=", algorithm_names[key->algorithm]);
	codec_base64_token(str_span(&key->published), out);
}

EVP_PKEY *dkimkey_private(const struct dkim_key *key)
{
	return key->pkey;
}
