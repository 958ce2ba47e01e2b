#!/usr/bin/python3
"""A layer includes only the layers below it, and a library only where it belongs."""

import re

from sources import Lint, line_of, without_comments

LAYERS = {
  "base": ["base"],
  "record": ["base", "record"],
  "mail": ["base", "mail"],
  "list": ["base", "record", "mail", "list"],
  "compose": ["base", "record", "mail", "compose"],
  "deliver": ["base", "record", "mail", "deliver"],
  "bounce": ["base", "record", "mail", "bounce"],
  "store": ["base", "record", "mail", "store"],
  "app": ["base", "record", "mail", "list", "compose", "deliver", "bounce", "store", "app"],
  "web": ["base", "record", "app", "web"],
  "cli": ["base", "record", "app", "web", "cli"],
}

# A library's headers (by their beginning), and the files (by theirs) that may use it.
LIBRARIES = {
  "glib": ["src/base/zone.c"],
  "unistr.h": ["src/base/utf8.c"],
  "uninorm.h": ["src/base/utf8.c", "src/base/letter.c"],
  "unicase.h": ["src/base/utf8.c"],
  "unictype.h": ["src/base/utf8.c", "src/base/letter.c", "src/list/columns.c"],
  "unigbrk.h": ["src/base/utf8.c"],
  "uniwidth.h": ["src/base/utf8.c"],
  "seccomp": ["src/base/sandbox.c"],
  "sqlite3": ["src/store/"],
  "libpq": ["src/store/"],
  "libetpan/": ["src/mail/"],
  "idn2": ["src/mail/addr"],
  "csv": ["src/list/"],
  "iconv": ["src/list/", "src/mail/", "src/compose/pagedecode"],
  "cmark": ["src/compose/markdown"],
  "yaml": ["src/compose/frontmatter"],
  "magic": ["src/compose/filetype"],
  "libxml/": ["src/compose/pagehtml"],
  "curl/": ["src/deliver/link", "src/bounce/inbox"],
  "gnutls/": ["src/deliver/link"],
  "openssl/": ["src/mail/", "src/deliver/flight", "src/app/"],
  "libconfig": ["src/app/setting"],
  "jansson": ["src/store/records.c", "src/app/", "src/cli/"],
}

# The C library's, where a layer has no business: mail and record are bytes in, bytes
# out; list reads files row by row, since they may be large; only deliver and bounce
# talk to a network; only cli talks to a terminal.
SYSTEM = {
  "unistd.h": ["base", "list", "store", "deliver", "bounce", "app", "cli", "web"],
  "fcntl.h": ["base", "list", "store", "deliver", "bounce", "app", "cli", "web"],
  "dirent.h": ["base", "app"],
  "sys/stat.h": ["base", "list", "store", "deliver", "bounce", "app", "cli"],
  "sys/file.h": ["base"],
  "sys/socket.h": ["deliver", "bounce", "web"],
  "netinet/": ["deliver", "web"],
  "arpa/": ["deliver", "web"],
  "netdb.h": ["deliver", "web"],
  "poll.h": ["base", "deliver", "bounce", "app", "web", "cli"],
  "sys/epoll.h": ["deliver", "app", "web"],
  "sys/wait.h": ["base", "bounce", "app", "cli"],
  "pthread.h": ["base", "deliver", "store", "app"],
  "threads.h": ["base", "deliver", "store", "app"],
  "termios.h": ["cli"],
  "sys/ioctl.h": ["cli"],
  "getopt.h": ["cli"],
  "locale.h": ["cli"],
  "time.h": ["base"],
  "sys/time.h": ["base"],
}

# Exceptions, each with its reason.
EXCEPTIONS = {
  ("src/deliver/engine.c", "curl/curl.h"): "libcurl's global state lives as long as the engine",
}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


def layer_of(path):
  return path.split("/")[1]


def owners(header, table):
  """The most exact row of a table for a header, or None."""
  rows = [name for name in table if header == name or header.startswith(name)]
  return table[max(rows, key=len)] if rows else None


def complaint(path, quote, header):
  """What is wrong with one include, or None."""
  layer = layer_of(path)
  if quote == '"':
    below = header.split("/")[0]
    if below not in LAYERS:
      return f'"{header}" is in no layer: write "<layer>/<module>.h"'
    if below not in LAYERS[layer]:
      return f'{layer} may not include "{header}": it may use {", ".join(LAYERS[layer])}'
    return None
  homes = owners(header, LIBRARIES)
  # A module's own header may name a library's type where the source may use it.
  source = path.replace("include/", "src/", 1)
  if homes and not any(source.startswith(home) for home in homes):
    return f"<{header}> belongs to {', '.join(homes)} only"
  layers = owners(header, SYSTEM)
  if layers and layer not in layers:
    return f"{layer} has no business with <{header}> (see tests/lint/lint_layers.py)"
  return None


def main():
  lint = Lint(__doc__)
  for path in lint.files("src", ".c", ".h") + lint.files("include", ".h"):
    if layer_of(path) not in LAYERS:
      lint.complain(path, 0, f'there is no layer "{layer_of(path)}"')
      continue
    text = without_comments(lint.read(path), keep_strings=True)
    for match in INCLUDE.finditer(text):
      words = complaint(path, *match.groups())
      if words and (path, match.group(2)) not in EXCEPTIONS:
        lint.complain(path, line_of(text, match.start()), words)
  lint.finish()


if __name__ == "__main__":
  main()
