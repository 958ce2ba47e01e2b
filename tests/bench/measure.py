"""What a process took: its time, its CPU by thread, its peak memory."""

import collections
import contextlib
import os
import resource
import signal
import subprocess
import sys
import threading
import time

SAMPLE_S = 0.02
LIMIT_S = 1800
WORDS_LINES = 20  # of a process that failed
TICKS = os.sysconf("SC_CLK_TCK")


class Failed(Exception):
  """A process that did not do what it was there for; the words say which and what it wrote."""


def read(path):
  try:
    with open(path, encoding="utf-8", errors="replace") as file:
      return file.read()
  except (FileNotFoundError, ProcessLookupError):
    return ""


def ticks_of(stat):
  """CPU seconds from the text of a /proc/…/stat; the name in it may have blanks."""
  fields = stat.rpartition(")")[2].split()
  return (int(fields[11]) + int(fields[12])) / TICKS if fields else 0.0


def cpu_of(pid):
  return ticks_of(read(f"/proc/{pid}/stat"))


class Watch:
  """Looks at a running process from a thread of its own: what only /proc tells, and only while it runs."""

  def __init__(self, pid, limit_s=LIMIT_S):
    self.pid, self.peak_kib, self.by_thread = pid, 0, {}
    self.end = time.monotonic() + limit_s
    self.is_over = threading.Event()
    self.thread = threading.Thread(target=self.run, daemon=True)
    self.thread.start()

  def run(self):
    while not self.is_over.wait(SAMPLE_S):
      self.look()
      if time.monotonic() > self.end:
        os.kill(self.pid, signal.SIGKILL)

  def look(self):
    for line in read(f"/proc/{self.pid}/status").splitlines():
      if line.startswith("VmHWM:"):
        self.peak_kib = max(self.peak_kib, int(line.split()[1]))
    try:
      tasks = os.listdir(f"/proc/{self.pid}/task")
    except (FileNotFoundError, ProcessLookupError):
      return
    for task in tasks:
      stat = read(f"/proc/{self.pid}/task/{task}/stat")
      if stat:
        self.by_thread[task] = (stat[stat.index("(") + 1 : stat.rindex(")")], ticks_of(stat))

  def stop(self):
    self.is_over.set()
    self.thread.join()

  def threads(self):
    """CPU seconds by the threads' names."""
    seconds = collections.Counter()
    for name, cpu in self.by_thread.values():
      seconds[name] += cpu
    return dict(seconds)


def peak_of(usage, watch):
  """
  A process begins with the peak of the one that forked it: where ours is higher, only
  what the watch saw is the process's own.
  """
  own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
  return usage.ru_maxrss if usage.ru_maxrss > own else watch.peak_kib


@contextlib.contextmanager
def started(command, options):
  """Not left behind when we are ended meanwhile."""
  process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    text=True, **options)
  try:
    yield process
  finally:
    if process.returncode is None:
      process.kill()
      process.wait()
    process.stdout.close()


def run(command, starts_at="", ends_at="", may_end_with=(0,), **options):
  """
  Run it to its end. `starts_at`: the clock starts when it writes these words; `ends_at`:
  it is stopped there, as by Ctrl-C, and the clock stops.
  """
  began, cpu_before, ended, output = time.monotonic(), 0.0, None, []
  with started(command, options) as process:
    watch = Watch(process.pid)
    for line in process.stdout:
      output.append(line)
      if starts_at and starts_at in line:
        began, cpu_before = time.monotonic(), cpu_of(process.pid)
      if ends_at and ends_at in line:
        ended = time.monotonic()
        process.send_signal(signal.SIGINT)
    _, status, usage = os.wait4(process.pid, 0)
    ended = ended or time.monotonic()
    process.returncode = os.waitstatus_to_exitcode(status)
    watch.stop()
  if process.returncode not in may_end_with:
    raise Failed(f"{command[0]} ended with {process.returncode}: {''.join(output[-WORDS_LINES:])}")
  return {
    "seconds": ended - began,
    "cpu": usage.ru_utime + usage.ru_stime - cpu_before,
    "peak_kib": peak_of(usage, watch),
    "threads": watch.threads(),
  }


def note(words):
  """Progress, for a person who waits."""
  print(words, file=sys.stderr, flush=True)
