#!/usr/bin/python3
"""Thousands of messages through all there is at once: many connections, TLS, signatures, trouble."""

import os
import pty
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from enginecase import WAIT_S, Server, make_certificates  # noqa: E402
from newsroom import DONE, PROGRAM, NewsroomCase, people  # noqa: E402

COUNT = 4_000
CONNECTIONS = 10
FEW = 600
READERS = [f"reader{i}@d{i % 7}.paper.example" for i in range(1, COUNT + 1)]
RELAY = ', {{ url = "{url}"; tls = "none"; connections = {connections}; }}'


class Load(NewsroomCase):
  def test_thousands_over_many_connections_are_each_sent_once(self):
    ca, *certificate = make_certificates(self.enterContext(tempfile.TemporaryDirectory()))
    greylisted = [option for address in READERS[::400] for option in ("--greylist", address)]
    first = self.enterContext(Server("--starttls", *certificate, "--messages-per-session", "40", *greylisted))
    second = self.enterContext(Server("--messages-per-session", "90", "--drop-at", "rcpt:4", *greylisted))
    press = self.newsroom(url=first.url.replace("127.0.0.1", "localhost"), tls="required", ca_file=ca,
      connections=CONNECTIONS, after=("0s", "0s", "0s"),
      more_relays=RELAY.format(url=second.url, connections=CONNECTIONS))
    press.ok("key", "new")
    press.add_release()
    press.import_people("europe", people(COUNT))
    press.ok("send", "fund", "--to", "europe", "--yes", status=DONE)
    self.assertEqual(first.accepted() + second.accepted(), dict.fromkeys(READERS, 1))
    for server in first, second:
      self.assertGreater(server.accepted().total(), 0, press.listed("relay"))
    self.assertEqual(press.states(), {"accepted": COUNT})


class Watched(NewsroomCase):
  """On a terminal, which shows more than what the sender counts."""

  def test_what_is_drawn_about_the_deferred_ones_hinders_nobody(self):
    late = READERS[:FEW:6]
    server = self.enterContext(Server("--delay-ms", "2", *[option for address in late for option in ("--greylist", address)]))
    press = self.newsroom(url=server.url, connections=CONNECTIONS, after=("2s",))
    press.add_release()
    press.import_people("europe", people(FEW))
    process, shown = self.on_terminal(press, "send", "fund", "--to", "europe", "--yes")
    self.assertEqual(process.returncode, DONE, shown)
    self.assertRegex(shown, r"worst  \S+  \d+ deferred  451 ")
    self.assertEqual(server.accepted(), dict.fromkeys(READERS[:FEW], 1))
    self.assertEqual(press.states(), {"accepted": FEW})

  def on_terminal(self, press, *arguments):
    """What it drew until it ended."""
    master, slave = pty.openpty()
    process = subprocess.Popen([PROGRAM, *arguments], cwd=press.folder, stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)
    shown = b""
    try:
      while part := os.read(master, 65536):
        shown += part
    except OSError:  # the other end is closed
      pass
    os.close(master)
    process.wait(WAIT_S)
    return process, shown.decode()


if __name__ == "__main__":
  unittest.main()
