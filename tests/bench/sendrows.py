"""What bench_send measures: who, how, how much, and what is to be reached. Data; the rest is elsewhere."""

import dataclasses

# What the messages are signed with: the algorithms, as the keys' files are named for them.
SIGNINGS = {"unsigned": (), "Ed25519": ("ed25519",), "RSA+Ed25519": ("rsa", "ed25519")}


@dataclasses.dataclass(frozen=True)
class Peer:
  """A sender. It takes part in a row if it can do what the row asks."""

  name: str
  wires: tuple
  signings: tuple
  # Of a row's recipients, so that a slow one is measured about as long as a fast one.
  share: float = 1.0
  slow_share: float = 1.0  # where every round trip is long


@dataclasses.dataclass(frozen=True)
class Row:
  wire: str
  connections: int
  signing: str
  recipients: int
  rounds: int = 3
  peers: tuple = ()  # those only, if given
  is_scale: bool = False  # a size of the same thing, for what a recipient costs
  is_quick: bool = False  # also in QUICK=1


DATELINE, SOURCE, SMTPLIB = "Dateline", "smtp-source", "smtplib"
NODEMAILER, NODEMAILER_DKIM, ENGINE = "nodemailer", "nodemailer DKIM", "engine alone"

PEERS = (
  Peer(DATELINE, ("plain", "STARTTLS", "50 ms", "proxy"), tuple(SIGNINGS)),
  # It has no TLS and signs nothing: it sends a signed message of the same size.
  Peer(SOURCE, ("plain", "50 ms", "proxy"), tuple(SIGNINGS), slow_share=0.25),
  Peer(SMTPLIB, ("plain", "STARTTLS", "50 ms"), ("unsigned",), share=0.2, slow_share=0.25),
  Peer(NODEMAILER, ("plain", "STARTTLS", "50 ms"), ("unsigned",), share=0.1, slow_share=0.25),
  # RSA: it has no Ed25519.
  Peer(NODEMAILER_DKIM, ("plain", "STARTTLS"), ("RSA+Ed25519",), share=0.05),
  # Dateline's engine and flight record without a store, a letter or a signature.
  Peer(ENGINE, ("plain",), ("unsigned",)),
)  # fmt: skip

ENGINE_ROW = (DATELINE, SOURCE, SMTPLIB, NODEMAILER, ENGINE)

ROWS = (
  Row("plain", 1, "unsigned", 10_000),
  Row("plain", 4, "unsigned", 20_000, is_quick=True),
  Row("plain", 20, "unsigned", 20_000, peers=ENGINE_ROW, is_quick=True),
  Row("plain", 50, "unsigned", 20_000),
  Row("plain", 1, "Ed25519", 10_000),
  Row("plain", 4, "Ed25519", 20_000),
  Row("plain", 20, "Ed25519", 50_000, is_quick=True),
  Row("plain", 50, "Ed25519", 20_000),
  Row("plain", 1, "RSA+Ed25519", 10_000),
  Row("plain", 4, "RSA+Ed25519", 20_000),
  Row("plain", 20, "RSA+Ed25519", 20_000, is_quick=True),
  Row("plain", 50, "RSA+Ed25519", 20_000),
  Row("STARTTLS", 1, "unsigned", 10_000),
  Row("STARTTLS", 4, "unsigned", 20_000),
  Row("STARTTLS", 20, "unsigned", 20_000, is_quick=True),
  Row("STARTTLS", 50, "unsigned", 20_000),
  Row("STARTTLS", 1, "Ed25519", 10_000),
  Row("STARTTLS", 4, "Ed25519", 20_000),
  Row("STARTTLS", 20, "Ed25519", 20_000, is_quick=True),
  Row("STARTTLS", 50, "Ed25519", 20_000),
  Row("STARTTLS", 1, "RSA+Ed25519", 10_000),
  Row("STARTTLS", 4, "RSA+Ed25519", 20_000),
  Row("STARTTLS", 20, "RSA+Ed25519", 20_000),
  Row("STARTTLS", 50, "RSA+Ed25519", 20_000),
  # Ten seconds of waiting each, which no noise of the machine changes.
  Row("50 ms", 1, "unsigned", 200, rounds=1),
  Row("50 ms", 4, "unsigned", 800, rounds=1),
  Row("50 ms", 20, "unsigned", 4_000, rounds=1, is_quick=True),
  Row("50 ms", 50, "unsigned", 10_000, rounds=1),
  Row("50 ms", 20, "Ed25519", 4_000, rounds=1, peers=(DATELINE,)),
  Row("50 ms", 20, "RSA+Ed25519", 4_000, rounds=1, peers=(DATELINE,)),
  # The same proxy without a delay, to see that it isn't what is slow.
  Row("proxy", 20, "unsigned", 20_000, rounds=1, peers=(DATELINE, SOURCE), is_quick=True),
  Row("plain", 20, "Ed25519", 10_000, is_scale=True, peers=(DATELINE, SOURCE), is_quick=True),
  Row("plain", 20, "Ed25519", 100_000, rounds=1, is_scale=True, peers=(DATELINE, SOURCE)),
  Row("plain", 20, "Ed25519", 1_000_000, rounds=1, is_scale=True, peers=(DATELINE,)),
)  # fmt: skip

QUICK_SHARE = 0.1
LEAST = 100  # messages of anybody, however slow


def peers_of(row):
  return [
    peer for peer in PEERS
    if (peer.name in row.peers if row.peers else peer.name != ENGINE)
    and row.wire in peer.wires and row.signing in peer.signings
  ]  # fmt: skip


def chosen(is_quick):
  """
  The rows to run; the quick ones once and with fewer recipients, but for those where the
  server is far: saying hello takes as long as ten messages there.
  """
  if not is_quick:
    return ROWS
  return tuple(
    dataclasses.replace(row, rounds=1, recipients=int(row.recipients * (1 if row.wire == "50 ms" else QUICK_SHARE)))
    for row in ROWS if row.is_quick
  )  # fmt: skip


def count_for(row, peer):
  share = peer.slow_share if row.wire == "50 ms" else peer.share
  return max(min(LEAST, row.recipients), int(row.recipients * share))
