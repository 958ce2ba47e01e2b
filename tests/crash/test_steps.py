#!/usr/bin/python3
"""Killed at each named step of the source (see base/step.h), a command leaves all or nothing, and nobody is lost.

Which steps there are is found by passing them. DATELINE_HITS=all stops at up to 12 hits of each,
and not only at one of those that matter most to a command: of one the first, of the next one in
the middle, then the last.
"""

import collections
import os
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from crashcase import SEND, STEPS_PROGRAM, CrashCase, Journal, Servers, addresses  # noqa: E402
from enginecase import WAIT_S, Server, wait_for  # noqa: E402
from newsroom import (  # noqa: E402
  DONE, FAILED, HELD, PROGRAM, UNFINISHED, ended, people, wait_until_accepted,
)

COUNT = 12
CONNECTIONS = 2
READERS = addresses(COUNT)
HITS_MOST = 12
TRIES_ALL = os.environ.get("DATELINE_HITS") == "all"
# How long a server lives that serves all hits of all steps; it ends with its test.
LIFE = ("--seconds", "7200")
# What a command must pass, or the marks were lost.
EXPECTED = {
  "send": {"store.begun", "store.committing", "store.committed", "freeze.prepared", "freeze.keeping", "freeze.kept",
    "load.settled", "load.claimed", "load.committed", "load.finishing", "storekeeper.told", "courier.recovered",
    "courier.turning", "courier.turned", "courier.joined", "recover.read", "recover.settled", "recover.committed",
    "flight.noting_final", "flight.noted_final", "flight.noting_reply", "flight.noted_reply", "flight.switching",
    "flight.switched", "channel.heard", "channel.ending", "channel.ended", "channel.said", "channel.settling", "channel.settled"},
  "recovery": {"recover.read", "recover.settled", "recover.committed", "flight.switching", "flight.switched"},
  "hold": {"brakes.holding", "brakes.held"},
  "resume": {"brakes.resuming", "brakes.resumed"},
  "cancel": {"brakes.cancelling", "brakes.cancelled", "brakes.cancelling_some", "brakes.cancelled_some"},
  "resolve": {"brakes.resolving", "brakes.resolved"},
  "follow": {"sender.handing_over", "sender.handed_over"},
}


def hits_of(number, count):
  """Some of 1 to count, the ends among them."""
  if not TRIES_ALL:
    return [1 + (count - 1) * (number % 3) // 2]
  if count <= HITS_MOST:
    return range(1, count + 1)
  return sorted({1 + (count - 1) * i // (HITS_MOST - 1) for i in range(HITS_MOST)})


@unittest.skipUnless(os.path.exists(STEPS_PROGRAM), f"{STEPS_PROGRAM} is not built")
class StepCase(CrashCase):
  """`what` happens in a newsroom made by begin(), and is judged by judge()."""

  def press_with(self, server, count=COUNT, **settings):
    press = self.newsroom(url=server.url, connections=CONNECTIONS, **settings)
    press.add_release()
    press.import_people("europe", people(count))
    return press

  def passed(self, press, *arguments, statuses):
    """The steps that a command passes, as often as it does."""
    path = press.path_of("steps")
    done = press.call(*arguments, program=STEPS_PROGRAM, env={"DATELINE_STEPS": path})
    self.assertIn(done.returncode, statuses, done.stderr)
    with open(path, encoding="ascii") as file:
      return collections.Counter(line.strip() for line in file)

  def killed_at(self, begin, step, hit, *arguments):
    """A newsroom where it was killed; at the first hit if it passes the step less often this time."""
    for number in sorted({hit, 1}, reverse=True):
      press = begin()
      done = press.call(*arguments, program=STEPS_PROGRAM, env={"DATELINE_STEP": f"{step}:{number}"})
      if done.returncode == -signal.SIGKILL:
        return press
      press.__exit__()
    return self.fail("it didn't pass the step")

  def at_each_step(self, what, begin, arguments, judge, statuses=(DONE,)):
    passed = self.passed(begin(), *arguments, statuses=statuses)
    self.assertLessEqual(EXPECTED[what], set(passed))
    hits = 0
    steps = sorted(passed if TRIES_ALL else EXPECTED[what])
    for number, step in enumerate(steps):
      for hit in hits_of(number, passed[step]):
        with self.subTest(step=step, hit=hit):
          press = self.killed_at(begin, step, hit, *arguments)
          self.assert_sound(Journal(press))
          judge(press)
          press.__exit__()
          hits += 1
    print(f"verdict: {what}: killed {hits} times, at each of {len(steps)} steps")


class Sent(StepCase):
  def test_send(self):
    server = self.enterContext(Server(*LIFE))
    servers = Servers(server)
    sums = collections.Counter()

    def begin():
      servers.forget()
      return self.press_with(server, after=("0s",))

    def judge(press):
      self.assert_left_in_order(Journal(press), CONNECTIONS)
      self.go_on(press, servers, (DONE, HELD))
      twice, marked = self.assert_sent(press, servers, READERS, 1, CONNECTIONS)
      sums.update(twice=len(twice), marked=len(marked))

    self.at_each_step("send", begin, SEND, judge)
    print(f"verdict: send: {sums['marked']} marked, {sums['twice']} of them twice")

  def test_recovery(self):
    """Killed with messages in flight, and then once more at each step of putting that in order."""
    server = self.enterContext(Server(*LIFE))
    servers = Servers(server)

    def begin():
      servers.forget()
      press = self.press_with(server, after=("0s",))
      with Server("--hang-at", "kept") as silent:
        press.configure(url=silent.url)
        process = self.running(press, *SEND)
        wait_until_accepted(silent, CONNECTIONS)
        process.kill()
        ended(process)
        self.taken = silent.accepted()
      press.configure(url=server.url)
      return press

    def judge(press):
      self.go_on(press, servers, (DONE, HELD))
      marked = {line["address"] for line in press.log() if any(one["possible_duplicate"] for one in line["attempts"])}
      received = self.taken + servers.accepted()
      self.assertEqual(set(received), set(READERS))
      self.assertLessEqual({address for address, count in received.items() if count > 1}, marked)
      self.assertLessEqual(len(marked), 2 * CONNECTIONS)

    self.at_each_step("recovery", begin, ("resume", "1"), judge)


class Brakes(StepCase):
  """A dispatch none of which goes out before tomorrow."""

  def deferred(self, **settings):
    press = self.press_with(self.server, 3, after=("1h",), **settings)
    press.ok(*SEND, status=UNFINISHED)
    return press

  def setUp(self):
    self.server = self.enterContext(Server("--reject", "MAIL=450 4.3.0 come back tomorrow", *LIFE))

  def state(self, press):
    return press.dispatch()["state"]

  def test_hold(self):
    def judge(press):
      self.assertIn(self.state(press), ("sending", "held"))
      press.ok("hold", "1")
      self.assertEqual((self.state(press), press.states()), ("held", {"deferred": 3}))
    self.at_each_step("hold", self.deferred, ("hold", "1"), judge)

  def test_resume(self):
    def begin():
      press = self.deferred()
      press.ok("hold", "1")
      return press

    def judge(press):
      self.assertIn(self.state(press), ("sending", "held"))
      press.ok("resume", "1", status=UNFINISHED)
      self.assertEqual((self.state(press), press.states()), ("sending", {"deferred": 3}))
    self.at_each_step("resume", begin, ("resume", "1"), judge, (UNFINISHED,))

  def test_cancel(self):
    """The program with steps cancels two at a time."""
    def judge(press):
      before = (self.state(press), press.states())
      self.assertIn(before, [("sending", {"deferred": 3}), ("cancelled", {"deferred": 3}),
        ("cancelled", {"deferred": 1, "cancelled": 2}), ("cancelled", {"cancelled": 3})])
      press.ok("cancel", "1", "--yes", status=DONE if "deferred" in before[1] else FAILED)
      self.assertEqual((self.state(press), press.states()), ("cancelled", {"cancelled": 3}))
    self.at_each_step("cancel", self.deferred, ("cancel", "1", "--yes"), judge)

  def test_resolve(self):
    forgetful = self.enterContext(Server("--drop-at", "kept", *LIFE))
    address = READERS[0]

    def begin():
      press = self.press_with(forgetful, 1, unknown="hold")
      press.ok(*SEND, status=HELD)
      return press

    def judge(press):
      before = (self.state(press), press.states())
      self.assertIn(before, [("held", {"unknown": 1}), ("finished", {"accepted": 1})])
      press.ok("resolve", "1", address, "--accepted", status=DONE if before[0] == "held" else FAILED)
      self.assertEqual((self.state(press), press.states()), ("finished", {"accepted": 1}))
    self.at_each_step("resolve", begin, ("resolve", "1", address, "--accepted"), judge)


class Following(StepCase):
  def test_hand_over(self):
    """The one that hands over is killed; the other one knows, or doesn't yet."""
    server = self.enterContext(Server("--delay-ms", "5", *LIFE))
    servers = Servers(server)
    expected = {*addresses(60), *(address.replace("paper", "sahafa") for address in addresses(4))}

    def begin():
      servers.forget()
      press = self.press_with(server, 60)
      press.import_people("mena", people(4, "sahafa.example"))
      self.first = self.running(press, *SEND)
      wait_for(lambda: servers.accepted().total() >= 2, "the first one to send")
      return press

    def judge(press):
      self.assertEqual(ended(self.first).returncode, DONE)
      press.ok("send", "fund", "--to", "mena", "--yes")
      press.ok("resume")
      self.assertEqual(servers.accepted(), dict.fromkeys(expected, 1))
      self.assert_left_nothing(Journal(press))
    self.at_each_step("follow", begin, ("send", "fund", "--to", "mena", "--yes"), judge)


class Released(unittest.TestCase):
  @unittest.skipUnless(os.path.exists(PROGRAM), f"{PROGRAM} is not built")
  def test_the_program_that_is_installed_has_no_steps(self):
    symbols = subprocess.run(["nm", PROGRAM], capture_output=True, text=True, timeout=WAIT_S, check=True).stdout
    self.assertIn(" main\n", symbols)
    self.assertNotIn("step_pass", symbols)


if __name__ == "__main__":
  unittest.main()
