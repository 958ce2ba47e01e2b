"""What the tests of the whole program share: a newsroom in a folder of its own, and how mail is judged."""

import collections
import email
import email.policy
import json
import os
import pty
import re
import shutil
import sqlite3
import subprocess
import tempfile
import unittest

from enginecase import WAIT_S, Server, wait_for

PROGRAM = os.path.abspath(os.environ.get("DATELINE", "build/release/dateline"))
# In memory where there's such a place: these tests kill processes, not machines.
PLACE = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
NOWHERE = "smtp://127.0.0.1:1"
POLICY = email.policy.SMTP.clone(raise_on_defect=True)

# Exit statuses, as include/cli/command.h names them.
DONE, FAILED, USAGE, PARTLY, HELD, UNFINISHED = range(6)

SETTINGS = """
newsroom = {{
  name = "Harbour Relief"; domain = "harbour.example"; language = "en";
  zone = "Europe/Zurich"; postal_address = "12 Quay Street, 1201 Geneva";
  boilerplate = "Harbour Relief has kept crews at sea since 1987.";
}};
sender = {{
  from = "Harbour Relief Press Office <press@harbour.example>";
  reply_to = "{reply_to}";
  bounce_address = "bounce@harbour.example";
  copies = [{copies}]; testers = [{testers}];
}};
relays = ( {{ url = "{url}"; tls = "{tls}"; ca_file = "{ca_file}"; connections = {connections}; {relay} }}{more_relays} );
sites = ( {sites} );
retry = {{ after = [{after}]; jitter = 0.0; expire = "48h"; {retry} }};
unknown = "{unknown}";
{more}
"""

FALLBACKS = {
  "url": NOWHERE, "tls": "none", "ca_file": "", "connections": 2, "reply_to": "", "copies": (), "testers": (),
  "after": ("1s", "10m"), "unknown": "resend",
  "relay": "", "more_relays": "", "sites": "", "retry": "", "more": "",
}  # fmt: skip

# The same release in two languages; what is asserted of a message is said here.
RELEASE = """---
title: {title}
slug: fund
language: {language}
dateline: Marseille
contacts:
  - name: Amara Roy
    email: amara.roy@harbour.example
    phones: ["+44 20 7946 0123"]
  - name: Jonas Lind
    email: jonas.lind@harbour.example
---
{first}

{second}
"""
ENGLISH = RELEASE.format(title="Coastal towns agree joint rescue fund", language="en",
  first="Twelve coastal towns have agreed to pay for sea rescue together.",
  second="The fund is open to other coastal towns.")
FRENCH = RELEASE.format(title="Les villes côtières créent un fonds commun", language="fr",
  first="Douze villes côtières ont décidé de financer ensemble le sauvetage en mer.",
  second="Le fonds est ouvert à d’autres villes côtières.")


def quoted(texts):
  return ", ".join(f'"{text}"' for text in texts)


def read_strictly(message):
  """By Python's reader, which raises where anything is amiss. It takes UTF-8 in headers from a text only."""
  parsed = email.message_from_string(message.decode("utf-8"), policy=POLICY)
  for part in parsed.walk():
    if part.defects:
      raise AssertionError(f"defects in {part.get_content_type()}: {part.defects}")
  return parsed


def text_of(message, kind="plain"):
  return message.get_body((kind,)).get_content()


class Newsroom:
  """Made by `init`, without its sample lists and release; commands run inside."""

  def __init__(self, **settings):
    self.folder = tempfile.mkdtemp(prefix="dateline-newsroom-", dir=PLACE)
    self.path_of = lambda *names: os.path.join(self.folder, *names)
    self.settings = dict(FALLBACKS)
    self.ok("init", self.folder, cwd="/")
    for name in os.listdir(self.path_of("releases")):
      os.remove(self.path_of("releases", name))
    self.configure(**settings)

  def __enter__(self):
    return self

  def __exit__(self, *_):
    shutil.rmtree(self.folder, ignore_errors=True)

  def configure(self, **settings):
    self.settings.update(settings)
    values = {key: quoted(value) if isinstance(value, tuple) else value for key, value in self.settings.items()}
    self.write("dateline.cfg", SETTINGS.format(**values))

  def write(self, name, text):
    with open(self.path_of(name), "w", encoding="utf-8", newline="") as file:
      file.write(text)

  def add_release(self, *texts):
    """English and French unless told otherwise."""
    for text in texts or (ENGLISH, FRENCH):
      language = re.search(r"^language: (\w+)", text, re.MULTILINE).group(1)
      slug = re.search(r"^slug: (\S+)", text, re.MULTILINE).group(1)
      self.write(f"releases/{slug}.md" if language == "en" else f"releases/{slug}.{language}.md", text)

  def start(self, *arguments, **options):
    options.setdefault("cwd", self.folder)
    options.setdefault("stdin", subprocess.DEVNULL)
    environment = dict(os.environ, NO_COLOR="1", **options.pop("env", {}))
    return subprocess.Popen([options.pop("program", PROGRAM), *arguments], stdout=subprocess.PIPE,
      stderr=subprocess.PIPE, text=True, env=environment, **options)

  def call(self, *arguments, **options):
    """A finished process; the time limit only ends a broken test."""
    process = self.start(*arguments, **options)
    try:
      output, errors = process.communicate(timeout=WAIT_S)
    except subprocess.TimeoutExpired:
      process.kill()
      output, errors = process.communicate()
      raise AssertionError(f"{arguments} did not end: {output}{errors}") from None
    return subprocess.CompletedProcess(arguments, process.returncode, output, errors)

  def ok(self, *arguments, status=DONE, **options):
    done = self.call(*arguments, **options)
    if done.returncode != status:
      raise AssertionError(f"{arguments} ended with {done.returncode}, not {status}:\n{done.stdout}{done.stderr}")
    return done.stdout

  def fails(self, *arguments, status=FAILED):
    """Its error: one line, to people."""
    done = self.call(*arguments)
    if done.returncode != status or not re.search(r"^dateline: [^\n]+\n\Z", done.stderr, re.MULTILINE):
      raise AssertionError(f"{arguments} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stderr

  def typed(self, answer, *arguments):
    """With a terminal to ask on: what came out, and the status."""
    master, slave = pty.openpty()
    try:
      process = self.start(*arguments, stdin=slave)
      os.close(slave)
      os.write(master, answer.encode() + b"\n")
      output, errors = process.communicate(timeout=WAIT_S)
    finally:
      os.close(master)
    return subprocess.CompletedProcess(arguments, process.returncode, output, errors)

  def objects(self, *arguments, status=DONE):
    return [json.loads(line) for line in self.ok(*arguments, "--json", status=status).splitlines()]

  def import_people(self, name, text, status=DONE):
    self.write("import.csv", text)
    return self.objects("list", "import", name, "import.csv", status=status)[0]

  def plan(self, *arguments):
    """What `send` would do, without doing it."""
    lines = self.objects("send", *arguments, "--dry-run", "-o", self.path_of("planned"))
    shutil.rmtree(self.path_of("planned"), ignore_errors=True)
    return lines[0]

  def log(self, *arguments):
    return self.objects("log", *arguments)

  def states(self, *arguments):
    """How many deliveries of the newest dispatch, or of the one that is named, are in which state."""
    return dict(collections.Counter(line["state"] for line in self.log(*arguments)))

  def listed(self, event):
    """The lines of `status` that tell of a "dispatch" or a "relay"."""
    return [line for line in self.objects("status") if line["event"] == event]

  def dispatch(self, number="1"):
    return self.objects("status", str(number))[0]

  def unsubscribe(self, name, address):
    """As journalists do it by themselves; there is no command for it."""
    with sqlite3.connect(self.path_of("state/dateline.db"), timeout=WAIT_S) as store:
      done = store.execute(
        "UPDATE membership SET state = 2 WHERE list_id = (SELECT id FROM list WHERE name = ?) "
        "AND subscriber_id = (SELECT id FROM subscriber WHERE address = ?)", (name, address))
      assert done.rowcount == 1, "nobody was unsubscribed"
    store.close()


def people(count, domain="paper.example", language="en"):
  """A list of made-up journalists as CSV, spread over a few domains below `domain`."""
  rows = [f"reader{i}@d{i % 7}.{domain},Reader {i},Paper {i % 5},{language}" for i in range(1, count + 1)]
  return "address,name,outlet,language\n" + "\n".join(rows) + "\n"


@unittest.skipUnless(os.path.exists(PROGRAM), f"{PROGRAM} is not built")
class NewsroomCase(unittest.TestCase):
  """A test in a newsroom."""

  maxDiff = None

  def newsroom(self, **settings):
    return self.enterContext(Newsroom(**settings))

  def server(self, *options):
    """A server through which the test's own press sends from now on."""
    server = self.enterContext(Server(*options))
    self.press.configure(url=server.url)
    return server

  def running(self, newsroom, *arguments, **options):
    """A command that goes on; ended with the test at the latest."""
    process = newsroom.start(*arguments, **options)
    self.addCleanup(end_process, process)
    return process

  def assert_recorded_as_received(self, newsroom, server, addresses):
    """Each of them accepted once by the server, and recorded so; nobody else."""
    self.assertEqual(server.accepted(), collections.Counter(addresses))
    accepted = [line["address"] for line in newsroom.log() if line["state"] == "accepted"]
    self.assertEqual(sorted(accepted), sorted(addresses))
    self.assertEqual(len({line["message_id"] for line in server.log("accepted")}), len(addresses))


def end_process(process):
  if process.poll() is None:
    process.kill()
  process.communicate()


def ended(process):
  """Its status and output, once it has ended."""
  output, errors = process.communicate(timeout=WAIT_S)
  return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def wait_until_accepted(server, count):
  wait_for(lambda: server.accepted().total() >= count, f"{count} messages at the server")
