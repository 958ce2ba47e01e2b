"""nodemailer, by npm, for the benches alone: one pinned version under build/bench."""

import os
import shutil
import subprocess
import sys

BUILD = os.path.abspath(os.environ.get("DATELINE_BUILD", "build/release"))
FOLDER = os.path.join(os.path.dirname(BUILD), "bench", "node")
PACKAGE = "nodemailer@10.6.0"


def installed():
  """Whether it's there; where it can't be had, that is said loudly."""
  if not shutil.which("npm") or not shutil.which("node"):
    print("SKIPPED nodemailer: there's no node or no npm (apt-get install nodejs npm)", file=sys.stderr)
    return False
  if os.path.isdir(os.path.join(FOLDER, "node_modules", "nodemailer")):
    return True
  os.makedirs(FOLDER, exist_ok=True)
  done = subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", FOLDER, PACKAGE],
    check=False)
  if done.returncode:
    print("SKIPPED nodemailer: npm can't get it", file=sys.stderr)
  return done.returncode == 0
