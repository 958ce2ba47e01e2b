"""A Postfix of our own: its configuration, queue and log in a temporary folder, on a free loopback port."""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time

POSTFIX = "/usr/sbin/postfix"
WAIT_S = 30
KEEPER = 65534  # nobody: whom the Maildir belongs to
TRACE = re.compile(rb"(?:(?:Return-Path|X-Original-To|Delivered-To|Received): .*\r\n(?:[ \t].*\r\n)*)+")

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log/maillog
maillog_file_prefixes = {folder}
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = localhost
myorigin = localhost
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
relay_domains = {domains}
relay_transport = {transport}:
virtual_mailbox_base = {folder}
virtual_mailbox_maps = static:mail/
virtual_uid_maps = static:{keeper}
virtual_gid_maps = static:{keeper}
default_transport = error:nothing leaves this test
alias_maps =
alias_database =
smtputf8_enable = {smtputf8}
smtpd_recipient_restrictions = check_recipient_access inline:{{ {rules} }}, permit_mynetworks, reject
smtpd_peername_lookup = no
{extra}
"""

MASTER = """
postlog   unix-dgram n - n - 1 postlogd
127.0.0.1:{port} inet n - n - 50 smtpd
{wrapped}
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
proxymap  unix  - - n - - proxymap
anvil     unix  - - n - 1 anvil
error     unix  - - n - - error
discard   unix  - - n - - discard
virtual   unix  - n n - - virtual
"""


def why_not():
  """Why there can't be one here; None if there can."""
  if not os.path.exists(POSTFIX):
    return "Postfix is not installed"
  if os.geteuid() != 0:
    return "Postfix starts as root only"
  return None


def free_port():
  with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    return probe.getsockname()[1]


class Postfix:
  """Takes mail for paper.example and wire.example, and throws it away, or keeps all of it in one Maildir."""

  def __init__(self, cert="", key="", rules="{ unknown@paper.example = 550 5.1.1 no such user }", extra="",
      domains="paper.example, wire.example", keeps=False, smtputf8=True):
    self.folder = tempfile.mkdtemp(prefix="dateline-postfix-")
    self.port = free_port()
    self.tls_port = free_port()
    os.chmod(self.folder, 0o755)
    for name in ("etc", "queue", "data", "log", "mail"):
      os.mkdir(os.path.join(self.folder, name))
    shutil.chown(os.path.join(self.folder, "mail"), KEEPER)
    shutil.chown(os.path.join(self.folder, "data"), "postfix")
    wrapped = ""
    if cert:
      extra += f"smtpd_tls_security_level = may\nsmtpd_tls_cert_file = {cert}\nsmtpd_tls_key_file = {key}\n"
      wrapped = f"127.0.0.1:{self.tls_port} inet n - n - 50 smtpd -o smtpd_tls_wrappermode=yes"
    self.write("main.cf", MAIN.format(folder=self.folder, rules=rules, extra=extra, domains=domains,
      transport="virtual" if keeps else "discard", keeper=KEEPER, smtputf8="yes" if smtputf8 else "no"))
    self.write("master.cf", MASTER.format(port=self.port, wrapped=wrapped))

  def write(self, name, text):
    with open(os.path.join(self.folder, "etc", name), "w", encoding="ascii") as file:
      file.write(text.lstrip())

  def command(self, word):
    return subprocess.run([POSTFIX, "-c", os.path.join(self.folder, "etc"), word],
      stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=WAIT_S, check=False)

  def __enter__(self):
    result = self.command("start")
    if result.returncode:
      self.__exit__()
      raise AssertionError(f"Postfix does not start: {result.stderr}{result.stdout}\n{self.log()}")
    end = time.monotonic() + WAIT_S
    while not self.is_listening():
      if time.monotonic() > end:
        self.__exit__()
        raise AssertionError(f"Postfix does not listen: {self.log()}")
      time.sleep(0.02)
    return self

  def __exit__(self, *_):
    self.command("stop")
    shutil.rmtree(self.folder, ignore_errors=True)

  def is_listening(self):
    with socket.socket() as probe:
      return probe.connect_ex(("127.0.0.1", self.port)) == 0

  def log(self):
    try:
      with open(os.path.join(self.folder, "log/maillog"), encoding="utf-8", errors="replace") as file:
        return file.read()
    except FileNotFoundError:
      return ""

  def delivered_to(self, name, count):
    """Addresses that begin so, waiting for that many: what other tests sent may arrive at any time."""
    end = time.monotonic() + WAIT_S
    while len(found := [address for address in self.delivered(0) if address.startswith(name)]) < count:
      if time.monotonic() > end:
        break
      time.sleep(0.02)
    return sorted(found)

  def delivered(self, count):
    """Addresses it delivered, waiting for that many lines."""
    end = time.monotonic() + WAIT_S
    while len(found := re.findall(r"to=<([^>]*)>.*status=sent", self.log())) < count:
      if time.monotonic() > end:
        break
      time.sleep(0.02)
    return found

  def kept(self, count):
    """What is in the Maildir, waiting for that many: (envelope sender, recipient, message) with the message as
    it was sent, without the trace."""
    folder = os.path.join(self.folder, "mail/new")
    end = time.monotonic() + WAIT_S
    while not os.path.isdir(folder) or len(os.listdir(folder)) < count:
      if time.monotonic() > end:
        raise AssertionError(f"{count} messages did not arrive: {self.log()}")
      time.sleep(0.02)
    return [read_kept(os.path.join(folder, name)) for name in sorted(os.listdir(folder))]


def read_kept(path):
  with open(path, "rb") as file:
    kept = file.read().replace(b"\n", b"\r\n")
  trace = TRACE.match(kept).group()
  sender = re.search(rb"^Return-Path: <(.*)>\r$", trace, re.MULTILINE).group(1)
  recipient = re.search(rb"^Delivered-To: (.*)\r$", trace, re.MULTILINE).group(1)
  return sender.decode("utf-8"), recipient.decode("utf-8"), kept[len(trace) :]
