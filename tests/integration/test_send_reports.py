#!/usr/bin/python3
"""What a report of failure by Debian's Postfix brings back of what a `send` gave it (RFC 3461)."""

import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from newsroom import NewsroomCase  # noqa: E402
from privatepostfix import Postfix, why_not  # noqa: E402

# It takes mail for anybody, and finds out at the mailbox that there is none.
HOME = "virtual_mailbox_maps = inline:{ @harbour.example=mail/ }\n"
READERS = ["ana+news@gone.example", "änne@gone.example"]


def field(message, name):
  """A field's value, which Postfix writes once and without folding it."""
  (value,) = re.findall(rf"^{name}: *(.*)\r$", message.decode("utf-8"), re.MULTILINE)
  return value


@unittest.skipIf(why_not(), f"SKIPPED, {why_not()}")
class Reports(NewsroomCase):
  @classmethod
  def setUpClass(cls):
    cls.postfix = cls.enterClassContext(Postfix(domains="gone.example, harbour.example", extra=HOME, keeps=True))

  def test_a_report_names_the_delivery_and_the_recipient_as_they_were_given(self):
    press = self.newsroom(url=f"smtp://127.0.0.1:{self.postfix.port}")
    press.add_release()
    press.import_people("europe", "address,name\n" + "".join(f"{one},Reader\n" for one in READERS))
    press.ok("send", "fund", "--to", "europe", "--yes")
    self.assertEqual(press.states(), {"accepted": len(READERS)})
    reported = []
    for sender, recipient, message in self.postfix.kept(len(READERS)):
      self.assertEqual(sender, "")
      self.assertEqual(recipient, f"bounce+{field(message, 'Original-Envelope-Id')}@harbour.example")
      self.assertNotIn(b"Twelve coastal towns", message)
      reported.append(field(message, "Original-Recipient"))
    self.assertEqual(sorted(reported), [f"rfc822;{READERS[0]}", f"utf-8;{READERS[1]}"])


if __name__ == "__main__":
  unittest.main()
