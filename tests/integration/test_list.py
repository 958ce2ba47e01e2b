#!/usr/bin/python3
"""Lists, kept as a press officer keeps them: by typing commands."""

import csv
import io
import json
import os
import pty
import signal
import subprocess
import tempfile
import time
import unittest

PROGRAM = os.path.abspath(os.environ.get("DATELINE", "build/release/dateline"))

EUROPE = """E-Mail;Name;Publication;Language;Beat
ana@paper.example;Ana Prado;Paper;fr;health
ben@radio.example;Ben Okoro;Radio;en;sport
desk@wire.example;;Wire;;
jörg@bücher.example;Jörg Müller;Bücher;de;culture
"""


class Newsroom(unittest.TestCase):
  def setUp(self):
    folder = tempfile.TemporaryDirectory(prefix="dateline-list-")
    self.addCleanup(folder.cleanup)
    self.folder = os.path.join(folder.name, "newsroom")
    subprocess.run([PROGRAM, "init", self.folder], stdout=subprocess.DEVNULL, check=True)

  def path(self, name):
    return os.path.join(self.folder, name)

  def write(self, name, text, encoding="utf-8"):
    with open(self.path(name), "w", encoding=encoding, newline="") as file:
      file.write(text)

  def read(self, name):
    with open(self.path(name), encoding="utf-8", newline="") as file:
      return file.read()

  def call(self, *arguments):
    return subprocess.run(
      [PROGRAM, *arguments],
      cwd=self.folder,
      stdin=subprocess.DEVNULL,
      stdout=subprocess.PIPE,
      stderr=subprocess.PIPE,
      text=True,
      check=False,
    )

  def run_ok(self, *arguments, status=0):
    done = self.call(*arguments)
    self.assertEqual(done.returncode, status, done.stderr)
    return done.stdout

  def run_fails(self, *arguments, status=1):
    done = self.call(*arguments)
    self.assertEqual(done.returncode, status, done.stdout + done.stderr)
    self.assertRegex(done.stderr, r"^dateline: [^\n]+\n$")
    return done.stderr

  def objects(self, *arguments, status=0):
    return [json.loads(line) for line in self.run_ok(*arguments, "--json", status=status).splitlines()]

  def members(self, name, *options):
    return {one["address"]: one for one in self.objects("list", "show", name, *options)}

  def import_text(self, name, text, *options, status=0):
    self.write("import.csv", text)
    return self.objects("list", "import", name, "import.csv", *options, status=status)[0]


class Importing(Newsroom):
  def test_a_file_makes_a_list_that_is_not_there(self):
    self.assertTrue(self.import_text("brussels", EUROPE)["new_list"])
    self.assertFalse(self.import_text("brussels", EUROPE)["new_list"])

  def test_every_row_is_accounted_for(self):
    text = EUROPE + "nobody;No Body;;;\nANA@paper.example;Twice;;;\n"
    done = self.import_text("europe", text, status=3)
    self.assertEqual(done["rows"], 6)
    self.assertEqual((done["new"], done["duplicates"], done["rejected"]), (4, 1, 1))
    ana = self.members("europe")["ana@paper.example"]
    self.assertEqual((ana["name"], ana["outlet"], ana["language"]), ("Ana Prado", "Paper", "fr"))
    self.assertEqual(ana["attributes"], {"beat": "health"})

  def test_rejected_rows_are_in_a_file_with_line_column_and_reason(self):
    self.import_text("europe", EUROPE + "nobody;No Body;;;\n", status=3)
    rows = list(csv.DictReader(io.StringIO(self.read("import.csv.rejects.csv"))))
    self.assertEqual(len(rows), 1)
    self.assertEqual((rows[0]["line"], rows[0]["column"]), ("6", "1"))
    self.assertIn("nobody", rows[0]["reason"])
    self.assertEqual(rows[0]["row"], "nobody;No Body;;;")

  def test_a_dry_run_changes_nothing(self):
    before = self.objects("list", "show")
    for name in ("europe", "brussels"):
      done = self.import_text(name, EUROPE, "--dry-run")
      self.assertEqual((done["new"], done["dry_run"]), (4, True))
    self.assertEqual(self.objects("list", "show"), before)

  def test_an_empty_cell_erases_nothing_and_a_changed_name_updates(self):
    self.import_text("europe", EUROPE)
    done = self.import_text("europe", "email,name,outlet\nana@paper.example,Ana Prado-Diaz,\n")
    self.assertEqual((done["updated"], done["new"]), (1, 0))
    ana = self.members("europe")["ana@paper.example"]
    self.assertEqual((ana["name"], ana["outlet"]), ("Ana Prado-Diaz", "Paper"))

  def test_spreadsheets_encodings_are_read(self):
    self.write("import.csv", EUROPE.replace("jörg@bücher", "joerg@buecher"), encoding="utf-16")
    self.objects("list", "import", "europe", "import.csv")
    self.write("import.csv", EUROPE.replace("jörg@bücher", "joerg@buecher"), encoding="cp1252")
    done = self.objects("list", "import", "europe", "import.csv")[0]
    self.assertEqual((done["encoding"], done["unchanged"]), ("Windows-1252", 4))

  def test_ana_on_two_lists_keeps_an_outlet_on_each(self):
    self.import_text("europe", EUROPE)
    self.import_text("africa", "email,name,outlet\nana@paper.example,Ana P.,Savanna Times\n")
    europe = self.members("europe")["ana@paper.example"]
    africa = self.members("africa")["ana@paper.example"]
    self.assertEqual((europe["name"], europe["outlet"]), ("Ana P.", "Paper"))
    self.assertEqual((africa["name"], africa["outlet"]), ("Ana P.", "Savanna Times"))

  def test_exporting_and_importing_again_changes_nothing(self):
    self.import_text("europe", EUROPE)
    self.run_ok("list", "export", "europe", "-o", "out.csv")
    done = self.objects("list", "import", "europe", "out.csv")[0]
    self.assertEqual((done["unchanged"], done["new"] + done["updated"]), (4, 0))
    self.objects("list", "import", "copy", "out.csv")
    self.assertEqual(self.run_ok("list", "export", "copy"), self.read("out.csv"))

  def test_a_file_that_is_no_list_is_an_error_that_names_it(self):
    before = self.objects("list", "show")
    self.write("import.csv", "name,outlet\nAna,Paper\n")
    self.assertIn("import.csv:1", self.run_fails("list", "import", "brussels", "import.csv"))
    self.assertIn("none.csv", self.run_fails("list", "import", "brussels", "none.csv"))
    self.assertEqual(self.objects("list", "show"), before)

  def test_line_breaks_and_controls_in_values_are_rejected(self):
    text = 'email,name\na@paper.example,"Ana\r\nBcc: x@evil.example"\nb@paper.example,"\x1b[2J"\nc@paper.example,C\n'
    done = self.import_text("europe", text, status=3)
    self.assertEqual((done["rejected"], done["new"]), (2, 1))

  def test_a_new_list_with_a_name_like_anothers_is_questioned(self):
    self.import_text("europe", EUROPE)
    done = self.call("list", "import", "eurpoe", "import.csv")
    self.assertEqual(done.returncode, 0)
    self.assertIn('did you mean "europe"?', done.stderr)

  def test_standard_input_is_refused_in_clear_words(self):
    done = self.call("list", "import", "europe", "-")
    self.assertEqual(done.returncode, 2)
    self.assertIn("can't be read from standard input", done.stderr)

  def test_a_killed_import_changes_nothing(self):
    self.import_text("europe", EUROPE)
    before = self.run_ok("list", "export", "europe")
    rows = "".join(f"p{i}@many.example,Person {i}\n" for i in range(200_000))
    self.write("many.csv", "email,name\nana@paper.example,Changed\n" + rows)
    wal = self.path("state/dateline.db-wal")
    process = subprocess.Popen(
      [PROGRAM, "list", "import", "europe", "many.csv"],
      cwd=self.folder,
      stdout=subprocess.DEVNULL,
      stderr=subprocess.DEVNULL,
    )
    # The merge has begun once it writes; before that there is nothing to lose.
    while process.poll() is None and not (os.path.exists(wal) and os.path.getsize(wal) > 1_000_000):
      time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    if process.wait() != -signal.SIGKILL:
      self.skipTest("the import was done before it could be killed")
    self.assertEqual(self.run_ok("list", "export", "europe"), before)


class Replacing(Newsroom):
  def setUp(self):
    super().setUp()
    self.import_text("europe", EUROPE)
    self.write("small.csv", "email,name\nben@radio.example,Ben Okoro\nnew@tv.example,Noor\n")

  def ask(self, answer):
    """Replace on a terminal, with an answer typed there."""
    child, terminal = pty.fork()
    if child == 0:
      os.chdir(self.folder)
      os.execv(PROGRAM, [PROGRAM, "list", "import", "europe", "small.csv", "--replace"])
    os.write(terminal, answer.encode() + b"\n")
    shown = b""
    while True:
      try:
        piece = os.read(terminal, 65536)
      except OSError:
        break
      if not piece:
        break
      shown += piece
    os.close(terminal)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), shown.decode()

  def test_it_shows_whom_it_would_remove_and_asks(self):
    status, shown = self.ask("3")
    self.assertEqual(status, 0, shown)
    self.assertIn("ana@paper.example", shown)
    self.assertEqual(set(self.members("europe")), {"ben@radio.example", "new@tv.example"})

  def test_another_answer_changes_nothing(self):
    before = self.members("europe")
    status, shown = self.ask("yes")
    self.assertEqual(status, 1, shown)
    self.assertEqual(self.members("europe"), before)

  def test_without_a_terminal_it_needs_yes(self):
    before = self.members("europe")
    done = self.call("list", "import", "europe", "small.csv", "--replace")
    self.assertEqual(done.returncode, 1)
    self.assertIn("--yes", done.stderr)
    self.assertEqual(self.members("europe"), before)
    done = self.objects("list", "import", "europe", "small.csv", "--replace", "--yes")[0]
    self.assertEqual((done["removed"], done["new"], done["unchanged"]), (3, 1, 1))

  def test_somebody_whose_row_was_rejected_is_kept(self):
    text = "email,language\nana@paper.example,klingon\nben@radio.example,en\n"
    done = self.import_text("europe", text, "--replace", "--yes", status=3)
    self.assertEqual((done["removed"], done["kept_rejected"], done["rejected"]), (2, 1, 1))
    self.assertEqual(set(self.members("europe")), {"ana@paper.example", "ben@radio.example"})
    shown = self.run_ok("list", "import", "europe", "import.csv", "--replace", "--yes", status=3)
    self.assertIn("1 kept: their row was rejected", shown)

  def test_a_file_without_a_good_row_is_refused(self):
    before = self.members("europe")
    for text in ("email,language\n", "email,language\nana@paper.example,klingon\n"):
      for options in (("--yes",), ("--dry-run",)):
        self.write("import.csv", text)
        done = self.call("list", "import", "europe", "import.csv", "--replace", *options)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn('dateline: "import.csv" has no good row', done.stderr)
        self.assertEqual(self.members("europe"), before)

  def test_undone_everybody_is_back(self):
    before = self.run_ok("list", "export", "europe")
    self.run_ok("list", "import", "europe", "small.csv", "--replace", "--yes")
    self.run_ok("list", "undo", "europe")
    self.assertEqual(self.run_ok("list", "export", "europe"), before)


class People(Newsroom):
  def setUp(self):
    super().setUp()
    self.import_text("europe", EUROPE)
    self.import_text("mena", "email,name\nsalma@sahafa.example,سلمى\n")

  def test_somebody_is_added_moved_and_removed(self):
    self.run_ok("list", "add", "europe", "li@wire.example", "name=Li", "Publication=Wire", "Beat=war")
    li = self.members("europe")["li@wire.example"]
    self.assertEqual((li["outlet"], li["attributes"]), ("Wire", {"beat": "war"}))
    self.run_ok("list", "move", "li@wire.example", "europe", "mena")
    self.assertNotIn("li@wire.example", self.members("europe"))
    self.assertEqual(self.members("mena")["li@wire.example"]["outlet"], "Wire")
    self.run_ok("list", "remove", "mena", "li@wire.example")
    self.assertEqual(self.members("mena", "--all")["li@wire.example"]["state"], "removed")

  def test_a_removed_person_stays_removed_unless_told_otherwise(self):
    self.run_ok("list", "remove", "europe", "ana@paper.example")
    self.assertEqual(self.import_text("europe", EUROPE)["kept_removed"], 1)
    self.assertNotIn("ana@paper.example", self.members("europe"))
    self.assertEqual(self.import_text("europe", EUROPE, "--revive")["revived"], 1)
    self.assertIn("ana@paper.example", self.members("europe"))

  def test_every_change_is_undone_back_to_the_first(self):
    states = [self.run_ok("list", "export", "europe")]
    for change in (
      ("add", "europe", "li@wire.example", "name=Li"),
      ("remove", "europe", "ben@radio.example"),
      ("move", "ana@paper.example", "europe", "mena"),
      ("add", "europe", "desk@wire.example", "role=desk"),
      ("set", "europe", "title=Europa"),
    ):
      self.run_ok("list", *change)
      states.append(self.run_ok("list", "export", "europe"))
    for state in reversed(states[:-1]):
      self.run_ok("list", "undo", "europe")
      self.assertEqual(self.run_ok("list", "export", "europe"), state)
    titles = {one["list"]: one["title"] for one in self.objects("list", "show")}
    self.assertEqual(titles["europe"], "Europe media list")

  def test_the_history_says_what_was_done_and_what_undone(self):
    self.run_ok("list", "remove", "europe", "ben@radio.example")
    self.run_ok("list", "undo", "europe")
    changes = [(one["change"], one["undone"]) for one in self.objects("list", "history", "europe")]
    self.assertEqual(
      changes, [("undo", False), ("remove", True), ("import", False), ("new", False)]
    )

  def test_nothing_left_to_undo_is_an_error(self):
    self.run_ok("list", "undo", "mena")
    self.assertIn("mena", self.run_fails("list", "undo", "mena"))

  def test_a_segment_narrows_what_is_shown_and_exported(self):
    self.assertEqual(
      set(self.members("europe", "--where", "language in (fr, de) and not beat = culture")),
      {"ana@paper.example"},
    )
    rows = list(csv.DictReader(io.StringIO(self.run_ok("list", "export", "europe", "--where", "beat = sport"))))
    self.assertEqual([row["address"] for row in rows], ["ben@radio.example"])
    done = self.call("list", "show", "europe", "--where", "langauge = fr")
    self.assertIn('did you mean "language"?', done.stderr)

  def test_a_segment_that_can_not_be_read_shows_nothing(self):
    for options in ((), ("--json",)):
      done = self.call("list", "show", "europe", "--where", "language =", *options)
      self.assertEqual((done.returncode, done.stdout), (1, ""))
      self.assertEqual(done.stderr.count("a value is missing"), 1)

  def test_mistyped_names_suggest_the_near_one(self):
    self.assertIn('did you mean "europe"?', self.run_fails("list", "show", "eurpoe"))
    self.assertIn('did you mean "title"?', self.run_fails("list", "set", "europe", "titel=X"))
    self.assertIn('did you mean "mena"?', self.run_fails("list", "move", "ana@paper.example", "europe", "mean"))
    self.run_fails("list", "add", "europe", "li@wire.example", "name", status=2)
    self.assertIn('did you mean "name"?', self.run_fails("list", "add", "europe", "li@wire.example", "nmae=Li"))
    self.assertNotIn("li@wire.example", self.members("europe"))

  def test_tables_fit_eighty_columns(self):
    self.run_ok("list", "add", "europe", "somebody.with.a.long.name@regional-broadcaster.example",
      "name=Wilhelmina Featherstonehaugh-Cholmondeley", "outlet=The Harbour Chronicle and Gazette",
      "role=senior correspondent")
    for arguments in (("show",), ("show", "europe"), ("history", "europe")):
      for line in self.run_ok("list", *arguments).splitlines():
        self.assertLessEqual(len(line), 80, line)

  def test_control_characters_do_not_get_in_by_hand(self):
    for value in ("name=a\nb", "beat=\x1b[2J", "name=\u202eevil"):
      self.run_fails("list", "add", "europe", "li@wire.example", value)
    self.run_fails("list", "add", "europe", "li@wire.example\nBcc: x@evil.example")
    self.assertNotIn("li@wire.example", self.members("europe", "--all"))


class Suppressing(Newsroom):
  def setUp(self):
    super().setUp()
    self.import_text("europe", EUROPE)

  def test_a_suppressed_person_stays_so_through_imports_and_undo(self):
    self.run_ok("list", "remove", "europe", "ana@paper.example")
    self.run_ok("suppress", "add", "Ana@Paper.example", "--reason", "asked by phone")
    self.assertEqual(self.import_text("europe", EUROPE, "--revive")["kept_suppressed"], 1)
    done = self.objects("list", "undo", "europe")[0]
    done = self.objects("list", "undo", "europe")[0]
    self.assertEqual((done["change"], done["kept_suppressed"], done["restored"]), ("remove", 1, 0))
    self.assertEqual(self.members("europe", "--all")["ana@paper.example"]["state"], "removed")
    self.assertIn("suppressed", self.run_fails("list", "add", "europe", "ana@paper.example"))

  def test_it_says_why_and_who_and_on_which_lists(self):
    self.run_ok("suppress", "add", "ana@paper.example", "--reason", "complaint")
    why = self.objects("suppress", "why", "ana@paper.example")[0]
    self.assertTrue(why["suppressed"])
    self.assertEqual(why["reason"], "complaint")
    self.assertTrue(why["who"] and why["when"])
    self.assertEqual(why["lists"], [{"list": "europe", "state": "active"}])
    self.assertTrue(self.members("europe")["ana@paper.example"]["suppressed"])
    self.run_fails("suppress", "add", "ana@paper.example")

  def test_a_suppression_is_shown_and_taken_back(self):
    self.run_ok("suppress", "add", "ana@paper.example")
    self.assertEqual([one["address"] for one in self.objects("suppress", "show")], ["ana@paper.example"])
    self.run_ok("suppress", "remove", "ANA@paper.example")
    self.assertEqual(self.objects("suppress", "show"), [])
    self.run_fails("suppress", "remove", "ana@paper.example")


if __name__ == "__main__":
  unittest.main()
