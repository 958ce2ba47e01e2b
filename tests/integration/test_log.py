#!/usr/bin/python3
"""The delivery log, as people and as programs read it."""

import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from enginecase import Server  # noqa: E402
from newsroom import (  # noqa: E402
  DONE, FAILED, PARTLY, UNFINISHED, USAGE, Newsroom, NewsroomCase, ended, people, wait_until_accepted,
)

EUROPE = """address,name
ana@paper.example,Ana Prado
ben@paper.example,Ben Okoro
full@wire.example,Full Mailbox
li@gone.example,Li Wei
somebody.with.quite.a.long.name@regional-broadcaster.example,Wilhelmina Featherstonehaugh
jw@bücher.example,Jürgen Weiß
"""
MENA = """address,name
salma@sahafa.example,سلمى ناجي
ben@paper.example,Ben Okoro
"""
LONG_REPLY = "550 5.7.1 " + "this mailbox has moved and what is written to it is read by nobody " * 3


class Filters(NewsroomCase):
  """Two dispatches to look at: the release to both lists, and a test."""

  @classmethod
  def setUpClass(cls):
    cls.press = cls.enterClassContext(Newsroom(after=("1h",), testers=("chief@harbour.example",)))
    cls.server = cls.enterClassContext(Server("--full", "full@wire.example", "--reject",
      f"RCPT=li@gone.example:{LONG_REPLY}"))
    cls.press.configure(url=cls.server.url)
    cls.press.add_release()
    cls.press.import_people("europe", EUROPE)
    cls.press.import_people("mena", MENA)
    cls.press.ok("send", "fund", "--to", "europe,mena", "--test", "--yes")
    cls.press.ok("send", "fund", "--to", "europe,mena", "--yes", status=UNFINISHED)

  def addresses(self, *arguments):
    return sorted(line["address"] for line in self.press.log(*arguments))

  def test_without_a_number_it_is_the_newest_dispatch(self):
    self.assertEqual({line["dispatch"] for line in self.press.log()}, {2})
    self.assertEqual(len(self.press.log()), 7)
    self.assertEqual(self.addresses("1"), ["chief@harbour.example"] * 2)

  def test_by_state(self):
    self.assertEqual(self.addresses("--state", "deferred,failed"), ["full@wire.example", "li@gone.example"])
    self.assertIn("no state", self.press.fails("log", "--state", "lost"))

  def test_by_list_also_where_another_led_to_them(self):
    self.assertEqual(self.addresses("--list", "mena"), ["ben@paper.example", "salma@sahafa.example"])
    self.assertEqual(len(self.addresses("--list", "europe")), 6)
    self.press.fails("log", "--list", "nowhere")

  def test_by_domain_as_typed_or_as_on_the_wire(self):
    self.assertEqual(self.addresses("--domain", "PAPER.example"), ["ana@paper.example", "ben@paper.example"])
    for domain in ("bücher.example", "xn--bcher-kva.example"):
      self.assertEqual(len(self.press.log("--domain", domain)), 1)

  def test_by_address_over_all_dispatches_in_any_case(self):
    lines = self.press.log("--address", "CHIEF@harbour.example")
    self.assertEqual({(line["dispatch"], line["kind"]) for line in lines}, {(1, "test")})
    self.assertEqual(self.press.log("--address", "nobody@paper.example"), [])

  def test_by_instant(self):
    self.assertEqual(len(self.press.log("--since", "1h")), 7)
    self.assertEqual(self.press.log("--since", "2199-01-01 00:00"), [])
    self.press.fails("log", "--since", "whenever")

  def test_filters_combine(self):
    self.assertEqual(self.addresses("--list", "europe", "--state", "accepted", "--domain", "paper.example"),
      ["ana@paper.example", "ben@paper.example"])

  def test_counts_by_each_of_the_five(self):
    def counts(what):
      return {line[what]: line["count"] for line in self.press.log("--count-by", what)}
    self.assertEqual(counts("state"), {"accepted": 5, "deferred": 1, "failed": 1})
    self.assertEqual(counts("list"), {"europe": 6, "mena": 1})
    self.assertEqual(counts("domain")["paper.example"], 2)
    self.assertEqual(len(counts("reply")), 3)
    self.assertEqual(counts("cause"), {"none": 5, "recipient": 2})
    self.press.fails("log", "--count-by", "weather", status=USAGE)

  def test_each_line_tells_the_whole_story(self):
    line = self.press.log("--address", "full@wire.example")[0]
    self.assertEqual((line["release"], line["list"], line["state"], line["copy"]), ("fund", "europe", "deferred", False))
    self.assertIsNotNone(line["next_try"])
    attempt = line["attempts"][0]
    self.assertEqual((attempt["try"], attempt["phase"], attempt["outcome"], attempt["reply_code"], attempt["status"]),
      (1, "rcpt", "deferred", 452, "4.2.2"))
    self.assertEqual(attempt["cause"], "recipient")
    self.assertEqual((attempt["tls"], attempt["relay"], attempt["possible_duplicate"]),
      ("none", self.server.url.removeprefix("smtp://"), False))
    self.assertLessEqual(attempt["started"], attempt["settled"])

  def test_other_lists_of_the_same_person_are_noted(self):
    self.assertEqual(self.press.log("2", "--address", "ben@paper.example")[0]["also"], "mena")

  def test_replies_keep_the_address_out(self):
    self.assertNotIn("full@wire.example", json.dumps(self.press.log("--state", "deferred")[0]["attempts"]))

  def test_the_tables_fit_eighty_columns(self):
    for arguments in (("log",), ("log", "1"), ("log", "--address", "li@gone.example"), ("log", "--count-by", "reply"),
      ("status",), ("status", "2")):
      with self.subTest(arguments=arguments):
        for line in self.press.ok(*arguments).splitlines():
          self.assertLessEqual(len(line), 80, line)

  def test_the_table_says_who_when_and_what_their_server_said(self):
    shown = self.press.ok("log")
    self.assertRegex(shown, r"TIME \(Zurich\) +STATE +TRY +ADDRESS +LIST +REPLY")
    self.assertRegex(shown, r"\d\d:\d\d:\d\d\.\d\d\d +deferred +1 +full@wire\.example +europe +452 Mailbox")
    self.assertIn("jw@bücher.example", shown)
    self.assertRegex(shown, r"7 shown: 5 accepted, 1 deferred \(next [\d:]+\), 1 failed")

  def test_status_shows_every_dispatch_and_why_one_is_not_finished(self):
    dispatches = self.press.listed("dispatch")
    self.assertEqual({one["dispatch"]: (one["kind"], one["state"]) for one in dispatches},
      {1: ("test", "finished"), 2: ("public", "sending")})
    self.assertIn("1 deferred", self.press.ok("status", "2"))

  def test_a_dispatch_that_is_not_there_is_told(self):
    for command in ("log", "status", "resume", "hold"):
      self.assertIn("7", self.press.fails(command, "7"))


class Follow(NewsroomCase):
  def test_it_shows_tries_as_they_come_and_ends_with_the_dispatch(self):
    press = self.newsroom()
    press.add_release()
    press.import_people("europe", people(30))
    with Server("--delay-ms", "3", "--greylist", "reader1@d1.paper.example", "--unknown", "reader2@d2.paper.example") as server:
      press.configure(url=server.url)
      sender = self.running(press, "send", "fund", "--to", "europe", "--yes")
      wait_until_accepted(server, 1)
      follower = self.running(press, "log", "--follow", "--json")
      self.assertEqual(ended(sender).returncode, PARTLY)
      done = ended(follower)
    self.assertEqual(done.returncode, DONE, done.stderr)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    last = {line["address"]: line["state"] for line in lines}
    self.assertEqual(len(last), 30)
    self.assertEqual(set(last.values()), {"accepted", "failed"})


class Nothing(NewsroomCase):
  def test_before_anything_was_sent_the_words_say_so(self):
    press = self.newsroom()
    self.assertEqual(press.objects("status"), [])
    self.assertIn("send", press.ok("status"))
    self.assertEqual(press.call("log").returncode, FAILED)


if __name__ == "__main__":
  unittest.main()
