/*
 * The terminal: colour where it helps, questions, a progress line that is drawn over.
 */
#include "cli/terminal.h"

#include "base/clock.h"
#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define COLUMNS_FALLBACK 80u
#define PROGRESS_QUIET_MS 1000
#define PROGRESS_EVERY_MS 100
#define STANDARD_COUNT 3 /* input, output, error */

static volatile sig_atomic_t had_terminal[STANDARD_COUNT];
static volatile sig_atomic_t had_own_terminal; /* the one that the process belongs to */

static const char *const tone_codes[] = {
	[TONE_PLAIN] = "",
	[TONE_GOOD] = "\033[32m",
	[TONE_CAREFUL] = "\033[33m",
	[TONE_BAD] = "\033[31m",
	[TONE_FAINT] = "\033[2m",
	[TONE_STRONG] = "\033[1m",
};

size_t terminal_columns(void)
{
	struct winsize size;

	if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20)
		return size.ws_col;
	return COLUMNS_FALLBACK;
}

bool terminal_has_colour(void)
{
	const char *kind = getenv("TERM");
	const char *none = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && kind && strcmp(kind, "dumb") != 0 && !(none && *none);
}

/* 0, or why not. */
static int look_at_terminal(int fd)
{
	struct termios settings;

	return tcgetattr(fd, &settings) == 0 ? 0 : errno;
}

static int look_at_own_terminal(void)
{
	int fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

void terminal_remember(void)
{
	for (int fd = 0; fd < STANDARD_COUNT; fd++)
		had_terminal[fd] = look_at_terminal(fd) == 0;
	had_own_terminal = look_at_own_terminal() == 0;
}

bool terminal_is_gone(void)
{
	int saved = errno;
	bool is_gone = had_own_terminal && look_at_own_terminal() == ENXIO;

	for (int fd = 0; fd < STANDARD_COUNT && !is_gone; fd++)
		is_gone = had_terminal[fd] && look_at_terminal(fd) == EIO;
	errno = saved;
	return is_gone;
}

void terminal_add(struct str *out, enum terminal_tone tone, struct span text)
{
	bool is_toned = tone != TONE_PLAIN && terminal_has_colour();

	if (is_toned)
		str_add_text(out, tone_codes[tone]);
	str_add(out, text);
	if (is_toned)
		str_add_text(out, "\033[0m");
}

void terminal_add_cut(struct str *out, struct span text, size_t columns)
{
	if (utf8_width(text) <= columns) {
		str_add(out, text);
		return;
	}
	str_add(out, utf8_first_columns(text, columns - 1));
	str_add_text(out, "…");
}

void terminal_print(const struct str *text)
{
	if (fwrite(text->ptr, 1, text->len, stdout) != text->len)
		exit(EXIT_FAILURE);
}

void terminal_printf(const char *format, ...)
{
	va_list args;
	struct str text;

	str_init(&text, STR_MAX_LARGE);
	va_start(args, format);
	str_addv(&text, format, args);
	va_end(args);
	terminal_print(&text);
	str_clear(&text);
}

static enum status read_answer(struct str *answer, struct err *err)
{
	int c;

	while ((c = getchar()) != EOF && c != '\n')
		str_add_char(answer, (char)c);
	if (c == EOF && !answer->len)
		return err_set(err, E_CANCELLED, "no answer; nothing was done");
	return str_status(answer, "the answer", err);
}

enum status terminal_ask(const char *question, struct str *answer, struct err *err)
{
	if (!isatty(STDIN_FILENO))
		return err_set(err, E_DENIED,
			"there is no terminal to ask on; give --yes to go ahead without being asked");
	fflush(stdout);
	fputs(question, stderr);
	fflush(stderr);
	return read_answer(answer, err);
}

enum status terminal_confirm(const char *question, const char *word, struct err *err)
{
	struct str answer;
	enum status status;

	str_init(&answer, STR_MAX_SMALL);
	status = terminal_ask(question, &answer, err);
	if (status == OK && !span_equals(span_trim(str_span(&answer)), span_of(word)))
		status = err_set(err, E_CANCELLED, "\"%s\" wasn't typed; nothing was done", word);
	str_clear(&answer);
	return status;
}

void progress_start(struct progress *progress)
{
	*progress = (struct progress){.started_ms = clock_steady_ms()};
}

bool progress_is_due(const struct progress *progress)
{
	int64_t now_ms = clock_steady_ms();

	return isatty(STDERR_FILENO) && now_ms - progress->started_ms >= PROGRESS_QUIET_MS &&
	       now_ms - progress->drawn_ms >= PROGRESS_EVERY_MS;
}

/* Back to the first line of what stands there, and wipe to the end of the screen. */
static void wipe(struct progress *progress)
{
	if (!progress->lines)
		return;
	if (progress->lines > 1)
		fprintf(stderr, "\033[%zuA", progress->lines - 1);
	fputs("\r\033[J", stderr);
	progress->lines = 0;
}

/* A line that the terminal would break couldn't be wiped again. */
void progress_draw(struct progress *progress, const struct str *text)
{
	struct span rest = span_trim(str_span(text));
	struct span line;

	wipe(progress);
	while (span_line(&rest, &line)) {
		struct span shown = utf8_first_columns(line, terminal_columns() - 1);

		fprintf(stderr, "%s%.*s", progress->lines ? "\n" : "", SPAN_ARG(shown));
		progress->lines++;
	}
	fflush(stderr);
	progress->drawn_ms = clock_steady_ms();
}

void progress_end(struct progress *progress)
{
	wipe(progress);
	fflush(stderr);
}

void progress_bar(struct str *out, size_t width, uint64_t done, uint64_t total)
{
	size_t full = total ? (size_t)((double)done / (double)total * (double)width) : width;

	if (full > width)
		full = width;
	str_add_char(out, '[');
	str_add_repeat(out, '#', full);
	str_add_repeat(out, '.', width - full);
	str_add_char(out, ']');
}
