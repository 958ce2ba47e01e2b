"""A name server of our own on loopback: answers from a table, and that no other name is there."""

import socket
import struct
import threading

TYPES = {"A": 1, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16}
NAME_AT_QUESTION = b"\xc0\x0c"
TTL_S = 3600
FLAGS_ANSWER, NO_SUCH_NAME = 0x8580, 3


def encode_name(name):
  return b"".join(bytes([len(label)]) + label.encode() for label in name.rstrip(".").split(".") if label) + b"\0"


def encode_text(text):
  """In strings of at most 255 octets."""
  data = text.encode()
  return b"".join(bytes([len(piece)]) + piece for piece in (data[i : i + 255] for i in range(0, len(data), 255)))


ENCODERS = {
  "A": socket.inet_aton,
  "PTR": encode_name,
  "MX": lambda value: struct.pack("!H", 10) + encode_name(value),
  "TXT": encode_text,
}


def read_question(query):
  """The name in lower case, its type's number, and the question as it was asked."""
  labels = []
  at = 12
  while query[at]:
    labels.append(query[at + 1 : at + 1 + query[at]].decode().lower())
    at += 1 + query[at]
  return ".".join(labels), struct.unpack("!H", query[at + 1 : at + 3])[0], query[12 : at + 5]


class NameServer:
  """`records` maps a name to {type: [values]}; reads it anew for each question."""

  def __init__(self, records):
    self.records = records
    self.asked = []
    self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    self.socket.bind(("127.0.0.1", 0))
    self.port = self.socket.getsockname()[1]
    self.thread = threading.Thread(target=self.serve, daemon=True)

  def __enter__(self):
    self.thread.start()
    return self

  def __exit__(self, *_):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
      last.sendto(b"", ("127.0.0.1", self.port))
    self.thread.join()
    self.socket.close()

  def serve(self):
    while True:
      query, asker = self.socket.recvfrom(65535)
      if not query:
        return
      self.socket.sendto(self.answer(query), asker)

  def answer(self, query):
    name, kind, question = read_question(query)
    self.asked.append(name)
    known = self.records.get(name)
    answers = [
      NAME_AT_QUESTION + struct.pack("!HHIH", kind, 1, TTL_S, len(data)) + data
      for word, values in (known or {}).items()
      if TYPES[word] == kind
      for data in map(ENCODERS[word], values)
    ]
    flags = FLAGS_ANSWER | (0 if known else NO_SUCH_NAME)
    return query[:2] + struct.pack("!HHHHH", flags, 1, len(answers), 0, 0) + question + b"".join(answers)
