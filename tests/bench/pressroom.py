"""Dateline as a sender: a newsroom on the disk with so many journalists, sent to as often as needed.

A run is the whole program: `send` plans and freezes while somebody else holds the sender's lock, which
makes it hand its work over and end; `resume` then does the sending. So both are measured apart.
Before each run the store is put back to what it was after the import, in the same file.
"""

import contextlib
import fcntl
import os
import shutil
import sqlite3
import subprocess

import measure
import newsroom

SLUG = "bench"
DOMAIN = "harbour.example"
TLS = {"plain": "none", "STARTTLS": "required", "50 ms": "none", "proxy": "none"}
HANDED_OVER = "Another dateline is sending"
# What it ends with when it was stopped while it follows: not finished yet.
UNFINISHED = (newsroom.UNFINISHED,)

TEXT = "Twelve coastal towns have agreed to pay for sea rescue together. The fund opens in January."


def release():
  text = newsroom.RELEASE.format(title="Coastal towns agree joint rescue fund", language="en",
    first=TEXT, second="It is open to others.")  # fmt: skip
  return text.replace("slug: fund", f"slug: {SLUG}")


class Pressroom:
  """So many members on one list, and the keys to sign with."""

  def __init__(self, folder, count):
    newsroom.PLACE = folder
    self.count = count
    self.room = newsroom.Newsroom()
    self.room.add_release(release())
    self.room.write("people.csv", newsroom.people(count))
    self.run("list", "import", "all", "people.csv")
    os.remove(self.room.path_of("people.csv"))
    self.run("key", "new")
    self.keys = self.room.path_of("keys", DOMAIN)
    shutil.copytree(self.keys, self.room.path_of("all-keys"))
    self.store = self.room.path_of("state", "dateline.db")
    self.checkpoint()
    shutil.copyfile(self.store, self.store + ".first")

  def close(self):
    shutil.rmtree(self.room.folder, ignore_errors=True)

  def run(self, *arguments, **options):
    return measure.run([newsroom.PROGRAM, *arguments], cwd=self.room.folder,
      env=dict(os.environ, NO_COLOR="1"), **options)

  def checkpoint(self):
    """All of it into the one file."""
    with contextlib.closing(sqlite3.connect(self.store)) as store:
      store.execute("PRAGMA wal_checkpoint(TRUNCATE)")

  def restore(self):
    """The disk has nothing left to write when the clock starts."""
    for name in ("dateline.db-wal", "dateline.db-shm", "flight"):
      with contextlib.suppress(FileNotFoundError):
        os.remove(self.room.path_of("state", name))
    shutil.copyfile(self.store + ".first", self.store)
    os.sync()

  def sign_with(self, signing):
    """The keys of those algorithms and no others; their files end with the algorithm's name."""
    shutil.rmtree(self.keys)
    os.mkdir(self.keys, 0o700)
    for name in os.listdir(self.room.path_of("all-keys")):
      if any(name.endswith(f"{algorithm}.pem") for algorithm in signing):
        shutil.copy2(self.room.path_of("all-keys", name), self.keys)

  def rsa_key(self):
    """For a peer to sign with, too: selector and PEM."""
    for name in os.listdir(self.room.path_of("all-keys")):
      if name.endswith("rsa.pem"):
        with open(self.room.path_of("all-keys", name), encoding="ascii") as file:
          return name[: -len(".pem")], file.read()
    raise measure.Failed("\"dateline key new\" made no RSA key")

  def configure(self, port, wire, connections, ca, signing):
    self.room.configure(url=f"smtp://localhost:{port}" if ca else f"smtp://127.0.0.1:{port}", tls=TLS[wire],
      connections=connections, ca_file=ca)
    self.sign_with(signing)

  def freeze(self):
    """`send` to where all is in the store, and no further."""
    with open(self.room.path_of("state", "flight"), "a", encoding="ascii") as flight:
      fcntl.flock(flight, fcntl.LOCK_EX)
      return self.run("send", SLUG, "--to", "all", "--yes", ends_at=HANDED_OVER, may_end_with=UNFINISHED)

  def send(self):
    return self.run("resume", "1")

  def send_now(self):
    """Both at once, unmeasured."""
    subprocess.run([newsroom.PROGRAM, "send", SLUG, "--to", "all", "--yes"], cwd=self.room.folder, check=True,
      stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

  def sizes(self, path):
    """Bytes of each table and index of a store."""
    with contextlib.closing(sqlite3.connect(path)) as store:
      return dict(store.execute("SELECT name, pgsize FROM dbstat WHERE aggregate = TRUE"))

  def state_per_delivery(self):
    """What the sending has added, in bytes per accepted delivery by table and index, and in all."""
    self.checkpoint()
    before, after = self.sizes(self.store + ".first"), self.sizes(self.store)
    grown = {name: after[name] - before.get(name, 0) for name in after}
    with contextlib.closing(sqlite3.connect(self.store)) as store:
      (accepted,) = store.execute("SELECT COUNT(*) FROM attempt WHERE outcome = 2").fetchone()
    parts = {name: size / accepted for name, size in grown.items() if size}
    whole = (os.path.getsize(self.store) - os.path.getsize(self.store + ".first")) / accepted
    return {"accepted": accepted, "bytes": whole, "parts": parts}
