"""DKIM verifiers of other people's make, all offline: python3-dkim, Mail::DKIM and OpenDKIM.

Each says of a message which of its signatures verify, as {algorithm: bool}, with the public keys
it was given: {"SELECTOR._domainkey.DOMAIN": record}.
"""

import os
import re
import shutil
import subprocess
import tempfile

from answerer import Answerer

try:
  import dkim
except ImportError:
  dkim = None
try:
  import nacl.signing as nacl
except ImportError:
  nacl = None

HERE = os.path.dirname(os.path.abspath(__file__))
OPENDKIM = "/usr/sbin/opendkim"
WAIT_S = 300
RSA, ED25519 = "rsa-sha256", "ed25519-sha256"
FILES_AT_ONCE = 100  # of OpenDKIM, on one command line


def read_zone(text):
  """Public keys from the zone lines that `key show` prints: NAME. IN TXT ( "…" "…" )."""
  keys = {}
  for name, strings in re.findall(r"^(\S+)\.\s+IN\s+TXT\s+\(([^)]*)\)", text, re.MULTILINE):
    keys[name] = "".join(re.findall(r'"([^"]*)"', strings))
  return keys


def write_keys(path, keys):
  with open(path, "w", encoding="ascii") as file:
    file.writelines(f"{name} {record}\n" for name, record in keys.items())


class PythonDkim:
  """Knows both algorithms."""

  name = "python3-dkim"
  algorithms = {RSA, ED25519}

  def __init__(self, keys):
    self.keys = keys

  @staticmethod
  def why_not():
    if dkim is None:
      return "python3-dkim is not installed"
    return None if nacl else "python3-nacl is not installed"

  def __enter__(self):
    return self

  def __exit__(self, *_):
    pass

  def look_up(self, name, timeout=None):
    record = self.keys.get(name.decode("ascii").rstrip("."))
    return record.encode("ascii") if record else None

  def verify(self, messages):
    return [self.verify_one(message) for message in messages]

  def verify_one(self, message):
    try:
      signed = dkim.DKIM(message)
    except dkim.DKIMException:
      return {}
    fields = [value for name, value in signed.headers if name.lower() == b"dkim-signature"]
    verdicts = {}
    for index, field in enumerate(fields):
      algorithm = re.search(rb"\ba=\s*([\w-]+)", field)
      algorithm = algorithm.group(1).decode("ascii") if algorithm else "unknown"
      verdicts[algorithm] = self.holds(signed, index)
    return verdicts

  def holds(self, signed, index):
    try:
      return signed.verify(idx=index, dnsfunc=self.look_up)
    except (dkim.DKIMException, ValueError):
      return False


class MailDkim:
  """Perl's; knows RSA alone."""

  name = "Mail::DKIM"
  algorithms = {RSA}

  def __init__(self, keys):
    self.keys = keys

  @staticmethod
  def why_not():
    done = subprocess.run(["/usr/bin/perl", "-MMail::DKIM::Verifier", "-e", "1"], capture_output=True, check=False)
    return "Mail::DKIM is not installed" if done.returncode else None

  def __enter__(self):
    self.folder = tempfile.TemporaryDirectory(prefix="dateline-maildkim-")
    path = os.path.join(self.folder.name, "keys")
    write_keys(path, self.keys)
    self.answerer = Answerer("/usr/bin/perl", os.path.join(HERE, "maildkim.pl"), path)
    return self

  def __exit__(self, *_):
    self.answerer.__exit__()
    self.folder.cleanup()

  def verify(self, messages):
    return [self.verify_one(message) for message in messages]

  def verify_one(self, message):
    line = self.answerer.ask(message)
    verdicts = [one.split(" ", 2)[:2] for one in line.split("\t") if one]
    return {algorithm: result == "pass" for algorithm, result in verdicts if algorithm in self.algorithms}


class OpenDkim:
  """The filter that most servers run; reads the keys from a file."""

  name = "OpenDKIM"
  algorithms = {RSA, ED25519}

  def __init__(self, keys):
    self.keys = keys

  @staticmethod
  def why_not():
    return None if os.path.exists(OPENDKIM) else "OpenDKIM is not installed"

  def __enter__(self):
    self.folder = tempfile.mkdtemp(prefix="dateline-opendkim-")
    write_keys(os.path.join(self.folder, "keys"), self.keys)
    with open(os.path.join(self.folder, "conf"), "w", encoding="ascii") as file:
      file.write(
        f"Mode v\nSocket inet:0@127.0.0.1\nBackground no\nSyslog no\nAlwaysAddARHeader yes\n"
        f"AuthservID judge.example\nTestPublicKeys {self.folder}/keys\n")
    return self

  def __exit__(self, *_):
    shutil.rmtree(self.folder)

  def verify(self, messages):
    verdicts = []
    while len(verdicts) < len(messages):
      verdicts += self.verify_some(messages[len(verdicts) : len(verdicts) + FILES_AT_ONCE])
    return verdicts

  def verify_some(self, messages):
    """As many of them as it takes before it stops at one, that one's verdict among them: none."""
    for index, message in enumerate(messages):
      with open(os.path.join(self.folder, f"{index}.eml"), "wb") as file:
        file.write(message)
    names = ",".join(f"{index}.eml" for index in range(len(messages)))
    done = subprocess.run([OPENDKIM, "-x", "conf", "-vv", "-t", names], cwd=self.folder, stdin=subprocess.DEVNULL,
      capture_output=True, text=True, errors="replace", timeout=WAIT_S, check=False)
    # What it would add to the head comes before what it says of the file, if that's anything.
    verdicts = {}
    results = {}
    for line in done.stdout.splitlines():
      result = re.search(r"dkim=(\w+) .*header\.a=([\w-]+)", line)
      file = re.match(r"opendkim: (\d+)\.eml: ", line)
      if line.startswith("### INSHEADER"):
        results = {}
      if result:
        results[result.group(2)] = result.group(1) == "pass"
      elif file:
        verdicts[int(file.group(1))] = results
        results = {}
    read = [int(number) for number in re.findall(r"^opendkim: (\d+)\.eml: ", done.stderr, re.MULTILINE)]
    if not read or (done.returncode == 0 and max(read) + 1 != len(messages)):
      raise AssertionError(f"OpenDKIM ended with {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return [verdicts.get(index, {}) for index in range(max(read) + 1)]


VERIFIERS = (PythonDkim, MailDkim, OpenDkim)
