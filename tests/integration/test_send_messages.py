#!/usr/bin/python3
"""What journalists receive, judged by Python's email package under its strict policy."""

import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from enginecase import Server  # noqa: E402
from newsroom import ENGLISH, Newsroom, NewsroomCase, read_strictly, text_of  # noqa: E402

WORDS = os.path.join(os.path.dirname(__file__), "../../templates/words")
ONCE = ("From", "To", "Subject", "Date", "Message-ID", "List-Id", "MIME-Version")

EUROPE = """address,name,outlet,role,language,salutation
ana@paper.example,Ana Prado,Paper,reporter,fr,
ben@radio.example,"Ben ""Benno"" Okoro, jr.",Radio,reporter,en,
desk@wire.example,,Wire,desk,en,
redaktion@blatt.example,Blatt Newsroom,Blatt,desk,en,
jw@bücher.example,Jürgen Weiß,Bücher,editor,en,Lieber Herr Weiß
olena@visnyk.example,Олена Коваленко,Вісник,reporter,uk,
salma@sahafa.example,سلمى ناجي,صحافة,reporter,en,
rédaction@canal.example,,Canal,desk,fr,
"""
ADDRESSES = [
  "ana@paper.example", "ben@radio.example", "desk@wire.example", "redaktion@blatt.example",
  "jw@xn--bcher-kva.example", "olena@visnyk.example", "salma@sahafa.example", "rédaction@canal.example",
]  # fmt: skip


class Received(NewsroomCase):
  """One dispatch to everybody above; each test looks at it from one side."""

  @classmethod
  def setUpClass(cls):
    cls.press = cls.enterClassContext(Newsroom())
    cls.press.add_release()
    cls.press.import_people("europe", EUROPE)
    cls.server = cls.enterClassContext(Server())
    cls.press.configure(url=cls.server.url, copies=("archive@harbour.example",))
    cls.press.ok("send", "fund", "--to", "europe", "--yes")
    cls.raw = {}
    cls.messages = {}
    for line in cls.server.log("accepted"):
      with open(os.path.join(cls.server.folder.name, line["file"]), "rb") as file:
        raw = file.read()
      if line["to"] != ["archive@harbour.example"]:
        cls.raw[line["to"][0]] = raw
        cls.messages[line["to"][0]] = read_strictly(raw)

  def greeting(self, address):
    return text_of(self.messages[address])

  def test_each_recipient_got_one_message_of_their_own(self):
    received = [line["to"] for line in self.server.log("accepted") if line["to"] != ["archive@harbour.example"]]
    self.assertEqual(sorted(received), sorted([address] for address in ADDRESSES))

  def test_the_wire_saw_no_bare_line_ends_and_no_8_bit_bytes(self):
    self.assertEqual([line["defects"] for line in self.server.log("accepted") if line["defects"]], [])
    for address, raw in self.raw.items():
      with self.subTest(address=address):
        if address.isascii():
          self.assertTrue(raw.isascii())
        self.assertLessEqual(max(len(line) for line in raw.split(b"\r\n")), 998)

  def test_each_of_the_headers_is_there_once(self):
    for address, message in self.messages.items():
      with self.subTest(address=address):
        self.assertEqual({name: len(message.get_all(name, [])) for name in ONCE}, {name: 1 for name in ONCE})
        self.assertEqual(message.get_all("Cc", []) + message.get_all("Bcc", []), [])

  def test_to_is_the_members_own_address_and_name(self):
    for address, message in self.messages.items():
      with self.subTest(address=address):
        self.assertEqual([one.addr_spec for one in message["To"].addresses], [address])

  def test_from_is_the_newsrooms_and_replies_go_to_the_contacts(self):
    for message in self.messages.values():
      self.assertEqual(message["From"].addresses[0].addr_spec, "press@harbour.example")
      self.assertEqual([one.addr_spec for one in message["Reply-To"].addresses],
        ["amara.roy@harbour.example", "jonas.lind@harbour.example"])

  def test_the_envelope_sender_is_the_bounce_address_with_the_deliverys_own_token(self):
    senders = [line["from"] for line in self.server.log("accepted")]
    for sender in senders:
      self.assertRegex(sender, r"\Abounce\+[a-z2-7]{45}@harbour\.example\Z")
    self.assertEqual(len(set(senders)), len(senders))

  def test_the_list_is_named(self):
    for message in self.messages.values():
      self.assertRegex(message["List-Id"], r"<europe\.[a-z.]*harbour\.example>")

  def test_each_reader_gets_the_language_they_read(self):
    for address, message in self.messages.items():
      with self.subTest(address=address):
        is_french = address in ("ana@paper.example", "rédaction@canal.example")
        self.assertEqual(message["Subject"],
          "Les villes côtières créent un fonds commun" if is_french else "Coastal towns agree joint rescue fund")
        self.assertIn("Douze villes" if is_french else "Twelve coastal towns", text_of(message))

  def test_people_are_greeted_by_name_in_their_language(self):
    self.assertIn("Олена Коваленко", self.greeting("olena@visnyk.example"))
    self.assertRegex(self.greeting("ana@paper.example"), r"Bonjour Ana Prado,")
    self.assertIn('Ben "Benno" Okoro, jr.', self.greeting("ben@radio.example"))
    self.assertIn("سلمى ناجي", self.greeting("salma@sahafa.example"))

  def test_desks_are_greeted_as_editors_in_their_language(self):
    for address in ("desk@wire.example", "redaktion@blatt.example"):
      self.assertIn("Dear editors", self.greeting(address))
    self.assertNotIn("Dear", self.greeting("rédaction@canal.example"))
    self.assertIn("Chère rédaction,", self.greeting("rédaction@canal.example"))

  def test_a_salutation_of_their_own_overrides(self):
    self.assertIn("Lieber Herr Weiß", self.greeting("jw@xn--bcher-kva.example"))
    self.assertNotIn("Dear", self.greeting("jw@xn--bcher-kva.example"))

  def test_plain_text_and_html_say_the_same(self):
    for address, message in self.messages.items():
      with self.subTest(address=address):
        self.assertEqual(message.get_content_type(), "multipart/alternative")
        plain, html = text_of(message), text_of(message, "html")
        for word in ("Amara Roy", "Jonas Lind", "12 Quay Street", "###", "Marseille"):
          self.assertIn(word, plain)
          self.assertIn(word, html)

  def test_the_text_is_wrapped_for_reading(self):
    for message in self.messages.values():
      for line in text_of(message).splitlines():
        self.assertLessEqual(len(line), 72, line)

  def test_a_quoted_name_cannot_break_out_of_its_header(self):
    to = self.messages["ben@radio.example"]["To"].addresses[0]
    self.assertEqual(to.addr_spec, "ben@radio.example")
    self.assertIn(to.display_name, ("", 'Ben "Benno" Okoro, jr.'))

  def test_message_ids_are_of_the_newsrooms_domain_and_all_different(self):
    ids = [message["Message-ID"] for message in self.messages.values()]
    self.assertEqual(len(set(ids)), len(ids))
    for one in ids:
      self.assertTrue(one.endswith("@harbour.example>"), one)

  def test_nobody_is_named_in_somebody_elses_message(self):
    for address, raw in self.raw.items():
      for other in ADDRESSES:
        if other != address and other.isascii():
          self.assertNotIn(other.encode(), raw)

  def test_a_copy_a_language_went_to_the_archive_and_was_logged(self):
    copies = [line for line in self.press.log() if line["copy"]]
    self.assertEqual([line["address"] for line in copies], ["archive@harbour.example"] * 2)
    self.assertEqual({line["state"] for line in copies}, {"accepted"})
    self.assertEqual(self.server.accepted()["archive@harbour.example"], 2)


class Wrapped(NewsroomCase):
  """The list's title is filled in when the lines are already laid out."""

  def test_a_long_title_of_a_list_leaves_every_language_wrapped(self):
    languages = sorted(name[:-5] for name in os.listdir(WORDS) if name.endswith(".yaml"))
    press = self.newsroom()
    press.add_release(*(ENGLISH.replace("language: en", f"language: {language}") for language in languages))
    rows = "".join(f"reader-{language}@paper.example,{language}\n" for language in languages)
    press.import_people("europe", "address,language\n" + rows)
    press.ok("list", "set", "europe", "title=" + "Europe, the Mediterranean and the Black Sea: press and radio")
    with Server() as server:
      press.configure(url=server.url)
      press.ok("send", "fund", "--to", "europe", "--yes")
      texts = [text_of(read_strictly(message)) for message in server.messages()]
    self.assertEqual(len(texts), len(languages))
    for text in texts:
      self.assertIn("Black Sea: press and radio", text)
      for line in text.splitlines():
        self.assertLessEqual(len(line), 72, line)


class Settings(NewsroomCase):
  def sent(self, press):
    press.add_release()
    press.import_people("europe", "address,name\nben@radio.example,Ben Okoro\n")
    with Server() as server:
      press.configure(url=server.url)
      press.ok("send", "fund", "--to", "europe", "--yes")
      return [read_strictly(message) for message in server.messages()]

  def test_a_list_may_send_under_a_name_of_its_own(self):
    press = self.newsroom()
    press.ok("list", "set", "europe", "from=Harbour Relief Europe <europe@harbour.example>")
    message = self.sent(press)[0]
    self.assertEqual(message["From"].addresses[0].addr_spec, "europe@harbour.example")
    self.assertEqual(message["From"].addresses[0].display_name, "Harbour Relief Europe")

  def test_without_contacts_replies_go_where_the_settings_say(self):
    press = self.newsroom(reply_to="office@harbour.example")
    press.add_release()
    path = press.path_of("releases/fund.md")
    with open(path, encoding="utf-8") as file:
      text = re.sub(r"contacts:.*?---", "---", file.read(), flags=re.DOTALL)
    press.import_people("europe", "address,name\nben@radio.example,Ben Okoro\n")
    press.write("releases/fund.md", text)
    os.remove(press.path_of("releases/fund.fr.md"))
    with Server() as server:
      press.configure(url=server.url)
      press.ok("send", "fund", "--to", "europe", "--yes")
      message = read_strictly(next(server.messages()))
    self.assertEqual(message["Reply-To"].addresses[0].addr_spec, "office@harbour.example")

  def test_the_newsrooms_about_us_ends_a_release_that_has_none(self):
    self.assertIn("has kept crews at sea since 1987", text_of(self.sent(self.newsroom())[0]))


if __name__ == "__main__":
  unittest.main()
