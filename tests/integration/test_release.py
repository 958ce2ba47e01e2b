#!/usr/bin/python3
"""The release commands, as a press officer types them; and bad files, each named with its line."""

import json
import os
import subprocess
import tempfile
import unittest

PROGRAM = os.path.abspath(os.environ.get("DATELINE", "build/release/dateline"))
PAGES = os.path.abspath("tests/unit/compose/pages")


class Release(unittest.TestCase):
  def setUp(self):
    self.folder = tempfile.TemporaryDirectory()
    self.addCleanup(self.folder.cleanup)
    self.room = os.path.join(self.folder.name, "room")
    subprocess.run([PROGRAM, "init", self.room], stdout=subprocess.DEVNULL, check=True)

  def path(self, name):
    return os.path.join(self.room, name)

  def write(self, name, content):
    os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
    with open(self.path(name), "wb") as file:
      file.write(content if isinstance(content, bytes) else content.encode())

  def read(self, name):
    with open(self.path(name), encoding="utf-8") as file:
      return file.read()

  def run_it(self, *arguments, status=0):
    done = subprocess.run(
      [PROGRAM, *arguments], cwd=self.room, capture_output=True, encoding="utf-8", check=False
    )
    self.assertEqual(done.returncode, status, done.stdout + done.stderr)
    return done

  def test_a_new_release_is_a_file_to_fill_in_and_never_written_over(self):
    self.run_it("release", "new", "fund")
    self.assertTrue(self.read("releases/fund.md").startswith('---\ntitle: ""\n'))
    self.assertIn("there already", self.run_it("release", "new", "fund", status=1).stderr)
    self.run_it("release", "new", "fund", "--language", "fr")
    self.assertTrue(os.path.exists(self.path("releases/fund.fr.md")))

  def test_a_slug_that_leaves_the_folder_is_wrong_usage(self):
    self.run_it("release", "new", "../fund", status=2)
    self.run_it("release", "new", "fund", "--language", "../fr", status=2)

  def test_an_import_goes_to_the_newsroom_and_its_doubts_to_standard_error(self):
    done = self.run_it("release", "import", os.path.join(PAGES, "us-wire.txt"))
    self.assertIn("us-wire.txt:8: left out", done.stderr)
    with open(os.path.join(PAGES, "us-wire.md"), encoding="utf-8") as expected:
      self.assertEqual(self.read("releases/us-wire.md"), expected.read())
    self.run_it("release", "check", "us-wire")

  def test_an_import_to_standard_output_needs_no_newsroom(self):
    page = os.path.join(PAGES, "saved.html")
    done = subprocess.run(
      [PROGRAM, "release", "import", page, "-o", "-"],
      cwd="/", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True,
    )  # fmt: skip
    with open(os.path.join(PAGES, "saved.md"), "rb") as expected:
      self.assertEqual(done.stdout, expected.read())

  def test_an_import_under_another_name_takes_that_name(self):
    page = os.path.join(PAGES, "embargo.txt")
    done = self.run_it("release", "import", page, "-o", "study.md", "--json")
    self.assertEqual(json.loads(done.stdout)["slug"], "study")
    self.assertIn("\nslug: study\n", self.read("study.md"))

  def test_a_check_ends_with_1_for_errors_and_0_for_warnings(self):
    self.write("releases/a.md", "---\ntitle: A\n---\n\nText.\n")
    done = self.run_it("release", "check", "a")
    self.assertIn("releases/a.md:1: warning: no dateline", done.stdout)
    self.write("releases/a.md", "---\ntitle: A\n---\n\n<script>x</script>\n\n[b](/c)\n")
    done = self.run_it("release", "check", "releases/a.md", status=1)
    self.assertIn("releases/a.md:5: error: raw HTML", done.stdout)
    self.assertIn('releases/a.md:7: error: the link "/c"', done.stdout)

  def test_a_check_means_all_languages(self):
    self.write("releases/a.md", "---\ntitle: A\n---\n\nText.\n")
    self.write("releases/a.fr.md", "---\ntitle: A\n---\n\nTexte.\n")
    done = self.run_it("release", "check", "a.fr.md", "--json", status=1)
    self.assertEqual(done.stdout, "")
    done = self.run_it("release", "check", "releases/a.fr.md", "--json")
    words = [json.loads(line)["words"] for line in done.stdout.splitlines()]
    self.assertIn("the title is the same in two languages: is it translated?", words)

  def test_show_has_every_language(self):
    self.write("releases/a.md", "---\ntitle: A\nembargo: 2026-11-11 10:00\n---\n\nText here.\n")
    self.write("releases/a.fr.md", "---\ntitle: B\nembargo: 2026-11-11 10:00\n---\n\nTexte.\n")
    lines = self.run_it("release", "show", "a", "--json").stdout.splitlines()
    releases = [json.loads(line) for line in lines]
    self.assertEqual([release["language"] for release in releases], ["en", "fr"])
    self.assertEqual(releases[0]["embargo"], "2026-11-11T09:00:00.000Z")
    self.assertEqual(releases[0]["words"], 2)

  def test_a_mistyped_slug_gets_the_near_one(self):
    self.write("releases/rescue-fund.md", "---\ntitle: A\n---\n\nText.\n")
    self.assertIn('"rescue-fund"', self.run_it("release", "show", "rescue-found", status=1).stderr)

  def test_every_bad_file_is_refused_with_its_line(self):
    cases = {
      "broken YAML": ("---\ntitle: A\ncontacts: [\n---\n\nText.\n", "releases/bad.md:"),
      "a colon in a title": ("---\ntitle: A: B\n---\n\nText.\n", "releases/bad.md:2: "),
      "an alias bomb": (
        "---\ntitle: A\nextra:\n  a: &a [x, x]\n  b: &b [*a, *a]\n  c: [*b, *b]\n---\n",
        "releases/bad.md:4: ",
      ),
      "no title": ("---\nsubtitle: A\n---\n\nText.\n", "releases/bad.md:1: no title"),
      "bytes that aren't UTF-8": (b"---\ntitle: caf\xe9\n---\n", "releases/bad.md:2: not UTF-8"),
      "a NUL": (b"---\ntitle: A\n---\n\nA\0B\n", "releases/bad.md:5: a NUL"),
      "a header in a title": (
        '---\ntitle: "A\\r\\nBcc: x@y.example"\n---\n',
        'releases/bad.md:2: "title" must be one line',
      ),
      "a title that is a list": ("---\ntitle: [A]\n---\n", 'releases/bad.md:2: "title" must be a text'),
      "an unknown key": ("---\ntitel: A\n---\n", 'did you mean "title"?'),
      "a line of 10 MB": (b"---\ntitle: A\n---\n" + b"x" * (10 << 20) + b"\n", "releases/bad.md"),
    }
    for what, (content, words) in cases.items():
      with self.subTest(what):
        self.write("releases/bad.md", content)
        done = self.run_it("release", "check", "bad", status=1)
        self.assertIn(words, done.stderr)
        self.assertEqual(done.stdout, "")


if __name__ == "__main__":
  unittest.main()
