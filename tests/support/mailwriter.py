"""Asks tests/tools/mailwriter to write headers and MIME trees, and makes up texts for them."""

import os
import random
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Refused(Exception):
  """The program's answer where it wrote nothing: its status and its words."""

  def __init__(self, status, text):
    super().__init__(f"{status}: {text}")
    self.status = status


class Verb(str):
  """A word that goes over as it is."""


class MailWriter:
  def __init__(self):
    build = os.environ.get("DATELINE_BUILD", os.path.join(ROOT, "build/release"))
    self.process = subprocess.Popen(
      [os.path.join(build, "tests/tools/mailwriter")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )

  def close(self):
    self.process.stdin.close()
    status = self.process.wait()
    self.process.stdout.close()
    return status

  def ask(self, *words):
    self.process.stdin.write(b" ".join(encode_word(word) for word in words) + b"\n")
    self.process.stdin.flush()
    status, _, answer = self.process.stdout.readline().decode("ascii").rstrip("\n").partition(" ")
    answer = bytes.fromhex(answer)
    if status != "ok":
      raise Refused(status, answer.decode("utf-8", "replace"))
    return answer

  def text(self, name, value):
    return self.ask(Verb("text"), name, value)

  def raw(self, name, value):
    return self.ask(Verb("raw"), name, value)

  def phrase(self, value, column):
    return self.ask(Verb("phrase"), Verb(column), value)

  def mailboxes(self, name, mailboxes):
    return self.ask(Verb("mailboxes"), name, *[word for mailbox in mailboxes for word in mailbox])

  def params(self, name, value, params):
    return self.ask(Verb("params"), name, value, *[word for param in params for word in param])

  def qp(self, pieces):
    return self.ask(Verb("qp"), *pieces)

  def base64(self, data):
    return self.ask(Verb("base64"), data)

  def mime(self, tree):
    return self.ask(Verb("mime"), *tree)


def encode_word(word):
  if isinstance(word, Verb):
    return f"<{word}>".encode("ascii")
  data = word.encode("utf-8") if isinstance(word, str) else word
  return data.hex().encode("ascii") or b"-"


def multipart(subtype, boundary, children):
  nodes = [word for child in children for word in child]
  return [Verb("multipart"), subtype, boundary, Verb(len(children)), *nodes]


def leaf(kind, encoding, body, disposition="", file_name="", content_id=""):
  return [Verb("leaf"), kind, Verb(encoding), body, disposition, file_name, content_id]


SCRIPTS = (
  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
  "\"\\()<>[]@,;:.!#$%&'*+-/=?^_`{|}~",
  "äöüßéèñçøåłżğİıœ",
  "абвгдежзийклмнопрстуфхцчшщъыьэюя",
  "αβγδεζηθικλμνξοπρστυφχψω",
  "ابتثجحخدذرزسشصضطظعغفقكلمنهوي\u0640\u064b\u0651",
  "אבגדהוזחטיכלמנסעפצקרשת\u05b0\u05b7",
  "新闻发布会地中海救援基金龘𠮷",
  "กขฃคฅฆงจฉชซฌญฎฏฐฑฒณด\u0e34\u0e49\u0e35\u0e33",
  "अआइईउऊकखगघ\u093f\u094d\u0902",
  "\u0301\u0308\u0327\u20dd\u200d\u200c",
)
CLUSTERS = (
  "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇫🇷", "👍🏽", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "e\u0301\u0323", "กำ้", "क्षि", "\u200f", "=?", "?=", "=?utf-8?q?a?=",
)


class Words:
  """Made-up texts in many scripts. The seed is the test's, so that a failure can be had again."""

  def __init__(self, seed):
    self.random = random.Random(seed)

  def word(self, longest=12):
    script = self.random.choice(SCRIPTS)
    letters = [self.random.choice(script) for _ in range(self.random.randint(1, longest))]
    if self.random.random() < 0.15:
      letters.insert(self.random.randint(0, len(letters)), self.random.choice(CLUSTERS))
    return "".join(letters)

  def text(self, most=14):
    separators = [" "] * 30 + ["  ", "   "]
    words = [self.word(self.random.choice((3, 12, 12, 12, 90))) for _ in range(self.random.randint(1, most))]
    text = words[0]
    for word in words[1:]:
      text += self.random.choice(separators) + word
    if self.random.random() < 0.05:
      text = self.random.choice((" ", "")) + text + self.random.choice((" ", "  "))
    return text

  def lines(self, most=30):
    lines = [self.text() if self.random.random() < 0.8 else "" for _ in range(self.random.randint(0, most))]
    return "\n".join(lines)
