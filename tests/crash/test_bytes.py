#!/usr/bin/python3
"""A relay that hangs up at any byte of a dialogue, heard or said.

What became of each message is known, or called unknown.

DATELINE_HITS=all lets the whole program meet many of them, and not only some.
"""

import collections
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from crashcase import SEND, CrashCase, Servers, addresses  # noqa: E402
from enginecase import EngineCase, Server, readers, wait_for  # noqa: E402
from newsroom import DONE, HELD, people  # noqa: E402

CUTS = 150 if os.environ.get("DATELINE_HITS") == "all" else 10


class Orders:
  """A server that cuts its connections, and tells of each. After so many one is left whole."""

  def __init__(self, test, way, counts, *options, whole_after=sys.maxsize):
    self.file = test.enterContext(tempfile.NamedTemporaryFile("w", prefix="dateline-orders-", encoding="ascii"))
    for number, count in enumerate(counts, 1):
      self.file.write(f"{way} {count}\n" + ("\n" if number % whole_after == 0 else ""))
    self.file.flush()
    self.cuts = len(counts)
    self.server = test.enterContext(Server("--orders", self.file.name, *options))

  def assert_one_a_connection(self, test, unknown):
    """Of the messages called unknown, each connection took at most one: those it took."""
    taken = [line["session"] for line in self.server.log("accepted") if line["to"][0] in unknown]
    test.assertEqual([session for session, count in collections.Counter(taken).items() if count > 1], [])
    test.assertLessEqual(len(unknown), self.cuts)
    return len(taken)


class Engine(EngineCase):
  """Two messages a connection, the second one's MAIL in one write with the first one's end."""

  OPTIONS = ("--connections", "1", "--messages-per-connection", "2", "--tries", "99", "--retry-ms", "1")

  def walk(self, way, *options):
    with Server(*options) as server:
      self.engine(server.url, readers(2), *self.OPTIONS, expect={"accepted": 2})
      bytes_in_all = wait_for(lambda: server.log("closed"), "its end")[0][way]
    # Some are left whole, or the relay would be given up.
    orders = Orders(self, way, range(bytes_in_all), *options, whole_after=4)
    everybody = readers(2 * bytes_in_all)
    run = self.engine(orders.server.url, everybody, *self.OPTIONS, "--relay-tries", "9")
    self.judge(run, orders, everybody)
    print(f"verdict: cut at each of {bytes_in_all} bytes {way}, {' '.join(options) or 'pipelined'}: "
      f"{run.counts()['accepted']} accepted, {run.counts()['unknown']} unknown, nobody lost, nobody twice")

  def judge(self, run, orders, everybody):
    received = orders.server.accepted()
    outcomes = run.outcomes()
    self.assertEqual(set(outcomes), set(everybody), "somebody has no outcome")
    self.assertLessEqual(set(outcomes.values()), {"accepted", "unknown"})
    self.assertLessEqual(set(received.values()), {1}, "somebody has it twice")
    accepted = {address for address, outcome in outcomes.items() if outcome == "accepted"}
    unknown = set(everybody) - accepted
    self.assertLessEqual(accepted, set(received), "called accepted, and not there")
    self.assertLessEqual(orders.cuts, len({line["session"] for line in orders.server.log("closed")}))
    taken = orders.assert_one_a_connection(self, unknown)
    self.assertTrue(taken, "no message arrived without our knowing it")
    self.assertLess(taken, len(unknown) + 1)

  def test_cut_at_every_byte_that_it_received(self):
    self.walk("received")

  def test_cut_at_every_byte_that_it_said(self):
    self.walk("said")

  def test_cut_at_every_byte_that_it_said_without_pipelining(self):
    self.walk("said", "--no-pipelining")


class Program(CrashCase):
  """The same with the journal behind it: every unknown one goes again, once, and is marked."""

  RECIPIENTS = 100
  QUIT = {"received": len("QUIT\r\n"), "said": len("221 2.0.0 Bye\r\n")}

  # How much of the bytes of two messages is certainly the first one's, greeting and all.
  FIRST_PERCENT = {"received": 55, "said": 70}

  def send_to(self, url, recipients):
    press = self.newsroom(url=url, connections=1, after=("0s",))
    press.add_release()
    press.import_people("europe", people(recipients))
    return press

  def places(self, way):
    """Bytes of a connection's second message, where its first has proved the relay: to the last before QUIT."""
    with Server() as server:
      self.send_to(server.url, 2).ok(*SEND)
      last = wait_for(lambda: server.log("closed"), "its end")[0][way] - self.QUIT[way]
    first = last * self.FIRST_PERCENT[way] // 100
    return [*range(first, last - 1, max(1, (last - first) // CUTS)), last - 1, last]

  def walk(self, way):
    counts = self.places(way)
    orders = Orders(self, way, counts)
    press = self.send_to(orders.server.url, self.RECIPIENTS + 2 * CUTS)
    servers = Servers(orders.server)
    self.go_on(press, servers, (DONE, HELD))
    self.assertGreater(len(orders.server.log("hello")), len(counts), "not all were cut")
    twice, marked = self.assert_sent(press, servers, addresses(self.RECIPIENTS + 2 * CUTS), len(counts), 1)
    self.assertTrue(marked, "no cut was after a last byte")
    print(f"verdict: the program, cut at {len(counts)} bytes {way}: {len(marked)} marked, {len(twice)} of them twice")

  def test_cut_where_it_received(self):
    self.walk("received")

  def test_cut_where_it_said(self):
    self.walk("said")


if __name__ == "__main__":
  unittest.main()
