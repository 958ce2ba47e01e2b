#!/usr/bin/python3
"""The released program is built the way a program that reads mail should be."""

import os
import subprocess
import unittest

PROGRAM = os.environ.get("DATELINE", "build/release/dateline")
BUILD = os.environ.get("DATELINE_BUILD", "build/release")


def readelf(*options, path=PROGRAM):
  command = ["readelf", "--wide", *options, path]
  return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


@unittest.skipUnless(
  os.path.basename(BUILD) == "release", "only the release is hardened in full"
)
class Hardening(unittest.TestCase):
  def test_it_is_position_independent(self):
    self.assertRegex(readelf("--file-header"), r"Type: +DYN")
    self.assertRegex(readelf("--dynamic"), r"FLAGS_1.*PIE")

  def test_its_relocations_are_resolved_at_start_and_then_read_only(self):
    self.assertIn("GNU_RELRO", readelf("--program-headers"))
    self.assertRegex(readelf("--dynamic"), r"BIND_NOW|FLAGS_1.*NOW")

  def test_no_memory_is_both_written_and_executed(self):
    headers = readelf("--program-headers")
    self.assertRegex(headers, r"GNU_STACK .* RW +0x")
    self.assertRegex(headers, r"LOAD .* R E 0x")
    self.assertNotRegex(headers, r"RWE")

  def test_stacks_are_guarded_and_copies_checked(self):
    symbols = readelf("--syms", path=os.path.join(BUILD, "libdateline.a"))
    self.assertIn("__stack_chk_fail", symbols)
    self.assertRegex(symbols, r"__(v?snprintf|vasprintf|read|memcpy)_chk")

  def test_it_looks_for_libraries_in_the_system_alone(self):
    self.assertNotRegex(readelf("--dynamic"), r"RPATH|RUNPATH")


if __name__ == "__main__":
  unittest.main()
