#!/usr/bin/python3
"""How long an import takes beside `sqlite3 .import` of the same file.

`bench_import.py [ROWS]`, else a million of them, QUICK=1: a tenth. Ours is validated, deduplicated, merged and can be
undone; theirs is a table with the same unique index. CPU time is the fairer
one on a busy machine.
"""

import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time

PROGRAM = os.path.abspath(os.environ.get("DATELINE", "build/release/dateline"))
# bench_send shows it among what is to be reached.
RESULT = os.path.join(os.path.dirname(os.path.dirname(PROGRAM)), "bench", "import.json")
COLUMNS = ("address", "name", "outlet", "role", "language", "country", "beat")


def write_rows(path, count):
  order = list(range(count))
  random.Random(1).shuffle(order)
  with open(path, "w", encoding="utf-8") as file:
    file.write(",".join(COLUMNS) + "\n")
    for i in order:
      file.write(
        f'reporter.{i}@paper-{i % 5000}.example,Zoé Martin {i},"The Lantern, No. {i % 5000}",'
        "reporter,fr,BE,migration; health\n"
      )


def measure(what, command, folder):
  before = resource.getrusage(resource.RUSAGE_CHILDREN)
  started = time.monotonic()
  subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True)
  wall = time.monotonic() - started
  after = resource.getrusage(resource.RUSAGE_CHILDREN)
  cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
  print(f"{what:32} {wall:8.2f} s  cpu {cpu:7.2f} s", flush=True)
  return wall, cpu


def main():
  rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000 if os.environ.get("QUICK") else 1_000_000
  if not shutil.which("sqlite3"):
    print("bench_import: skipped: there's no sqlite3 (apt-get install sqlite3)", file=sys.stderr)
    return
  with tempfile.TemporaryDirectory(prefix="dateline-bench-") as folder:
    write_rows(os.path.join(folder, "list.csv"), rows)
    table = ", ".join(f"{name} TEXT" for name in COLUMNS)
    script = f"CREATE TABLE list ({table}, UNIQUE (address));"
    theirs = measure(
      f"sqlite3 .import, {rows} rows",
      ["sqlite3", "plain.db", script, ".import --csv --skip 1 list.csv list"],
      folder,
    )
    newsroom = os.path.join(folder, "newsroom")
    subprocess.run([PROGRAM, "init", newsroom], stdout=subprocess.DEVNULL, check=True)
    command = [PROGRAM, "list", "import", "europe", "../list.csv"]
    ours = measure("dateline list import, new", command, newsroom)
    again = measure("the same again, unchanged", command, newsroom)
    undo = measure(
      "undone (twice)",
      ["sh", "-c", f"{PROGRAM} list undo europe && {PROGRAM} list undo europe"],
      newsroom,
    )
  for what, one in (("new", ours), ("again", again), ("undone", undo)):
    print(f"  {what:7} {one[0] / theirs[0]:5.2f} x its time, {one[1] / theirs[1]:5.2f} x its cpu")
  os.makedirs(os.path.dirname(RESULT), exist_ok=True)
  with open(RESULT, "w", encoding="utf-8") as file:
    json.dump({"rows": rows, "times": ours[0] / theirs[0]}, file)


if __name__ == "__main__":
  main()
