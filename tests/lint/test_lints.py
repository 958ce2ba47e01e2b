#!/usr/bin/python3
"""Each lint catches what it is there for: shown a tree with one fault, it fails and names it."""

import contextlib
import importlib
import io
import os
import sys
import tempfile
import unittest
import unittest.mock

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

GOOD = {
  "include/base/thing.h": "#ifndef BASE_THING_H\n#define BASE_THING_H\n\nint thing(void);\n\n#endif\n",
  "src/base/thing.c": '/*\n * A thing.\n */\n#include "base/thing.h"\n\nint thing(void)\n{\n\treturn 1;\n}\n',
}


def lint(script, changes):
  """Run a lint over the good tree with these files put in (None: taken out)."""
  with tempfile.TemporaryDirectory(prefix="dateline-lint-") as root:
    for path, text in {**GOOD, **changes}.items():
      if text is not None:
        os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
        with open(os.path.join(root, path), "w", encoding="utf-8") as file:
          file.write(text)
    module = importlib.import_module(script.removesuffix(".py"))
    complaints = io.StringIO()
    with unittest.mock.patch("sys.argv", [script, "--root", root]):
      with contextlib.redirect_stderr(complaints):
        try:
          module.main()
          status = None
        except SystemExit as end:
          status = end.code
    return status, complaints.getvalue()


def body(*lines):
  return "/*\n * A thing.\n */\n" + "\n".join(lines) + "\n"


def function(*lines):
  return body("int thing(void)", "{", *("\t" + line for line in lines), "\treturn 1;", "}")


class Lints(unittest.TestCase):
  def assert_caught(self, script, changes, words):
    status, complaints = lint(script, changes)
    self.assertEqual(status, 1, f"{script} let it pass: {changes}")
    self.assertIn(words, complaints)

  def assert_passes(self, script, changes):
    status, complaints = lint(script, changes)
    self.assertEqual((status, complaints), (0, ""))

  def test_every_lint_passes_a_good_tree(self):
    for script in sorted(os.listdir(HERE)):
      if script.startswith("lint_"):
        with self.subTest(script):
          self.assert_passes(script, {})

  def test_a_layer_that_looks_up_or_aside_is_caught(self):
    for path, header, words in (
      ("src/base/thing.c", "store/store.h", 'src/base/thing.c:4: base may not include "store/store.h"'),
      ("include/mail/thing.h", "record/member.h", "mail may not include"),
      ("src/compose/thing.c", "deliver/engine.h", "compose may not include"),
      ("src/deliver/thing.c", "store/store.h", "deliver may not include"),
      ("src/store/thing.c", "list/segment.h", "store may not include"),
      ("src/cli/thing.c", "store/store.h", "cli may not include"),
      ("src/base/thing.c", "elsewhere.h", "is in no layer"),
    ):
      with self.subTest(path=path, header=header):
        self.assert_caught("lint_layers.py", {path: body(f'#include "{header}"')}, words)

  def test_a_layer_that_nobody_planned_is_caught(self):
    self.assert_caught("lint_layers.py", {"src/util/x.c": body("int x;")}, 'no layer "util"')

  def test_a_library_outside_its_home_is_caught(self):
    for path, header in (
      ("src/store/thing.c", "glib.h"),
      ("src/app/thing.c", "sqlite3.h"),
      ("src/deliver/pace.c", "curl/curl.h"),
      ("src/compose/letter.c", "libetpan/mailmime.h"),
      ("src/compose/markdown.c", "libxml/HTMLparser.h"),
      ("src/list/listfile.c", "unistr.h"),
      ("src/store/store.c", "openssl/evp.h"),
    ):
      with self.subTest(path=path, header=header):
        words = f"<{header}> belongs to"
        self.assert_caught("lint_layers.py", {path: body(f"#include <{header}>")}, words)

  def test_a_library_at_home_passes(self):
    for path, header in (
      ("src/base/zone.c", "glib.h"),
      ("src/deliver/link.c", "curl/curl.h"),
      ("src/store/sqlite.c", "sqlite3.h"),
    ):
      with self.subTest(path=path, header=header):
        self.assert_passes("lint_layers.py", {path: body(f"#include <{header}>")})

  def test_input_and_output_in_a_layer_of_bytes_is_caught(self):
    changes = {"src/mail/thing.c": body("#include <unistd.h>")}
    self.assert_caught("lint_layers.py", changes, "mail has no business with <unistd.h>")

  def test_an_include_in_a_comment_is_none(self):
    changes = {"src/base/thing.c": body("/*", '#include "store/store.h"', "*/")}
    self.assert_passes("lint_layers.py", changes)

  def test_a_banned_call_is_caught_everywhere(self):
    for call in ("strcpy", "strcat", "sprintf", "gets", "strtok", "atoi", "alloca"):
      for path in ("src/base/thing.c", "src/cli/thing.c", "tests/unit/base/test_thing.c"):
        with self.subTest(call=call, path=path):
          changes = {path: function(f"{call}(x);")}
          self.assert_caught("lint_calls.py", changes, f"{path}:6: {call} is banned")

  def test_printing_and_exiting_outside_cli_is_caught_and_in_cli_passes(self):
    for call in ("printf", "fprintf", "puts", "exit", "abort"):
      with self.subTest(call=call):
        changes = {"src/base/thing.c": function(f"{call}(x);")}
        self.assert_caught("lint_calls.py", changes, f"{call} is for src/cli only")
        self.assert_passes("lint_calls.py", {"src/cli/thing.c": function(f"{call}(x);")})

  def test_names_that_only_contain_a_banned_one_pass(self):
    changes = {
      "src/base/thing.c": function(
        "my_strcpy(x);", "x->exit(y);", "x.printf(y);", 's = "strcpy(x)";', "/* gets(x) */", "snprintf(x);"
      )
    }
    self.assert_passes("lint_calls.py", changes)

  def test_a_wrong_guard_is_caught(self):
    header = "#ifndef THING_H\n#define THING_H\n\n#endif\n"
    self.assert_caught("lint_names.py", {"include/base/thing.h": header}, "#ifndef BASE_THING_H")

  def test_a_source_without_header_and_a_header_without_source_are_caught(self):
    lone = {"src/base/lone.c": body("int x;")}
    self.assert_caught("lint_names.py", lone, "src/base/lone.c: has no header include/base/lone.h")
    self.assert_caught("lint_names.py", {"src/base/thing.c": None}, "has no source src/base/thing.c")

  def test_a_header_beside_its_source_is_caught(self):
    changes = {"src/base/lone.h": "#ifndef BASE_LONE_H\n#define BASE_LONE_H\n\n#endif\n"}
    self.assert_caught("lint_names.py", changes, "src/base/lone.h: headers live in include/base")

  def test_a_part_of_a_module_needs_no_header_of_its_own(self):
    self.assert_passes("lint_names.py", {"src/base/thing_part.c": body("int x;")})

  def test_a_test_of_nothing_is_caught(self):
    changes = {"tests/unit/base/test_other.c": body("int x;")}
    self.assert_caught("lint_names.py", changes, "tests no module of src/base")

  def test_a_source_that_does_not_say_what_it_is_for_is_caught(self):
    changes = {"src/base/thing.c": '#include "base/thing.h"\n'}
    self.assert_caught("lint_names.py", changes, "does not open by saying")

  def test_a_long_function_is_caught(self):
    changes = {"src/base/thing.c": function(*["x++;"] * 80)}
    self.assert_caught("lint_size.py", changes, "thing has 84 lines, at most 80")

  def test_a_tangled_function_is_caught(self):
    changes = {"src/base/thing.c": function(*["if (x) x++;"] * 15)}
    self.assert_caught("lint_size.py", changes, "thing has complexity 16, at most 15")

  def test_a_long_file_is_caught(self):
    changes = {"src/base/thing.c": body(*["int x;"] * 700)}
    self.assert_caught("lint_size.py", changes, "src/base/thing.c: has 703 lines, at most 700")

  def test_a_stranger_at_the_top_level_is_caught(self):
    for path in ("docs/notes.md", "config.h"):
      with self.subTest(path):
        self.assert_caught("lint_tree.py", {path: "x\n"}, "has no place at the top level")

  def test_an_unknown_kind_of_tests_is_caught(self):
    self.assert_caught("lint_tree.py", {"tests/misc/x.py": "x\n"}, "none of the kinds of tests")

  def test_white_space_at_the_end_of_a_line_is_caught(self):
    changes = {"src/base/thing.c": body("int x; ")}
    self.assert_caught("lint_tree.py", changes, "src/base/thing.c:4: has white space at the end")


if __name__ == "__main__":
  unittest.main()
