/*
 * Signing a letter's messages. What is the same in all of them is made ready when the
 * letter gets its keys: its runs in relaxed form, and the body's hash as far as
 * the first byte that depends on the recipient.
 */
#include "compose/letterseal.h"

#include "base/mem.h"
#include "compose/letterprogram.h"

#include <inttypes.h>
#include <stdlib.h>

struct letter_ink {
	struct dkim_seal *seal;
	size_t size;              /* of the signature fields */
	size_t first_own;         /* the first op of the body that isn't hashed in `common` */
	struct dkim_body *common; /* what all bodies begin with */
	struct dkim_body *body;   /* of the message that is being built */
	struct span *relaxed;     /* of the body's ops, from its first */
	struct str changed;       /* runs that differ from their relaxed form */
};

static void free_ink(struct letter_ink *ink)
{
	if (!ink)
		return;
	dkim_seal_free(ink->seal);
	dkim_body_free(ink->common);
	dkim_body_free(ink->body);
	free(ink->relaxed);
	str_clear(&ink->changed);
	free(ink);
}

void letterseal_add(struct letter_seal *seal, const struct letter_signature *signature)
{
	struct letter_signature *added = &seal->signatures[seal->count++];

	*added = *signature;
	added->domain.ptr = span_copy(signature->domain);
	added->selector.ptr = span_copy(signature->selector);
}

void letterseal_clear(struct letter_seal *seal)
{
	for (size_t i = 0; i < seal->count; i++) {
		free((char *)(uintptr_t)seal->signatures[i].domain.ptr);
		free((char *)(uintptr_t)seal->signatures[i].selector.ptr);
	}
	free_ink(seal->ink);
	*seal = (struct letter_seal){0};
}

size_t letter_signature_count(const struct letter *letter)
{
	return letter->seal.count;
}

const struct letter_signature *letter_signature(const struct letter *letter, size_t index)
{
	return &letter->seal.signatures[index];
}

static void relax_runs(const struct letter *letter, struct letter_ink *ink)
{
	size_t count = letter->op_count - letter->body;
	struct str relaxed;

	ink->relaxed = mem_alloc((count + 1) * sizeof(*ink->relaxed));
	str_init(&ink->changed, LETTER_MAX);
	str_init(&relaxed, LETTER_MAX);
	for (size_t i = 0; i < count; i++) {
		const struct op *op = &letter->ops[letter->body + i];
		struct span run = letter_run(letter, op);

		if (op->kind != OP_RUN)
			continue;
		str_empty(&relaxed);
		dkim_body_relax(run, &relaxed);
		ink->relaxed[i] = span_equals(run, str_span(&relaxed)) ? run : span_bytes(NULL, relaxed.len);
		if (!ink->relaxed[i].ptr)
			str_add(&ink->changed, str_span(&relaxed));
	}
	str_clear(&relaxed);
	/* They may have moved while they were laid down. */
	for (size_t i = 0, at = 0; i < count; i++) {
		if (letter->ops[letter->body + i].kind != OP_RUN || ink->relaxed[i].ptr)
			continue;
		ink->relaxed[i].ptr = ink->changed.ptr + at;
		at += ink->relaxed[i].len;
	}
}

static void hash_common(const struct letter *letter, struct letter_ink *ink)
{
	ink->common = dkim_body_new();
	ink->body = dkim_body_new();
	dkim_body_begin(ink->common);
	for (ink->first_own = letter->body;
		ink->first_own < letter->op_count && letter->ops[ink->first_own].kind == OP_RUN;
		ink->first_own++)
		dkim_body_add_relaxed(ink->common, ink->relaxed[ink->first_own - letter->body]);
}

static enum status check_key(
	const struct letter_signature *signature, const struct dkim_key *key, struct err *err)
{
	unsigned char fingerprint[DKIM_DIGEST_SIZE];

	dkim_key_fingerprint(key, fingerprint);
	if (dkim_key_algorithm(key) != signature->algorithm ||
		memcmp(fingerprint, signature->fingerprint, sizeof(fingerprint)) != 0)
		return err_set(err, E_CONFLICT,
			"the key \"%.*s\" of \"%.*s\" isn't the one that the letter was made for",
			SPAN_ARG(signature->selector), SPAN_ARG(signature->domain));
	return OK;
}

enum status letter_set_keys(struct letter *letter, const struct dkim_key *const *keys, struct err *err)
{
	struct dkim_signer signers[DKIM_SIGNERS_MAX];
	struct letter_seal *seal = &letter->seal;
	struct letter_ink *ink;
	enum status status = OK;

	for (size_t i = 0; i < seal->count && status == OK; i++) {
		status = check_key(&seal->signatures[i], keys[i], err);
		signers[i] = (struct dkim_signer){
			seal->signatures[i].domain, seal->signatures[i].selector, keys[i]};
	}
	if (status != OK || !seal->count)
		return status;
	ink = mem_alloc(sizeof(*ink));
	status = dkim_seal_new(signers, seal->count, seal->time_s, &ink->seal, err);
	if (status == OK) {
		ink->size = dkim_seal_size(ink->seal);
		relax_runs(letter, ink);
		hash_common(letter, ink);
		free_ink(seal->ink);
		seal->ink = ink;
	} else {
		free(ink);
	}
	return status;
}

enum status letterseal_sign_with(struct letter *letter, const struct letter_frame *frame, struct err *err)
{
	const struct dkim_key *keys[DKIM_SIGNERS_MAX] = {NULL};

	if (frame->signer_count > DKIM_SIGNERS_MAX)
		return err_set(err, E_RANGE, "%zu keys are to sign, and at most %u can", frame->signer_count,
			DKIM_SIGNERS_MAX);
	letter->seal.time_s = frame->date_ms / 1000;
	for (size_t i = 0; i < frame->signer_count; i++) {
		const struct dkim_signer *signer = &frame->signers[i];
		struct letter_signature signature = {
			signer->domain, signer->selector, dkim_key_algorithm(signer->key), {0}};

		dkim_key_fingerprint(signer->key, signature.fingerprint);
		letterseal_add(&letter->seal, &signature);
		keys[i] = signer->key;
	}
	return letter_set_keys(letter, keys, err);
}

enum status letterseal_begin(const struct letter *letter, struct str *out, struct err *err)
{
	const struct letter_ink *ink = letter->seal.ink;

	if (!letter->seal.count)
		return OK;
	if (!ink)
		return err_set(err, E_NOTFOUND, "the letter is to be signed, and its keys aren't there");
	str_add_repeat(out, ' ', ink->size);
	dkim_body_copy(ink->body, ink->common);
	return OK;
}

void letterseal_add_op(const struct letter *letter, size_t op, const struct str *out, size_t start)
{
	const struct letter_ink *ink = letter->seal.ink;

	if (!ink || op < ink->first_own)
		return;
	if (letter->ops[op].kind == OP_RUN)
		dkim_body_add_relaxed(ink->body, ink->relaxed[op - letter->body]);
	else
		dkim_body_add(ink->body, span_from(str_span(out), start));
}

enum status letterseal_end(
	const struct letter *letter, struct str *out, size_t start, size_t body, struct err *err)
{
	const struct letter_ink *ink = letter->seal.ink;
	unsigned char digest[DKIM_DIGEST_SIZE];
	struct span head;

	if (!ink)
		return OK;
	dkim_body_end(ink->body, digest);
	head = span_bytes(out->ptr + start + ink->size, body - start - ink->size - strlen("\r\n"));
	return dkim_seal_write(ink->seal, head, digest, out->ptr + start, err);
}
