/*
 * A second reader of mail, GMime, for other languages' tests: each "LENGTH\n" and
 * message on standard input is answered by one line of JSON:
 *
 *   warnings  what GMime found amiss: [name, subject]
 *   headers   [name, decoded value] of the message, in order
 *   from to reply_to cc bcc   [display name, address] each, domains as A-labels
 *   subject message_id date   the date in seconds since 1970
 *   part      the tree: headers, type, parameters, disposition, file_name, content_id,
 *             encoding, children of a multipart, content (base64, transfer encoding undone)
 *
 * Every part of the standards that GMime can be strict about it is strict about.
 */
#include "base/mem.h"
#include "mail/codec.h"

#include <gmime/gmime.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define MESSAGE_MAX (64u * 1024u * 1024u)

static const struct {
	GMimeParserWarning code;
	const char *name;
} WARNINGS[] = {
	{GMIME_WARN_DUPLICATED_HEADER, "duplicated header"},
	{GMIME_WARN_DUPLICATED_PARAMETER, "duplicated parameter"},
	{GMIME_WARN_UNENCODED_8BIT_HEADER, "unencoded 8-bit header"},
	{GMIME_WARN_INVALID_CONTENT_TYPE, "invalid content type"},
	{GMIME_WARN_INVALID_RFC2047_HEADER_VALUE, "invalid encoded word"},
	{GMIME_WARN_MALFORMED_MULTIPART, "malformed multipart"},
	{GMIME_WARN_TRUNCATED_MESSAGE, "truncated message"},
	{GMIME_WARN_MALFORMED_MESSAGE, "malformed message"},
	{GMIME_CRIT_INVALID_HEADER_NAME, "invalid header name"},
	{GMIME_CRIT_CONFLICTING_HEADER, "conflicting header"},
	{GMIME_CRIT_CONFLICTING_PARAMETER, "conflicting parameter"},
	{GMIME_CRIT_MULTIPART_WITHOUT_BOUNDARY, "multipart without boundary"},
	{GMIME_WARN_INVALID_PARAMETER, "invalid parameter"},
	{GMIME_WARN_INVALID_ADDRESS_LIST, "invalid address list"},
	{GMIME_CRIT_NESTING_OVERFLOW, "nested too deep"},
	{GMIME_WARN_PART_WITHOUT_CONTENT, "part without content"},
	{GMIME_CRIT_PART_WITHOUT_HEADERS_OR_CONTENT, "part without headers or content"},
};

/* The message that is being read; GMime's callback gets it. */
struct reading {
	json_t *warnings;
};

static const char *warning_name(GMimeParserWarning code)
{
	for (size_t i = 0; i < sizeof(WARNINGS) / sizeof(*WARNINGS); i++) {
		if (WARNINGS[i].code == code)
			return WARNINGS[i].name;
	}
	return "unnamed warning";
}

/* What isn't UTF-8 shows by its marks. */
static json_t *text(const char *bytes)
{
	char *valid;
	json_t *value;

	if (!bytes)
		return json_null();
	valid = g_utf8_make_valid(bytes, -1);
	value = json_string(valid);
	g_free(valid);
	return value;
}

static json_t *pair(const char *first, const char *second)
{
	json_t *both = json_array();

	json_array_append_new(both, text(first));
	json_array_append_new(both, text(second));
	return both;
}

static void note_warning(gint64 offset, GMimeParserWarning code, const gchar *item, gpointer data)
{
	struct reading *reading = (struct reading *)data;

	(void)offset;
	json_array_append_new(reading->warnings, pair(warning_name(code), item));
}

static GMimeParserOptions *strict_options(struct reading *reading)
{
	GMimeParserOptions *options = g_mime_parser_options_new();

	g_mime_parser_options_set_address_compliance_mode(options, GMIME_RFC_COMPLIANCE_STRICT);
	g_mime_parser_options_set_parameter_compliance_mode(options, GMIME_RFC_COMPLIANCE_STRICT);
	g_mime_parser_options_set_rfc2047_compliance_mode(options, GMIME_RFC_COMPLIANCE_STRICT);
	g_mime_parser_options_set_warning_callback(options, note_warning, reading);
	return options;
}

static json_t *read_headers(GMimeObject *object)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(object);
	json_t *headers = json_array();

	for (int i = 0; i < g_mime_header_list_get_count(list); i++) {
		GMimeHeader *header = g_mime_header_list_get_header_at(list, i);

		json_array_append_new(
			headers, pair(g_mime_header_get_name(header), g_mime_header_get_value(header)));
	}
	return headers;
}

static json_t *read_addresses(InternetAddressList *list)
{
	json_t *addresses = json_array();

	for (int i = 0; list && i < internet_address_list_length(list); i++) {
		InternetAddress *address = internet_address_list_get_address(list, i);
		const char *mailbox =
			INTERNET_ADDRESS_IS_MAILBOX(address)
				? internet_address_mailbox_get_idn_addr(INTERNET_ADDRESS_MAILBOX(address))
				: NULL;

		json_array_append_new(addresses, pair(internet_address_get_name(address), mailbox));
	}
	return addresses;
}

static json_t *read_parameters(GMimeParamList *list)
{
	json_t *parameters = json_object();

	for (int i = 0; list && i < g_mime_param_list_length(list); i++) {
		GMimeParam *parameter = g_mime_param_list_get_parameter_at(list, i);

		json_object_set_new(parameters, g_mime_param_get_name(parameter),
			text(g_mime_param_get_value(parameter)));
	}
	return parameters;
}

static json_t *read_content(GMimePart *part)
{
	GMimeDataWrapper *wrapper = g_mime_part_get_content(part);
	GMimeStream *stream = g_mime_stream_mem_new();
	json_t *content = json_null();
	struct str encoded;

	str_init(&encoded, 2 * MESSAGE_MAX);
	if (wrapper && g_mime_data_wrapper_write_to_stream(wrapper, stream) >= 0) {
		GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));

		codec_base64(span_bytes((const char *)bytes->data, bytes->len), &encoded);
		content = json_stringn(encoded.ptr ? encoded.ptr : "", encoded.len);
	}
	g_object_unref(stream);
	str_clear(&encoded);
	return content;
}

static json_t *read_part(GMimeObject *object)
{
	GMimeContentType *type = g_mime_object_get_content_type(object);
	GMimeContentDisposition *disposition = g_mime_object_get_content_disposition(object);
	char *name = g_mime_content_type_get_mime_type(type);
	json_t *part = json_object();

	json_object_set_new(part, "type", text(name));
	g_free(name);
	json_object_set_new(part, "headers", read_headers(object));
	json_object_set_new(part, "parameters", read_parameters(g_mime_content_type_get_parameters(type)));
	json_object_set_new(part, "content_id", text(g_mime_object_get_content_id(object)));
	json_object_set_new(part, "disposition",
		text(disposition ? g_mime_content_disposition_get_disposition(disposition) : NULL));
	if (GMIME_IS_MULTIPART(object)) {
		json_t *children = json_array();

		for (int i = 0; i < g_mime_multipart_get_count(GMIME_MULTIPART(object)); i++)
			json_array_append_new(
				children, read_part(g_mime_multipart_get_part(GMIME_MULTIPART(object), i)));
		json_object_set_new(part, "children", children);
	} else if (GMIME_IS_PART(object)) {
		GMimePart *leaf = GMIME_PART(object);

		json_object_set_new(part, "file_name", text(g_mime_part_get_filename(leaf)));
		json_object_set_new(part, "encoding",
			text(g_mime_content_encoding_to_string(g_mime_part_get_content_encoding(leaf))));
		json_object_set_new(part, "content", read_content(leaf));
	}
	return part;
}

static void read_message(GMimeMessage *message, json_t *answer)
{
	GDateTime *date = g_mime_message_get_date(message);

	json_object_set_new(answer, "headers", read_headers(GMIME_OBJECT(message)));
	json_object_set_new(answer, "from", read_addresses(g_mime_message_get_from(message)));
	json_object_set_new(answer, "to", read_addresses(g_mime_message_get_to(message)));
	json_object_set_new(answer, "cc", read_addresses(g_mime_message_get_cc(message)));
	json_object_set_new(answer, "bcc", read_addresses(g_mime_message_get_bcc(message)));
	json_object_set_new(answer, "reply_to", read_addresses(g_mime_message_get_reply_to(message)));
	json_object_set_new(answer, "subject", text(g_mime_message_get_subject(message)));
	json_object_set_new(answer, "message_id", text(g_mime_message_get_message_id(message)));
	json_object_set_new(answer, "date", date ? json_integer(g_date_time_to_unix(date)) : json_null());
	json_object_set_new(answer, "part", read_part(g_mime_message_get_mime_part(message)));
}

static void answer(const char *bytes, size_t size)
{
	json_t *object = json_object();
	struct reading reading = {json_array()};
	GMimeParserOptions *options = strict_options(&reading);
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes, size);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *message = g_mime_parser_construct_message(parser, options);
	char *line;

	if (message)
		read_message(message, object);
	json_object_set_new(object, "warnings", reading.warnings);
	line = json_dumps(object, JSON_COMPACT);
	puts(line ? line : "{}");
	fflush(stdout);
	free(line);
	json_decref(object);
	if (message)
		g_object_unref(message);
	g_object_unref(parser);
	g_object_unref(stream);
	g_mime_parser_options_free(options);
}

/* False at the end of input. */
static bool read_size(size_t *size)
{
	char line[32];
	char *end;

	if (!fgets(line, sizeof(line), stdin))
		return false;
	*size = strtoul(line, &end, 10);
	if (end == line || *end != '\n' || *size > MESSAGE_MAX) {
		fputs("gmime_reader: no length, or one over the ceiling\n", stderr);
		exit(2);
	}
	return true;
}

int main(void)
{
	size_t size;

	g_mime_init();
	while (read_size(&size)) {
		char *bytes = mem_alloc(size + 1);

		if (fread(bytes, 1, size, stdin) != size) {
			fputs("gmime_reader: the input ends within a message\n", stderr);
			free(bytes);
			return 2;
		}
		answer(bytes, size);
		free(bytes);
	}
	g_mime_shutdown();
	return 0;
}
