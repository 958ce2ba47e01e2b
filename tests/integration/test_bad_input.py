#!/usr/bin/python3
"""Bad input, brought in as a press office would: each ends in words that name file and line, and nothing goes out."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from enginecase import Server  # noqa: E402
from newsroom import FAILED, PARTLY, NewsroomCase  # noqa: E402

INJECTED = "x\r\nBcc: eve@evil.example"

FRONT = """---
{head}slug: fund
language: en
dateline: Geneva
---
{body}
"""


def release(head='title: "Fund"\n', body="Words."):
  return FRONT.format(head=head, body=body)


# What is bad in a release, the line it is named on, and a word of why.
RELEASES = {
  "a title of two lines in a block": ("title: |\n  Fund\n  Bcc: eve@evil.example\n", "Words.", 3, "one line"),
  "a title with an escaped line break": ('title: "Fund\\r\\nBcc: eve@evil.example"\n', "Words.", 2, "one line"),
  "a title with an escaped NUL": ('title: "Fund\\0"\n', "Words.", 2, "NUL"),
  "a title with a control": ('title: "Fund\\u0007"\n', "Words.", 2, "control"),
  "a title with a line separator": ('title: "Fund\\u2028Bcc"\n', "Words.", 2, "invisible"),
  "a title that is turned around": ('title: "Fund \\u202Egpj.exe"\n', "Words.", 2, "turns text around"),
  "a title with an isolate that isn't closed": ('title: "Fund \\u2067abc"\n', "Words.", 2, "turns text around"),
  "a title that pretends to answer": ('title: "Re: Fund"\n', "Words.", 2, '"re:"'),
  "a title that pretends to be passed on": ("subtitle: x\ntitle: 'FWD：基金'\n", "Words.", 3, '"fwd:"'),
  "a contact with a header in the name": ('title: A\ncontacts:\n  - name: "Ana\\r\\nBcc: eve@evil.example"\n', "W.", 4, "one line"),
  "a contact with a header in the address": ('title: A\ncontacts:\n  - email: "ana@a.example\\nBcc: e@e.example"\n', "W.", 4, "one line"),
  "a script in the text": ('title: A\n', "Words.\n\n<script>alert(1)</script>", 9, "<script>"),
  "a link that runs": ('title: A\n', "Words.\n\n[here](javascript:alert(1))", 9, "javascript:"),
  "text that is turned around": ('title: A\n', "One.\n\nTwo \u202e three.", 9, "turns the text around"),
}  # fmt: skip

# What is bad in a file of templates/, the line it is named on, and a word of why.
TEMPLATES = {
  "a script": ("contact.html.mustache", "<b>\n{{name}}\n<script src=\"https://x.example\"></script>", 3, "<script>"),
  "a script for some only": ("contact.html.mustache", "{{#none}}\n{{/none}}\n<p>\n{{#none}}\n<script>\n{{/none}}", 5, "<script>"),
  "a script that only Outlook reads": ("contact.html.mustache", "<p>\n<!--[if mso]><script></script><![endif]-->", 2, "<script>"),
  "a frame": ("contact.html.mustache", "<iframe src=\"https://x.example\"></iframe>", 1, "<iframe>"),
  "a form": ("contact.html.mustache", "<p>\n<form action=\"https://x.example\">", 2, "<form>"),
  "a handler": ("contact.html.mustache", "<p>\n<p\n onclick=\"x()\">", 3, "onclick"),
  "a link that runs": ("contact.html.mustache", "<a href=\"java&#115;cript:x\">", 1, "link in a mail"),
  "a picture from elsewhere": ("contact.html.mustache", "<img src=\"http://x.example/pixel.gif\">", 1, "loads"),
  "a style sheet from elsewhere": ("contact.html.mustache", "<link rel=\"stylesheet\" href=\"https://x.example\">", 1, "<link>"),
  "a style that loads": ("contact.html.mustache", "<p>\n\n<p style=\"background:url(https://x.example)\">", 3, "url()"),
  "a value of the recipient's as a link": ("contact.html.mustache", "<a href=\"{{subscriber.site}}\">", 1, "recipient's value"),
  "a value of the recipient's in a style": ("contact.html.mustache", "<p style=\"color:{{subscriber.x}}\">", 1, "recipient's value"),
  "bytes that aren't UTF-8": ("contact.html.mustache", b"<p>\nM\xfcller", 2, "UTF-8"),
  "text that isn't UTF-8": ("release.txt.mustache", b"{{title}}\n\nM\xfcller", 3, "UTF-8"),
  "a phrase with a script": ("words/en.yaml", "# ours\nimmediate: \"<script>x</script>\"\n", 2, "<script>"),
  "a loop over a recipient's data": ("contact.html.mustache", "\n{{#subscriber}}x{{/subscriber}}", 2, "recipient"),
  "a tag that never ends": ("contact.html.mustache", "x\n{{name", 2, "never ends"),
}  # fmt: skip


IMAGE = 'title: A\nimages:\n  - path: a.jpg\n    alt: A\n    credit: B\n'

# What is bad in a file that goes along: its name, its bytes, the release's head, the line it is named on, a word of why.
FILES = {
  "an image that is a web page": ("a.jpg", b"<!DOCTYPE html><html><title>Log in</title></html>", IMAGE, 4, "no picture"),
  "an image that breaks off": ("a.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0", IMAGE, 4, "picture"),
  "an attachment over the limit": ("a.zip", b"PK\x03\x04" + bytes(18 << 20), "title: A\nattachments:\n  - a.zip\n", 4, "18 MB"),
  "an attachment that is a program": ("a.pdf", b"MZ\x90\0" + bytes(200), "title: A\nattachments:\n  - a.pdf\n", 4, '"a.pdf"'),
}  # fmt: skip


class BadInput(NewsroomCase):
  def setUp(self):
    self.press = self.newsroom()
    self.server = self.enterContext(Server())
    self.press.configure(url=self.server.url)
    self.press.import_people("europe", "address,name\nana@paper.example,Ana\n")
    self.press.write("releases/fund.md", release('title: "Fund"\ncontacts:\n  - name: Amara Roy\n    email: roy@harbour.example\n'))

  def tearDown(self):
    """Whatever it was, nothing went out, and nothing is planned."""
    self.assertEqual(self.server.log("accepted"), [])
    self.assertEqual(self.press.objects("status") if not self.is_broken else [], [])
    self.assertEqual([files for _, _, files in os.walk(self.press.path_of("state/dry-run")) if files], [])

  is_broken = False

  def assert_refused(self, place, why, *arguments, status=FAILED):
    done = self.press.call(*arguments)
    words = done.stdout + done.stderr
    self.assertEqual(done.returncode, status, words)
    self.assertRegex(words, re.escape(place))
    self.assertIn(why, words)

  def assert_no_message(self, place, why):
    self.assert_refused(place, why, "release", "check", "fund")
    self.assert_refused(place, why, "send", "fund", "--to", "europe", "--yes")

  def test_a_bad_release_is_refused_by_file_and_line(self):
    for what, (head, body, line, why) in RELEASES.items():
      with self.subTest(what):
        self.press.write("releases/fund.md", release(head, body))
        self.assert_no_message(f"fund.md:{line}", why)

  def test_a_bad_file_is_refused_by_file_and_line(self):
    for what, (name, content, head, line, why) in FILES.items():
      with self.subTest(what):
        with open(self.press.path_of("releases", name), "wb") as file:
          file.write(content)
        self.press.write("releases/fund.md", release(head))
        self.assert_no_message(f"fund.md:{line}", why)

  def test_a_key_of_512_bits_signs_nothing(self):
    self.is_broken = True
    path = self.press.path_of("keys/harbour.example/short.pem")
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    with open(path, "wb") as file:
      os.fchmod(file.fileno(), 0o600)
      file.write(subprocess.run(["openssl", "genrsa", "512"], capture_output=True, check=True).stdout)
    self.assert_refused("short.pem", "512 bits", "key", "show")
    self.assert_refused("short.pem", "512 bits", "send", "fund", "--to", "europe", "--yes")

  def test_a_bad_template_is_refused_by_file_and_line(self):
    for what, (name, content, line, why) in TEMPLATES.items():
      with self.subTest(what):
        shutil.rmtree(self.press.path_of("templates"))
        path = self.press.path_of("templates", name)
        os.makedirs(os.path.dirname(path))
        with open(path, "wb") as file:
          file.write(content if isinstance(content, bytes) else content.encode())
        self.assert_no_message(f"{os.path.basename(name)}:{line}", why)

  def test_a_preview_and_a_dry_run_refuse_a_bad_template_too(self):
    self.press.write("templates/contact.html.mustache", "<p>\n<script></script>")
    place = "contact.html.mustache:2"
    self.assert_refused(place, "<script>", "release", "preview", "fund", "-o", self.press.path_of("seen"))
    self.assertEqual([name for name in os.listdir(self.press.path_of("seen")) if name.endswith(".eml")], [])
    self.assert_refused(place, "<script>", "send", "fund", "--to", "europe", "--dry-run")

  def test_markup_that_a_front_matter_brings_is_refused_where_it_was_written(self):
    self.press.write("templates/contact.html.mustache", "<p>\n{{{release.extra.banner}}}</p>")
    contacts = "contacts:\n  - name: Amara Roy\n"
    for value, why in (("<script>x</script>", "<script>"), ("<img src='http://x.example/a.gif'>", "loads")):
      with self.subTest(value):
        self.press.write("releases/fund.md", release(f'title: A\n{contacts}extra:\n  banner: "{value}"\n'))
        self.assert_no_message("fund.md:6", why)

  def test_a_header_in_a_column_is_refused_by_file_and_line_and_the_other_rows_come_in(self):
    for column in ("name", "outlet", "salutation", "role", "beat"):
      with self.subTest(column):
        self.press.write("people.csv", f'address,{column}\nbo@paper.example,Bo\neve@paper.example,"{INJECTED}"\n')
        self.assert_refused("people.csv:3", "line break", "list", "import", "north", "people.csv", status=PARTLY)
        self.assert_refused("people.csv:3", "line break", "list", "import", "north", "people.csv", "--json", status=PARTLY)
        shown = self.press.ok("list", "export", "north")
        self.assertNotIn("eve", shown)

  def test_a_header_in_an_address_is_refused_by_file_and_line(self):
    self.press.write("people.csv", f'address\nbo@paper.example\n"eve@paper.example\r\nBcc: x"\n')
    self.assert_refused("people.csv:3", "line break", "list", "import", "north", "people.csv", status=PARTLY)

  def test_a_header_in_what_is_typed_is_refused(self):
    for field in ("name", "outlet", "salutation", "beat"):
      with self.subTest(field):
        self.assert_refused(f'"{field}"', "control", "list", "add", "europe", "eve@paper.example", f"{field}={INJECTED}")
    self.assert_refused("address", "line break", "list", "add", "europe", "eve@paper.example\nBcc: x")
    self.assert_refused('"title"', "control", "list", "set", "europe", f"title={INJECTED}")
    self.assert_refused('"from"', "control", "list", "set", "europe", f"from={INJECTED} <a@harbour.example>")
    self.assertNotIn("eve", self.press.ok("list", "export", "europe"))

  def test_a_header_that_got_into_the_store_makes_no_message(self):
    with sqlite3.connect(self.press.path_of("state/dateline.db")) as store:
      store.execute("UPDATE subscriber SET name = ?", (INJECTED,))
    store.close()
    for options in (("--dry-run",), ("--yes",)):
      done = self.press.call("send", "fund", "--to", "europe", *options)
      self.assertEqual(done.returncode, FAILED, done.stdout)
      self.assertIn("control character", done.stderr)

  def test_a_sender_that_pretends_is_refused_by_file_and_line(self):
    self.is_broken = True
    with open(self.press.path_of("dateline.cfg"), encoding="utf-8") as file:
      good = file.read()
    line = next(number for number, text in enumerate(good.splitlines(), 1) if "from =" in text)
    for name in ("\\\"press@other.example\\\"", "Dear {{name}}", "Press\\r\\nBcc: eve@evil.example"):
      with self.subTest(name):
        self.press.write("dateline.cfg", good.replace("Harbour Relief Press Office", name))
        self.assert_refused(f"dateline.cfg:{line}", "from", "config", "check")
        self.assert_refused("dateline.cfg", "from", "send", "fund", "--to", "europe", "--yes")


if __name__ == "__main__":
  unittest.main()
