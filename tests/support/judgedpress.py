"""A newsroom whose mail is judged: with DKIM keys and a link to unsubscribe by, over a Postfix that keeps it."""

import os
import shutil

import dkimjudges
import everything
from newsroom import Newsroom
from privatepostfix import Postfix

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
UNSUBSCRIBE_URL = "https://press.harbour.example/leave/"
DOMAINS = "paper.example, wire.example, xn--bcher-kva.example, harbour.example"
SAMPLE_READERS = {"en": "ben@paper.example", "fr": "ana@paper.example"}
TESTER = "desk@harbour.example"


class JudgedPress(Newsroom):
  def __init__(self, **settings):
    super().__init__(testers=(TESTER,), **settings)
    self.ok("key", "new")
    self.keys = dkimjudges.read_zone(self.ok("key", "show"))

  def configure(self, **settings):
    super().configure(**settings)
    with open(self.path_of("dateline.cfg"), encoding="utf-8") as file:
      text = file.read()
    self.write("dateline.cfg", text.replace("sender = {", f'sender = {{\n  unsubscribe_url = "{UNSUBSCRIBE_URL}";'))

  def zone(self, client_ip, client_name):
    """What the newsroom's name servers say: its keys, and who may send for it."""
    records = {name.lower(): {"TXT": [record]} for name, record in self.keys.items()}
    records["harbour.example"] = {
      "A": [client_ip], "MX": [client_name], "TXT": [f"v=spf1 ip4:{client_ip} -all"],
    }  # fmt: skip
    records[client_name] = {"A": [client_ip]}
    records["_dmarc.harbour.example"] = {"TXT": ["v=DMARC1; p=reject; adkim=s"]}
    records[".".join(reversed(client_ip.split("."))) + ".in-addr.arpa"] = {"PTR": [client_name]}
    return records

  def add_sample(self):
    """The release that `init` makes, under its own slug."""
    for name in ("harbour-fund.md", "harbour-fund.fr.md"):
      shutil.copy(os.path.join(ROOT, "templates/sample", name), self.path_of("releases", name))

  def add_everything(self):
    for language in everything.TITLES:
      self.write(f"releases/{everything.SLUG}{'' if language == 'en' else '.' + language}.md", everything.release(language))
    for name, (_, content) in (everything.ATTACHMENTS | everything.IMAGES).items():
      with open(self.path_of("releases", name), "wb") as file:
        file.write(content)

  def send_all(self):
    """The sample in two languages, a test copy, and everything: how many messages that makes."""
    self.add_sample()
    self.add_everything()
    rows = "".join(f"{address},Reader {language},{language}\n" for language, address in SAMPLE_READERS.items())
    self.import_people("sample", "address,name,language\n" + rows)
    self.import_people("world", everything.GREETED)
    self.ok("list", "set", "world", "title=العالم, 世界 & “World”")
    self.ok("send", "harbour-fund", "--to", "sample", "--yes")
    self.ok("send", "harbour-fund", "--to", "sample", "--test", "--yes")
    self.ok("send", everything.SLUG, "--to", "world", "--yes")
    # A test copy goes out in each language.
    return 2 * len(SAMPLE_READERS) + len(everything.READERS)


def keeping_postfix(**options):
  return Postfix(domains=DOMAINS, keeps=True, **options)
