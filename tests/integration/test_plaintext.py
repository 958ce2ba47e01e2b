#!/usr/bin/python3
"""A letter's text part, as people read it who see no HTML, and as it is copied into an editor's system."""

import re
import unicodedata
import unittest

import letters

COLUMNS = 72
RIGHT_TO_LEFT_MARK, LEFT_TO_RIGHT_MARK = "\u200f", "\u200e"


def width(line):
  """Columns on a screen: wide scripts take two, marks above and below none."""
  return sum(
    0 if unicodedata.category(c) in ("Mn", "Me", "Cf") else 2 if unicodedata.east_asian_width(c) in "WF" else 1
    for c in line
  )


def direction(line):
  """Of the first letter: how a mail program lays a line out (UAX 9, P2 and P3)."""
  for character in line:
    kind = unicodedata.bidirectional(character)
    if kind in ("R", "AL"):
      return "rtl"
    if kind == "L":
      return "ltr"
  return None


def is_one_word(line):
  """An address, or another word in one piece that stays whole for copying; a label may stand before it."""
  return re.fullmatch(r"([^:：]+(: |：))?[!-~]{40,}", line.strip()) is not None


class Plaintext(unittest.TestCase):
  @classmethod
  def setUpClass(cls):
    cls.letters = dict(letters.all_letters(letters.write_releases(cls)))

  def each_line(self, check):
    for name, letter in self.letters.items():
      for line in letter.text.splitlines():
        with self.subTest(name, line=line):
          check(line, letter)

  def test_no_line_is_wider_than_seventy_two_columns_but_for_an_address(self):
    def check(line, _letter):
      # A block of code is the author's to wrap.
      if not line.startswith("    a block of code"):
        self.assertTrue(width(line) <= COLUMNS or is_one_word(line))

    self.each_line(check)

  def test_no_line_ends_in_a_space_and_none_is_a_mail_programs_quote(self):
    def check(line, _letter):
      self.assertEqual(line, line.rstrip())
      self.assertFalse(line.startswith(">"))

    self.each_line(check)

  def test_paragraphs_are_one_empty_line_apart(self):
    for name, letter in self.letters.items():
      with self.subTest(name):
        self.assertNotIn("\n\n\n", letter.text)

  def test_no_html_and_no_markdown_is_left_over(self):
    def check(line, _letter):
      self.assertNotRegex(line, r"</?[a-z]+[^>]*>|&[a-z]+;|\*\*|\]\(")

    self.each_line(check)

  def test_every_line_of_an_arabic_letter_runs_from_right_to_left(self):
    for name in ("fund ar", "pictures ar"):
      for line in self.letters[name].text.splitlines():
        has_arabic = any(unicodedata.bidirectional(c) in ("R", "AL") and c != RIGHT_TO_LEFT_MARK for c in line)
        has_letters = any(c.isalpha() for c in line)
        with self.subTest(name, line=line):
          # Lines of Latin letters alone stay free of marks, since they are copied.
          if line and (has_arabic or not has_letters):
            self.assertEqual(direction(line), "rtl")
          elif line:
            self.assertNotIn(RIGHT_TO_LEFT_MARK, line.replace("\u200f«", "«"))

  def test_the_groups_of_a_phone_number_keep_their_order_after_arabic(self):
    text = self.letters["fund ar"].text
    self.assertIn(f"الهاتف: {LEFT_TO_RIGHT_MARK}+44 20 7946 0123\n", text)

  def test_a_letter_from_left_to_right_has_no_marks(self):
    for name, letter in self.letters.items():
      if letter.language != "ar":
        self.assertNotRegex(letter.text, "[\u200e\u200f]", name)

  def test_pictures_links_and_contacts_read_as_blocks(self):
    text = self.letters["pictures en"].text
    for block in (
      "Photo: Two orange lifeboats side by side in a high swell, a crew member\n"
      "throwing a line from one to the other\n"
      "Crews from Palermo and Valencia pass a towing line during the exercise\n"
      "off Marseille on 3 October.\n"
      "Credit: Inès Marchetti / Harbour Relief\n"
      "Usage: Free of charge for editorial use until 31 December 2027; no\n"
      "cropping of the credit\n",
      "Footage: Edited cut, 2 min 45 s, 1080p\nhttps://media.harbour.example/exercise-2026/cut-0245.mp4\n",
      "Amara Roy\nHead of press\nPhone: +44 20 7946 0123\nEmail: amara.roy@harbour.example\n",
      "    “At sea you throw a line to whoever is there,” said Leïla Haddad,\n    director of Harbour Relief.",
    ):
      self.assertIn(f"\n\n{block}", text)

  def test_links_are_numbered_and_listed(self):
    text = self.letters["harbour-fund en"].text
    self.assertIn("are public on the fund’s page [1].", text)
    self.assertIn("\n\n[1] https://harbour.example/rescue-fund\n\n", text)


if __name__ == "__main__":
  unittest.main()
