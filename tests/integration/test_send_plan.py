#!/usr/bin/python3
"""Before anything is sent: the plan, the question, the rehearsal."""

import email
import mailbox
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from enginecase import Server  # noqa: E402
from newsroom import (  # noqa: E402
  DONE, ENGLISH, FAILED, FRENCH, HELD, USAGE, NewsroomCase, people, read_strictly,
)

EUROPE = """address,name,outlet,role,language,beat
ana@paper.example,Ana Prado,Paper,reporter,fr,health
ben@radio.example,Ben Okoro,Radio,reporter,en,sport
desk@wire.example,,Wire,desk,,
jan@blatt.example,Jan Kern,Blatt,editor,de,health
li@wire.example,Li Wei,Wire,reporter,en,health
"""
MENA = """address,name,outlet,role,language,beat
ANA@paper.example,Ana Prado,Maghreb Monthly,reporter,en,war
salma@sahafa.example,Salma Naji,Sahafa,reporter,ar,war
"""


class PlanCase(NewsroomCase):
  def setUp(self):
    self.press = self.newsroom()
    self.press.add_release()
    self.press.import_people("europe", EUROPE)
    self.press.import_people("mena", MENA)


class Plan(PlanCase):
  def list_of(self, plan, name):
    return next(one for one in plan["lists"] if one["list"] == name)

  def test_members_are_counted_by_list_and_language(self):
    plan = self.press.plan("fund", "--to", "europe")
    europe = self.list_of(plan, "europe")
    self.assertEqual((europe["members"], europe["left_out"], europe["goes_to"]), (5, 0, 5))
    self.assertEqual(europe["languages"], {"en": 4, "fr": 1})
    self.assertEqual(plan["recipients"], 5)

  def test_somebody_on_two_lists_gets_one_message_by_the_first(self):
    plan = self.press.plan("fund", "--to", "europe,mena")
    self.assertEqual(plan["recipients"], 6)
    self.assertEqual(plan["left_out"]["twice"], 1)
    self.assertEqual(self.list_of(plan, "mena")["goes_to"], 1)
    plan = self.press.plan("fund", "--to", "mena,europe")
    self.assertEqual(self.list_of(plan, "europe")["goes_to"], 4)
    self.assertEqual(self.list_of(plan, "mena")["goes_to"], 2)

  def test_a_list_named_twice_counts_once(self):
    self.assertEqual(self.press.plan("fund", "--to", "europe,europe")["recipients"], 5)

  def test_the_suppressed_and_the_unsubscribed_are_left_out_and_counted(self):
    self.press.ok("suppress", "add", "ben@radio.example", "--reason", "complaint")
    self.press.unsubscribe("europe", "li@wire.example")
    plan = self.press.plan("fund", "--to", "europe")
    self.assertEqual((plan["left_out"]["suppressed"], plan["left_out"]["unsubscribed"]), (1, 1))
    self.assertEqual(plan["recipients"], 3)

  def test_languages_the_release_is_not_in_fall_back_to_its_first(self):
    self.assertEqual(self.press.plan("fund", "--to", "europe,mena")["fallbacks"], {"de": 1, "ar": 1})

  def test_a_segment_narrows_the_lists(self):
    plan = self.press.plan("fund", "--to", "europe", "--where", "beat = health and not language = fr")
    self.assertEqual(plan["recipients"], 2)
    self.assertEqual(plan["left_out"]["outside the segment"], 3)

  def test_a_mistyped_segment_is_refused_at_its_column(self):
    done = self.press.call("send", "fund", "--to", "europe", "--where", "beat = ", "--yes")
    self.assertEqual(done.returncode, FAILED)
    self.assertIn("column 8", done.stderr)

  def test_one_language_only_is_for_its_readers_only(self):
    plan = self.press.plan("fund", "--to", "europe", "--language", "fr")
    self.assertEqual(plan["recipients"], 1)
    self.assertEqual(plan["left_out"]["of another language"], 4)

  def test_equal_names_at_two_addresses_are_flagged(self):
    self.press.import_people("europe", "address,name\nben@other.example,Ben Okoro\n")
    shown = self.press.ok("send", "fund", "--to", "europe", "--dry-run")
    self.assertRegex(shown, r"Same name +Ben Okoro")

  def test_a_mistyped_list_or_release_suggests_the_near_one(self):
    self.assertIn('did you mean "europe"?', self.press.fails("send", "fund", "--to", "eurpoe", "--yes"))
    self.assertIn('did you mean "fund"?', self.press.fails("send", "fnud", "--to", "europe", "--yes"))

  def test_without_a_list_it_is_wrong_usage(self):
    self.press.fails("send", "fund", status=USAGE)

  def test_the_plan_fits_eighty_columns(self):
    self.press.configure(copies=("archive@harbour.example",))
    shown = self.press.ok("send", "fund", "--to", "europe,mena", "--dry-run")
    for line in shown.splitlines()[:-1]:
      self.assertLessEqual(len(line), 80, line)
    self.assertRegex(shown, r"TOTAL +7 +1 +6 +5 +1 +\+ 2 copies")

  def test_a_release_with_an_error_is_not_sent_and_the_line_is_named(self):
    self.press.add_release(ENGLISH.replace("title: Coastal", "titel: Coastal"))
    self.assertRegex(self.press.fails("send", "fund", "--to", "europe", "--yes"), r"fund\.md:\d+")

  def test_an_attribute_that_somebody_lacks_is_found_before_anything_is_sent(self):
    with open(self.press.path_of("templates/release.txt.mustache"), "a", encoding="utf-8") as file:
      file.write("\nFor your pages on {{subscriber.beat}}.\n")
    with Server() as server:
      self.press.configure(url=server.url)
      words = self.press.fails("send", "fund", "--to", "europe", "--yes")
      self.assertEqual(server.log(), [])
    self.assertIn("desk@wire.example", words)
    self.assertIn("beat", words)
    self.assertEqual(self.press.objects("status"), [])


class Question(PlanCase):
  def test_the_right_number_sends(self):
    with Server() as server:
      self.press.configure(url=server.url)
      done = self.press.typed("5", "send", "fund", "--to", "europe")
      self.assertEqual(done.returncode, DONE, done.stderr)
      self.assertIn("Type 5 to send", done.stderr)
      self.assertEqual(server.accepted().total(), 5)

  def test_any_other_answer_sends_nothing(self):
    with Server() as server:
      self.press.configure(url=server.url)
      for answer in ("4", "yes", "", "55"):
        with self.subTest(answer=answer):
          done = self.press.typed(answer, "send", "fund", "--to", "europe")
          self.assertEqual(done.returncode, FAILED)
          self.assertIn("nothing was done", done.stderr)
      self.assertEqual(server.log(), [])
    self.assertEqual(self.press.objects("status"), [])

  def test_without_a_terminal_it_asks_for_yes(self):
    with Server() as server:
      self.press.configure(url=server.url)
      self.assertIn("--yes", self.press.fails("send", "fund", "--to", "europe"))
      self.assertEqual(server.log(), [])


class DryRun(PlanCase):
  def test_as_many_messages_as_planned_are_written_and_read_without_defects(self):
    self.press.configure(copies=("archive@harbour.example",))
    lines = self.press.objects("send", "fund", "--to", "europe,mena", "--dry-run", "-o", "out")
    plan, done = lines
    self.assertEqual(plan["recipients"] + plan["copies"], 8)
    self.assertEqual(done["messages"], 8)
    box = mailbox.Maildir(self.press.path_of("out"), factory=None, create=False)
    tos = sorted(read_strictly(bytes(message))["To"] for message in box)
    self.assertEqual(len(tos), 8)
    self.assertEqual(len(set(tos)), 7)  # the archive gets a copy a language

  def test_it_writes_the_bytes_that_sending_sends(self):
    self.press.ok("send", "fund", "--to", "europe", "--dry-run", "-o", "out")
    folder = self.press.path_of("out/new")
    written = {}
    for name in os.listdir(folder):
      with open(os.path.join(folder, name), "rb") as file:
        message = email.message_from_bytes(file.read())
      written[message["To"]] = [part.get_payload() for part in message.walk() if not part.is_multipart()]
    with Server() as server:
      self.press.configure(url=server.url)
      self.press.ok("send", "fund", "--to", "europe", "--yes")
      for raw in server.messages():
        message = email.message_from_bytes(raw)
        parts = [part.get_payload() for part in message.walk() if not part.is_multipart()]
        self.assertEqual([part.replace("\r\n", "\n") for part in parts],
          [part.replace("\r\n", "\n") for part in written[message["To"]]])

  def test_nothing_is_sent_or_recorded(self):
    with Server() as server:
      self.press.configure(url=server.url)
      self.press.ok("send", "fund", "--to", "europe", "--dry-run")
      self.assertEqual(server.log(), [])
    self.assertEqual(self.press.objects("status"), [])
    self.assertEqual(self.press.plan("fund", "--to", "europe")["left_out"]["have it"], 0)


class Embargo(PlanCase):
  LINE = "embargo: 2199-11-11 10:00 Europe/Brussels\ndateline: "

  def test_an_embargoed_release_is_held_and_no_byte_leaves(self):
    self.press.add_release(*(text.replace("dateline: ", self.LINE) for text in (ENGLISH, FRENCH)))
    with Server() as server:
      self.press.configure(url=server.url)
      words = self.press.fails("send", "fund", "--to", "europe", "--yes", status=HELD)
      self.assertEqual(server.log(), [])
    self.assertIn("embargoed until", words)
    self.assertIn("fund.md", words)
    self.assertIn("2199", words)
    self.assertEqual(self.press.objects("status"), [])

  def test_an_embargo_in_one_of_its_languages_only_sends_nothing(self):
    for texts in ((ENGLISH.replace("dateline: ", self.LINE), FRENCH), (ENGLISH, FRENCH.replace("dateline: ", self.LINE))):
      self.press.add_release(*texts)
      with self.subTest(english=self.LINE in texts[0]), Server() as server:
        self.press.configure(url=server.url)
        self.assertIn("embargo", self.press.fails("send", "fund", "--to", "europe", "--yes"))
        self.assertEqual(server.log(), [])

  def test_a_rehearsal_of_an_embargoed_release_stays_in_the_house(self):
    self.press.add_release(*(text.replace("dateline: ", self.LINE) for text in (ENGLISH, FRENCH)))
    with Server() as server:
      self.press.configure(url=server.url)
      self.assertEqual(self.press.objects("send", "fund", "--to", "europe", "--dry-run")[1]["messages"], 5)
      self.assertEqual(server.log(), [])

  def test_an_embargo_that_is_over_sends(self):
    line = "embargo: 2015-11-11 10:00 Europe/Brussels\ndateline: "
    self.press.add_release(*(text.replace("dateline: ", line) for text in (ENGLISH, FRENCH)))
    with Server() as server:
      self.press.configure(url=server.url)
      self.press.ok("send", "fund", "--to", "europe", "--yes")
      self.assertEqual(server.accepted().total(), 5)


class Tests(PlanCase):
  def setUp(self):
    super().setUp()
    self.press.configure(testers=("chief@harbour.example", "web@harbour.example"))

  def test_testers_alone_get_one_in_each_language(self):
    with Server() as server:
      self.press.configure(url=server.url)
      self.press.ok("send", "fund", "--to", "europe", "--test", "--yes")
      self.assertEqual(server.accepted(), {"chief@harbour.example": 2, "web@harbour.example": 2})
      messages = [read_strictly(message) for message in server.messages()]
    self.assertEqual({message["Subject"] for message in messages}, {
      "[TEST] Coastal towns agree joint rescue fund", "[TEST] Les villes côtières créent un fonds commun",
    })

  def test_a_test_reads_as_a_members_own(self):
    with Server() as server:
      self.press.configure(url=server.url)
      self.press.ok("send", "fund", "--to", "europe", "--test", "--yes")
      texts = [read_strictly(message).get_body(("plain",)).get_content() for message in server.messages()]
    self.assertTrue(any("Ben Okoro" in text for text in texts), texts)
    self.assertTrue(any("Ana Prado" in text for text in texts), texts)

  def test_a_test_is_kept_as_such_and_counts_for_nobody(self):
    with Server() as server:
      self.press.configure(url=server.url)
      self.press.ok("send", "fund", "--to", "europe", "--test", "--yes")
      self.assertEqual({line["kind"] for line in self.press.log()}, {"test"})
      plan = self.press.plan("fund", "--to", "europe")
    self.assertEqual((plan["recipients"], plan["left_out"]["have it"]), (5, 0))

  def test_without_testers_it_says_where_to_name_them(self):
    self.press.configure(testers=())
    self.assertIn("testers", self.press.fails("send", "fund", "--to", "europe", "--test", "--yes"))


class Crowd(NewsroomCase):
  def test_a_domain_with_many_readers_is_spread_over_the_whole_dispatch(self):
    press = self.newsroom()
    press.add_release()
    rows = people(60) + "".join(f"r{i}@big.example,Big Reader {i},Big,en\n" for i in range(60))
    press.import_people("europe", rows)
    with Server() as server:
      press.configure(url=server.url)
      press.ok("send", "fund", "--to", "europe", "--yes")
    positions = [line["position"] for line in press.log() if line["domain"] == "big.example"]
    self.assertEqual(len(positions), 60)
    self.assertLess(min(positions), 10)
    self.assertGreater(max(positions), 110)


if __name__ == "__main__":
  unittest.main()
