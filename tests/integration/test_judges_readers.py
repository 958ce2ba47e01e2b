#!/usr/bin/python3
"""Random releases, composed by us, read by Python's email and by GMime: both give back exactly what went in."""

import dataclasses
import os
import re
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
import pictures  # noqa: E402
from lettertool import build_letters  # noqa: E402
from mailreaders import Amiss, GmimeReader, check_lines, read_by_python, read_html  # noqa: E402
from randomreleases import Releases  # noqa: E402

SEED = int(os.environ.get("DATELINE_SEED", "11"))
ROUNDS = 60
RECIPIENTS = 2
PICTURES = [
  ("png", pictures.png(700, 400)), ("jpg", pictures.jpeg(640, 480)), ("gif", pictures.gif(60, 20)),
  ("png", pictures.png(520, 16, extra=b"x" * 30_000)),
]  # fmt: skip

# GMime up to 3.2.13 joins words of one encoding before it decodes them, and loses what comes after padding.
# Ours have none but behind a grapheme so long that nothing else will do.
PADDED_WITHIN = re.compile(rb"=\?=\r\n =\?utf-8\?B\?")
FIELDS = {"subject": b"subject", "to": b"to", "reply_to": b"reply-to", "list_id": b"list-id"}

# Where text wraps, and what keeps a foreign script in its place.
SPACING = re.compile(r"[\s\u200b\u200e\u200f\u00ad\u2066-\u2069]")


def squeezed(text):
  return SPACING.sub("", text)


def unquoted(text):
  """A phrase without the quotes of RFC 5322 3.2.4."""
  if text.startswith('"') and text.endswith('"'):
    return re.sub(r"\\(.)", r"\1", text[1:-1])
  return text


@unittest.skipIf(GmimeReader.why_not(), f"SKIPPED, {GmimeReader.why_not()}")
class RandomReleases(unittest.TestCase):
  maxDiff = None

  @classmethod
  def setUpClass(cls):
    print(f"seed {SEED}")
    cls.gmime = cls.enterClassContext(GmimeReader())

  def read(self, raw):
    """By both, who must agree."""
    check_lines(raw)
    python, gmime = read_by_python(raw), self.gmime.read(raw)
    head = re.split(rb"\r\n(?![ \t])", raw.partition(b"\r\n\r\n")[0])
    padded = {field.partition(b":")[0].lower() for field in head if PADDED_WITHIN.search(field)}
    for field in dataclasses.fields(python):
      if FIELDS.get(field.name) in padded:
        continue
      self.assertEqual(getattr(python, field.name), getattr(gmime, field.name), f"the readers differ on {field.name}")
    return python

  def assert_in_order(self, texts, where):
    """Each of them, in this order, wherever lines break."""
    whole, at = squeezed(where), 0
    for text in texts:
      found = whole.find(squeezed(text), at)
      self.assertGreaterEqual(found, 0, f"{text!r} is not (or not here) in {where!r}")
      at = found + len(squeezed(text))

  def assert_head(self, mail, release, recipient):
    self.assertEqual(mail.subject, release.title)
    self.assertEqual(mail.sender, [("Harbour Relief Press Office", "press@harbour.example")])
    self.assertEqual(mail.to, [(recipient["subscriber.name"], recipient["subscriber.address"])])
    self.assertEqual(mail.reply_to, [(contact.name, contact.email) for contact in release.contacts])
    self.assertEqual(mail.message_id, recipient["message_id"] + "@harbour.example")
    title, _, name = mail.list_id.rpartition(" ")
    self.assertEqual(name, "<europe.harbour.example>")
    self.assertEqual(unquoted(title), recipient["list.title"])

  def assert_files(self, mail, release):
    attached = {leaf.file_name: leaf.content for leaf in mail.leaves if leaf.disposition == "attachment"}
    self.assertEqual(attached, release.attachments)
    shown = {leaf.file_name: leaf.content for leaf in mail.leaves if leaf.type.startswith("image/")}
    self.assertEqual(shown, {name: content for name, (content, *_) in release.pictures.items()})

  def assert_words(self, mail, release, recipient):
    story = [release.title, release.subtitle, recipient["subscriber.greeting"], *release.paragraphs]
    contacts = [text for contact in release.contacts for text in (contact.name, contact.role, contact.email)]
    words, images = read_html(mail.text("text/html"))
    for where in (mail.text(), words):
      for texts in (story, contacts, [release.notes], [release.boilerplate]):
        self.assert_in_order(texts, where)
    ids = {f"cid:{leaf.content_id}": leaf for leaf in mail.leaves if leaf.content_id}
    self.assertEqual({image["src"] for image in images}, set(ids))
    for image in images:
      _, alt, caption, credit = release.pictures[ids[image["src"]].file_name]
      self.assertEqual(image["alt"], alt)
      for where in (mail.text(), words):
        self.assertIn(squeezed(caption), squeezed(where))
        self.assertIn(squeezed(credit), squeezed(where))

  def test_random_releases_are_given_back_exactly_as_they_went_in(self):
    for number in range(ROUNDS):
      releases = Releases(f"{SEED} {number}")
      release = releases.release(PICTURES)
      recipients = [releases.recipient() for _ in range(RECIPIENTS)]
      with tempfile.TemporaryDirectory() as folder:
        messages = build_letters(release.write(folder), release.language, recipients)
      for recipient, raw in zip(recipients, messages, strict=True):
        with self.subTest(seed=SEED, number=number, recipient=recipient):
          mail = self.read(raw)
          self.assert_head(mail, release, recipient)
          self.assert_files(mail, release)
          self.assert_words(mail, release, recipient)


@unittest.skipIf(GmimeReader.why_not(), f"SKIPPED, {GmimeReader.why_not()}")
class Malformed(unittest.TestCase):
  """The readers do complain: otherwise their silence would say nothing."""

  HEAD = (
    b"From: a@harbour.example\r\nTo: b@paper.example\r\nSubject: Ports\r\nDate: Tue, 10 Nov 2026 10:00:00 +0100\r\n"
    b"Message-ID: <a@harbour.example>\r\nMIME-Version: 1.0\r\n"
  )
  BROKEN = {
    "a multipart without its end": b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nWords.\r\n",
    "a multipart without a part": b"Content-Type: multipart/mixed; boundary=x\r\n\r\nWords.\r\n",
    "a second subject": b"Content-Type: text/plain\r\nSubject: Again\r\n\r\nWords.\r\n",
    "a type without a subtype": b"Content-Type: text\r\n\r\nWords.\r\n",
  }

  def test_python_and_gmime_both_find_what_is_broken(self):
    with GmimeReader() as gmime:
      sound = self.HEAD + b"Content-Type: text/plain\r\n\r\nWords.\r\n"
      self.assertEqual(read_by_python(sound), gmime.read(sound))
      for what, rest in self.BROKEN.items():
        with self.subTest(what):
          with self.assertRaises(Exception) as found:
            read_by_python(self.HEAD + rest)
          self.assertRegex(type(found.exception).__name__, "Defect|Amiss")
          with self.assertRaises(Amiss):
            gmime.read(self.HEAD + rest)

  def test_lines_that_servers_refuse_are_found(self):
    for what, raw in {
      "a bare line feed": b"Subject: Ports\n\r\n\r\nWords.\r\n",
      "a bare carriage return": b"Subject: Ports\r\n\r\nWo\rrds.\r\n",
      "a line over 998 bytes": b"Subject: Ports\r\n\r\n" + b"x" * 999 + b"\r\n",
      "a field that could have been folded": b"Subject: " + b"Ports " * 20 + b"\r\n\r\nWords.\r\n",
      "8-bit bytes in the body": "Subject: Ports\r\n\r\nHäfen\r\n".encode(),
    }.items():
      with self.subTest(what), self.assertRaises(Amiss):
        check_lines(raw)


if __name__ == "__main__":
  unittest.main()
