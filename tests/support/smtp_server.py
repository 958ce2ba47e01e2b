#!/usr/bin/python3
"""An SMTP server that does as it's told, for tests and the demo.

It listens on a loopback port, keeps each message it accepts as NNNNNN.eml in a
folder, and writes a JSON line to the log for each decision. It ends with its
parent, at SIGTERM, or when its time is up.

A STAGE is one of: connect ehlo starttls auth mail rcpt data body dot; "STAGE:N"
means the first N times only. "dot" is after the whole message was read and before
anything was said or kept; "kept" after it was kept and before anything was said.

A file of orders (--orders) is for cutting connections anywhere: each session takes its
next line, "received 123" or "said 45", and hangs up after so many bytes; at an empty
line, or after the last, it doesn't. What ends with the last byte received is done, but
not answered.
"""

import argparse
import asyncio
import base64
import ctypes
import json
import os
import signal
import ssl
import sys
import time

STAGES = ("connect", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "body", "dot", "kept")
LINE_MAX = 1_000_000
MESSAGE_MAX = 100_000_000
FLOOD = b"-There is so much to say about this\r\n"
FLOOD_LINES = 25_000
TRICKLE_S = 0.05


class Hangup(Exception):
  """This connection ends here, without another word."""


def now_ms():
  return time.time_ns() // 1_000_000


def split_times(text):
  """"mail:2" is the stage "mail", twice; "mail" is every time."""
  stage, _, times = text.partition(":")
  if stage not in STAGES:
    sys.exit(f"smtp_server.py: no such stage: {stage}")
  return stage, int(times) if times else None


class Times:
  """Stages at which something is to happen, some only so many times."""

  def __init__(self, texts):
    self.left = dict(split_times(text) for text in texts)

  def strike(self, stage):
    if stage not in self.left:
      return False
    if self.left[stage] is None:
      return True
    self.left[stage] -= 1
    return self.left[stage] >= 0


class Rules:
  """What to answer instead of yes, by stage and address."""

  def __init__(self, options):
    self.refusals = {}  # (stage, address or "") -> reply
    self.greylisted = {address.lower() for address in options.greylist}
    for text in options.reject:
      self.add(text)
    for address in options.full:
      self.refusals["rcpt", address.lower()] = "452 4.2.2 Mailbox full"
    for address in options.unknown:
      self.refusals["rcpt", address.lower()] = f"550 5.1.1 <{address}>: User unknown"

  def add(self, text):
    """"RCPT=ana@paper.example:550 5.1.1 no such user", or "DATA=451 not now"."""
    stage, _, rest = text.partition("=")
    address, colon, reply = rest.partition(":")
    if "@" in address and colon:
      self.refusals[stage.lower(), address.lower()] = reply
    else:
      self.refusals[stage.lower(), ""] = rest

  def refusal(self, stage, address=""):
    address = address.lower()
    if stage == "rcpt" and address in self.greylisted:
      self.greylisted.remove(address)
      return "451 4.7.1 Greylisted, try again later"
    return self.refusals.get((stage, address)) or self.refusals.get((stage, ""))


class Server:
  """What all sessions share."""

  def __init__(self, options):
    self.options = options
    self.rules = Rules(options)
    self.drops = Times(options.drop_at)
    self.hangs = Times(options.hang_at)
    self.nonsense = Times(options.nonsense_at)
    self.floods = Times(options.flood_at)
    self.trickles = Times(options.trickle_at)
    self.drips = Times(options.drip_at)
    self.goodbyes = Times(options.goodbye_at)
    self.orders = []
    if options.orders:
      with open(options.orders, encoding="ascii") as file:
        self.orders = file.read().splitlines()
    self.count = 0
    self.sessions = 0
    self.sessions_now = 0
    self.log_file = open(options.log or os.path.join(options.folder, "log.jsonl"), "a", encoding="utf-8")
    self.tls = None
    if options.starttls or options.tls:
      self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
      self.tls.load_cert_chain(*(options.starttls or options.tls))

  def log(self, **facts):
    self.log_file.write(json.dumps(facts, ensure_ascii=False) + "\n")
    self.log_file.flush()

  def keep(self, message):
    self.count += 1
    name = f"{self.count:06}.eml"
    path = os.path.join(self.options.folder, name)
    with open(path + ".part", "wb") as file:
      file.write(message)
    os.rename(path + ".part", path)
    return name

  def take_order(self):
    """How many bytes the session that begins may receive or say."""
    way, _, count = (self.orders.pop(0) if self.orders else "").partition(" ")
    return {way: int(count)} if way else {}

  async def serve(self, reader, writer):
    self.sessions += 1
    self.sessions_now += 1
    session = Session(self, reader, writer, self.sessions)
    try:
      await session.run()
    except (Hangup, ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError):
      pass
    finally:
      self.sessions_now -= 1
      self.log(event="closed", session=session.number, messages=session.messages, received=session.received,
        said=session.said, at_ms=now_ms())
      session.writer.transport.abort() if session.is_rude else session.writer.close()


class Session:
  """One connection."""

  def __init__(self, server, reader, writer, number):
    self.server = server
    self.options = server.options
    self.reader = reader
    self.writer = writer
    self.number = number
    self.messages = 0
    self.is_rude = False
    self.is_tls = bool(server.options.tls)
    self.user = None
    self.ceilings = server.take_order()
    self.received = 0
    self.said = 0
    self.reset()

  def reset(self):
    self.mail_from = None
    self.mail_parameters = []
    self.recipients = []
    self.refused = []
    self.instants = {}

  async def say(self, *lines):
    if self.received >= self.ceilings.get("received", sys.maxsize):
      raise Hangup
    for line in lines:
      await self.write(line.encode() + b"\r\n")
    if self.options.split_replies:
      await self.writer.drain()
      await asyncio.sleep(0.001)

  async def write(self, line):
    room = self.ceilings.get("said", sys.maxsize) - self.said
    step = 1 if self.options.split_bytes else len(line)
    for at in range(0, min(room, len(line)), step):
      # Not after the last one: what it is answered with may be for TLS to read.
      if at:
        await self.writer.drain()
        await asyncio.sleep(0.001)
      self.writer.write(line[at:min(at + step, room)])
    self.said += len(line)
    if len(line) >= room:
      await self.writer.drain()
      raise Hangup

  async def line(self):
    # As many answers as there are commands at hand go out together, as a real server's do.
    line = await self.reader.readuntil(b"\n")
    self.received += len(line)
    if len(line) > LINE_MAX or self.received > self.ceilings.get("received", sys.maxsize):
      raise Hangup
    return line

  def has_more(self):
    """The next command came before this one was answered."""
    return bool(self.reader._buffer)  # pylint: disable=protected-access

  async def trouble(self, stage):
    """Whether a stage went wrong as ordered; True when its answer has been given."""
    self.instants[stage] = now_ms()
    code = b"220" if stage == "connect" else b"250"
    if self.options.delay_ms:
      await asyncio.sleep(self.options.delay_ms / 1000)
    if self.server.drops.strike(stage):
      self.is_rude = self.options.rude
      raise Hangup
    if self.server.hangs.strike(stage):
      await asyncio.sleep(self.options.seconds)
    if self.server.nonsense.strike(stage):
      await self.say("HTTP/1.0 400 Bad Request")
      return True
    if self.server.floods.strike(stage):
      self.writer.write((code + FLOOD) * FLOOD_LINES)
      return True
    if self.server.trickles.strike(stage):
      await self.trickle(code + b"-There is more\r\n")
    if self.server.drips.strike(stage):
      await self.trickle(code[:1])
    if self.server.goodbyes.strike(stage):
      await self.say("421 4.3.2 Service not available, closing channel")
      raise Hangup
    return False

  async def trickle(self, piece):
    while True:
      self.writer.write(piece)
      await self.writer.drain()
      await asyncio.sleep(TRICKLE_S)

  async def run(self):
    if await self.trouble("connect"):
      pass
    elif reply := self.server.rules.refusal("connect"):
      await self.say(reply)
      raise Hangup
    elif self.server.sessions_now > (self.options.sessions_at_once or sys.maxsize):
      self.server.log(event="turned away", session=self.number, at_ms=now_ms())
      await self.say("421 4.7.0 Too many connections from you")
      raise Hangup
    else:
      await asyncio.sleep(self.number * self.options.stagger_ms / 1000)
      await self.say(*(["220-smtp.test.example wishes a good day"] if self.options.long_greeting else []),
        "220 smtp.test.example ESMTP")
    while True:
      line = (await self.line()).rstrip(b"\r\n").decode("utf-8", "replace")
      verb, _, rest = line.partition(" ")
      verb = verb.upper()
      handler = getattr(self, "on_" + verb.lower(), None) if verb.isalpha() else None
      if not handler:
        await self.say("500 5.5.2 Command unrecognized")
        continue
      await handler(rest)

  async def on_ehlo(self, name):
    self.reset()
    if await self.trouble("ehlo"):
      return
    if reply := self.server.rules.refusal("ehlo"):
      await self.say(reply)
      return
    options = self.options
    words = ["smtp.test.example"]
    if not options.no_pipelining:
      words.append("PIPELINING")
    if not options.no_8bitmime:
      words.append("8BITMIME")
    if not options.no_smtputf8:
      words.append("SMTPUTF8")
    if options.size is not None:
      words.append(f"SIZE {options.size}")
    if options.starttls and not self.is_tls:
      words.append("STARTTLS")
    if options.auth and options.auth_mechanisms:
      words.append("AUTH " + options.auth_mechanisms)
    self.server.log(event="hello", session=self.number, name=name, tls=self.is_tls, at_ms=now_ms())
    await self.say(*("250-" + word for word in words[:-1]), "250 " + words[-1])

  async def on_helo(self, name):
    self.reset()
    await self.say("250 smtp.test.example")

  async def on_starttls(self, _):
    if not self.options.starttls or self.is_tls:
      await self.say("502 5.5.1 Not now")
      return
    if await self.trouble("starttls"):
      return
    await self.say("220 2.0.0 Ready to start TLS")
    await self.writer.drain()
    await self.writer.start_tls(self.server.tls)
    self.is_tls = True

  async def on_auth(self, rest):
    if not self.options.auth:
      await self.say("502 5.5.1 Not offered")
      return
    if await self.trouble("auth"):
      return
    mechanism, _, initial = rest.partition(" ")
    if mechanism.upper() == "PLAIN":
      given = await self.auth_plain(initial)
    elif mechanism.upper() == "LOGIN":
      given = await self.auth_login(initial)
    else:
      await self.say("504 5.5.4 Unknown mechanism")
      return
    if given == self.options.auth:
      self.user = given.partition(":")[0]
      await self.say("235 2.7.0 Authentication successful")
    else:
      self.server.log(event="denied", session=self.number, at_ms=now_ms())
      await self.say("535 5.7.8 Authentication credentials invalid")

  async def challenge(self, words):
    await self.say("334 " + base64.b64encode(words.encode()).decode())
    return base64.b64decode((await self.line()).strip())

  async def auth_plain(self, initial):
    raw = base64.b64decode(initial) if initial else await self.challenge("")
    return raw.decode().partition("\0")[2].replace("\0", ":", 1)

  async def auth_login(self, initial):
    user = base64.b64decode(initial) if initial else await self.challenge("Username:")
    return user.decode() + ":" + (await self.challenge("Password:")).decode()

  async def on_mail(self, rest):
    if self.options.auth and not self.user:
      await self.say("530 5.7.0 Authentication required")
      return
    if self.options.messages_per_session is not None and self.messages >= self.options.messages_per_session:
      await self.say("421 4.7.0 Too many messages in this session")
      raise Hangup
    if await self.trouble("mail"):
      return
    if self.options.breaks_pipelining and self.has_more():
      self.server.log(event="out of step", session=self.number, at_ms=now_ms())
      await self.say("503 5.5.0 Error: improper use of SMTP command pipelining")
      return
    if self.mail_from is not None:
      await self.say("503 5.5.1 Nested MAIL command")
      return
    if reply := self.server.rules.refusal("mail"):
      await self.say(reply)
      return
    path, _, parameters = rest.partition(">")
    self.mail_from = path.partition("<")[2]
    self.mail_parameters = parameters.split()
    await self.say("250 2.1.0 Ok")

  async def on_rcpt(self, rest):
    address = rest.partition("<")[2].rpartition(">")[0]
    if await self.trouble("rcpt"):
      return
    if self.mail_from is None:
      await self.say("503 5.5.1 Need MAIL command")
      return
    if reply := self.server.rules.refusal("rcpt", address):
      self.server.log(event="refused", session=self.number, stage="rcpt", to=address, reply=reply,
        at_ms=now_ms())
      self.refused.append(address)
      await self.say(reply)
      return
    self.recipients.append(address)
    await self.say("250 2.1.5 Ok")

  async def on_data(self, _):
    if await self.trouble("data"):
      return
    if not self.recipients and not (self.options.eager_354 and self.refused):
      await self.say("554 5.5.1 Error: no valid recipients")
      return
    if reply := self.server.rules.refusal("data", self.recipients[0] if self.recipients else ""):
      await self.say(reply)
      return
    await self.say("354 End data with <CR><LF>.<CR><LF>")
    message, defects = await self.body()
    if await self.trouble("dot"):
      return
    await self.decide(message, defects)

  async def body(self):
    lines = []
    defects = set()
    size = 0
    while True:
      line = await self.line()
      if line == b".\r\n":
        break
      if len(lines) == 2 and await self.trouble("body"):
        raise Hangup
      if not line.endswith(b"\r\n"):
        defects.add("bare line feed")
      if b"\r" in line[:-2]:
        defects.add("bare carriage return")
      if b"\0" in line:
        defects.add("NUL")
      if any(byte > 127 for byte in line) and "BODY=8BITMIME" not in self.mail_parameters:
        defects.add("8-bit without BODY=8BITMIME")
      line = line[1:] if line.startswith(b".") else line
      size += len(line)
      if size > MESSAGE_MAX:
        raise Hangup
      lines.append(line)
    return b"".join(lines), sorted(defects)

  async def decide(self, message, defects):
    first = self.recipients[0] if self.recipients else ""
    reply = self.server.rules.refusal("dot", first)
    if not self.recipients:
      reply = "554 5.5.1 Error: no valid recipients"
    facts = {
      "session": self.number,
      "from": self.mail_from,
      "parameters": self.mail_parameters,
      "to": self.recipients,
      "message_id": header(message, "message-id"),
      "size": len(message),
      "tls": self.is_tls,
      "user": self.user,
      "defects": defects,
      "mail_ms": self.instants.get("mail"),
      "dot_ms": self.instants.get("dot"),
    }
    if reply:
      self.server.log(event="refused", stage="dot", reply=reply, **facts)
      self.reset()
      await self.say(reply)
      return
    file = self.server.keep(message)
    self.messages += 1
    reply = f"250 2.0.0 Ok: queued as {self.server.count:06}"
    self.server.log(event="accepted", file=file, reply=reply, **facts)
    self.reset()
    if not await self.trouble("kept"):
      await self.say(reply)

  async def on_rset(self, _):
    self.reset()
    await self.say("250 2.0.0 Ok")

  async def on_noop(self, _):
    await self.say("250 2.0.0 Ok")

  async def on_quit(self, _):
    self.server.log(event="quit", session=self.number, at_ms=now_ms())
    await self.say("221 2.0.0 Bye")
    await self.writer.drain()
    raise Hangup


def header(message, name):
  for line in message.partition(b"\r\n\r\n")[0].split(b"\r\n"):
    key, _, value = line.decode("utf-8", "replace").partition(":")
    if key.lower() == name:
      return value.strip()
  return ""


def parse_options():
  parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
  many = {"action": "append", "default": []}
  parser.add_argument("--folder", required=True, help="where messages and log.jsonl go; made if need be")
  parser.add_argument("--port-file", help="write the port's number there once it listens")
  parser.add_argument("--port", type=int, default=0, help="0, the default, is a free one")
  parser.add_argument("--host", default="127.0.0.1")
  parser.add_argument("--seconds", type=float, default=600, help="how long to live")
  parser.add_argument("--log", help="instead of FOLDER/log.jsonl")
  parser.add_argument("--reject", metavar="STAGE=[ADDR:]REPLY", **many)
  parser.add_argument("--full", metavar="ADDR", help="452 at RCPT", **many)
  parser.add_argument("--unknown", metavar="ADDR", help="550 at RCPT", **many)
  parser.add_argument("--greylist", metavar="ADDR", help="451 at RCPT, the first time", **many)
  parser.add_argument("--drop-at", metavar="STAGE[:N]", help="close the connection", **many)
  parser.add_argument("--hang-at", metavar="STAGE[:N]", help="say nothing more", **many)
  parser.add_argument("--nonsense-at", metavar="STAGE[:N]", help="answer what is no SMTP", **many)
  parser.add_argument("--flood-at", metavar="STAGE[:N]", help="answer a megabyte", **many)
  parser.add_argument("--trickle-at", metavar="STAGE[:N]", help="answer line by line, without an end", **many)
  parser.add_argument("--drip-at", metavar="STAGE[:N]", help="answer byte by byte, a line without an end", **many)
  parser.add_argument("--goodbye-at", metavar="STAGE[:N]", help="answer 421 and close", **many)
  parser.add_argument("--orders", metavar="FILE", help="cut connections as it says, a line for each")
  parser.add_argument("--rude", action="store_true", help="drop with a reset")
  parser.add_argument("--no-pipelining", action="store_true")
  parser.add_argument("--no-smtputf8", action="store_true")
  parser.add_argument("--no-8bitmime", action="store_true")
  parser.add_argument("--size", type=int, help="offer SIZE with this ceiling")
  parser.add_argument("--breaks-pipelining", action="store_true", help="offer it, and refuse a MAIL with more behind it")
  parser.add_argument("--sessions-at-once", type=int, help="421 in place of the greeting, beyond it")
  parser.add_argument("--messages-per-session", type=int, help="421 at the next MAIL")
  parser.add_argument("--eager-354", action="store_true", help="354 even when every RCPT was refused")
  parser.add_argument("--long-greeting", action="store_true")
  parser.add_argument("--split-replies", action="store_true", help="each answer in a packet of its own")
  parser.add_argument("--split-bytes", action="store_true", help="each byte of it in one")
  parser.add_argument("--delay-ms", type=float, default=0, help="before each answer")
  parser.add_argument("--stagger-ms", type=float, default=0, help="greet each so much later than the one before")
  parser.add_argument("--starttls", nargs=2, metavar=("CERT", "KEY"))
  parser.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"), help="TLS from the first byte")
  parser.add_argument("--auth", metavar="USER:PASSWORD")
  parser.add_argument("--auth-mechanisms", default="PLAIN LOGIN", help='"": take it, but do not offer it')
  return parser.parse_args()


def end_with_parent():
  """The kernel tells us; if the parent was gone before it could, we see it now."""
  parent = os.getppid()
  ctypes.CDLL(None).prctl(1, signal.SIGTERM)
  if os.getppid() != parent:
    sys.exit(0)


def write_port(path, port):
  with open(path + ".part", "w", encoding="ascii") as file:
    file.write(f"{port}\n")
  os.rename(path + ".part", path)


async def main():
  options = parse_options()
  end_with_parent()
  os.makedirs(options.folder, exist_ok=True)
  server = Server(options)
  listening = await asyncio.start_server(
    server.serve, options.host, options.port, limit=LINE_MAX, backlog=1000,
    ssl=server.tls if options.tls else None)
  if options.port_file:
    write_port(options.port_file, listening.sockets[0].getsockname()[1])
  else:
    print(listening.sockets[0].getsockname()[1], flush=True)
  stopped = asyncio.Event()
  for number in (signal.SIGTERM, signal.SIGINT):
    asyncio.get_running_loop().add_signal_handler(number, stopped.set)
  try:
    await asyncio.wait_for(stopped.wait(), options.seconds)
  except asyncio.TimeoutError:
    print("smtp_server.py: its time is up", file=sys.stderr)
  os._exit(0)


if __name__ == "__main__":
  asyncio.run(main())
