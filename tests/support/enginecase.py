"""What the engine's integration tests share: servers, certificates, and the engine as a program."""

import collections
import glob
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("DATELINE_BUILD", os.path.join(ROOT, "build/release"))
TOOL = os.path.join(BUILD, "tests/tools/engine_tool")
SERVER = os.path.join(ROOT, "tests/support/smtp_server.py")
WAIT_S = 60


def readers(count, name="reader"):
  return [f"{name}{i}@paper.example" for i in range(1, count + 1)]


def wait_for(condition, what):
  """Poll until it holds; only a broken test ever waits for long."""
  end = time.monotonic() + WAIT_S
  while not (result := condition()):
    if time.monotonic() > end:
      raise AssertionError(f"waited in vain for {what}")
    time.sleep(0.01)
  return result


class Run:
  """What the engine said."""

  def __init__(self, output, status):
    self.events = [json.loads(line) for line in output.splitlines()]
    self.status = status
    self.end = self.events[-1] if self.events else {}
    self.settled = [event for event in self.events if event["event"] == "settled"]
    self.given_back = [event["address"] for event in self.events if event["event"] == "given back"]
    self.set_aside = {event["address"] for event in self.events if event["event"] == "set aside"}
    self.relays = [event for event in self.events if event["event"] == "relay"]
    self.troubles = [event["words"] for event in self.relays if event["circuit"] == "out of use"]

  def outcomes(self):
    """The last outcome of each address."""
    return {event["address"]: event["outcome"] for event in self.settled}

  def counts(self):
    return collections.Counter(self.outcomes().values())


class Server:
  """tests/support/smtp_server.py in a folder of its own."""

  def __init__(self, *options):
    self.folder = tempfile.TemporaryDirectory(prefix="dateline-smtp-")
    port_file = os.path.join(self.folder.name, "port")
    self.process = subprocess.Popen(
      [SERVER, "--folder", self.folder.name, "--port-file", port_file, "--seconds", "120", *options],
      stdin=subprocess.DEVNULL)
    wait_for(lambda: os.path.exists(port_file) or self.process.poll() is not None, "the SMTP server")
    with open(port_file, encoding="ascii") as file:
      self.port = int(file.read())
    self.url = f"smtp://127.0.0.1:{self.port}"

  def __enter__(self):
    return self

  def __exit__(self, *_):
    self.process.terminate()
    self.process.wait(WAIT_S)
    self.folder.cleanup()

  def log(self, event=None):
    with open(os.path.join(self.folder.name, "log.jsonl"), encoding="utf-8") as file:
      lines = [json.loads(line) for line in file if line.endswith("\n")]  # the last one may be half written
    return [line for line in lines if event is None or line["event"] == event]

  def accepted(self):
    """Addresses whose message it kept, as often as it did."""
    return collections.Counter(address for line in self.log("accepted") for address in line["to"])

  def messages(self):
    for path in sorted(glob.glob(os.path.join(self.folder.name, "*.eml"))):
      with open(path, "rb") as file:
        yield file.read()


def make_certificates(folder, name="localhost", days=2):
  """A CA of our own, and a server's certificate for `name` by it: paths of ca, cert and key."""
  paths = {what: os.path.join(folder, what + ".pem") for what in ("ca", "ca-key", "cert", "key", "request")}
  extensions = os.path.join(folder, "extensions")
  with open(extensions, "w", encoding="ascii") as file:
    file.write(f"subjectAltName=DNS:{name}\n")

  def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=WAIT_S)

  openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", str(days),
    "-subj", "/CN=Dateline test CA", "-keyout", paths["ca-key"], "-out", paths["ca"])
  openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
    "-keyout", paths["key"], "-out", paths["request"])
  openssl("x509", "-req", "-in", paths["request"], "-CA", paths["ca"], "-CAkey", paths["ca-key"],
    "-CAcreateserial", "-days", str(days), "-extfile", extensions, "-out", paths["cert"])
  return paths["ca"], paths["cert"], paths["key"]


@unittest.skipUnless(os.path.exists(TOOL), f"{TOOL} is not built")
class EngineCase(unittest.TestCase):
  """A test that runs the engine."""

  maxDiff = None

  def engine(self, url, addresses, *options, timeout_ms=10_000, expect=None):
    """Run it to its end. Timeouts are the ceiling of a step, never what a test waits for."""
    command = [TOOL, "--relay", url, "--timeout-ms", str(timeout_ms), "--dot-timeout-ms", str(timeout_ms),
      "--connect-timeout-ms", str(timeout_ms), "--pause-ms", "1", "--pause-most-ms", "60", *options]
    result = subprocess.run(command, input="".join(address + "\n" for address in addresses),
      capture_output=True, text=True, timeout=WAIT_S, check=False)
    if result.stderr:
      print(result.stderr, file=sys.stderr)
    self.assertIn(result.returncode, (0, 1), "the engine crashed")
    run = Run(result.stdout, result.returncode)
    self.assert_nothing_lost(run)
    if expect is not None:
      self.assertEqual(dict(run.counts()), expect)
    return run

  def assert_each_once(self, server, addresses):
    """The server has a message for each of them, and for nobody else, and not twice."""
    self.assertEqual(server.accepted(), collections.Counter(addresses))

  def assert_nothing_lost(self, run):
    """Whatever the engine took was settled or given back."""
    self.assertEqual(run.end["lent"], 0)
