#!/usr/bin/python3
"""A relay that isn't there, hangs, speaks nonsense or drops: told in words or recorded, and nothing lost."""

import os
import signal
import socket
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from enginecase import Server, wait_for  # noqa: E402
from newsroom import (  # noqa: E402
  DONE, ENGLISH, HELD, NOWHERE, PARTLY, UNFINISHED, Newsroom, NewsroomCase, end_process, ended, people,
  wait_until_accepted,
)

COUNT = 12
READERS = [f"reader{i}@d{i % 7}.paper.example" for i in range(1, COUNT + 1)]
SEND = ("send", "fund", "--to", "europe", "--yes")
# Where the server is sure not to have taken it.
BEFORE_THE_END = ("connect", "ehlo", "mail", "rcpt", "data", "body")


class RelayCase(NewsroomCase):
  def setUp(self):
    self.press = self.newsroom(after=("0s",), connections=1)
    self.press.add_release()
    self.press.import_people("europe", people(COUNT))

  def assert_all_get_it_from_now_on(self, press=None):
    """The relay is well again: everybody has one accepted message."""
    press = press or self.press
    server = self.enterContext(Server())
    press.configure(url=server.url)
    press.ok("resume")
    self.assert_recorded_as_received(press, server, READERS)
    self.assertEqual(press.dispatch()["state"], "finished")


class GivenUp(RelayCase):
  """Relays that never work. All are tried at once, since the program pauses between its tries."""

  @classmethod
  def setUpClass(cls):
    cls.runs = {}
    cls.begin("nobody listens", NOWHERE)
    cls.begin("no such name", "smtp://mail.nowhere.invalid:25")
    cls.begin("turned away", cls.bad_server("--reject", "CONNECT=554 5.7.1 you are on our block list"))
    for stage in BEFORE_THE_END:
      cls.begin(stage, cls.bad_server("--drop-at", stage))

  @classmethod
  def bad_server(cls, *options):
    return cls.enterClassContext(Server(*options)).url

  @classmethod
  def begin(cls, name, url):
    press = cls.enterClassContext(Newsroom(after=("0s",), connections=1, url=url))
    press.add_release()
    press.import_people("europe", people(COUNT))
    process = press.start(*SEND)
    cls.addClassCleanup(end_process, process)
    cls.runs[name] = press, process

  def setUp(self):
    pass

  def check(self, name, *words):
    press, process = self.runs[name]
    done = ended(process)
    self.assertEqual(done.returncode, UNFINISHED, done.stderr)
    last = done.stderr.splitlines()[-1]
    for word in (press.settings["url"].removeprefix("smtp://"), *words):
      self.assertIn(word, last)
    self.assert_all_get_it_from_now_on(press)

  def test_a_relay_that_is_not_there_is_told_and_loses_nothing(self):
    self.check("nobody listens")

  def test_a_relay_whose_name_nobody_knows_is_told(self):
    self.check("no such name")

  def test_a_relay_that_turns_us_away_is_told_in_its_own_words(self):
    self.check("turned away", "you are on our block list")

  def test_a_relay_that_always_drops_is_given_up_and_nothing_is_lost(self):
    for stage in BEFORE_THE_END:
      with self.subTest(stage=stage):
        self.check(stage)


class SecondRelay(RelayCase):
  """A relay and a backup: what `send` does, and what it says of them."""

  def setUp(self):
    super().setUp()
    self.backup = self.enterContext(Server())

  def use(self, url, settings="", of_backup=""):
    """A relay that is left alone once it is in trouble, and the backup."""
    more = f', {{ url = "{self.backup.url}"; tls = "none"; order = 2; connections = 1; {of_backup} }}'
    self.press.configure(url=url, relay='pause_first = "10m"; pause_most = "10m"; ' + settings, more_relays=more)

  def attempts(self):
    return [attempt for line in self.press.log() for attempt in line["attempts"]]

  def test_the_next_relay_is_taken_where_one_is_not_there(self):
    self.use(NOWHERE)
    done = self.press.call(*SEND)
    self.assertEqual(done.returncode, DONE, done.stderr)
    self.assertIn('relay "127.0.0.1:1": can\'t connect', done.stderr)
    self.assert_recorded_as_received(self.press, self.backup, READERS)
    self.assertEqual({attempt["try"] for attempt in self.attempts()}, {1})

  def test_a_relay_that_denies_relaying_is_left_alone_after_three_and_the_next_gets_the_rest(self):
    denying = self.enterContext(Server("--reject", "RCPT=554 5.7.1 Relaying denied"))
    self.use(denying.url)
    done = self.press.call(*SEND)
    self.assertEqual(done.returncode, DONE, done.stderr)
    self.assertIn("it refuses messages: 554 5.7.1 Relaying denied", done.stderr)
    self.assert_recorded_as_received(self.press, self.backup, READERS)
    self.assertEqual(len(denying.log("refused")), 3)
    self.assertEqual([attempt["reply_code"] for attempt in self.attempts()].count(554), 3)

  def test_a_message_over_the_size_of_one_goes_over_the_other(self):
    small = self.enterContext(Server("--size", "2000"))
    self.use(small.url)
    self.press.ok(*SEND)
    self.assert_recorded_as_received(self.press, self.backup, READERS)
    self.assertEqual({attempt["try"] for attempt in self.attempts()}, {1})

  def test_those_whom_only_a_silent_relay_can_take_keep_nobody_else_waiting(self):
    plain = self.enterContext(Server("--no-smtputf8"))
    self.backup = self.enterContext(Server("--hang-at", "connect"))
    self.use(plain.url)
    rows = [f"änne{i}@d{i % 9}.zeitung.example" for i in range(200)] + [f"reader{i}@d{i % 9}.paper.example" for i in range(200)]
    self.press.import_people("world", "address\n" + "\n".join(rows) + "\n")
    process = self.running(self.press, "send", "fund", "--to", "world", "--yes")
    wait_until_accepted(plain, 200)
    process.send_signal(signal.SIGINT)
    self.assertEqual(ended(process).returncode, UNFINISHED)
    self.assertEqual(self.press.states(), {"accepted": 200, "queued": 200})

  def test_large_messages_that_only_a_slow_relay_can_take_keep_nobody_else_waiting(self):
    small = self.enterContext(Server("--size", "1000000"))
    self.use(small.url, of_backup='rates = ["1/1h"];')
    self.press.write("releases/annex.txt", "word\n" * 600_000)
    self.press.add_release(ENGLISH, ENGLISH.replace("slug: fund", "slug: large\nattachments:\n  - annex.txt"))
    self.press.import_people("world", people(40, "wire.example"))
    large = self.running(self.press, "send", "large", "--to", "world", "--yes")
    wait_until_accepted(self.backup, 1)
    self.running(self.press, *SEND)
    wait_until_accepted(small, COUNT)
    large.send_signal(signal.SIGINT)
    self.assertEqual(ended(large).returncode, UNFINISHED)
    self.assertEqual(self.press.states("1"), {"accepted": 1, "queued": 39})

  def test_large_messages_all_go_over_the_one_relay_that_can_take_them(self):
    small = self.enterContext(Server("--size", "1000000"))
    self.use(small.url)
    self.press.write("releases/annex.txt", "word\n" * 250_000)
    self.press.add_release(ENGLISH.replace("slug: fund", "slug: fund\nattachments:\n  - annex.txt"))
    self.press.import_people("europe", people(3 * COUNT))
    self.press.ok(*SEND)
    self.assertEqual(self.backup.accepted().total(), 3 * COUNT)
    self.assertEqual({len(line["attempts"]) for line in self.press.log()}, {1})

  def test_one_that_comes_back_is_told_to_be_in_use_again(self):
    stumbling = self.enterContext(Server("--drop-at", "connect:2"))
    self.press.configure(url=stumbling.url, relay='pause_first = "100ms";')
    done = self.press.call(*SEND)
    self.assertEqual(done.returncode, DONE, done.stderr)
    self.assert_recorded_as_received(self.press, stumbling, READERS)
    said = [line for line in done.stderr.splitlines() if "relay" in line]
    self.assertEqual(len(said), 2, said)
    self.assertTrue(said[1].endswith(f'relay "127.0.0.1:{stumbling.port}": it is in use again'))


class Waiting(RelayCase):
  """For a relay that is away, or lets nothing through by its rate, for longer than anybody waits."""

  def each_way(self):
    server = self.enterContext(Server())
    yield "away", NOWHERE, 'pause_first = "10m"; pause_most = "10m";', 0
    yield "slow", server.url, 'rates = ["5/1h"];', 5

  def waiting(self, url, settings, sent):
    press = self.newsroom(url=url, relay=settings, retry="relay_tries = 1000;")
    press.add_release()
    press.import_people("europe", people(COUNT))
    process = self.running(press, *SEND)
    wait_for(lambda: press.listed("dispatch") and press.states().get("accepted", 0) == sent
      and press.states().get("claimed", 0), "some that wait")
    return press, process

  def test_who_holds_it_has_what_waits_back_at_once(self):
    for name, url, settings, sent in self.each_way():
      with self.subTest(name):
        press, process = self.waiting(url, settings, sent)
        press.ok("hold", "1")
        self.assertEqual(ended(process).returncode, HELD)
        self.assertEqual(press.states().get("queued"), COUNT - sent)

  def test_who_cancels_it_has_what_waits_cancelled_at_once(self):
    for name, url, settings, sent in self.each_way():
      with self.subTest(name):
        press, process = self.waiting(url, settings, sent)
        press.ok("cancel", "1", "--yes")
        self.assertEqual(ended(process).returncode, PARTLY)
        self.assertEqual(press.states().get("cancelled"), COUNT - sent)


class Silent(RelayCase):
  """A relay that says nothing more: how long it is waited for is set, for each phase."""

  HOURS = {name: "1h" for name in ("connect_timeout", "command_timeout", "data_timeout", "dot_timeout")}

  def press_for(self, url, setting):
    """A newsroom that waits for an hour, but not for this."""
    times = self.HOURS | {setting: "1s"}
    relay = " ".join(f'{name} = "{value}";' for name, value in times.items())
    press = self.enterContext(Newsroom(after=("1h",), connections=1, url=url,
      relay=relay + ' pause_first = "100ms"; pause_most = "100ms";'))
    press.add_release()
    press.import_people("europe", people(1))
    return press

  def test_silence_in_each_phase_ends_after_the_time_that_is_set_for_it(self):
    settings = {"mail": "command_timeout", "rcpt": "command_timeout", "data": "data_timeout", "dot": "dot_timeout"}
    runs = {}
    for stage, setting in settings.items():
      server = self.enterContext(Server("--no-pipelining", "--hang-at", stage + ":1"))
      press = self.press_for(server.url, setting)
      runs[stage] = press, self.running(press, *SEND)
    for stage, (press, process) in runs.items():
      with self.subTest(stage=stage):
        # A MAIL that was never answered is no try: its message goes again at once.
        outcome = {"mail": "accepted", "dot": "unknown"}.get(stage, "deferred")
        self.assertIn(f'no answer in phase "{stage}" within 1 s', ended(process).stderr)
        attempt = press.log()[0]["attempts"][0]
        self.assertEqual((attempt["phase"], attempt["outcome"]), (stage if stage != "mail" else "dot", outcome))

  def assert_given_up(self, press, words):
    done = press.call(*SEND)
    self.assertEqual(done.returncode, UNFINISHED, done.stderr)
    self.assertIn(words, done.stderr)
    self.assertEqual(press.states(), {"queued": 1})

  def test_a_relay_that_never_greets_is_given_up_after_the_time_for_an_answer(self):
    server = self.enterContext(Server("--hang-at", "connect"))
    self.assert_given_up(self.press_for(server.url, "command_timeout"), "gave no greeting in time")

  def test_a_relay_that_cannot_be_connected_to_is_given_up_after_the_time_for_that(self):
    # A queue for connections that is full: those that follow are neither taken nor refused.
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listening:
      address = listening.getsockname()
      fillers = [self.enterContext(socket.socket()) for _ in range(4)]
      for filler in fillers:
        filler.setblocking(False)
        filler.connect_ex(address)
      self.assert_given_up(self.press_for(f"smtp://127.0.0.1:{address[1]}", "connect_timeout"),
        "no connection in time")


class Troubled(RelayCase):
  """One newsroom and one relay for each stage, all at once: where a relay fails, the program pauses."""

  def each(self, option, stages, *arguments):
    """How `send` ended at each stage, and the newsroom and server it ended with."""
    runs = {}
    for stage in stages:
      press = self.newsroom(after=("0s",), connections=1)
      press.add_release()
      press.import_people("europe", people(COUNT))
      server = self.enterContext(Server(option, stage + "".join(arguments)))
      press.configure(url=server.url)
      runs[stage] = press, server, self.running(press, *SEND)
    return runs

  def assert_all_get_it_once(self, runs):
    """It was passing trouble: in the end everybody has it once."""
    for stage, (press, server, process) in runs.items():
      with self.subTest(stage=stage):
        done = ended(process)
        self.assertEqual(done.returncode, DONE, done.stdout + done.stderr)
        self.assert_recorded_as_received(press, server, READERS)

  def test_dropped_before_the_end_everybody_still_gets_it_once(self):
    self.assert_all_get_it_once(self.each("--drop-at", BEFORE_THE_END, ":2"))

  def test_nonsense_before_the_end_everybody_still_gets_it_once(self):
    self.assert_all_get_it_once(self.each("--nonsense-at", BEFORE_THE_END[:-1], ":2"))

  def test_goodbye_at_any_time_everybody_still_gets_it_once(self):
    self.assert_all_get_it_once(self.each("--goodbye-at", (*BEFORE_THE_END[:-1], "dot"), ":2"))

  def test_a_silent_relay_can_be_left_and_nothing_is_lost(self):
    for stage, (press, server, process) in self.each("--hang-at", BEFORE_THE_END).items():
      with self.subTest(stage=stage):
        wait_for(lambda: self.has_come_to(press, server, stage), f"silence at {stage}")
        process.send_signal(signal.SIGINT)
        wait_for(lambda: "once more" in process.stderr.readline() or process.poll() is not None, "an answer")
        process.send_signal(signal.SIGINT)
        self.assertEqual(ended(process).returncode, UNFINISHED)
        self.assert_all_get_it_from_now_on(press)

  def has_come_to(self, press, server, stage):
    """The server says nothing more: from before its greeting on, or after it heard who we are."""
    if stage in ("connect", "ehlo"):
      dispatches = press.listed("dispatch")
      return dispatches and dispatches[0]["claimed"] > 0
    return server.log("hello")


class Unknown(RelayCase):
  """The connection is lost after the dot: nobody knows whether the server took it."""

  def test_it_goes_out_once_more_marked_and_byte_for_byte_the_same(self):
    server = self.server("--drop-at", "kept:1")
    self.press.ok(*SEND)
    received = server.accepted()
    twice = [address for address, count in received.items() if count > 1]
    self.assertEqual((set(received), len(twice)), (set(READERS), 1))
    bytes_of = [message for message, line in zip(server.messages(), server.log("accepted")) if line["to"] == twice]
    self.assertEqual(len(bytes_of), 2)
    self.assertEqual(bytes_of[0], bytes_of[1])
    attempts = self.press.log("--address", twice[0])[0]["attempts"]
    self.assertEqual([(one["outcome"], one["possible_duplicate"]) for one in attempts],
      [("unknown", False), ("accepted", True)])
    marked = [line for line in self.press.log() if any(one["possible_duplicate"] for one in line["attempts"])]
    self.assertEqual([line["address"] for line in marked], twice)

  def test_lost_again_it_is_held_for_a_person(self):
    for address in READERS[2:]:
      self.press.ok("suppress", "add", address)
    server = self.server("--drop-at", "dot")
    self.press.ok(*SEND, status=HELD)
    self.assertEqual(server.accepted(), {})
    self.assertEqual(self.press.states(), {"unknown": 2})
    for line in self.press.log():
      self.assertEqual([one["possible_duplicate"] for one in line["attempts"]], [False, True])

  def test_a_silent_end_that_is_left_is_unknown_and_goes_out_once_more_marked(self):
    server = self.server("--hang-at", "kept:1")
    process = self.running(self.press, *SEND)
    wait_until_accepted(server, 1)
    process.send_signal(signal.SIGINT)
    wait_for(lambda: "once more" in process.stderr.readline() or process.poll() is not None, "an answer")
    process.send_signal(signal.SIGINT)
    self.assertEqual(ended(process).returncode, UNFINISHED)
    doubted = server.log("accepted")[0]["to"]
    self.press.ok("resume")
    self.assertEqual(server.accepted(), {address: 2 if [address] == doubted else 1 for address in READERS})
    marked = [line["address"] for line in self.press.log() if line["attempts"][-1]["possible_duplicate"]]
    self.assertEqual(marked, doubted)

  def held_for_a_person(self):
    """By the policy "hold": the server it may have reached, and the one address."""
    self.press.configure(unknown="hold")
    server = self.server("--drop-at", "kept:1")
    done = self.press.call(*SEND)
    self.assertEqual(done.returncode, HELD, done.stderr)
    self.assertIn("dateline resolve 1", done.stdout)
    unknown = self.press.log("--state", "unknown")
    self.assertEqual(len(unknown), 1)
    return server, unknown[0]["address"]

  def test_the_policy_hold_asks_a_person_at_once(self):
    server, _ = self.held_for_a_person()
    self.assertEqual(self.press.dispatch()["state"], "held")
    self.assertEqual(server.accepted(), {address: 1 for address in READERS})
    self.assertIn("resolve", self.press.fails("resume", "1", status=HELD))

  def test_resolved_as_accepted_it_is_finished_and_not_sent_again(self):
    server, address = self.held_for_a_person()
    self.press.ok("resolve", "1", address, "--accepted")
    self.assertEqual(self.press.states(), {"accepted": COUNT})
    self.assertEqual(self.press.dispatch()["state"], "finished")
    self.assertEqual(server.accepted(), {address: 1 for address in READERS})
    self.assertIn("Nobody is left", self.press.ok(*SEND))

  def test_resolved_to_be_sent_again_it_goes_out_marked(self):
    server, address = self.held_for_a_person()
    self.press.ok("resolve", "1", address, "--resend")
    self.press.ok("resume")
    self.assertEqual(server.accepted()[address], 2)
    self.assertEqual(server.accepted().total(), COUNT + 1)
    ids = {line["message_id"] for line in server.log("accepted") if line["to"] == [address]}
    self.assertEqual(len(ids), 1)
    attempts = self.press.log("--address", address)[0]["attempts"]
    self.assertEqual(attempts[-1]["possible_duplicate"], True)
    self.assertEqual(self.press.dispatch()["state"], "finished")

  def test_only_what_is_unknown_can_be_resolved(self):
    self.held_for_a_person()
    accepted = self.press.log("--state", "accepted")[0]["address"]
    self.assertIn("no unknown delivery", self.press.fails("resolve", "1", accepted, "--accepted"))
    self.press.fails("resolve", "1", accepted, status=2)

  def test_an_unknown_one_is_not_written_to_by_sending_again(self):
    server, address = self.held_for_a_person()
    self.press.fails(*SEND, status=HELD)
    self.press.import_people("mena", f"address,name\n{address},Reader\n")
    self.press.call("send", "fund", "--to", "mena", "--yes")
    self.assertEqual(server.accepted()[address], 1)


class Large(RelayCase):
  def test_a_message_over_the_relays_size_holds_the_dispatch_and_costs_nobody_a_try(self):
    self.server("--size", "2000")
    self.press.ok(*SEND, status=HELD)
    dispatch = self.press.dispatch()
    self.assertEqual(dispatch["state"], "held")
    self.assertRegex(dispatch["hold_reason"], r"the message has \d+ bytes and the relay takes at most 2000; let the relay take more")
    self.assertEqual(self.press.states(), {"queued": COUNT})
    server = self.server()
    self.press.ok("resume", "1")
    self.assert_recorded_as_received(self.press, server, READERS)
    self.assertEqual({len(line["attempts"]) for line in self.press.log()}, {1})


class Refused(RelayCase):
  def test_a_sender_that_is_refused_fails_nobody_and_the_reason_is_told(self):
    server = self.server("--reject", "MAIL=550 5.1.8 sender rejected")
    self.press.configure(url=server.url, after=("1h",))
    done = self.press.call(*SEND)
    self.assertNotEqual(done.returncode, DONE)
    self.assertEqual(server.accepted(), {})
    self.assertEqual(self.press.states(), {"deferred": COUNT})
    self.assertEqual({line["attempts"][0]["reply_code"] for line in self.press.log()}, {550})

  def test_a_message_that_is_refused_is_recorded_with_its_phase(self):
    self.server("--reject", f"DOT={READERS[0]}:554 5.7.1 looks like spam")
    self.press.ok(*SEND, status=3)
    attempt = self.press.log("--state", "failed")[0]["attempts"][0]
    self.assertEqual((attempt["phase"], attempt["reply_code"], attempt["status"]), ("dot", 554, "5.7.1"))
    self.assertIn("looks like spam", attempt["reply"])


if __name__ == "__main__":
  unittest.main()
