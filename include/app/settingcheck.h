#ifndef APP_SETTINGCHECK_H
#define APP_SETTINGCHECK_H

#include "base/err.h"
#include "base/str.h"

/*
 * What makes a setting's text impossible. Each returns E_SYNTAX, E_RANGE or
 * E_NOTFOUND with words that don't name the setting: the caller does.
 */
typedef enum status settingcheck_fn(struct span text, struct err *err);

settingcheck_fn settingcheck_line;        /* no controls; may be empty */
settingcheck_fn settingcheck_paragraph;   /* as line, line breaks allowed */
settingcheck_fn settingcheck_markdown;    /* as paragraph; what markdown_check has a word about is refused */
settingcheck_fn settingcheck_needed;      /* a line that isn't empty */
settingcheck_fn settingcheck_domain;      /* a host name with a dot */
settingcheck_fn settingcheck_site_domain; /* the same, or "*" */
settingcheck_fn settingcheck_language;    /* BCP 47: "fr", "pt-BR" */
settingcheck_fn settingcheck_zone;        /* an IANA zone that the system knows */
/* A domain as it is typed, as A-labels in lower case. Appends. E_SYNTAX for what is none. */
enum status settingcheck_read_domain(struct span text, struct str *out, struct err *err);
/* "Name <address>": a name that neither changes from reader to reader nor is another's address. */
settingcheck_fn settingcheck_sender;
settingcheck_fn settingcheck_address;
settingcheck_fn settingcheck_reply_to_or_none; /* an address that every mail program can answer */
settingcheck_fn settingcheck_bounce_address;   /* an address whose local part takes a token */
/*
 * An https: URL that a token can follow: no fragment, a query only if it ends in '=', nothing that
 * ends a URL in a header. It has SETTINGCHECK_UNSUBSCRIBE_URL_MAX bytes at most.
 */
#define SETTINGCHECK_UNSUBSCRIBE_URL_MAX 200u
settingcheck_fn settingcheck_unsubscribe_url_or_none;
settingcheck_fn settingcheck_relay_url; /* smtp://HOST[:PORT] or smtps:// */

#endif
