#!/usr/bin/python3
"""The test runner counts every case, and takes nothing that went wrong for a success."""

import os
import subprocess
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
RUNNER = os.path.join(HERE, "../support/run_tests.py")

PASSING = """
echo '[==========] Running 2 test(s).'
echo '[ RUN      ] first'
echo '[       OK ] first'
echo '[ RUN      ] second'
echo '[       OK ] second'
echo '[==========] 2 test(s) run.'
echo '[  PASSED  ] 2 test(s).'
"""

FAILING = """
echo '[==========] Running 2 test(s).'
echo '[ RUN      ] first'
echo '[  ERROR   ] --- 1 != 2'
echo '[  FAILED  ] first'
echo '[ RUN      ] second'
echo 'no server here' >&2
echo '[  SKIPPED ] second'
echo '[==========] 2 test(s) run.'
echo '[  FAILED  ] 1 test(s), listed below:'
echo '[  FAILED  ] first'
exit 1
"""

CRASHING = """
echo '[==========] Running 3 test(s).'
echo '[ RUN      ] first'
echo '[       OK ] first'
echo '[ RUN      ] second'
kill -SEGV $$
"""

HANGING = """
echo '[==========] Running 1 test(s).'
echo '[ RUN      ] first'
sleep 1000 &
echo $! > "$0.child"
wait
"""

# What a sanitizer does at the end of a program whose tests all passed.
LEAKING = PASSING + "exit 23\n"

EMPTY = "exit 0\n"

PYTHON = """
import os, unittest
class Cases(unittest.TestCase):
  def test_passes(self): pass
  def test_fails(self): self.assertEqual(1, 2)
  def test_breaks(self): raise OSError("broken")
  def test_parts(self):
    for part in range(3):
      with self.subTest(part): self.assertEqual(part, 1)
  @unittest.skip("no postfix here")
  def test_is_skipped(self): pass
"""

PYTHON_KILLED = """
import os, unittest
class Cases(unittest.TestCase):
  def test_a(self): pass
  def test_b(self): os.abort()
"""

PYTHON_BROKEN = "import nothing_by_that_name\n"


class Runner(unittest.TestCase):
  def run_programs(self, *options, **programs):
    """Run scripts as test programs; the output's lines and the exit status."""
    folder = self.enterContext(tempfile.TemporaryDirectory(prefix="dateline-runner-"))
    paths = []
    for name, text in programs.items():
      is_python = text.startswith("import") or text.startswith("\nimport")
      paths.append(os.path.join(folder, name + (".py" if is_python else "")))
      with open(paths[-1], "w", encoding="utf-8") as file:
        file.write(text if is_python else "#!/bin/sh\n" + text)
      os.chmod(paths[-1], 0o755)
    done = subprocess.run(
      [RUNNER, "--only", *options, *paths], capture_output=True, text=True, check=False
    )
    self.folder = folder
    return done.stdout, done.returncode

  def assert_closes(self, output, line):
    self.assertEqual(output.splitlines()[-1], line)

  def test_cases_that_pass_are_counted(self):
    output, status = self.run_programs(one=PASSING, two=PASSING)
    self.assert_closes(output, "4 passed, 0 failed, 0 skipped")
    self.assertEqual(status, 0)

  def test_a_verdict_is_shown_where_all_passes(self):
    output, _ = self.run_programs(one=PASSING + "echo 'verdict: all well'\necho 'and so on'\n")
    self.assertIn("\n    = all well\n", output)
    self.assertNotIn("and so on", output)

  def test_a_failure_shows_its_output_and_a_skip_its_reason(self):
    output, status = self.run_programs(one=FAILING, two=PASSING)
    self.assert_closes(output, "2 passed, 1 failed, 1 skipped")
    self.assertEqual(status, 1)
    self.assertIn("--- 1 != 2", output)
    self.assertRegex(output, r"SKIPPED .*one: second: no server here")
    self.assertRegex(output, r"FAILED .*one: first")

  def test_a_program_that_is_killed_has_failed(self):
    output, status = self.run_programs(one=CRASHING)
    self.assert_closes(output, "1 passed, 2 failed, 0 skipped")
    self.assertEqual(status, 1)
    self.assertIn("second: killed by SIGSEGV", output)
    self.assertIn("1 of its tests did not run", output)

  def test_a_program_that_fails_at_its_end_has_failed(self):
    output, status = self.run_programs(one=LEAKING)
    self.assert_closes(output, "2 passed, 1 failed, 0 skipped")
    self.assertEqual(status, 1)
    self.assertIn("exit status 23", output)

  def test_a_program_that_hangs_is_stopped_with_its_children(self):
    output, status = self.run_programs("--slow", "0.01", one=HANGING)
    self.assert_closes(output, "0 passed, 1 failed, 0 skipped")
    self.assertEqual(status, 1)
    self.assertIn("first: stopped after 1.2 seconds", output)

  def test_nothing_run_is_no_success(self):
    output, status = self.run_programs()
    self.assert_closes(output, "0 passed, 0 failed, 0 skipped")
    self.assertEqual(status, 1)
    _, status = self.run_programs(one=EMPTY)
    self.assertEqual(status, 1)

  def test_a_program_that_is_not_there_has_failed(self):
    done = subprocess.run(
      [RUNNER, "--only", "/nonexistent/test_x"], capture_output=True, text=True, check=False
    )
    self.assert_closes(done.stdout, "0 passed, 1 failed, 0 skipped")
    self.assertEqual(done.returncode, 1)

  def test_python_cases_are_counted_with_their_parts(self):
    output, status = self.run_programs(one=PYTHON)
    self.assert_closes(output, "1 passed, 3 failed, 1 skipped")
    self.assertEqual(status, 1)
    self.assertIn("OSError: broken", output)
    self.assertIn("test_is_skipped: no postfix here", output)

  def test_a_python_file_that_dies_or_does_not_load_has_failed(self):
    output, _ = self.run_programs(one=PYTHON_KILLED)
    self.assert_closes(output, "1 passed, 1 failed, 0 skipped")
    self.assertIn("test_b: killed by SIGABRT", output)
    output, _ = self.run_programs(one=PYTHON_BROKEN)
    self.assert_closes(output, "0 passed, 1 failed, 0 skipped")
    self.assertIn("nothing_by_that_name", output)


if __name__ == "__main__":
  unittest.main()
