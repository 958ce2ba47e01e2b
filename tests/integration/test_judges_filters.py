#!/usr/bin/python3
"""The filters that judge our mail do complain of malformed mail, missing headers and bad HTML: otherwise their
silence would say nothing."""

import email.utils
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
import spamjudges  # noqa: E402
from nameserver import NameServer  # noqa: E402

# What rspamd 3.4, which knows no UTF-8 in an envelope or a head, says of it.
BEYOND_ASCII = {"BROKEN_HEADERS", "INVALID_RCPT_8BIT"}
SENDER, READER = "bounce@harbour.example", "ana@paper.example"
WORDS = "Twelve coastal towns have agreed to pay for sea rescue together.\nThe fund is open to other towns."

SOUND = """From: Harbour Relief <press@harbour.example>
To: Ana Perez <ana@paper.example>
Subject: Coastal towns agree joint rescue fund
Date: {date}
Message-ID: <abcdefghijklmnopqrstuvwxyz@harbour.example>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="=_abc"

--=_abc
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

{words}
--=_abc
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

<!DOCTYPE html>
<html lang=3D"en"><head><title>Fund</title></head><body>
<p>{words}</p></body></html>
--=_abc--
"""

# What is done to it, and the rule that must fire in each of the two; None where the one has no eye for it.
BROKEN = {
  "no date": ("Date: {date}\n", "", "MISSING_DATE", "MISSING_DATE"),
  "no Message-ID": ("Message-ID: <abcdefghijklmnopqrstuvwxyz@harbour.example>\n", "", "MISSING_MID", "MISSING_MID"),
  "no subject": ("Subject: Coastal towns agree joint rescue fund\n", "", "MISSING_SUBJECT", "MISSING_SUBJECT"),
  "no recipient": ("To: Ana Perez <ana@paper.example>\n", "", "MISSING_TO", "MISSING_HEADERS"),
  "no MIME version": ("MIME-Version: 1.0\n", "", "MISSING_MIME_VERSION", None),
  "a date that is none": ("Date: {date}", "Date: 2026-11-10 10:00", "INVALID_DATE", "INVALID_DATE"),
  "a Message-ID without brackets": (
    "<abcdefghijklmnopqrstuvwxyz@harbour.example>", "abcdefghijkl", "MID_MISSING_BRACKETS", "INVALID_MSGID"),
  "a second subject": ("Subject: ", "Subject: Again\nSubject: ", "MULTIPLE_UNIQUE_HEADERS", None),
  "8-bit bytes in the subject": ("Subject: Coastal", "Subject: Häfen, Küste, Städte, Fünf",
    "SUBJECT_NEEDS_ENCODING", None),
  "a field folded behind its name": ("To: Ana", "To:\n Ana", "HEADER_TO_EMPTY_DELIMITER", None),
  "HTML alone": ("multipart/alternative; boundary=\"=_abc\"\n\n--=_abc\nContent-Type: text/plain", "text/html",
    "MIME_HTML_ONLY", "MIME_HTML_ONLY"),
  "an alternative without a text": ("text/plain", "text/html", "MIME_MA_MISSING_TEXT", None),
  "hidden words": ("<p>", "<div style=3D\"display:none\">hidden words</div><p>", "MANY_INVISIBLE_PARTS", None),
  "a huge font": ("<p>", "<p style=3D\"font-size: 0px\">tiny words that nobody reads</p><p>", "ZERO_FONT", None),
  "unclosed tags": ("</p></body></html>", "</p></p></p></body></body></body></html></html></html></html>", None,
    "HTML_EXTRA_CLOSE"),
  "a picture alone": ("<p>{words}</p>", "<p><img src=3D\"https://harbour.example/a.png\"></p>", None,
    "HTML_IMAGE_ONLY_04"),
  "a program attached": ("--=_abc--", "--=_abc\nContent-Type: application/octet-stream; name=\"a.pdf.exe\"\n"
    "Content-Disposition: attachment; filename=\"a.pdf.exe\"\n\nMZ\n--=_abc--", "MIME_DOUBLE_BAD_EXTENSION", None),
}  # fmt: skip


@unittest.skipIf(spamjudges.why_not(), f"SKIPPED, {spamjudges.why_not()}")
class Complaints(unittest.TestCase):
  @classmethod
  def setUpClass(cls):
    names = cls.enterClassContext(NameServer({"harbour.example": {"A": [spamjudges.CLIENT_IP]}}))
    cls.rspamd = cls.enterClassContext(spamjudges.Rspamd(names.port))
    cls.assassin = cls.enterClassContext(spamjudges.SpamAssassin())
    cls.date = email.utils.format_datetime(email.utils.localtime())

  def report(self, judge, text, reader=READER):
    message = text.format(date=self.date, words=WORDS).replace("\n", "\r\n").encode()
    return judge.judge(spamjudges.with_trace(message, SENDER, reader, self.date), SENDER, reader)

  def test_a_sound_message_is_found_sound(self):
    for judge in (self.rspamd, self.assassin):
      report = self.report(judge, SOUND)
      self.assertEqual(report.faults(), [], str(report))

  def test_rspamd_takes_any_mail_to_an_address_beyond_ascii_for_broken(self):
    """Which is no fault of the mail: RFC 6532 writes it so."""
    addressed = SOUND.replace("Ana Perez <ana@paper.example>", "=?utf-8?Q?An=C3=A1?= <añá@paper.example>")
    for reader in (READER, "añá@paper.example"):
      report = self.report(self.rspamd, addressed, reader)
      self.assertLessEqual({fault.name for fault in report.faults()}, BEYOND_ASCII)
      self.assertTrue(report.faults())

  def test_each_fault_is_found_and_counts_as_one(self):
    for what, (good, bad, rspamd_rule, assassin_rule) in BROKEN.items():
      self.assertIn(good, SOUND, what)
      for judge, rule in ((self.rspamd, rspamd_rule), (self.assassin, assassin_rule)):
        if not rule:
          continue
        with self.subTest(what, judge=type(judge).__name__):
          report = self.report(judge, SOUND.replace(good, bad, 1))
          self.assertIn(rule, [fault.name for fault in report.faults()], str(report))


if __name__ == "__main__":
  unittest.main()
