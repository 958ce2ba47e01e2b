#!/usr/bin/python3
"""How the relays are doing, as another terminal sees it, while messages go out and afterwards."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from enginecase import Server, wait_for  # noqa: E402
from newsroom import NOWHERE, UNFINISHED, NewsroomCase, people  # noqa: E402

SEND = ("send", "fund", "--to", "europe", "--yes")
RELAY = NOWHERE.removeprefix("smtp://")


class RelayStatus(NewsroomCase):
  def setUp(self):
    self.press = self.newsroom(after=("0s",), connections=1,
      relay='pause_first = "200ms"; pause_most = "200ms";')
    self.press.add_release()
    self.press.import_people("europe", people(3))

  def relays(self):
    return self.press.listed("relay")

  def heal_after_trouble(self):
    """A relay that refused, and took everything later; its name."""
    with Server("--reject", "CONNECT=554 5.7.1 not you") as server:
      self.press.configure(url=server.url)
      self.press.ok(*SEND, status=UNFINISHED)
    self.enterContext(Server("--port", str(server.port)))
    self.press.ok("resume")
    return server.url.removeprefix("smtp://")

  def test_nothing_is_said_of_a_relay_that_was_never_used(self):
    self.assertEqual(self.relays(), [])
    self.assertNotIn("Relay", self.press.ok("status"))

  def test_a_relay_in_trouble_is_told_in_another_terminal(self):
    self.press.configure(relay='pause_first = "10m"; pause_most = "10m";')
    self.running(self.press, *SEND)
    wait_for(self.relays, "the relay's trouble")
    time = r"(?:\d+ \w+ )?[\d:]+"
    trouble = rf"\nRelay     {RELAY} is out of use since {time}, next try {time}:\n          can't connect: "
    self.assertRegex(self.press.ok("status"), trouble)
    self.assertRegex(self.press.ok(), trouble)

  def test_a_relay_in_trouble_is_told_as_it_was_when_nobody_sends_any_more(self):
    self.press.ok(*SEND, status=UNFINISHED)
    self.assertRegex(self.press.ok("status"),
      rf"\nRelay     {RELAY} was out of use when last used, [\d:]+:\n          can't connect: Connection refused;")

  def test_a_program_reads_a_relays_trouble_under_stable_names(self):
    self.press.ok(*SEND, status=UNFINISHED)
    (relay,) = self.relays()
    self.assertEqual(list(relay),
      ["event", "relay", "circuit", "words", "since", "retry", "breaks_pipelining", "order", "weight"])
    self.assertEqual((relay["relay"], relay["circuit"], relay["order"]), (RELAY, "out of use", 1))
    self.assertIn("Connection refused", relay["words"])
    self.assertLess(relay["since"], relay["retry"])
    self.assertIs(relay["breaks_pipelining"], False)

  def test_a_relay_that_works_is_left_out_of_what_people_read(self):
    name = self.heal_after_trouble()
    (relay,) = self.relays()
    self.assertEqual((relay["relay"], relay["circuit"], relay["retry"]), (name, "in use", None))
    self.assertNotIn("Relay", self.press.ok("status"))

  def test_a_relay_that_the_settings_no_longer_name_is_not_told_of(self):
    self.heal_after_trouble()
    self.press.configure(url=NOWHERE)
    self.assertEqual(self.relays(), [])

  def test_a_dot_timeout_that_makes_duplicates_is_warned_of_and_is_no_fault(self):
    self.press.configure(relay='dot_timeout = "599s";')
    (line,) = self.press.objects("config", "check")
    self.assertRegex(line["warning"], r'dateline\.cfg:\d+: the "dot_timeout" of "127\.0\.0\.1:1" is shorter than 10m')
    self.assertIn(line["warning"], self.press.ok("config", "check"))
    self.press.configure(relay='dot_timeout = "10m";')
    self.assertEqual(self.press.objects("config", "check"), [])


if __name__ == "__main__":
  unittest.main()
