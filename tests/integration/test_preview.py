#!/usr/bin/python3
"""`release preview` and what `release check` says of templates, as a press officer calls them."""

import email
import email.policy
import json
import os
import subprocess
import tempfile
import unittest

PROGRAM = os.path.abspath(os.environ.get("DATELINE", "build/release/dateline"))


class Preview(unittest.TestCase):
  def setUp(self):
    self.folder = tempfile.TemporaryDirectory()
    self.addCleanup(self.folder.cleanup)
    self.newsroom = os.path.join(self.folder.name, "newsroom")
    self.run_program("init", self.newsroom, inside=False)

  def run_program(self, *arguments, status=0, inside=True):
    done = subprocess.run(
      [PROGRAM, *arguments],
      stdin=subprocess.DEVNULL,
      stdout=subprocess.PIPE,
      stderr=subprocess.PIPE,
      text=True,
      cwd=self.newsroom if inside else self.folder.name,
      check=False,
    )
    self.assertEqual(done.returncode, status, done.stdout + done.stderr)
    return done

  def write(self, path, content):
    path = os.path.join(self.newsroom, path)
    with open(path, "w", encoding="utf-8") as file:
      file.write(content)

  def test_three_files_a_language_are_written_and_named(self):
    done = self.run_program("release", "preview", "harbour-fund", "--json")
    files = [json.loads(line) for line in done.stdout.splitlines()]
    self.assertEqual(
      [(file["language"], file["kind"]) for file in files],
      [(lang, kind) for lang in ("en", "fr") for kind in ("html", "text", "message")],
    )
    for file in files:
      self.assertEqual(os.stat(file["path"]).st_mode & 0o777, 0o600)
      self.assertIn("/state/preview/harbour-fund/", file["path"])

  def test_the_message_holds_what_the_other_files_show(self):
    folder = os.path.join(self.folder.name, "out")
    self.run_program("release", "preview", "harbour-fund", "-l", "fr", "-o", folder)
    self.assertEqual(
      sorted(os.listdir(folder)),
      [f"harbour-fund.fr.{suffix}" for suffix in ("eml", "html", "txt")],
    )

    def read(suffix):
      with open(os.path.join(folder, f"harbour-fund.fr.{suffix}"), "rb") as file:
        return file.read()

    message = email.message_from_bytes(read("eml"), policy=email.policy.strict)
    for part, suffix in (("plain", "txt"), ("html", "html")):
      self.assertEqual(
        message.get_body((part,)).get_payload(decode=True).split(), read(suffix).split()
      )
    self.assertIn("Bonjour Ana Pérez,", read("txt").decode())

  def test_a_language_it_is_not_in_is_an_error_that_names_those_it_is_in(self):
    done = self.run_program("release", "preview", "harbour-fund", "-l", "de", status=1)
    self.assertIn('isn\'t in "de"; it is in en, fr', done.stderr)

  def test_a_field_that_only_lists_know_stands_in_brackets(self):
    self.write("templates/release.txt.mustache", "{{subscriber.beat}}\n")
    self.run_program("release", "preview", "harbour-fund", "-o", self.folder.name)
    with open(os.path.join(self.folder.name, "harbour-fund.en.txt"), encoding="utf-8") as file:
      self.assertEqual(file.read(), "[beat]\n")

  def test_check_finds_a_templates_faults_with_file_and_line(self):
    for source, words in (
      ("a\n{{titel}}\n", '.mustache:2: nothing is called "titel"; did you mean "title"?'),
      ("{{>release.txt}}", '.mustache:1: "release.txt" lies too many templates deep'),
      ("{{#subscriber.x}}{{.}}{{/subscriber.x}}", '.mustache:1: "." would loop over'),
      ("\n\n{{#title}}", '.mustache:3: nothing closes "title"'),
      ("x" * 300000, "release.txt.mustache"),
    ):
      with self.subTest(words):
        self.write("templates/release.txt.mustache", source)
        done = self.run_program("release", "check", "harbour-fund", status=1)
        self.assertEqual(done.stdout.count("error: "), 1)
        self.assertIn(words, done.stdout)

  def test_check_passes_the_sample(self):
    done = self.run_program("release", "check", "harbour-fund")
    self.assertIn("0 errors", done.stdout)


if __name__ == "__main__":
  unittest.main()
