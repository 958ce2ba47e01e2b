#!/usr/bin/python3
"""Several relays: which one is used, what becomes of one in trouble, and how much each is asked for."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from enginecase import EngineCase, Server, readers  # noqa: E402

NOWHERE = "smtp://127.0.0.1:1"
# Longer than any run: a relay that is left alone once isn't tried again.
LEFT_ALONE = ("--pause-ms", "600000", "--pause-most-ms", "600000")
DENIED = "RCPT=554 5.7.1 Relaying denied"
SPREAD = [f"reader{i}@d{i}.paper.example" for i in range(1, 31)]


def name_of(server):
  return f"127.0.0.1:{server.port}"


class RelaysCase(EngineCase):
  def servers(self, *options):
    return [self.enterContext(Server(*each)) for each in options]

  def assert_all_accepted_at_once(self, run, addresses, *servers):
    """Each address has one message at one of the servers, by its first try."""
    self.assertEqual(sum((server.accepted() for server in servers[1:]), servers[0].accepted()),
      dict.fromkeys(addresses, 1))
    self.assertEqual({(event["outcome"], event["try"]) for event in run.settled}, {("accepted", 1)})

  def circuits(self, run, server):
    """As they were told, one after the other."""
    return [event["circuit"] for event in run.relays if event["relay"] == name_of(server)]


class Order(RelaysCase):
  def test_while_the_first_is_down_the_next_order_gets_all_and_nobody_loses_a_try(self):
    backup, = self.servers([])
    run = self.engine(NOWHERE, readers(50), "--fallback", backup.url, "--pause-ms", "50")
    self.assert_all_accepted_at_once(run, readers(50), backup)

  def test_a_relay_that_drops_everything_loses_nobody_a_try(self):
    first, backup = self.servers(["--drop-at", "mail"], [])
    run = self.engine(first.url, readers(50), "--fallback", backup.url, *LEFT_ALONE)
    self.assert_all_accepted_at_once(run, readers(50), backup)
    self.assertEqual(self.circuits(run, first)[-1], "out of use")

  def test_nobody_loses_a_try_to_links_that_are_ready_one_after_the_other_and_dropped(self):
    first, backup = self.servers(["--drop-at", "mail", "--stagger-ms", "30"], [])
    run = self.engine(first.url, readers(50), "--fallback", backup.url, "--connections", "8", *LEFT_ALONE)
    self.assert_all_accepted_at_once(run, readers(50), backup)

  def test_a_relay_that_drops_its_first_connections_costs_nobody_a_try(self):
    server, = self.servers(["--drop-at", "mail:3", "--delay-ms", "5"])
    run = self.engine(server.url, readers(50), "--connections", "1", "--pause-ms", "5")
    self.assert_all_accepted_at_once(run, readers(50), server)

  def test_the_first_is_used_again_once_it_is_back_and_the_backup_left(self):
    first, backup = self.servers(["--drop-at", "connect:3"], ["--delay-ms", "5"])
    addresses = readers(300)
    run = self.engine(first.url, addresses, "--fallback", backup.url, "--connections", "2", "--pause-ms", "20")
    self.assert_all_accepted_at_once(run, addresses, first, backup)
    self.assertGreater(backup.accepted().total(), 0)
    self.assertEqual(self.circuits(run, first), [*["out of use", "on trial"] * 3, "in use"])
    # From then on the backup got nothing but what it had: two links, two messages each at most.
    back = next(i for i, event in enumerate(run.events)
      if event["event"] == "relay" and event["relay"] == name_of(first) and event["circuit"] == "in use")
    later = [event["relay"] for event in run.events[back:] if event["event"] == "settled"]
    self.assertLessEqual(later.count(name_of(backup)), 4)
    self.assertGreater(later.count(name_of(first)), 4)

  def test_a_relay_is_tried_with_one_connection(self):
    first, backup = self.servers(["--drop-at", "connect:2", "--drop-at", "mail:4"], ["--delay-ms", "2"])
    run = self.engine(first.url, readers(200), "--fallback", backup.url, "--connections", "4", "--pause-ms", "5")
    self.assert_all_accepted_at_once(run, readers(200), first, backup)
    trials = self.circuits(run, first).count("on trial")
    tried = [line for line in first.log("closed") if not line["messages"]]
    self.assertEqual(len(tried), 6)
    self.assertGreaterEqual(trials, 5)

  def test_full_relays_spill_nothing_over_to_the_next_order(self):
    first, backup = self.servers(["--delay-ms", "2"], [])
    run = self.engine(first.url, readers(60), "--fallback", backup.url, "--connections", "1")
    self.assert_all_accepted_at_once(run, readers(60), first)
    self.assertEqual(backup.log(), [])


class Share(RelaysCase):
  def test_connections_are_shared_by_weight(self):
    light, heavy = self.servers(["--delay-ms", "2"], ["--delay-ms", "2"])
    addresses = readers(480)
    run = self.engine(light.url, addresses, "--weight", "1", "--beside", heavy.url, "--weight", "3",
      "--connections", "12", "--messages-per-connection", "5")
    self.assert_all_accepted_at_once(run, addresses, light, heavy)
    ratio = heavy.accepted().total() / light.accepted().total()
    self.assertTrue(1.8 < ratio < 5, ratio)

  def test_one_that_is_down_leaves_its_share_to_the_other(self):
    well, = self.servers([])
    run = self.engine(well.url, readers(40), "--weight", "1", "--beside", NOWHERE, "--weight", "99")
    self.assert_all_accepted_at_once(run, readers(40), well)


class Feedback(RelaysCase):
  def test_a_relay_that_takes_few_connections_is_asked_for_few(self):
    server, = self.servers(["--sessions-at-once", "2", "--delay-ms", "1"])
    addresses = readers(400)
    run = self.engine(server.url, addresses, "--connections", "8")
    self.assert_all_accepted_at_once(run, addresses, server)
    self.assertLess(len(server.log("turned away")), 40)
    self.assertNotIn("out of use", self.circuits(run, server))

  def test_a_limit_of_messages_a_session_costs_nobody_a_try(self):
    server, = self.servers(["--messages-per-session", "3"])
    run = self.engine(server.url, readers(100), "--connections", "4")
    self.assert_all_accepted_at_once(run, readers(100), server)


class Refusals(RelaysCase):
  def test_relaying_denied_three_times_opens_the_circuit_and_the_rest_goes_over_the_next(self):
    first, backup = self.servers(["--reject", DENIED], [])
    run = self.engine(first.url, SPREAD, "--fallback", backup.url, "--connections", "1", "--tries", "2",
      "--retry-ms", "1", *LEFT_ALONE, expect={"accepted": 30})
    self.assert_each_once(backup, SPREAD)
    self.assertEqual(len(first.log("refused")), 3)
    self.assertEqual(self.circuits(run, first), ["out of use"])
    self.assertIn("554 5.7.1 Relaying denied", run.troubles[0])

  def test_relaying_denied_once_opens_nothing(self):
    odd = "reader5@paper.example"
    first, backup = self.servers(["--reject", f"RCPT={odd}:554 5.7.1 Relaying denied"], [])
    self.engine(first.url, readers(30), "--fallback", backup.url, "--connections", "1",
      expect={"accepted": 29, "deferred": 1})
    self.assertEqual(backup.log(), [])

  def test_what_one_domain_says_of_us_keeps_nobody_from_the_relay(self):
    denied = [f"RCPT={address}:554 5.7.1 Relaying denied" for address in readers(100)]
    first, backup = self.servers([option for reply in denied for option in ("--reject", reply)], [])
    run = self.engine(first.url, readers(100) + SPREAD, "--fallback", backup.url, "--connections", "2",
      expect={"accepted": 30, "deferred": 100})
    self.assert_each_once(first, SPREAD)
    self.assertNotIn("out of use", self.circuits(run, first))
    self.assertEqual(backup.log(), [])

  def test_a_relay_that_refuses_everything_is_given_up_and_the_rest_given_back(self):
    first, = self.servers(["--reject", DENIED])
    run = self.engine(first.url, SPREAD, "--connections", "1", "--relay-tries", "4")
    self.assertEqual(run.end["status"], "io")
    self.assertIn("Relaying denied", run.end["words"])
    # Three in a row open the circuit, maybe with one more on its way, and then one each time it is tried again.
    deferred = run.counts()["deferred"]
    self.assertIn(deferred, range(6, 9))
    self.assertEqual(len(run.given_back), 30 - deferred)

  def test_an_address_stays_out_of_the_words_about_the_relay(self):
    first, = self.servers(["--reject", "RCPT=reader1@paper.example:554 5.7.1 <reader1@paper.example>: Relay access denied"])
    run = self.engine(first.url, ["reader1@paper.example"], "--tries", "3", "--retry-ms", "1001", "--relay-tries", "1")
    self.assertIn("[address]", run.troubles[0])
    self.assertNotIn("reader1", run.troubles[0])

  def test_an_address_stays_out_of_the_words_of_a_greeting(self):
    first, = self.servers(["--reject", "CONNECT=554 5.7.1 ask <someone@paper.example> or you@paper.example"])
    run = self.engine(first.url, readers(1), "--relay-tries", "1")
    self.assertIn("ask <[address]> or [address]", run.troubles[0])


class Pipelining(RelaysCase):
  def test_a_relay_that_loses_step_is_spoken_to_step_by_step_from_the_next_connection_on(self):
    server, = self.servers(["--breaks-pipelining"])
    run = self.engine(server.url, readers(30), "--connections", "1", "--tries", "2", "--retry-ms", "1",
      expect={"accepted": 30})
    self.assert_each_once(server, readers(30))
    self.assertEqual(len(server.log("out of step")), 1)
    self.assertEqual(len(server.log("hello")), 2)
    self.assertEqual([event["breaks_pipelining"] for event in run.relays][-1], True)

  def test_one_that_is_remembered_for_it_is_so_from_the_start(self):
    server, = self.servers(["--breaks-pipelining"])
    run = self.engine(server.url, readers(30), "--connections", "1", "--breaks-pipelining", name_of(server))
    self.assert_all_accepted_at_once(run, readers(30), server)
    self.assertEqual(server.log("out of step"), [])


class AnotherWay(RelaysCase):
  UTF8 = [f"änne{i}@paper.example" for i in range(1, 11)]

  def test_a_message_over_the_size_of_one_relay_goes_over_another(self):
    small, large = self.servers(["--size", "1000"], [])
    run = self.engine(small.url, readers(100), "--fallback", large.url, "--size", "2000")
    self.assert_all_accepted_at_once(run, readers(100), large)

  def test_an_address_beyond_ascii_goes_over_the_relay_that_offers_smtputf8(self):
    plain, modern = self.servers(["--no-smtputf8"], [])
    run = self.engine(plain.url, self.UTF8 + readers(20), "--fallback", modern.url)
    self.assert_all_accepted_at_once(run, self.UTF8 + readers(20), plain, modern)
    self.assert_each_once(modern, self.UTF8)

  def test_where_none_is_left_that_takes_it_it_ends_in_clear_words(self):
    servers = self.servers(["--no-smtputf8", "--size", "1000"], ["--no-smtputf8", "--size", "1000"])
    run = self.engine(servers[0].url, self.UTF8, "--fallback", servers[1].url, expect={"failed": 10})
    self.assertIn("SMTPUTF8", run.settled[0]["reply"])
    run = self.engine(servers[0].url, readers(5), "--fallback", servers[1].url, "--size", "2000", expect={})
    self.assertEqual(len([event for event in run.events if event["event"] == "too large"]), 5)

  def test_where_the_one_that_might_take_it_stays_down_it_is_tried_later(self):
    plain, = self.servers(["--no-smtputf8"])
    run = self.engine(plain.url, self.UTF8 + readers(20), "--fallback", NOWHERE,
      expect={"accepted": 20, "deferred": 10})
    words = {event["reply"] for event in run.settled if event["outcome"] == "deferred"}
    self.assertEqual(words, {'relay "127.0.0.1:1" is out of use, and those in use can\'t take this message'})

  def test_where_the_one_that_might_take_it_stumbles_nobody_loses_a_try(self):
    plain, modern = self.servers(["--no-smtputf8"], ["--drop-at", "connect:1", "--drop-at", "mail:1"])
    run = self.engine(plain.url, self.UTF8 + readers(20), "--fallback", modern.url, "--connections", "1")
    self.assert_all_accepted_at_once(run, self.UTF8 + readers(20), plain, modern)
    self.assert_each_once(modern, self.UTF8)

  def test_what_waits_for_one_relay_keeps_nobody_else_waiting(self):
    plain, silent = self.servers(["--no-smtputf8"], ["--hang-at", "connect"])
    utf8 = [f"änne{i}@paper.example" for i in range(200)]
    run = self.engine(plain.url, utf8 + readers(200), "--fallback", silent.url, "--stop-after", "200",
      expect={"accepted": 200})
    self.assert_each_once(plain, readers(200))
    self.assertEqual(set(run.given_back) | run.set_aside, set(utf8))

  def test_only_so_much_waits_for_one_relay(self):
    plain, late = self.servers(["--no-smtputf8"], ["--hang-at", "connect:1"])
    utf8 = [f"änne{i}@paper.example" for i in range(1500)]
    run = self.engine(plain.url, utf8 + readers(1), "--fallback", late.url, timeout_ms=1000)
    self.assert_all_accepted_at_once(run, utf8 + readers(1), plain, late)
    before = [event["address"] for event in run.settled].index(*readers(1))
    self.assertLess(before, 100)
    self.assertTrue(run.set_aside)

  def test_a_stop_gives_back_what_waits_for_another_relay(self):
    plain, silent = self.servers(["--no-smtputf8", "--delay-ms", "1"], ["--hang-at", "connect"])
    run = self.engine(plain.url, self.UTF8 + readers(200), "--fallback", silent.url, "--connections", "1",
      "--stop-after", "20")
    self.assertEqual(run.end["status"], "ok")
    self.assertTrue(set(self.UTF8) <= set(run.given_back) | run.set_aside)


if __name__ == "__main__":
  unittest.main()
