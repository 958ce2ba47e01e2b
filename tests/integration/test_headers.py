"""Headers and messages we write, judged by Python's email package under its strict policy."""

import base64
import email
import email.header
import email.policy
import email.utils
import itertools
import os
import quopri
import re
import unittest

import mailwriter

POLICY = email.policy.SMTP.clone(raise_on_defect=True)
SEED = int(os.environ.get("DATELINE_SEED", "1"))
ROUNDS = 1500


def read(head, body=b""):
  return email.message_from_bytes(head + b"\r\n" + body, policy=POLICY)


class Writing(unittest.TestCase):
  def setUp(self):
    self.writer = mailwriter.MailWriter()
    self.words = mailwriter.Words(f"{SEED} {self.id()}")

  def tearDown(self):
    self.assertEqual(self.writer.close(), 0)


def names_in(head):
  """Display names by RFC 2047's letter: Debian 12's Python leaves a space between encoded words
  in a phrase (its new parser does; email.header.decode_header, which is used here, doesn't)."""
  value = head.partition(b":")[2].replace(b"\r\n", b"").decode("ascii")
  names = [name for name, _ in email.utils.getaddresses([value])]
  return [str(email.header.make_header(email.header.decode_header(name))) for name in names]


def without_space(text):
  return text.replace(" ", "")


# What people take for one letter, whatever it is made of.
LETTERS = (
  "e\u0301", "o\u0302\u0323", "ж", "ع\u0651", "ש\u05c1\u05bc", "क्ष", "त्र्य", "ক্ত", "நி", "க்ஷ", "กำ", "ที่", "한", "\u1112\u1161\u11ab",
  "か\u3099", "海", "𠮷", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇺🇦", "👍🏽", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣", "ß",
)  # fmt: skip


def encoded_words(head):
  return [email.header.decode_header(word)[0][0].decode("utf-8") for word in re.findall(r"=\?utf-8\?[QB]\?[^?]*\?=", head.decode("ascii"))]


class HeaderTest(Writing):
  def assert_lines(self, head, longest):
    self.assertTrue(head.endswith(b"\r\n"), head)
    for line in head[:-2].split(b"\r\n"):
      self.assertNotIn(b"\r", line)
      self.assertNotIn(b"\n", line)
      self.assertTrue(line.strip(), head)
      self.assertLessEqual(len(line), longest, head)
      if b"=?utf-8?" in line:
        self.assertLessEqual(len(line), 76, head)
    head.decode("ascii")

  def assert_defectless(self, value, head):
    self.assertEqual(list(value.defects), [], head)

  def test_any_text_reads_back_as_it_was(self):
    for round_number in range(ROUNDS):
      text = self.words.text()
      with self.subTest(seed=SEED, round=round_number, text=text):
        head = self.writer.text("Subject", text)
        self.assert_lines(head, 78)
        subject = read(head)["Subject"]
        self.assertEqual(str(subject), text, head)
        self.assert_defectless(subject, head)

  def test_any_name_reads_back_as_it_was(self):
    for round_number in range(ROUNDS):
      name = self.words.text(5)
      with self.subTest(seed=SEED, round=round_number, name=name):
        head = self.writer.mailboxes("To", [(name, "ana@paper.example")])
        self.assert_lines(head, 78)
        to = read(head)["To"]
        self.assertEqual([a.addr_spec for a in to.addresses], ["ana@paper.example"], head)
        self.assertEqual(without_space(to.addresses[0].display_name), without_space(name), head)
        self.assertEqual(names_in(head), [name], head)
        self.assert_defectless(to, head)

  def test_any_list_of_mailboxes_reads_back_as_it_was(self):
    for round_number in range(ROUNDS // 5):
      mailboxes = [
        (self.words.text(3) if self.words.random.random() < 0.7 else "", f"user{i}@paper.example")
        for i in range(self.words.random.randint(1, 9))
      ]
      with self.subTest(seed=SEED, round=round_number, mailboxes=mailboxes):
        head = self.writer.mailboxes("Reply-To", mailboxes)
        self.assert_lines(head, 78)
        value = read(head)["Reply-To"]
        self.assertEqual([a.addr_spec for a in value.addresses], [address for _, address in mailboxes], head)
        self.assertEqual(names_in(head), [name for name, _ in mailboxes], head)
        self.assert_defectless(value, head)

  def test_a_phrase_put_before_an_address_reads_back_at_any_column(self):
    for column in range(4, 77):
      name = self.words.text(4)
      with self.subTest(seed=SEED, column=column, name=name):
        before = b"X" * (column - 2) + b": "
        head = before + self.writer.phrase(name, column) + b"\r\n <ana@paper.example>\r\n"
        self.assert_lines(head, 78)
        head = b"To: " + head[column:]
        self.assertEqual(without_space(read(head)["To"].addresses[0].display_name), without_space(name), head)
        self.assertEqual(names_in(head), [name], head)

  def test_no_encoded_word_ends_inside_a_letter(self):
    for round_number in range(ROUNDS):
      letters = [self.words.random.choice((*LETTERS, " ")) for _ in range(self.words.random.randint(1, 60))]
      text = "".join(letters)
      ends = set(itertools.accumulate(len(letter) for letter in letters))
      with self.subTest(seed=SEED, round=round_number, text=text):
        for head in (self.writer.text("Subject", text), self.writer.mailboxes("To", [(text.strip() or "x", "a@b.example")])):
          self.assert_lines(head, 78)
          at = text.find(encoded_words(head)[0]) if encoded_words(head) else 0
          for word in encoded_words(head):
            self.assertEqual(text[at : at + len(word)], word, head)
            at += len(word)
            self.assertIn(at, ends, head)

  def test_any_file_name_reads_back_as_it_was(self):
    for round_number in range(ROUNDS):
      name = self.words.text(6).strip()
      with self.subTest(seed=SEED, round=round_number, name=name):
        head = self.writer.params("Content-Disposition", "attachment", [("filename", name)])
        self.assert_lines(head, 78)
        value = read(head)["Content-Disposition"]
        self.assertEqual(value.content_disposition, "attachment")
        self.assertEqual(value.params["filename"], name, head)
        self.assert_defectless(value, head)

  def test_raw_tokens_read_back_as_they_were(self):
    for count in range(1, 40):
      value = " ".join(f"<https://harbour.example/{'u' * i}>," for i in range(count))
      head = self.writer.raw("List-Unsubscribe", value)
      self.assert_lines(head, 78)
      self.assertEqual(str(read(head)["List-Unsubscribe"]), value)

  def test_no_text_with_a_control_in_it_is_written(self):
    bad = [chr(c) for c in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029)]
    for control in bad:
      text = self.words.text(2) + control + "X-Evil: 1"
      attempts = {
        "text": lambda: self.writer.text("Subject", text),
        "raw": lambda: self.writer.raw("List-Id", text),
        "phrase": lambda: self.writer.phrase(text, 4),
        "name": lambda: self.writer.mailboxes("To", [(text, "ana@paper.example")]),
        "address": lambda: self.writer.mailboxes("To", [("Ana", f"ana{control}@paper.example")]),
        "file name": lambda: self.writer.params("Content-Disposition", "inline", [("filename", text)]),
        "parsed address": lambda: self.writer.ask(mailwriter.Verb("address"), f"ana@paper{control}.example"),
      }
      for what, attempt in attempts.items():
        with self.subTest(control=f"U+{ord(control):04X}", what=what):
          with self.assertRaises(mailwriter.Refused) as refused:
            attempt()
          self.assertEqual(refused.exception.status, "syntax")

  def test_quoted_printable_in_pieces_reads_back_within_76(self):
    for round_number in range(ROUNDS // 3):
      text = self.words.lines(8)
      cuts = sorted(self.words.random.randint(0, len(text)) for _ in range(4))
      pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)])]
      with self.subTest(seed=SEED, round=round_number, pieces=pieces):
        encoded = self.writer.qp(pieces)
        self.assertEqual(quopri.decodestring(encoded).replace(b"\r\n", b"\n").decode("utf-8"), text)
        for line in encoded.split(b"\r\n"):
          self.assertLessEqual(len(line), 76)
          self.assertFalse(line.startswith((b".", b"From ")), line)
          self.assertEqual(line, line.rstrip(), encoded)
          line.decode("ascii")

  def test_base64_reads_back_within_76(self):
    for size in [*range(200), 10_000]:
      data = self.words.random.randbytes(size)
      encoded = self.writer.base64(data)
      self.assertEqual(base64.b64decode(encoded), data)
      self.assertTrue(all(len(line) <= 76 for line in encoded.split(b"\r\n")))


class MessageTest(Writing):
  """Whole messages: what a letter is made of."""

  def head(self, subject, name):
    return (
      self.writer.mailboxes("From", [("Press Office", "press@harbour.example")])
      + self.writer.mailboxes("To", [(name, "ana@paper.example")])
      + self.writer.text("Subject", subject)
      + self.writer.raw("Message-ID", "<aaaaaaaaaaaaaaaaaaaaaaaaaa@harbour.example>")
      + self.writer.raw("Date", "Wed, 11 Nov 2026 10:00:00 +0100")
      + b"MIME-Version: 1.0\r\n"
    )

  def read_message(self, data):
    message = email.message_from_bytes(data, policy=POLICY)
    for part in message.walk():
      self.assertEqual(part.defects, [])
      for value in part.values():
        self.assertEqual(list(value.defects), [])
    self.assertEqual(data.replace(b"\r\n", b""), data.replace(b"\r", b"").replace(b"\n", b""))
    data.decode("ascii")
    return message

  def test_text_html_image_and_attachment_read_back_without_a_defect(self):
    for round_number in range(60):
      text, html = self.words.lines(), self.words.lines()
      subject, name, file_name = self.words.text(), self.words.text(4), self.words.text(6).strip()
      image = self.words.random.randbytes(500)
      encoding = self.words.random.choice(("qp", "base64"))
      with self.subTest(seed=SEED, round=round_number):
        related = mailwriter.multipart(
          "related",
          "=_related",
          [
            mailwriter.leaf("text/html", encoding, html),
            mailwriter.leaf("image/png", "base64", image, "inline", "map.png", "map@harbour.example"),
          ],
        )
        letter = mailwriter.multipart(
          "alternative", "=_alternative", [mailwriter.leaf("text/plain", "qp", text), related]
        )
        paper = mailwriter.leaf("application/pdf", "base64", image, "attachment", file_name)
        tree = mailwriter.multipart("mixed", "=_mixed", [letter, paper])
        message = self.read_message(self.head(subject, name) + self.writer.mime(tree))
        self.assertEqual(message["Subject"], subject)
        self.assertEqual(without_space(message["To"].addresses[0].display_name), without_space(name))
        parts = [part for part in message.walk() if not part.is_multipart()]
        self.assertEqual(
          [part.get_content_type() for part in parts],
          ["text/plain", "text/html", "image/png", "application/pdf"],
        )
        self.assertEqual(parts[0].get_content().replace("\r\n", "\n"), text)
        self.assertEqual(parts[1].get_content().replace("\r\n", "\n"), html)
        self.assertEqual(parts[2].get_content(), image)
        self.assertEqual(parts[2]["Content-ID"], "<map@harbour.example>")
        self.assertEqual(parts[3].get_content(), image)
        self.assertEqual(parts[3].get_filename(), file_name)

  def test_a_single_text_reads_back_without_a_defect(self):
    for round_number in range(100):
      text = self.words.lines()
      with self.subTest(seed=SEED, round=round_number):
        tree = mailwriter.leaf("text/plain", "qp", text)
        message = self.read_message(self.head("Ports", "Ana") + self.writer.mime(tree))
        self.assertEqual(message.get_content().replace("\r\n", "\n").rstrip("\n"), text.rstrip("\n"))


if __name__ == "__main__":
  unittest.main()
