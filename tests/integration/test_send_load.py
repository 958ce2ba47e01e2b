#!/usr/bin/python3
"""Thousands of messages through all there is at once: many connections, TLS, signatures, trouble."""

import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from enginecase import Server, make_certificates  # noqa: E402
from newsroom import DONE, NewsroomCase, people  # noqa: E402

COUNT = 4_000
CONNECTIONS = 10
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


if __name__ == "__main__":
  unittest.main()
