#!/usr/bin/python3
"""A real page, pasted as text, becomes a release that goes out to the Europe media list."""

import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from enginecase import ROOT, Server  # noqa: E402
from newsroom import Newsroom, NewsroomCase, read_strictly, text_of  # noqa: E402

SHARED = os.environ.get("DATELINE_SHARED", os.path.join(os.path.dirname(ROOT), "shared"))
PAGE = os.path.join(SHARED, "pages/iom-valetta-summit.txt")


def words_of(text):
  """Without what wrapping, footnotes and quotation do to it."""
  return " ".join(re.sub(r"\[\d+\]", "", text).split())


def paragraphs():
  """The page's body, from its dateline to its contacts."""
  with open(PAGE, encoding="utf-8") as file:
    _, _, body = file.read().partition("\nSwitzerland - ")
  body, _, _ = body.partition("\nFor further information")
  return [words_of(line) for line in body.splitlines() if line.strip()]


@unittest.skipUnless(os.path.exists(PAGE), f"SKIPPED, there is no {PAGE}")
class Page(NewsroomCase):
  @classmethod
  def setUpClass(cls):
    cls.press = cls.enterClassContext(Newsroom())
    cls.press.ok("release", "import", PAGE)
    cls.slug = os.listdir(cls.press.path_of("releases"))[0].removesuffix(".md")
    cls.press.ok("list", "import", "europe", os.path.join(ROOT, "lists/europe.csv"))
    cls.members = [line["address"] for line in cls.press.objects("list", "show", "europe")]
    cls.server = cls.enterClassContext(Server())
    cls.press.configure(url=cls.server.url)
    cls.press.ok("send", cls.slug, "--to", "europe", "--yes")
    cls.messages = [read_strictly(message) for message in cls.server.messages()]

  def test_the_europe_list_is_a_real_one(self):
    self.assertGreaterEqual(len(self.members), 12)

  def test_every_members_message_was_accepted_exactly_once(self):
    self.assertEqual(self.server.accepted().total(), len(self.members))
    self.assertEqual(set(self.server.accepted().values()), {1})
    self.assertEqual(self.press.states(), {"accepted": len(self.members)})
    self.assertEqual(len({line["message_id"] for line in self.server.log("accepted")}), len(self.members))

  def test_every_paragraph_is_in_every_message_in_order(self):
    body = paragraphs()
    self.assertGreater(len(body), 3)
    for message in self.messages:
      text = words_of(text_of(message))
      places = [text.find(paragraph) for paragraph in body]
      self.assertNotIn(-1, places, [paragraph for paragraph in body if paragraph not in text])
      self.assertEqual(places, sorted(places))

  def test_the_headline_is_the_subject(self):
    with open(PAGE, encoding="utf-8") as file:
      page = words_of(file.read())
    for subject in {message["Subject"] for message in self.messages}:
      self.assertIn(subject, page)
      self.assertIn("Summit", subject)

  def test_the_newsrooms_words_fill_in_what_the_page_has_not(self):
    for message in self.messages:
      self.assertIn("has kept crews at sea since 1987", text_of(message))

  def test_navigation_stays_behind(self):
    with open(PAGE, encoding="utf-8") as file:
      short = {line.strip() for line in file if 3 < len(line.strip()) < 15}
    for message in self.messages[:1]:
      lines = {line.strip() for line in text_of(message).splitlines()}
      self.assertEqual(short & lines, set())


if __name__ == "__main__":
  unittest.main()
