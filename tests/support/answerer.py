"""A process that answers many messages: each "LENGTH\\n" and bytes by one line."""

import os
import subprocess


class Answerer:
  def __init__(self, *command, ready=b""):
    """`ready` is the line it writes once it has loaded."""
    self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    if ready and self.process.stdout.readline().strip() != ready:
      raise AssertionError(f"{os.path.basename(command[0])} did not start")

  def __enter__(self):
    return self

  def __exit__(self, *_):
    self.process.stdin.close()
    self.process.wait()
    self.process.stdout.close()

  def ask(self, message):
    self.process.stdin.write(b"%d\n" % len(message) + message)
    self.process.stdin.flush()
    line = self.process.stdout.readline()
    if not line.endswith(b"\n"):
      raise AssertionError(f"no answer: it ended with {self.process.wait()}")
    return line[:-1].decode("utf-8", "replace")
