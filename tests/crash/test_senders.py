#!/usr/bin/python3
"""One sender: what is claimed stays its own however long it sleeps, and it ends in order when it's told to."""

import os
import signal
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from crashcase import SEND, CrashCase, Journal, Servers, addresses  # noqa: E402
from enginecase import wait_for  # noqa: E402
from newsroom import DONE, HELD, UNFINISHED, ended, people, wait_until_accepted  # noqa: E402

COUNT = 120
MORE = 20
CONNECTIONS = 3
READERS = addresses(COUNT)
# What a starved sender gets at a time, and how often at most.
MOMENT_S = 0.002
RESTS_MOST = 200
OTHERS = [address.replace("paper", "sahafa") for address in addresses(MORE)]


def is_stopped(process):
  with open(f"/proc/{process.pid}/stat", encoding="ascii") as file:
    return file.read().rpartition(")")[2].split()[0] == "T"


class SenderCase(CrashCase):
  def setUp(self):
    self.press = self.newsroom(connections=CONNECTIONS, after=("0s",))
    self.press.add_release()
    self.press.import_people("europe", people(COUNT))

  def sending(self, server, after=10):
    process = self.running(self.press, *SEND)
    wait_until_accepted(server, after)
    return process

  def suspended(self, process):
    process.send_signal(signal.SIGSTOP)
    wait_for(lambda: is_stopped(process), "it to be suspended")
    # As somebody does who wakes the machine up: or the test's end would wait for it.
    self.addCleanup(lambda: process.poll() is None and process.send_signal(signal.SIGCONT))

  def wait_until_taken(self, number):
    """By the sender, from who follows it."""
    def is_taken():
      shown = self.press.dispatch(number)
      return (shown["state"], shown["interrupted"]) == ("sending", False)
    wait_for(is_taken, f"dispatch {number} to be taken over")

  def assert_each_once(self, server, expected):
    self.assert_recorded_as_received(self.press, server, expected)
    self.assert_left_nothing(Journal(self.press))


class Suspended(SenderCase):
  def test_its_claims_stay_its_own_while_another_send_looks_on(self):
    server = self.server("--delay-ms", "2")
    first = self.sending(server)
    self.suspended(first)
    claims = Journal(self.press).open_claims()
    self.assertTrue(claims, "nothing is open, so nothing could be taken")
    second = self.running(self.press, *SEND)
    wait_for(lambda: "takes this over" in second.stderr.readline(), "the second one to follow")
    before = server.accepted()
    self.assertEqual(Journal(self.press).open_claims(), claims)
    first.send_signal(signal.SIGCONT)
    self.assertEqual({ended(first).returncode, ended(second).returncode}, {DONE})
    self.assertLessEqual(before.total(), COUNT)
    self.assert_each_once(server, READERS)

  def test_it_finds_its_deliveries_where_they_were_when_it_wakes(self):
    server = self.server("--delay-ms", "2")
    first = self.sending(server)
    for more in (20, 40, 60):
      self.suspended(first)
      first.send_signal(signal.SIGCONT)
      wait_until_accepted(server, more)
    self.assertEqual(ended(first).returncode, DONE)
    self.assert_each_once(server, READERS)

  def test_starved_of_the_processor_it_keeps_what_is_its_own(self):
    """It runs for a moment now and then, and somebody else waits for it all the while."""
    server = self.server("--delay-ms", "2")
    first = self.sending(server)
    self.suspended(first)
    second = self.running(self.press, *SEND)
    wait_for(lambda: "takes this over" in second.stderr.readline(), "the second one to follow")
    first.send_signal(signal.SIGCONT)
    rests = 0
    while first.poll() is None and rests < RESTS_MOST:
      first.send_signal(signal.SIGSTOP)
      wait_for(lambda: first.poll() is not None or is_stopped(first), "it to be suspended")
      first.send_signal(signal.SIGCONT)
      time.sleep(MOMENT_S)
      rests += 1
    self.assertGreater(rests, 1)
    self.assertEqual({ended(first).returncode, ended(second).returncode}, {DONE})
    self.assert_each_once(server, READERS)

  def test_asleep_it_keeps_resume_hold_and_cancel_from_nothing_but_its_claims(self):
    server = self.server("--delay-ms", "2")
    first = self.sending(server)
    self.suspended(first)
    claims = Journal(self.press).open_claims()
    self.press.ok("cancel", "1", "--yes")
    self.assertEqual(Journal(self.press).open_claims(), claims, "what may be on its way isn't cancelled")
    first.send_signal(signal.SIGCONT)
    ended(first)
    states = self.press.states()
    self.assertEqual(states["accepted"], server.accepted().total())
    self.assertEqual(states["accepted"] + states["cancelled"], COUNT)
    self.assertEqual(set(server.accepted().values()), {1})

  def test_killed_in_its_sleep_it_leaves_its_work_to_its_follower(self):
    server = self.server("--delay-ms", "2")
    first = self.sending(server)
    self.suspended(first)
    second = self.running(self.press, *SEND)
    wait_for(lambda: "takes this over" in second.stderr.readline(), "the second one to follow")
    first.kill()
    ended(first)
    done = ended(second)
    self.assertIn(done.returncode, (DONE, HELD), done.stderr)
    self.go_on(self.press, Servers(server), (DONE, HELD))
    self.assert_sent(self.press, Servers(server), READERS, 1, CONNECTIONS)


class HandedOver(SenderCase):
  def test_a_follower_that_is_killed_leaves_its_dispatch_to_the_sender(self):
    server = self.server("--delay-ms", "2")
    self.press.import_people("mena", people(MORE, "sahafa.example"))
    first = self.sending(server)
    second = self.running(self.press, "send", "fund", "--to", "mena", "--yes")
    wait_for(lambda: "takes this over" in second.stderr.readline(), "the second one to follow")
    second.kill()
    ended(second)
    self.assertEqual(ended(first).returncode, DONE)
    self.press.ok("resume")
    self.assertEqual(set(server.accepted()), {*READERS, *OTHERS})
    self.assertEqual(set(server.accepted().values()), {1})

  def test_several_at_once_share_one_sender(self):
    server = self.server("--delay-ms", "2")
    self.press.import_people("mena", people(MORE, "sahafa.example"))
    first = self.sending(server)
    followers = [self.running(self.press, *arguments) for arguments in (
      SEND, ("send", "fund", "--to", "mena", "--yes"), ("resume",))]
    self.assertEqual({ended(process).returncode for process in (first, *followers)}, {DONE})
    self.assertEqual(set(server.accepted()), {*READERS, *OTHERS})
    self.assertEqual(set(server.accepted().values()), {1})


class FollowersOfOneThatEnds(SenderCase):
  """Two of them, and neither gets done: each has two at a domain that takes one an hour, all in all."""

  QUICK = {name: [f"reader{i}@d{i % 7}.{name}.example" for i in range(1, MORE + 1)] for name in ("second", "third")}

  def setUp(self):
    super().setUp()
    self.press.configure(sites='{ domain = "slow.example"; rates = ["1/1h"]; }')
    for name in self.QUICK:
      self.press.import_people(name, people(MORE, f"{name}.example") + "".join(
        f"{name}{i}@slow.example,Slow,Paper,en\n" for i in (1, 2)))

  def follower(self, name):
    process = self.running(self.press, "send", "fund", "--to", name, "--wait", "2h", "--yes")
    wait_for(lambda: "takes this over" in process.stderr.readline(), f"the {name} one to follow")
    self.wait_until_taken(2 + list(self.QUICK).index(name))
    return process

  def assert_both_are_served(self, server, end):
    first = self.sending(server)
    followers = [self.follower(name) for name in self.QUICK]
    end(first)
    ended(first)
    # With its own only the next sender would go on for an hour, and the other one with it.
    wanted = {address for addresses in self.QUICK.values() for address in addresses}
    wait_for(lambda: wanted <= set(server.accepted()), "all of both")
    self.assertEqual([process.poll() for process in followers], [None, None])

  def assert_the_first_is_interrupted(self):
    shown = {line["dispatch"]: (line["state"], line["interrupted"]) for line in self.press.listed("dispatch")}
    self.assertEqual(shown, {1: ("sending", True), 2: ("sending", False), 3: ("sending", False)})
    self.assertIn('1 interrupted: "dateline resume" goes on with it.', self.press.ok("status"))
    self.assertRegex(self.press.ok("status", "1"), "(?s)State +interrupted.*nobody sends the rest")
    self.assertRegex(self.press.ok("status", "2"), "(?s)State +sending.*Being sent by another dateline")

  def test_told_to_end_it_leaves_both_to_the_next_sender_and_its_own_to_resume(self):
    server = self.server("--delay-ms", "50")
    self.assert_both_are_served(server, lambda first: first.send_signal(signal.SIGINT))
    self.assertEqual(set(server.accepted().values()), {1})
    self.assert_the_first_is_interrupted()

  def test_killed_it_leaves_both_to_the_next_sender(self):
    server = self.server("--delay-ms", "50")
    self.assert_both_are_served(server, lambda first: first.kill())
    self.assertTrue(self.press.dispatch("1")["interrupted"])

  def test_what_is_held_meanwhile_is_not_handed_over_again(self):
    server = self.server("--delay-ms", "50")
    first = self.sending(server)
    second, third = (self.follower(name) for name in self.QUICK)
    for process in (second, third):
      self.suspended(process)
    first.kill()
    ended(first)
    self.press.ok("hold", "3")
    for process in (second, third):
      process.send_signal(signal.SIGCONT)
    self.assertEqual(ended(third).returncode, HELD)
    wait_for(lambda: set(self.QUICK["second"]) <= set(server.accepted()), "all of the other one")
    self.assertEqual(self.press.dispatch("3")["state"], "held")


class FollowerThatStops(SenderCase):
  def following(self, server):
    first = self.sending(server)
    self.press.import_people("mena", people(MORE, "sahafa.example"))
    second = self.running(self.press, "send", "fund", "--to", "mena", "--yes")
    wait_for(lambda: "takes this over" in second.stderr.readline(), "the second one to follow")
    self.wait_until_taken(2)
    return first, second

  def test_it_says_that_the_other_one_goes_on(self):
    _, second = self.following(self.server("--delay-ms", "50"))
    second.send_signal(signal.SIGINT)
    done = ended(second)
    self.assertEqual(done.returncode, UNFINISHED)
    self.assertIn("no longer watching", done.stderr)
    self.assertIn("Being sent by another dateline", done.stdout)

  def test_it_does_not_say_so_of_one_that_was_killed(self):
    first, second = self.following(self.server("--delay-ms", "50"))
    self.suspended(second)
    first.kill()
    ended(first)
    second.send_signal(signal.SIGINT)
    second.send_signal(signal.SIGCONT)
    done = ended(second)
    self.assertNotIn("another dateline", done.stdout)
    self.assertNotIn("goes on sending", done.stderr)
    self.assertIn("nobody sends the rest", done.stdout)


class Told(SenderCase):
  """SIGTERM, as systemd says it."""

  def test_it_finishes_what_is_in_flight_and_nothing_is_unknown(self):
    server = self.server("--delay-ms", "2")
    first = self.sending(server)
    first.send_signal(signal.SIGTERM)
    self.assertEqual(ended(first).returncode, UNFINISHED)
    states = self.press.states()
    self.assertEqual(set(states), {"accepted", "queued"})
    self.assertEqual(states["accepted"], server.accepted().total())
    self.assert_left_nothing(Journal(self.press))
    self.press.ok("resume")
    self.assert_each_once(server, READERS)

  def twice(self, server):
    """Told twice while the server keeps its answers to itself."""
    process = self.running(self.press, *SEND)
    wait_for(lambda: len(server.log("accepted")) >= CONNECTIONS, "messages without an answer")
    process.send_signal(signal.SIGTERM)
    wait_for(lambda: "once more" in process.stderr.readline(), "the first answer")
    process.send_signal(signal.SIGTERM)
    return ended(process).returncode

  def test_twice_it_stops_at_once_with_one_unknown_a_connection_at_most(self):
    server = self.server("--hang-at", "kept")
    self.assertIn(self.twice(server), (UNFINISHED, HELD))
    self.assert_sound(Journal(self.press))
    self.assert_left_nothing(Journal(self.press))
    attempts = Journal(self.press).rows("SELECT count(*) FROM attempt WHERE outcome = 5")[0][0]
    self.assertTrue(1 <= attempts <= CONNECTIONS, attempts)
    second = self.server()
    self.press.ok("resume")
    servers = Servers(server, second)
    twice, marked = self.assert_sent(self.press, servers, READERS, 1, CONNECTIONS)
    self.assertEqual((len(twice), len(marked)), (attempts, attempts))

  def test_twice_with_hold_the_unknown_ones_wait_for_a_person(self):
    self.press.configure(unknown="hold")
    server = self.server("--hang-at", "kept")
    self.assertEqual(self.twice(server), HELD)
    self.assertTrue(1 <= self.press.states()["unknown"] <= CONNECTIONS)
    second = self.server()
    self.press.ok("resume", status=HELD)
    servers = Servers(server, second)
    self.assert_held_for_a_person(self.press, servers)
    self.resolve(self.press, servers)
    self.assertEqual(servers.accepted(), {address: 1 for address in READERS})
    self.assertTrue(self.is_finished(self.press))


if __name__ == "__main__":
  unittest.main()
