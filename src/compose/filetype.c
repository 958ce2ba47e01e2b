/*
 * File types over libmagic, and what names may say beside it.
 */
#include "compose/filetype.h"

#include "base/file.h"
#include "base/mem.h"

#include <magic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* What a name's end promises. */
struct name_row {
	const char *suffix;
	const char *type;
	const char *detected; /* what libmagic calls it, each between spaces; "text" stands for any text */
	const char *start;    /* bytes that are enough where libmagic says nothing exact */
};

#define ZIP "PK\x03\x04"
#define OLE "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#define OPENXML "application/vnd.openxmlformats-officedocument."
#define OPENDOCUMENT "application/vnd.oasis.opendocument."

static const struct name_row rows[] = {
	{".pdf", "application/pdf", " application/pdf ", NULL},
	{".jpg", "image/jpeg", " image/jpeg ", NULL},
	{".jpeg", "image/jpeg", " image/jpeg ", NULL},
	{".png", "image/png", " image/png image/apng ", NULL},
	{".gif", "image/gif", " image/gif ", NULL},
	{".webp", "image/webp", " image/webp ", NULL},
	{".svg", "image/svg+xml", " image/svg+xml text/xml text/plain ", NULL},
	{".tif", "image/tiff", " image/tiff ", NULL},
	{".tiff", "image/tiff", " image/tiff ", NULL},
	{".heic", "image/heic", " image/heic image/heif ", NULL},
	{".avif", "image/avif", " image/avif ", NULL},
	{".psd", "image/vnd.adobe.photoshop", " image/vnd.adobe.photoshop ", NULL},
	{".eps", "application/postscript", " application/postscript image/x-eps ", "\xc5\xd0\xd3\xc6"},
	{".mp3", "audio/mpeg", " audio/mpeg ", "ID3"},
	{".wav", "audio/wav", " audio/x-wav audio/wav audio/vnd.wave ", NULL},
	{".m4a", "audio/mp4", " audio/x-m4a audio/mp4 video/mp4 ", NULL},
	{".ogg", "audio/ogg", " audio/ogg video/ogg application/ogg ", NULL},
	{".mp4", "video/mp4", " video/mp4 video/x-m4v ", NULL},
	{".mov", "video/quicktime", " video/quicktime ", NULL},
	{".webm", "video/webm", " video/webm ", NULL},
	{".zip", "application/zip", " application/zip ", ZIP},
	{".doc", "application/msword", " application/msword ", OLE},
	{".xls", "application/vnd.ms-excel", " application/vnd.ms-excel ", OLE},
	{".ppt", "application/vnd.ms-powerpoint", " application/vnd.ms-powerpoint ", OLE},
	{".docx", OPENXML "wordprocessingml.document", " " OPENXML "wordprocessingml.document ", ZIP},
	{".xlsx", OPENXML "spreadsheetml.sheet", " " OPENXML "spreadsheetml.sheet ", ZIP},
	{".pptx", OPENXML "presentationml.presentation", " " OPENXML "presentationml.presentation ", ZIP},
	{".odt", OPENDOCUMENT "text", " " OPENDOCUMENT "text ", ZIP},
	{".ods", OPENDOCUMENT "spreadsheet", " " OPENDOCUMENT "spreadsheet ", ZIP},
	{".odp", OPENDOCUMENT "presentation", " " OPENDOCUMENT "presentation ", ZIP},
	{".epub", "application/epub+zip", " application/epub+zip ", ZIP},
	{".rtf", "application/rtf", " text/rtf application/rtf ", NULL},
	{".txt", "text/plain", " text text/html ", NULL},
	{".md", "text/markdown", " text text/html ", NULL},
	{".srt", "text/plain", " text ", NULL},
	{".vtt", "text/vtt", " text ", NULL},
	{".csv", "text/csv", " text ", NULL},
	{".tsv", "text/tab-separated-values", " text ", NULL},
	{".ics", "text/calendar", " text ", NULL},
	{".vcf", "text/vcard", " text ", NULL},
	{".json", "application/json", " text ", NULL},
	{".xml", "application/xml", " text text/html ", NULL},
	{".html", "text/html", " text text/html ", NULL},
	{".htm", "text/html", " text text/html ", NULL},
};

/* What libmagic says where it isn't sure. */
static const char vague[] =
	" application/octet-stream application/zip application/x-ole-storage application/CDFV2 "
	"application/vnd.ms-office text/plain ";

/* Ends of names that Gmail refuses in an attachment ("File types blocked in Gmail"); others refuse most of
 * them. */
static const char *const refused_suffixes[] = {".ade", ".adp", ".apk", ".appx", ".appxbundle", ".bat", ".cab",
	".chm", ".cmd", ".com", ".cpl", ".diagcab", ".diagcfg", ".diagpkg", ".dll", ".dmg", ".ex", ".ex_",
	".exe", ".hta", ".img", ".ins", ".iso", ".isp", ".jar", ".jnlp", ".js", ".jse", ".lib", ".lnk",
	".mde", ".mjs", ".msc", ".msi", ".msix", ".msixbundle", ".msp", ".mst", ".nsh", ".pif", ".ps1",
	".scr", ".sct", ".shb", ".sh", ".sys", ".vb", ".vbe", ".vbs", ".vhd", ".vxd", ".wsc", ".wsf", ".wsh",
	".xll"};

/* The same by what is in them. */
static const char refused_types[] =
	" application/x-dosexec application/vnd.microsoft.portable-executable application/x-executable "
	"application/x-pie-executable application/x-sharedlib application/x-object application/x-mach-binary "
	"application/java-archive application/x-java-applet application/x-msi application/x-iso9660-image "
	"application/vnd.ms-cab-compressed application/x-ms-shortcut application/x-apple-diskimage "
	"application/vnd.android.package-archive text/x-shellscript text/x-msdos-batch ";

static const struct {
	const char *prefix;
	const char *words;
} names[] = {
	{"application/pdf", "a PDF"},
	{"text/html", "a web page"},
	{"image/jpeg", "a JPEG"},
	{"image/png", "a PNG"},
	{"image/gif", "a GIF"},
	{"image/webp", "a WebP"},
	{"image/svg+xml", "an SVG"},
	{"image/tiff", "a TIFF"},
	{"text/rtf", "RTF"},
	{"text/", "text"},
	{"audio/", "sound"},
	{"video/", "a film"},
	{"application/json", "JSON"},
	{"application/zip", "a ZIP archive"},
	{"application/msword", "a Word document"},
	{OPENXML "word", "a Word document"},
	{"application/vnd.ms-excel", "an Excel sheet"},
	{OPENXML "spread", "an Excel sheet"},
	{OPENXML "presentation", "a PowerPoint presentation"},
	{"application/octet-stream", "of no kind that can be told"},
};

struct filetypes {
	magic_t magic;
};

enum status filetypes_open(struct filetypes **out, struct err *err)
{
	/*
	 * No look into compressed files: what is in them isn't what they are. None for tar either: its check
	 * is a checksum that other files meet by chance.
	 */
	magic_t magic = magic_open(MAGIC_MIME | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TAR);

	if (!magic)
		return err_set(err, E_INTERNAL, "libmagic can't start: files' types can't be told");
	if (magic_load(magic, NULL) != 0) {
		enum status status = err_set(err, E_INTERNAL,
			"libmagic's table of file types can't be read: %s", magic_error(magic));

		magic_close(magic);
		return status;
	}
	*out = mem_alloc(sizeof(**out));
	(*out)->magic = magic;
	return OK;
}

void filetypes_close(struct filetypes *types)
{
	if (!types)
		return;
	magic_close(types->magic);
	free(types);
}

/* A PDF may well be all ASCII, and its bytes are not for anybody to read. */
static bool is_read(const char *type)
{
	return span_starts(span_of(type), SPAN("text/")) || strcmp(type, "application/json") == 0 ||
	       strcmp(type, "application/xml") == 0;
}

static void set_type(struct filetype *out, struct span type)
{
	snprintf(out->type, sizeof(out->type), "%.*s", SPAN_ARG(type));
}

enum status filetype_detect(struct filetypes *types, struct span bytes, struct filetype *out, struct err *err)
{
	/* "text/plain; charset=utf-8" */
	const char *said = magic_buffer(types->magic, bytes.ptr, bytes.len);
	struct span charset, type;

	if (!said)
		return err_set(
			err, E_INTERNAL, "libmagic can't tell a file's type: %s", magic_error(types->magic));
	charset = span_of(said);
	span_split(&charset, ';', &type);
	charset = span_trim(charset);
	if (span_starts(charset, SPAN("charset=")))
		charset = span_from(charset, strlen("charset="));
	*out = (struct filetype){0};
	set_type(out, span_trim(type));
	out->is_text = span_equals(charset, SPAN("utf-8")) || span_equals(charset, SPAN("us-ascii"));
	out->is_other_text = !out->is_text && !span_equals(charset, SPAN("binary"));
	return OK;
}

static bool is_among(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at += length) {
		if (at > list && at[-1] == ' ' && at[length] == ' ')
			return true;
	}
	return false;
}

/* Windows takes "a.exe." for "a.exe". */
static struct span plain_name(const char *name)
{
	struct span text = span_of(file_name(name));

	while (text.len && (text.ptr[text.len - 1] == '.' || text.ptr[text.len - 1] == ' '))
		text.len--;
	return text;
}

static bool has_suffix(struct span name, const char *suffix)
{
	size_t length = strlen(suffix);

	return name.len >= length && span_equals_nocase(span_from(name, name.len - length), span_of(suffix));
}

static const struct name_row *row_of(const char *name)
{
	struct span plain = plain_name(name);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (has_suffix(plain, rows[i].suffix))
			return &rows[i];
	}
	return NULL;
}

const char *filetype_of_name(const char *name)
{
	const struct name_row *row = row_of(name);

	return row ? row->type : "";
}

const char *filetype_words(const struct filetype *type)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (span_starts(span_of(type->type), span_of(names[i].prefix)))
			return names[i].words;
	}
	return type->type;
}

static bool is_refused(const char *name, const struct filetype *detected)
{
	struct span plain = plain_name(name);

	for (size_t i = 0; i < sizeof(refused_suffixes) / sizeof(refused_suffixes[0]); i++) {
		if (has_suffix(plain, refused_suffixes[i]))
			return true;
	}
	return is_among(refused_types, detected->type);
}

static bool agrees(const struct name_row *row, struct span bytes, const struct filetype *detected)
{
	bool is_text = detected->is_text || detected->is_other_text;

	if (is_among(row->detected, detected->type))
		return true;
	if (row->start && is_among(vague, detected->type))
		return span_starts(bytes, span_of(row->start));
	return is_text && is_among(row->detected, "text") && strcmp(detected->type, "text/html") != 0;
}

static struct span type_without_name(const struct filetype *detected)
{
	struct span type = span_of(detected->type);

	/* libmagic takes prose for programs in many languages. */
	if (span_starts(type, SPAN("text/x-")))
		return SPAN("text/plain");
	/* A mail, whose own type forbids base64 (RFC 2046 5.2.1) and quoted-printable; it goes as a file. */
	if (span_starts(type, SPAN("message/")) || span_starts(type, SPAN("multipart/")))
		return SPAN("application/octet-stream");
	return type;
}

enum status filetype_judge(const char *name, struct span bytes, const struct filetype *detected,
	struct filetype *out, struct err *err)
{
	const struct name_row *row = row_of(name);

	if (is_refused(name, detected))
		return err_set(err, E_DENIED,
			"\"%s\" is a program or script, which mail providers refuse: link to it instead",
			name);
	if (row && !agrees(row, bytes, detected))
		return err_set(err, E_CONFLICT, "\"%s\" isn't what its name says: it is %s", name,
			filetype_words(detected));
	*out = (struct filetype){0};
	set_type(out, row ? span_of(row->type) : type_without_name(detected));
	out->is_text = detected->is_text && is_read(out->type);
	out->is_other_text = detected->is_other_text && is_read(out->type);
	return OK;
}
