#!/usr/bin/python3
"""The engine against Debian's Postfix, with TLS by a CA of our own, and against servers that want a log-in."""

import logging
import os
import sys
import tempfile
import unittest
import warnings

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from enginecase import EngineCase, Server, make_certificates, readers  # noqa: E402
from privatepostfix import Postfix, free_port, why_not  # noqa: E402


class WithCertificates(EngineCase):
  """Two CAs, a certificate for localhost by the first."""

  @classmethod
  def setUpClass(cls):
    cls.folder = tempfile.TemporaryDirectory(prefix="dateline-tls-")
    cls.addClassCleanup(cls.folder.cleanup)
    os.chmod(cls.folder.name, 0o755)
    os.mkdir(os.path.join(cls.folder.name, "other"))
    cls.ca, cls.cert, cls.key = make_certificates(cls.folder.name)
    cls.wrong_ca = make_certificates(os.path.join(cls.folder.name, "other"))[0]


@unittest.skipIf(why_not(), f"SKIPPED, {why_not()}")
class AgainstPostfix(WithCertificates):
  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    cls.postfix = cls.enterClassContext(Postfix(cls.cert, cls.key))

  def url(self, host="localhost"):
    return f"smtp://{host}:{self.postfix.port}"

  def refused(self, url, *options):
    """Nothing may be said of a message; why is told once, since trying again changes nothing."""
    run = self.engine(url, readers(3), "--relay-tries", "5", *options, expect={})
    self.assertEqual(run.end["status"], "io")
    self.assertEqual(run.end["given_back"], 3)
    self.assertEqual(len(run.troubles), 1)
    return run.end["words"]

  def test_plain_messages_are_taken_and_refusals_told(self):
    addresses = [*readers(50, "plain"), "unknown@paper.example"]
    run = self.engine(self.url(), addresses, "--connections", "3", expect={"accepted": 50, "failed": 1})
    self.assertEqual({event["tls"] for event in run.settled}, {"none"})
    self.assertEqual(self.postfix.delivered_to("plain", 50), sorted(readers(50, "plain")))

  def test_the_right_ca_is_recorded_as_verified(self):
    for tls in ("required", "opportunistic"):
      with self.subTest(tls=tls):
        run = self.engine(self.url(), readers(5), "--tls", tls, "--ca", self.ca, expect={"accepted": 5})
        self.assertEqual({event["tls"] for event in run.settled}, {"verified"})
        self.assertEqual({event["tls_version"] for event in run.settled}, {"TLS1.3"})

  def test_the_wrong_ca_is_refused(self):
    self.assertIn("certificate", self.refused(self.url(), "--tls", "required", "--ca", self.wrong_ca))

  def test_the_wrong_name_is_refused(self):
    self.assertIn("127.0.0.1", self.refused(self.url("127.0.0.1"), "--tls", "required", "--ca", self.ca))

  def test_an_absent_ca_file_is_refused(self):
    self.assertIn("ca_file", self.refused(self.url(), "--tls", "required", "--ca", "/nonexistent.pem"))

  def test_opportunistic_takes_any_certificate_and_says_so(self):
    run = self.engine(self.url(), readers(5), "--tls", "opportunistic", "--ca", self.wrong_ca,
      expect={"accepted": 5})
    self.assertEqual({event["tls"] for event in run.settled}, {"unverified"})

  def test_tls_from_the_first_byte(self):
    url = f"smtps://localhost:{self.postfix.tls_port}"
    run = self.engine(url, readers(5), "--ca", self.ca, expect={"accepted": 5})
    self.assertEqual({event["tls"] for event in run.settled}, {"verified"})
    self.assertIn("certificate", self.refused(url, "--ca", self.wrong_ca))

  def test_many_messages_through_tls_arrive_once(self):
    self.engine(self.url(), readers(300, "many"), "--connections", "5", "--size", "20000", "--tls", "required",
      "--ca", self.ca, expect={"accepted": 300})
    self.assertEqual(self.postfix.delivered_to("many", 300), sorted(readers(300, "many")))

  def test_a_utf8_address_is_taken(self):
    self.engine(self.url(), ["änne@paper.example"], expect={"accepted": 1})


@unittest.skipIf(why_not(), f"SKIPPED, {why_not()}")
class AgainstPostfixWithoutTls(WithCertificates):
  def test_required_tls_never_falls_back(self):
    with Postfix() as postfix:
      run = self.engine(f"smtp://localhost:{postfix.port}", readers(3), "--tls", "required", "--ca", self.ca,
        "--relay-tries", "5", expect={})
      self.assertEqual(postfix.delivered(0), [])
      self.assertNotIn("from=<", postfix.log())
    self.assertIn("STARTTLS", run.end["words"])
    self.assertEqual(len(run.troubles), 1)

  def test_opportunistic_goes_on_without(self):
    with Postfix() as postfix:
      run = self.engine(f"smtp://localhost:{postfix.port}", readers(3), "--tls", "opportunistic",
        expect={"accepted": 3})
    self.assertEqual({event["tls"] for event in run.settled}, {"none"})


class ScriptedTls(WithCertificates):
  def test_a_large_message_through_tls_arrives_whole(self):
    with Server("--starttls", self.cert, self.key) as server:
      self.engine(f"smtp://localhost:{server.port}", readers(2), "--tls", "required", "--ca", self.ca,
        "--size", "5000000", "--connections", "1", expect={"accepted": 2})
      self.assertTrue(all(line["tls"] for line in server.log("accepted")))
      self.assertTrue(all(message.endswith(b"x\r\n") for message in server.messages()))

  def test_a_relay_that_drops_at_starttls_is_given_up(self):
    with Server("--starttls", self.cert, self.key, "--drop-at", "starttls") as server:
      run = self.engine(f"smtp://localhost:{server.port}", readers(2), "--tls", "required", "--ca", self.ca,
        "--relay-tries", "2", expect={})
      self.assertEqual(server.accepted(), {})
    self.assertEqual(run.end["given_back"], 2)

  def test_a_relay_that_is_silent_at_starttls_is_given_up(self):
    with Server("--starttls", self.cert, self.key, "--hang-at", "starttls") as server:
      run = self.engine(f"smtp://localhost:{server.port}", readers(2), "--tls", "required", "--ca", self.ca,
        "--relay-tries", "2", timeout_ms=300, expect={})
    self.assertIn("gave no answer to STARTTLS in time", run.end["words"])

  def test_what_was_offered_before_tls_is_forgotten(self):
    with Server("--starttls", self.cert, self.key, "--no-pipelining") as server:
      self.engine(f"smtp://localhost:{server.port}", readers(5), "--tls", "required", "--ca", self.ca,
        expect={"accepted": 5})


class LogIn(WithCertificates):
  RIGHT = ("--user", "press", "--password", "correct horse")

  def test_the_right_password_sends(self):
    for mechanisms in ("PLAIN", "LOGIN", "PLAIN LOGIN"):
      with self.subTest(mechanisms=mechanisms), \
          Server("--auth", "press:correct horse", "--auth-mechanisms", mechanisms) as server:
        self.engine(server.url, readers(3), *self.RIGHT, expect={"accepted": 3})
        self.assertEqual({line["user"] for line in server.log("accepted")}, {"press"})

  def test_the_wrong_password_stops_at_once_with_words(self):
    with Server("--auth", "press:correct horse") as server:
      run = self.engine(server.url, readers(3), "--user", "press", "--password", "wrong", "--relay-tries", "5",
        expect={})
      self.assertEqual(len(server.log("denied")), 1)
    self.assertIn("535", run.end["words"])
    self.assertIn("password_file", run.end["words"])
    self.assertNotIn("wrong", run.end["words"])

  def test_a_log_in_that_is_not_offered_stops_with_words(self):
    for options in ((), ("--auth", "press:correct horse", "--auth-mechanisms", ""),
        ("--auth", "press:correct horse", "--auth-mechanisms", "X-UNHEARD-OF")):
      with self.subTest(options=options), Server(*options) as server:
        run = self.engine(server.url, readers(3), *self.RIGHT, "--relay-tries", "5", expect={})
        self.assertEqual(server.accepted(), {})
        self.assertEqual(run.end["given_back"], 3)
        self.assertIn("no log-in", run.end["words"])

  def test_a_password_is_never_said_in_the_clear_for_want_of_tls(self):
    with Server("--auth", "press:correct horse") as server:
      run = self.engine(server.url, readers(1), *self.RIGHT, "--tls", "opportunistic", "--relay-tries", "2",
        expect={})
      self.assertEqual(server.log("denied") + server.log("accepted"), [])
    self.assertIn("STARTTLS", run.end["words"])

  def test_a_log_in_through_tls(self):
    with Server("--auth", "press:correct horse", "--starttls", self.cert, self.key) as server:
      self.engine(f"smtp://localhost:{server.port}", readers(3), *self.RIGHT, "--tls", "required", "--ca",
        self.ca, expect={"accepted": 3})
      self.assertEqual({line["user"] for line in server.log("accepted")}, {"press"})

  def test_silence_and_loss_at_the_log_in_are_given_up(self):
    for option in ("--hang-at", "--drop-at", "--nonsense-at"):
      with self.subTest(option=option), Server("--auth", "press:correct horse", option, "auth") as server:
        run = self.engine(server.url, readers(2), *self.RIGHT, "--relay-tries", "2", timeout_ms=300, expect={})
        self.assertEqual(run.end["given_back"], 2)
        self.assertEqual(run.end["status"], "io")


try:
  from aiosmtpd.controller import Controller
  from aiosmtpd.smtp import AuthResult
except ImportError:
  Controller = None


@unittest.skipUnless(Controller, "SKIPPED, python3-aiosmtpd is not installed")
class AgainstAiosmtpd(EngineCase):
  """Somebody else's idea of AUTH."""

  class Keeper:
    def __init__(self):
      self.envelopes = []

    async def handle_DATA(self, server, session, envelope):
      self.envelopes.append((session.auth_data, envelope.rcpt_tos[0]))
      return "250 2.0.0 kept"

  def serve(self, **options):
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)

    def authenticate(server, session, envelope, mechanism, data):
      is_right = data.login == b"press" and data.password == b"correct horse"
      return AuthResult(success=is_right, handled=False, auth_data=data.login)

    keeper = self.Keeper()
    controller = Controller(keeper, hostname="127.0.0.1", port=free_port(), authenticator=authenticate,
      auth_require_tls=False, auth_required=True, ready_timeout=30, **options)
    with warnings.catch_warnings():
      warnings.simplefilter("ignore")
      controller.start()
    self.addCleanup(controller.stop)
    return keeper, f"smtp://127.0.0.1:{controller.port}"

  def test_the_right_password_sends(self):
    keeper, url = self.serve()
    self.engine(url, readers(10), "--user", "press", "--password", "correct horse", expect={"accepted": 10})
    self.assertEqual(sorted(address for _, address in keeper.envelopes), sorted(readers(10)))

  def test_the_wrong_password_sends_nothing(self):
    keeper, url = self.serve()
    run = self.engine(url, readers(3), "--user", "press", "--password", "no", "--relay-tries", "3", expect={})
    self.assertEqual(keeper.envelopes, [])
    self.assertIn("535", run.end["words"])

  def test_no_log_in_where_one_is_needed_is_a_matter_of_settings(self):
    keeper, url = self.serve()
    self.engine(url, readers(2), expect={"deferred": 2})
    self.assertEqual(keeper.envelopes, [])


if __name__ == "__main__":
  unittest.main()
