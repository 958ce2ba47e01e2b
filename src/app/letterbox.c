/*
 * Frozen letters, and messages built from them.
 */
#include "app/letterbox.h"

#include "app/keys.h"
#include "app/slots.h"
#include "base/mem.h"
#include "compose/letter.h"
#include "mail/token.h"
#include "store/dispatches.h"

#include <inttypes.h>
#include <stdlib.h>

struct boxed {
	int64_t dispatch;
	int number;
	struct letter *letter;
};

struct letterbox {
	struct store *store;
	struct keys *keys;
	const struct token_secrets *secrets;
	struct token_maker *makers[TOKEN_SECRETS_MAX]; /* each secret's, made when it's first needed */
	unsigned char checks[TOKEN_SECRETS_MAX][TOKEN_CHECK_SIZE];
	const char *bounce_address;
	struct token_epoch epoch;
	struct boxed *boxed;
	size_t count, capacity;
	struct span *values; /* of the message that is being built */
	size_t value_capacity;
	struct str message_id, unsubscribe;
	struct str token; /* of a return path */
	bool has_store_failed;
};

enum status letterbox_new(struct newsroom *newsroom, struct letterbox **out, struct err *err)
{
	struct letterbox *letterbox = mem_alloc(sizeof(*letterbox));
	enum status status = newsroom_store(newsroom, &letterbox->store, err);

	letterbox->bounce_address = newsroom_settings(newsroom)->sender.bounce_address;
	letterbox->keys = newsroom_keys(newsroom);
	str_init(&letterbox->message_id, STR_MAX_SMALL);
	str_init(&letterbox->unsubscribe, STR_MAX_SMALL);
	str_init(&letterbox->token, STR_MAX_SMALL);
	if (status == OK)
		status = store_get_epoch(letterbox->store, &letterbox->epoch, err);
	if (status == OK)
		status = newsroom_secrets(newsroom, &letterbox->secrets, err);
	if (status == OK)
		*out = letterbox;
	else
		letterbox_free(letterbox);
	return status;
}

void letterbox_free(struct letterbox *letterbox)
{
	if (!letterbox)
		return;
	for (size_t i = 0; i < letterbox->count; i++)
		letter_free(letterbox->boxed[i].letter);
	free(letterbox->boxed);
	free(letterbox->values);
	for (size_t i = 0; i < TOKEN_SECRETS_MAX; i++)
		token_maker_free(letterbox->makers[i]);
	str_clear(&letterbox->message_id);
	str_clear(&letterbox->unsubscribe);
	str_clear(&letterbox->token);
	explicit_bzero(&letterbox->epoch, sizeof(letterbox->epoch));
	free(letterbox);
}

/* The keys that the letter was frozen with, whichever are in use by now. */
static enum status give_keys(struct letterbox *letterbox, struct letter *letter, struct err *err)
{
	const struct dkim_key *keys[DKIM_SIGNERS_MAX];
	size_t count = letter_signature_count(letter);
	enum status status = OK;

	for (size_t i = 0; i < count && status == OK; i++) {
		const struct letter_signature *signature = letter_signature(letter, i);
		const struct key *key;

		status = keys_find(letterbox->keys, signature->domain, signature->selector, &key, err);
		if (status == OK)
			keys[i] = key->dkim;
	}
	return status == OK && count ? letter_set_keys(letter, keys, err) : status;
}

static enum status load(
	struct letterbox *letterbox, int64_t dispatch, int number, struct letter **out, struct err *err)
{
	struct str bytes;
	enum status status;

	str_init(&bytes, LETTER_MAX);
	status = store_get_letter(letterbox->store, dispatch, number, &bytes, err);
	letterbox->has_store_failed = status != OK && status != E_NOTFOUND && status != E_RANGE;
	if (status == OK) {
		status = letter_load(str_span(&bytes), out, err);
		if (status == OK) {
			status = give_keys(letterbox, *out, err);
			if (status != OK)
				letter_free(*out);
		}
		if (status != OK)
			status = err_wrap(err, "letter %d of dispatch %" PRId64, number, dispatch);
	}
	str_clear(&bytes);
	return status;
}

static enum status find(
	struct letterbox *letterbox, const struct delivery *delivery, struct letter **out, struct err *err)
{
	struct boxed *boxed;
	enum status status;

	for (size_t i = 0; i < letterbox->count; i++) {
		boxed = &letterbox->boxed[i];
		if (boxed->dispatch == delivery->dispatch && boxed->number == delivery->letter) {
			*out = boxed->letter;
			return OK;
		}
	}
	status = load(letterbox, delivery->dispatch, delivery->letter, out, err);
	if (status != OK)
		return status;
	letterbox->boxed =
		mem_grow(letterbox->boxed, letterbox->count, &letterbox->capacity, sizeof(*letterbox->boxed));
	letterbox->boxed[letterbox->count++] = (struct boxed){delivery->dispatch, delivery->letter, *out};
	return OK;
}

/* What isn't kept among the slots, since the delivery has it or gives rise to it. */
static struct span derived_value(
	struct letterbox *letterbox, const struct delivery *delivery, const char *field, struct span kept)
{
	if (strcmp(field, SLOTS_ADDRESS) == 0)
		return span_of(delivery->address);
	if (strcmp(field, SLOTS_MESSAGE_ID) == 0)
		return str_span(&letterbox->message_id);
	if (strcmp(field, SLOTS_UNSUBSCRIBE) == 0)
		return str_span(&letterbox->unsubscribe);
	return kept;
}

static enum status fill_values(struct letterbox *letterbox, const struct letter *letter,
	const struct delivery *delivery, struct err *err)
{
	size_t count = letter_field_count(letter);
	struct span rest = str_span(&delivery->slots);
	struct span value;

	if (count > letterbox->value_capacity) {
		letterbox->values = mem_resize(letterbox->values, count * sizeof(*letterbox->values));
		letterbox->value_capacity = count;
	}
	for (size_t i = 0; i < count; i++) {
		size_t end = span_find_char(rest, '\0', 0);

		if (end == SIZE_MAX)
			return err_set(err, E_SYNTAX,
				"delivery %" PRId64 " of dispatch %" PRId64
				" lacks values that its letter shows; the store is damaged",
				delivery->position, delivery->dispatch);
		value = span_first(rest, end);
		rest = span_from(rest, end + 1);
		letterbox->values[i] = derived_value(letterbox, delivery, letter_field(letter, i), value);
	}
	return OK;
}

/* What makes the letter's tokens: only with the secret that it was made for are links as its others. */
static enum status find_maker(
	struct letterbox *letterbox, const struct letter *letter, struct token_maker **out, struct err *err)
{
	unsigned char number = letter_secret_number(letter);
	const struct token_secret *secret = NULL;
	enum status status = token_find_secret(letterbox->secrets, number, &secret, err);
	size_t i;

	if (status != OK)
		return status;
	i = (size_t)(secret - letterbox->secrets->items);
	if (!letterbox->makers[i]) {
		letterbox->makers[i] = token_maker_new(secret, &letterbox->epoch);
		token_secret_check(secret, letterbox->checks[i]);
	}
	if (memcmp(letterbox->checks[i], letter_secret_check(letter), TOKEN_CHECK_SIZE) != 0)
		return err_set(err, E_CONFLICT,
			"the secret %u in \"keys/secret\" isn't the one that the letter was made with; put "
			"that "
			"one back from a backup, and give the other another number",
			number);
	*out = letterbox->makers[i];
	return OK;
}

enum status letterbox_build_from(struct letterbox *letterbox, const struct letter *letter,
	const struct delivery *delivery, struct str *message, struct err *err)
{
	struct token leave = {TOKEN_UNSUBSCRIBE, delivery->dispatch, delivery->subscriber_id};
	struct token_maker *maker = NULL;
	enum status status = find_maker(letterbox, letter, &maker, err);

	str_empty(&letterbox->message_id);
	token_message_id(&letterbox->epoch, delivery->dispatch, delivery->position, &letterbox->message_id);
	str_empty(&letterbox->unsubscribe);
	if (status == OK)
		status = token_maker_add(maker, &leave, &letterbox->unsubscribe, err);
	if (status == OK)
		status = fill_values(letterbox, letter, delivery, err);
	if (status == OK)
		status = letter_build(letter, letterbox->values, message, err);
	if (status == OK)
		status = str_status(message, "a message", err);
	if (status != OK && err)
		status = err_wrap(err, "delivery %" PRId64 " of dispatch %" PRId64, delivery->position,
			delivery->dispatch);
	return status;
}

bool letterbox_has_store_failed(const struct letterbox *letterbox)
{
	return letterbox->has_store_failed;
}

enum status letterbox_build(
	struct letterbox *letterbox, const struct delivery *delivery, struct str *message, struct err *err)
{
	struct letter *letter;
	enum status status = find(letterbox, delivery, &letter, err);

	return status == OK ? letterbox_build_from(letterbox, letter, delivery, message, err) : status;
}

enum status letterbox_return_path(
	struct letterbox *letterbox, const struct delivery *delivery, struct str *out, struct err *err)
{
	struct token token = {TOKEN_BOUNCE, delivery->dispatch, delivery->position};
	struct token_maker *maker = NULL;
	struct letter *letter;
	enum status status = find(letterbox, delivery, &letter, err);

	str_empty(&letterbox->token);
	if (status == OK)
		status = find_maker(letterbox, letter, &maker, err);
	if (status == OK)
		status = token_maker_add(maker, &token, &letterbox->token, err);
	str_empty(out);
	if (status == OK)
		token_address(span_of(letterbox->bounce_address), str_span(&letterbox->token), out);
	return status;
}
