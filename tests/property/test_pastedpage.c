/*
 * The shared summit page with its names, menus and paragraphs changed: whatever
 * they are, the file that comes out is exactly the one expected. The seed is printed;
 * DATELINE_SEED repeats a run.
 */
#include "compose/pastedpage.h"

#include "base/file.h"
#include "base/mem.h"
#include "compose/releasewrite.h"
#include "support/test.h"

#define ROUNDS 400
#define LINES_MAX 100u
#define PARAGRAPHS_MAX 12u

static uint64_t random_state;

static size_t pick(size_t count)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (size_t)(random_state >> 33) % count;
}

#define PICK(array) (array)[pick(sizeof(array) / sizeof((array)[0]))]

/* The page's own parts: what is above the headline, the headline, the paragraphs. */
struct source {
	struct str page;
	struct span menu[LINES_MAX];
	size_t menu_count;
	struct span headline;
	struct span paragraphs[PARAGRAPHS_MAX]; /* the first without its dateline */
	size_t paragraph_count;
};

/* The last line is the contacts', the seven before it the story, then the headline. */
static void read_source(struct source *source)
{
	struct span lines[LINES_MAX];
	struct span rest;
	size_t count = 0;
	struct err err = {0};
	char *path = file_join(test_shared_folder(), "pages/iom-valetta-summit.txt");

	str_init(&source->page, STR_MAX_LARGE);
	if (file_load(path, &source->page, &err))
		fail_msg("%s", err.text);
	free(path);
	rest = str_span(&source->page);
	while (count < LINES_MAX && span_line(&rest, &lines[count]))
		count++;
	assert_true(count > 10);
	source->paragraph_count = 7;
	for (size_t i = 0; i < 7; i++)
		source->paragraphs[i] = lines[count - 8 + i];
	source->paragraphs[0] = span_from(source->paragraphs[0], strlen("Switzerland - "));
	source->headline = lines[count - 9];
	source->menu_count = count - 9;
	memcpy(source->menu, lines, source->menu_count * sizeof(lines[0]));
}

static void add_menu(const struct source *source, struct str *page)
{
	static const char *const lines[] = {"Home", "Our story", "What we do", "Donate", "Data and Research",
		"2030 Agenda", "Where we work", "- Careers", "-", "Search", "English", "Français", "عربي",
		"Latest updates from the field", "Get involved in our work today", "Publications & reports",
		"Share", "Who We Are", "Menu", "Country offices in Africa and the Middle East"};

	static const char *const blurbs[] = {
		"What we doThe network is a federation of 212 clinics in four countries.",
		"About usSince 1951 the agency has been promoting humane work for the benefit of all.",
		"Donate nowYour gift reaches the people who need it."};
	size_t count = pick(25);

	/* A single line above a headline might be the headline, and that its subtitle. */
	if (count == 1)
		count = 0;

	if (pick(3) == 0) {
		for (size_t i = 0; i < source->menu_count; i++) {
			if (pick(4)) {
				str_add(page, source->menu[i]);
				str_add_char(page, '\n');
			}
		}
		return;
	}
	for (size_t i = 0; i < count; i++) {
		const char *line = pick(6) ? PICK(lines) : PICK(blurbs);

		for (size_t k = 0; k <= pick(2); k++)
			str_addf(page, "%s\n", line);
	}
}

static void add_headline(const struct source *source, struct str *page, struct str *expected)
{
	static const char *const headlines[] = {"Lake Clinics Start Malaria Campaign Before the Rains",
		"Twelve Towns, One Fund", "WFP Chief Visits Flooded Valley, Calls for Aid",
		"Un fonds commun pour le sauvetage en mer", "“We Can’t Wait”, Mayors Say",
		"Summit Opens in Malta", "15,000 Nets Reach Villages Cut Off Last Year",
		"How Long Can the Coast Hold?"};
	char *headline = pick(3) ? mem_copy_text(PICK(headlines)) : span_copy(source->headline);
	bool is_plain = (headline[0] >= 'A' && headline[0] <= 'Z') || (headline[0] & 0x80);

	str_addf(page, "%s\n", headline);
	str_addf(expected, is_plain ? "title: %s\n" : "title: \"%s\"\n", headline);
	free(headline);
}

/* A paragraph with some of its words exchanged. */
static void add_paragraph(struct span paragraph, struct str *out)
{
	static const char *const words[] = {
		"boats", "“rescue”", "Malta", "R&D", "5,000", "[sic]", "(WFP)", "l’eau"};
	struct span word;
	bool is_first = true;

	while (span_split(&paragraph, ' ', &word)) {
		bool is_inner = !is_first && paragraph.ptr;

		if (!is_first)
			str_add_char(out, ' ');
		if (is_inner && pick(12) == 0)
			str_add_text(out, PICK(words));
		else
			str_add(out, word);
		is_first = false;
	}
}

static void add_story(const struct source *source, struct str *page, struct str *body)
{
	size_t order[PARAGRAPHS_MAX];
	size_t count = 2 + pick(source->paragraph_count - 1);
	struct str paragraph;

	for (size_t i = 0; i < source->paragraph_count; i++)
		order[i] = i;
	for (size_t i = source->paragraph_count - 1; i > 0; i--) {
		size_t other = pick(i + 1);
		size_t kept = order[i];

		order[i] = order[other];
		order[other] = kept;
	}
	str_init(&paragraph, STR_MAX_LARGE);
	for (size_t i = 0; i < count; i++) {
		str_empty(&paragraph);
		add_paragraph(source->paragraphs[order[i]], &paragraph);
		str_addf(page, "%s\n", paragraph.ptr);
		str_addf(body, "%s%s", i ? "\n\n" : "", paragraph.ptr);
	}
	str_add_char(body, '\n');
	str_clear(&paragraph);
}

/* One number, as a page writes it and as it is kept. */
static void add_phone(struct str *page, struct str *kept)
{
	unsigned country = 30 + (unsigned)pick(60);
	unsigned a = 20 + (unsigned)pick(70), b = 100 + (unsigned)pick(900), c = 1000 + (unsigned)pick(9000);

	switch (pick(4)) {
	case 0:
		str_addf(page, "+%u.%u%u%u", country, a, b, c);
		str_addf(kept, "+%u %u%u%u", country, a, b, c);
		break;
	case 1:
		str_addf(page, "+ %u.%u %u %u", country, a, b, c);
		str_addf(kept, "+%u %u %u %u", country, a, b, c);
		break;
	case 2:
		str_addf(page, "+%u %u %u %u", country, a, b, c);
		str_addf(kept, "+%u %u %u %u", country, a, b, c);
		break;
	default:
		str_addf(page, "+%u.%u.%u.%u", country, a, b, c);
		str_addf(kept, "+%u %u %u %u", country, a, b, c);
	}
}

struct person {
	const char *name, *mailbox;
};

static void add_contact(const struct person *person, const char *place, const char *shown_place,
	struct str *page, struct str *expected)
{
	const char *domain =
		PICK(((const char *const[]){"relief.example", "iom.example", "press.lake.example"}));
	struct str phone;

	str_init(&phone, STR_MAX_SMALL);
	str_addf(page, "%s%s, Tel: ", person->name, shown_place);
	add_phone(page, &phone);
	str_addf(page, "%sEmail: %s@%s", pick(2) ? ", " : " - ", person->mailbox, domain);
	str_addf(expected, "  - name: %s\n    place: %s\n    phones: [\"%s\"]\n    email: %s@%s\n",
		person->name, place, phone.ptr, person->mailbox, domain);
	str_clear(&phone);
}

static void add_contacts(struct str *page, struct str *expected)
{
	static const struct person people[] = {{"Grace Achieng", "gachieng"},
		{"Peter Mwangi", "peter.mwangi"}, {"Amélie N’Diaye", "andiaye"}, {"Li Wei", "press"},
		{"Anne-Marie van den Berg", "amvandenberg"}, {"Juan Carlos de la Cruz", "jdelacruz"},
		{"Dr. Amina Said", "asaid"}, {"Mohammed al-Hassan", "media"}, {"Kwame O'Connor", "koconnor"},
		{"Seán Ó Briain", "sobriain"}};
	static const char *const orgs[] = {
		"WFP", "UNHCR", "Harbour Relief", "Médecins du Lac", "Save the Coast"};
	static const char *const seats[] = {"HQ", "headquarters", "Headquarters"};
	static const char *const branches[] = {"Europe", "Asia", "Kenya", "East Africa"};
	static const char *const cities[] = {
		"Nairobi", "New York", "Rome", "Port-au-Prince", "Brussels", "Dar es Salaam"};
	const char *org = PICK(orgs);
	char heading[100];
	size_t first = pick(10), at_seat = 1 + pick(3), elsewhere = pick(3);

	snprintf(heading, sizeof(heading), "%s %s in %s", org, PICK(seats), PICK(cities));
	str_addf(page, "For further information please contact %s. ", heading);
	str_add_text(expected, "contacts:\n");
	for (size_t i = 0; i < at_seat + elsewhere; i++) {
		const struct person *person = &people[(first + i) % 10];
		char place[100], shown[110] = "";

		snprintf(place, sizeof(place), "%s", heading);
		if (i >= at_seat) {
			snprintf(place, sizeof(place), "%s %s in %s", org, PICK(branches), PICK(cities));
			snprintf(shown, sizeof(shown), " at %s", place);
		}
		if (i)
			str_add_text(page, pick(3) ? " or " : " and ");
		add_contact(person, place, shown, page, expected);
	}
}

static void changed_pages_become_exactly_the_expected_files(void **state)
{
	static const char *const places[] = {"Kenya", "South Sudan", "Bosnia and Herzegovina",
		"Côte d'Ivoire", "Cox’s Bazar", "Port-au-Prince, Haiti", "Switzerland", "Trinidad & Tobago",
		"Democratic Republic of the Congo"};
	static const char *const dashes[] = {" - ", " – ", " — "};
	const char *seed = getenv("DATELINE_SEED");
	struct source source;

	(void)state;
	if (!test_shared_folder()) {
		fprintf(stderr, "skipped: no shared/pages here (set DATELINE_SHARED)\n");
		skip();
	}
	read_source(&source);
	random_state = seed ? strtoull(seed, NULL, 10) : 1;
	fprintf(stderr, "seed %llu\n", (unsigned long long)random_state);
	for (int round = 0; round < ROUNDS; round++) {
		struct str page, expected, body, written;
		struct release *release = NULL;
		const char *place = PICK(places);
		struct err err = {0};

		str_init(&page, STR_MAX_LARGE);
		str_init(&expected, STR_MAX_LARGE);
		str_init(&body, STR_MAX_LARGE);
		str_init(&written, STR_MAX_LARGE);
		add_menu(&source, &page);
		str_add_text(&expected, "---\n");
		add_headline(&source, &page, &expected);
		str_addf(&expected, "slug: page\ndateline: %s\n", place);
		str_addf(&page, "%s%s", place, PICK(dashes));
		add_story(&source, &page, &body);
		add_contacts(&page, &expected);
		str_addf(&expected, "---\n\n%s", body.ptr);
		if (pastedpage_parse("page.txt", str_span(&page), &release, NULL, NULL, &err))
			fail_msg("round %d: %s in:\n%s", round, err.text, page.ptr);
		release_write(release, &written);
		if (strcmp(written.ptr, expected.ptr) != 0) {
			fprintf(stderr, "round %d:\n%s\nbecame:\n%s\nand not:\n%s", round, page.ptr,
				written.ptr, expected.ptr);
			fail();
		}
		release_free(release);
		str_clear(&page);
		str_clear(&expected);
		str_clear(&body);
		str_clear(&written);
	}
	str_clear(&source.page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changed_pages_become_exactly_the_expected_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
