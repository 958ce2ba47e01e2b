/*
 * Names that only this newsroom can make, and makes the same again: an
 * HMAC-SHA-256 under its epoch. What goes into it is of fixed width or comes
 * last, so that no two deliveries are the same bytes.
 *
 * Tokens hide what they name under a key stream that begins from their own MAC
 * (as RFC 5297 does): no random number is needed, so that a token made again is the
 * same, and two of them share nothing that anybody can see. A token is, in base32,
 *
 *     secret's number 1 | MAC 12 | hidden: purpose 1, epoch 4, dispatch 5, subject 5
 */
#include "mail/token.h"

#include "base/mem.h"
#include "mail/codec.h"
#include "mail/require.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <sys/random.h>

#define NAME_BYTES 16u /* 128 bits: 26 characters of base32 */
#define NAME_INPUT_MAX 128u

#define NUMBER_SIZE 5u
#define MAC_SIZE 12u /* 96 bits: guessing one takes 2^95 tries against a server that answers */
#define EPOCH_ID_SIZE 4u
#define PAYLOAD_SIZE (1u + EPOCH_ID_SIZE + 2 * NUMBER_SIZE)
#define RAW_SIZE (1u + MAC_SIZE + PAYLOAD_SIZE)
#define HMAC_BLOCK 64u

/* At most 256 bytes come whole; a signal can only interrupt before the pool is ready. */
static void fill_random(unsigned char *bytes, size_t size)
{
	while (getrandom(bytes, size, 0) != (ssize_t)size) {
		if (errno != EINTR)
			abort();
	}
}

void token_epoch_new(struct token_epoch *epoch)
{
	fill_random(epoch->bytes, sizeof(epoch->bytes));
}

void token_secret_new(struct token_secret *secret, unsigned char number)
{
	secret->number = number;
	fill_random(secret->bytes, sizeof(secret->bytes));
}

static void add_number(struct str *out, int64_t number)
{
	for (int shift = 56; shift >= 0; shift -= 8)
		str_add_char(out, (char)((uint64_t)number >> shift & 0xff));
}

static void add_name(const struct token_epoch *epoch, struct span input, struct str *out)
{
	unsigned char mac[EVP_MAX_MD_SIZE];

	require(HMAC(EVP_sha256(), epoch->bytes, sizeof(epoch->bytes), (const unsigned char *)input.ptr,
			input.len, mac, NULL) != NULL);
	codec_base32(span_bytes(mac, NAME_BYTES), out);
}

void token_message_id(const struct token_epoch *epoch, int64_t dispatch, int64_t position, struct str *out)
{
	struct str input;

	str_init(&input, NAME_INPUT_MAX);
	str_add(&input, SPAN("message-id"));
	add_number(&input, dispatch);
	add_number(&input, position);
	add_name(epoch, str_span(&input), out);
	str_clear(&input);
}

void token_boundary(
	const struct token_epoch *epoch, int64_t dispatch, struct span language, int part, struct str *out)
{
	unsigned char digest[TOKEN_DIGEST_SIZE] = {0};
	struct str input;

	token_digest(language, digest);
	str_init(&input, NAME_INPUT_MAX);
	str_add(&input, SPAN("boundary"));
	add_number(&input, dispatch);
	add_number(&input, part);
	str_add(&input, span_bytes(digest, sizeof(digest)));
	/* "=_" stands in no quoted-printable and no base64 body. */
	str_add(out, SPAN("=_"));
	add_name(epoch, str_span(&input), out);
	str_clear(&input);
}

void token_digest(struct span bytes, unsigned char digest[TOKEN_DIGEST_SIZE])
{
	require(SHA256((const unsigned char *)bytes.ptr, bytes.len, digest));
}

/* One hash after another: naming the algorithm once saves OpenSSL half of the time. */
static EVP_MD_CTX *hash_new(void)
{
	EVP_MD_CTX *hash = EVP_MD_CTX_new();

	require(hash && EVP_DigestInit_ex(hash, EVP_sha256(), NULL) == 1);
	return hash;
}

static void hash_two(EVP_MD_CTX *hash, struct span first, struct span second, unsigned char *digest)
{
	require(EVP_DigestInit_ex(hash, NULL, NULL) == 1 &&
		EVP_DigestUpdate(hash, first.ptr, first.len) == 1 &&
		EVP_DigestUpdate(hash, second.ptr, second.len) == 1 &&
		EVP_DigestFinal_ex(hash, digest, NULL) == 1);
}

/* A secret and an epoch, ready for many MACs. */
struct token_maker {
	EVP_MD_CTX *hash;
	unsigned char number; /* the secret's */
	unsigned char epoch_id[EPOCH_ID_SIZE];
	unsigned char inner[HMAC_BLOCK], outer[HMAC_BLOCK]; /* the secret, as HMAC has it */
};

static void maker_init(
	struct token_maker *maker, const struct token_secret *secret, const struct token_epoch *epoch)
{
	unsigned char digest[TOKEN_DIGEST_SIZE] = {0};

	maker->hash = hash_new();
	maker->number = secret->number;
	hash_two(maker->hash, SPAN("dateline epoch"), span_bytes(epoch->bytes, sizeof(epoch->bytes)), digest);
	memcpy(maker->epoch_id, digest, EPOCH_ID_SIZE);
	memset(maker->inner, 0x36, sizeof(maker->inner));
	memset(maker->outer, 0x5c, sizeof(maker->outer));
	for (size_t i = 0; i < TOKEN_SECRET_SIZE; i++) {
		maker->inner[i] ^= secret->bytes[i];
		maker->outer[i] ^= secret->bytes[i];
	}
}

static void maker_clear(struct token_maker *maker)
{
	EVP_MD_CTX_free(maker->hash);
	OPENSSL_cleanse(maker, sizeof(*maker));
}

/*
 * HMAC (RFC 2104), spelt out: OpenSSL's own call looks its algorithms up by name each time, which
 * takes longer than the rest of a token.
 */
static void sign(const struct token_maker *maker, struct span input, unsigned char *mac)
{
	hash_two(maker->hash, span_bytes(maker->inner, HMAC_BLOCK), input, mac);
	hash_two(maker->hash, span_bytes(maker->outer, HMAC_BLOCK), span_bytes(mac, TOKEN_DIGEST_SIZE), mac);
}

/* What is signed, and what the key stream comes from: apart from each other and for each purpose. */
enum use {
	USE_MAC = 'm',
	USE_STREAM = 's'
};

static void derive(const struct token_maker *maker, enum use use, enum token_purpose purpose,
	struct span bytes, unsigned char *digest)
{
	static const char label[] = "dateline token";
	char input[sizeof(label) + 2 + PAYLOAD_SIZE];

	memcpy(input, label, sizeof(label));
	input[sizeof(label)] = (char)use;
	input[sizeof(label) + 1] = (char)purpose;
	memcpy(input + sizeof(label) + 2, bytes.ptr, bytes.len);
	sign(maker, span_bytes(input, sizeof(label) + 2 + bytes.len), digest);
}

/* Hides what is shown, and shows what is hidden. */
static void turn_payload(const struct token_maker *maker, enum token_purpose purpose,
	const unsigned char *mac, unsigned char *payload)
{
	unsigned char stream[TOKEN_DIGEST_SIZE] = {0};

	derive(maker, USE_STREAM, purpose, span_bytes(mac, MAC_SIZE), stream);
	for (size_t i = 0; i < PAYLOAD_SIZE; i++)
		payload[i] ^= stream[i];
}

static void write_number(unsigned char *to, int64_t number)
{
	for (unsigned i = 0; i < NUMBER_SIZE; i++)
		to[i] = (unsigned char)((uint64_t)number >> 8 * (NUMBER_SIZE - 1 - i) & 0xff);
}

static int64_t read_number(const unsigned char *from)
{
	uint64_t number = 0;

	for (unsigned i = 0; i < NUMBER_SIZE; i++)
		number = number << 8 | from[i];
	return (int64_t)number;
}

enum status token_find_secret(const struct token_secrets *secrets, unsigned char number,
	const struct token_secret **out, struct err *err)
{
	for (size_t i = 0; i < secrets->count; i++) {
		if (secrets->items[i].number == number) {
			*out = &secrets->items[i];
			return OK;
		}
	}
	return err_set(err, E_NOTFOUND, "the newsroom has no secret %u", number);
}

void token_secret_check(const struct token_secret *secret, unsigned char check[TOKEN_CHECK_SIZE])
{
	unsigned char digest[TOKEN_DIGEST_SIZE] = {0};
	EVP_MD_CTX *hash = hash_new();

	hash_two(hash, SPAN("dateline secret"), span_bytes(secret->bytes, sizeof(secret->bytes)), digest);
	EVP_MD_CTX_free(hash);
	memcpy(check, digest, TOKEN_CHECK_SIZE);
}

struct token_maker *token_maker_new(const struct token_secret *secret, const struct token_epoch *epoch)
{
	struct token_maker *maker = mem_alloc(sizeof(*maker));

	maker_init(maker, secret, epoch);
	return maker;
}

void token_maker_free(struct token_maker *maker)
{
	if (!maker)
		return;
	maker_clear(maker);
	free(maker);
}

enum status token_maker_add(
	struct token_maker *maker, const struct token *token, struct str *out, struct err *err)
{
	unsigned char mac[TOKEN_DIGEST_SIZE] = {0};
	unsigned char raw[RAW_SIZE];
	unsigned char *payload = raw + 1 + MAC_SIZE;

	if (token->dispatch < 0 || token->dispatch > TOKEN_NUMBER_MAX || token->subject < 0 ||
		token->subject > TOKEN_NUMBER_MAX)
		return err_set(err, E_RANGE, "a token can't name %" PRId64 " of dispatch %" PRId64,
			token->subject, token->dispatch);
	payload[0] = (unsigned char)token->purpose;
	memcpy(payload + 1, maker->epoch_id, EPOCH_ID_SIZE);
	write_number(payload + 1 + EPOCH_ID_SIZE, token->dispatch);
	write_number(payload + 1 + EPOCH_ID_SIZE + NUMBER_SIZE, token->subject);
	derive(maker, USE_MAC, token->purpose, span_bytes(payload, PAYLOAD_SIZE), mac);
	raw[0] = maker->number;
	memcpy(raw + 1, mac, MAC_SIZE);
	turn_payload(maker, token->purpose, mac, payload);
	codec_base32(span_bytes(raw, sizeof(raw)), out);
	return OK;
}

enum status token_make(const struct token_secrets *secrets, unsigned char number,
	const struct token_epoch *epoch, const struct token *token, struct str *out, struct err *err)
{
	const struct token_secret *secret = NULL;
	enum status status = token_find_secret(secrets, number, &secret, err);
	struct token_maker maker;

	if (status != OK)
		return status;
	maker_init(&maker, secret, epoch);
	status = token_maker_add(&maker, token, out, err);
	maker_clear(&maker);
	return status;
}

/* What `raw` hides, shown in place. E_DENIED if its MAC isn't ours. */
static enum status show(
	const struct token_maker *maker, enum token_purpose purpose, unsigned char *raw, struct err *err)
{
	unsigned char *payload = raw + 1 + MAC_SIZE;
	unsigned char mac[TOKEN_DIGEST_SIZE] = {0};

	turn_payload(maker, purpose, raw + 1, payload);
	derive(maker, USE_MAC, purpose, span_bytes(payload, PAYLOAD_SIZE), mac);
	if (CRYPTO_memcmp(mac, raw + 1, MAC_SIZE) != 0 || payload[0] != (unsigned char)purpose)
		return err_set(err, E_DENIED, "the token was changed, or is for something else");
	return OK;
}

static enum status check_epoch(const struct token_maker *maker, const unsigned char *id, struct err *err)
{
	if (memcmp(maker->epoch_id, id, EPOCH_ID_SIZE) != 0)
		return err_set(err, E_NOTFOUND, "the token is of another life of this newsroom's store");
	return OK;
}

enum status token_read(const struct token_secrets *secrets, const struct token_epoch *epoch, struct span text,
	enum token_purpose purpose, struct token *out, struct err *err)
{
	const struct token_secret *secret = NULL;
	unsigned char raw[RAW_SIZE];
	struct token_maker maker;
	enum status status;
	struct str bytes;

	str_init(&bytes, RAW_SIZE);
	if (text.len != TOKEN_SIZE || codec_base32_decode(text, &bytes, NULL) != OK) {
		str_clear(&bytes);
		return err_set(err, E_SYNTAX, "\"%.*s\" is no token", SPAN_ARG(span_first(text, TOKEN_SIZE)));
	}
	memcpy(raw, bytes.ptr, sizeof(raw));
	str_clear(&bytes);
	status = token_find_secret(secrets, raw[0], &secret, err);
	if (status != OK)
		return status;
	maker_init(&maker, secret, epoch);
	status = show(&maker, purpose, raw, err);
	if (status == OK)
		status = check_epoch(&maker, raw + 1 + MAC_SIZE + 1, err);
	maker_clear(&maker);
	if (status == OK)
		*out = (struct token){.purpose = purpose,
			.dispatch = read_number(raw + 1 + MAC_SIZE + 1 + EPOCH_ID_SIZE),
			.subject = read_number(raw + 1 + MAC_SIZE + 1 + EPOCH_ID_SIZE + NUMBER_SIZE)};
	return status;
}

/* Where the domain begins, with its '@'; the length if there's none. */
static size_t at_sign(struct span address)
{
	size_t at = address.len;

	while (at > 0 && address.ptr[at - 1] != '@')
		at--;
	return at ? at - 1 : address.len;
}

void token_address(struct span address, struct span token, struct str *out)
{
	size_t at = at_sign(address);

	str_add(out, span_first(address, at));
	str_add_char(out, '+');
	str_add(out, token);
	str_add(out, span_from(address, at));
}

struct span token_in_address(struct span address)
{
	struct span local = span_first(address, at_sign(address));
	size_t plus = span_find_char(local, '+', 0);

	return plus == SIZE_MAX ? (struct span){NULL, 0} : span_from(local, plus + 1);
}
