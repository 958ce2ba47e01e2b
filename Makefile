# Dateline: one Makefile, everything it makes goes under build/<mode>/.
# `make help` lists the targets.

MODE ?= release
PREFIX ?= /usr/local
DESTDIR ?=
CC := gcc
BUILD := build/$(MODE)
VERSION := 0.1.0

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:

# --- what it needs ---

DEPS_BUILD := gcc libc6-dev pkg-config libcurl4-gnutls-dev libgnutls28-dev libetpan-dev libconfig-dev \
	libsqlite3-dev libcmark-dev libyaml-dev libcsv-dev libxml2-dev libjansson-dev libssl-dev libidn2-dev \
	libunistring-dev libglib2.0-dev tzdata ca-certificates
DEPS_TEST := libcmocka-dev python3 python3-aiosmtpd postfix openssl chromium fonts-noto-core
DEPS_DEV := clang clang-format clang-tidy libclang-rt-14-dev cppcheck shellcheck pmccabe valgrind lcov

PACKAGES := libcurl gnutls libetpan libconfig sqlite3 libcmark yaml-0.1 libxml-2.0 jansson libcrypto libidn2 glib-2.0

# --- how it is compiled ---

WARNINGS := -Wall -Wextra -Wpedantic -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wwrite-strings -Wundef -Wvla -Wformat=2 -Wimplicit-fallthrough -Wswitch-enum \
	-Wno-unused-command-line-argument
HARDEN := -fPIE -fstack-protector-strong -fstack-clash-protection -fcf-protection
LINK_HARDEN := -pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack

OPTIMISE_release := -O2 -g -D_FORTIFY_SOURCE=2
OPTIMISE_debug := -O0 -g3
OPTIMISE_asan := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
OPTIMISE_tsan := -O1 -g -fno-omit-frame-pointer -fsanitize=thread
OPTIMISE_cover := -O0 -g --coverage
OPTIMISE_fuzz := -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
ifeq ($(MODE),fuzz)
CC := clang
endif
OPTIMISE := $(OPTIMISE_$(MODE))
ifeq ($(OPTIMISE),)
$(error MODE=$(MODE) is none of release, debug, asan, tsan, cover, fuzz)
endif

CPPFLAGS := -Iinclude -D_GNU_SOURCE -DDATELINE_VERSION='"$(VERSION)"'
CFLAGS = -std=gnu2x $(OPTIMISE) $(WARNINGS) $(HARDEN) $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
LDFLAGS = $(LINK_HARDEN) $(OPTIMISE)
LDLIBS = $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lcsv -lunistring -lm

# --- what there is ---

SOURCES := $(shell find src -name '*.c' | LC_ALL=C sort)
ASSETS := $(shell find templates lists src/store/sql -type f 2>/dev/null | LC_ALL=C sort)
TEST_SOURCES := $(shell find tests/unit tests/spec tests/property -name 'test_*.c' 2>/dev/null | LC_ALL=C sort)
SUPPORT_SOURCES := $(shell find tests/support -name '*.c' 2>/dev/null | LC_ALL=C sort)
FUZZ_SOURCES := $(shell find tests/fuzz -name 'fuzz_*.c' 2>/dev/null | LC_ALL=C sort)
BENCH_SOURCES := $(shell find tests/bench -name 'bench_*.c' 2>/dev/null | LC_ALL=C sort)

LIBRARY := $(BUILD)/libdateline.a
PROGRAM := $(BUILD)/dateline
OBJECTS := $(patsubst %.c,$(BUILD)/%.o,$(filter-out src/cli/main.c,$(SOURCES))) $(BUILD)/assets.o
SUPPORT_OBJECTS := $(patsubst %.c,$(BUILD)/%.o,$(SUPPORT_SOURCES))
TESTS := $(patsubst %.c,$(BUILD)/%,$(TEST_SOURCES))
FUZZERS := $(patsubst tests/fuzz/%.c,$(BUILD)/%,$(FUZZ_SOURCES))
BENCHES := $(patsubst %.c,$(BUILD)/%,$(BENCH_SOURCES))

.PHONY: all
all: $(PROGRAM) ## build the program: build/<mode>/dateline (MODE=release, debug, asan, tsan, cover, fuzz)

$(PROGRAM): $(BUILD)/src/cli/main.o $(LIBRARY)
	@echo "  link    $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(LIBRARY): $(OBJECTS)
	@echo "  archive $@"
	@rm -f $@
	@$(AR) rcs $@ $^

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

$(TESTS): $(BUILD)/%: $(BUILD)/%.o $(SUPPORT_OBJECTS) $(LIBRARY)
	@echo "  link    $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka

$(FUZZERS): $(BUILD)/%: $(BUILD)/tests/fuzz/%.o $(LIBRARY)
	@$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LDLIBS)

$(BENCHES): $(BUILD)/%: $(BUILD)/%.o $(LIBRARY)
	@$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

.PHONY: tests
tests: $(PROGRAM) $(TESTS)

.PHONY: clean
clean: ## remove everything that was built
	rm -rf build

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
