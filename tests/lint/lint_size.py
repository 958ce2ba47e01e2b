#!/usr/bin/python3
"""Functions fit a screen and do one thing; files are one idea. Measured by pmccabe."""

import subprocess

from sources import Lint

LINES_MAX = 80
COMPLEXITY_MAX = 15
FILE_LINES_MAX = 700

# Lists of test cases are long and simple.
UNBOUNDED = ("main",)


def check_functions(lint, paths):
  measured = subprocess.run(
    ["pmccabe", *paths], cwd=lint.root, stdout=subprocess.PIPE, check=True, text=True
  )
  for row in measured.stdout.splitlines():
    complexity, _, _, first, lines, place = row.split("\t")
    path, name = place.split(": ")
    path = path.rsplit("(", 1)[0]
    if int(complexity) > COMPLEXITY_MAX:
      lint.complain(path, first, f"{name} has complexity {complexity}, at most {COMPLEXITY_MAX}")
    is_test_main = path.startswith("tests/") and name in UNBOUNDED
    if int(lines) > LINES_MAX and not is_test_main:
      lint.complain(path, first, f"{name} has {lines} lines, at most {LINES_MAX}")


def check_files(lint, paths):
  for path in paths:
    lines = lint.read(path).count("\n")
    if lines > FILE_LINES_MAX:
      lint.complain(path, 0, f"has {lines} lines, at most {FILE_LINES_MAX}: is it one idea?")


def main():
  lint = Lint(__doc__)
  sources = lint.files("src", ".c") + lint.files("tests", ".c")
  if sources:
    check_functions(lint, sources)
  headers = lint.files("include", ".h")
  check_files(lint, [path for path in sources if not path.startswith("tests/")] + headers)
  lint.finish()


if __name__ == "__main__":
  main()
