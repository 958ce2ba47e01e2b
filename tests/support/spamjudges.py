"""Mail filters as judges: rspamd with a configuration of its own, and SpamAssassin in local mode.

Both see mail as a receiving server has it: with its trace, the envelope and the client's address.
Neither reaches the network: rspamd asks a name server of our own, SpamAssassin asks none.
"""

import dataclasses
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.request

from answerer import Answerer
from privatepostfix import free_port

HERE = os.path.dirname(os.path.abspath(__file__))
RSPAMD, RSPAMC, SPAMASSASSIN = "/usr/bin/rspamd", "/usr/bin/rspamc", "/usr/bin/spamassassin"
WAIT_S = 60
GREYLISTED_FROM, SPAM_FROM = 4.0, 5.0  # rspamd's and SpamAssassin's, as they come

# Who hands the mail over, as the receiving server sees it.
CLIENT_IP = "198.18.0.25"  # of those for benchmarks: SpamAssassin takes the ones for documentation for forged
CLIENT_NAME = "mail.harbour.example"
SERVER_NAME = "mx.paper.example"

CONFIGURATION = """
lua = "$RULESDIR/rspamd.lua";
.include "$CONFDIR/metrics.conf"
.include "$CONFDIR/actions.conf"
.include "$CONFDIR/groups.conf"
.include "$CONFDIR/composites.conf"
{modules}
modules {{ path = "${{PLUGINSDIR}}"; }}
options {{
  pidfile = "{folder}/rspamd.pid";
  .include "$CONFDIR/options.inc"
  .include(priority=10) "{folder}/override.d/options.inc"
}}
logging {{ type = "console"; level = "warning"; }}
worker "controller" {{ bind_socket = "127.0.0.1:{port}"; count = 1; secure_ip = "127.0.0.1"; }}
"""

# Those that judge the mail itself or ask the sender's own zone; the rest asks the world.
MODULES = (
  "chartable", "dkim", "dmarc", "forged_recipients", "hfilter", "maillist", "mid", "mime_types", "once_received",
  "regexp", "spf",
)  # fmt: skip

# Instead of lists on the network, those of the package; compiling the whole world's top-level
# domains would take most of the start.
OVERRIDES = {
  "options.inc": """
    dns {{ nameserver = ["127.0.0.1:{name_server}:1"]; timeout = 1s; retransmits = 2; }}
    url_tld = "{folder}/tlds"; disable_hyperscan = true; rrd = ""; history_file = ""; tempdir = "{folder}";
  """,
  "mid.conf": 'source = {{ url = ["file:///etc/rspamd/maps.d/mid.inc"]; }}',
  "mime_types.conf": 'file = ["/etc/rspamd/maps.d/mime_types.inc"];',
}
TOP_LEVEL_DOMAINS = "example\ncom\nnet\norg\nch\neu\n"


@dataclasses.dataclass
class Rule:
  """One that fired."""

  name: str
  score: float
  groups: frozenset
  words: str


@dataclasses.dataclass
class Report:
  """What one filter says of one message."""

  judge: str
  score: float
  threshold: float  # from which it does anything about the mail
  rules: list

  def __str__(self):
    lines = [f"{self.judge}: score {self.score:g}"]
    lines += [f"  {rule.score:6.2f} {rule.name}  {rule.words}" for rule in self.rules]
    return "\n".join(lines)

  def in_a_line(self):
    rules = ", ".join(f"{rule.name} {rule.score:g}" for rule in self.rules)
    return f"{self.judge} {self.score:.2f} ({rules})"

  def names(self):
    return {rule.name for rule in self.rules}

  def faults(self):
    """The rules about malformed mail, missing headers or HTML among those that fired."""
    return [rule for rule in self.rules if is_fault(self.judge, rule)]


# rspamd sorts its rules itself.
RSPAMD_FAMILIES = {
  "headers", "headers,mime", "Message ID", "mime", "mime_types", "html", "mua", "subject", "excessqp", "excessb64",
  "body", "content",
}  # fmt: skip

# SpamAssassin's names say what they are about; these parts are those of its rule files' families.
SPAMASSASSIN_FAMILIES = re.compile(
  # MIME: structure, types, encodings, boundaries, character sets
  "MIME|MPART|MULTIPART|CTYPE|CTE|BOUND|BASE64|_QP|CHARSET|ENC_HEADER|ENCOD|BOGUS|ATTACH|BDRY|BDY"
  # the head: fields missing, doubled, empty, out of shape, or made by nobody's program
  "|MISSING|HEADER|HDR|HEAD_|INVALID|MALF|BROKEN|ILLEGAL|UNPARS|UNCLOSED|MISSP|BRKTS|UNBAL|EMPTY|BLANK|FORGED|FAKE"
  "|RATWARE|DATE_|MSGID|_MID|SUBJ|FROM_|^FROM|TO_|REPLYTO|REPTO|RECIPS|WEIRD|UNRESOLVED|FRAGMENTED|LONGWORDS"
  # HTML and how it looks
  "|HTML|FONT|INVIS|TAG|CSS|STYLE|IMG|IMAGE|GIF|PNG|OBFU|REMOTE|TRACKER|TINY|COLOR|CONTRAST|HREF|IFRAME|COMMENT"
)

# In such a family, and none of our mail's faults: why.
EXCUSED = {
  "rspamd": {
    "ONCE_RECEIVED": "the test's own trace: mail that comes straight from the sender's relay has one Received",
    "FORGED_SENDER": "the envelope's sender isn't From: a return path for each recipient, in the same domain",
  },
  "SpamAssassin": {
    "HTML_MESSAGE": "says that there is HTML, beside the text",
    "DC_PNG_UNO_LARGO": "says that one large picture is a PNG",
    "DC_GIF_UNO_LARGO": "the same of a GIF",
    "MAILING_LIST_MULTI": "says in the sender's favour that this is a list",
  },
}


def is_fault(judge, rule):
  if rule.name in EXCUSED[judge]:
    return False
  if judge == "rspamd":
    return rule.score > 0 and bool(rule.groups & RSPAMD_FAMILIES)
  return bool(SPAMASSASSIN_FAMILIES.search(rule.name))


def why_not():
  """What is missing here; None if both are there."""
  missing = [path for path in (RSPAMD, RSPAMC, SPAMASSASSIN) if not os.path.exists(path)]
  return f"{', '.join(missing)} not installed" if missing else None


def with_trace(message, sender, recipient, date):
  """As the receiving server keeps it: `date` is of RFC 5322."""
  whom = f"\tfor <{recipient}>; {date}\r\n" if recipient.isascii() else f"\t; {date}\r\n"
  trace = (
    f"Return-Path: <{sender}>\r\n"
    f"Received: from {CLIENT_NAME} ({CLIENT_NAME} [{CLIENT_IP}])\r\n"
    f"\tby {SERVER_NAME} (Postfix) with ESMTPS id 4XtQ6n1Bz2z9sT\r\n" + whom
  )
  return trace.encode("utf-8") + message


class Rspamd:
  """One of our own, on a free loopback port."""

  def __init__(self, name_server_port):
    self.folder = tempfile.mkdtemp(prefix="dateline-rspamd-")
    self.port = free_port()
    self.process = None
    values = {"folder": self.folder, "port": self.port, "name_server": name_server_port}
    values["modules"] = "\n".join(f'.include "$CONFDIR/modules.d/{name}.conf"' for name in MODULES)
    os.mkdir(os.path.join(self.folder, "override.d"))
    self.write("rspamd.conf", CONFIGURATION.format(**values))
    self.write("tlds", TOP_LEVEL_DOMAINS)
    for name, text in OVERRIDES.items():
      self.write(f"override.d/{name}", text.format(**values))

  def write(self, name, text):
    with open(os.path.join(self.folder, name), "w", encoding="ascii") as file:
      file.write(text)

  def __enter__(self):
    variables = [f"--var={name}={self.folder}" for name in ("DBDIR", "RUNDIR", "LOGDIR", "LOCAL_CONFDIR")]
    with open(os.path.join(self.folder, "log"), "wb") as log:
      # Insecure: as the user that runs the tests.
      self.process = subprocess.Popen(
        [RSPAMD, "--no-fork", "--insecure", "-c", os.path.join(self.folder, "rspamd.conf"), *variables],
        stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    end = time.monotonic() + WAIT_S
    while not self.is_listening():
      if self.process.poll() is not None or time.monotonic() > end:
        log = self.log()
        self.__exit__()
        raise AssertionError(f"rspamd does not start: {log}")
      time.sleep(0.02)
    self.groups = self.read_groups()
    return self

  def __exit__(self, *_):
    self.process.terminate()
    self.process.wait(WAIT_S)
    shutil.rmtree(self.folder, ignore_errors=True)

  def log(self):
    with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as file:
      return file.read()

  def get(self, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{path}", timeout=WAIT_S) as answer:
      return answer.read()

  def is_listening(self):
    try:
      return self.get("ping").strip() == b"pong"
    except OSError:
      return False

  def read_groups(self):
    groups = {}
    for group in json.loads(self.get("symbols")):
      for rule in group["rules"]:
        groups.setdefault(rule["symbol"], set()).add(group["group"])
    return groups

  def ask(self, message, sender, recipient):
    """By rspamc. In the C locale, which it never leaves, it takes no address with letters beyond ASCII: for one it
    is left out, and the same asked as servers do it."""
    if recipient.isascii():
      done = subprocess.run(
        [RSPAMC, "-h", f"127.0.0.1:{self.port}", "--json", "--ip", CLIENT_IP, "--helo", CLIENT_NAME,
         "--hostname", CLIENT_NAME, "--from", sender, "--rcpt", recipient, "symbols"],
        input=message, capture_output=True, timeout=WAIT_S, check=False)
      if done.returncode:
        raise AssertionError(f"rspamc ended with {done.returncode}: {done.stdout}{done.stderr}")
      return done.stdout
    envelope = {"IP": CLIENT_IP, "Helo": CLIENT_NAME, "Hostname": CLIENT_NAME, "From": sender, "Rcpt": recipient}
    headers = {name: value.encode("utf-8") for name, value in envelope.items()}
    request = urllib.request.Request(f"http://127.0.0.1:{self.port}/checkv2", data=message, headers=headers)
    with urllib.request.urlopen(request, timeout=WAIT_S) as answer:
      return answer.read()

  def judge(self, message, sender, recipient):
    text = self.ask(message, sender, recipient)
    answer = json.loads(text)
    if "symbols" not in answer:
      raise AssertionError(f"rspamd gives no verdict: {text.decode()}{self.log()}")
    rules = [
      Rule(name, found["score"], frozenset(self.groups.get(name, ())),
        " ".join([found.get("description", ""), *map(str, found.get("options", []))]))
      for name, found in sorted(answer["symbols"].items())
    ]
    return Report("rspamd", answer["score"], GREYLISTED_FROM, rules)


class SpamAssassin:
  """The rules that come with it, in a process that loads them once."""

  def __enter__(self):
    self.folder = tempfile.TemporaryDirectory(prefix="dateline-spamassassin-")
    script = os.path.join(HERE, "spamassassin.pl")
    self.answerer = Answerer("/usr/bin/perl", script, self.folder.name, ready=b"ready")
    return self

  def __exit__(self, *_):
    self.answerer.__exit__()
    self.folder.cleanup()

  def judge(self, message, *_):
    score, *found = self.answerer.ask(message).split("\t")
    rules = []
    for one in found:
      name, points, words = one.split("=", 2)
      rules.append(Rule(name, float(points), frozenset(), words))
    return Report("SpamAssassin", float(score), SPAM_FROM, rules)
