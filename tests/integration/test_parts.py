#!/usr/bin/python3
"""Images, attachments and media links of a release, read back from the message by Python's email; and bad
ones, each refused with its file and line before there is a message."""

import email
import email.policy
import glob
import io
import os
import re
import subprocess
import sys
import tempfile
import unittest
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

import pictures  # noqa: E402

PROGRAM = os.path.abspath(os.environ.get("DATELINE", "build/release/dateline"))
LANGUAGES = sorted(os.path.basename(path)[:-5] for path in glob.glob("templates/words/*.yaml"))
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

LEGEND = """    alt: {0} alt
    caption: {0} caption
    credit: {0} credit
    usage: {0} usage
"""


def image(path, name):
  return f"  - path: {path}\n" + LEGEND.format(name)


def docx():
  file = io.BytesIO()
  with zipfile.ZipFile(file, "w") as archive:
    archive.writestr("[Content_Types].xml", "<Types/>")
    archive.writestr("_rels/.rels", "<Relationships/>")
    archive.writestr("word/document.xml", "<document>Words</document>")
  return file.getvalue()


class Parts(unittest.TestCase):
  def setUp(self):
    self.folder = tempfile.TemporaryDirectory()
    self.addCleanup(self.folder.cleanup)
    self.room = os.path.join(self.folder.name, "room")
    subprocess.run([PROGRAM, "init", self.room], stdout=subprocess.DEVNULL, check=True)

  def put(self, name, content):
    with open(os.path.join(self.room, "releases", name), "wb") as file:
      file.write(content)

  def release(self, front_matter, body="Twelve coastal towns have agreed.\n", name="fund.md"):
    self.put(name, (
      "---\ntitle: Fund\ndateline: Geneva\nslug: fund\ncontacts:\n  - name: Ana Roy\n    email: a@b.example\n"
      f"{front_matter}---\n\n{body}").encode())  # fmt: skip

  def run_it(self, *arguments, status=0):
    done = subprocess.run(
      [PROGRAM, *arguments], cwd=self.room, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False
    )
    self.assertEqual(done.returncode, status, done.stdout + done.stderr)
    return done

  def message(self, language="en"):
    out = os.path.join(self.folder.name, "out")
    self.run_it("release", "preview", "fund", "--no-pictures", "-o", out)
    with open(os.path.join(out, f"fund.{language}.eml"), "rb") as file:
      message = email.message_from_bytes(file.read(), policy=email.policy.strict + email.policy.SMTP)
    for part in message.walk():
      self.assertEqual(part.defects, [])
      for name, value in part.items():
        self.assertEqual(list(value.defects), [], f"{name}: {value}")
    return message

  def bodies(self, message):
    text = message.get_body(("plain",)).get_content()
    return text, message.get_body(("html",)).get_content()

  def assert_no_message(self, *words):
    """The check says each, with its line; and no letter is made."""
    done = self.run_it("release", "check", "fund", status=1)
    for part in words:
      self.assertIn(part, done.stdout)
    out = os.path.join(self.folder.name, "refused")
    done = self.run_it("release", "preview", "fund", "--no-pictures", "-o", out, status=1)
    self.assertRegex(done.stderr, r"fund\.md:\d+: ")
    self.assertEqual([name for name in os.listdir(out) if name.endswith(".eml")], [])

  def test_images_read_back_with_their_bytes_and_everything_said_of_them(self):
    files = {
      "boat.png": (pictures.png(1040, 700, towards=pictures.SAND), "image/png", ("520", "350")),
      "crew.jpg": (pictures.jpeg(900, 1200, 30, 220), "image/jpeg", ("520", "693")),
      "map.gif": (pictures.gif(300, 200), "image/gif", ("300", "200")),
      "Überfahrt.webp": (pictures.webp(521, 100), "image/webp", ("520", "100")),
    }
    for name, (content, _, _) in files.items():
      self.put(name, content)
    self.release("images:\n" + "".join(image(name, name) for name in files))
    self.run_it("release", "check", "fund")
    message = self.message()
    text, html = self.bodies(message)
    related = [part for part in message.walk() if part.get_content_type() == "multipart/related"]
    self.assertEqual(len(related), 1)
    parts = {part["Content-ID"].strip("<>"): part for part in related[0].iter_parts() if part["Content-ID"]}
    shown = re.findall(r'<img src="cid:([^"]+)" alt="([^"]+)" width="(\d+)" height="(\d+)"', html)
    self.assertEqual(len(shown), len(files))
    self.assertEqual({identity for identity, *_ in shown}, set(parts))
    for (identity, alt, *size), (name, (content, kind, expected)) in zip(shown, files.items()):
      part = parts[identity]
      self.assertEqual(part.get_content_type(), kind)
      self.assertEqual(part.get_content(), content)
      self.assertEqual(part.get_content_disposition(), "inline")
      self.assertEqual(part.get_filename(), name)
      self.assertEqual(alt, f"{name} alt")
      self.assertEqual(tuple(size), expected)
      for word in ("alt", "caption", "credit", "usage"):
        self.assertIn(f"{name} {word}", text)
        self.assertIn(f"{name} {word}", html)

  def test_attachments_read_back_with_their_bytes_and_types(self):
    files = {
      "annex.pdf": (b"%PDF-1.7\n" + bytes(range(256)), "application/pdf"),
      "towns.csv": ("Town,Boats\r\nCádiz,3\r\n".encode(), "text/csv"),
      "unix.csv": (b"Town,Boats\nCadiz,3\n", "text/csv"),
      "Bericht für März.docx": (docx(), DOCX),
      "notes.txt": ("Слова и слова.\n".encode() * 20, "text/plain"),
      "answer.eml": (b"Received: from a.example by b.example; 1\r\nFrom: a@a.example\r\nSubject: A\r\n\r\nYes.\r\n", "application/octet-stream"),
      "blank ends.txt": (b"a \r\nb\t\r\n\r\nc=20", "text/plain"),
    }
    for name, (content, _) in files.items():
      self.put(name, content)
    self.release("attachments:\n" + "".join(f"  - {name}\n" for name in files))
    self.run_it("release", "check", "fund")
    attachments = list(self.message().iter_attachments())
    self.assertEqual([part.get_filename() for part in attachments], list(files))
    for part, (content, kind) in zip(attachments, files.values()):
      self.assertEqual(part.get_content_type(), kind)
      self.assertEqual(part.get_payload(decode=True), content)
      if kind.startswith("text/"):
        self.assertEqual(part.get_content_charset(), "utf-8")
        self.assertEqual(part.get_content().encode(), content)
    self.assertEqual(attachments[1]["Content-Transfer-Encoding"], "quoted-printable")
    self.assertEqual(attachments[2]["Content-Transfer-Encoding"], "base64")
    self.assertEqual(attachments[4]["Content-Transfer-Encoding"], "base64")

  def test_a_newsroom_with_a_domain_beyond_ascii_sends_images_too(self):
    path = os.path.join(self.room, "dateline.cfg")
    with open(path, encoding="utf-8") as file:
      text = file.read()
    with open(path, "w", encoding="utf-8") as file:
      file.write(re.sub(r'domain = "[^"]*"', 'domain = "häfen.example"', text))
    self.put("boat.png", pictures.png(600, 400))
    self.release("images:\n" + image("boat.png", "Boat"))
    self.run_it("release", "check", "fund")
    message = self.message()
    ids = [part["Content-ID"] for part in message.walk() if part["Content-ID"]]
    self.assertEqual(len(ids), 1)
    for value in (ids[0], message["Message-ID"]):
      self.assertRegex(value, r"@xn--hfen-loa\.example>$")
    self.assertIn(f'src="cid:{ids[0][1:-1]}"', self.bodies(message)[1])
    related = next(part for part in message.walk() if part.get_content_type() == "multipart/related")
    self.assertEqual(related.get_param("type"), "text/html")

  def test_media_links_stand_in_both_parts_under_the_languages_own_words(self):
    media = "".join(
      f"  - url: https://media.harbour.example/{kind}?a=1&b=2\n    kind: {kind}\n    title: {kind} title\n"
      + LEGEND.format(kind) for kind in ("photo", "footage", "b-roll"))  # fmt: skip
    for language in LANGUAGES:
      self.release(f"language: {language}\nmedia:\n{media}", name=f"fund.{language}.md")
    for language in LANGUAGES:
      with self.subTest(language), open(f"templates/words/{language}.yaml", encoding="utf-8") as file:
        words = dict(re.findall(r'^(\w+): "(.*)"$', file.read(), re.MULTILINE))
        colon = words["colon"].replace(r"\u00A0", "\u00a0")
        text, html = self.bodies(self.message(language))
        for kind, word in (("photo", "media_photo"), ("footage", "media_footage"), ("b-roll", "media_broll")):
          self.assertIn(f"\n{words[word]}{colon}{kind} title\r\n", "\n" + text.replace("\r\n", "\n").replace("\n", "\r\n"))
          self.assertIn(f"https://media.harbour.example/{kind}?a=1&b=2\r\n", text)
          self.assertIn(f'href="https://media.harbour.example/{kind}?a=1&amp;b=2"', html)
          for part in ("alt", "caption", "credit", "usage"):
            self.assertIn(f"{kind} {part}", text)
            self.assertIn(f"{kind} {part}", html)
        for heading in ("media", "credit", "usage"):
          self.assertIn(words[heading], text)
          self.assertIn(words[heading], html)

  def test_a_missing_credit_or_alt_text_is_an_error_and_all_are_said_at_once(self):
    self.put("boat.png", pictures.png(600, 400))
    self.release(
      "images:\n  - path: boat.png\n    caption: C\n  - path: boat.png\n    alt: A\n    caption: C\n"
      "media:\n  - url: https://a.example\n    kind: photo\n    alt: A\n")  # fmt: skip
    self.assert_no_message(
      "fund.md:9: error: photo without credit", 'fund.md:9: error: photo without "alt"',
      "fund.md:11: error: photo without credit", "fund.md:15: error: media link without credit")  # fmt: skip

  def test_an_image_that_is_none_is_an_error_that_says_what_it_is(self):
    whole = pictures.jpeg(600, 400)
    for content, words in (
      (b"<!DOCTYPE html><html><title>Log in</title></html>", '"a.jpg" is no picture: it is a web page'),
      (b"%PDF-1.7\n1 0 obj\n", '"a.jpg" is no picture: it is a PDF'),
      (whole[: len(whole) // 2], '"a.jpg" is a broken picture: the file ends before the picture does'),
      (pictures.png(1, 1), '"a.jpg" is 1 × 1 pixels'),
      (pictures.png(10001, 20), '"a.jpg" is 10001 × 20 pixels'),
      (b'<svg xmlns="http://www.w3.org/2000/svg"/>', '"a.jpg" is an SVG'),
      (b"", '"a.jpg" is empty'),
    ):
      with self.subTest(words):
        self.put("a.jpg", content)
        self.release("images:\n" + image("a.jpg", "A"))
        self.assert_no_message(f"fund.md:9: error: {words}")

  def test_an_attachment_that_nobody_would_get_is_an_error(self):
    for name, content, words in (
      ("a.exe", b"MZ\x90\0" + bytes(200), "is a program or script, which mail providers refuse"),
      ("a.txt", b"#!/bin/sh\nrm -r /\n", "is a program or script, which mail providers refuse"),
      ("a.pdf", b"<html><body>Session expired</body></html>", "isn't what its name says: it is a web page"),
      ("a.docx", b"Words.\n", "isn't what its name says: it is text"),
      ("a.txt", b"", "is empty"),
      ("a.zip", b"PK\x03\x04" + bytes(18 * 1024 * 1024), "images and attachments are larger than 18 MB together"),
    ):
      with self.subTest(words):
        self.put(name, content)
        self.release(f"attachments:\n  - {name}\n")
        self.assert_no_message(f'fund.md:9: error: "{name}"', words)

  def test_what_goes_out_but_not_well_is_warned_about(self):
    self.put("boat.webp", pictures.webp(600, 400))
    self.put("large.png", pictures.png(3000, 2000, extra=bytes(1100000)))
    self.put("wrong.png", pictures.jpeg(600, 400))
    self.put("annex.zip", b"PK\x03\x04" + bytes(3 * 1024 * 1024))
    self.release(
      "images:\n" + image("boat.webp", "A") + image("large.png", "B") + image("wrong.png", "C")
      + "attachments:\n  - annex.zip\n")  # fmt: skip
    done = self.run_it("release", "check", "fund")
    for words in (
      'fund.md:9: warning: "boat.webp" is a WebP, which Outlook doesn\'t show',
      'fund.md:14: warning: "large.png" is 3000 × 2000 pixels and 1.1 MB',
      'fund.md:19: warning: "wrong.png" is a JPEG: name it so',
      'fund.md:25: warning: "annex.zip": with it, images and attachments are 4.1 MB together',
      "0 errors, 4 warnings",
    ):
      self.assertIn(words, done.stdout)

  def test_html_that_gmail_would_clip_is_warned_about(self):
    paragraph = "Twelve coastal towns have agreed on a joint fund for sea rescue, number {}.\n\n"
    self.release("", body="".join(paragraph.format(i) for i in range(1200)))
    done = self.run_it("release", "check", "fund")
    self.assertRegex(done.stdout, r"warning: .*fund\.md:1: its HTML has \d+ kB, and Gmail hides .* 102 kB")
    self.release("", body="".join(paragraph.format(i) for i in range(400)))
    self.assertNotIn("Gmail", self.run_it("release", "check", "fund").stdout)

  def test_what_is_linked_is_shown_with_the_release(self):
    self.release("media:\n  - url: https://a.example/b\n    kind: footage\n    alt: A\n    credit: B\n")
    self.assertIn("Media      https://a.example/b\n", self.run_it("release", "show", "fund").stdout)
    shown = self.run_it("release", "show", "fund", "--json").stdout
    self.assertIn('"kind":"footage"', shown)
    self.assertIn('"alt":"A"', shown)


if __name__ == "__main__":
  unittest.main()
