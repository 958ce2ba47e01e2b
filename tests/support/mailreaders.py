"""Two readers of mail, Python's `email` under its strict policy and GMime, brought to one form.

Each gives a Mail, or raises Amiss for whatever it finds wrong with a message.
"""

import base64
import dataclasses
import email
import email.errors
import email.header
import email.policy
import email.utils
import html.parser
import json
import os
import re

from answerer import Answerer

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GMIME = os.path.join(os.environ.get("DATELINE_BUILD", os.path.join(ROOT, "build/release")), "tests/tools/gmime_reader")
STRICT = email.policy.strict + email.policy.SMTP
LINE_MAX, LINE_WISHED = 998, 78
ONCE = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type")
AT_MOST_ONCE = ("Reply-To", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID", "Cc", "Bcc", "Sender")


class Amiss(AssertionError):
  """What a reader finds wrong with a message."""


@dataclasses.dataclass
class Leaf:
  """A part that holds no others."""

  type: str
  file_name: str | None
  content_id: str | None
  disposition: str | None
  content: bytes | str  # a text's with "\n"


@dataclasses.dataclass
class Mail:
  subject: str
  sender: list  # (display name, address), as in the next two
  to: list
  reply_to: list
  message_id: str
  date: int  # seconds since 1970
  list_id: str
  structure: list  # multiparts and leaves by type, nested
  leaves: list

  def text(self, kind="text/plain"):
    (found,) = [leaf.content for leaf in self.leaves if leaf.type == kind and leaf.disposition != "attachment"]
    return found


def as_text(content, charset):
  return content.decode(charset or "us-ascii").replace("\r\n", "\n")


def check_lines(raw):
  """What no reader minds and every server does: line ends, their lengths, 8-bit bytes."""
  if re.search(rb"\r(?!\n)|(?<!\r)\n|\0", raw):
    raise Amiss("a bare CR or LF, or a NUL")
  head, _, body = raw.partition(b"\r\n\r\n")
  if not body.isascii():
    raise Amiss("8-bit bytes in the body")
  for line in raw.split(b"\r\n"):
    if len(line) > LINE_MAX:
      raise Amiss(f"a line of {len(line)} bytes")
  # To rspamd, a field folded there has no blank behind its name.
  empty = re.search(rb"^(From|To|Cc|Reply-To|Date): *\r\n", head, re.IGNORECASE | re.MULTILINE)
  if empty:
    raise Amiss(f"{empty.group(1).decode()} is folded right behind its name")
  for line in head.split(b"\r\n"):
    # A line may be longer only where nothing in it can be folded.
    if len(line) > LINE_WISHED and b" " in line.lstrip().partition(b": ")[2].rstrip():
      raise Amiss(f"a foldable line of {len(line)} bytes: {line}")


def names_and_addresses(raw, name):
  """Of a field of the raw head. Debian 12's Python leaves a space between encoded words of a phrase where it
  has read the whole; email.header.decode_header, which is used here, doesn't."""
  values = [
    re.sub(r"\r\n(?=[ \t])", "", field.partition(":")[2])
    for field in re.split(r"\r\n(?![ \t])", raw.partition(b"\r\n\r\n")[0].decode("utf-8"))
    if field.partition(":")[0].lower() == name
  ]
  return [
    (str(email.header.make_header(email.header.decode_header(phrase))), address)
    for phrase, address in email.utils.getaddresses(values)
  ]


def read_by_python(raw):
  """Strictly: what is a defect to Python raises."""
  # It takes UTF-8 in the head (RFC 6532) from a text only.
  message = email.message_from_string(raw.decode("utf-8"), policy=STRICT)
  for part in message.walk():
    if part.defects:
      raise Amiss(f"{part.get_content_type()}: {part.defects}")
    for name, value in part.items():
      # To Python, UTF-8 in an address is one although RFC 6532 allows it; check_lines() says where.
      if any(not isinstance(defect, email.errors.NonASCIILocalPartDefect) for defect in value.defects):
        raise Amiss(f"{name}: {value}: {value.defects}")

  for name in ONCE + AT_MOST_ONCE:
    count = len(message.get_all(name, []))
    if count > 1 or (name in ONCE and not count):
      raise Amiss(f"{name} is there {count} times")

  def structure(part):
    if not part.is_multipart():
      return part.get_content_type()
    return [part.get_content_type(), *map(structure, part.iter_parts())]

  def leaf(part):
    content = part.get_payload(decode=True)
    if part.get_content_maintype() == "text" and part.get_content_disposition() != "attachment":
      content = as_text(content, part.get_content_charset())
    content_id = part["Content-ID"]
    return Leaf(part.get_content_type(), part.get_filename(), content_id and content_id.strip("<>"),
      part.get_content_disposition(), content)

  return Mail(
    subject=str(message["Subject"]),
    sender=names_and_addresses(raw, "from"),
    to=names_and_addresses(raw, "to"),
    reply_to=names_and_addresses(raw, "reply-to"),
    message_id=message["Message-ID"].strip("<>"),
    date=int(message["Date"].datetime.timestamp()),
    list_id=str(message["List-Id"] or "").strip(),
    structure=structure(message),
    leaves=[leaf(part) for part in message.walk() if not part.is_multipart()],
  )


class GmimeReader:
  """tests/tools/gmime_reader: one process for many messages."""

  @staticmethod
  def why_not():
    return None if os.path.exists(GMIME) else f"{GMIME} is not built"

  def __enter__(self):
    self.answerer = Answerer(GMIME)
    return self

  def __exit__(self, *_):
    self.answerer.__exit__()

  def ask(self, raw):
    return json.loads(self.answerer.ask(raw))

  def read(self, raw):
    """What GMime warns of raises, but for UTF-8 in the head where an address asks for it."""
    answer = self.ask(raw)
    warnings = [tuple(warning) for warning in answer["warnings"]]
    if not raw.partition(b"\r\n\r\n")[0].isascii():
      warnings = [warning for warning in warnings if warning[0] != "unencoded 8-bit header"]
    if warnings:
      raise Amiss(f"GMime: {warnings}")

    if not answer.get("part"):
      raise Amiss("GMime reads no message")

    def structure(part):
      if "children" not in part:
        return part["type"]
      return [part["type"], *map(structure, part["children"])]

    def leaves(part):
      if "children" in part:
        return [leaf for child in part["children"] for leaf in leaves(child)]
      content = base64.b64decode(part["content"])
      if part["type"].startswith("text/") and part["disposition"] != "attachment":
        content = as_text(content, part["parameters"].get("charset"))
      return [Leaf(part["type"], part["file_name"], part["content_id"], part["disposition"], content)]

    def pairs(addresses):
      return [(name or "", address) for name, address in addresses]

    return Mail(
      subject=answer["subject"],
      sender=pairs(answer["from"]),
      to=pairs(answer["to"]),
      reply_to=pairs(answer["reply_to"]),
      message_id=answer["message_id"],
      date=answer["date"],
      list_id=dict(answer["headers"]).get("List-Id") or "",
      structure=structure(answer["part"]),
      leaves=leaves(answer["part"]),
    )


class Reading(html.parser.HTMLParser):
  """What an HTML part gives to read, and the images it shows."""

  SILENT = {"style", "title", "script"}

  def __init__(self):
    super().__init__()
    self.words = []
    self.images = []
    self.silence = 0

  def handle_starttag(self, tag, attrs):
    self.silence += tag in self.SILENT
    if tag == "img":
      self.images.append(dict(attrs))

  def handle_endtag(self, tag):
    self.silence -= tag in self.SILENT

  def handle_data(self, data):
    if not self.silence:
      self.words.append(data)


def read_html(text):
  """The text of an HTML part, and its images' attributes."""
  reading = Reading()
  reading.feed(text)
  reading.close()
  return "".join(reading.words), reading.images
