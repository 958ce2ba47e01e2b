#!/usr/bin/python3
"""`release preview` and what `release check` says of templates, as a press officer calls them."""

import base64
import email
import email.policy
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

import letters

PROGRAM = os.path.abspath(os.environ.get("DATELINE", "build/release/dateline"))


class Newsroom(unittest.TestCase):
  def setUp(self):
    self.folder = tempfile.TemporaryDirectory()
    self.addCleanup(self.folder.cleanup)
    self.newsroom = os.path.join(self.folder.name, "newsroom")
    self.run_program("init", self.newsroom, inside=False)

  def start_program(self, *arguments, inside=True, **environment):
    return subprocess.Popen(
      [PROGRAM, *arguments],
      stdin=subprocess.DEVNULL,
      stdout=subprocess.PIPE,
      stderr=subprocess.PIPE,
      text=True,
      cwd=self.newsroom if inside else self.folder.name,
      env={**os.environ, **environment},
    )

  def run_program(self, *arguments, status=0, inside=True, **environment):
    process = self.start_program(*arguments, inside=inside, **environment)
    out, errors = process.communicate()
    self.assertEqual(process.returncode, status, out + errors)
    return subprocess.CompletedProcess(arguments, status, out, errors)

  def preview(self, *arguments, **more):
    return self.run_program("release", "preview", *arguments, "--no-pictures", **more)

  def write(self, path, content):
    path = os.path.join(self.newsroom, path)
    with open(path, "w", encoding="utf-8") as file:
      file.write(content)


class Preview(Newsroom):
  def test_three_files_a_language_are_written_and_named(self):
    done = self.preview("harbour-fund", "--json")
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
    self.preview("harbour-fund", "-l", "fr", "-o", folder)
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
    done = self.preview("harbour-fund", "-l", "de", status=1)
    self.assertIn('isn\'t in "de"; it is in en, fr', done.stderr)

  def test_a_field_that_only_lists_know_stands_in_brackets(self):
    self.write("templates/release.txt.mustache", "{{subscriber.beat}}\n")
    self.preview("harbour-fund", "-o", self.folder.name)
    with open(os.path.join(self.folder.name, "harbour-fund.en.txt"), encoding="utf-8") as file:
      self.assertEqual(file.read(), "[beat]\n")

  def test_the_html_holds_its_images(self):
    releases = letters.write_releases(type(self))
    for name in ("pictures.md", "pictures"):
      os.rename(os.path.join(releases, name), os.path.join(self.newsroom, "releases", name))
    self.preview("pictures", "-o", self.folder.name)
    with open(os.path.join(self.folder.name, "pictures.en.html"), encoding="utf-8") as file:
      page = file.read()
    self.assertNotIn("cid:", page)
    for kind, name in (("png", "exercise.png"), ("jpeg", "harbour.jpg")):
      with open(os.path.join(self.newsroom, "releases/pictures", name), "rb") as file:
        data = base64.b64encode(file.read()).decode()
      self.assertIn(f'src="data:image/{kind};base64,{data}"', page)

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


class Pictures(Newsroom):
  """Chromium, or what stands in for it, is found on a PATH of the test's own."""

  def setUp(self):
    super().setUp()
    self.temporary = os.path.join(self.folder.name, "temporary")
    self.programs = os.path.join(self.folder.name, "programs")
    os.mkdir(self.temporary)
    os.mkdir(self.programs)

  def preview(self, *arguments, path=None, **more):
    environment = {"TMPDIR": self.temporary, "PATH": path or self.programs}
    return self.run_program("release", "preview", "harbour-fund", *arguments, **environment, **more)

  def add_program(self, name, words):
    path = os.path.join(self.programs, name)
    with open(path, "w", encoding="utf-8") as file:
      file.write("#!/bin/sh\n" + words)
    os.chmod(path, 0o755)
    return path

  def add_pipe(self):
    path = os.path.join(self.programs, "pipe")
    os.mkfifo(path)
    return path

  def test_four_pictures_a_language_show_desk_and_phone_in_light_and_dark(self):
    if not shutil.which("chromium"):
      print("SKIPPED: chromium isn't installed", file=sys.stderr)
      self.skipTest("chromium isn't installed")
    done = self.preview("--json", "-l", "fr", path=os.environ["PATH"])
    files = [json.loads(line) for line in done.stdout.splitlines()]
    pictures = [file["path"] for file in files if file["kind"] == "picture"]
    views = ("desktop-light", "desktop-dark", "phone-light", "phone-dark")
    self.assertEqual([p.rsplit(".", 2)[1] for p in pictures], list(views))
    for path, view in zip(pictures, views):
      self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
      width, height, corner = look_at(path)
      # A phone's screen has two pixels to one of CSS.
      self.assertEqual(width, 900 if "desktop" in view else 2 * 390)
      self.assertGreater(height, 2 * 844)
      self.assertEqual(corner, (255, 255, 255) if "light" in view else (0x12, 0x16, 0x1B))
    self.assertEqual(os.listdir(self.temporary), [])

  def test_without_chromium_the_other_files_are_written_and_a_line_says_so(self):
    done = self.preview("-l", "en")
    self.assertEqual(done.stderr, "dateline: no pictures, since no Chromium is installed\n")
    self.assertEqual(len(done.stdout.splitlines()), 3)

  def test_a_chromium_that_fails_is_an_error_and_leaves_nothing_behind(self):
    for words in ("exit 1\n", "printf 'no JSON\\0' >&4\nexec cat >/dev/null <&3\n"):
      self.add_program("google-chrome", f"PATH=/usr/bin:/bin\n{words}")
      done = self.preview(status=1)
      self.assertRegex(done.stderr, "^dateline: Chromium")
      self.assertEqual(os.listdir(self.temporary), [])

  def test_an_interruption_ends_chromium_and_removes_its_profile(self):
    pipe = self.add_pipe()
    self.add_program("chromium", f"PATH=/usr/bin:/bin\necho $$ >{pipe}\nexec cat >/dev/null <&3\n")
    process = self.start_program(
      "release", "preview", "harbour-fund", TMPDIR=self.temporary, PATH=self.programs
    )
    with open(pipe, encoding="ascii") as file:
      chromium = int(file.read())
    self.assertEqual(len(os.listdir(self.temporary)), 1)
    process.terminate()
    process.communicate()
    self.assertEqual(process.returncode, -signal.SIGTERM)
    self.assertEqual(os.listdir(self.temporary), [])
    self.assertRaises(ProcessLookupError, os.kill, chromium, 0)

  def test_open_shows_the_html_in_the_browser_that_is_named(self):
    pipe = self.add_pipe()
    browser = self.add_program("reader", f'echo "$1 $SECRET" >{pipe}\n')
    process = self.start_program(
      "release", "preview", "harbour-fund", "-l", "en", "--open", "--no-pictures", BROWSER=browser, SECRET="x"
    )
    with open(pipe, encoding="utf-8") as file:
      shown = file.read()
    process.communicate()
    self.assertEqual(process.returncode, 0)
    self.assertEqual(shown, f"{self.newsroom}/state/preview/harbour-fund/harbour-fund.en.html \n")

  def test_where_no_browser_starts_the_pages_to_open_are_named(self):
    failing = self.add_program("failing", "exit 3\n")
    for browser in ("", failing):
      done = self.preview("-l", "en", "--open", "--no-pictures", BROWSER=browser)
      self.assertRegex(done.stderr, "no browser could be started; open .*/harbour-fund.en.html yourself")


def look_at(path):
  """A PNG's width, height and the colour in its upper left corner."""
  with open(path, "rb") as file:
    data = file.read()
  assert data.startswith(b"\x89PNG\r\n\x1a\n")
  at, pixels, head = 8, b"", None
  while at < len(data):
    length, kind = struct.unpack(">I4s", data[at : at + 8])
    content = data[at + 8 : at + 8 + length]
    head = content if kind == b"IHDR" else head
    pixels += content if kind == b"IDAT" else b""
    at += 12 + length
  # The first pixel is itself under each of PNG's filters.
  return *struct.unpack(">II", head[:8]), tuple(zlib.decompress(pixels)[1:4])


if __name__ == "__main__":
  unittest.main()
