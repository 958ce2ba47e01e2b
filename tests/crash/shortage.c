/*
 * An allocator that refuses, and the runs that meet it.
 */
#include "crash/shortage.h"

#include "support/test.h"

#include <errno.h>
#include <execinfo.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_OWN_ALLOCATOR true
#else
#define HAS_OWN_ALLOCATOR false
#endif

#define LIMIT_S 20
#define FRAMES_MAX 40
#define FAULTS_SHOWN 3
#define FIRST_SUM UINT64_C(14695981039346656037) /* FNV-1a */

enum manner {
	REFUSE_NONE,
	REFUSE_ONCE,
	REFUSE_FROM_THEN_ON
};

struct trace {
	void *frames[FRAMES_MAX];
	int count;
};

static struct {
	enum manner manner;
	long wanted; /* the allocation that is refused, from 1 */
	long count;
	bool was_refused;
	uint64_t sum;
	struct trace *trace; /* of who was refused first; outlives a crash */
} now;

static __attribute__((unused)) bool is_refused(void)
{
	if (now.manner == REFUSE_NONE)
		return false;
	now.count++;
	if (now.count != now.wanted && (now.manner != REFUSE_FROM_THEN_ON || now.count < now.wanted))
		return false;
	if (!now.was_refused)
		now.trace->count = backtrace(now.trace->frames, FRAMES_MAX);
	now.was_refused = true;
	errno = ENOMEM;
	return true;
}

#if !HAS_OWN_ALLOCATOR

/* The linker puts these between the program's allocator and the C library's (see the Makefile). */
/* NOLINTBEGIN(cert-dcl51-cpp): the linker's names, of glibc's */
void *__wrap___libc_malloc(size_t size);
void *__wrap___libc_calloc(size_t count, size_t size);
void *__wrap___libc_realloc(void *memory, size_t size);
void *__real___libc_malloc(size_t size);
void *__real___libc_calloc(size_t count, size_t size);
void *__real___libc_realloc(void *memory, size_t size);

void *__wrap___libc_malloc(size_t size)
{
	return is_refused() ? NULL : __real___libc_malloc(size);
}

void *__wrap___libc_calloc(size_t count, size_t size)
{
	return is_refused() ? NULL : __real___libc_calloc(count, size);
}

void *__wrap___libc_realloc(void *memory, size_t size)
{
	return is_refused() ? NULL : __real___libc_realloc(memory, size);
}

/* NOLINTEND(cert-dcl51-cpp) */

#endif

void shortage_see(struct span bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		now.sum = (now.sum ^ (unsigned char)bytes.ptr[i]) * UINT64_C(1099511628211);
}

void shortage_see_text(const char *text)
{
	shortage_see(span_bytes(text, strlen(text) + 1));
}

void shortage_see_number(int64_t number)
{
	shortage_see(span_bytes(&number, sizeof(number)));
}

/* What a run's process leaves behind, in memory that both have. */
struct report {
	bool is_finished;
	long count;
	bool was_refused;
	enum status status;
	uint64_t sum;
	struct err err;
	bool has_again; /* after an error: how the next run went */
	enum status again_status;
	uint64_t again_sum;
	char words[2048]; /* on standard error */
	struct trace trace;
};

static void run_once(const struct shortage_subject *subject, enum manner manner, long wanted,
	struct report *report, enum status *status)
{
	void *prepared = subject->prepare ? subject->prepare() : NULL;

	now.sum = FIRST_SUM;
	now.count = 0;
	now.wanted = wanted;
	now.manner = manner;
	*status = subject->run(prepared, &report->err);
	now.manner = REFUSE_NONE;
}

static void run_as_child(const struct shortage_subject *subject, enum manner manner, long wanted, int words,
	struct report *report)
{
	static const int dying[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGALRM, SIGSYS};
	static const struct rlimit no_core;
	enum status status;

	for (size_t i = 0; i < sizeof(dying) / sizeof(dying[0]); i++)
		signal(dying[i], SIG_DFL);
	setrlimit(RLIMIT_CORE, &no_core);
	prctl(PR_SET_DUMPABLE, 0);
	dup2(words, STDERR_FILENO);
	alarm(LIMIT_S);
	now.trace = &report->trace;
	(void)backtrace(report->trace.frames, FRAMES_MAX); /* which allocates, the first time */
	run_once(subject, manner, wanted, report, &status);
	report->status = status;
	report->sum = now.sum;
	report->count = now.count;
	report->was_refused = now.was_refused;
	if (status != OK && now.was_refused) {
		struct report next = {0};

		run_once(subject, REFUSE_NONE, 0, &next, &report->again_status);
		report->again_sum = now.sum;
		report->has_again = true;
	}
	report->is_finished = true;
	_exit(0);
}

/* The status of a process of its own, as waitpid() gives it. */
static int run(const struct shortage_subject *subject, enum manner manner, long wanted, struct report *out)
{
	struct report *report =
		mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int words = memfd_create("words", MFD_CLOEXEC);
	int status = 0;
	pid_t child;

	assert_true(report != MAP_FAILED && words >= 0);
	fflush(NULL);
	child = fork();
	if (child == 0)
		run_as_child(subject, manner, wanted, words, report);
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	*out = *report;
	munmap(report, sizeof(*report));
	if (pread(words, out->words, sizeof(out->words) - 1, 0) < 0)
		fail_msg("what it said can't be read");
	close(words);
	return status;
}

enum ending {
	GAVE_UP,
	TOLD,
	CAME_RIGHT,
	ENDING_COUNT
};

/* Why a process that was killed should not have been; NULL if it's fine. */
static const char *fault_of_death(int signal, const struct report *report)
{
	if (signal == SIGABRT && strcmp(report->words, "dateline: out of memory\n") == 0)
		return NULL;
	return signal == SIGALRM ? "it hangs" : strsignal(signal);
}

/* Why the ending is none that it may have; NULL if it is fine. */
static const char *fault_of(
	int status, const struct report *report, const struct report *whole, enum ending *ending)
{
	*ending = GAVE_UP;
	if (WIFSIGNALED(status))
		return fault_of_death(WTERMSIG(status), report);
	if (!report->is_finished)
		return "it ended the process";
	*ending = report->status == whole->status && report->sum == whole->sum ? CAME_RIGHT : TOLD;
	if (*ending == CAME_RIGHT)
		return NULL;
	if (report->status == OK)
		return "it says OK, and what it says isn't so";
	if (report->err.status != report->status || !report->err.text[0])
		return "an error without words";
	if (report->status != E_IO && report->status != E_INTERNAL && !strstr(report->err.text, "memory"))
		return "it blames something else";
	if (report->has_again && (report->again_status != whole->status || report->again_sum != whole->sum))
		return "the next time, with all memory there is, it isn't as it should be";
	return NULL;
}

static void show_fault(enum manner manner, long wanted, const char *fault, const struct report *report)
{
	printf("allocation %ld%s: %s\n  %s\n  status %d \"%s\"\n", wanted,
		manner == REFUSE_ONCE ? "" : " and all after it", fault, report->words, report->status,
		report->err.text);
	fflush(stdout);
	backtrace_symbols_fd((void *const *)report->trace.frames, report->trace.count, STDOUT_FILENO);
}

static size_t try_all(const struct shortage_subject *subject, const struct report *whole, long step,
	long counts[ENDING_COUNT])
{
	size_t faults = 0;

	for (long wanted = 1; wanted <= whole->count; wanted += step) {
		for (enum manner manner = REFUSE_ONCE; manner <= REFUSE_FROM_THEN_ON; manner++) {
			enum ending ending = TOLD;
			struct report report;
			int status = run(subject, manner, wanted, &report);
			const char *fault = fault_of(status, &report, whole, &ending);

			counts[ending]++;
			if (fault && faults++ < FAULTS_SHOWN)
				show_fault(manner, wanted, fault, &report);
		}
	}
	return faults;
}

static bool tries_all(void)
{
	const char *which = getenv("DATELINE_ALLOCATIONS");

	return which && strcmp(which, "all") == 0;
}

/* A program's allocations are its own: who stands in for all of them would have to be met instead. */
static void skip_where_allocations_are_anothers(void)
{
	const char *preloaded = getenv("LD_PRELOAD");

	if (!HAS_OWN_ALLOCATOR && !(preloaded && strstr(preloaded, "vgpreload")))
		return;
	printf("sanitizers and valgrind have an allocator of their own\n");
	skip();
}

void shortage_test(void **state)
{
	const struct shortage_subject *subject = *state;
	long counts[ENDING_COUNT] = {0};
	struct report whole, again;
	size_t faults;
	long step;

	skip_where_allocations_are_anothers();
	if (run(subject, REFUSE_ONCE, 0, &whole) != 0)
		fail_msg("with all memory there is: %s", whole.words);
	if (whole.status != OK)
		fail_msg("with all memory there is: %s", whole.err.text);
	assert_int_equal(run(subject, REFUSE_ONCE, 0, &again), 0);
	assert_true(whole.sum == again.sum);
	assert_true(whole.sum != FIRST_SUM);
	step = tries_all() ? 1 : 1 + whole.count / (SHORTAGE_TRIES);
	faults = try_all(subject, &whole, step, counts);
	printf("verdict: of %ld allocations %ld refused, once and from then on: %ld gave up, %ld told, "
	       "%ld came right\n",
		whole.count, (whole.count + step - 1) / step, counts[GAVE_UP], counts[TOLD],
		counts[CAME_RIGHT]);
	assert_int_equal(faults, 0);
}
