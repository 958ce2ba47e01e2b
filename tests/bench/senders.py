"""The senders that bench_send compares, each as: send so many messages through that port."""

import email
import email.policy
import json
import os

import enginecase
import measure
import nodemailer
import pressroom
import sendrows

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = "/usr/sbin/smtp-source"
# What nodemailer sets by itself or gets as its own option.
NAMED = ("From", "Reply-To", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "DKIM-Signature")
GREETING = "Dear Reader 1,"


def captured(send):
  """The messages that arrive at a server of ours while `send(port)` runs."""
  with enginecase.Server() as server:
    send(server.port)
    return list(server.messages())


class Senders:
  """All of them with messages of one size: what Dateline's are in each signing."""

  def __init__(self, folder, certificates):
    self.folder = folder
    self.has_nodemailer = nodemailer.installed()
    self.ca = certificates[0]
    self.rooms = {}
    self.letters = {}  # by signing: a path
    self.paddings = {}
    self.sizes = {}  # by peer and signing, as a server received them
    self.last_room = None

  def close(self):
    for room in self.rooms.values():
      room.close()

  def room(self, count):
    """Made when it's first needed, kept to the end."""
    if count not in self.rooms:
      measure.note(f"  a newsroom with {count:,} journalists")
      self.rooms[count] = pressroom.Pressroom(self.folder, count)
    return self.rooms[count]

  def audition(self):
    """One message of each, to learn its size and to make all the same."""
    for signing, algorithms in sendrows.SIGNINGS.items():
      room = self.room(1)
      room.restore()

      def send(port, algorithms=algorithms):
        room.configure(port, "plain", 1, "", algorithms)
        room.send_now()

      (letter,) = captured(send)
      self.letters[signing] = os.path.join(self.folder, f"{signing}.eml")
      with open(self.letters[signing], "wb") as file:
        file.write(letter)
      self.sizes[sendrows.DATELINE, signing] = len(letter)
      for peer in (sendrows.SOURCE, sendrows.SMTPLIB):
        self.note_size(peer, signing)
      self.pad_nodemailer(signing)

  def note_size(self, peer, signing):
    (message,) = captured(lambda port: self.run(peer, port, "plain", 1, signing, 1))
    self.sizes[peer, signing] = len(message)

  def pad_nodemailer(self, signing):
    peer = sendrows.NODEMAILER_DKIM if signing == "RSA+Ed25519" else sendrows.NODEMAILER
    if not self.has_nodemailer or signing == "Ed25519":
      return
    self.paddings[peer] = ""
    self.note_size(peer, signing)
    missing = self.sizes[sendrows.DATELINE, signing] - self.sizes[peer, signing]
    self.paddings[peer] = ("A line to make up for what is shorter here.\n" * (missing // 40 + 1))[: max(0, missing)]
    self.note_size(peer, signing)

  def can(self, peer):
    return self.has_nodemailer or peer.name not in (sendrows.NODEMAILER, sendrows.NODEMAILER_DKIM)

  def run(self, name, port, wire, connections, signing, count):
    """Its use: see measure.run; Dateline's has that of the freeze in it, too."""
    ways = {
      sendrows.DATELINE: self.dateline,
      sendrows.SOURCE: self.source,
      sendrows.SMTPLIB: self.smtplib,
      sendrows.NODEMAILER: self.nodemailer,
      sendrows.NODEMAILER_DKIM: self.nodemailer_dkim,
      sendrows.ENGINE: self.engine,
    }
    return ways[name](port, self.ca if wire == "STARTTLS" else "", wire, connections, signing, count)

  def dateline(self, port, ca, wire, connections, signing, count):
    room = self.last_room = self.room(count)
    room.restore()
    room.configure(port, wire, connections, ca, sendrows.SIGNINGS[signing])
    freeze = room.freeze()
    return room.send() | {"freeze": freeze}

  def source(self, port, _ca, _wire, connections, signing, count):
    with open(self.letters[signing], "rb") as file:
      lines = file.read().replace(b"\r\n", b"\n")
    path = self.letters[signing] + ".lines"
    with open(path, "wb") as file:
      file.write(lines)
    return measure.run([SOURCE, "-d", "-s", str(connections), "-m", str(count), "-F", path,
      "-f", "bounce@harbour.example", "-t", "reader1@d1.paper.example", f"127.0.0.1:{port}"])

  def smtplib(self, port, ca, _wire, connections, signing, count):
    return measure.run([os.path.join(HERE, "smtplib_sender.py"), str(port), str(connections), str(count),
      self.letters[signing], ca], starts_at="ready")

  def nodemailer(self, port, ca, _wire, connections, signing, count, dkim=None):
    with open(self.letters[signing], "rb") as file:
      letter = email.message_from_binary_file(file, policy=email.policy.default)
    name = sendrows.NODEMAILER_DKIM if dkim else sendrows.NODEMAILER
    path = os.path.join(self.folder, "nodemailer.json")
    with open(path, "w", encoding="utf-8") as file:
      json.dump({
        "port": port, "connections": connections, "count": count, "ca": ca, "dkim": dkim,
        "fields": {name: str(letter[name]) for name in ("From", "Reply-To", "Subject")},
        "others": {name: str(value) for name, value in letter.items() if name not in NAMED},
        "text": letter.get_body(("plain",)).get_content(),
        "html": letter.get_body(("html",)).get_content(),
        "greeting": GREETING, "padding": self.paddings[name],
      }, file)  # fmt: skip
    return measure.run(["node", os.path.join(HERE, "nodemailer_sender.js"), path], starts_at="ready",
      env=dict(os.environ, NODE_PATH=os.path.join(nodemailer.FOLDER, "node_modules")))

  def nodemailer_dkim(self, port, ca, wire, connections, signing, count):
    selector, pem = self.room(1).rsa_key()
    dkim = {"domainName": pressroom.DOMAIN, "keySelector": selector, "privateKey": pem}
    return self.nodemailer(port, ca, wire, connections, signing, count, dkim)

  def engine(self, port, _ca, _wire, connections, signing, count):
    flight = os.path.join(self.folder, "engine.flight")
    try:
      return measure.run([enginecase.TOOL, "--relay", f"smtp://127.0.0.1:{port}", "--connections", str(connections),
        "--count", str(count), "--size", str(self.sizes[sendrows.DATELINE, signing]), "--quiet", "--flight", flight])
    finally:
      os.remove(flight)
