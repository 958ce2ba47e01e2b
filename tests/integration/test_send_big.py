#!/usr/bin/python3
"""A dispatch to very many is frozen in nobody's way, and killed meanwhile it was never there."""

import os
import signal
import sqlite3
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from enginecase import WAIT_S, Server, wait_for  # noqa: E402
from newsroom import (  # noqa: E402
  DONE, ENGLISH, NOWHERE, PARTLY, NewsroomCase, ended, people, wait_until_accepted,
)

CROWD = 50_000
OTHERS = 300
BOATS = ENGLISH.replace("slug: fund", "slug: boats").replace("joint rescue fund", "on new boats")


class BigDispatch(NewsroomCase):
  def press(self, url, **settings):
    press = self.newsroom(url=url, connections=1, **settings)
    press.add_release(ENGLISH, BOATS)
    press.import_people("crowd", people(CROWD, "crowd.example"))
    press.import_people("europe", people(OTHERS))
    return press

  def numbers(self, press, sql):
    """A row of the store, which somebody else may be writing to."""
    with sqlite3.connect(press.path_of("state/dateline.db"), timeout=WAIT_S) as store:
      row = store.execute(sql).fetchone()
    store.close()
    return row

  def count(self, press, table):
    return self.numbers(press, f"SELECT count(*) FROM {table}")[0]

  def settled(self, press):
    return self.numbers(press, "SELECT count(*) FROM attempt WHERE dispatch = 1")[0]

  def test_a_running_sender_goes_on_while_another_process_freezes_a_big_dispatch(self):
    server = self.enterContext(Server("--delay-ms", "3"))
    press = self.press(server.url)
    sender = self.running(press, "send", "fund", "--to", "europe", "--yes")
    wait_until_accepted(server, 5)
    before = self.settled(press)
    other = self.running(press, "send", "boats", "--to", "crowd", "--yes")
    while_freezing = before
    while self.count(press, "dispatch") == 1:
      self.assertIsNone(other.poll(), "it ended without a dispatch")
      while_freezing = self.settled(press)
    self.assertGreater(while_freezing, before)
    press.ok("cancel", "2", "--yes")
    self.assertEqual(ended(other).returncode, PARTLY)
    self.assertEqual(ended(sender).returncode, DONE)
    self.assertEqual(press.states("1"), {"accepted": OTHERS})
    self.assertEqual(
      self.numbers(press, "SELECT count(*), min(position), max(position) FROM delivery WHERE dispatch = 2"),
      (CROWD, 1, CROWD))
    self.assertEqual(
      self.numbers(press, "SELECT count(*) FROM delivery WHERE dispatch = 2 AND state NOT IN (2, 8)"), (0,))

  def temporary_files(self, process):
    """Those of a running process that have no name any more."""
    folder = f"/proc/{process.pid}/fd"
    found = []
    for name in os.listdir(folder):
      try:
        target = os.readlink(os.path.join(folder, name))
      except FileNotFoundError:
        continue
      if "etilqs" in target:
        found.append(target)
    return found

  def test_killed_while_it_freezes_nothing_is_left_and_sending_again_freezes_all(self):
    press = self.press(NOWHERE)
    before = sorted(os.listdir(press.path_of("state")))
    for _ in range(3):
      process = self.running(press, "send", "boats", "--to", "crowd", "--yes")
      files = wait_for(lambda: self.temporary_files(process), "something that is prepared aside")
      process.send_signal(signal.SIGKILL)
      self.assertEqual(ended(process).returncode, -signal.SIGKILL)
      self.assertFalse([path for path in files if os.path.exists(path)])
      for table in ("dispatch", "delivery", "letter", "left_out", "dispatch_source"):
        self.assertEqual(self.count(press, table), 0, table)
    press.ok("status")
    self.assertEqual(sorted(os.listdir(press.path_of("state"))), before)
    self.running(press, "send", "boats", "--to", "crowd", "--yes")
    wait_for(lambda: self.count(press, "dispatch"), "the dispatch")
    self.assertEqual(self.count(press, "delivery"), CROWD)


if __name__ == "__main__":
  unittest.main()
