#!/usr/bin/python3
"""The sample in two languages and a release with everything in it, sent over SMTP, read back where they arrived,
and put before every judge: readers, DKIM verifiers and mail filters."""

import collections
import dataclasses
import email.utils
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
import everything  # noqa: E402
from dkimjudges import VERIFIERS  # noqa: E402
from judgedpress import SAMPLE_READERS, TESTER, UNSUBSCRIBE_URL, JudgedPress, keeping_postfix  # noqa: E402
from mailreaders import GmimeReader, check_lines, read_by_python, read_html  # noqa: E402
from nameserver import NameServer  # noqa: E402
from newsroom import PARTLY, PROGRAM  # noqa: E402
from privatepostfix import why_not  # noqa: E402
import spamjudges  # noqa: E402

TOKEN = "[a-z2-7]{45}"
# What filters say of the release with everything in it, and what is so on purpose.
MEANT = {
  "R_MIXED_CHARSET": "its title has words in Latin and other letters side by side",
  "MIME_BASE64_TEXT": "a table is attached, and goes as it is, byte for byte",
}
SPACING = re.compile(r"[\s\u200b\u200e\u200f\u2066-\u2069]")
# Of any mail to an address with letters beyond ASCII, whoever makes it (see test_judges_filters.py).
BEYOND_ASCII = {
  "BROKEN_HEADERS": "rspamd 3.4 knows no UTF-8 in an envelope (RFC 6531)",
  "INVALID_RCPT_8BIT": "nor in a head (RFC 6532): without either nobody can write to such an address",
}


def squeezed(text):
  return SPACING.sub("", text)


@dataclasses.dataclass
class Arrived:
  sender: str
  recipient: str
  raw: bytes
  language: str
  is_everything: bool

  def __str__(self):
    return f"{'everything' if self.is_everything else 'the sample'} ({self.language}) to {self.recipient}"


def arrived(sender, recipient, raw):
  language = re.search(rb"^Content-Language: (.*)\r$", raw, re.MULTILINE).group(1).decode()
  is_everything = b"\r\nFeedback-ID: everything:" in raw
  return Arrived(sender, recipient, raw, language, is_everything)


@unittest.skipUnless(os.path.exists(PROGRAM), f"{PROGRAM} is not built")
@unittest.skipIf(why_not(), f"SKIPPED, {why_not()}")
class Sent(unittest.TestCase):
  """All that arrived; each test looks at it by other eyes."""

  maxDiff = None

  @classmethod
  def setUpClass(cls):
    cls.press = cls.enterClassContext(JudgedPress())
    with keeping_postfix() as postfix:
      cls.press.configure(url=f"smtp://127.0.0.1:{postfix.port}")
      count = cls.press.send_all()
      cls.messages = [arrived(*kept) for kept in postfix.kept(count)]

  def each(self, check, *, is_everything=None):
    """One of them failing leaves the others to be judged."""
    for message in self.messages:
      if is_everything is None or message.is_everything == is_everything:
        with self.subTest(str(message)):
          check(message)

  def test_everything_arrived_once_in_its_readers_language(self):
    found = collections.Counter((message.recipient, message.language, message.is_everything) for message in self.messages)
    expected = collections.Counter((address, language, True) for address, (_, language) in everything.READERS.items())
    expected.update((address, language, False) for language, address in SAMPLE_READERS.items())
    expected.update((TESTER, language, False) for language in SAMPLE_READERS)
    self.assertEqual(found, expected)
    self.assertEqual({line["state"] for line in self.press.log()}, {"accepted"})

  def test_each_has_a_return_path_of_its_own(self):
    senders = {message.sender for message in self.messages}
    self.assertEqual(len(senders), len(self.messages))
    for sender in senders:
      self.assertRegex(sender, rf"\Abounce\+{TOKEN}@harbour\.example\Z")

  def test_each_can_be_left_by_one_click_or_by_mail(self):
    def check(message):
      head = re.sub(r"\r\n[ \t]", " ", message.raw.partition(b"\r\n\r\n")[0].decode())
      self.assertRegex(head, rf"(?m)^List-Unsubscribe: <{UNSUBSCRIBE_URL}({TOKEN})>, ?"
        rf"<mailto:bounce\+\1@harbour\.example[^>]*>\r$")
      self.assertRegex(head, r"(?m)^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$")
      token = re.search(rf"{UNSUBSCRIBE_URL}({TOKEN})", head).group(1)
      mail = read_by_python(message.raw)
      for kind in ("text/plain", "text/html"):
        self.assertIn(UNSUBSCRIBE_URL + token, mail.text(kind))

    self.each(check)

  @unittest.skipIf(GmimeReader.why_not(), f"SKIPPED, {GmimeReader.why_not()}")
  def test_python_and_gmime_find_nothing_amiss_and_read_the_same(self):
    def check(message):
      check_lines(message.raw)
      self.assertEqual(read_by_python(message.raw), gmime.read(message.raw))

    with GmimeReader() as gmime:
      self.each(check)

  def test_what_went_in_is_what_was_received(self):
    files = {name: content for name, (_, content) in everything.ATTACHMENTS.items()}
    images = {name: content for name, (_, content) in everything.IMAGES.items()}
    types = {name: kind for name, (kind, _) in (everything.ATTACHMENTS | everything.IMAGES).items()}

    def check(message):
      mail = read_by_python(message.raw)
      name, language = everything.READERS[message.recipient]
      self.assertEqual(mail.subject, everything.TITLES[language])
      self.assertEqual(mail.to, [(name, message.recipient)])
      self.assertEqual([one[0] for one in mail.reply_to], [contact["name"] for contact in everything.CONTACTS])
      self.assertEqual(mail.sender, [("Harbour Relief Press Office", "press@harbour.example")])
      found = {leaf.file_name: leaf.content for leaf in mail.leaves if leaf.disposition == "attachment"}
      self.assertEqual(found, files)
      shown = {leaf.file_name: leaf.content for leaf in mail.leaves if leaf.type.startswith("image/")}
      self.assertEqual(shown, images)
      self.assertEqual({leaf.file_name: leaf.type for leaf in mail.leaves if leaf.file_name}, types)

    self.each(check, is_everything=True)

  def test_text_and_html_both_say_everything(self):
    def check(message):
      mail = read_by_python(message.raw)
      _, language = everything.READERS[message.recipient]
      words, shown = read_html(mail.text("text/html"))
      for where in (squeezed(mail.text()), squeezed(words)):
        texts = [everything.TITLES[language], *everything.TEXTS[language], "一份保險 < 兩份", "Спасаем людей. نعمل في 11 دولة."]
        for contact in everything.CONTACTS:
          texts += [contact["name"], contact["role"], *contact.get("phones", ())]
        for item in everything.MEDIA:
          texts += [item["title"], item["credit"], item.get("caption", ""), item.get("usage", "")]
        for number in range(len(everything.IMAGES)):
          texts += [f"Caption {number}: 救援 & „Übung“", f"Inès Marchetti {number}", "Free until 2027"]
        for text in texts:
          self.assertIn(squeezed(text), where)
      for item in everything.MEDIA:
        self.assertIn(item["url"], mail.text())
      ids = {f"cid:{leaf.content_id}" for leaf in mail.leaves if leaf.content_id}
      self.assertEqual({image["src"] for image in shown}, ids)
      self.assertEqual(len(ids), len(everything.IMAGES))

    self.each(check, is_everything=True)

  def test_every_signature_holds_before_every_verifier(self):
    messages = [message.raw for message in self.messages]
    missing = [verifier.why_not() for verifier in VERIFIERS if verifier.why_not()]
    for verifier in VERIFIERS:
      if verifier.why_not() not in missing:
        with self.subTest(verifier.name), verifier(self.press.keys) as judge:
          expected = {algorithm: True for algorithm in judge.algorithms}
          self.assertEqual(judge.verify(messages), [expected] * len(messages))
    if missing:
      self.skipTest(f"SKIPPED in part, {', '.join(missing)}")

  @unittest.skipIf(spamjudges.why_not(), f"SKIPPED, {spamjudges.why_not()}")
  def test_no_filter_finds_malformed_mail_missing_headers_or_bad_html(self):
    date = email.utils.format_datetime(email.utils.localtime())
    zone = self.press.zone(spamjudges.CLIENT_IP, spamjudges.CLIENT_NAME)

    def check(message):
      delivered = spamjudges.with_trace(message.raw, message.sender, message.recipient, date)
      reports = [judge.judge(delivered, message.sender, message.recipient) for judge in (rspamd, assassin)]
      for report in reports:
        print(f"verdict: {message}: {report.in_a_line()}")
      excused = {**(MEANT if message.is_everything else {}), **({} if message.recipient.isascii() else BEYOND_ASCII)}
      faults = [rule.name for report in reports for rule in report.faults()]
      self.assertEqual([name for name in faults if name not in excused], [])
      self.assertLessEqual({"R_DKIM_ALLOW", "DMARC_POLICY_ALLOW", "R_SPF_ALLOW"}, reports[0].names())
      for report in reports:
        points = sum(rule.score for rule in report.rules if rule.name in excused)
        self.assertLess(report.score - points, report.threshold, str(report))

    with NameServer(zone) as names, spamjudges.Rspamd(names.port) as rspamd, spamjudges.SpamAssassin() as assassin:
      self.each(check)

  def test_an_address_that_no_server_on_the_way_takes_is_recorded_as_failed(self):
    with keeping_postfix(smtputf8=False) as postfix, JudgedPress() as press:
      press.configure(url=f"smtp://127.0.0.1:{postfix.port}")
      press.add_sample()
      press.import_people("sample", "address,name\nana@paper.example,Ana\nrédaction@wire.example,Rédaction\n")
      press.ok("send", "harbour-fund", "--to", "sample", "--yes", status=PARTLY)
      self.assertEqual([kept[1] for kept in postfix.kept(1)], ["ana@paper.example"])
      states = {line["address"]: line for line in press.log()}
      self.assertEqual(states["ana@paper.example"]["state"], "accepted")
      self.assertEqual(states["rédaction@wire.example"]["state"], "failed")
      self.assertIn("SMTPUTF8", states["rédaction@wire.example"]["attempts"][-1]["reply"])


if __name__ == "__main__":
  unittest.main()
