"""What the tests of killed and hindered senders share: servers that count, and how the journal is judged."""

import collections
import json
import os
import sqlite3
import subprocess

from enginecase import BUILD, WAIT_S, Server
from newsroom import HELD, NewsroomCase

FLIGHT_TOOL = os.path.join(BUILD, "tests/tools/flight_tool")
STEPS_PROGRAM = os.path.abspath(os.path.join(BUILD, "dateline-steps"))
SEND = ("send", "fund", "--to", "europe", "--yes")
# A second relay beside the first.
RELAY = ', {{ url = "{url}"; tls = "{tls}"; ca_file = "{ca_file}"; connections = {connections}; }}'
# As include/record/delivery.h numbers it.
CLAIMED = 1


def addresses(count, domain="paper.example"):
  """Those of newsroom.people()."""
  return [f"reader{i}@d{i % 7}.{domain}" for i in range(1, count + 1)]


class Servers:
  """The servers behind a newsroom's relays, as one that took what any of them took."""

  def __init__(self, *servers):
    self.servers = servers
    self.skipped = [0] * len(servers)

  def forget(self):
    """What they took so far was another test's."""
    self.skipped = [len(server.log("accepted")) for server in self.servers]

  def __enter__(self):
    return self

  def __exit__(self, *error):
    for server in self.servers:
      server.__exit__(*error)

  def lines(self):
    """Of what was accepted, in order, each with the connection over which it came."""
    found = []
    for number, server in enumerate(self.servers):
      lines = server.log("accepted")[self.skipped[number]:]
      found += [dict(line, connection=(number, line["session"])) for line in lines]
    return sorted(found, key=lambda line: line["dot_ms"])

  def accepted(self):
    return collections.Counter(address for line in self.lines() for address in line["to"])

  def bytes_of(self, line):
    """The message of a line, as the server kept it."""
    with open(os.path.join(self.servers[line["connection"][0]].folder.name, line["file"]), "rb") as file:
      return file.read()


def two_relays(press, connections, options, more_options, certificates=None):
  """A relay and its fallback, in a newsroom's settings; with STARTTLS if there are certificates for it."""
  ca, *offered = certificates or ("",)
  offered = ("--starttls", *offered) if offered else ()
  first, second = Server(*options, *offered), Server(*more_options, *offered)
  urls = [server.url.replace("127.0.0.1", "localhost") for server in (first, second)]
  settings = {"tls": "required" if offered else "none", "ca_file": ca, "connections": connections}
  press.configure(url=urls[0], **settings, more_relays=RELAY.format(url=urls[1], **settings))
  return Servers(first, second)


class Journal:
  """What a sender left behind: the store, and the flight record. Read, never changed."""

  def __init__(self, press):
    self.press = press

  def rows(self, sql):
    store = sqlite3.connect(f"file:{self.press.path_of('state/dateline.db')}?mode=ro", uri=True, timeout=WAIT_S)
    try:
      return store.execute(sql).fetchall()
    finally:
      store.close()

  def flight(self):
    """A dict for each try the flight record knows of; "" as outcome: no reply was noted."""
    path = self.press.path_of("state/flight")
    if not os.path.exists(path):
      return []
    done = subprocess.run([FLIGHT_TOOL, path], capture_output=True, text=True, timeout=WAIT_S, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]

  def open_claims(self):
    """The deliveries somebody has claimed: (dispatch, position) and the try that is under way."""
    rows = self.rows(f"SELECT dispatch, position, tries + 1 FROM delivery WHERE state = {CLAIMED}")
    return {(dispatch, position): number for dispatch, position, number in rows}


class CrashCase(NewsroomCase):
  """A test that looks into the journal of a sender that didn't end well."""

  def is_finished(self, press):
    dispatches = press.listed("dispatch")
    return bool(dispatches) and dispatches[0]["state"] == "finished"

  def assert_sound(self, journal):
    """The store is whole, and its parts agree."""
    self.assertEqual(journal.rows("PRAGMA integrity_check"), [("ok",)])
    self.assertEqual(journal.rows("PRAGMA foreign_key_check"), [])
    self.assertEqual(journal.rows("SELECT d.dispatch, d.position FROM delivery d WHERE d.tries <> "
      "(SELECT count(*) FROM attempt a WHERE a.dispatch = d.dispatch AND a.position = d.position)"), [],
      "a try is recorded without its attempt, or the reverse")

  def assert_left_in_order(self, journal, connections):
    """After a kill: whatever the flight record knows belongs to an open claim, or is settled."""
    claims = journal.open_claims()
    settled = set(journal.rows("SELECT dispatch, position, number FROM attempt"))
    unanswered = 0
    for entry in journal.flight():
      key = (entry["dispatch"], entry["position"])
      if (*key, entry["try"]) in settled:
        continue
      self.assertEqual(claims.get(key), entry["try"], f"noted, and neither claimed nor settled: {entry}")
      unanswered += not entry["outcome"]
    self.assertLessEqual(unanswered, connections, "more messages without a reply than connections")
    return len(claims)

  def assert_left_nothing(self, journal):
    """Once all is done, nothing is open in either of them."""
    self.assertEqual(journal.open_claims(), {})
    settled = set(journal.rows("SELECT dispatch, position, number FROM attempt"))
    left = {(entry["dispatch"], entry["position"], entry["try"]) for entry in journal.flight()}
    self.assertLessEqual(left, settled)

  def assert_sent(self, press, servers, expected, kills, connections):
    """
    Everybody has it and is recorded so; whoever has it twice is marked, their copies are the same, and a
    connection has at most one such message, the one that was in flight when it was cut. Who has it twice, who is
    marked.
    """
    journal = Journal(press)
    self.assert_sound(journal)
    self.assert_left_nothing(journal)
    lines = press.log()
    received = servers.accepted()
    self.assertEqual(set(received), set(expected), "somebody is lost or a stranger was written to")
    self.assertEqual({line["address"]: line["state"] for line in lines}, dict.fromkeys(expected, "accepted"))
    self.assertEqual({line["message_id"] for line in servers.lines()}, self.message_ids(servers, expected))
    marked = {line["address"] for line in lines if any(one["possible_duplicate"] for one in line["attempts"])}
    twice = {address for address, count in received.items() if count > 1}
    self.assertLessEqual(twice, marked, "sent twice, and nobody says so")
    self.assertLessEqual(received.total() - len(expected), kills * connections)
    self.assertLessEqual(len(marked), kills * connections)
    self.assert_one_a_connection(servers)
    return twice, marked

  def message_ids(self, servers, expected):
    """One a recipient, and the same in each copy."""
    by_address = collections.defaultdict(set)
    for line in servers.lines():
      by_address[line["to"][0]].add(line["message_id"])
    self.assertEqual({address: ids for address, ids in by_address.items() if len(ids) > 1}, {})
    found = set().union(*by_address.values())
    self.assertEqual(len(found), len(set(expected)), "a Message-ID for two")
    return found

  def assert_one_a_connection(self, servers):
    """Of what was sent again a connection carried at most one, and its copies are byte for byte the same."""
    copies = collections.defaultdict(list)
    for line in servers.lines():
      copies[line["to"][0]].append(line)
    again = [line for lines in copies.values() for line in lines[:-1]]
    for connection, count in collections.Counter(line["connection"] for line in again).items():
      self.assertEqual(count, 1, f"several duplicates of what went over connection {connection}")
    for lines in copies.values():
      if len(lines) > 1:
        self.assertEqual(len({servers.bytes_of(line) for line in lines}), 1, "its copies differ")

  def assert_held_for_a_person(self, press, servers):
    """With unknown = "hold": nobody has it twice, and whoever may have it is listed."""
    received = servers.accepted()
    self.assertEqual({address for address, count in received.items() if count > 1}, set())
    recorded = {line["address"] for line in press.log("--state", "accepted")}
    unknown = {line["address"] for line in press.log("--state", "unknown")}
    self.assertTrue(unknown, "held, and nobody is listed")
    self.assertLessEqual(recorded, set(received))
    self.assertLessEqual(set(received) - recorded, unknown, "taken by the server, and neither recorded nor listed")
    shown = press.dispatch()
    self.assertEqual((shown["state"], shown["unknown"]), ("held", len(unknown)))
    self.assertIn("unknown", shown["hold_reason"])
    return unknown

  def resolve(self, press, servers):
    """A person looks into the servers' logs. How many there were to look up."""
    received = servers.accepted()
    unknown = press.log("--state", "unknown")
    for line in unknown:
      press.ok("resolve", "1", line["address"], "--accepted" if received[line["address"]] else "--resend")
    return len(unknown)

  def go_on(self, press, servers, expected_statuses):
    """Until all is done, with a person's help where that is needed."""
    for _ in range(50):
      done = press.call(*SEND)
      self.assertIn(done.returncode, expected_statuses, done.stdout + done.stderr)
      if done.returncode == HELD:
        self.resolve(press, servers)
        if press.dispatch()["state"] == "held":
          press.call("resume", "1")
      if self.is_finished(press):
        return
    self.fail("it doesn't end")
