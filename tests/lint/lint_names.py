#!/usr/bin/python3
"""One name, three places: guards are paths, headers and sources come in pairs, tests mirror."""

import os
import re

from sources import Lint, without_comments

# Sources without a header of their own: why.
WITHOUT_HEADER = {
  "src/cli/main.c": "the entry",
}
# Parts of a module that go by another name: the module.
PARTS = {
  "src/store/deliverylog.c": "deliveries",
  "src/store/undo.c": "changes",
}


def expected_guard(path):
  """include/base/err.h: BASE_ERR_H; tests/support/test.h: SUPPORT_TEST_H."""
  parts = os.path.splitext(path)[0].split("/")[1:]
  return re.sub(r"\W", "_", "_".join(parts)).upper() + "_H"


def check_guard(lint, path):
  text = lint.read(path)
  guard = expected_guard(path)
  if not re.match(rf"#ifndef {guard}\n#define {guard}\n", text) or not text.endswith("#endif\n"):
    lint.complain(path, 1, f"must begin with #ifndef {guard}, #define {guard} and end with #endif")


def promises_functions(text):
  """Whether a header declares any; one of structs and enums alone needs no source."""
  return re.search(r"^(?!typedef|static)\w[^{};]*\)[^{};]*;", without_comments(text), re.MULTILINE)


def is_part_of(lint, name, folder, suffix):
  """Whether a module's name, from that folder's files, begins `name`: release_check is part of release."""
  return any(
    name.startswith(os.path.basename(path)[: -len(suffix)]) for path in lint.files(folder, suffix)
  )


def check_pairs(lint):
  for path in lint.files("src", ".h"):
    lint.complain(path, 0, f"headers live in {os.path.dirname(path).replace('src', 'include', 1)}")
  for path in lint.files("src", ".c"):
    folder, name = os.path.split(path[:-2])
    headers = folder.replace("src/", "include/", 1)
    name = PARTS.get(path, name)
    is_command = name.startswith("cmd_")
    if path not in WITHOUT_HEADER and not is_command and not is_part_of(lint, name, headers, ".h"):
      lint.complain(path, 0, f"has no header {headers}/{name}.h")
  for path in lint.files("include", ".h"):
    source = path.replace("include/", "src/", 1)[:-2] + ".c"
    if promises_functions(lint.read(path)) and not lint.exists(source):
      lint.complain(path, 0, f"has no source {source}")


def check_tests(lint):
  """A unit test's path says whose it is: the module, or the module and an aspect of it."""
  for path in lint.files("tests/unit", ".c"):
    match = re.fullmatch(r"tests/unit/(\w+)/test_(\w+)\.c", path)
    if not match:
      lint.complain(path, 0, "must be tests/unit/<layer>/test_<module>.c")
    elif not is_part_of(lint, match.group(2), f"src/{match.group(1)}", ".c"):
      lint.complain(path, 0, f"tests no module of src/{match.group(1)}")


def check_openings(lint):
  """A source opens by saying what it is for."""
  for folder in ("src", "tests"):
    for path in lint.files(folder, ".c"):
      if not lint.read(path).startswith("/*"):
        lint.complain(path, 1, "does not open by saying what it is for")


def main():
  lint = Lint(__doc__)
  for folder in ("include", "tests"):
    for path in lint.files(folder, ".h"):
      check_guard(lint, path)
  check_pairs(lint)
  check_tests(lint)
  check_openings(lint)
  lint.finish()


if __name__ == "__main__":
  main()
