"""What the lint scripts share: the project's C files, text without comments, and complaints."""

import argparse
import os
import re
import sys

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

COMMENT_OR_STRING = re.compile(
  r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL
)


class Lint:
  """One lint's run over a tree. Its complaints decide the exit status."""

  def __init__(self, description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--root", default=PROJECT, help="the tree to look at")
    self.root = parser.parse_args().root
    self.complaints = 0

  def complain(self, path, line, words):
    place = f"{path}:{line}" if line else path
    print(f"{place}: {words}", file=sys.stderr)
    self.complaints += 1

  def finish(self):
    sys.exit(1 if self.complaints else 0)

  def files(self, folder, *suffixes):
    """Paths below a folder, from the root, sorted."""
    found = []
    for where, _, names in os.walk(os.path.join(self.root, folder)):
      for name in names:
        if name.endswith(suffixes):
          found.append(os.path.relpath(os.path.join(where, name), self.root))
    return sorted(found)

  def read(self, path):
    with open(os.path.join(self.root, path), encoding="utf-8") as file:
      return file.read()

  def exists(self, path):
    return os.path.exists(os.path.join(self.root, path))


def without_comments(text, keep_strings=False):
  """The same lines with comments and the insides of strings blanked."""

  def blank(match):
    found = match.group(0)
    if found[0] in "\"'":
      return found if keep_strings else found[0] + found[-1]
    return re.sub(r"[^\n]", " ", found)

  return COMMENT_OR_STRING.sub(blank, text)


def line_of(text, offset):
  return text.count("\n", 0, offset) + 1
