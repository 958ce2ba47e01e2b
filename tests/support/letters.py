"""Letters of the releases at hand in every language, built by letter_tool and read by Python's own mail reader."""

import email
import email.policy
import os
import shutil
import subprocess
import tempfile

import pictures

BUILD = os.environ.get("DATELINE_BUILD", "build/release")
TOOL = os.path.join(BUILD, "tests/tools/letter_tool")
RELEASES = "tests/integration/releases"
LANGUAGES = sorted(name[: -len(".yaml")] for name in os.listdir("templates/words"))


class Letter:
  def __init__(self, raw, language):
    self.raw, self.language = raw, language
    self.message = email.message_from_bytes(raw, policy=email.policy.default)
    self.subject = self.message["Subject"]
    self.html = self.message.get_body(("html",)).get_content()
    self.text = self.message.get_body(("plain",)).get_content().replace("\r\n", "\n")
    self.content_ids = [part["Content-ID"].strip("<>") for part in self.message.walk() if part["Content-ID"]]

  def html_with_images(self):
    """The HTML as a mail program shows it, its images in place."""
    page = self.html
    for part in self.message.walk():
      if part["Content-ID"]:
        data = "".join(part.get_payload().split())
        page = page.replace(
          f"cid:{part['Content-ID'].strip('<>')}", f"data:{part.get_content_type()};base64,{data}"
        )
    return page


def write_releases(case):
  """Copy the releases, with the pictures that one of them shows, to a folder that goes with the test case's class."""
  folder = tempfile.mkdtemp(prefix="dateline-releases-")
  case.addClassCleanup(shutil.rmtree, folder)
  for place in (RELEASES, "templates/sample"):
    shutil.copytree(place, folder, dirs_exist_ok=True)
  os.mkdir(os.path.join(folder, "pictures"))
  for name, content in (
    ("exercise.png", pictures.png(1040, 585, (196, 214, 226), (20, 66, 96))),
    ("harbour.jpg", pictures.jpeg(400, 300, 60, 200)),
  ):
    with open(os.path.join(folder, "pictures", name), "wb") as file:
      file.write(content)
  return folder


def letter(path, language, greeting="Dear Ana Pérez,"):
  fields = {
    "subscriber.address": "ana@elpuerto.example",
    "subscriber.name": "Ana Pérez",
    "subscriber.greeting": greeting,
    "list.name": "europe",
    "list.title": "Europe",
    "message_id": "abc",
  }
  done = subprocess.run(
    [TOOL, path, language],
    input="".join(f"{k}={v}\n" for k, v in fields.items()).encode(),
    stdout=subprocess.PIPE,
    check=True,
  )
  return Letter(done.stdout.split(b"\n", 1)[1], language)


def all_letters(folder):
  """(name, letter) of each release in its own language, and of two of them in every language there is."""
  own = {
    "harbour-fund en": ("harbour-fund.md", "en"),
    "harbour-fund fr": ("harbour-fund.fr.md", "fr"),
    "fund ar": ("fund.ar.md", "ar"),
  }
  for release in ("crowded", "pictures"):
    for language in LANGUAGES:
      own[f"{release} {language}"] = (f"{release}.md", language)
  for name, (file, language) in own.items():
    yield name, letter(os.path.join(folder, file), language)
