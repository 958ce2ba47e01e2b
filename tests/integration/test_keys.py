#!/usr/bin/python3
"""DKIM keys: what `key new` makes, what `key show` prints, which keys are refused and how."""

import base64
import os
import re
import shlex
import stat
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from newsroom import FAILED, USAGE, NewsroomCase  # noqa: E402

try:
  import dkim
except ImportError:
  dkim = None

DOMAIN = "harbour.example"
ZONE_LINE = re.compile(r'^(\S+)\. IN TXT \(((?:\s+"[^"]*")+)\s+\)$', re.MULTILINE)


def openssl(*arguments, text=None):
  done = subprocess.run(["openssl", *arguments], input=text, capture_output=True, check=True)
  return done.stdout


def zone_of(said):
  """The records in what was printed: name to text, as a name server would put the strings together."""
  return {name: "".join(re.findall(r'"([^"]*)"', strings)) for name, strings in ZONE_LINE.findall(said)}


def public_of(path):
  """By OpenSSL: what the p= of a key's record has to say."""
  der = openssl("pkey", "-in", path, "-pubout", "-outform", "DER")
  return base64.b64encode(der[-32:] if len(der) < 60 else der).decode("ascii")


def mode_of(path):
  return stat.S_IMODE(os.stat(path).st_mode)


class KeysCase(NewsroomCase):
  def setUp(self):
    super().setUp()
    self.room = self.newsroom()

  def path(self, selector, domain=DOMAIN):
    return self.room.path_of("keys", domain, selector + ".pem")

  def put(self, selector, pem, mode=0o600):
    """A key of somebody's own."""
    os.makedirs(os.path.dirname(self.path(selector)), mode=0o700, exist_ok=True)
    with open(self.path(selector), "wb") as file:
      os.fchmod(file.fileno(), mode)
      file.write(pem)

  def refused(self, selector, pem, mode=0o600):
    """How `key show` ends because of one."""
    self.put(selector, pem, mode)
    words = self.room.fails("key", "show")
    self.assertIn(self.path(selector), words)
    os.remove(self.path(selector))
    return words


class NewKeys(KeysCase):
  def test_one_of_each_algorithm_for_its_owner_alone(self):
    made = self.room.objects("key", "new", "press")
    self.assertEqual([(key["algorithm"], key["selector"], key["bits"]) for key in made],
      [("ed25519", "press-ed25519", 256), ("rsa", "press-rsa", 2048)])
    self.assertEqual(mode_of(os.path.dirname(made[0]["path"])), 0o700)
    for key in made:
      self.assertEqual(key["path"], os.path.realpath(self.path(key["selector"])))
      self.assertEqual(mode_of(key["path"]), 0o600)
      self.assertEqual(key["domain"], DOMAIN)
      self.assertEqual(key["name"], f"{key['selector']}._domainkey.{DOMAIN}")
      self.assertTrue(key["in_use"])
      self.assertRegex(key["created"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")

  def test_openssl_finds_the_same_public_keys(self):
    for key in self.room.objects("key", "new"):
      self.assertEqual(key["record"], f"v=DKIM1; k={key['algorithm']}; p={public_of(key['path'])}")
    openssl("rsa", "-in", self.path(key["selector"]), "-check", "-noout")

  def test_a_selector_is_left_as_it_is_with_one_algorithm(self):
    for algorithm in ("rsa", "ed25519"):
      made = self.room.objects("key", "new", "a.b-" + algorithm, "--algorithm", algorithm)
      self.assertEqual([key["selector"] for key in made], ["a.b-" + algorithm])

  def test_the_month_names_a_key_that_has_no_name(self):
    for key in self.room.objects("key", "new"):
      year, month = key["created"].split("-")[:2]
      self.assertEqual(key["selector"], f"d{year}{month}-{key['algorithm']}")

  def test_a_taken_selector_is_refused_and_its_key_left_alone(self):
    self.room.ok("key", "new", "press")
    with open(self.path("press-rsa"), "rb") as file:
      before = file.read()
    os.remove(self.path("press-ed25519"))
    words = self.room.fails("key", "new", "press")
    self.assertIn("press-rsa.pem", words)
    self.assertIn("key new SELECTOR", words)
    with open(self.path("press-rsa"), "rb") as file:
      self.assertEqual(file.read(), before)
    self.assertFalse(os.path.exists(self.path("press-ed25519")))

  def test_what_cannot_be_a_selector_is_wrong_usage(self):
    for selector in ("Press", "press_office", "a..b", "a-", "a.", "../x", "", "x" * 64, "ä"):
      self.assertIn("selector", self.room.fails("key", "new", selector, status=USAGE))
    self.assertIn("ed25519", self.room.fails("key", "new", "--algorithm", "dsa", status=USAGE))
    self.assertFalse(os.path.exists(self.room.path_of("keys", DOMAIN)))

  def test_another_domain_is_taken_as_it_is_typed(self):
    made = self.room.objects("key", "new", "s", "--algorithm", "ed25519", "--domain", "Bücher.Example")
    self.assertEqual(made[0]["domain"], "xn--bcher-kva.example")
    self.assertTrue(os.path.exists(self.path("s", "xn--bcher-kva.example")))
    for domain in ("harbour", "a b.example", "../x.example", ""):
      self.assertIn("no domain", self.room.fails("key", "new", "--domain", domain))

  def test_the_newest_of_an_algorithm_is_in_use(self):
    self.room.ok("key", "new", "z", "--algorithm", "ed25519")
    self.put("zz", openssl("genpkey", "-algorithm", "ed25519"))
    self.room.ok("key", "new", "a", "--algorithm", "ed25519")
    shown = self.room.objects("key", "show")
    self.assertEqual({key["selector"]: key["in_use"] for key in shown}, {"a": True, "z": False, "zz": False})
    self.assertIsNone(shown[-1]["created"])

  def test_what_it_says_fits_80_columns_and_says_what_is_next(self):
    said = self.room.ok("key", "new", "press")
    self.assertLessEqual(max(len(line) for line in said.splitlines()), 80)
    self.assertIn("Next: publish these records", said)
    self.assertIn(f"dig +short TXT press-rsa._domainkey.{DOMAIN}", said)
    self.assertEqual(zone_of(said), zone_of(self.room.ok("key", "show")))


class ShownKeys(KeysCase):
  def test_zone_lines_and_nothing_else(self):
    made = self.room.objects("key", "new", "press")
    said = self.room.ok("key", "show")
    said = re.sub(r"^; (not )?in use$", "", said, flags=re.MULTILINE)
    self.assertEqual(ZONE_LINE.sub("", said).strip(), "")
    self.assertEqual(zone_of(said), {key["name"]: key["record"] for key in made})
    self.assertLessEqual(max(len(line) for line in said.splitlines()), 80)
    for string in re.findall(r'"([^"]*)"', said):
      self.assertLessEqual(len(string), 255)

  @unittest.skipUnless(dkim, "SKIPPED, there is no python3-dkim")
  def test_another_program_reads_the_records(self):
    self.room.ok("key", "new", "press")
    kinds = set()
    for record in zone_of(self.room.ok("key", "show")).values():
      _, size, kind, *_ = dkim.evaluate_pk("name", record.encode("ascii"))
      kinds.add((kind, size))
    self.assertEqual(kinds, {(b"rsa", 2048), (b"ed25519", 256)})

  def test_a_comment_says_which_are_in_use(self):
    for selector in ("first", "second"):
      self.room.ok("key", "new", selector, "--algorithm", "ed25519")
    self.put("copied", openssl("genpkey", "-algorithm", "ed25519"))
    lines = self.room.ok("key", "show").splitlines()
    self.assertEqual(
      [(lines[i - 1], line.split(".")[0]) for i, line in enumerate(lines) if "_domainkey" in line],
      [("; not in use", "copied"), ("; not in use", "first"), ("; in use", "second")],
    )
    self.assertLessEqual(max(map(len, lines)), 80)

  def test_no_keys_say_how_to_make_some(self):
    self.assertIn("dateline key new", self.room.fails("key", "show"))
    self.room.ok("key", "new", "--algorithm", "ed25519")
    self.assertIn("other.example", self.room.fails("key", "show", "--domain", "other.example"))

  def test_one_domain_or_all(self):
    for domain in ("b.example", "a.example"):
      self.room.ok("key", "new", "s", "--algorithm", "ed25519", "--domain", domain)
    names = [f"s._domainkey.{domain}" for domain in ("a.example", "b.example")]
    self.assertEqual(list(zone_of(self.room.ok("key", "show"))), names)
    self.assertEqual(list(zone_of(self.room.ok("key", "show", "--domain", "B.example"))), names[1:])

  def test_a_key_of_another_program_is_shown(self):
    for selector, arguments in (("pkcs1", ("genrsa", "-traditional", "2048")), ("pkcs8", ("genrsa", "1024"))):
      self.put(selector, openssl(*arguments))
      record = zone_of(self.room.ok("key", "show"))[f"{selector}._domainkey.{DOMAIN}"]
      self.assertEqual(record, f"v=DKIM1; k=rsa; p={public_of(self.path(selector))}")


class RefusedKeys(KeysCase):
  def test_one_that_others_may_read_until_what_it_says_is_typed(self):
    self.put("open", openssl("genpkey", "-algorithm", "ed25519"), mode=0o640)
    words = self.room.fails("key", "show")
    command = words[words.index("chmod "):].strip()
    subprocess.run(shlex.split(command), check=True)
    self.assertEqual(mode_of(self.path("open")), 0o600)
    self.room.ok("key", "show")

  def test_an_rsa_key_of_512_bits(self):
    self.assertIn("512 bits", self.refused("short", openssl("genrsa", "512")))

  def test_a_public_key(self):
    public = openssl("pkey", "-pubout", text=openssl("genpkey", "-algorithm", "ed25519"))
    self.assertIn("public key", self.refused("public", public))

  def test_an_encrypted_key(self):
    key = openssl("genpkey", "-algorithm", "ed25519")
    self.assertIn("encrypted", self.refused("locked", openssl("pkey", "-aes128", "-passout", "pass:x", text=key)))
    key = openssl("genrsa", "-traditional", "-aes128", "-passout", "pass:x", "1024")
    self.assertIn("encrypted", self.refused("locked", key))

  def test_an_elliptic_curve_key(self):
    key = openssl("ecparam", "-name", "prime256v1", "-genkey")
    self.assertIn("elliptic-curve", self.refused("curve", key))
    self.assertIn("kind EC", self.refused("curve", openssl("pkcs8", "-topk8", "-nocrypt", text=key)))

  def test_garbage(self):
    for garbage in (b"", b"hello", bytes(range(256)), b"x" * 20000):
      self.refused("garbage", garbage)
    key = openssl("genpkey", "-algorithm", "ed25519")
    self.assertIn("damaged", self.refused("cut", key.replace(b"MC4CAQ", b"")))

  def test_a_name_that_is_no_selector(self):
    self.assertIn('"Press"', self.refused("Press", openssl("genpkey", "-algorithm", "ed25519")))

  def test_a_new_key_is_not_made_beside_one_that_cannot_be_read(self):
    self.put("broken", b"hello")
    self.assertIn("broken.pem", self.room.fails("key", "new", status=FAILED))
    self.assertEqual(os.listdir(self.room.path_of("keys", DOMAIN)), ["broken.pem"])


class Secret(KeysCase):
  def test_every_newsroom_has_one_of_its_own(self):
    secrets = set()
    for room in (self.room, self.newsroom()):
      path = room.path_of("keys", "secret")
      self.assertEqual(mode_of(path), 0o600)
      with open(path, encoding="ascii") as file:
        lines = [line for line in file.read().splitlines() if not line.startswith("#")]
      self.assertEqual(len(lines), 1)
      self.assertRegex(lines[0], r"^1 [0-9a-f]{64}$")
      secrets.add(lines[0])
    self.assertEqual(len(secrets), 2)


if __name__ == "__main__":
  unittest.main()
