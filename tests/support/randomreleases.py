"""Made-up releases in many scripts, as files and as what a reader must find in the mail made of them.

The seed is the test's, so that a failure can be had again.
"""

import dataclasses
import io
import json
import os
import random
import re
import zipfile

# By script: words that people write, spaces between them or not, and their direction.
SCRIPTS = {
  "latin": (" ", "harbour towns agree rescue fund R&D Ærø Łódź façade naïve İzmir œuvre Straße <ten> 5*7 a_b [see] "
    "#1 ~tilde~ `code` ​co-operation it’s “so” – £5 100% \\back c:\\temp and/or =?utf-8? 1. ---"),
  "cyrillic": (" ", "море спасение города гавань Олена Коваленко щуку съешь ещё їжак ґанок Ђорђе"),
  "greek": (" ", "θάλασσα λιμάνι διάσωση πόλεις ΐ ᾳ Ἀθῆναι"),
  "arabic": (" ", "البحر إنقاذ مدن ساحلية صندوق مُشتَرَك لِلإنقاذ ٢٠٢٦ سلمى ناجي «كلام» ،"),
  "hebrew": (" ", "ים הצלה ערים קרן שָׁלוֹם צה״ל"),
  "chinese": ("", "沿海 城镇 商定 建立 联合 救援 基金 。 ， 龘 𠮷 「海」"),
  "japanese": ("", "海難 救助 基金 を 設立 カタカナ ﾊﾝｶｸ が は゛ 々 ー 。"),
  "thai": ("", "เมือง ชายฝั่ง ตกลง กองทุน กู้ภัย ร่วม น้ำ ที่ ๒๕๖๙"),
  "hindi": (" ", "समुद्र बचाव शहर कोष क्षत्रिय हिन्दी ज्ञान ५"),
  "tamil": (" ", "கடல் மீட்பு நகரம் ஸ்ரீ"),
  "emoji": (" ", "👨‍👩‍👧‍👦 🏳️‍🌈 🇫🇷 👍🏽 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🚢 ☂️ 1️⃣ ❤️‍🔥"),
  "combining": (" ", "e\u0301\u0323 Z\u0351\u036b\u0343algo n\u0303o a\u0308o\u0308u\u0308 x\u20dd q\u0307\u0307"),
}
DIRECTION = {"arabic": "ar", "hebrew": "he"}
WORDS = {name: words.replace("\u200b", "").split(" ") for name, (_, words) in SCRIPTS.items()}

EXTENSIONS = ("pdf", "csv", "txt", "zip", "dat")


@dataclasses.dataclass
class Contact:
  name: str
  role: str
  email: str


@dataclasses.dataclass
class Release:
  """What went in."""

  language: str
  title: str
  subtitle: str
  place: str
  paragraphs: list
  contacts: list
  notes: str
  boilerplate: str
  attachments: dict = dataclasses.field(default_factory=dict)  # content by file name
  pictures: dict = dataclasses.field(default_factory=dict)  # (content, alt, caption, credit) by file name

  def markdown(self):
    """The release's file."""
    front = {
      "title": self.title, "subtitle": self.subtitle, "slug": "random", "language": self.language,
      "dateline": self.place, "boilerplate": escape(self.boilerplate), "notes": escape(self.notes),
      "contacts": [vars(contact) for contact in self.contacts],
      "attachments": [{"path": name} for name in self.attachments],
      "images": [
        {"path": name, "alt": alt, "caption": caption, "credit": credit}
        for name, (_, alt, caption, credit) in self.pictures.items()
      ],
    }  # fmt: skip
    # JSON's texts and lists are YAML's, too.
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in front.items() if value]
    return "---\n" + "\n".join(lines) + "\n---\n" + "\n\n".join(map(escape, self.paragraphs)) + "\n"

  def write(self, folder):
    """Into an empty folder: the release's path."""
    for name, content in self.attachments.items():
      with open(os.path.join(folder, name), "wb") as file:
        file.write(content)
    for name, (content, *_) in self.pictures.items():
      with open(os.path.join(folder, name), "wb") as file:
        file.write(content)
    with open(os.path.join(folder, "random.md"), "w", encoding="utf-8") as file:
      file.write(self.markdown())
    return os.path.join(folder, "random.md")


def zip_of(content):
  out = io.BytesIO()
  with zipfile.ZipFile(out, "w") as archive:
    archive.writestr(zipfile.ZipInfo("content", (2026, 1, 1, 0, 0, 0)), content)
  return out.getvalue()


def escape(text):
  """As Markdown that means the text itself."""
  return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


class Releases:
  """Makes them up."""

  def __init__(self, seed):
    self.random = random.Random(seed)

  def script(self):
    return self.random.choice(list(SCRIPTS))

  def text(self, least, most, script=None):
    """In one script, or in several."""
    script = script or self.script()
    words = []
    for _ in range(self.random.randint(least, most)):
      chosen = self.script() if self.random.random() < 0.12 else script
      words.append(self.random.choice(WORDS[chosen]))
    text = words[0]
    for word in words[1:]:
      # Where a script has no spaces, they stand around another's words.
      text += (" " if self.random.random() < 0.1 else SCRIPTS[script][0]) + word
    return text

  def file_name(self, extension):
    text = re.sub(r"[/\\]", "", self.text(1, 6))
    return f"{text.strip('. ') or 'x'}.{extension}"

  def file(self, extension):
    """One that its name doesn't belie, of random bytes where they may be."""
    noise = self.random.randbytes(self.random.choice((1, 56, 57, 58, 1000, 20_000)))
    if extension in ("csv", "txt"):
      return (self.text(1, 200) + "\n").encode()
    if extension == "zip":
      return zip_of(noise)
    return b"%PDF-1.4\n" + noise if extension == "pdf" else b"\0\1\2\3" + noise

  def contact(self):
    user = self.random.choice(("roy", "jonas.lind", "o'neil", "first+tag"))
    domain = self.random.choice(("harbour.example", "press.harbour.example", "xn--bcher-kva.example"))
    return Contact(self.text(1, 4), self.text(1, 5), f"{user}@{domain}")

  def release(self, pictures=()):
    """`pictures` are to choose from: extension and content."""
    script = self.script()
    release = Release(
      language=DIRECTION.get(script, "en"),
      title=self.text(1, 25, script),
      subtitle=self.text(3, 15, script) if self.random.random() < 0.6 else "",
      place=self.text(1, 2, script) if self.random.random() < 0.6 else "",
      paragraphs=[self.text(1, 90, script) for _ in range(self.random.randint(1, 8))],
      contacts=[self.contact() for _ in range(self.random.randint(1, 4))],
      notes=self.text(3, 40) if self.random.random() < 0.5 else "",
      boilerplate=self.text(3, 40) if self.random.random() < 0.5 else "",
    )
    for _ in range(self.random.randint(0, 3)):
      extension = self.random.choice(EXTENSIONS)
      release.attachments[self.file_name(extension)] = self.file(extension)
    for _ in range(self.random.randint(0, 2) if pictures else 0):
      extension, content = self.random.choice(pictures)
      release.pictures[self.file_name(extension)] = (content, self.text(1, 9), self.text(1, 20), self.text(1, 4))
    return release

  def recipient(self):
    """Values by field, as the tool takes them."""
    return {
      "subscriber.name": self.text(1, 5) if self.random.random() < 0.9 else "",
      "subscriber.address": self.random.choice(
        ("ana@paper.example", "jw@xn--bcher-kva.example", "o'brien+news@wire.example", "rédaction@canal.example",
         "記者@xn--fsqu00a.example", "a" * 60 + "@paper.example")),
      "subscriber.greeting": self.text(1, 12),
      "list.name": "europe",
      "list.title": self.text(1, 8),
      "message_id": "".join(self.random.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(26)),
    }  # fmt: skip
