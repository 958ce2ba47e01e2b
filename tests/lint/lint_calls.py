#!/usr/bin/python3
"""Calls that nobody may make, and calls that only cli may make."""

import re

from sources import Lint, line_of, without_comments

BANNED = {
  "strcpy": "str_add, or snprintf into an array",
  "strncpy": "str_add, or snprintf into an array",
  "stpcpy": "str_add",
  "strcat": "str_add",
  "strncat": "str_add",
  "sprintf": "str_addf or snprintf",
  "vsprintf": "str_addv or vsnprintf",
  "gets": "span_line over file_load",
  "strtok": "span_split",
  "strtok_r": "span_split",
  "atoi": "strtol, and look at what it left",
  "atol": "strtol, and look at what it left",
  "atoll": "strtoll, and look at what it left",
  "atof": "strtod, and look at what it left",
  "alloca": "str or mem_alloc",
  "tmpnam": "mkstemp",
  "mktemp": "mkstemp",
  "setjmp": "enum status",
  "longjmp": "enum status",
}

# Memory comes from base/mem, time from base/clock, processes from nowhere else.
BANNED_IN_SOURCE = {
  "malloc": "mem_alloc",
  "calloc": "mem_alloc",
  "realloc": "mem_resize",
  "strdup": "mem_copy_text",
  "strndup": "span_copy",
  "time": "clock_now_ms",
  "gettimeofday": "clock_now_ms",
  "clock_gettime": "clock_now_ms or clock_steady_ms",
  "localtime": "zone_civil",
  "localtime_r": "zone_civil",
  "gmtime": "zone_civil",
  "mktime": "zone_instant",
  "setenv": "an argument",
  "putenv": "an argument",
  "system": "fork and exec",
  "popen": "fork and exec",
}

# Only cli prints or ends the program: everybody else returns a status.
CLI_ONLY = [
  "printf", "vprintf", "fprintf", "vfprintf", "dprintf", "vdprintf", "puts", "fputs", "putchar",
  "fputc", "putc", "perror", "exit", "_exit", "_Exit", "quick_exit", "abort", "err", "errx", "warn",
  "warnx",
]  # fmt: skip

# Where a call is right after all: (file, call): why.
EXCEPTIONS = {
  ("src/base/mem.c", "malloc"): "the allocator itself",
  ("src/base/mem.c", "calloc"): "the allocator itself",
  ("src/base/mem.c", "realloc"): "the allocator itself",
  ("src/base/memlibraries.c", "malloc"): "the allocator itself",
  ("src/base/memlibraries.c", "calloc"): "the allocator itself",
  ("src/base/memlibraries.c", "realloc"): "the allocator itself",
  ("src/base/mem.c", "abort"): "out of memory ends the process",
  ("src/base/clock.c", "clock_gettime"): "the only source of time",
  ("src/mail/token.c", "abort"): "no random bytes: nothing sent could be told apart",
}


def calls(text):
  """(offset, name) of what looks like a call; members and longer names don't count."""
  for match in re.finditer(r"(?<![\w.>])([A-Za-z_]\w*)\s*\(", text):
    yield match.start(1), match.group(1)


def advice(path, name):
  if name in BANNED:
    return f"{name} is banned: use {BANNED[name]}"
  if path.startswith(("src/", "include/")) and name in BANNED_IN_SOURCE:
    return f"{name} is banned: use {BANNED_IN_SOURCE[name]}"
  if path.startswith(("src/", "include/")) and not path.startswith("src/cli/") and name in CLI_ONLY:
    return f"{name} is for src/cli only: return a status"
  return None


def main():
  lint = Lint(__doc__)
  for folder in ("src", "include", "tests"):
    for path in lint.files(folder, ".c", ".h"):
      text = without_comments(lint.read(path))
      for offset, name in calls(text):
        words = advice(path, name)
        if words and (path, name) not in EXCEPTIONS:
          lint.complain(path, line_of(text, offset), words)
  lint.finish()


if __name__ == "__main__":
  main()
