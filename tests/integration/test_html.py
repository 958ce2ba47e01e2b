#!/usr/bin/python3
"""A letter's HTML, judged by HTML Tidy and by what mail programs and screen readers need."""

import html.parser
import os
import re
import shutil
import subprocess
import sys
import unittest

import letters

TIDY = shutil.which("tidy")
CLIP = 102 * 1024  # what Gmail shows before "[Message clipped]"
COLUMN = 520  # pixels of text and pictures
STYLE_MAX = 8 * 1024  # Gmail drops a style block that is larger
BANNED = {
  "script", "iframe", "frame", "form", "input", "button", "select", "textarea", "object", "embed", "applet",
  "video", "audio", "svg", "math", "link", "base", "template",
}  # fmt: skip
VOID = {"meta", "br", "hr", "img", "wbr"}

# What Tidy may say, each for a reason: nothing.
ALLOWED = ()


class Page(html.parser.HTMLParser):
  """A page's elements, in order: (name, attributes, names of the elements around it)."""

  def __init__(self, text):
    super().__init__(convert_charrefs=True)
    self.elements, self.open, self.texts, self.faults = [], [], [], []
    self.feed(text)
    self.close()
    if self.open:
      self.faults.append(f"never closed: {self.open}")

  def handle_starttag(self, tag, attrs):
    names = [name for name, _ in attrs]
    if len(set(names)) != len(names):
      self.faults.append(f"<{tag}> has an attribute twice: {names}")
    self.elements.append((tag, dict(attrs), tuple(self.open)))
    if tag not in VOID:
      self.open.append(tag)

  def handle_endtag(self, tag):
    if not self.open or self.open.pop() != tag:
      self.faults.append(f"</{tag}> closes something else")

  def handle_data(self, data):
    self.texts.append((tuple(self.open), data))

  def all(self, *tags):
    return [attrs for tag, attrs, _ in self.elements if tag in tags]

  def text_in(self, tag):
    return "".join(data for around, data in self.texts if tag in around)


class Html(unittest.TestCase):
  @classmethod
  def setUpClass(cls):
    cls.folder = letters.write_releases(cls)
    cls.letters = dict(letters.all_letters(cls.folder))
    cls.pages = {name: Page(letter.html) for name, letter in cls.letters.items()}

  def each(self, check):
    self.assertGreaterEqual(len(self.pages), 12)
    for name, page in self.pages.items():
      with self.subTest(name):
        check(page, self.letters[name])

  def test_tidy_has_nothing_to_say(self):
    if not TIDY:
      print("SKIPPED: tidy isn't installed", file=sys.stderr)
      self.skipTest("tidy isn't installed")
    for name, letter in self.letters.items():
      done = subprocess.run(
        [TIDY, "-quiet", "-errors", "-utf8", "--show-info", "no"],
        input=letter.html.encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        check=False,
      )
      said = [line for line in done.stderr.decode().splitlines() if not any(re.search(a, line) for a in ALLOWED)]
      with self.subTest(name):
        self.assertEqual(said, [])

  def test_every_element_is_closed_in_its_turn(self):
    self.each(lambda page, _letter: self.assertEqual(page.faults, []))

  def test_language_and_direction_are_said_where_no_program_drops_them(self):
    def check(page, letter):
      direction = "rtl" if letter.language == "ar" else "ltr"
      # Gmail and others drop <html> and put what is in it into their own page.
      inner = [attrs for attrs in page.all("td") if "lang" in attrs]
      for attrs in page.all("html") + inner:
        self.assertEqual((attrs["lang"], attrs["dir"]), (letter.language, direction))
      self.assertEqual(len(inner), 1)

    self.each(check)

  def test_every_table_is_for_layout_and_says_so(self):
    def check(page, letter):
      self.assertTrue(page.all("table"))
      for attrs in page.all("table"):
        self.assertEqual(attrs.get("role"), "presentation")
      for table in re.findall(r"<table\b[^>]*>", letter.html):
        self.assertIn('role="presentation"', table)  # Outlook's too, in its comments

    self.each(check)

  def test_there_is_one_headline_and_no_heading_level_is_skipped(self):
    def check(page, letter):
      levels = [int(tag[1]) for tag, _, _ in page.elements if re.fullmatch("h[1-6]", tag)]
      self.assertEqual(levels[0], 1)
      self.assertEqual(levels.count(1), 1)
      for above, level in zip(levels, levels[1:]):
        self.assertLessEqual(level, above + 1)
      self.assertIn(page.text_in("h1"), letter.subject)
      self.assertEqual(page.text_in("title"), page.text_in("h1"))

    self.each(check)

  def test_every_image_is_in_the_message_and_has_words_and_a_size(self):
    def check(page, letter):
      shown = []
      for attrs in page.all("img"):
        self.assertTrue(attrs["alt"].strip())
        self.assertRegex(attrs["width"], r"^[1-9]\d*$")
        self.assertRegex(attrs["height"], r"^[1-9]\d*$")
        self.assertLessEqual(int(attrs["width"]), COLUMN)
        self.assertTrue(attrs["src"].startswith("cid:"), attrs["src"])
        shown.append(attrs["src"][4:])
      self.assertEqual(sorted(shown), sorted(letter.content_ids))
      self.assertEqual(len(set(shown)), len(shown))

    self.each(check)

  def test_links_lead_to_the_web_to_mail_or_to_a_phone(self):
    def check(page, _letter):
      for attrs in page.all("a"):
        self.assertRegex(attrs["href"], r"^(https?://[^\s\"<>]+|mailto:[^\s\"<>]+@[^\s\"<>]+|tel:\+?\d+)$")

    self.each(check)

  def test_nothing_runs_and_nothing_is_fetched(self):
    def check(page, letter):
      for tag, attrs, _ in page.elements:
        self.assertNotIn(tag, BANNED)
        for name, value in attrs.items():
          self.assertFalse(name.startswith("on"), name)
          self.assertNotIn(name, ("background", "srcset", "poster", "action", "formaction"))
          self.assertNotRegex(value or "", r"(?i)url\s*\(|javascript:|expression\s*\(")
      for style in re.findall(r"(?s)<style>(.*?)</style>", letter.html):
        self.assertNotRegex(style, r"(?i)url\s*\(|@import|@font-face|expression\s*\(")

    self.each(check)

  def test_style_blocks_are_such_as_gmail_keeps(self):
    def check(_page, letter):
      for style in re.findall(r"(?s)<style>(.*?)</style>", letter.html):
        self.assertLess(len(style.encode()), STYLE_MAX)
        self.assertEqual(set(re.findall(r"@\w+", style)) - {"@media"}, set())
        self.assertEqual(style.count("{"), style.count("}"))

    self.each(check)

  def test_no_two_elements_share_an_id_and_every_reference_resolves(self):
    def check(page, _letter):
      ids = [attrs["id"] for _, attrs, _ in page.elements if "id" in attrs]
      self.assertEqual(len(set(ids)), len(ids))
      for _, attrs, _ in page.elements:
        for name in ("aria-labelledby", "aria-describedby", "headers", "for"):
          self.assertIn(attrs.get(name), [None, *ids])

    self.each(check)

  def test_colours_stand_in_pairs_so_that_none_is_left_on_the_readers_own(self):
    def check(page, _letter):
      grounds = [attrs for _, attrs, _ in page.elements if "background-color" in attrs.get("style", "")]
      for attrs in grounds:
        is_page = attrs.get("class") == "page"
        self.assertTrue(is_page or re.search(r"(?<!-)\bcolor:", attrs["style"]), attrs)
      cell = next(attrs for attrs in page.all("td") if "lang" in attrs)
      self.assertRegex(cell["style"], r"(?<!-)\bcolor:#")

    self.each(check)

  def test_gmail_shows_it_whole(self):
    self.each(lambda _page, letter: self.assertLess(len(letter.html.encode()), CLIP))

  def test_the_sample_is_a_small_message(self):
    self.assertLess(len(self.letters["harbour-fund en"].raw), 13 * 1024)


if __name__ == "__main__":
  unittest.main()
