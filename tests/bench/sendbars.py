"""What is to be reached, and whether it was: one row a bar."""

import dataclasses

from sendrows import DATELINE, NODEMAILER_DKIM, SOURCE

MIB_KIB = 1024


@dataclasses.dataclass
class Verdict:
  what: str
  figure: str  # "-" if it wasn't measured
  target: str
  is_reached: object  # None if it wasn't measured
  use: object = None  # of the run it is about: where to look for what stopped it


def runs_of(results, peer, wire, connections, signing, is_scale=False):
  """(recipients, use) of each such row, the smallest first."""
  found = [
    (one["row"]["recipients"], one["peers"][peer]) for one in results["rows"]
    if peer in one["peers"] and one["row"]["is_scale"] == is_scale
    and (one["row"]["wire"], one["row"]["connections"], one["row"]["signing"]) == (wire, connections, signing)
  ]  # fmt: skip
  return sorted(found, key=lambda run: run[0])


def use_of(results, *which):
  runs = runs_of(results, *which)
  return runs[-1][1] if runs else None


def cost(use, is_whole):
  """Seconds for one recipient: of the sending, or of the whole command."""
  seconds = use["seconds"] + (use["freeze"]["seconds"] if is_whole else 0)
  return seconds / use["count"]


def peak_kib(use):
  return max(use["peak_kib"], use["freeze"]["peak_kib"] if "freeze" in use else 0)


def times(what, ours, theirs, least):
  if not ours or not theirs:
    return Verdict(what, "-", f"≥ {least:.1f} x", None)
  ratio = ours["rate"] / theirs["rate"]
  return Verdict(what, f"{ratio:.2f} x", f"≥ {least:.1f} x", ratio >= least, ours)


def against_source(results):
  runs = [use_of(results, peer, "plain", 20, "Ed25519") for peer in (DATELINE, SOURCE)]
  return times("Ed25519, 20 connections, beside smtp-source -d", *runs, 1.0)


def against_nodemailer(results):
  runs = [use_of(results, peer, "plain", 20, "RSA+Ed25519") for peer in (DATELINE, NODEMAILER_DKIM)]
  return times("RSA+Ed25519, beside nodemailer with its RSA", *runs, 5.0)


def memory(results):
  runs = runs_of(results, DATELINE, "plain", 20, "Ed25519", True)
  if not runs:
    return Verdict("peak memory", "-", "≤ 64 MiB", None)
  peak = peak_kib(runs[-1][1]) / MIB_KIB
  return Verdict(f"peak memory, {runs[-1][0]:,} recipients", f"{peak:.1f} MiB", "≤ 64 MiB", peak <= 64,
    runs[-1][1])


def growth(is_whole):
  def judge_growth(results):
    runs = runs_of(results, DATELINE, "plain", 20, "Ed25519", True)
    what = "the whole command" if is_whole else "sending"
    if len(runs) < 2:
      return Verdict(f"cost of a recipient, {what}", "-", "≤ +15 %", None)
    small, large = runs[0], runs[-1]
    more = (cost(large[1], is_whole) / cost(small[1], is_whole) - 1) * 100
    return Verdict(f"cost of a recipient, {what}, {large[0]:,} to {small[0]:,}", f"{more:+.0f} %", "≤ +15 %",
      more <= 15, large[1])

  return judge_growth


def tls_cpu(results):
  plain, tls = (use_of(results, DATELINE, wire, 20, "Ed25519") for wire in ("plain", "STARTTLS"))
  what, target = "our CPU for a message, STARTTLS beside plain", "≤ 1.5 x"
  if not plain or not tls:
    return Verdict(what, "-", target, None)
  ratio = (tls["cpu"] / tls["count"]) / (plain["cpu"] / plain["count"])
  return Verdict(what, f"{ratio:.2f} x", target, ratio <= 1.5, tls)


def far_away(results):
  use = use_of(results, DATELINE, "50 ms", 20, "unsigned")
  what, target = "50 ms away, 20 connections", "≥ 360/s"
  if not use:
    return Verdict(what, "-", target, None)
  return Verdict(what, f"{use['rate']:.0f}/s", target, use["rate"] >= 360, use)


def largest_state(results):
  """Of the run with the most recipients."""
  states = [one["peers"][DATELINE]["state"] for one in results["rows"] if DATELINE in one["peers"]]
  return max(states, key=lambda state: state["accepted"], default=None)


def state(results):
  found = largest_state(results)
  what, target = "bytes of state for an accepted delivery", "≤ 600"
  return Verdict(what, f"{found['bytes']:.0f}", target, found["bytes"] <= 600) if found else Verdict(
    what, "-", target, None)


def importing(results):
  found = results.get("import")
  what, target = "import beside sqlite3 .import", "≤ 3.0 x"
  if not found:
    return Verdict(what, "-", target, None)
  return Verdict(f"{what}, {found['rows']:,} rows", f"{found['times']:.2f} x", target, found["times"] <= 3)


BARS = (against_source, against_nodemailer, memory, growth(False), growth(True), tls_cpu, far_away, state, importing)


def judge(results):
  return [bar(results) for bar in BARS]
