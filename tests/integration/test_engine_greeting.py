#!/usr/bin/python3
"""The engine against relays that drop, refuse and talk nonsense before the first message."""

import os
import socket
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from enginecase import EngineCase, Server, make_certificates, readers  # noqa: E402

LOG_IN = ("--user", "press", "--password", "correct horse")
MEGABYTE = b"x" * 1_000_000


class Parrot:
  """Answers each command with the bytes given for it, whatever they are; None hangs up."""

  USUAL = {
    "GREETING": b"220 parrot\r\n",
    "EHLO": b"250-parrot\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n",
    "STARTTLS": b"220 go on\r\n",
    "AUTH": b"334 \r\n",
    "MAIL": b"250 ok\r\n", "RCPT": b"250 ok\r\n", "DATA": b"354 go on\r\n", ".": b"250 ok\r\n",
    "QUIT": b"221 bye\r\n",
  }  # fmt: skip

  def __init__(self, **answers):
    self.answers = dict(self.USUAL) | answers
    self.heard = []
    self.listening = socket.create_server(("127.0.0.1", 0))
    self.url = f"smtp://127.0.0.1:{self.listening.getsockname()[1]}"

  def __enter__(self):
    threading.Thread(target=self.listen, daemon=True).start()
    return self

  def __exit__(self, *_):
    self.listening.shutdown(socket.SHUT_RDWR)
    self.listening.close()

  def listen(self):
    try:
      while True:
        connection, _ = self.listening.accept()
        threading.Thread(target=self.talk, args=(connection,), daemon=True).start()
    except OSError:
      return

  def talk(self, connection):
    with connection, connection.makefile("rb") as lines:
      try:
        if self.say(connection, "GREETING"):
          for line in lines:
            if not self.say(connection, line.decode("latin-1").strip().partition(" ")[0]):
              break
      except OSError:
        pass

  def say(self, connection, verb):
    self.heard.append(verb)
    answer = self.answers.get(verb, b"")
    if answer:
      connection.sendall(answer)
    return answer is not None


# What is asked, how the answer is called, and what makes it be asked.
STEPS = (
  ("GREETING", "greeting", ()),
  ("EHLO", "answer to EHLO", ()),
  ("STARTTLS", "answer to STARTTLS", ("--tls", "required")),
  ("AUTH", "answer to AUTH", LOG_IN),
)

FAULTS = (
  (None, "it closed the connection and gave no {awaited}"),
  (b"", "it accepted the connection, then gave no {awaited} in time"),
  (b"25", "it accepted the connection, then gave no {awaited} in time"),
  (b"\r\n", 'it gives no {awaited} but nonsense: not an SMTP reply: ""'),
  (b"HTTP/1.0 400 Bad Request\r\n",
    'it gives no {awaited} but nonsense: not an SMTP reply: "HTTP/1.0 400 Bad Request"'),
  (b"\xff\x1b[2J\r\n", 'it gives no {awaited} but nonsense: not an SMTP reply: "\ufffd?[2J"'),
  (b"150 hm\r\n", 'it gives no {awaited} but nonsense: not an SMTP reply: "150 hm"'),
  (b"999 hm\r\n", 'it gives no {awaited} but nonsense: not an SMTP reply: "999 hm"'),
  (b"354 go on\r\n", "it gives no {awaited} but nonsense: 354, which asks for more"),
  (b"250 " + MEGABYTE, "it gives no {awaited} but nonsense: a reply without an end"),
  (b"250 " + MEGABYTE + b"\r\n", "it gives no {awaited} but nonsense: a reply without an end"),
  (b"250-And another thing\r\n" * 10_000, "it gives no {awaited} but nonsense: a reply "),
  (b"421 4.3.2 busy\r\n", 'it sends us away (it said "421 4.3.2 busy"); ask its administrator if that lasts'),
)

REFUSALS = (
  ("GREETING", b"554 5.7.1 we don't know you\r\n", "it refuses us (it said \"554 5.7.1 we don't know you\"); ask"),
  ("GREETING", b"450 4.7.1 not yet\r\n", 'it refuses us (it said "450 4.7.1 not yet"); ask its administrator if that lasts'),
  ("STARTTLS", b"454 4.7.0 no entropy\r\n", 'refuses it (it said "454 4.7.0 no entropy"); ask its administrator if'),
  ("STARTTLS", b"502 5.5.1 never\r\n", 'it offers STARTTLS, then refuses it (it said "502 5.5.1 never"); ask'),
  ("STARTTLS", b"250 fine\r\n", "it gives no answer to STARTTLS but nonsense: a yes to something else"),
  ("AUTH", b"454 4.7.0 no database\r\n", 'refuses the log-in (it said "454 4.7.0 no database"); ask its administrator'),
  ("AUTH", b"535-5.7.8 really\r\n535 5.7.8 no\r\n", 'it refuses the log-in (it said "535 5.7.8 really no"); check user'),
  ("AUTH", b"235 who cares\r\n", "it gives no answer to AUTH but nonsense: a yes to something else"),
)


class Greeting(EngineCase):
  def words(self, parrot, *options, timeout_ms=10_000):
    """Why the engine gave up: in one piece, nothing of a message said, and the message given back."""
    run = self.engine(parrot.url, readers(1), "--relay-tries", "1", *options, timeout_ms=timeout_ms, expect={})
    self.assertEqual((run.end["status"], run.end["given_back"]), ("io", 1))
    self.assertNotIn("MAIL", parrot.heard)
    return run.end

  def test_each_fault_at_each_step_is_told_in_clear_words(self):
    usual = None
    for verb, awaited, options in STEPS:
      for answer, words in FAULTS:
        with self.subTest(step=verb, answer=(answer or b"")[:40]), Parrot(**{verb: answer}) as parrot:
          end = self.words(parrot, *options, timeout_ms=300 if answer in (b"", b"25") else 10_000)
          self.assertIn(words.format(awaited=awaited), end["words"])
          usual = usual or end["peak_kib"]
          self.assertLess(end["peak_kib"], usual + 8 * 1024)

  def test_each_refusal_is_told_with_what_to_do(self):
    for verb, answer, words in REFUSALS:
      options = next(options for step, _, options in STEPS if step == verb)
      with self.subTest(answer=answer), Parrot(**{verb: answer}) as parrot:
        self.assertIn(words, self.words(parrot, *options)["words"])

  def test_a_refusal_of_ehlo_and_helo_is_told(self):
    with Parrot(EHLO=b"502 5.5.1 what?\r\n", HELO=b"554 5.7.1 go away\r\n") as parrot:
      self.assertIn('it refuses EHLO (it said "554 5.7.1 go away")', self.words(parrot)["words"])

  def test_a_relay_that_knows_helo_alone_is_spoken_to_step_by_step(self):
    with Parrot(EHLO=b"502 5.5.1 what?\r\n", HELO=b"250 hello\r\n") as parrot:
      self.engine(parrot.url, readers(2), "--connections", "1", expect={"accepted": 2})
      self.assertEqual(parrot.heard[:5], ["GREETING", "EHLO", "HELO", "MAIL", "RCPT"])


class Split(EngineCase):
  def test_replies_that_come_byte_by_byte_are_understood(self):
    with tempfile.TemporaryDirectory(prefix="dateline-tls-") as folder:
      ca, cert, key = make_certificates(folder)
      for options, wanted in (
          ((), ()),
          (("--starttls", cert, key, "--auth", "press:correct horse"), (*LOG_IN, "--tls", "required", "--ca", ca))):
        with self.subTest(options=wanted), Server("--split-bytes", "--long-greeting", *options) as server:
          self.engine(f"smtp://localhost:{server.port}", readers(2), "--connections", "1", *wanted,
            expect={"accepted": 2})
          self.assertEqual([line["user"] for line in server.log("accepted")], ["press" if options else None] * 2)


class Endless(EngineCase):
  def test_an_answer_that_goes_on_without_an_end_is_as_good_as_silence_at_each_step(self):
    with tempfile.TemporaryDirectory(prefix="dateline-tls-") as folder:
      _, cert, key = make_certificates(folder)
      able = ("--starttls", cert, key, "--auth", "press:correct horse")
      for verb, awaited, options in STEPS:
        for way in ("--trickle-at", "--drip-at"):
          stage = "connect" if verb == "GREETING" else verb.lower()
          with self.subTest(step=verb, way=way), Server(way, stage, *able) as server:
            run = self.engine(server.url, readers(1), "--relay-tries", "1", *options, timeout_ms=300, expect={})
            self.assertIn(f"it accepted the connection, then gave no {awaited} in time", run.end["words"])
            self.assertEqual(run.end["given_back"], 1)


if __name__ == "__main__":
  unittest.main()
