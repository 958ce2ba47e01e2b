#!/usr/bin/python3
"""How fast others compose the message that bench_letter builds: letters a second.

`bench_letter.py [ROUNDS]`: Python's email and nodemailer's MailComposer get the sample
release's parts and header fields and compose them anew for each recipient, as they
must. All run in turn, in each round; the median of their CPU times counts.
"""

import email
import email.message
import email.policy
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import nodemailer

BUILD = os.path.abspath(os.environ.get("DATELINE_BUILD", "build/release"))
PROGRAM = os.path.join(BUILD, "tests/bench/bench_letter")
LETTERS = 2000
GREETING = "Dear Ana P\u00e9rez,"
FIELDS = (
  "From Reply-To Subject Date Message-ID List-Id List-Unsubscribe "
  "Feedback-ID Content-Language"
).split()

COMPOSER = """
const MailComposer = require("nodemailer/lib/mail-composer");
const given = JSON.parse(require("fs").readFileSync(0, "utf8"));
const build = mail => new Promise((done, fail) =>
  new MailComposer(mail).compile().build((error, bytes) => error ? fail(error) : done(bytes)));
const letter = i => {
  const greeting = "Dear Reader " + i + ",";
  return build({
    from: given.fields["From"], replyTo: given.fields["Reply-To"],
    to: {name: "Ana P\u00e9rez", address: "reader" + i + "@paper.example"},
    subject: given.fields["Subject"], date: given.fields["Date"],
    messageId: given.fields["Message-ID"],
    headers: given.others,
    text: given.text.replace(given.greeting, greeting),
    html: given.html.replace(given.greeting, greeting),
    textEncoding: "quoted-printable",
  });
};
(async () => {
  for (let i = 0; i < 200; i++) await letter(i);
  const start = process.cpuUsage();
  let size = 0;
  for (let i = 0; i < given.letters; i++) size = (await letter(i)).length;
  const used = process.cpuUsage(start);
  console.log(JSON.stringify({rate: given.letters / ((used.user + used.system) / 1e6), size}));
})();
"""


def ours(path):
  """Letters a second by kind, and the message they were."""
  done = subprocess.run([PROGRAM, path], stdout=subprocess.PIPE, check=True, text=True)
  rows = [line.split() for line in done.stdout.splitlines()[1:]]
  return {row[0]: float(row[1]) for row in rows}


def read(path):
  with open(path, "rb") as file:
    message = email.message_from_bytes(file.read(), policy=email.policy.default)
  return {
    "fields": {name: str(message[name]) for name in FIELDS},
    "text": message.get_body(("plain",)).get_content(),
    "html": message.get_body(("html",)).get_content(),
    "greeting": GREETING,
    "letters": LETTERS,
  }


def compose(given, i):
  greeting = f"Dear Reader {i},"
  message = email.message.EmailMessage(policy=email.policy.SMTP)
  for name, value in given["fields"].items():
    message[name] = value
  message["To"] = f"Ana P\u00e9rez <reader{i}@paper.example>"
  message.set_content(given["text"].replace(GREETING, greeting), cte="quoted-printable")
  message.add_alternative(
    given["html"].replace(GREETING, greeting), subtype="html", cte="quoted-printable"
  )
  return message.as_bytes(policy=email.policy.SMTP)


def python(given):
  compose(given, 0)
  count = LETTERS // 4
  start = time.process_time()
  for i in range(count):
    raw = compose(given, i)
  return count / (time.process_time() - start), len(raw)


def node(given):
  named = ("From", "Reply-To", "Subject", "Date", "Message-ID")
  given = given | {"others": {k: v for k, v in given["fields"].items() if k not in named}}
  done = subprocess.run(
    ["node", "-e", COMPOSER],
    input=json.dumps(given),
    cwd=nodemailer.FOLDER,
    stdout=subprocess.PIPE,
    check=True,
    text=True,
  )
  answer = json.loads(done.stdout)
  return answer["rate"], answer["size"]


def main():
  rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
  rates, sizes = {}, {}
  has_node = nodemailer.installed()
  with tempfile.TemporaryDirectory(prefix="dateline-bench-") as folder:
    path = os.path.join(folder, "letter.eml")
    for _ in range(rounds):
      for name, rate in ours(path).items():
        rates.setdefault(name, []).append(rate)
      given = read(path)
      sizes["unsigned"] = os.path.getsize(path)
      peers = {"Python email": python} | ({"MailComposer": node} if has_node else {})
      for name, peer in peers.items():
        rate, sizes[name] = peer(given)
        rates.setdefault(name, []).append(rate)
  medians = {name: statistics.median(values) for name, values in rates.items()}
  print(f"letters a second of CPU, median of {rounds}, and how many times that we build unsigned")
  for name, rate in medians.items():
    size = f"{sizes[name]:6} bytes" if name in sizes else " " * 12
    print(f"  {name:14} {rate:11,.0f}  {size}  {medians['unsigned'] / rate:8.1f} x")


if __name__ == "__main__":
  main()
