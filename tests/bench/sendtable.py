"""bench_send's findings as text for a terminal of 80 columns, and as Markdown."""

import textwrap

import sendbars
from sendrows import DATELINE, ENGINE, NODEMAILER, NODEMAILER_DKIM, SMTPLIB, SOURCE

WIDTH = 80
NONE = "—"
# A column, and which peers' figure stands in it.
COLUMNS = ((DATELINE, (DATELINE,)), (SOURCE, (SOURCE,)), (SMTPLIB, (SMTPLIB,)),
  (NODEMAILER, (NODEMAILER, NODEMAILER_DKIM)))  # fmt: skip
HEADS = ("WIRE", "CONN", "SIGNED", "DATELINE", "SOURCE", "SMTPLIB", "NODEMAIL.", "x SRC", "x NODE")
DETAIL_HEADS = ("wire", "connections", "signed", "sender", "messages", "rate/s", "slowest", "fastest",
  "CPU us/message", "cores", "sink's cores", "peak MiB")  # fmt: skip
SCALE_HEADS = ("RECIPIENTS", "FREEZE", "SEND", "WHOLE", "FREEZE", "SEND", "STATE", "x SOURCE")
SCALE_UNITS = ("", "us each", "us each", "us each", "MiB peak", "MiB peak", "bytes", "")
STATE_LEAST = 0.5  # bytes a delivery; less is the same for any number of them


def align(rows, is_left):
  """Columns of one width each."""
  widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
  lines = []
  for row in rows:
    cells = [cell.ljust(width) if is_left(k) else cell.rjust(width) for k, (cell, width) in enumerate(zip(row, widths))]
    lines.append("  ".join(cells).rstrip())
  return lines


def table(rows, is_left):
  """The same in Markdown, the first row its head."""
  marks = [":--" if is_left(k) else "--:" for k in range(len(rows[0]))]
  return ["| " + " | ".join(row) + " |" for row in (rows[0], marks, *rows[1:])]


def wrap(words):
  return textwrap.wrap(words, WIDTH, break_on_hyphens=False)


def number(use):
  return f"{use['rate']:,.0f}" if use else NONE


def ratio(ours, theirs):
  return f"{ours['rate'] / theirs['rate']:.2f}" if ours and theirs else NONE


def first_of(peers, names):
  return next((peers[name] for name in names if name in peers), None)


def rates(results):
  """One row for each measured; the proxy without its delay is a check, and stands with the details."""
  rows = [HEADS]
  for one in results["rows"]:
    row, peers = one["row"], one["peers"]
    if row["is_scale"] or row["wire"] == "proxy":
      continue
    uses = [first_of(peers, names) for _, names in COLUMNS]
    rows.append((row["wire"], str(row["connections"]), row["signing"], *map(number, uses),
      ratio(uses[0], uses[1]), ratio(uses[0], uses[3])))  # fmt: skip
  return rows


def scale(results):
  rows = [SCALE_HEADS, SCALE_UNITS]
  for one in results["rows"]:
    row, use = one["row"], one["peers"].get(DATELINE)
    if not row["is_scale"] or not use:
      continue
    micros = [seconds / use["count"] * 1e6 for seconds in (use["freeze"]["seconds"], use["seconds"])]
    peaks = [use["freeze"]["peak_kib"], use["peak_kib"]]
    rows.append((f"{row['recipients']:,}", *(f"{value:,.0f}" for value in (*micros, sum(micros))),
      *(f"{peak / sendbars.MIB_KIB:.1f}" for peak in peaks), f"{use['state']['bytes']:.0f}",
      ratio(use, one["peers"].get(SOURCE))))  # fmt: skip
  return rows if len(rows) > 2 else []


def memories(results):
  """The highest peak of each sender, wherever it was."""
  peaks = {}
  for one in results["rows"]:
    for name, use in one["peers"].items():
      peaks[name] = max(peaks.get(name, 0), sendbars.peak_kib(use))
  return [("SENDER", "PEAK MiB"), *((name, f"{peak / sendbars.MIB_KIB:.1f}") for name, peak in peaks.items())]


def state(results):
  found = sendbars.largest_state(results)
  parts = sorted(found["parts"].items(), key=lambda part: -part[1])
  rows = [(name, f"{size:.1f}") for name, size in parts if size >= STATE_LEAST]
  return [("TABLE OR INDEX", "BYTES EACH"), *rows, ("all", f"{found['bytes']:.1f}")]


def threads(results):
  """Of each Dateline row: which thread used how much of one core."""
  rows = [("WIRE", "CONN", "SIGNED", "THREADS, % OF A CORE EACH")]
  for one in results["rows"]:
    row, use = one["row"], one["peers"].get(DATELINE)
    if not use:
      continue
    busy = sorted(use["threads"].items(), key=lambda thread: -thread[1])
    rows.append((row["wire"], str(row["connections"]), row["signing"],
      ", ".join(f"{name} {cpu / use['seconds']:.0%}" for name, cpu in busy)))  # fmt: skip
  return rows


def limit(verdict):
  """Where its time went, for a bar that was missed."""
  use = verdict.use
  if not use:
    return ""
  busy = ", ".join(f"{name} {cpu / use['seconds']:.0%}" for name, cpu in use["threads"].items())
  return f"of a core: {busy}; smtp-sink {use['sink_cpu'] / use['seconds']:.0%}"


def verdicts(bars):
  words = {True: "reached", False: "MISSED", None: "not run"}
  return [("", "WHAT", "FIGURE", "TO REACH"),
    *((words[bar.is_reached], bar.what, bar.figure, bar.target) for bar in bars)]  # fmt: skip


def details(results):
  rows = [DETAIL_HEADS]
  for one in results["rows"]:
    row = one["row"]
    for name, use in one["peers"].items():
      rows.append((row["wire"], str(row["connections"]), row["signing"], name, f"{use['count']:,}",
        f"{use['rate']:,.0f}", f"{use['slowest']:,.0f}", f"{use['fastest']:,.0f}",
        f"{use['cpu'] / use['count'] * 1e6:,.0f}", f"{use['cpu'] / use['seconds']:.2f}",
        f"{use['sink_cpu'] / use['seconds']:.2f}", f"{sendbars.peak_kib(use) / sendbars.MIB_KIB:.1f}"))  # fmt: skip
  return rows


def size_words(results):
  ours = {name: size for name, size in results["sizes"].items() if name.startswith(DATELINE)}
  words = ", ".join(f"{size:,} bytes {name.partition(', ')[2]}" for name, size in ours.items())
  return f"Letters are {words}, and everybody's within {spread(results):.1%} of that."


def spread(results):
  """How far the sizes of the others' messages are from ours."""
  sizes = results["sizes"]
  ours = {name.partition(", ")[2]: size for name, size in sizes.items() if name.startswith(DATELINE)}
  return max(abs(size / ours[name.partition(", ")[2]] - 1) for name, size in sizes.items())


# Title, what it has to say before it, rows, and which columns are words.
def parts(results, bars):
  made = [
    ("Messages a second", size_words(results), rates(results), lambda k: k in (0, 2)),
    ("By number of recipients: 20 connections, Ed25519", "", scale(results), lambda k: False),
    ("Bytes of the store for an accepted delivery", "", state(results), lambda k: k == 0),
    ("Memory", "", memories(results), lambda k: k == 0),
    ("Dateline's CPU by thread", "", threads(results), lambda k: k in (0, 2, 3)),
    ("What is to be reached", "", verdicts(bars), lambda k: k < 2),
  ]
  return [part for part in made if len(part[2]) > 1]


def notes(results):
  small = " Few recipients, once: QUICK." if results["quick"] else ""
  return (f"{results['date']}, {results['cores']} cores, all on one machine into one smtp-sink, which counts.{small} "
    "smtp-source has no TLS and no signing: it sends ready messages. nodemailer signs with RSA alone. "
    "50 ms: through a proxy that holds each direction back by 25 ms.")  # fmt: skip


def as_text(results, bars):
  lines = ["", *wrap(notes(results))]
  for title, words, rows, is_left in parts(results, bars):
    lines += ["", title, *wrap(words), *align(rows, is_left)]
  for bar in bars:
    if bar.is_reached is False and limit(bar):
      lines.append(f"  {bar.what}: {limit(bar)}")
  return "\n".join(lines)


def engine_words(results):
  alone = [one["peers"][ENGINE] for one in results["rows"] if ENGINE in one["peers"]]
  return f"The engine alone, without store, letters and signatures: {number(alone[-1])}/s." if alone else ""


def as_markdown(results, bars):
  lines = ["# How fast Dateline sends", "", "![The same as bars](bench.svg)", "", notes(results), ""]
  for title, words, rows, is_left in parts(results, bars):
    lines += [f"## {title}", "", *([words, ""] if words else []), *table(rows, is_left), ""]
  for bar in bars:
    if bar.is_reached is False and limit(bar):
      lines += [f"- {bar.what}: {limit(bar)}"]
  lines += ["", "## Each run", "", engine_words(results), "", *table(details(results), lambda k: k in (0, 2, 3))]
  return "\n".join(lines) + "\n"
