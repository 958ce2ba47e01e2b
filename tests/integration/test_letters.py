#!/usr/bin/python3
"""Letters are read by somebody else's reader: Python's email under its strict policy."""

import email
import email.header
import email.policy
import glob
import os
import random
import re
import subprocess
import tempfile
import unittest

BUILD = os.environ.get("DATELINE_BUILD", "build/release")
TOOL = os.path.join(BUILD, "tests/tools/letter_tool")
SEED = int(os.environ.get("DATELINE_SEED", "7"))
STRICT = email.policy.strict + email.policy.SMTP
LANGUAGES = sorted(
  os.path.basename(path)[:-5] for path in glob.glob("templates/words/*.yaml")
)
ANA = {
  "subscriber.address": "ana@elpuerto.example",
  "subscriber.name": "Ana Pérez",
  "subscriber.greeting": "Dear Ana Pérez,",
  "subscriber.outlet": "El Puerto",
  "list.name": "europe",
  "list.title": "Europe",
  "message_id": "abcdefghijklmnopqrstuvwxyz",
}
HEADERS = (
  "From",
  "Reply-To",
  "To",
  "Subject",
  "Date",
  "Message-ID",
  "List-Id",
  "List-Unsubscribe",
  "Feedback-ID",
  "MIME-Version",
)


def build(release, language, recipients):
  """The message, or the refusal as "! WORDS", for each recipient."""
  blocks = ["".join(f"{k}={v}\n" for k, v in r.items()) + "\n" for r in recipients]
  done = subprocess.run(
    [TOOL, release, language],
    input="".join(blocks).encode(),
    stdout=subprocess.PIPE,
    stderr=subprocess.PIPE,
    check=False,
  )
  if done.returncode:
    raise AssertionError(done.stderr.decode())
  rest, answers = done.stdout, []
  while rest:
    line, rest = rest.split(b"\n", 1)
    if line.startswith(b"!"):
      answers.append(line.decode())
    else:
      answers.append(rest[: int(line)])
      rest = rest[int(line) :]
  return answers


def write_release(text):
  file = tempfile.NamedTemporaryFile("w", suffix=".md", encoding="utf-8")
  file.write(text)
  file.flush()
  return file


def display_name(raw):
  """The To field's name. Python 3.11's address parser leaves white space between encoded
  words where there must be none (bpo-35547), so its older decoder reads them."""
  field = re.search(rb"^To: (.*(?:\r\n .*)*)\r\n", raw, re.MULTILINE).group(1)
  phrase = field.decode().replace("\r\n", "").rsplit("<", 1)[0].strip()
  if phrase.startswith('"'):
    return re.sub(r"\\(.)", r"\1", phrase[1:-1])
  return str(email.header.make_header(email.header.decode_header(phrase)))


class Letters(unittest.TestCase):
  def assert_sound(self, raw):
    """No defects, each header once, canonical lines; returns what was read."""
    self.assertNotRegex(raw, rb"(?<!\r)\n|\r(?!\n)|\x00")
    self.assertLessEqual(max(map(len, raw.split(b"\r\n"))), 998)
    message = email.message_from_bytes(raw, policy=STRICT)
    for part in message.walk():
      self.assertEqual(part.defects, [])
      for name, value in part.items():
        self.assertEqual(list(value.defects), [], f"{name}: {value}")
      if not part.is_multipart():
        part.get_content()
    for name in HEADERS:
      self.assertEqual(len(message.get_all(name, [])), 1, name)
    return message

  def test_the_sample_reads_back_in_every_language_without_defects(self):
    for language in LANGUAGES:
      with self.subTest(language):
        (raw,) = build("templates/sample/harbour-fund.md", language, [ANA])
        message = self.assert_sound(raw)
        self.assertEqual(message.get_content_type(), "multipart/alternative")
        self.assertEqual(message["Subject"], "Coastal towns agree joint rescue fund")
        self.assertEqual(message["To"].addresses[0].display_name, "Ana Pérez")
        self.assertIn(
          "Dear Ana Pérez,", message.get_body(("plain",)).get_content()
        )
        self.assertIn(f'lang="{language}"', message.get_body(("html",)).get_content())

  def test_titles_in_any_script_read_back_as_written(self):
    for title in (
      "Les villes côtières créent un fonds commun de sauvetage, à Genève et ailleurs",
      "沿海城镇商定建立联合救援基金，十二个港口从一月起共享船只船员和费用",
      "مدن ساحلية تتفق على صندوق مشترك للإنقاذ",
      "A =?utf-8?Q?word?= that looks encoded",
      "x" * 300,
      "🚢 " * 40 + "end",
    ):
      with self.subTest(title), write_release(
        f"---\nslug: fund\ntitle: '{title}'\n---\nWords.\n"
      ) as file:
        (raw,) = build(file.name, "en", [ANA])
        self.assertEqual(self.assert_sound(raw)["Subject"], title)

  def test_random_values_read_back_as_they_were(self):
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    letters = "abc .,;:<>&\"'=?_@\\()[]éß東京ليلىΩ🚢-"
    recipients = []
    for _ in range(120):
      text = "".join(chance.choice(letters) for _ in range(chance.randrange(1, 60)))
      text = re.sub(" +", " ", text).strip() or "x"
      recipients.append(
        ANA | {"subscriber.name": text, "subscriber.greeting": f"|{text}|"}
      )
    for recipient, raw in zip(
      recipients, build("templates/sample/harbour-fund.md", "en", recipients)
    ):
      message = self.assert_sound(raw)
      to = message["To"].addresses
      self.assertEqual(len(to), 1)
      self.assertEqual(display_name(raw), recipient["subscriber.name"])
      self.assertEqual(to[0].addr_spec, ANA["subscriber.address"])
      text = message.get_body(("plain",)).get_content()
      self.assertIn(f"\n{recipient['subscriber.greeting']}\r\n", text)

  def test_a_control_character_never_gets_into_a_message(self):
    controls = [chr(c) for c in range(0x20) if c not in (0x00, 0x0A)] + [
      "\x7f",
      "\x85",
      "\x9b",
    ]
    recipients = [
      ANA | {field: ANA[field] + control + "x"}
      for control in controls
      for field in ("subscriber.name", "subscriber.greeting", "list.title", "list.name")
    ]
    for answer in build("templates/sample/harbour-fund.md", "en", recipients):
      self.assertIsInstance(answer, str)
      self.assertIn("control character", answer)

  def test_a_file_goes_along_under_its_own_name(self):
    with tempfile.TemporaryDirectory() as folder:
      content = b"%PDF-1.7\n" + bytes(range(256)) * 40
      name = "Bericht für März.pdf"
      with open(os.path.join(folder, name), "wb") as file:
        file.write(content)
      release = os.path.join(folder, "fund.md")
      with open(release, "w", encoding="utf-8") as file:
        file.write(f"---\ntitle: Fund\nattachments:\n  - path: {name}\n---\nWords.\n")
      done = subprocess.run(
        [os.path.abspath(TOOL), "fund.md", "en"],
        input="".join(f"{k}={v}\n" for k, v in ANA.items()).encode(),
        stdout=subprocess.PIPE,
        cwd=folder,
        check=True,
      )
      message = self.assert_sound(done.stdout.split(b"\n", 1)[1])
      (attachment,) = message.iter_attachments()
      self.assertEqual(attachment.get_filename(), name)
      self.assertEqual(attachment.get_content_type(), "application/pdf")
      self.assertEqual(attachment.get_content(), content)


if __name__ == "__main__":
  unittest.main()
