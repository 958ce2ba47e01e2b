#!/usr/bin/python3
"""A whole `send` to Debian's Postfix with TLS by a CA of our own."""

import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from enginecase import make_certificates  # noqa: E402
from newsroom import FAILED, PARTLY, UNFINISHED, NewsroomCase  # noqa: E402
from privatepostfix import Postfix, why_not  # noqa: E402

READERS = [f"reader{i}@paper.example" for i in range(1, 26)]
SEND = ("send", "fund", "--to", "europe", "--yes")


@unittest.skipIf(why_not(), f"SKIPPED, {why_not()}")
class AgainstPostfix(NewsroomCase):
  @classmethod
  def setUpClass(cls):
    cls.folder = tempfile.TemporaryDirectory(prefix="dateline-tls-")
    cls.addClassCleanup(cls.folder.cleanup)
    os.chmod(cls.folder.name, 0o755)
    os.mkdir(os.path.join(cls.folder.name, "other"))
    cls.ca, cert, key = make_certificates(cls.folder.name)
    cls.wrong_ca = make_certificates(os.path.join(cls.folder.name, "other"))[0]
    cls.postfix = cls.enterClassContext(Postfix(cert, key))

  def setUp(self):
    self.press = self.newsroom(url=f"smtp://localhost:{self.postfix.port}", tls="required", ca_file=self.ca,
      after=("1h",))
    self.press.add_release()
    self.press.import_people("europe", "address,name\n" + "".join(f"{one},Reader\n" for one in READERS))
    self.before = len(self.postfix.delivered(0))

  def delivered(self, count):
    return sorted(self.postfix.delivered(self.before + count)[self.before:])

  def test_everybody_gets_it_once_over_verified_tls(self):
    self.press.ok(*SEND)
    self.assertEqual(self.delivered(len(READERS)), sorted(READERS))
    attempts = [line["attempts"][0] for line in self.press.log()]
    self.assertEqual({one["tls"] for one in attempts}, {"verified"})
    self.assertEqual({one["tls_version"] for one in attempts}, {"TLS1.3"})
    self.assertEqual({one["reply_code"] for one in attempts}, {250})

  def test_an_unknown_mailbox_fails_and_nobody_else(self):
    self.press.ok("list", "add", "europe", "unknown@paper.example", "name=Nobody")
    self.press.ok(*SEND, status=PARTLY)
    self.assertEqual(self.delivered(len(READERS)), sorted(READERS))
    failed = self.press.log("--state", "failed")
    self.assertEqual([(line["address"], line["attempts"][0]["status"]) for line in failed],
      [("unknown@paper.example", "5.1.1")])

  def refused(self, *words):
    before = self.postfix.log().count("from=<")
    done = self.press.call(*SEND)
    self.assertIn(done.returncode, (FAILED, UNFINISHED))
    for word in words:
      self.assertIn(word, done.stderr.splitlines()[-1])
    self.assertEqual(self.press.states(), {"queued": len(READERS)})
    self.assertEqual(self.postfix.log().count("from=<"), before)

  def test_the_wrong_ca_sends_nothing_and_says_why(self):
    self.press.configure(ca_file=self.wrong_ca)
    self.refused("certificate", "localhost")
    self.press.configure(ca_file=self.ca)
    self.press.ok("resume")
    self.assertEqual(self.delivered(len(READERS)), sorted(READERS))

  def test_the_wrong_name_sends_nothing_and_says_why(self):
    self.press.configure(url=f"smtp://127.0.0.1:{self.postfix.port}")
    self.refused("127.0.0.1")

  def test_a_ca_file_that_is_not_there_sends_nothing_and_says_so(self):
    self.press.configure(ca_file="/nonexistent/ca.pem")
    done = self.press.call(*SEND)
    self.assertNotEqual(done.returncode, 0)
    self.assertIn("ca_file", done.stderr)
    self.assertEqual(self.delivered(0), [])


if __name__ == "__main__":
  unittest.main()
