#!/usr/bin/python3
"""Killed at any instant, the program loses nobody, and what it may have sent twice it says.

DATELINE_KILLS: how many kills (50). DATELINE_SEED: which instants (the clock's choice); it is printed.
"""

import collections
import os
import random
import signal
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from enginecase import Server  # noqa: E402
from newsroom import (  # noqa: E402
  DONE, HELD, Newsroom, NewsroomCase, ended, people,
)

KILLS = int(os.environ.get("DATELINE_KILLS", "50"))
SEED = int(os.environ.get("DATELINE_SEED", "0")) or time.time_ns() % 1_000_000_000
CONNECTIONS = 3
RECIPIENTS = 400
CROWD = 10_000
ADDRESSES = [f"reader{i}@d{i % 7}.paper.example" for i in range(1, RECIPIENTS + 1)]
# From before the first byte is read to well into sending: the slowest machine gets there, too.
SOONEST_S = 0.005
LATEST_S = 0.6


class Sending(NewsroomCase):
  def setUp(self):
    print(f"DATELINE_SEED={SEED}")
    self.random = random.Random(SEED)

  def round(self, press, server, kills):
    """One dispatch to everybody, killed at most so many times and then left to end: how many kills it took."""
    killed = 0
    for arguments in self.commands():
      process = self.running(press, *arguments)
      if killed < kills:
        time.sleep(self.random.uniform(SOONEST_S, LATEST_S))
        process.send_signal(signal.SIGKILL)
      done = ended(process)
      killed += done.returncode == -signal.SIGKILL
      self.assertIn(done.returncode, (DONE, HELD, -signal.SIGKILL), done.stdout + done.stderr)
      if done.returncode == HELD:
        self.resolve(press, server)
      if self.is_finished(press):
        break
    return killed

  def is_finished(self, press):
    dispatches = press.objects("status")
    return dispatches and dispatches[0]["state"] == "finished"

  def resolve(self, press, server):
    """In flight at two kills: a person looks into the server's log."""
    received = server.accepted()
    for line in press.log("--state", "unknown"):
      word = "--accepted" if received[line["address"]] else "--resend"
      press.ok("resolve", "1", line["address"], word)

  def commands(self):
    """Either goes on where the last one was stopped; only `send` begins."""
    while True:
      yield ("send", "fund", "--to", "europe", "--yes")
      yield self.random.choice((("resume",), ("send", "fund", "--to", "europe", "--yes")))

  def check(self, press, server, killed):
    received = server.accepted()
    lines = press.log()
    self.assertEqual(set(received), set(ADDRESSES), "somebody is lost or a stranger was written to")
    self.assertEqual({line["address"]: line["state"] for line in lines}, {a: "accepted" for a in ADDRESSES})
    self.assertEqual(len(press.objects("status")), 1)
    marked = {line["address"] for line in lines if any(one["possible_duplicate"] for one in line["attempts"])}
    twice = {address for address, count in received.items() if count > 1}
    self.assertLessEqual(twice, marked, "sent twice, and nobody says so")
    self.assertLessEqual(received.total() - RECIPIENTS, killed * CONNECTIONS)
    self.assertLessEqual(len(marked), killed * CONNECTIONS)
    self.assert_copies_are_the_same(server, twice)
    return twice, marked

  def assert_copies_are_the_same(self, server, twice):
    copies = collections.defaultdict(set)
    for line, message in zip(server.log("accepted"), server.messages()):
      copies[line["to"][0]].add(message)
    self.assertEqual({address for address in twice if len(copies[address]) > 1}, set())

  def test_nobody_is_lost_and_whoever_may_have_it_twice_is_named(self):
    killed = rounds = 0
    sums = collections.Counter()
    while killed < KILLS:
      rounds += 1
      with Newsroom(connections=CONNECTIONS, after=("0s",)) as press, Server("--delay-ms", "1") as server:
        press.configure(url=server.url)
        press.add_release()
        press.import_people("europe", people(RECIPIENTS))
        more = self.round(press, server, KILLS - killed)
        twice, marked = self.check(press, server, more)
        killed += more
        sums.update(twice=len(twice), marked=len(marked))
    print(f"{killed} kills in {rounds} dispatches: {sums['marked']} marked, {sums['twice']} of them twice")


class Importing(NewsroomCase):
  def test_a_killed_import_changes_nothing_or_everything(self):
    print(f"DATELINE_SEED={SEED}")
    chance = random.Random(SEED)
    press = self.newsroom()
    press.write("crowd.csv", people(CROWD))
    for i in range(10):
      name = f"crowd{i}"
      process = self.running(press, "list", "import", name, "crowd.csv")
      time.sleep(chance.uniform(SOONEST_S, LATEST_S))
      process.send_signal(signal.SIGKILL)
      ended(process)
      lists = {one["list"]: one["active"] for one in press.objects("list", "show")}
      self.assertIn(lists.get(name), (None, CROWD))
    self.assertEqual(press.objects("list", "import", "europe", "crowd.csv")[0]["new"], CROWD)


if __name__ == "__main__":
  unittest.main()
