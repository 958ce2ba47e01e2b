#!/usr/bin/python3
"""Run every test program and say how it went, a line each.

C programs speak cmocka's plain output; Python files are unittest modules, which
this script loads in a process of their own. The last line is the sum over all
test cases: "N passed, N failed, N skipped".
"""

import argparse
import concurrent.futures
import glob
import importlib.util
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PYTHON = "/usr/bin/python3"
PYTHON_FOLDERS = ("tests/integration", "tests/crash", "tests/lint")
TIME_LIMIT_C = 120
TIME_LIMIT_PYTHON = 600
OUTPUT_SHOWN = 20_000

RUN = re.compile(r"\[ RUN      \] (.+)$")
OUTCOME = re.compile(r"\[ +(OK|FAILED|SKIPPED|ERROR) +\] (.+)$")
VERDICT = "verdict: "  # begins what a test has to say however it goes
TOTAL = re.compile(r"\[==========\] (?:[^:]+: )?Running (\d+) test\(s\)")


class Result:
  """What came of one program."""

  def __init__(self, name):
    self.name = name
    self.passed = 0
    self.failed = []
    self.skipped = []  # (test, reason)
    self.output = ""
    self.seconds = 0.0

  def fail(self, test, why):
    self.failed.append(test)
    self.output += f"\n{self.name}: {test}: {why}\n"


def how_it_ended(status, limit):
  if status is None:
    return f"stopped after {limit:g} seconds"
  if status < 0:
    return f"killed by {signal.Signals(-status).name}"
  return f"exit status {status}"


def run_process(command, environment, limit):
  """Run in a session of its own, so that a time-out ends the children too."""
  process = subprocess.Popen(
    command,
    cwd=ROOT,
    env=environment,
    stdin=subprocess.DEVNULL,
    stdout=subprocess.PIPE,
    stderr=subprocess.STDOUT,
    start_new_session=True,
  )
  try:
    output, _ = process.communicate(timeout=limit)
    status = process.returncode
  except subprocess.TimeoutExpired:
    os.killpg(process.pid, signal.SIGKILL)
    output, _ = process.communicate()
    status = None
  try:
    os.killpg(process.pid, signal.SIGKILL)
  except ProcessLookupError:
    pass
  return status, output.decode("utf-8", "replace")


def read_cmocka(result, text):
  """Count the cases of cmocka's plain output; says how many never ran."""
  running = None
  between = []
  promised = 0
  seen = 0
  for line in text.splitlines():
    total = TOTAL.search(line)
    run = RUN.search(line)
    outcome = OUTCOME.search(line)
    if total:
      promised += int(total.group(1))
    elif run:
      running, between = run.group(1), []
      seen += 1
    elif running and outcome and outcome.group(2) == running:
      word = outcome.group(1)
      if word == "OK":
        result.passed += 1
      elif word == "SKIPPED":
        result.skipped.append((running, " ".join(between).strip() or "no reason given"))
      else:
        result.failed.append(running)
      running = None
    elif running and not line.startswith("[  "):
      between.append(line)
  return running, promised - seen


def run_c(program, options):
  name = os.path.relpath(program, os.path.join(options.build, "tests"))
  result = Result(name)
  environment = dict(os.environ, CMOCKA_MESSAGE_OUTPUT="STDOUT")
  limit = TIME_LIMIT_C * options.slow
  status, result.output = run_process(
    shlex.split(options.wrapper) + [os.path.abspath(program)], environment, limit
  )
  unfinished, never_ran = read_cmocka(result, result.output)
  if unfinished:
    result.fail(unfinished, how_it_ended(status, limit))
  elif status != 0 and not result.failed:
    result.fail("the program", how_it_ended(status, limit))
  if never_ran > 0:
    result.fail("the program", f"{never_ran} of its tests did not run")
  return result


class Reporter(unittest.TestResult):
  """Writes each outcome as it comes, so that a killed process still tells."""

  def __init__(self, path):
    super().__init__()
    self.file = open(path, "a", encoding="utf-8")
    self.bad = set()

  def tell(self, word, test, more=""):
    self.file.write(f"{word}\t{test.id()}\t{' '.join(more.split())}\n")
    self.file.flush()

  def startTest(self, test):
    super().startTest(test)
    self.tell("start", test)

  def show(self, test, error):
    self.bad.add(test.id())
    print(f"{test.id()}\n{self._exc_info_to_string(error, test)}", flush=True)

  def addSuccess(self, test):
    if test.id() not in self.bad:
      self.tell("pass", test)

  def addFailure(self, test, error):
    self.show(test, error)
    self.tell("fail", test)

  addError = addFailure

  def addSubTest(self, test, subtest, error):
    if error:
      print(f"{subtest.id()}")
      self.show(test, error)

  def addSkip(self, test, reason):
    self.tell("skip", test, reason)

  def addExpectedFailure(self, test, error):
    self.tell("pass", test)

  def addUnexpectedSuccess(self, test):
    print(f"{test.id()}: was expected to fail and did not")
    self.tell("fail", test)

  def stopTest(self, test):
    super().stopTest(test)
    if test.id() in self.bad:
      self.tell("fail", test)


def run_module_here(path, report):
  """The child: load one file and run its tests."""
  sys.path[:0] = [os.path.dirname(os.path.abspath(path)), os.path.join(ROOT, "tests/support")]
  name = os.path.splitext(os.path.basename(path))[0]
  spec = importlib.util.spec_from_file_location(name, path)
  module = importlib.util.module_from_spec(spec)
  sys.modules[name] = module
  spec.loader.exec_module(module)
  suite = unittest.defaultTestLoader.loadTestsFromModule(module)
  suite.run(Reporter(report))
  return 0


def read_report(result, text):
  outcomes = {}
  for line in text.splitlines():
    word, test, more = line.split("\t", 2)
    outcomes[test] = (word, more)
  for test, (word, more) in outcomes.items():
    if word == "pass":
      result.passed += 1
    elif word == "skip":
      result.skipped.append((test, more))
    elif word == "fail":
      result.failed.append(test)
    else:
      yield test


def run_python(path, options):
  result = Result(os.path.relpath(path, os.path.join(ROOT, "tests")))
  limit = TIME_LIMIT_PYTHON * options.slow
  environment = dict(os.environ, DATELINE=options.program, DATELINE_BUILD=options.build)
  shared = os.path.join(os.path.dirname(ROOT), "shared")
  if "DATELINE_SHARED" not in environment and os.path.isdir(shared):
    environment["DATELINE_SHARED"] = shared
  with tempfile.NamedTemporaryFile("r", prefix="dateline-report-", encoding="utf-8") as report:
    command = [PYTHON, os.path.abspath(__file__), "--module", path, "--report", report.name]
    status, result.output = run_process(command, environment, limit)
    unfinished = list(read_report(result, report.read()))
  for test in unfinished:
    result.fail(test, how_it_ended(status, limit))
  if status != 0 and not result.failed:
    result.fail("the program", how_it_ended(status, limit))
  return result


def run_one(job):
  started = time.monotonic()
  run, path, options = job
  try:
    result = run(path, options)
  except OSError as problem:
    result = Result(path)
    result.fail("the program", str(problem))
  result.seconds = time.monotonic() - started
  return result


def print_result(result):
  word = "FAIL" if result.failed else "ok"
  parts = [f"{result.passed} passed"]
  if result.failed:
    parts.append(f"{len(result.failed)} failed")
  if result.skipped:
    parts.append(f"{len(result.skipped)} skipped")
  print(f"  {word:<5} {result.name:<44} {result.seconds:6.1f} s  {', '.join(parts)}")
  for line in result.output.splitlines():
    if line.startswith(VERDICT):
      print(f"    = {line.removeprefix(VERDICT)}")
  if result.failed:
    text = result.output.strip()
    if len(text) > OUTPUT_SHOWN:
      text = "…" + text[-OUTPUT_SHOWN:]
    print("\n".join("    | " + line for line in text.splitlines()))
  sys.stdout.flush()


def python_files():
  for folder in PYTHON_FOLDERS:
    yield from sorted(glob.glob(os.path.join(ROOT, folder, "test_*.py")))


def run_all(options):
  paths = [] if options.only else list(python_files())
  paths += options.programs
  jobs = [(run_python if path.endswith(".py") else run_c, path, options) for path in paths]
  if options.match:
    jobs = [job for job in jobs if options.match in job[1]]
  results = []
  with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
    for done in concurrent.futures.as_completed([pool.submit(run_one, job) for job in jobs]):
      results.append(done.result())
      print_result(results[-1])
  results.sort(key=lambda result: result.name)
  for result in results:
    for test, reason in result.skipped:
      print(f"  SKIPPED {result.name}: {test}: {reason}")
  for result in results:
    for test in result.failed:
      print(f"  FAILED {result.name}: {test}")
  passed = sum(result.passed for result in results)
  failed = sum(len(result.failed) for result in results)
  skipped = sum(len(result.skipped) for result in results)
  print(f"{passed} passed, {failed} failed, {skipped} skipped")
  return 1 if failed or not passed else 0


def main():
  parser = argparse.ArgumentParser(description=__doc__)
  parser.add_argument("programs", nargs="*", help="cmocka programs, unittest files")
  parser.add_argument("--program", default="build/release/dateline", help="the dateline to test")
  parser.add_argument("--build", default="build/release", help="the folder it was built in")
  parser.add_argument("--wrapper", default="", help="command put before each cmocka program")
  parser.add_argument("--jobs", type=int, default=2)
  parser.add_argument("--slow", type=float, default=1, help="time limits times this")
  parser.add_argument("--only", action="store_true", help="not also the project's Python files")
  parser.add_argument("--match", default="", help="only programs whose path contains this")
  parser.add_argument("--module", help=argparse.SUPPRESS)
  parser.add_argument("--report", help=argparse.SUPPRESS)
  options = parser.parse_args()
  if options.module:
    return run_module_here(options.module, options.report)
  options.program = os.path.abspath(options.program)
  options.build = os.path.abspath(options.build)
  return run_all(options)


if __name__ == "__main__":
  sys.exit(main())
