"""Asks tests/tools/letter_tool to build a release's messages."""

import os
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOOL = os.path.join(os.environ.get("DATELINE_BUILD", os.path.join(ROOT, "build/release")), "tests/tools/letter_tool")


class Refused(Exception):
  """Its words, where it compiles no letter or builds no message."""


def build_letters(path, language, recipients):
  """The message for each of the recipients, who are values by field."""
  blocks = ["".join(f"{field}={value}\n" for field, value in one.items()) + "\n" for one in recipients]
  folder, name = os.path.split(path)
  done = subprocess.run([os.path.abspath(TOOL), name, language], cwd=folder, input="".join(blocks).encode("utf-8"),
    capture_output=True, check=False)
  if done.returncode:
    raise Refused(done.stderr.decode("utf-8", "replace").strip())
  rest, messages = done.stdout, []
  while rest:
    line, rest = rest.split(b"\n", 1)
    if line.startswith(b"!"):
      raise Refused(line[2:].decode("utf-8", "replace"))
    messages.append(rest[: int(line)])
    rest = rest[int(line) :]
  return messages
