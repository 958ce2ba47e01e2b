"""bench_send's findings as a picture: nine small charts of horizontal bars, as SVG."""

import dataclasses
from xml.sax.saxutils import escape

import sendbars
import sendtable
from sendrows import DATELINE, ENGINE, NODEMAILER, NODEMAILER_DKIM, SMTPLIB, SOURCE

COLOURS = {
  DATELINE: "#1d4f91", SOURCE: "#8893a5", SMTPLIB: "#dd9f3c", NODEMAILER: "#5b9a73", NODEMAILER_DKIM: "#a3cbb1",
  ENGINE: "#7fa6d6", "freeze": "#7fa6d6", "send": "#1d4f91",
}  # fmt: skip
LEGEND = (DATELINE, SOURCE, SMTPLIB, NODEMAILER, NODEMAILER_DKIM)
INK, PALE, LINE, PAPER = "#1c2430", "#667085", "#e4e7ec", "#ffffff"
FONT = "system-ui, 'Noto Sans', 'DejaVu Sans', Arial, sans-serif"

MARGIN, GAP, COLUMNS = 36, 36, 3
WIDTH = 1120
PANEL = (WIDTH - 2 * MARGIN - (COLUMNS - 1) * GAP) / COLUMNS
TITLE_HEIGHT, BAR, BAR_GAP, GROUP_GAP = 46, 13, 3, 12
VALUE_ROOM = 56  # right of the longest bar
LETTER = 6.4  # about as wide as a letter of a label is


@dataclasses.dataclass
class Bar:
  """`pieces`: (what gives it its colour, value), end to end."""

  pieces: list
  words: str

  def value(self):
    return sum(value for _, value in self.pieces)


@dataclasses.dataclass
class Panel:
  title: str
  unit: str
  groups: list  # (label, bars)

  def height(self):
    bars = sum(len(group) for _, group in self.groups)
    return TITLE_HEIGHT + bars * (BAR + BAR_GAP) + max(0, len(self.groups) - 1) * GROUP_GAP


def text(x, y, words, size=12, colour=INK, weight=400, anchor="start"):
  return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" font-weight="{weight}" '
    f'text-anchor="{anchor}">{escape(words)}</text>')  # fmt: skip


def box(x, y, width, height, colour):
  return f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 1):.1f}" height="{height}" rx="1.5" fill="{colour}"/>'


def draw_bar(bar, x, y, scale):
  out, end = [], x
  for what, value in bar.pieces:
    out.append(box(end, y, value * scale, BAR, COLOURS[what]))
    end += max(value * scale, 1)
  is_ours = bar.pieces[0][0] in (DATELINE, "freeze")
  out.append(text(end + 5, y + BAR - 2.5, bar.words, 11, INK if is_ours else PALE, 600 if is_ours else 400))
  return out


def draw_panel(panel, x, y):
  labels = LETTER * max(len(label) for label, _ in panel.groups) + 10
  most = max(bar.value() for _, bars in panel.groups for bar in bars)
  scale = (PANEL - labels - VALUE_ROOM) / most
  out = [text(x, y + 12, panel.title, 14, INK, 600), text(x, y + 28, panel.unit, 11, PALE)]
  at = y + TITLE_HEIGHT
  bottom = y + panel.height() - BAR_GAP + 3
  out.append(f'<path d="M{x + labels:.1f} {at - 5}V{bottom}" stroke="{LINE}"/>')
  for label, bars in panel.groups:
    middle = at + len(bars) * (BAR + BAR_GAP) / 2 + 2.5
    out.append(text(x + labels - 8, middle, label, 12, INK, 400, "end"))
    for bar in bars:
      out += draw_bar(bar, x + labels, at, scale)
      at += BAR + BAR_GAP
    at += GROUP_GAP
  return out


def rates(results, wire, signing, title):
  """The peers' rates at each number of connections."""
  groups = []
  for one in results["rows"]:
    row = one["row"]
    if (row["wire"], row["signing"]) != (wire, signing) or row["is_scale"]:
      continue
    uses = [(name, one["peers"][name]) for name in LEGEND if name in one["peers"]]
    groups.append((str(row["connections"]), [Bar([(name, use["rate"])], f"{use['rate']:,.0f}") for name, use in uses]))
  return Panel(title, "messages a second, by connections", groups)


def costs(results):
  groups = []
  for one in results["rows"]:
    use = one["peers"].get(DATELINE)
    if one["row"]["is_scale"] and use:
      parts = [("freeze", use["freeze"]["seconds"]), ("send", use["seconds"])]
      pieces = [(what, seconds / use["count"] * 1e6) for what, seconds in parts]
      groups.append((f"{use['count']:,}", [Bar(pieces, f"{sum(value for _, value in pieces):,.0f}")]))
  return Panel("What a recipient costs", "microseconds: plan and freeze (light), sending (dark)", groups)


def state(results):
  found = sendbars.largest_state(results)
  parts = sorted(found["parts"].items(), key=lambda part: -part[1])
  groups = [(name, [Bar([(DATELINE, size)], f"{size:.0f}")]) for name, size in parts
    if size >= sendtable.STATE_LEAST]  # fmt: skip
  return Panel(f"What is kept: {found['bytes']:.0f} bytes", "of the store for an accepted delivery, by table or index",
    groups)


def memories(results):
  rows = sendtable.memories(results)[1:]
  groups = [(name, [Bar([(name, float(peak))], f"{float(peak):.0f}")]) for name, peak in rows]
  return Panel("Peak memory", "MiB, wherever it was highest", groups)


def panels(results):
  made = [
    rates(results, "plain", "unsigned", "Plain, unsigned"),
    rates(results, "plain", "Ed25519", "Plain, Ed25519"),
    rates(results, "plain", "RSA+Ed25519", "Plain, RSA and Ed25519"),
    rates(results, "STARTTLS", "unsigned", "STARTTLS, unsigned"),
    rates(results, "STARTTLS", "RSA+Ed25519", "STARTTLS, RSA and Ed25519"),
    rates(results, "50 ms", "unsigned", "50 ms away, unsigned"),
    costs(results), state(results), memories(results),
  ]  # fmt: skip
  return [panel for panel in made if panel.groups]


def legend(x, y):
  out = []
  for name in LEGEND:
    out += [box(x, y - 10, 12, 12, COLOURS[name]), text(x + 18, y, name)]
    x += 18 + LETTER * len(name) + 26
  return out


def draw(results):
  small = ", few recipients, once" if results["quick"] else ""
  out = [
    text(MARGIN, 48, "How fast Dateline sends", 24, INK, 700),
    text(MARGIN, 70, f"All on one machine with {results['cores']} cores, in one run, into one smtp-sink, which counts. "
      f"{results['date']}{small}.", 12, PALE),
    *legend(MARGIN, 102),
  ]  # fmt: skip
  made, y = panels(results), 138
  for first in range(0, len(made), COLUMNS):
    row = made[first : first + COLUMNS]
    for k, panel in enumerate(row):
      out += draw_panel(panel, MARGIN + k * (PANEL + GAP), y)
    y += max(panel.height() for panel in row) + 40
  head = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y:.0f}" viewBox="0 0 {WIDTH} {y:.0f}" '
    f'font-family="{FONT}">')  # fmt: skip
  return "\n".join([head, f'<rect width="100%" height="100%" fill="{PAPER}"/>', *out, "</svg>"]) + "\n"
