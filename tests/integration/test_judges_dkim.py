#!/usr/bin/python3
"""Our signatures before verifiers of other people's make: they hold, and no longer after any byte is changed."""

import os
import random
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from dkimjudges import ED25519, RSA, VERIFIERS, PythonDkim  # noqa: E402
from enginecase import Server  # noqa: E402
from judgedpress import JudgedPress  # noqa: E402
from mailreaders import read_by_python  # noqa: E402
from newsroom import PROGRAM  # noqa: E402

SEED = int(os.environ.get("DATELINE_SEED", "5"))
SAMPLE = 300  # bytes changed for verifiers that are not asked about each

SIGNED = (
  "from", "from", "to", "subject", "date", "message-id", "reply-to", "mime-version", "content-type", "list-id",
  "list-unsubscribe", "list-unsubscribe-post", "feedback-id",
)  # fmt: skip

# Small, so that every byte can be changed.
TEXT_TEMPLATE = """{{title}}

{{subscriber.greeting}}

{{body}}
{{>words.because}}

{{#unsubscribe}}{{unsubscribe.url}}{{unsubscribe.token}}{{/unsubscribe}}
"""
HTML_TEMPLATE = """<!DOCTYPE html>
<html lang="{{language}}"><head><title>{{title}}</title></head>
<body><p>{{subscriber.greeting}}</p>{{{body}}}<p>{{#unsubscribe}}<a href="{{unsubscribe.url}}{{unsubscribe.token}}">x</a>{{/unsubscribe}}</p></body></html>
"""
RELEASE = """---
title: 'Sécurité en mer : un fonds'
slug: small
language: en
contacts:
  - name: Amara Roy
    email: amara.roy@harbour.example
---
Ports  agree.
"""


def fields_of(message):
  """(name, start, end) of each field of the head."""
  head = message.index(b"\r\n\r\n") + 2
  return [
    (match.group(1).decode().lower(), match.start(), match.end())
    for match in re.finditer(rb"([^:\s]+):.*\r\n(?:[ \t].*\r\n)*", message[:head])
  ]


def tag(field, name):
  """A tag of a signature's field, without white space."""
  found = re.search(rb"[;:\s]" + name + rb"=([^;]*)", field)
  return re.sub(r"\s", "", found.group(1).decode()) if found else None


def changed(message, at):
  """With another byte at that place: a letter, which no canonical form leaves out."""
  return message[:at] + (b"Q" if message[at : at + 1] in b"Xx" else b"X") + message[at + 1 :]


@unittest.skipUnless(os.path.exists(PROGRAM), f"{PROGRAM} is not built")
class Signatures(unittest.TestCase):
  """One small message with both signatures."""

  @classmethod
  def setUpClass(cls):
    print(f"seed {SEED}")
    press = cls.enterClassContext(JudgedPress())
    press.write("templates/release.txt.mustache", TEXT_TEMPLATE)
    press.write("templates/release.html.mustache", HTML_TEMPLATE)
    press.add_release(RELEASE)
    press.import_people("europe", "address,name\nana@paper.example,Ana Pérez\n")
    with Server() as server:
      press.configure(url=server.url)
      press.ok("send", "small", "--to", "europe", "--yes")
      (cls.message,) = server.messages()
    cls.keys = press.keys
    cls.judges = {}
    for verifier in VERIFIERS:
      cls.judges[verifier.name] = verifier.why_not() or cls.enterClassContext(verifier(cls.keys))
    cls.fields = fields_of(cls.message)
    cls.signatures = {
      tag(cls.message[start:end], b"a"): (start, end) for name, start, end in cls.fields if name == "dkim-signature"
    }

  def each_judge(self, check):
    """One that fails leaves the others to judge, and so does one that isn't here."""
    for name, judge in self.judges.items():
      if not isinstance(judge, str):
        with self.subTest(name):
          check(judge)

  def tearDown(self):
    missing = [judge for judge in self.judges.values() if isinstance(judge, str)]
    if missing:
      self.skipTest(f"SKIPPED in part, {', '.join(missing)}")

  def all_hold(self, judge, message):
    self.assertEqual(judge.verify([message]), [{algorithm: True for algorithm in judge.algorithms}])

  def none_holds(self, judge, message):
    self.assertEqual([one for verdicts in judge.verify([message]) for one in verdicts.items() if one[1]], [])

  def places(self):
    """(offset, algorithms that are to fail) of each byte of a signed part."""
    signed = set(tag(self.message[slice(*self.signatures[RSA])], b"h").lower().split(":"))
    for name, start, end in self.fields:
      if name in signed:
        yield from ((at, {RSA, ED25519}) for at in range(start, end))
    for algorithm, (start, end) in self.signatures.items():
      # Its value ends in base64: the last four digits may say the same in other ways.
      yield from ((at, {algorithm}) for at in range(start, end - len("xx==\r\n")))
    body = self.message.index(b"\r\n\r\n") + 4
    yield from ((at, {RSA, ED25519}) for at in range(body, len(self.message)))

  def assert_every_change_is_noticed(self, judge, places):
    verdicts = judge.verify([changed(self.message, at) for at, _ in places])
    unnoticed = [
      f"{algorithm} at {at}: {self.message[max(at - 20, 0) : at + 20]!r}"
      for (at, algorithms), verdict in zip(places, verdicts, strict=True)
      for algorithm in algorithms
      if verdict.get(algorithm)
    ]
    self.assertEqual(unnoticed, [])

  def test_both_signatures_are_there_and_hold(self):
    self.assertEqual(set(self.signatures), {RSA, ED25519})
    self.each_judge(lambda judge: self.all_hold(judge, self.message))

  def test_they_sign_what_a_reader_relies_on_and_from_twice(self):
    for algorithm, (start, end) in self.signatures.items():
      field = self.message[start:end]
      with self.subTest(algorithm):
        self.assertEqual(sorted(tag(field, b"h").lower().split(":")), sorted(SIGNED))
        self.assertEqual(tag(field, b"c"), "relaxed/relaxed")
        self.assertEqual(tag(field, b"d"), "harbour.example")
        # A length would let anybody add to the body.
        self.assertIsNone(tag(field, b"l"))

  def test_they_are_signed_at_the_messages_date(self):
    for start, end in self.signatures.values():
      self.assertEqual(int(tag(self.message[start:end], b"t")), read_by_python(self.message).date)

  def test_no_byte_of_a_signed_part_can_be_changed(self):
    places = list(self.places())
    self.each_judge(
      lambda judge: isinstance(judge, PythonDkim) and self.assert_every_change_is_noticed(judge, places))

  def test_no_other_verifier_takes_a_change_either(self):
    places = random.Random(SEED).sample(list(self.places()), SAMPLE)

    def check(judge):
      if not isinstance(judge, PythonDkim):
        self.assert_every_change_is_noticed(judge, places)

    self.each_judge(check)

  def test_no_signed_field_can_be_added_again_or_for_the_first_time(self):
    present = [name for name, _, _ in self.fields]
    for name in sorted(set(SIGNED)):
      # Where it's there already, only From is signed against a second one.
      if name == "from" or name not in present:
        message = name.encode() + b": <evil@evil.example>\r\n" + self.message
        self.each_judge(lambda judge, message=message: self.none_holds(judge, message))

  def test_what_servers_do_on_the_way_leaves_them_whole(self):
    head, _, body = self.message.partition(b"\r\n\r\n")
    for what, message in {
      "a trace before": b"Received: from a by b;\r\n Tue, 10 Nov 2026 10:00:00 +0100\r\n" + self.message,
      "another folding": re.sub(rb"\r\n[ \t]+", b"\r\n\t ", head) + b"\r\n\r\n" + body,
      "lines between": head + b"\r\n\r\n" + body + b"\r\n\r\n",
      "blanks at the ends of lines": head + b"\r\n\r\n" + body.replace(b"\r\n", b" \t\r\n"),
    }.items():
      with self.subTest(what):
        self.each_judge(lambda judge, message=message: self.all_hold(judge, message))

  def test_the_verifiers_do_tell_a_forged_signature(self):
    for verifier in VERIFIERS:
      if isinstance(self.judges[verifier.name], str):
        continue
      names = list(self.keys)
      swapped = {name: self.keys[other] for name, other in zip(names, reversed(names))}
      for keys in (swapped, {}):
        with self.subTest(verifier.name, keys=bool(keys)), verifier(keys) as judge:
          self.none_holds(judge, self.message)
          unsigned = re.sub(rb"DKIM-Signature:.*\r\n(?:[ \t].*\r\n)*", b"", self.message)
          self.assertEqual(judge.verify([unsigned]), [{}])


if __name__ == "__main__":
  unittest.main()
