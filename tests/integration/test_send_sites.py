#!/usr/bin/python3
"""A recipient domain that wants less than the others gets less, and the others don't wait for it."""

import os
import signal
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from enginecase import Server, wait_for  # noqa: E402
from newsroom import UNFINISHED, NewsroomCase, ended, people, wait_until_accepted  # noqa: E402

SLOW = [f"desk{i}@slow.example" for i in range(1, 21)]
SLOW_ROWS = "".join(f"{desk},Desk,Slow,en\n" for desk in SLOW)
OTHERS = [f"reader{i}@d{i % 7}.paper.example" for i in range(1, 31)]
SEND = ("send", "fund", "--to", "europe", "--yes")


class Sites(NewsroomCase):
  def press_with(self, *options, **settings):
    server = self.enterContext(Server(*options))
    press = self.newsroom(url=server.url, **settings)
    press.add_release()
    press.import_people("europe", people(len(OTHERS)) + SLOW_ROWS)
    return press, server

  def assert_others_do_not_wait(self, reply):
    refusals = [option for desk in SLOW for option in ("--reject", f"RCPT={desk}:{reply}")]
    press, server = self.press_with(*refusals, after=("10m",),
      sites='{ domain = "slow.example"; connections = 1; }')
    press.ok(*SEND, "--wait", "0s", status=UNFINISHED)
    self.assertEqual(sorted(server.accepted()), sorted(OTHERS))
    states = {line["address"]: line["state"] for line in press.log()}
    asked = [line["to"] for line in server.log("refused")]
    self.assertLess(len(asked), len(SLOW), "it was asked on and on")
    self.assertEqual(sorted(desk for desk in SLOW if states[desk] == "deferred"), sorted(asked))
    self.assertEqual(sum(states[desk] == "queued" for desk in SLOW), len(SLOW) - len(asked))

  def test_a_busy_domain_is_left_alone_and_the_others_are_served(self):
    self.assert_others_do_not_wait("451 4.3.2 Too busy, try again later")

  def test_so_is_one_that_says_451_without_a_reason(self):
    self.assert_others_do_not_wait("451 Requested action aborted: local error in processing")

  def test_a_domain_that_greylists_gets_all_first_tries_at_once(self):
    refusals = [option for desk in SLOW for option in ("--reject", f"RCPT={desk}:451 4.7.1 Greylisted")]
    press, server = self.press_with(*refusals, after=("10m",))
    press.ok(*SEND, "--wait", "0s", status=UNFINISHED)
    self.assertEqual(sorted(line["to"] for line in server.log("refused")), sorted(SLOW))

  def test_so_is_one_whose_connection_is_closed(self):
    self.assert_others_do_not_wait("421 4.3.2 Too many connections from you")

  def test_what_a_busy_domain_missed_goes_out_later(self):
    refusals = [option for desk in SLOW for option in ("--reject", f"RCPT={desk}:451 4.3.2 Too busy")]
    press, _ = self.press_with(*refusals, after=("0s",), sites='{ domain = "slow.example"; connections = 1; }')
    press.ok(*SEND, "--wait", "0s", status=UNFINISHED)
    server = self.enterContext(Server())
    press.configure(url=server.url)
    press.ok("resume")
    self.assertEqual(sorted(server.accepted()), sorted(SLOW))
    self.assertEqual(press.dispatch()["state"], "finished")

  def test_a_domain_gets_no_more_at_once_than_the_settings_say(self):
    press, server = self.press_with(connections=4, sites='{ domain = "slow.example"; connections = 1; }')
    press.ok(*SEND)
    self.assert_recorded_as_received(press, server, OTHERS + SLOW)
    spans = sorted((line["mail_ms"], line["dot_ms"]) for line in server.log("accepted")
      if line["to"][0] in SLOW)
    self.assertEqual([span for span, later in zip(spans, spans[1:]) if later[0] < span[1]], [])

  def test_what_gathers_for_a_domain_in_an_outage_does_not_pass_its_rate(self):
    with Server() as server:
      port, url = server.port, server.url
    press = self.newsroom(url=url, sites='{ domain = "slow.example"; rates = ["4/1s"]; }',
      relay='pause_first = "500ms"; pause_most = "500ms";', retry="relay_tries = 1000;")
    press.add_release()
    press.import_people("europe", people(0) + SLOW_ROWS)
    self.running(press, *SEND)
    tries = set()
    wait_for(lambda: tries.update(relay["retry"] for relay in press.listed("relay")) or len(tries) > 5,
      "an outage of several windows")
    server = self.enterContext(Server("--port", str(port)))
    wait_until_accepted(server, len(SLOW))
    self.assertLessEqual(most_within(server, 1000), 4)

  def test_a_domains_rate_holds_from_one_sender_to_the_next(self):
    press, server = self.press_with(sites='{ domain = "slow.example"; rates = ["5/1h"]; }')
    for command in SEND, ("resume",), ("resume",):
      press.ok(*command, "--wait", "0s", status=UNFINISHED)
    self.assertEqual(sum(address in SLOW for address in server.accepted()), 5)

  def test_a_relays_rate_holds_from_one_sender_to_the_next(self):
    press, server = self.press_with(relay='rates = ["5/2s"];')
    sender = self.running(press, *SEND)
    wait_until_accepted(server, 5)
    sender.terminate()
    self.assertEqual(ended(sender).returncode, UNFINISHED)
    self.running(press, "resume")
    wait_until_accepted(server, 11)
    self.assertLessEqual(most_within(server, 2000), 5)

  def test_a_relay_is_not_connected_to_for_what_its_rate_lets_nobody_send(self):
    press, server = self.press_with(connections=4, relay='rates = ["2/4s"];')
    self.running(press, *SEND)
    wait_until_accepted(server, 5)
    self.assertLessEqual(len(server.log("hello")), len(server.accepted()) + 1)

  def test_one_domain_that_refuses_us_keeps_nobody_from_the_relay(self):
    reply = "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org"
    refusals = [option for desk in SLOW for option in ("--reject", f"RCPT={desk}:{reply}")]
    server = self.enterContext(Server(*refusals))
    press = self.newsroom(url=server.url, after=("10m",))
    press.add_release()
    press.import_people("europe", people(0) + SLOW_ROWS)
    press.import_people("europe", people(len(OTHERS)))
    done = press.call(*SEND, "--wait", "0s")
    self.assertEqual(done.returncode, UNFINISHED, done.stderr)
    self.assertNotIn("no relay can be used", done.stderr)
    self.assertEqual(sorted(server.accepted()), sorted(OTHERS))

  def test_who_watches_is_told_that_a_rate_is_waited_for(self):
    for settings in {"relay": 'rates = ["5/1h"];'}, {"sites": '{ domain = "slow.example"; rates = ["5/1h"]; }'}:
      with self.subTest(settings=settings):
        press, _ = self.press_with(**settings)
        sender = self.running(press, *SEND, "--wait", "2h")
        wait_for(lambda: "as fast as the rates allow: goes on " in sender.stderr.readline(), "it to be told")

  def test_rates_hold_when_the_settings_are_read_again(self):
    press, server = self.press_with(sites='{ domain = "slow.example"; rates = ["4/2s"]; }')
    sender = self.running(press, *SEND)
    for count in 4, 8:
      wait_for(lambda count=count: sum(address in SLOW for address in server.accepted()) >= count, "some of them")
      press.configure(connections=count)
      sender.send_signal(signal.SIGHUP)
    wait_for(lambda: sum(address in SLOW for address in server.accepted()) >= 12, "the next ones")
    self.assertLessEqual(most_within(server, 2000, SLOW), 4)


def most_within(server, length_ms, addresses=None):
  """So many messages the server took within that time, at most."""
  instants = sorted(line["dot_ms"] for line in server.log("accepted")
    if not addresses or line["to"][0] in addresses)
  return max(sum(first <= later < first + length_ms for later in instants) for first in instants)


if __name__ == "__main__":
  unittest.main()
