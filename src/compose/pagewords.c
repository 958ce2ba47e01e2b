/*
 * The words by which pages of press offices are told apart. To teach it another
 * language, add that language's words, folded, to each list.
 */
#include "compose/pagewords.h"

#include "base/letter.h"
#include "base/utf8.h"

#include <stdint.h>

static const char *const contact_lead[] = {
	/* en */ "for further information", "for more information", "for additional information",
	"for further details", "for more details", "for media", "for press", "for interviews",
	"for interview", "for all media", "for any", "media contact", "media contacts", "press contact",
	"press contacts", "contact", "contacts", "media enquiries", "media inquiries", "press enquiries",
	"press inquiries", "media queries", "press queries", "media office", "press office",
	"media relations", "please contact", "further information", "more information",
	"to arrange interviews", "journalists can",
	/* fr */ "pour plus d'information", "pour plus d'informations", "pour plus d’informations",
	"pour de plus amples", "pour toute information", "pour toute demande", "pour en savoir plus",
	"contact presse", "contacts presse", "contact médias", "contacts médias", "relations presse",
	"service de presse", "renseignements",
	/* es */ "para más información", "para mayor información", "contacto", "contactos",
	"contacto de prensa", "contacto para",
	/* de */ "für weitere informationen", "für weitere auskünfte", "weitere informationen",
	"weitere auskünfte", "für rückfragen", "rückfragen", "pressekontakt", "medienkontakt", "kontakt",
	"ansprechpartner", "ansprechpartnerin", "pressestelle",
	/* it */ "per ulteriori informazioni", "per maggiori informazioni", "contatti", "contatto",
	"contatti stampa", "ufficio stampa",
	/* pt */ "para mais informações", "para mais informação", "contato", "contatos",
	/* nl */ "voor meer informatie", "meer informatie", "perscontact",
	/* ar */ "لمزيد من المعلومات", "للمزيد من المعلومات", "للاتصال",
	/* ru */ "за дополнительной информацией", "контакты", "контакт",
	/* zh ja */ "媒体联系", "媒體聯絡", "联系人", "お問い合わせ", "報道関係"};

static const char *const contact_verb[] = {"contact", "contacts", "reach", "call", "write to", "contacter",
	"contactez", "joindre", "contactar", "contacte", "póngase en contacto con", "comunicarse con",
	"wenden sie sich an", "wenden sie sich bitte an", "kontaktieren sie", "contattare",
	"entre em contato com", "neem contact op met", "contact opnemen met", "يرجى الاتصال ب",
	"обращайтесь к"};

static const char *const contact_filler[] = {"for", "further", "more", "additional", "information",
	"informations", "info", "details", "please", "kindly", "contact", "contacts", "media", "press",
	"enquiries", "inquiries", "queries", "enquiry", "inquiry", "interviews", "interview", "requests",
	"request", "and", "or", "the", "journalists", "pour", "plus", "d'information", "d'informations",
	"d’informations", "toute", "demande", "presse", "médias", "merci", "de", "veuillez", "contacter", "à",
	"auprès", "para", "más", "información", "contacto", "contactos", "prensa", "por", "favor", "für",
	"weitere", "informationen", "auskünfte", "rückfragen", "bitte", "pressekontakt", "medienkontakt",
	"kontakt", "ansprechpartner", "ansprechpartnerin", "per", "ulteriori", "maggiori", "informazioni",
	"contatti", "contatto", "stampa", "mais", "informações", "contato", "contatos", "meer", "voor",
	"informatie", "perscontact", "контакты", "контакт"};

static const char *const label[] = {"tel", "tél", "telephone", "téléphone", "telefon", "teléfono", "telefono",
	"telefone", "telefoon", "phone", "phones", "ph", "fon", "mobile", "mobil", "mob", "móvil", "cell",
	"cellphone", "cellulare", "celular", "handy", "gsm", "portable", "landline", "direct", "office",
	"switchboard", "t", "m", "e", "p", "d", "c", "o", "email", "emails", "e-mail", "e-mails", "mail",
	"mailto", "courriel", "mél", "correo", "electrónico", "correo-e", "adresse", "address", "whatsapp",
	"signal", "viber", "skype", "number", "no", "nr", "n°", "at", "on", "via", "by", "or", "and", "ou",
	"et", "oder", "und", "o", "y", "ext", "work", "home", "hotline", "fax", "télécopie", "telefax",
	"هاتف", "البريد", "الإلكتروني", "тел", "телефон", "почта", "эл", "电话", "電話", "邮箱", "电邮",
	"メール"};

static const char *const fax[] = {"fax", "télécopie", "telefax"};

static const char *const connector[] = {"or", "and", "as well as", "ou", "et", "oder", "und", "sowie", "o",
	"y", "e", "en", "of", "أو", "или", "и"};

static const char *const place[] = {
	"at", "in", "from", "with", "à", "au", "aux", "chez", "en", "bei", "bij", "te", "в", "في"};

static const char *const role[] = {"officer", "spokes", "director", "manager", "head", "chief", "press",
	"media", "communic", "public information", "advis", "coordinator", "co-ordinator", "specialist",
	"secretary", "president", "assistant", "editor", "representative", "consultant", "correspondent",
	"desk", "office", "team", "unit", "porte-parole", "responsable", "chargé", "directeur", "directrice",
	"attaché", "conseill", "service", "portavoz", "jefe", "jefa", "oficial", "asesor", "presse",
	"sprecher", "leiter", "referent", "addett", "ufficio", "portavoce", "assessor", "chefe",
	"woordvoerder", "пресс", "متحدث"};

static const char *const particle[] = {"a", "al", "am", "an", "and", "ap", "as", "at", "aux", "bei", "ben",
	"bin", "bint", "by", "da", "das", "de", "del", "della", "den", "der", "des", "di", "do", "dos", "du",
	"e", "el", "en", "et", "ibn", "im", "in", "la", "las", "le", "les", "los", "of", "ob", "on", "os",
	"près", "sous", "st", "sur", "ten", "ter", "the", "und", "upon", "van", "vom", "von", "y", "zu",
	"zum", "zur"};

static const char *const honorific[] = {"mr", "mrs", "ms", "dr", "prof", "st", "ste", "sr", "sra", "jr",
	"rev", "hon", "amb", "gen", "col", "capt", "lt", "sgt", "mme", "mlle", "herr", "frau", "ing", "dipl",
	"mag", "no", "nr", "ext", "tel", "tél", "mob", "ph", "vs", "co", "inc", "ltd", "u.s", "u.k", "d.c"};

static const char *const day[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
	"sunday", "mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun", "lundi", "mardi",
	"mercredi", "jeudi", "vendredi", "samedi", "dimanche", "lunes", "martes", "miércoles", "jueves",
	"viernes", "sábado", "domingo", "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag",
	"sonnabend", "sonntag", "lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica",
	"le", "on", "den", "am", "el", "il", "the", "of", "de", "date", "posted", "published", "publié",
	"publicado", "veröffentlicht", "pubblicato", "updated", "released", "st", "nd", "rd", "th", "er"};

static const char *const share[] = {"share", "share this", "share this page", "share on", "tweet", "print",
	"print this page", "email", "e-mail", "facebook", "twitter", "x", "linkedin", "whatsapp", "telegram",
	"instagram", "youtube", "reddit", "bluesky", "mastodon", "pinterest", "copy link", "copy", "link",
	"download", "download pdf", "pdf", "save", "listen", "listen to this article", "play", "close",
	"menu", "search", "language", "languages", "back", "back to top", "read more", "more", "follow us",
	"like", "partager", "imprimer", "télécharger", "envoyer", "compartir", "imprimir", "descargar",
	"teilen", "drucken", "herunterladen", "condividi", "stampa", "delen", "مشاركة", "طباعة",
	"поделиться"};

static const char *const release_line[] = {"for immediate release", "immediate release", "for release",
	"press release", "news release", "media release", "press statement", "media advisory", "press note",
	"communiqué de presse", "communiqué", "pour diffusion immédiate", "diffusion immédiate",
	"comunicado de prensa", "nota de prensa", "para publicación inmediata", "pressemitteilung",
	"medienmitteilung", "presseinformation", "zur sofortigen veröffentlichung", "comunicato stampa",
	"comunicado de imprensa", "persbericht", "بيان صحفي", "пресс-релиз", "新闻稿"};

static const char *const embargo[] = {"embargo", "embargoed", "under embargo", "strictly embargoed",
	"not for release before", "not for publication before", "sous embargo", "sperrfrist", "bajo embargo",
	"embargado", "sotto embargo"};

static const char *const until[] = {"embargo", "embargoed", "under", "strictly", "until", "till", "not",
	"for", "release", "publication", "before", "on", "at", "hours", "hrs", "hr", "h", "am", "pm", "a.m",
	"p.m", "the", "of", "st", "nd", "rd", "th", "er", "sous", "jusqu'au", "jusqu’au", "jusqu'à",
	"jusqu’à", "le", "à", "sperrfrist", "bis", "uhr", "um", "bajo", "hasta", "el", "las", "a", "de",
	"del", "gmt", "utc"};

static const char *const end_mark[] = {"###", "# # #", "***", "* * *", "-30-", "- 30 -", "–30–", "— 30 —",
	"ends", "-ends-", "- ends -", "–ends–", "– ends –", "— ends —", "end", "-end-", "- end -", "/ends",
	"[ends]", "fin", "- fin -", "-fin-", "ende", "- ende -", "(end)", "(ends)"};

static const char *const about[] = {"about", "à propos de", "à propos du", "à propos d'", "à propos d’",
	"à propos des", "à propos", "qui sommes-nous", "über", "acerca de", "acerca del", "sobre",
	"informazioni su", "chi siamo", "over", "boilerplate", "о нас", "عن", "关于"};

static const char *const notes[] = {"notes to editors", "note to editors", "notes for editors",
	"note for editors", "notes to editor", "note to editor", "notes for journalists", "editor's note",
	"editor’s note", "editors' notes", "editors’ notes", "editors' note", "note aux rédactions",
	"notes aux rédactions", "note aux rédacteurs", "notes aux éditeurs",
	"note à l'intention des rédactions", "notas para los editores", "nota a los editores",
	"notas para editores", "hinweise für redaktionen", "hinweis für redaktionen",
	"anmerkungen für redaktionen", "note per i redattori", "ملاحظات للمحررين"};

static const char *const related[] = {"related", "related news", "related articles", "related stories",
	"related content", "related press releases", "latest news", "latest", "more news", "more from",
	"more stories", "read next", "read also", "see also", "you may also like", "recent news", "most read",
	"other news", "previous", "next", "tags", "topics", "sur le même sujet", "à lire aussi",
	"articles liés", "actualités", "noticias relacionadas", "más noticias", "lea también",
	"verwandte artikel", "mehr zum thema", "weitere meldungen", "weitere nachrichten",
	"notizie correlate", "leia também"};

static const char *const footer[] = {"all rights reserved", "©", "(c)", "copyright", "privacy policy",
	"privacy", "terms of use", "terms and conditions", "cookie", "cookies", "subscribe", "newsletter",
	"tous droits réservés", "mentions légales", "todos los derechos reservados",
	"alle rechte vorbehalten", "impressum", "datenschutz", "tutti i diritti riservati"};

static const char *const months[] = {
	/* 1 */ "january", "jan", "janvier", "janv", "enero", "ene", "januar", "jänner", "gennaio", "janeiro",
	"januari", "يناير", "января", NULL,
	/* 2 */ "february", "feb", "février", "févr", "fév", "febrero", "februar", "febbraio", "fevereiro",
	"februari", "فبراير", "февраля", NULL,
	/* 3 */ "march", "mar", "mars", "marzo", "märz", "mär", "março", "maart", "مارس", "марта", NULL,
	/* 4 */ "april", "apr", "avril", "avr", "abril", "abr", "aprile", "أبريل", "апреля", NULL,
	/* 5 */ "may", "mai", "mayo", "maggio", "maio", "mei", "مايو", "мая", NULL,
	/* 6 */ "june", "jun", "juin", "junio", "juni", "giugno", "junho", "يونيو", "июня", NULL,
	/* 7 */ "july", "jul", "juillet", "juil", "julio", "juli", "luglio", "julho", "يوليو", "июля", NULL,
	/* 8 */ "august", "aug", "août", "agosto", "ago", "augustus", "أغسطس", "августа", NULL,
	/* 9 */ "september", "sept", "sep", "septembre", "septiembre", "settembre", "setembro", "سبتمبر",
	"сентября", NULL,
	/* 10 */ "october", "oct", "octobre", "octubre", "oktober", "okt", "ottobre", "outubro", "أكتوبر",
	"октября", NULL,
	/* 11 */ "november", "nov", "novembre", "noviembre", "novembro", "نوفمبر", "ноября", NULL,
	/* 12 */ "december", "dec", "décembre", "déc", "diciembre", "dic", "dezember", "dez", "dicembre",
	"dezembro", "ديسمبر", "декабря", NULL};

struct set {
	const char *const *words;
	size_t count;
};

static const struct set sets[PAGE_WORDS_SETS] = {
	[PAGE_WORDS_CONTACT_LEAD] = {contact_lead, sizeof(contact_lead) / sizeof(contact_lead[0])},
	[PAGE_WORDS_CONTACT_VERB] = {contact_verb, sizeof(contact_verb) / sizeof(contact_verb[0])},
	[PAGE_WORDS_CONTACT_FILLER] = {contact_filler, sizeof(contact_filler) / sizeof(contact_filler[0])},
	[PAGE_WORDS_LABEL] = {label, sizeof(label) / sizeof(label[0])},
	[PAGE_WORDS_FAX] = {fax, sizeof(fax) / sizeof(fax[0])},
	[PAGE_WORDS_CONNECTOR] = {connector, sizeof(connector) / sizeof(connector[0])},
	[PAGE_WORDS_PLACE] = {place, sizeof(place) / sizeof(place[0])},
	[PAGE_WORDS_ROLE] = {role, sizeof(role) / sizeof(role[0])},
	[PAGE_WORDS_PARTICLE] = {particle, sizeof(particle) / sizeof(particle[0])},
	[PAGE_WORDS_HONORIFIC] = {honorific, sizeof(honorific) / sizeof(honorific[0])},
	[PAGE_WORDS_MONTH] = {months, sizeof(months) / sizeof(months[0])},
	[PAGE_WORDS_DAY] = {day, sizeof(day) / sizeof(day[0])},
	[PAGE_WORDS_SHARE] = {share, sizeof(share) / sizeof(share[0])},
	[PAGE_WORDS_RELEASE] = {release_line, sizeof(release_line) / sizeof(release_line[0])},
	[PAGE_WORDS_EMBARGO] = {embargo, sizeof(embargo) / sizeof(embargo[0])},
	[PAGE_WORDS_UNTIL] = {until, sizeof(until) / sizeof(until[0])},
	[PAGE_WORDS_END] = {end_mark, sizeof(end_mark) / sizeof(end_mark[0])},
	[PAGE_WORDS_ABOUT] = {about, sizeof(about) / sizeof(about[0])},
	[PAGE_WORDS_NOTES] = {notes, sizeof(notes) / sizeof(notes[0])},
	[PAGE_WORDS_RELATED] = {related, sizeof(related) / sizeof(related[0])},
	[PAGE_WORDS_FOOTER] = {footer, sizeof(footer) / sizeof(footer[0])},
};

/* Bytes beyond ASCII belong to words: letters of other scripts. */
static bool is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (unsigned char)c >= 0x80;
}

/* A word ends where the text does, or where its next byte starts something else. */
static bool ends_at(struct span text, size_t at)
{
	if (at >= text.len)
		return true;
	return !is_word_byte(text.ptr[at]) || !is_word_byte(text.ptr[at - 1]);
}

bool page_word_is(enum page_words set, struct span folded)
{
	for (size_t i = 0; i < sets[set].count; i++) {
		if (sets[set].words[i] && span_equals(folded, span_of(sets[set].words[i])))
			return true;
	}
	return false;
}

static size_t longest(enum page_words set, struct span folded, bool is_stem)
{
	size_t best = 0;

	for (size_t i = 0; i < sets[set].count; i++) {
		struct span word = span_of(sets[set].words[i]);

		if (word.len > best && span_starts(folded, word) && (is_stem || ends_at(folded, word.len)))
			best = word.len;
	}
	return best;
}

size_t page_word_starts(enum page_words set, struct span folded)
{
	return longest(set, folded, false);
}

size_t page_stem_starts(enum page_words set, struct span folded)
{
	return longest(set, folded, true);
}

size_t page_word_find(enum page_words set, struct span folded, size_t *length)
{
	for (size_t at = 0; at < folded.len; at++) {
		if (at && is_word_byte(folded.ptr[at - 1]) && is_word_byte(folded.ptr[at]))
			continue;
		*length = longest(set, span_from(folded, at), false);
		if (*length)
			return at;
	}
	return SIZE_MAX;
}

bool page_word_is_name(struct span word)
{
	static const char *const articles[] = {
		"d'", "d’", "l'", "l’", "al-", "el-", "an-", "as-", "ar-", "ad-", "ash-", "at-"};
	uint32_t c;

	while (word.len && (word.ptr[0] == '(' || word.ptr[0] == '['))
		word = span_from(word, 1);
	for (size_t i = 0; i < sizeof(articles) / sizeof(articles[0]); i++) {
		if (span_starts(word, span_of(articles[i]))) {
			word = span_from(word, strlen(articles[i]));
			break;
		}
	}
	return utf8_next(&word, &c) && letter_starts_name(c);
}

int page_month(struct span folded)
{
	int number = 1;

	for (size_t i = 0; i < sizeof(months) / sizeof(months[0]); i++) {
		if (!months[i])
			number++;
		else if (span_equals(folded, span_of(months[i])))
			return number;
	}
	return 0;
}
