#!/usr/bin/python3
"""What SIGHUP does to a sender: logs and settings anew, nothing lost and nothing twice; a terminal that goes away."""

import fcntl
import os
import pty
import re
import signal
import sys
import termios
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from enginecase import Server, wait_for  # noqa: E402
from newsroom import (  # noqa: E402
  DONE, FAILED, UNFINISHED, NewsroomCase, ended, people, wait_until_accepted,
)

COUNT = 60
READERS = [f"reader{i}@d{i % 7}.paper.example" for i in range(1, COUNT + 1)]
OTHERS = [f"reader{i}@d{i % 7}.radio.example" for i in range(1, COUNT + 1)]
SEND = ("send", "fund", "--to", "europe", "--yes")
LOG = 'log = { file = "press.log"; level = "info"; };'
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (error|warning|info) (\d+) (.+)")
SLOW = ("--delay-ms", "5")
READ_AGAIN = "the settings were read again"
THE_SAME = "the settings were read again, and are the same"
REOPENED = "the log was reopened"


class SignalCase(NewsroomCase):
  def setUp(self):
    self.press = self.newsroom(more=LOG)
    self.press.add_release()
    self.press.import_people("europe", people(COUNT))

  def sending(self, server, after=10, **options):
    process = self.running(self.press, *SEND, **options)
    wait_until_accepted(server, after)
    return process

  def lines(self, name="press.log"):
    """Level, process and words of each line of a log."""
    if not os.path.exists(self.press.path_of(name)):
      return []
    with open(self.press.path_of(name), encoding="utf-8") as file:
      found = [LINE.fullmatch(line) for line in file.read().splitlines()]
    self.assertNotIn(None, found, "a line that is none")
    return [(match[1], int(match[2]), match[3]) for match in found]

  def wait_for_words(self, process, words, count=1, name="press.log"):
    wait_for(lambda: [line[1:] for line in self.lines(name)].count((process.pid, words)) >= count, words)

  def hang_up(self, process, count=1, words=THE_SAME):
    """SIGHUP, and it has been heeded."""
    process.send_signal(signal.SIGHUP)
    self.wait_for_words(process, words, count)

  def renew(self, process, connections, count=1):
    """The same, with other settings."""
    self.press.configure(connections=connections)
    self.hang_up(process, count, READ_AGAIN)

  def assert_each_once(self, servers, expected, dispatches=("1",)):
    """Recorded as accepted by one of the servers, by one try."""
    received = servers[0].accepted()
    for server in servers[1:]:
      received += server.accepted()
    self.assertEqual(received, dict.fromkeys(expected, 1))
    lines = [line for dispatch in dispatches for line in self.press.log(dispatch)]
    self.assertEqual({line["address"]: line["state"] for line in lines}, dict.fromkeys(expected, "accepted"))
    self.assertEqual({len(line["attempts"]) for line in lines}, {1})


class Log(SignalCase):
  def test_what_a_sender_does_is_in_the_log_with_numbers_and_without_addresses(self):
    self.server("--unknown", READERS[0])
    self.press.call(*SEND)
    words = [line[2] for line in self.lines()]
    self.assertEqual(words, ["the sender begins, with 1 dispatch", "dispatch 1: sending", "dispatch 1: finished",
      f"the sender ends: of {COUNT} accepted {COUNT - 1}, failed 1, deferred 0, queued 0, unknown 0"])
    self.assertEqual(len({line[1] for line in self.lines()}), 1)
    with open(self.press.path_of("press.log"), encoding="utf-8") as file:
      self.assertNotIn("@", file.read())

  def test_what_ends_a_sender_is_in_the_log_too(self):
    self.press.configure(after=("1s",))
    with open(self.press.path_of("dateline.cfg"), encoding="utf-8") as file:
      self.press.write("dateline.cfg", file.read().replace("retry = {", "retry = { relay_tries = 1;"))
    done = self.press.call(*SEND)
    self.assertIn("no relay can be used", done.stderr.splitlines()[-1])
    self.assertIn("no relay can be used", [line for line in self.lines() if line[0] == "error"][0][2])

  def test_a_log_that_can_not_be_opened_is_named_and_nothing_is_sent(self):
    server = self.server()
    self.press.configure(more=LOG.replace("press.log", "logs/press.log"))
    self.assertIn("logs/press.log", self.press.fails(*SEND, status=FAILED))
    self.assertIn("logs/press.log", self.press.call("config", "check").stdout)
    self.press.ok("hold")
    self.assertEqual(server.log(), [])
    self.press.configure(more=LOG.replace("press.log", "dateline.cfg"))
    self.assertIn("is no log", self.press.fails(*SEND, status=FAILED))


class Reload(SignalCase):
  def test_a_log_that_was_moved_away_is_begun_anew(self):
    server = self.server(*SLOW)
    process = self.sending(server)
    os.rename(self.press.path_of("press.log"), self.press.path_of("press.log.1"))
    self.hang_up(process)
    done = ended(process)
    self.assertEqual((done.returncode, done.stderr.count("Another")), (DONE, 0), done.stderr)
    words = [line[2] for line in self.lines()]
    self.assertEqual((words[0], words.count(REOPENED)), (REOPENED, 1))
    self.assertRegex(words[-1], f"the sender ends: of {COUNT} accepted {COUNT}, ")
    self.assertIn("the sender begins, with 1 dispatch", [line[2] for line in self.lines("press.log.1")])
    self.assert_each_once([server], READERS)

  def test_settings_that_are_the_same_stop_nothing(self):
    """One relay never replies: who waited for it wouldn't go on with the other."""
    silent = self.enterContext(Server("--hang-at", "kept"))
    server = self.server(*SLOW)
    self.press.configure(more_relays=f', {{ url = "{silent.url}"; tls = "none"; connections = 1; }}')
    process = self.sending(server, after=6)
    wait_until_accepted(silent, 1)
    self.hang_up(process)
    wait_until_accepted(server, COUNT - 2)
    process.send_signal(signal.SIGTERM)
    wait_for(lambda: "once more to drop them" in process.stderr.readline(), "it to drain")
    process.send_signal(signal.SIGTERM)
    self.assertEqual(ended(process).returncode, UNFINISHED)

  def test_the_rest_goes_by_the_new_settings(self):
    first = self.server(*SLOW)
    process = self.sending(first)
    second = self.server()
    self.press.configure(connections=5, more=LOG.replace("press.log", "other.log"))
    process.send_signal(signal.SIGHUP)
    self.wait_for_words(process, READ_AGAIN, name="other.log")
    self.assertEqual(ended(process).returncode, DONE)
    self.assertGreater(second.accepted().total(), 0)
    self.assert_each_once([first, second], READERS)

  def test_faulty_settings_are_told_with_their_line_and_the_former_ones_stay(self):
    server = self.server(*SLOW)
    process = self.sending(server)
    self.press.configure(unknown="maybe")
    process.send_signal(signal.SIGHUP)
    told = wait_for(lambda: [line for line in self.lines() if line[0] == "error"], "the fault")[0][2]
    self.assertRegex(told, r'dateline.cfg:\d+: "unknown" is "maybe".*from before stay')
    done = ended(process)
    self.assertEqual(done.returncode, DONE)
    self.assertIn(told, done.stderr)
    self.press.configure(unknown="resend")
    self.assert_each_once([server], READERS)

  def test_time_and_again_it_loses_and_doubles_nothing(self):
    server = self.server("--delay-ms", "20")
    process = self.sending(server, after=1)
    for count in range(1, 8):
      self.renew(process, 5 + count % 2, count)
    for count in range(20):
      self.press.configure(connections=5 + count % 3)
      process.send_signal(signal.SIGHUP)
    self.assertEqual(ended(process).returncode, DONE)
    self.assert_each_once([server], READERS)

  def test_stopped_just_after_it_the_messages_in_flight_are_finished(self):
    server = self.server("--delay-ms", "50")
    process = self.sending(server, after=4)
    self.press.configure(connections=5)
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGTERM)
    self.assertEqual(ended(process).returncode, UNFINISHED)
    states = self.press.states()
    self.assertEqual((set(states), states["accepted"]), ({"accepted", "queued"}, server.accepted().total()))
    second = self.server()
    self.press.ok("resume")
    self.assert_each_once([server, second], READERS)

  def test_waiting_for_a_deferred_one_it_goes_on_waiting(self):
    self.press.configure(after=("5s",))
    server = self.server("--greylist", READERS[0])
    process = self.sending(server, after=COUNT - 1)
    wait_for(lambda: self.press.states().get("deferred") == 1, "the deferred one")
    self.renew(process, 5)
    self.renew(process, 6, 2)
    self.assertEqual(ended(process).returncode, DONE)
    self.assert_recorded_as_received(self.press, server, READERS)

  def test_what_another_process_handed_over_goes_on_too(self):
    self.press.import_people("mena", people(COUNT, "radio.example"))
    server = self.server("--delay-ms", "20")
    first = self.sending(server)
    second = self.running(self.press, "send", "fund", "--to", "mena", "--yes")
    self.wait_for_words(first, "dispatch 2: sending")
    self.renew(first, 5)
    self.assertEqual({ended(first).returncode, ended(second).returncode}, {DONE})
    self.assertNotIn("the sender begins, with 1 dispatch", [line[2] for line in self.lines() if line[1] == second.pid])
    self.assert_each_once([server], READERS + OTHERS, ("1", "2"))


class Following(SignalCase):
  def test_who_follows_reopens_its_log_and_takes_over_by_the_new_settings(self):
    server = self.server("--delay-ms", "20")
    first = self.sending(server)
    second = self.running(self.press, *SEND)
    wait_for(lambda: "takes this over" in second.stderr.readline(), "it to follow")
    other = self.server()
    self.hang_up(second, words=READ_AGAIN)
    self.wait_for_words(second, REOPENED)
    self.assertNotIn(READ_AGAIN, [line[2] for line in self.lines() if line[1] == first.pid])
    first.send_signal(signal.SIGTERM)
    self.assertEqual((ended(first).returncode, ended(second).returncode), (UNFINISHED, DONE))
    self.assertGreater(other.accepted().total(), 0)
    self.assert_each_once([server, other], READERS)


class Terminal(SignalCase):
  def on_terminal(self, server, prepare):
    """Sending, with a terminal's end to close."""
    master, slave = pty.openpty()
    process = self.sending(server, stdin=slave, preexec_fn=prepare)
    os.close(slave)
    return process, master

  def assert_drained(self, process, server):
    self.assertEqual(ended(process).returncode, UNFINISHED)
    states = self.press.states()
    self.assertEqual((set(states), states["accepted"]), ({"accepted", "queued"}, server.accepted().total()))
    self.assertIn("the terminal went away, which stopped the sender", [line[2] for line in self.lines()])
    other = self.server()
    self.press.ok("resume")
    self.assert_each_once([server, other], READERS)

  def test_its_own_terminal_goes_away_and_it_finishes_what_is_in_flight(self):
    def take_terminal():
      os.setsid()
      fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    server = self.server("--delay-ms", "20")
    process, master = self.on_terminal(server, take_terminal)
    os.close(master)
    self.assert_drained(process, server)

  def test_a_shell_passes_it_on_and_a_second_one_drops_nothing(self):
    server = self.server("--delay-ms", "20")
    process, master = self.on_terminal(server, os.setsid)
    os.close(master)
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGHUP)
    self.assert_drained(process, server)

  def test_under_nohup_it_goes_on_to_the_end(self):
    def like_nohup():
      os.setsid()
      signal.signal(signal.SIGHUP, signal.SIG_IGN)

    server = self.server("--delay-ms", "20")
    process, master = self.on_terminal(server, like_nohup)
    os.close(master)
    self.hang_up(process)
    self.assertEqual(ended(process).returncode, DONE)
    self.assert_each_once([server], READERS)

  def test_a_terminal_that_is_there_is_no_reason_to_stop(self):
    server = self.server("--delay-ms", "20")
    process, master = self.on_terminal(server, os.setsid)
    self.addCleanup(os.close, master)
    self.hang_up(process)
    self.assertEqual(ended(process).returncode, DONE)
    self.assert_each_once([server], READERS)


if __name__ == "__main__":
  unittest.main()
