"""Between a sender and smtp-sink: nothing, TLS, or a longer road. And what the sink counted."""

import contextlib
import os
import re
import socket
import subprocess
import time

import measure

SINK = "/usr/sbin/smtp-sink"
STUNNEL = "/usr/bin/stunnel4"
# How long each direction is held back.
DELAYS_US = {"50 ms": 25_000, "proxy": 0}
WAIT_S = 10
TAIL_BYTES = 200

STUNNEL_SETTINGS = """
foreground = yes
pid =
syslog = no
debug = err
[smtp]
accept = 127.0.0.1:{port}
connect = 127.0.0.1:{sink}
protocol = smtp
cert = {cert}
key = {key}
"""


def free_port():
  with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    return probe.getsockname()[1]


def wait_until_listening(port, process, what):
  end = time.monotonic() + WAIT_S
  while True:
    with socket.socket() as probe:
      if probe.connect_ex(("127.0.0.1", port)) == 0:
        return
    if process.poll() is not None or time.monotonic() > end:
      raise measure.Failed(f"{what} does not listen")
    time.sleep(0.02)


@contextlib.contextmanager
def running(command, **options):
  process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **options)
  try:
    yield process
  finally:
    process.terminate()
    process.wait(WAIT_S)


class Sink:
  """smtp-sink with its running counters in a file, which is cheap for it and never waits for a reader."""

  def __init__(self, folder, context):
    self.port = free_port()
    self.path = os.path.join(folder, "sink.count")
    as_user = ["-u", "nobody"] if os.geteuid() == 0 else []
    with open(self.path, "ab") as counters:
      self.process = context.enter_context(running([SINK, *as_user, "-c", f"127.0.0.1:{self.port}", "500"],
        stdout=counters))
    wait_until_listening(self.port, self.process, "smtp-sink")

  def count(self):
    """Messages since it runs."""
    with open(self.path, "rb") as file:
      file.seek(max(0, os.path.getsize(self.path) - TAIL_BYTES))
      found = re.findall(rb"mesg=(\d+)\r", file.read())
    return int(found[-1]) if found else 0

  def expect(self, before, count, who):
    """It counts a message just before it answers, so what has ended well was counted."""
    counted = self.count() - before
    if counted != count:
      raise measure.Failed(f"{who} should have sent {count} messages, and smtp-sink counted {counted}")

  def cpu(self):
    return measure.cpu_of(self.process.pid)


def start_stunnel(folder, sink_port, certificates, context):
  port = free_port()
  _, cert, key = certificates
  path = os.path.join(folder, "stunnel.conf")
  with open(path, "w", encoding="utf-8") as file:
    file.write(STUNNEL_SETTINGS.format(port=port, sink=sink_port, cert=cert, key=key))
  process = context.enter_context(running([STUNNEL, path], stderr=subprocess.DEVNULL))
  wait_until_listening(port, process, "stunnel")
  return port


def start_proxy(tool, sink_port, delay_us, context):
  process = context.enter_context(running([tool, str(sink_port), str(delay_us)], stdout=subprocess.PIPE, text=True))
  return int(process.stdout.readline())


def start_all(folder, proxy_tool, certificates, context):
  """The sink, and the ports by the wires' names; without stunnel there's none for STARTTLS."""
  sink = Sink(folder, context)
  ports = {"plain": sink.port}
  if os.path.exists(STUNNEL):
    ports["STARTTLS"] = start_stunnel(folder, sink.port, certificates, context)
  for name, delay_us in DELAYS_US.items():
    ports[name] = start_proxy(proxy_tool, sink.port, delay_us, context)
  return sink, ports
