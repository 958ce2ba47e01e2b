#!/usr/bin/python3
"""A disk that is full, a store that is busy, a clock that jumps: each is told, and costs nobody the message.

What fails is one of the system's calls, by a library that is preloaded (faults.c). The fault
passes; sending again then serves the rest, and everybody has it once, or is marked.
DATELINE_HITS=all tries each fault at several instants.
"""

import errno
import os
import resource
import sqlite3
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from crashcase import SEND, CrashCase, Journal, Servers, addresses  # noqa: E402
from enginecase import BUILD, WAIT_S, Server, wait_for  # noqa: E402
from newsroom import DONE, ENGLISH, FAILED, FRENCH, HELD, UNFINISHED, ended, people, wait_until_accepted  # noqa: E402

FAULTS = os.path.abspath(os.path.join(BUILD, "faults.so"))
COUNT = 120
CONNECTIONS = 3
READERS = addresses(COUNT)
HOUR_S = 3600
# Letters that would take 165 MB, were they all built at once, and a sender that takes 80 without them.
SMALL_COUNT, LARGE_COUNT, ANNEX_BYTES = 60, 30, 4_000_000
PEAK_MAX_KIB = 195 << 10
TRIES_ALL = os.environ.get("DATELINE_HITS") == "all"

# Not each of SQLite's writes says that it was for want of space.
BROKEN = "see to the disk"
FULL = f"disk is full|No space left|{BROKEN}"
# What fails, from which call on (the last alone unless DATELINE_HITS=all), and what the person is told.
ON_DISK = {
  "the store's disk is full": (f"write {errno.ENOSPC} dateline.db", (3, 30, 90), FULL),
  "the store's disk is broken": (f"write {errno.EIO} dateline.db", (3, 60), BROKEN),
  "the store can't be synced": (f"sync {errno.EIO} dateline.db", (0, 2, 12), BROKEN),
  "the store is read-only": (f"open {errno.EROFS} dateline.db", (0,), "read-only|can't be opened"),
  "the flight record can't be written": (f"write {errno.EIO} state/flight", (0, 1, 9, 60), "flight"),
  "the flight record's disk is full": (f"fallocate {errno.ENOSPC} state/flight", (0,), "free some space"),
  "the flight record is read-only": (f"open {errno.EROFS} state/flight", (0,), "flight.*[Rr]ead-only"),
  "the whole disk is full": (f"write {errno.ENOSPC} state/", (0, 20, 80), FULL),
}


@unittest.skipUnless(os.path.exists(FAULTS), f"{FAULTS} is not built: sanitizers share preloading with nobody")
class FaultCase(CrashCase):
  def begin(self, *options, **settings):
    server = self.enterContext(Server(*options))
    press = self.newsroom(connections=CONNECTIONS, after=("0s",), url=server.url, **settings)
    press.add_release()
    press.import_people("europe", people(COUNT))
    return press, server

  def assert_mended(self, press, server, cuts=1):
    servers = Servers(server)
    self.go_on(press, servers, (DONE, HELD))
    return self.assert_sent(press, servers, READERS, cuts, CONNECTIONS)


class Disk(FaultCase):
  def meet(self, what, rule, after, words):
    press, server = self.begin("--delay-ms", "1")
    seen = press.path_of("seen")
    done = press.call(*SEND, env={
      "LD_PRELOAD": FAULTS, "DATELINE_FAULTS": f"{rule} {after};", "DATELINE_FAULTS_SEEN": seen})
    self.assertTrue(os.path.exists(seen), "nothing failed")
    self.assertGreater(done.returncode, 0, done.stdout + done.stderr)
    self.assertRegex(done.stderr, words)
    twice, marked = self.assert_mended(press, server)
    print(f"verdict: {what}, from call {after + 1} on: {len(marked)} marked, {len(twice)} twice")

  def test_nothing_is_lost_and_the_outcome_is_told(self):
    for what, (rule, instants, words) in ON_DISK.items():
      for after in instants:
        if after != instants[-1] and not TRIES_ALL:
          continue
        with self.subTest(what=what, after=after):
          self.meet(what, rule, after, words)

  def test_what_a_builder_cannot_read_stops_the_sending_and_holds_nothing(self):
    press, server = self.begin()
    seen = press.path_of("seen")
    done = press.call(*SEND, env={"LD_PRELOAD": FAULTS, "DATELINE_FAULTS_SEEN": seen,
      "DATELINE_FAULTS": f"build-read {errno.EIO} dateline.db 0;"})
    self.assertTrue(os.path.exists(seen), "nothing failed")
    self.assertEqual(done.returncode, UNFINISHED, done.stdout + done.stderr)
    self.assertRegex(done.stderr, f"{BROKEN}|is damaged")
    self.assertEqual(press.dispatch()["state"], "sending")
    self.assertEqual({line["state"] for line in press.log()}, {"queued"})
    twice, marked = self.assert_mended(press, server, 0)
    self.assertEqual((twice, marked), (set(), set()))


  def test_a_flight_record_that_cannot_be_read_is_never_taken_for_an_empty_one(self):
    press, server = self.begin("--hang-at", "kept")
    process = self.running(press, *SEND)
    wait_until_accepted(server, CONNECTIONS)
    process.kill()
    ended(process)
    claims = Journal(press).open_claims()
    self.assertTrue(claims)
    for after in 0, 1:
      seen = press.path_of(f"seen-{after}")
      done = press.call("resume", "1", env={"LD_PRELOAD": FAULTS, "DATELINE_FAULTS_SEEN": seen,
        "DATELINE_FAULTS": f"read {errno.EIO} state/flight {after};"})
      self.assertTrue(os.path.exists(seen), "nothing failed")
      self.assertEqual(done.returncode, UNFINISHED, done.stdout + done.stderr)
      self.assertRegex(done.stderr, "flight.*see to the disk")
      self.assertEqual(Journal(press).open_claims(), claims)


class Busy(FaultCase):
  """Somebody else keeps the store locked."""

  def locked(self, press):
    store = sqlite3.connect(press.path_of("state/dateline.db"), isolation_level=None, timeout=WAIT_S)
    self.addCleanup(store.close)
    store.execute("BEGIN IMMEDIATE")
    return store

  def test_for_a_while_it_is_waited_for(self):
    press, server = self.begin("--delay-ms", "1")
    process = self.running(press, *SEND)
    wait_until_accepted(server, 10)
    store = self.locked(press)
    for _ in range(5):
      self.assertEqual(press.dispatch()["state"], "sending", "looking on needs no lock")
    store.execute("ROLLBACK")
    self.assertEqual(ended(process).returncode, DONE)
    self.assert_recorded_as_received(press, server, READERS)

  def test_longer_than_the_store_waits_it_is_told_and_gone_on_with(self):
    press, server = self.begin("--delay-ms", "1")
    process = self.running(press, *SEND, env={"LD_PRELOAD": FAULTS, "DATELINE_NAPS": "1"})
    wait_until_accepted(server, 10)
    store = self.locked(press)
    wait_for(lambda: "in use by another dateline" in process.stderr.readline(), "a warning")
    store.execute("ROLLBACK")
    done = ended(process)
    self.assertIn(done.returncode, (DONE, HELD), done.stderr)
    twice, _ = self.assert_mended(press, server)
    self.assertEqual(twice, set())

  def test_a_store_that_its_sleeping_sender_keeps_locked_is_waited_for_by_its_follower(self):
    press, server = self.begin("--delay-ms", "1")
    first = self.running(press, *SEND)
    wait_until_accepted(server, 10)
    store = self.locked(press)
    seen = press.path_of("seen")
    second = self.running(press, *SEND, env={
      "LD_PRELOAD": FAULTS, "DATELINE_NAPS": "1", "DATELINE_FAULTS_SEEN": seen})
    wait_for(lambda: os.path.exists(seen), "the second one to wait")
    wait_for(lambda: "takes this over" in second.stderr.readline(), "the second one to follow")
    store.execute("ROLLBACK")
    self.assertEqual({ended(first).returncode, ended(second).returncode}, {DONE})
    self.assert_recorded_as_received(press, server, READERS)

  def test_from_the_beginning_nothing_is_sent_and_it_is_told(self):
    press, server = self.begin()
    store = self.locked(press)
    done = press.call(*SEND, env={"LD_PRELOAD": FAULTS, "DATELINE_NAPS": "1"})
    self.assertEqual(done.returncode, FAILED, done.stdout + done.stderr)
    self.assertIn("warning: ", done.stderr, "it waited without a word")
    self.assertIn("in use by another dateline", done.stderr.splitlines()[-1])
    self.assertEqual(server.accepted().total(), 0)
    store.execute("ROLLBACK")
    self.assert_mended(press, server, 0)


class Limits(FaultCase):
  """Few descriptors, little memory: it says so or does it, and can be called again with more."""

  def with_limit(self, press, which, value, arguments=SEND):
    return press.call(*arguments, preexec_fn=lambda: resource.setrlimit(which, (value, value)))

  def give_more(self, press, which, values, is_told, arguments=SEND):
    """Until it is enough, or a person is needed. How often it wasn't."""
    for count, value in enumerate(values):
      done = self.with_limit(press, which, value, arguments)
      if done.returncode in (DONE, HELD):
        return count + (done.returncode == HELD)
      self.assertRegex(done.stderr, is_told, f"{value}: ended with {done.returncode}")
    self.fail("it is never enough")

  def test_few_descriptors(self):
    press, server = self.begin("--delay-ms", "1")
    # Below that the libraries aren't found.
    told = self.give_more(press, resource.RLIMIT_NOFILE, range(5, 64, 1 if TRIES_ALL else 16), "dateline: ")
    twice, marked = self.assert_mended(press, server, 0)
    self.assertTrue(told, "they were enough")
    print(f"verdict: too few descriptors {told} times: {len(marked)} marked, {len(twice)} twice")

  def give_more_memory(self, press, arguments=SEND, step_kib=6144):
    least = next(mib for mib in range(16, 1024)
      if self.with_limit(press, resource.RLIMIT_AS, mib << 20, ("version",)).returncode == DONE)
    step_kib = 256 if TRIES_ALL else step_kib
    return self.give_more(press, resource.RLIMIT_AS, range(least << 20, (least + 512) << 20, step_kib << 10),
      "[Mm]emory|failed to allocate|see to the disk", arguments)

  def test_little_memory_to_read_with(self):
    press, _ = self.begin()
    press.write("more.csv", "".join(["email,name\n", *(f"r{n}@wire.example,Reader {n}\n" for n in range(20000))]))
    before = len(press.objects("list", "show", "europe"))
    for arguments in ("list", "import", "europe", "more.csv", "--yes"), ("release", "check", "fund"):
      with self.subTest(arguments=arguments):
        told = self.give_more_memory(press, arguments, 128)
        self.assertTrue(told, "it was enough")
        print(f"verdict: too little memory for {' '.join(arguments[:2])} {told} times")
    self.assertEqual(len(press.objects("list", "show", "europe")), before + 20000)

  def test_little_memory(self):
    press, server = self.begin("--delay-ms", "1")
    told = self.give_more_memory(press)
    twice, marked = self.assert_mended(press, server, told)
    self.assertTrue(told, "it was enough")
    print(f"verdict: too little memory {told} times: {len(marked)} marked, {len(twice)} twice")


class LargeMessages(FaultCase):
  def test_they_take_no_more_memory_than_a_few_of_them(self):
    server = self.enterContext(Server("--delay-ms", "40"))
    press = self.newsroom(url=server.url, connections=LARGE_COUNT)
    press.write("releases/annex.txt", "word\n" * (ANNEX_BYTES // 5))
    press.add_release(ENGLISH, FRENCH.replace("slug: fund", "slug: fund\nattachments:\n  - annex.txt"))
    # Claimed as freely as small ones are, until the first is built.
    press.import_people("europe", people(SMALL_COUNT))
    press.import_people("europe", people(LARGE_COUNT, "presse.example", "fr"))
    process = self.running(press, *SEND)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    self.assertEqual(process.returncode, DONE, process.stderr.read())
    self.assert_recorded_as_received(
      press, server, addresses(SMALL_COUNT) + addresses(LARGE_COUNT, "presse.example"))
    print(f"verdict: large messages took {usage.ru_maxrss >> 10} MiB")
    self.assertLess(usage.ru_maxrss, PEAK_MAX_KIB)


class Clock(FaultCase):
  """The wall clock is set while it sends: an hour forward, or back."""

  def shifted(self, seconds):
    press, server = self.begin("--delay-ms", "2", "--greylist", READERS[0])
    there = press.path_of("clock-is-set")
    process = self.running(press, *SEND, env={"LD_PRELOAD": FAULTS, "DATELINE_CLOCK": f"{seconds} {there}"})
    wait_until_accepted(server, 10)
    press.write("clock-is-set", "")
    done = ended(process)
    # A try that was an hour away all of a sudden is left to somebody else.
    self.assertIn(done.returncode, (DONE, UNFINISHED), done.stderr)
    press.ok("resume")
    self.assert_recorded_as_received(press, server, READERS)

  def test_an_hour_forward(self):
    self.shifted(HOUR_S)

  def test_an_hour_back(self):
    self.shifted(-HOUR_S)

  def test_whose_clock_is_wrong_takes_no_claims_from_another(self):
    for seconds in (-HOUR_S, HOUR_S):
      with self.subTest(seconds=seconds):
        press, server = self.begin("--delay-ms", "2")
        press.write("clock-is-set", "")
        first = self.running(press, *SEND)
        wait_until_accepted(server, 10)
        second = self.running(press, *SEND, env={
          "LD_PRELOAD": FAULTS, "DATELINE_CLOCK": f"{seconds} {press.path_of('clock-is-set')}"})
        self.assertEqual({ended(first).returncode, ended(second).returncode}, {DONE})
        self.assert_recorded_as_received(press, server, READERS)


if __name__ == "__main__":
  unittest.main()
