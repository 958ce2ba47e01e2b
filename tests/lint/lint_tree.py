#!/usr/bin/python3
"""The top level of the project is fixed, and so are the folders of tests."""

import os
import re
import subprocess

from sources import Lint, line_of

TOP = {
  "src", "include", "templates", "lists", "tests", "Makefile", "README.md", "LICENSE", ".ci",
  ".clang-format", ".clang-tidy", ".editorconfig", ".gitignore", ".gitattributes",
}  # fmt: skip
NOT_OURS = {".git", "build"}

TESTS = {
  "unit", "spec", "property", "fuzz", "integration", "crash", "bench", "support", "lint", "tools",
  ".clang-tidy",
}  # fmt: skip

TEXT = (".c", ".h", ".py", ".sh", ".md", ".mustache", ".csv", ".sql", ".1", "Makefile")
TRAILING = re.compile(r"[ \t]+$", re.MULTILINE)


def names_in(lint, folder):
  """What git tracks or would track; all that is there where there's no repository."""
  listed = subprocess.run(
    ["git", "-C", os.path.join(lint.root, folder), "ls-files", "-co", "--exclude-standard", "."],
    stdout=subprocess.PIPE,
    stderr=subprocess.DEVNULL,
    text=True,
    check=False,
  )
  if listed.returncode == 0:
    return {path.split("/")[0] for path in listed.stdout.splitlines()}
  return set(os.listdir(os.path.join(lint.root, folder)))


def check_text(lint, path):
  if path.startswith("tests/") and not path.endswith((".c", ".h", ".py", ".sh")):
    return
  text = lint.read(path)
  found = TRAILING.search(text)
  if found and not path.endswith(".md"):
    lint.complain(path, line_of(text, found.start()), "has white space at the end of the line")
  # A template's partial ends where its words end.
  if text and not text.endswith("\n") and not path.endswith(".mustache"):
    lint.complain(path, 0, "does not end with a line feed")


def main():
  lint = Lint(__doc__)
  for name in sorted(names_in(lint, ".") - TOP - NOT_OURS):
    lint.complain(name, 0, "has no place at the top level")
  if lint.exists("tests"):
    for name in sorted(names_in(lint, "tests") - TESTS):
      lint.complain(f"tests/{name}", 0, "is none of the kinds of tests")
  for folder in ("src", "include", "templates", "lists", "tests"):
    for path in lint.files(folder, *TEXT):
      check_text(lint, path)
  lint.finish()


if __name__ == "__main__":
  main()
