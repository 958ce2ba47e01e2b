#!/usr/bin/python3
"""Killed at any instant, the program loses nobody, and what it may have sent twice it says.

DATELINE_KILLS: how many kills with deliveries open (50). DATELINE_SEED: which instants (the clock's choice); it is
printed.
"""

import collections
import os
import random
import signal
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from crashcase import SEND, STEPS_PROGRAM, CrashCase, Journal, addresses, two_relays  # noqa: E402
from enginecase import make_certificates  # noqa: E402
from newsroom import DONE, HELD, PROGRAM, Newsroom, NewsroomCase, ended, people  # noqa: E402

KILLS = int(os.environ.get("DATELINE_KILLS", "50"))
SEED = int(os.environ.get("DATELINE_SEED", "0")) or time.time_ns() % 1_000_000_000
CONNECTIONS = 3  # to each of two relays
RECIPIENTS = 300
CROWD = 10_000
# From before the first byte is read to well into sending: the slowest machine gets there, too.
SOONEST_S = 0.005
LATEST_S = 0.4
# Kills that hit nothing open are so many times as frequent, at most: more, and the test aims badly.
MISSES = 4


class Killed:
  """What a test has seen so far."""

  def __init__(self, wanted):
    self.wanted = wanted
    self.counts = collections.Counter()

  @property
  def is_enough(self):
    return self.counts["open"] >= self.wanted or self.counts["kills"] >= self.wanted * MISSES + 20

  def __str__(self):
    return ("{kills} kills, {open} of them with deliveries open, in {dispatches} dispatches ({by_tls} by STARTTLS) to {sent} recipients: "
      "{marked} marked as possible duplicates, {twice} sent twice, {unknown} looked up by a person").format_map(
      collections.defaultdict(int, self.counts))


class Sending(CrashCase):
  @classmethod
  def setUpClass(cls):
    cls.certificates = make_certificates(cls.enterClassContext(tempfile.TemporaryDirectory()))

  def setUp(self):
    print(f"DATELINE_SEED={SEED}")
    self.random = random.Random(SEED)

  def commands(self):
    """Either goes on where the last one was stopped; only `send` begins."""
    while True:
      yield SEND
      yield self.random.choice((("resume",), SEND))

  def kill(self, press, process, killed):
    """At some instant, unless it ended before."""
    time.sleep(self.random.uniform(SOONEST_S, LATEST_S))
    process.send_signal(signal.SIGKILL)
    done = ended(process)
    if done.returncode == -signal.SIGKILL:
      journal = Journal(press)
      is_open = self.assert_left_in_order(journal, 2 * CONNECTIONS) > 0
      killed.counts.update(kills=1, open=is_open)
    return done

  def round(self, press, servers, killed, when_held):
    """One dispatch to everybody, killed until there were enough of it or it ended. The kills that counted."""
    before = killed.counts["open"]
    for arguments in self.commands():
      # Either the program, or the one that cuts its flight record back every few notes.
      process = self.running(press, *arguments, program=self.random.choice((PROGRAM, STEPS_PROGRAM)))
      done = ended(process) if killed.is_enough else self.kill(press, process, killed)
      self.assertIn(done.returncode, (DONE, HELD, -signal.SIGKILL), done.stdout + done.stderr)
      if done.returncode == HELD:
        when_held(press, servers)
        killed.counts["unknown"] += self.resolve(press, servers)
      if self.is_finished(press):
        break
    return killed.counts["open"] - before

  def rounds(self, wanted, when_held=lambda *_: None, **settings):
    killed = Killed(wanted)
    while not killed.is_enough:
      with Newsroom(after=("0s",), **settings) as press:
        # Now and then the first relay hangs up, so that both are used.
        drops = ("--drop-at", f"connect:{self.random.randrange(6)}")
        certificates = self.random.choice((None, None, self.certificates))
        with two_relays(press, CONNECTIONS, ("--delay-ms", "1", *drops), ("--delay-ms", "1"), certificates) as servers:
          press.add_release()
          press.import_people("europe", people(RECIPIENTS))
          kills = self.round(press, servers, killed, when_held)
          twice, marked = self.assert_sent(press, servers, addresses(RECIPIENTS), kills, 2 * CONNECTIONS)
          killed.counts.update(dispatches=1, by_tls=certificates is not None, sent=RECIPIENTS, twice=len(twice), marked=len(marked))
    self.assertGreaterEqual(killed.counts["open"], wanted, "too many kills hit nothing")
    return killed

  def test_nobody_is_lost_and_whoever_may_have_it_twice_is_named(self):
    print(f"verdict: unknown = resend: {self.rounds(KILLS - KILLS // 4)}")

  def test_with_hold_nobody_has_it_twice_and_every_unknown_one_is_listed(self):
    killed = self.rounds(KILLS // 4, self.assert_held_for_a_person, unknown="hold")
    self.assertEqual(killed.counts["twice"], 0)
    print(f"verdict: unknown = hold: {killed}")


class Importing(NewsroomCase):
  def test_a_killed_import_changes_nothing_or_everything(self):
    print(f"DATELINE_SEED={SEED}")
    chance = random.Random(SEED)
    press = self.newsroom()
    press.write("crowd.csv", people(CROWD))
    for i in range(6):
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
