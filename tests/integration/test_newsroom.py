#!/usr/bin/python3
"""Making a newsroom, and what its settings are told."""

import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from newsroom import FAILED, USAGE, NewsroomCase  # noqa: E402

FAULTY = """newsroom = {
  name = "Harbour Relief";
  domian = "harbour.example";
  zone = "Europe/Zuerich";
};
sender = {
  from = "Harbour Relief Press Office";
  copies = "archive@harbour.example";
  bounce_address = "bounce@harbour.example";
};
relays = (
  {
    url = "smtp://127.0.0.1:25";
    connections = "four";
    rates = ["20/1s", "soon"];
    tls = "maybe";
    user = "press";
    password = "secret";
  }
);
retry = {
  after = ["soon"];
  jitter = 7;
};
unknwon = "hold";
"""


class Init(NewsroomCase):
  def test_a_new_newsroom_works_unedited(self):
    with tempfile.TemporaryDirectory(prefix="dateline-init-") as folder:
      newsroom = self.newsroom()
      place = os.path.join(folder, "press")
      newsroom.ok("init", place)
      newsroom.ok("config", "check", "--newsroom", place)
      newsroom.ok("release", "check", "harbour-fund", "--newsroom", place)
      for name in ("africa", "americas", "asia-pacific", "europe", "mena"):
        path = os.path.join(place, "lists", name + ".csv")
        done = newsroom.objects("list", "import", name, path, "--newsroom", place)[0]
        self.assertGreaterEqual(done["new"], 12)

  def test_what_comes_next_is_laid_out_in_two_columns(self):
    with tempfile.TemporaryDirectory(prefix="dateline-init-") as folder:
      said = self.newsroom().ok("init", os.path.join(folder, "press"))
      lines = [line for line in said.splitlines() if line.startswith("  dateline ")]
      self.assertEqual(len(lines), 3)
      self.assertEqual(len({line.rindex("  ") for line in lines}), 1, said)

  def test_a_folder_that_is_not_empty_is_refused_and_left_alone(self):
    with tempfile.TemporaryDirectory(prefix="dateline-init-") as folder:
      with open(os.path.join(folder, "thesis.odt"), "w", encoding="ascii"):
        pass
      words = self.newsroom().fails("init", folder)
      self.assertIn("thesis.odt", words)
      self.assertEqual(os.listdir(folder), ["thesis.odt"])

  def test_a_newsroom_is_not_made_into_one_again(self):
    newsroom = self.newsroom()
    with open(newsroom.path_of("dateline.cfg"), "rb") as file:
      before = file.read()
    newsroom.fails("init", newsroom.folder)
    with open(newsroom.path_of("dateline.cfg"), "rb") as file:
      self.assertEqual(file.read(), before)

  def test_commands_find_the_newsroom_from_a_folder_below(self):
    newsroom = self.newsroom()
    self.assertIn("Harbour Relief", newsroom.ok("config", "show", cwd=newsroom.path_of("releases")))

  def test_outside_of_a_newsroom_the_words_say_how_to_make_one(self):
    with tempfile.TemporaryDirectory(prefix="dateline-none-") as folder:
      done = self.newsroom().call("status", cwd=folder)
    self.assertEqual(done.returncode, FAILED)
    self.assertIn("dateline init", done.stderr)

  def test_a_mistyped_command_suggests_the_near_one(self):
    done = self.newsroom().call("sned", "fund")
    self.assertEqual(done.returncode, USAGE)
    self.assertIn('did you mean "send"?', done.stderr)


class Settings(NewsroomCase):
  def faults(self, text):
    newsroom = self.newsroom()
    newsroom.write("dateline.cfg", text)
    return [line["fault"] for line in newsroom.objects("config", "check", status=FAILED)]

  def test_every_fault_is_told_with_its_line(self):
    faults = self.faults(FAULTY)
    for line, *words in (
      (3, '"domian"', 'did you mean "domain"?'),
      (4, '"zone"', "Europe/Zuerich"),
      (7, '"from"'),
      (8, '"copies"'),
      (14, '"connections" must be a whole number'),
      (15, '"rates"', '"soon" is no rate; write it like "20/1s"'),
      (16, '"maybe"', '"required"'),
      (18, "a password doesn't belong in the settings", '"password_file"'),
      (22, '"after"', '"soon"'),
      (23, '"jitter" is 7; it may be 0 to 0.9'),
      (25, '"unknwon"', 'did you mean "unknown"?'),
    ):
      with self.subTest(line=line):
        mine = [fault for fault in faults if f"dateline.cfg:{line}: " in fault]
        self.assertEqual(len(mine), 1, faults)
        for word in words:
          self.assertIn(word, mine[0])

  def test_a_needed_setting_that_is_missing_is_told(self):
    self.assertTrue(any('"domain"' in fault and "set it" in fault for fault in self.faults(FAULTY)))

  def test_a_missing_group_is_told(self):
    text = FAULTY[:FAULTY.index("relays")]
    self.assertTrue(any('"relays"' in fault for fault in self.faults(text)))
    text = FAULTY[FAULTY.index("sender"):]
    self.assertTrue(any("newsroom has no" in fault for fault in self.faults(text)))

  def test_a_file_that_is_no_settings_at_all_is_told_with_its_line(self):
    self.assertTrue(any("dateline.cfg:2: " in fault for fault in self.faults("unknown = \"hold\";\n}\n")))

  def test_no_command_goes_on_with_faulty_settings(self):
    newsroom = self.newsroom()
    newsroom.write("dateline.cfg", FAULTY)
    self.assertRegex(newsroom.fails("list", "show"), r"dateline\.cfg:\d+: ")


class Secrets(NewsroomCase):
  def with_password_file(self, mode):
    newsroom = self.newsroom()
    newsroom.write("keys/relay", "correct horse\n")
    os.chmod(newsroom.path_of("keys/relay"), mode)
    with open(newsroom.path_of("dateline.cfg"), encoding="utf-8") as file:
      text = file.read()
    newsroom.write("dateline.cfg",
      text.replace("connections =", 'user = "press"; password_file = "keys/relay"; connections ='))
    return newsroom

  def test_a_password_is_masked_where_settings_are_shown(self):
    shown = self.with_password_file(0o600).ok("config", "show")
    self.assertNotIn("correct horse", shown)
    self.assertIn("********", shown)

  def test_a_password_file_that_others_may_read_is_refused(self):
    for mode in (0o640, 0o604):
      with self.subTest(mode=oct(mode)):
        fault = self.with_password_file(mode).objects("config", "check", status=FAILED)[0]["fault"]
        self.assertIn("keys/relay", fault)
        self.assertIn("chmod 600", fault)

  def test_an_unset_password_variable_is_told_by_its_name(self):
    newsroom = self.newsroom()
    with open(newsroom.path_of("dateline.cfg"), encoding="utf-8") as file:
      text = file.read()
    newsroom.write("dateline.cfg",
      text.replace("connections =", 'user = "press"; password_variable = "DATELINE_UNSET"; connections ='))
    fault = newsroom.objects("config", "check", status=FAILED)[0]["fault"]
    self.assertIn("DATELINE_UNSET", fault)


if __name__ == "__main__":
  unittest.main()
