#!/usr/bin/python3
"""The engine against a scripted server: what is accepted, refused, dropped, silent and senseless."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from enginecase import EngineCase, Server, readers, wait_for  # noqa: E402

# More than the sockets between here and there can hold, so that a dot can't be out.
LARGE = "12000000"


class Delivery(EngineCase):
  def test_every_message_arrives_once_and_as_it_was(self):
    addresses = readers(200)
    with Server() as server:
      run = self.engine(server.url, addresses, "--connections", "4", "--size", "3000",
        expect={"accepted": 200})
      self.assert_each_once(server, addresses)
      self.assertEqual([line for line in server.log("accepted") if line["defects"]], [])
      for message in server.messages():
        self.assertIn(b"\r\n\r\n.a line that starts with a dot\r\n..two\r\n.\r\n", message)
        self.assertGreaterEqual(len(message), 3000)
    self.assertEqual(run.end["status"], "ok")

  def test_every_message_arrives_without_pipelining(self):
    addresses = readers(30)
    with Server("--no-pipelining", "--no-8bitmime", "--no-smtputf8", "--long-greeting") as server:
      self.engine(server.url, addresses, expect={"accepted": 30})
      self.assert_each_once(server, addresses)

  def test_replies_in_packets_of_their_own_change_nothing(self):
    addresses = readers(10)
    with Server("--split-replies", "--delay-ms", "1") as server:
      self.engine(server.url, addresses, "--connections", "2", expect={"accepted": 10})
      self.assert_each_once(server, addresses)

  def test_a_large_message_arrives_whole(self):
    with Server() as server:
      self.engine(server.url, readers(3), "--connections", "1", "--size", "3000000", expect={"accepted": 3})
      self.assertEqual(len({len(message) for message in server.messages()}), 1)
      self.assertTrue(all(message.endswith(b"x\r\n") for message in server.messages()))

  def test_connections_are_opened_only_for_jobs_there_are(self):
    with Server() as server:
      self.engine(server.url, readers(2), "--connections", "50", expect={"accepted": 2})
      self.assertLessEqual(len(server.log("hello")), 2)

  def test_a_connection_carries_no_more_messages_than_set(self):
    addresses = readers(10)
    with Server() as server:
      self.engine(server.url, addresses, "--connections", "1", "--messages-per-connection", "3",
        expect={"accepted": 10})
      self.assert_each_once(server, addresses)
      # The engine may end before the server has seen its last connection close.
      wait_for(lambda: len(server.log("closed")) >= 4, "the last connection's end")
      self.assertEqual([line["messages"] for line in server.log("closed")], [3, 3, 3, 1])

  def test_a_servers_own_limit_a_session_costs_nobody_a_try(self):
    addresses = readers(10)
    with Server("--messages-per-session", "3") as server:
      run = self.engine(server.url, addresses, "--connections", "1", expect={"accepted": 10})
      self.assert_each_once(server, addresses)
    self.assertEqual({event["try"] for event in run.settled}, {1})

  def test_goodbye_is_said(self):
    with Server() as server:
      self.engine(server.url, readers(1), expect={"accepted": 1})
      wait_for(lambda: server.log("quit"), "a goodbye")
      self.assertEqual(len(server.log("quit")), 1)


class Refusals(EngineCase):
  ADDRESSES = ["ana@paper.example", "desk@wire.example", "full@paper.example", "li@gone.example",
    "ben@wire.example"]
  RULES = ["--greylist", "desk@wire.example", "--full", "full@paper.example", "--unknown", "li@gone.example"]

  def check(self, *options):
    with Server(*self.RULES, *options) as server:
      run = self.engine(server.url, self.ADDRESSES, "--connections", "1", "--tries", "2", "--retry-ms", "1",
        expect={"accepted": 3, "deferred": 1, "failed": 1})
      self.assert_each_once(server, ["ana@paper.example", "desk@wire.example", "ben@wire.example"])
    by_address = {event["address"]: event for event in run.settled}
    self.assertEqual(by_address["desk@wire.example"]["try"], 2)
    self.assertEqual(by_address["full@paper.example"]["code"], 452)
    self.assertEqual(by_address["full@paper.example"]["phase"], "rcpt")
    self.assertEqual(by_address["li@gone.example"]["enhanced"], "5.1.1")
    return by_address

  def test_each_recipients_answer_is_recorded(self):
    self.check()

  def test_each_recipients_answer_is_recorded_without_pipelining(self):
    self.check("--no-pipelining")

  def test_a_server_that_says_354_to_nobody_gets_no_message(self):
    self.check("--eager-354")

  def test_an_address_stays_out_of_the_kept_reply(self):
    by_address = self.check()
    self.assertEqual(by_address["li@gone.example"]["reply"], "<[address]>: User unknown")

  def test_a_refused_message_is_failed_and_the_next_goes_on(self):
    with Server("--reject", "DOT=reader2@paper.example:554 5.7.1 looks like spam") as server:
      run = self.engine(server.url, readers(3), "--connections", "1", expect={"accepted": 2, "failed": 1})
      self.assertEqual(run.outcomes()["reader2@paper.example"], "failed")

  def test_a_refused_sender_fails_nobody(self):
    with Server("--reject", "MAIL=553 5.1.8 who are you") as server:
      run = self.engine(server.url, readers(3), expect={"deferred": 3})
    self.assertEqual({event["phase"] for event in run.settled}, {"mail"})

  def test_a_utf8_address_fails_in_clear_words_where_the_server_cannot(self):
    with Server("--no-smtputf8") as server:
      run = self.engine(server.url, ["änne@paper.example", "ana@paper.example"], "--connections", "1",
        expect={"accepted": 1, "failed": 1})
      self.assert_each_once(server, ["ana@paper.example"])
    self.assertIn("SMTPUTF8", run.settled[0]["reply"] + run.settled[1]["reply"])

  def test_a_utf8_address_goes_where_the_server_can(self):
    with Server() as server:
      self.engine(server.url, ["änne@paper.example"], expect={"accepted": 1})
      self.assertIn("SMTPUTF8", server.log("accepted")[0]["parameters"])

  def test_a_message_over_the_servers_size_comes_back_in_clear_words_and_untried(self):
    with Server("--size", "1000") as server:
      run = self.engine(server.url, readers(1), "--size", "2000", expect={})
      self.assertEqual(server.log("accepted"), [])
    (event,) = [event for event in run.events if event["event"] == "too large"]
    self.assertIn("takes at most 1000", event["words"])
    self.assertEqual(run.settled, [])


class Loss(EngineCase):
  def test_a_loss_before_mail_is_answered_costs_nobody_a_try(self):
    with Server("--drop-at", "mail:2") as server:
      run = self.engine(server.url, readers(5), "--connections", "1", expect={"accepted": 5})
      self.assert_each_once(server, readers(5))
    self.assertEqual({event["try"] for event in run.settled}, {1})
    self.assertEqual(len(run.troubles), 2)

  def test_a_loss_after_mail_is_a_recorded_try(self):
    for stage in ("rcpt", "data", "body"):
      with self.subTest(stage=stage), Server("--drop-at", f"{stage}:1", "--no-pipelining") as server:
        run = self.engine(server.url, readers(5), "--connections", "1", "--tries", "2",
          "--size", LARGE if stage == "body" else "0", expect={"accepted": 5})
        self.assert_each_once(server, readers(5))
        lost = [event for event in run.settled if event["outcome"] == "deferred"]
        self.assertEqual([event["code"] for event in lost], [0])
        self.assertIn("connection lost", lost[0]["reply"])

  def test_a_loss_inside_a_large_body_is_certainly_not_sent(self):
    with Server("--drop-at", "body:1", "--rude") as server:
      run = self.engine(server.url, readers(1), "--size", LARGE, expect={"deferred": 1})
      self.assertEqual(server.accepted(), {})
    self.assertEqual(run.settled[0]["phase"], "body")

  def test_a_loss_after_the_dot_is_unknown_and_never_sent_again(self):
    for stage, kept in (("dot", 4), ("kept", 5)):
      with self.subTest(stage=stage), Server("--drop-at", f"{stage}:1") as server:
        run = self.engine(server.url, readers(5), "--connections", "1", "--tries", "3",
          expect={"accepted": 4, "unknown": 1})
        self.assertEqual(sum(server.accepted().values()), kept)
        unknown = [event for event in run.settled if event["outcome"] == "unknown"]
        self.assertEqual(unknown[0]["phase"], "dot")
        self.assertEqual(run.end["given_back"], 0)

  def test_a_relay_that_always_drops_ends_with_recorded_outcomes(self):
    expected = {"connect": {}, "ehlo": {}, "mail": {"deferred": 2}, "rcpt": {"deferred": 2},
      "data": {"deferred": 2}, "body": {"deferred": 2}, "dot": {"unknown": 2}}
    for stage, outcomes in expected.items():
      with self.subTest(stage=stage), Server("--drop-at", stage, "--no-pipelining") as server:
        run = self.engine(server.url, readers(2), "--connections", "2", "--relay-tries", "10",
          "--size", LARGE if stage == "body" else "0")
        self.assertEqual(server.accepted(), {})
        if outcomes:
          self.assertEqual(dict(run.counts()), outcomes)
        else:
          self.assertEqual(run.end["status"], "io")

  def test_a_relay_that_always_says_421_ends_with_recorded_outcomes(self):
    for stage in ("mail", "rcpt", "data", "dot"):
      with self.subTest(stage=stage), Server("--goodbye-at", stage) as server:
        run = self.engine(server.url, readers(4), "--connections", "2", expect={"deferred": 4})
        self.assertEqual({event["code"] for event in run.settled}, {421})

  def test_nonsense_at_each_stage_is_recorded(self):
    expected = {"mail": "deferred", "rcpt": "deferred", "data": "deferred", "dot": "unknown"}
    for stage, outcome in expected.items():
      with self.subTest(stage=stage), Server("--nonsense-at", stage, "--no-pipelining") as server:
        run = self.engine(server.url, readers(3), "--connections", "1", expect={outcome: 3})
        self.assertIn("nonsense", run.settled[0]["reply"])

  def usual_peak_kib(self):
    with Server() as server:
      return self.engine(server.url, readers(2), "--connections", "1").end["peak_kib"]

  def test_a_megabyte_of_an_answer_is_recorded_and_takes_no_memory(self):
    expected = {"mail": "deferred", "rcpt": "deferred", "data": "deferred", "dot": "unknown", "kept": "unknown"}
    usual = self.usual_peak_kib()
    for stage, outcome in expected.items():
      with self.subTest(stage=stage), Server("--flood-at", stage) as server:
        run = self.engine(server.url, readers(2), "--connections", "1", expect={outcome: 2})
        self.assertIn("a reply of more than 65536 bytes", run.settled[0]["reply"])
        self.assertLess(run.end["peak_kib"], usual + 8 * 1024)

  def test_a_megabyte_of_a_greeting_ends_the_connection(self):
    usual = self.usual_peak_kib()
    for stage in ("connect", "ehlo"):
      with self.subTest(stage=stage), Server("--flood-at", stage) as server:
        run = self.engine(server.url, readers(2), "--relay-tries", "2", timeout_ms=1000, expect={})
        self.assertIn("nonsense: a reply ", run.end["words"])
        self.assertEqual(run.end["given_back"], 2)
        self.assertLess(run.end["peak_kib"], usual + 8 * 1024)

  def test_silence_at_each_stage_is_recorded(self):
    expected = {"mail": "deferred", "rcpt": "deferred", "data": "deferred", "dot": "unknown",
      "kept": "unknown"}
    for stage, outcome in expected.items():
      with self.subTest(stage=stage), Server("--hang-at", stage, "--no-pipelining") as server:
        run = self.engine(server.url, readers(2), "--connections", "2", timeout_ms=200, expect={outcome: 2})
        self.assertIn("no answer", run.settled[0]["reply"])

  def test_an_answer_that_goes_on_without_an_end_is_as_good_as_silence(self):
    expected = {"mail": "deferred", "rcpt": "deferred", "data": "deferred", "dot": "unknown"}
    for stage, outcome in expected.items():
      for way in ("--trickle-at", "--drip-at"):
        with self.subTest(stage=stage, way=way), Server(way, stage, "--no-pipelining") as server:
          run = self.engine(server.url, readers(1), timeout_ms=300, expect={outcome: 1})
          self.assertIn("no answer", run.settled[0]["reply"])


class Relays(EngineCase):
  def test_a_relay_that_is_not_there_is_named_and_jobs_are_given_back(self):
    run = self.engine("smtp://127.0.0.1:1", readers(5), "--relay-tries", "3", expect={})
    self.assertEqual(run.end["status"], "io")
    self.assertIn('relay "127.0.0.1:1"', run.end["words"])
    self.assertIn("Connection refused", run.end["words"])
    self.assertEqual(len(run.troubles), 3)
    self.assertEqual(sorted(run.given_back), sorted(readers(5)))

  def test_a_name_that_does_not_exist_is_named(self):
    run = self.engine("smtp://relay.invalid:25", readers(1), "--relay-tries", "1", expect={})
    self.assertIn('relay "relay.invalid:25"', run.end["words"])

  def test_a_relay_that_says_nothing_is_given_up(self):
    for stage in ("connect", "ehlo"):
      with self.subTest(stage=stage), Server("--hang-at", stage) as server:
        run = self.engine(server.url, readers(2), "--relay-tries", "2", timeout_ms=200, expect={})
        self.assertIn("in time", run.end["words"])
        self.assertEqual(run.end["given_back"], 2)

  def test_a_relay_that_speaks_no_smtp_is_given_up(self):
    with Server("--nonsense-at", "connect") as server:
      run = self.engine(server.url, readers(2), "--relay-tries", "2", expect={})
    self.assertIn('not an SMTP reply: "HTTP/1.0 400 Bad Request"', run.end["words"])

  def test_a_relay_too_busy_to_greet_is_tried_again(self):
    with Server("--reject", "CONNECT=421 4.3.2 too many connections") as server:
      run = self.engine(server.url, readers(2), "--relay-tries", "2", expect={})
    self.assertIn("421 4.3.2 too many connections", run.end["words"])
    self.assertEqual(len(run.troubles), 2)

  def test_trouble_passes_and_costs_nobody_a_try(self):
    with Server("--drop-at", "connect:2") as server:
      run = self.engine(server.url, readers(5), "--relay-tries", "5", expect={"accepted": 5})
      self.assert_each_once(server, readers(5))
    self.assertEqual(len(run.troubles), 2)

  def test_the_first_relay_that_can_be_reached_is_used(self):
    with Server() as server:
      run = self.engine("smtp://127.0.0.1:1", readers(20), "--fallback", server.url, "--relay-tries", "3",
        expect={"accepted": 20})
      self.assert_each_once(server, readers(20))
    self.assertEqual({event["relay"] for event in run.settled}, {f"127.0.0.1:{server.port}"})

  def test_a_fallback_is_left_alone_while_the_first_relay_works(self):
    with Server() as first, Server() as second:
      self.engine(first.url, readers(20), "--fallback", second.url, expect={"accepted": 20})
      self.assertEqual(second.log(), [])

  def test_all_relays_are_named_when_none_can_be_reached(self):
    run = self.engine("smtp://127.0.0.1:1", readers(1), "--fallback", "smtp://127.0.0.1:2", "--relay-tries",
      "2", expect={})
    self.assertIn("127.0.0.1:1", run.end["words"])
    self.assertIn("127.0.0.1:2", run.end["words"])


class Host(EngineCase):
  def test_the_gate_keeps_a_message_back(self):
    with Server() as server:
      run = self.engine(server.url, readers(5), "--refuse-gate-at", "3", expect={"accepted": 4})
      self.assertEqual(run.given_back, ["reader3@paper.example"])
      self.assertNotIn("reader3@paper.example", server.accepted())

  def test_what_cannot_be_noted_is_not_finished(self):
    with Server() as server:
      run = self.engine(server.url, readers(10), "--connections", "1", "--fail-note-at", "4")
      self.assertEqual(sum(server.accepted().values()), 3)
    self.assertEqual(run.end["status"], "io")
    self.assertIn("the disk is full", run.end["words"])
    self.assertEqual(dict(run.counts()), {"accepted": 3})
    self.assertEqual(len(run.given_back), 7)

  def test_a_store_that_fails_stops_the_sending(self):
    with Server("--delay-ms", "2") as server:
      run = self.engine(server.url, readers(50), "--connections", "2", "--fail-turn-at", "20")
      self.assertEqual(sum(server.accepted().values()), run.counts()["accepted"])
    self.assertEqual(run.end["status"], "io")
    self.assertIn("the store is gone", run.end["words"])

  def test_a_stop_finishes_what_is_in_flight(self):
    with Server() as server:
      run = self.engine(server.url, readers(100), "--connections", "3", "--stop-after", "10")
      self.assertEqual(sum(server.accepted().values()), run.counts()["accepted"])
    self.assertEqual(set(run.counts()), {"accepted"})
    self.assertLess(run.counts()["accepted"], 30)
    self.assertEqual(run.end["status"], "ok")

  def test_a_second_stop_drops_and_says_what_is_unknown(self):
    with Server("--hang-at", "kept:2") as server:
      run = self.engine(server.url, readers(50), "--connections", "3", "--stop-after", "10",
        "--stop-again-after", "11")
      accepted = {address for address, outcome in run.outcomes().items() if outcome == "accepted"}
      unknown = {address for address, outcome in run.outcomes().items() if outcome == "unknown"}
      kept = set(server.accepted())
    self.assertTrue(accepted <= kept)
    self.assertTrue(kept <= accepted | unknown)

  def test_a_rate_is_kept(self):
    with Server() as server:
      run = self.engine(server.url, readers(30), "--rate", "10/100", expect={"accepted": 30})
      instants = sorted(line["mail_ms"] for line in server.log("accepted"))
    # The 21st has to wait for two windows of 100 ms, however slow the machine is.
    self.assertGreaterEqual(instants[-1] - instants[0], 150)
    self.assertEqual(run.end["status"], "ok")

  def test_the_flight_record_has_every_message(self):
    with Server() as server:
      flight = os.path.join(server.folder.name, "flight")
      run = self.engine(server.url, readers(5), "--flight", flight, expect={"accepted": 5})
      self.assertGreater(os.path.getsize(flight), 5 * 72)
    self.assertEqual(run.end["noted"], 5)


if __name__ == "__main__":
  unittest.main()
