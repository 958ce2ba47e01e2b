#!/usr/bin/python3
"""Each recipient exactly once: interrupted, gone on with, sent again, held, handed over."""

import os
import shutil
import signal
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from enginecase import wait_for  # noqa: E402
from newsroom import (  # noqa: E402
  DONE, ENGLISH, FAILED, HELD, PARTLY, UNFINISHED, USAGE, NewsroomCase, ended, people, read_strictly, text_of,
  wait_until_accepted,
)

COUNT = 60
READERS = [f"reader{i}@d{i % 7}.paper.example" for i in range(1, COUNT + 1)]
SEND = ("send", "fund", "--to", "europe", "--yes")


class OnceCase(NewsroomCase):
  def setUp(self):
    self.press = self.newsroom()
    self.press.add_release()
    self.press.import_people("europe", people(COUNT))

  def interrupted(self, server, *arguments, after=10):
    """Stopped by Ctrl-C when so many were accepted: how it ended."""
    process = self.running(self.press, *(arguments or SEND))
    wait_until_accepted(server, server.accepted().total() + after)
    process.send_signal(signal.SIGINT)
    return ended(process)


class Copied(OnceCase):
  def test_a_copy_of_the_newsroom_waits_for_a_person_and_the_original_goes_on(self):
    server = self.server("--delay-ms", "2")
    self.interrupted(server)
    copy = self.press.path_of("copy")
    shutil.copytree(self.press.path_of("."), copy, ignore=shutil.ignore_patterns("copy"))
    self.press.ok("resume", cwd=copy)
    self.press.ok(*SEND, cwd=copy, status=HELD)
    self.assertIn("copied or moved", self.press.ok("status", "1", cwd=copy))
    self.press.ok("resume")
    self.assert_recorded_as_received(self.press, server, READERS)


class Interrupted(OnceCase):
  def test_ctrl_c_finishes_what_is_in_flight_and_says_how_to_go_on(self):
    server = self.server("--delay-ms", "2")
    done = self.interrupted(server)
    self.assertEqual(done.returncode, UNFINISHED, done.stderr)
    self.assertIn("dateline resume", done.stdout)
    states = self.press.states()
    self.assertEqual(states["accepted"], server.accepted().total())
    self.assertEqual(states["queued"], COUNT - states["accepted"])
    self.assertEqual(set(states), {"accepted", "queued"})

  def test_sending_again_goes_on_where_it_stopped(self):
    server = self.server("--delay-ms", "2")
    self.interrupted(server)
    shown = self.press.ok(*SEND)
    self.assertIn("Dispatch 1", shown)
    self.assert_recorded_as_received(self.press, server, READERS)
    self.assertEqual(self.press.dispatch()["state"], "finished")

  def test_resume_goes_on_after_as_many_stops_as_one_likes(self):
    server = self.server("--delay-ms", "2")
    self.interrupted(server)
    self.interrupted(server, "resume")
    self.interrupted(server, "resume", "1")
    self.press.ok("resume")
    self.assert_recorded_as_received(self.press, server, READERS)

  def test_two_ctrl_c_drop_the_connections_and_lose_nothing(self):
    server = self.server("--hang-at", "mail")
    process = self.running(self.press, *SEND)
    wait_for(lambda: server.log("hello"), "a connection")
    process.send_signal(signal.SIGINT)
    wait_for(lambda: "once more" in process.stderr.readline(), "the first answer")
    process.send_signal(signal.SIGINT)
    self.assertEqual(ended(process).returncode, UNFINISHED)
    self.assertEqual(self.press.states(), {"queued": COUNT})
    server = self.server()
    self.press.ok("resume")
    self.assert_recorded_as_received(self.press, server, READERS)

  def test_nothing_interrupted_is_nothing_to_resume(self):
    server = self.server()
    self.press.ok(*SEND)
    self.assertIn("Nothing was interrupted", self.press.ok("resume"))
    self.assertEqual(server.accepted().total(), COUNT)


class Replies(OnceCase):
  def test_a_greylisted_one_is_tried_again_while_it_runs(self):
    server = self.server("--greylist", READERS[0])
    self.press.ok(*SEND)
    self.assert_recorded_as_received(self.press, server, READERS)
    attempts = self.press.log("--address", READERS[0])[0]["attempts"]
    self.assertEqual([(one["outcome"], one["reply_code"]) for one in attempts], [("deferred", 451), ("accepted", 250)])

  def test_a_refused_one_is_failed_with_what_the_server_said(self):
    server = self.server("--unknown", READERS[0])
    self.press.ok(*SEND, status=PARTLY)
    self.assert_recorded_as_received(self.press, server, READERS[1:])
    failed = self.press.log("--state", "failed")
    self.assertEqual([line["address"] for line in failed], [READERS[0]])
    attempt = failed[0]["attempts"][0]
    self.assertEqual((attempt["reply_code"], attempt["status"], attempt["phase"]), (550, "5.1.1", "rcpt"))
    self.assertEqual(self.press.dispatch()["state"], "finished")

  def test_a_try_further_away_than_wait_is_left_to_resume(self):
    self.press.configure(after=("1h",))
    server = self.server("--full", READERS[0])
    done = self.press.call(*SEND)
    self.assertEqual(done.returncode, UNFINISHED)
    self.assertIn("1 deferred", done.stdout)
    self.assertIn("dateline resume", done.stdout)
    self.assert_recorded_as_received(self.press, server, READERS[1:])

  def test_wait_is_a_length_of_time(self):
    self.server()
    self.press.fails(*SEND, "--wait", "soon", status=USAGE)


class Again(OnceCase):
  def test_sending_again_serves_newcomers_only(self):
    server = self.server()
    self.press.ok(*SEND)
    self.press.ok("list", "add", "europe", "late@paper.example", "name=Late Comer")
    self.press.ok(*SEND)
    self.assertEqual(server.accepted(), {address: 1 for address in [*READERS, "late@paper.example"]})
    self.assertEqual(self.press.states("2"), {"accepted": 1})
    self.assertIn("Nobody is left", self.press.ok(*SEND))

  def test_another_list_leaves_out_who_has_it(self):
    server = self.server()
    self.press.ok(*SEND)
    self.press.import_people("mena", "address,name\n" + READERS[0].upper() + ",Reader\nnew@paper.example,New\n")
    self.press.ok("send", "fund", "--to", "mena", "--yes")
    self.assertEqual(server.accepted(), {address: 1 for address in [*READERS, "new@paper.example"]})

  def test_people_who_lost_it_get_it_once_more_when_named(self):
    server = self.server()
    self.press.ok(*SEND)
    self.press.ok(*SEND, "--again", f"{READERS[0]},{READERS[1]}")
    expected = {address: 1 for address in READERS}
    expected.update({READERS[0]: 2, READERS[1]: 2})
    self.assertEqual(server.accepted(), expected)

  def test_again_reaches_neither_strangers_nor_the_suppressed(self):
    server = self.server()
    self.assertIn("stranger@paper.example", self.press.fails(*SEND, "--again", "stranger@paper.example"))
    self.press.ok("suppress", "add", READERS[0], "--reason", "complaint")
    self.press.ok(*SEND, "--again", READERS[0])
    self.assertEqual(server.log(), [])

  def test_a_failed_one_is_tried_anew_by_sending_again(self):
    self.server("--unknown", READERS[0])
    self.press.ok(*SEND, status=PARTLY)
    server = self.server()
    self.press.ok(*SEND)
    self.assertEqual(server.accepted(), {READERS[0]: 1})


class Changed(OnceCase):
  CHANGED = ENGLISH.replace("Twelve coastal towns", "Thirteen coastal towns")

  def setUp(self):
    super().setUp()
    self.slow = self.server("--delay-ms", "2")
    self.interrupted(self.slow)
    self.press.add_release(self.CHANGED)

  def open(self):
    return self.press.states()["queued"]

  def test_what_changed_is_shown_and_asked_about(self):
    done = self.press.typed("no", *SEND[:-1])
    self.assertEqual(done.returncode, FAILED)
    self.assertRegex(done.stderr, r"(?m)^- ?Twelve coastal towns")
    self.assertRegex(done.stderr, r"(?m)^\+ ?Thirteen coastal towns")
    self.assertIn("fund.md", done.stderr)
    self.assertIn(f"Type {self.open()} to go on", done.stderr)
    self.assertEqual(self.press.states()["accepted"], self.slow.accepted().total())

  def test_going_on_sends_the_frozen_text_to_the_rest(self):
    server = self.server()
    self.assertEqual(self.press.typed(str(self.open()), *SEND[:-1]).returncode, DONE)
    self.assertEqual(self.slow.accepted() + server.accepted(), {address: 1 for address in READERS})
    for message in server.messages():
      self.assertIn("Twelve coastal towns", text_of(read_strictly(message)))


class Unfinished(OnceCase):
  def setUp(self):
    super().setUp()
    self.slow = self.server("--delay-ms", "2")
    self.interrupted(self.slow)
    self.sent = self.slow.accepted().total()

  def test_going_on_is_asked_about_and_refused_without_a_terminal(self):
    self.assertIn("--yes", self.press.fails(*SEND[:-1], status=FAILED))
    self.assertEqual(self.slow.accepted().total(), self.sent)

  def test_a_segment_does_not_go_on_with_what_went_to_all(self):
    done = self.press.call(*SEND, "--where", "language = nl")
    self.assertIn("Nobody is left", done.stdout)
    self.assertEqual(self.slow.accepted().total(), self.sent)

  def test_a_language_does_not_go_on_with_what_went_to_all(self):
    self.press.call(*SEND, "--language", "en")
    self.assertEqual(self.slow.accepted().total(), self.sent)


class Brakes(OnceCase):
  def test_a_hold_stops_a_sender_that_runs_and_resume_by_number_goes_on(self):
    server = self.server("--delay-ms", "2")
    process = self.running(self.press, *SEND)
    wait_until_accepted(server, 5)
    self.press.ok("hold", "1")
    done = ended(process)
    self.assertEqual(done.returncode, HELD, done.stderr)
    states = self.press.states()
    self.assertEqual(states["accepted"], server.accepted().total())
    self.assertLess(states["accepted"], COUNT)
    self.assertEqual(set(states), {"accepted", "queued"})
    self.assertIn("Nothing was interrupted", self.press.ok("resume"))
    self.press.fails(*SEND, status=HELD)
    self.assertEqual(server.accepted().total(), states["accepted"])
    self.press.ok("resume", "1")
    self.assert_recorded_as_received(self.press, server, READERS)

  def test_a_bare_hold_stops_everything(self):
    server = self.server("--delay-ms", "2")
    process = self.running(self.press, *SEND)
    wait_until_accepted(server, 5)
    self.press.ok("hold")
    self.assertEqual(ended(process).returncode, HELD)
    self.assertEqual(self.press.dispatch()["state"], "held")

  def test_cancelled_the_rest_is_never_sent(self):
    server = self.server("--delay-ms", "2")
    self.interrupted(server)
    accepted = server.accepted().total()
    self.press.ok("cancel", "1", "--yes")
    self.assertEqual(self.press.states(), {"accepted": accepted, "cancelled": COUNT - accepted})
    self.assertIn("cancelled", self.press.fails("resume", "1"))
    self.assertIn("Nothing was interrupted", self.press.ok("resume"))
    self.assertEqual(server.accepted().total(), accepted)

  def test_cancelling_a_dispatch_that_is_being_sent_stops_it(self):
    server = self.server("--delay-ms", "2")
    process = self.running(self.press, *SEND)
    wait_until_accepted(server, 5)
    self.press.ok("cancel", "1", "--yes")
    ended(process)
    states = self.press.states()
    self.assertEqual(set(states), {"accepted", "cancelled"})
    self.assertEqual(states["accepted"], server.accepted().total())

  def sending_while_the_settings_break(self, server):
    """As an editor leaves them that saves while somebody types."""
    process = self.running(self.press, *SEND)
    wait_until_accepted(server, 5)
    with open(self.press.path_of("dateline.cfg"), "a", encoding="utf-8") as file:
      file.write("\nbroken = ;\n")
    return process

  def test_hold_works_with_broken_settings_and_says_what_is_wrong(self):
    process = self.sending_while_the_settings_break(self.server("--delay-ms", "5"))
    done = self.press.call("hold", "1")
    self.assertEqual(done.returncode, DONE, done.stderr)
    self.assertRegex(done.stderr, r"dateline\.cfg:\d+: syntax error; .*default settings")
    self.assertEqual(ended(process).returncode, HELD)
    self.assertRegex(self.press.ok("status"), "held")
    self.assertEqual(self.press.dispatch()["state"], "held")
    for arguments in (SEND, ("resume", "1"), ("log",)):
      self.assertIn("syntax error", self.press.fails(*arguments))

  def test_cancel_works_with_broken_settings(self):
    process = self.sending_while_the_settings_break(self.server("--delay-ms", "5"))
    done = self.press.call("cancel", "1", "--yes")
    self.assertEqual(done.returncode, DONE, done.stderr)
    self.assertIn("syntax error", done.stderr)
    ended(process)
    self.assertEqual(self.press.dispatch()["state"], "cancelled")

  def test_cancelling_asks_for_the_number(self):
    server = self.server("--delay-ms", "2")
    self.interrupted(server)
    self.assertEqual(self.press.typed("0", "cancel", "1").returncode, FAILED)
    self.assertNotIn("cancelled", self.press.states())

  def test_somebody_suppressed_or_gone_since_the_freeze_is_passed_over(self):
    server = self.server("--delay-ms", "2")
    self.interrupted(server)
    left = [line["address"] for line in self.press.log("--state", "queued")]
    self.press.ok("suppress", "add", left[0], "--reason", "complaint")
    self.press.ok("list", "remove", "europe", left[1])
    self.press.unsubscribe("europe", left[2])
    self.press.ok("resume")
    self.assert_recorded_as_received(self.press, server, sorted(set(READERS) - set(left[:3])))
    self.assertEqual({line["address"]: line["state"] for line in self.press.log("--state", "suppressed,cancelled")},
      {left[0]: "suppressed", left[1]: "cancelled", left[2]: "cancelled"})


class TwoSenders(OnceCase):
  def test_a_second_send_hands_over_and_follows(self):
    server = self.server("--delay-ms", "2")
    self.press.import_people("mena", people(20, "sahafa.example"))
    first = self.running(self.press, *SEND)
    wait_until_accepted(server, 5)
    second = self.press.call("send", "fund", "--to", "mena", "--yes")
    self.assertEqual(second.returncode, DONE, second.stderr)
    self.assertIn("takes this over", second.stderr)
    self.assertIn("20 accepted", second.stdout)
    self.assertEqual(ended(first).returncode, DONE)
    self.assertEqual(server.accepted().total(), COUNT + 20)
    self.assertEqual(set(server.accepted().values()), {1})

  def test_the_same_release_sent_twice_at_once_reaches_everybody_once(self):
    server = self.server("--delay-ms", "2")
    first = self.running(self.press, *SEND)
    wait_until_accepted(server, 1)
    second = self.running(self.press, *SEND)
    self.assertEqual({ended(first).returncode, ended(second).returncode}, {DONE})
    self.assert_recorded_as_received(self.press, server, READERS)

  def test_when_the_sender_dies_its_follower_takes_over(self):
    server = self.server("--delay-ms", "5")
    self.press.import_people("mena", people(20, "sahafa.example"))
    first = self.running(self.press, *SEND)
    wait_until_accepted(server, 5)
    second = self.running(self.press, "send", "fund", "--to", "mena", "--yes")
    wait_for(lambda: len(self.press.listed("dispatch")) == 2, "the second dispatch")
    first.kill()
    ended(first)
    self.assertEqual(ended(second).returncode, DONE)
    self.press.ok("resume")
    counts = server.accepted()
    self.assertEqual(set(counts), {*READERS, *(f"reader{i}@d{i % 7}.sahafa.example" for i in range(1, 21))})


if __name__ == "__main__":
  unittest.main()
