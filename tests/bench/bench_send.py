#!/usr/bin/python3
"""How fast Dateline sends, beside others, all into the same smtp-sink: see sendrows.py.

`make bench` runs it all, `make bench QUICK=1` a small part with few recipients. What it
finds goes to standard output and, as bench.md, bench.svg and bench.json, to build/bench.
`bench_send.py --show` draws them again from bench.json; `--only WORDS` runs the rows alone whose line of
progress has these words ("50 ms, 20").

Within a row the peers take turns, round by round, so that the machine's moods hit all alike; medians
count. A run in which the sink did not count exactly what should have come fails.
"""

import argparse
import contextlib
import json
import os
import resource
import signal
import statistics
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.append(os.path.join(ROOT, "tests/support"))

# pylint: disable=wrong-import-position
import enginecase
import measure
import sendbars
import sendchart
import senders
import sendrows
import sendtable
import wires

OUTPUT = os.path.join(os.path.dirname(os.path.abspath(enginecase.BUILD)), "bench")
PROXY = os.path.join(enginecase.BUILD, "tests/tools/delay_proxy")
FILES_LEAST = 1024


class Bench:
  """One run of the rows."""

  def __init__(self, context, folder):
    certificates = enginecase.make_certificates(folder)
    self.sink, self.ports = wires.start_all(folder, PROXY, certificates, context)
    self.senders = senders.Senders(folder, certificates)
    context.callback(self.senders.close)

  def once(self, row, peer):
    """One run of one peer: what it used, and how busy the sink and the machine were meanwhile."""
    count = sendrows.count_for(row, peer)
    before, sink_cpu = self.sink.count(), self.sink.cpu()
    use = self.senders.run(peer.name, self.ports[row.wire], row.wire, row.connections, row.signing, count)
    self.sink.expect(before, count, peer.name)
    use["count"] = count
    use["sink_cpu"] = self.sink.cpu() - sink_cpu
    if peer.name == sendrows.DATELINE:
      use["state"] = self.senders.last_room.state_per_delivery()
    return use

  def row(self, row):
    """All its peers, in turn: by their names, the run with the median rate."""
    if row.wire not in self.ports:
      print(f"SKIPPED {row.wire}: stunnel is not installed", file=sys.stderr)
      return {}
    peers = [peer for peer in sendrows.peers_of(row) if self.senders.can(peer)]
    runs = {peer.name: [] for peer in peers}
    for _ in range(row.rounds):
      for peer in peers:
        runs[peer.name].append(self.once(row, peer))
    return {name: median_of(uses) for name, uses in runs.items()}


def rate_of(use):
  return use["count"] / use["seconds"]


def median_of(uses):
  uses = sorted(uses, key=rate_of)
  middle = uses[len(uses) // 2]
  rates = [rate_of(use) for use in uses]
  return middle | {"rate": statistics.median(rates), "slowest": rates[0], "fastest": rates[-1]}


def describe(row):
  return (f"{row.wire}, {row.connections} connection{'s' if row.connections > 1 else ''}, {row.signing}, "
    f"{row.recipients:,} recipients")  # fmt: skip


def run(is_quick, only):
  results = {"quick": is_quick, "cores": os.cpu_count(), "date": time.strftime("%Y-%m-%d"), "rows": []}
  os.makedirs(OUTPUT, exist_ok=True)
  with contextlib.ExitStack() as context:
    folder = context.enter_context(tempfile.TemporaryDirectory(prefix="run-", dir=OUTPUT))
    bench = Bench(context, folder)
    bench.senders.audition()
    for row in sendrows.chosen(is_quick):
      if only not in describe(row):
        continue
      measure.note(describe(row))
      found = bench.row(row)
      for name, use in found.items():
        measure.note(f"  {name:15} {use['rate']:9,.0f}/s")
      results["rows"].append({"row": vars(row), "peers": found})
    results["sizes"] = {f"{peer}, {signing}": size for (peer, signing), size in bench.senders.sizes.items()}
  return results


def save(name, text):
  path = os.path.join(OUTPUT, name)
  with open(path, "w", encoding="utf-8") as file:
    file.write(text)
  return path


def show(results):
  with contextlib.suppress(FileNotFoundError), open(os.path.join(OUTPUT, "import.json"), encoding="utf-8") as file:
    results["import"] = json.load(file)
  bars = sendbars.judge(results)
  text = sendtable.as_text(results, bars)
  print(text)
  made = [save("bench.md", sendtable.as_markdown(results, bars)), save("bench.svg", sendchart.draw(results))]
  print("The same as", " and ".join(os.path.relpath(path) for path in made))


def allow_files():
  """Each connection is one or two, here and in what is started from here."""
  soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
  if soft != resource.RLIM_INFINITY and soft < FILES_LEAST:
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES_LEAST, hard))


def main():
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument("--show", action="store_true", help="draw again what bench.json has")
  parser.add_argument("--only", default="", metavar="WORDS", help="rows whose line of progress has these words")
  options = parser.parse_args()
  if options.show:
    with open(os.path.join(OUTPUT, "bench.json"), encoding="utf-8") as file:
      show(json.load(file))
    return
  if not os.path.exists(wires.SINK):
    sys.exit("bench_send.py: there's no smtp-sink: apt-get install postfix")
  allow_files()
  # Ended from outside, it still ends what it started and removes its newsrooms.
  signal.signal(signal.SIGTERM, lambda *_: sys.exit("bench_send.py: terminated"))
  try:
    results = run(bool(os.environ.get("QUICK")), options.only)
  except measure.Failed as failure:
    sys.exit(f"bench_send.py: {failure}")
  save("bench.json", json.dumps(results, indent=1))
  show(results)


if __name__ == "__main__":
  main()
