# Dateline: one Makefile, everything it makes goes under build/<mode>/.
# `make help` lists the targets.

MODE ?= release
PREFIX ?= /usr/local
DESTDIR ?=
SECS ?= 60
SEED ?= 0
QUICK ?=
CC := gcc
BUILD := build/$(MODE)
VERSION := 0.1.0

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:

# --- what it needs ---

# Debian's packages: to build and run, to see it work, to test, to lint and measure.
DEPS_BUILD := gcc libc6-dev pkg-config libcurl4-gnutls-dev libgnutls28-dev libetpan-dev libconfig-dev \
	libsqlite3-dev libcmark-dev libyaml-dev libcsv-dev libxml2-dev libjansson-dev libssl-dev libidn2-dev \
	libunistring-dev libmagic-dev libglib2.0-dev tzdata ca-certificates
DEPS_DEMO := python3
DEPS_TEST := libcmocka-dev pmccabe binutils python3 python3-aiosmtpd postfix openssl chromium tidy fonts-noto-core \
	libgmime-3.0-dev rspamd spamassassin python3-dkim python3-nacl libmail-dkim-perl opendkim
DEPS_BENCH := postfix python3 openssl stunnel4 sqlite3
DEPS_DEV := clang clang-format clang-tidy libclang-rt-14-dev cppcheck shellcheck valgrind lcov sqlite3

# The same for other systems: pkg-config's modules, and headers of libraries that are none.
PACKAGES := libcurl gnutls libetpan libconfig sqlite3 libcmark yaml-0.1 libmagic libxml-2.0 jansson libcrypto libidn2 glib-2.0
HEADERS := csv.h unistr.h
PACKAGES_TEST := gmime-3.0
HEADERS_TEST := cmocka.h

have = LIBRARIES="$(PACKAGES) $(2)" HEADERS="$(HEADERS) $(3)" .ci/deps $(sort $(1))
have_tests = $(call have,$(1),$(PACKAGES_TEST),$(HEADERS_TEST))

# --- how it is compiled ---

WARNINGS := -Wall -Wextra -Wpedantic -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wwrite-strings -Wundef -Wvla -Wformat=2 -Wimplicit-fallthrough -Wswitch-enum
HARDEN := -fPIE -fstack-protector-strong -fstack-clash-protection -fcf-protection
LINK_HARDEN := -pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,--as-needed

OPTIMISE_release := -O2 -g -D_FORTIFY_SOURCE=2
OPTIMISE_debug := -O0 -g3
OPTIMISE_asan := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
OPTIMISE_tsan := -O1 -g -fno-omit-frame-pointer -fsanitize=thread
OPTIMISE_cover := -O0 -g --coverage
OPTIMISE_fuzz := -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
ifeq ($(MODE),fuzz)
CC := clang
WARNINGS += -Wno-unused-command-line-argument
endif
OPTIMISE := $(OPTIMISE_$(MODE))
ifeq ($(OPTIMISE),)
$(error MODE=$(MODE) is none of release, debug, asan, tsan, cover, fuzz)
endif

CPPFLAGS := -Iinclude -D_GNU_SOURCE -DDATELINE_VERSION='"$(VERSION)"'
# Asked when first needed and once: `make deps all` has no pkg-config before `deps` is done.
# As system headers, so that warnings are about our code alone; of libetpan's linker flags
# only the libraries, since its build's own are among them (a specs file against PIE).
pkg_config = $(shell pkg-config $(1) $(PACKAGES))
LIBRARY_CFLAGS = $(eval LIBRARY_CFLAGS := $$(patsubst -I%,-isystem %,$$(call pkg_config,--cflags)))$(LIBRARY_CFLAGS)
LIBRARY_LIBS = $(eval LIBRARY_LIBS := $$(call pkg_config,--libs-only-L --libs-only-l))$(LIBRARY_LIBS)
CFLAGS = -std=gnu2x $(OPTIMISE) $(WARNINGS) $(HARDEN) $(LIBRARY_CFLAGS)
LDFLAGS = $(LINK_HARDEN) $(OPTIMISE)
LDLIBS = $(LIBRARY_LIBS) -lcsv -lunistring -lm

# For the targets that run make again: all cores, unless -j was given.
JOBS = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))

# --- what there is ---

SOURCES := $(shell find src -name '*.c' | LC_ALL=C sort)
ASSETS := $(shell find templates lists src/store/sql -type f 2>/dev/null | LC_ALL=C sort)
TEST_SOURCES := $(shell find tests/unit tests/spec tests/property tests/crash -name 'test_*.c' 2>/dev/null | LC_ALL=C sort)
SUPPORT_SOURCES := $(shell find tests/support -name '*.c' 2>/dev/null | LC_ALL=C sort)
FUZZ_SOURCES := $(shell find tests/fuzz -name 'fuzz_*.c' 2>/dev/null | LC_ALL=C sort)
TOOL_SOURCES := $(shell find tests/tools -name '*.c' 2>/dev/null | LC_ALL=C sort)
BENCH_SOURCES := $(shell find tests/bench -name 'bench_*.c' 2>/dev/null | LC_ALL=C sort)

LIBRARY := $(BUILD)/libdateline.a
PROGRAM := $(BUILD)/dateline
OBJECTS := $(patsubst %.c,$(BUILD)/%.o,$(filter-out src/cli/main.c,$(SOURCES))) $(BUILD)/assets.o
SUPPORT_OBJECTS := $(patsubst %.c,$(BUILD)/%.o,$(SUPPORT_SOURCES))
TESTS := $(patsubst %.c,$(BUILD)/%,$(TEST_SOURCES))
FUZZERS := $(patsubst tests/fuzz/%.c,$(BUILD)/%,$(FUZZ_SOURCES))
BENCHES := $(patsubst %.c,$(BUILD)/%,$(BENCH_SOURCES))
TOOLS := $(patsubst %.c,$(BUILD)/%,$(TOOL_SOURCES))
# The program once more, with the sources that have named steps (see base/step.h) compiled to stop at them.
STEPS := $(BUILD)/dateline-steps
STEP_OBJECTS := $(patsubst %.c,$(BUILD)/steps/%.o,$(shell grep -rlF 'base/step.h' src | LC_ALL=C sort))
# What lets a test's program meet a full disk or a clock that jumps: preloaded, which sanitizers don't share.
FAULTS := $(if $(filter asan tsan fuzz,$(MODE)),,$(BUILD)/faults.so)
MAN_PAGES := $(wildcard src/cli/*.1)
C_FILES := tests/crash/faults.c tests/crash/shortage.c $(SOURCES) $(TEST_SOURCES) $(SUPPORT_SOURCES) $(FUZZ_SOURCES) $(BENCH_SOURCES) $(TOOL_SOURCES)
H_FILES := $(shell find include tests -name '*.h' | LC_ALL=C sort)
SHELL_SCRIPTS := .ci/deps .ci/run $(shell find tests -name '*.sh' | LC_ALL=C sort)

.PHONY: all
all: $(PROGRAM) ## build the program: build/<mode>/dateline (MODE=release, debug, asan, tsan, cover, fuzz)

$(PROGRAM): $(BUILD)/src/cli/main.o $(LIBRARY)
	@echo "  link    $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(LIBRARY): $(OBJECTS)
	@echo "  archive $@"
	@rm -f $@
	@$(AR) rcs $@ $^

$(STEPS): $(BUILD)/src/cli/main.o $(STEP_OBJECTS) $(LIBRARY)
	@echo "  link    $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/steps/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "  compile $< (steps)"
	@$(CC) $(CPPFLAGS) -DDATELINE_STEPS $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "  compile $<"
	@$(CC) $(CPPFLAGS) -Itests $(CFLAGS) -MMD -MP -c -o $@ $<

# A file's name, its bytes, and a table over all of them (see base/asset.h).
$(BUILD)/assets.S: $(ASSETS) Makefile
	@mkdir -p $(@D)
	@{ echo '.section .rodata'; n=0; \
	for f in $(ASSETS); do \
		printf 'name%d: .asciz "%s"\nstart%d: .incbin "%s"\nend%d: .byte 0\n' $$n "$${f#src/store/}" $$n "$$f" $$n; \
		n=$$((n+1)); \
	done; \
	printf '.balign 8\n.globl asset_count\nasset_count: .quad %d\n.section .data.rel.ro,"aw"\n.balign 8\n.globl asset_table\nasset_table:\n' $$n; \
	i=0; while [ $$i -lt $$n ]; do echo ".quad name$$i, start$$i, end$$i"; i=$$((i+1)); done; \
	echo '.section .note.GNU-stack,"",%progbits'; } > $@

$(BUILD)/assets.o: $(BUILD)/assets.S
	@$(CC) -c -o $@ $<

# --- tests ---

# What their allocator asks can refuse; nobody else's.
SHORT_OF_MEMORY := $(filter $(BUILD)/tests/crash/%,$(TESTS))
$(SHORT_OF_MEMORY): $(BUILD)/tests/crash/shortage.o
$(SHORT_OF_MEMORY): private LDFLAGS += $(foreach call,malloc calloc realloc,-Wl,--wrap=__libc_$(call))

$(TESTS): $(BUILD)/%: $(BUILD)/%.o $(SUPPORT_OBJECTS) $(LIBRARY)
	@echo "  link    $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka

$(FUZZERS): $(BUILD)/%: $(BUILD)/tests/fuzz/%.o $(LIBRARY)
	@$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LDLIBS)

$(BENCHES) $(TOOLS): $(BUILD)/%: $(BUILD)/%.o $(BUILD)/tests/support/sampleletter.o $(LIBRARY)
	@$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/faults.so: tests/crash/faults.c Makefile
	@mkdir -p $(@D)
	@$(CC) $(CPPFLAGS) $(CFLAGS) -U_FORTIFY_SOURCE -fPIC -shared -o $@ $<

# A reader of mail that is none of ours: that tool's alone.
GMIME_READER := tests/tools/gmime_reader
gmime = $(patsubst -I%,-isystem %,$(shell pkg-config $(1) $(PACKAGES_TEST)))
$(BUILD)/$(GMIME_READER).o build/lint/$(GMIME_READER).ok: private CFLAGS += $(call gmime,--cflags)
$(BUILD)/$(GMIME_READER): private LDLIBS += $(call gmime,--libs)

RUN_TESTS = tests/support/run_tests.py --program $(PROGRAM) --build $(BUILD) $(RUN_FLAGS)

.PHONY: tests fuzzers
tests: $(PROGRAM) $(TESTS) $(TOOLS) $(STEPS) $(FAULTS)
fuzzers: $(FUZZERS)

.PHONY: steps
steps: $(STEPS) ## build the program that a test can kill at each named step: build/<mode>/dateline-steps

.PHONY: check
check: tests ## run all tests; installs nothing
	@$(RUN_TESTS) $(TESTS)

.PHONY: check-c
check-c: tests
	@$(RUN_TESTS) --only $(TESTS)

# --- the two commands, and what they need ---

.PHONY: demo
demo: ## install what is missing, build, and watch a release go out
	@$(call have,$(DEPS_BUILD) $(DEPS_DEMO))
	@$(MAKE) --no-print-directory $(JOBS) all
	@tests/support/demo.sh $(abspath $(PROGRAM))

.PHONY: test
test: ## install what is missing, build, and run all tests
	@$(call have_tests,$(DEPS_BUILD) $(DEPS_DEMO) $(DEPS_TEST))
	@$(MAKE) --no-print-directory $(JOBS) tests
	@$(MAKE) --no-print-directory check

.PHONY: deps
deps: ## install what it takes to build and run
	@$(call have,$(DEPS_BUILD))

.PHONY: deps-dev
deps-dev: ## install what it takes to test, lint and measure
	@$(call have_tests,$(DEPS_BUILD) $(DEPS_DEMO) $(DEPS_TEST) $(DEPS_DEV))

# --- other ways to run the tests ---

# Kernels spread memory wider than this thread sanitizer expects.
WITHOUT_ASLR := $(shell setarch -R true 2>/dev/null && echo setarch -R)

.PHONY: asan tsan valgrind cover
asan: export ASAN_OPTIONS ?= detect_leaks=1:strict_string_checks=1
asan: export UBSAN_OPTIONS ?= print_stacktrace=1
asan: ## run all tests under the address and undefined-behaviour sanitizers
	@$(MAKE) --no-print-directory $(JOBS) MODE=asan tests
	@$(MAKE) --no-print-directory MODE=asan RUN_FLAGS='--slow 4' check

# What has more than one thread: the modules by themselves, and whole sends. A program that a test kills or
# whose errors it expects tells of a race all the same: by a file.
TSAN_TESTS := $(addprefix build/tsan/tests/unit/,app/test_belt app/test_builders app/test_relaystates app/test_storekeeper base/test_log base/test_thread)
TSAN_SENDS := $(addprefix tests/integration/,test_send_load.py test_send_once.py test_send_relay.py test_send_sites.py test_signals.py)
RACES := build/tsan/races

tsan: ## run the threads' tests and whole sends under the thread sanitizer
	@$(MAKE) --no-print-directory $(JOBS) MODE=tsan build/tsan/dateline $(TSAN_TESTS)
	@rm -rf $(RACES) && mkdir -p $(RACES)
	@TSAN_OPTIONS='log_path=$(abspath $(RACES))/race exitcode=66' $(WITHOUT_ASLR) tests/support/run_tests.py \
		--program build/tsan/dateline --build build/tsan --slow 8 --only $(TSAN_SENDS) $(TSAN_TESTS); \
	status=$$?; for race in $(RACES)/*; do [ ! -f "$$race" ] || { cat "$$race"; status=1; }; done; exit $$status

valgrind: ## run the C tests under valgrind
	@$(MAKE) --no-print-directory $(JOBS) MODE=debug tests
	@$(MAKE) --no-print-directory MODE=debug check-c RUN_FLAGS='--slow 20 --wrapper \
		"valgrind -q --soname-synonyms=somalloc=NONE --leak-check=full --errors-for-leak-kinds=definite --error-exitcode=99"'

LCOV := --rc lcov_branch_coverage=1

cover: ## run all tests and measure what they reach: build/cover/html
	@$(MAKE) --no-print-directory $(JOBS) MODE=cover tests
	@find build/cover -name '*.gcda' -delete
	@$(MAKE) --no-print-directory MODE=cover check
	@{ lcov $(LCOV) --capture --directory build/cover --base-directory . --no-external -o build/cover/all.info && \
		lcov $(LCOV) --extract build/cover/all.info '$(CURDIR)/src/*' -o build/cover/src.info && \
		genhtml $(LCOV) --branch-coverage --output-directory build/cover/html build/cover/src.info; \
	} >build/cover/lcov.log 2>&1 || { cat build/cover/lcov.log; exit 1; }
	@lcov $(LCOV) --summary build/cover/src.info 2>&1 | grep -F %
	@echo "  cover   build/cover/html/index.html"

KILLS ?= 1000

.PHONY: crash
crash: ## kill senders at random instants, KILLS times, and at each hit of each named step (long)
	@$(MAKE) --no-print-directory $(JOBS) tests
	@DATELINE_KILLS=$(KILLS) DATELINE_HITS=all $(RUN_TESTS) --slow 20 --only $(wildcard tests/crash/test_*.py)

.PHONY: fuzz
fuzz: ## run fuzzer F (all if not given) for SECS seconds in all
	@$(MAKE) --no-print-directory $(JOBS) MODE=fuzz $(if $(F),build/fuzz/fuzz_$(F),fuzzers)
	@tests/support/fuzz.sh build/fuzz $(SECS) $(SEED) \
		$(if $(F),build/fuzz/fuzz_$(F),$(patsubst tests/fuzz/%.c,build/fuzz/%,$(FUZZ_SOURCES)))

# Ours beside others, some of which Debian has; build/bench keeps the figures.
.PHONY: bench
bench: ## measure it beside other senders (QUICK=1: two minutes): build/bench
	@$(call have,$(DEPS_BUILD) $(DEPS_BENCH))
	@$(MAKE) --no-print-directory $(JOBS) MODE=release benches
	@for bench in $(patsubst %.c,build/release/%,$(BENCH_SOURCES)) $(sort $(wildcard tests/bench/bench_*.py)); do \
		DATELINE=$(abspath build/release/dateline) DATELINE_BUILD=$(abspath build/release) QUICK=$(QUICK) \
			$$bench || exit 1; done

.PHONY: benches
benches: all $(BENCHES) $(TOOLS)

# --- lint: each failure fails the build ---

LINT_C := $(patsubst %.c,build/lint/%.ok,$(C_FILES))
LINT_SCRIPTS := $(sort $(wildcard tests/lint/lint_*.py))

LINTS := $(LINT_SCRIPTS:%=run-%) lint-layout lint-shell lint-c

.PHONY: lint $(LINTS)
lint: ## layers, banned calls, guards, sizes, format, clang, clang-tidy, cppcheck, shellcheck
	@$(MAKE) --no-print-directory --keep-going $(JOBS) --output-sync=target $(LINTS)
	@echo "  lint    nothing to complain about"

$(LINT_SCRIPTS:%=run-%): run-%:
	@$*

lint-layout:
	@clang-format --dry-run -Werror $(C_FILES) $(H_FILES)

lint-shell:
	@shellcheck $(SHELL_SCRIPTS)

lint-c: $(LINT_C)

# Once more only if the file, a header of its own, or the rules changed.
build/lint/%.ok: %.c Makefile .clang-tidy tests/.clang-tidy
	@mkdir -p $(@D)
	@echo "  lint    $<"
	@clang $(CPPFLAGS) -Itests $(CFLAGS) -fsyntax-only -MMD -MP -MF $(@:.ok=.d) -MT $@ $<
	@clang-tidy --quiet $< -- $(CPPFLAGS) -Itests $(CFLAGS) 2>$(@:.ok=.err) || { cat $(@:.ok=.err); exit 1; }
	@cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 --enable=warning,performance,portability \
		--suppressions-list=tests/lint/cppcheck.txt $(CPPFLAGS) -Itests $<
	@touch $@

.PHONY: format
format: ## lay out all C files as .clang-format says
	clang-format -i $(C_FILES) $(H_FILES)

# --- putting it in place ---

.PHONY: install
install: all ## install under DESTDIR and PREFIX
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/doc/dateline
	install -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/dateline
	install -m 644 $(wildcard README.md LICENSE) $(DESTDIR)$(PREFIX)/share/doc/dateline
	$(if $(MAN_PAGES),install -d $(DESTDIR)$(PREFIX)/share/man/man1)
	$(if $(MAN_PAGES),install -m 644 $(MAN_PAGES) $(DESTDIR)$(PREFIX)/share/man/man1)

.PHONY: clean
clean: ## remove everything that was built
	rm -rf build

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | sort | expand -t 12

-include $(shell find $(BUILD) build/lint -name '*.d' 2>/dev/null)
