#!/usr/bin/python3
"""How fast the engine moves messages, beside Postfix's own smtp-source, into the same smtp-sink.

All on this machine and in one run: 20,000 messages of 6 KB over 20 connections, each sender three
times in turn; the best counts. With the flight record on disk and without.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("DATELINE_BUILD", os.path.join(ROOT, "build/release"))
TOOL = os.path.join(BUILD, "tests/tools/engine_tool")
SINK, SOURCE = "/usr/sbin/smtp-sink", "/usr/sbin/smtp-source"
MESSAGES, SIZE, CONNECTIONS, ROUNDS = int(os.environ.get("MESSAGES", "20000")), 6000, 20, 3
LIMIT_S = 300


def free_port():
  with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    return probe.getsockname()[1]


def wait_until_listening(port):
  end = time.monotonic() + 10
  while True:
    with socket.socket() as probe:
      if probe.connect_ex(("127.0.0.1", port)) == 0:
        return
    if time.monotonic() > end:
      sys.exit("bench_engine.py: smtp-sink does not listen")
    time.sleep(0.02)


def source(port):
  started = time.monotonic()
  subprocess.run([SOURCE, "-d", "-s", str(CONNECTIONS), "-l", str(SIZE), "-m", str(MESSAGES),
    f"127.0.0.1:{port}"], check=True, timeout=LIMIT_S)
  return time.monotonic() - started


def engine(port, *options):
  run = subprocess.run([TOOL, "--relay", f"smtp://127.0.0.1:{port}", "--connections", str(CONNECTIONS),
    "--count", str(MESSAGES), "--size", str(SIZE), "--quiet", *options], check=True, timeout=LIMIT_S,
    stdin=subprocess.DEVNULL, capture_output=True, text=True)
  end = json.loads(run.stdout.splitlines()[-1])
  if end["settled"] != MESSAGES:
    sys.exit(f"bench_engine.py: {end}")
  return end["seconds"]


def main():
  if not os.path.exists(SINK):
    print("bench_engine.py: SKIPPED, Postfix is not installed")
    return
  port = free_port()
  as_user = ["-u", "postfix"] if os.geteuid() == 0 else []
  folder = tempfile.mkdtemp(prefix="dateline-bench-")
  sink = subprocess.Popen([SINK, *as_user, f"127.0.0.1:{port}", "500"], stdin=subprocess.DEVNULL)
  try:
    wait_until_listening(port)
    senders = {
      "smtp-source -d": lambda: source(port),
      "engine": lambda: engine(port),
      "engine, flight record": lambda: engine(port, "--flight", os.path.join(folder, "flight")),
    }
    best = {name: float("inf") for name in senders}
    for _ in range(ROUNDS):
      for name, send in senders.items():
        best[name] = min(best[name], send())
  finally:
    sink.terminate()
    sink.wait(10)
    shutil.rmtree(folder, ignore_errors=True)
  print(f"{MESSAGES} messages of {SIZE} bytes, {CONNECTIONS} connections, best of {ROUNDS}:")
  for name, seconds in best.items():
    print(f"  {name:<22} {MESSAGES / seconds:8.0f} messages/s  {best['smtp-source -d'] / seconds:5.2f} x")


if __name__ == "__main__":
  main()
