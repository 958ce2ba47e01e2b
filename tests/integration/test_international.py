#!/usr/bin/python3
"""Names, titles and addresses in the world's scripts, through the whole program and back from the server."""

import email
import email.header
import email.utils
import json
import os
import sys
import unicodedata
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from enginecase import Server  # noqa: E402
from newsroom import DONE, PARTLY, Newsroom, NewsroomCase, read_strictly, text_of  # noqa: E402

SEND = ("send", "fund", "--to", "europe", "--yes")
WITHOUT_SMTPUTF8 = "no SMTPUTF8 at the relay"

SCRIPTS = {
  "en": ("Ana Prado", "Coastal towns agree joint rescue fund"),
  "fr": ("Zoë Noël-Brontë", "Les villes côtières créent un fonds commun de sauvetage, à partir de janvier"),
  "ru": ("Олександра Мельниченко", "Прибрежные города создают общий спасательный фонд"),
  "ar": ("سلمى ناجي", "مدن ساحلية تتفق على صندوق إنقاذ مشترك"),
  "zh": ("龘𠮷", "十二个沿海城镇同意设立联合救援基金，并将于明年一月开始运作，总部设在日内瓦，向所有沿海城镇开放。"),
  "th": ("น้ำใจ กำลังดี", "เมืองชายฝั่งสิบสองแห่งตกลงตั้งกองทุนช่วยเหลือร่วมกัน"),
  "hi": ("क्षितिज त्रिपाठी", "तटीय नगरों ने साझा बचाव कोष बनाया"),
  "he": ("שׁוּלַמִּית", "ערי החוף מקימות קרן הצלה משותפת"),
  "ja": ("か\u3099く", "沿岸の町が共同救助基金に合意しました。"),
  "ko": ("한지민", "해안 도시들이 공동 구조 기금에 합의했다"),
  "vi": ("Nguye\u0302\u0303n", "Các thị trấn ven biển"),
  "el": ("Ελένη", "Παράκτιες πόλεις 👨‍👩‍👧‍👦🏳️‍🌈🇺🇦"),
}


def release(language, title, name, email):
  return f"""---
title: "{title}"
subtitle: "{title}"
slug: fund
language: {language}
dateline: "{name}"
contacts:
  - name: "{name}"
    role: "{name}"
    place: "{name}"
    email: {email}
    phones: ["+44 20 7946 0123"]
notes: "{title}"
boilerplate: "{name} – {title}"
---
{title} {title}

- {name}
"""


def name_in(raw, field):
  """By RFC 2047's letter: Debian 12's new parser leaves a space between the encoded words of a name."""
  value = email.message_from_bytes(raw)[field].replace("\r\n", "")
  return str(email.header.make_header(email.header.decode_header(email.utils.parseaddr(value)[0])))


def columns(line):
  return sum((unicodedata.east_asian_width(c) in "WF") + 1 for c in line if not unicodedata.combining(c))


class EveryField(NewsroomCase):
  """One release in twelve languages, one reader for each, with their scripts in every field."""

  @classmethod
  def setUpClass(cls):
    cls.press = cls.enterClassContext(Newsroom())
    for language, (name, title) in SCRIPTS.items():
      text = release(language, title, name, f"press-{language}@harbour.example")
      cls.press.write("releases/fund.md" if language == "en" else f"releases/fund.{language}.md", text)
    rows = "".join(f'{language}@paper.example,"{name}","{name} {title}",{language}\n' for language, (name, title) in SCRIPTS.items())
    cls.press.import_people("europe", "address,name,outlet,language\n" + rows)
    cls.press.ok("list", "set", "europe", "title=" + " ".join(name for name, _ in list(SCRIPTS.values())[2:7]))
    cls.server = cls.enterClassContext(Server("--no-smtputf8", "--no-8bitmime"))
    cls.press.configure(url=cls.server.url)
    cls.press.ok(*SEND)
    cls.raw = {line["to"][0].split("@")[0]: message for line, message in zip(cls.server.log("accepted"), cls.server.messages())}

  def test_each_reader_gets_the_title_the_name_and_the_text_as_they_were_written(self):
    self.assertEqual(sorted(self.raw), sorted(SCRIPTS))
    for language, (name, title) in SCRIPTS.items():
      with self.subTest(language=language):
        message = read_strictly(self.raw[language])
        self.assertEqual(message["Subject"], title)
        self.assertEqual(name_in(self.raw[language], "To"), name)
        self.assertEqual(name_in(self.raw[language], "Reply-To"), name)
        self.assertIn(title, text_of(message, "html"))
        self.assertIn(title.replace(" ", ""), "".join(text_of(message).split()))
        for part in ("plain", "html"):
          self.assertIn(name, text_of(message, part))

  def test_messages_are_seven_bit_and_no_header_line_that_could_be_folded_is_longer_than_78(self):
    for language, raw in self.raw.items():
      with self.subTest(language=language):
        self.assertTrue(raw.isascii())
        head = raw.partition(b"\r\n\r\n")[0]
        for line in head.split(b"\r\n"):
          if len(line) > 78:
            self.assertLessEqual(len(line.split()), 1 + (b":" in line.split()[0]), line)
        self.assertLessEqual(max(len(line) for line in raw.split(b"\r\n")), 998)

  def test_the_text_is_wrapped_by_the_rules_of_each_script(self):
    for language in ("ru", "ar", "zh", "ja", "he", "ko", "vi", "el", "hi"):
      for line in text_of(read_strictly(self.raw[language])).splitlines():
        with self.subTest(language=language, line=line):
          self.assertLessEqual(columns(line), 74)
          self.assertFalse(line.startswith(tuple("。，、」）！？")), line)


class Addresses(NewsroomCase):
  def setUp(self):
    self.press = self.newsroom()
    self.press.add_release()

  def start(self, *options):
    server = self.enterContext(Server(*options))
    self.press.configure(url=server.url)
    return server

  def test_a_domain_goes_out_as_a_labels_and_is_shown_in_its_own_letters(self):
    self.press.import_people("europe", "address,name\njw@Bücher.example,Jürgen\nli@例え.テスト,Li\n")
    server = self.start("--no-smtputf8")
    self.press.ok(*SEND)
    self.assertEqual(sorted(server.accepted()), ["jw@xn--bcher-kva.example", "li@xn--r8jz45g.xn--zckzah"])
    for message in server.messages():
      self.assertTrue(message.isascii())
      self.assertIn("@xn--", str(read_strictly(message)["To"]))
    shown = self.press.ok("list", "show", "europe") + self.press.ok("log")
    self.assertIn("jw@bücher.example", shown)
    self.assertNotIn("xn--", shown)

  def test_a_local_part_beyond_ascii_goes_where_it_is_offered_and_alone_makes_headers_utf8(self):
    self.press.import_people("europe", "address,name\njosé@paper.example,José\nana@paper.example,Ana\n")
    server = self.start()
    self.press.ok(*SEND)
    parameters = {line["to"][0]: line["parameters"] for line in server.log("accepted")}
    self.assertIn("SMTPUTF8", parameters["josé@paper.example"])
    self.assertNotIn("SMTPUTF8", parameters["ana@paper.example"])
    raw = {line["to"][0]: message for line, message in zip(server.log("accepted"), server.messages())}
    self.assertTrue(raw["ana@paper.example"].isascii())
    lines = [line for line in raw["josé@paper.example"].split(b"\r\n") if not line.isascii()]
    self.assertEqual([line.split(b"<")[-1].decode() for line in lines], ["josé@paper.example>"])

  def test_where_it_is_not_offered_that_is_recorded_as_the_failure_and_the_others_get_it(self):
    self.press.import_people("europe", "address,name\njosé@paper.example,José\nana@paper.example,Ana\n")
    server = self.start("--no-smtputf8")
    self.press.ok(*SEND, status=PARTLY)
    self.assertEqual(list(server.accepted()), ["ana@paper.example"])
    failed = [line for line in self.press.log() if line["state"] == "failed"]
    self.assertEqual([line["address"] for line in failed], ["josé@paper.example"])
    self.assertIn(WITHOUT_SMTPUTF8, json.dumps(failed[0]))
    self.assertIn("SMTPUTF8", self.press.ok("log", "--state", "failed"))

  def test_an_address_of_ours_beyond_ascii_never_makes_a_message_need_smtputf8(self):
    self.press.write("releases/fund.md", release("en", "Fund", "José", "josé@harbour.example"))
    os.remove(self.press.path_of("releases/fund.fr.md"))
    self.press.import_people("europe", "address,name\nana@paper.example,Ana\n")
    server = self.start("--no-smtputf8", "--no-8bitmime")
    self.press.ok(*SEND, status=DONE)
    message = next(server.messages())
    self.assertTrue(message.isascii())
    self.assertIn("josé@harbour.example", text_of(read_strictly(message)))

  def test_a_bounce_address_under_a_domain_of_other_letters_is_sent_as_a_labels(self):
    with open(self.press.path_of("dateline.cfg"), encoding="utf-8") as file:
      text = file.read()
    server = self.enterContext(Server("--no-smtputf8"))
    text = text.replace("bounce@harbour.example", "bounce@häfen.example").replace(self.press.settings["url"], server.url)
    self.press.write("dateline.cfg", text)
    self.press.import_people("europe", "address,name\nana@paper.example,Ana\n")
    self.press.ok(*SEND)
    self.assertTrue(server.log("accepted")[0]["from"].endswith("@xn--hfen-loa.example"))


class Language(NewsroomCase):
  """The subscriber's own, else the list's, else the newsroom's; then of the release's files the same tag, the
  same language, the first."""

  def test_readers_get_their_language_by_the_stated_order_and_the_plan_tells_who_gets_another(self):
    press = self.newsroom()
    press.write("releases/fund.md", release("en", "Fund", "Ana", "a@harbour.example"))
    press.write("releases/fund.pt.md", release("pt", "Fundo", "Ana", "a@harbour.example"))
    press.write("releases/fund.pt-BR.md", release("pt-BR", "Fundo do Brasil", "Ana", "a@harbour.example"))
    press.import_people("south",
      "address,language\nown@p.example,pt-BR\nsame@p.example,pt-PT\nnone@p.example,\nother@p.example,de\n")
    press.ok("list", "set", "south", "language=pt")
    press.import_people("north", "address,language\nnewsroom@p.example,\n")
    press.ok("list", "set", "north", "language=")
    plan = press.ok("send", "fund", "--to", "south,north", "--dry-run")
    self.assertIn("Fallback  1 de>en", plan)
    server = self.enterContext(Server())
    press.configure(url=server.url)
    press.ok("send", "fund", "--to", "south,north", "--yes")
    got = {line["to"][0].split("@")[0]: read_strictly(message)["Subject"] for line, message in zip(server.log("accepted"), server.messages())}
    self.assertEqual(got, {"own": "Fundo do Brasil", "same": "Fundo", "none": "Fundo", "other": "Fund", "newsroom": "Fund"})

  def test_help_states_the_order(self):
    text = " ".join(self.newsroom().ok("send", "--help").split())
    self.assertIn("own language, else the list's, else the newsroom's", text)


if __name__ == "__main__":
  unittest.main()
