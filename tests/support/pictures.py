"""Pictures of any size for tests, made of nothing but the standard library: PNG, GIF, JPEG and WebP that browsers
show. Each function returns the file's bytes; a colour is (red, green, blue)."""

import struct
import zlib

SEA = (11, 79, 138)
SAND = (238, 214, 168)


def blend(first, second, part):
  return tuple(round(a + (b - a) * part) for a, b in zip(first, second))


def chunk(kind, content):
  return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width, height, colour=SEA, towards=None, extra=b""):
  """One colour, or from `colour` at the top to `towards` at the bottom. `extra` stands in a private chunk, to
  make a file as large as wanted."""
  rows = (blend(colour, towards or colour, y / max(height - 1, 1)) for y in range(height))
  pixels = b"".join(b"\0" + bytes(row) * width for row in rows)
  head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
  filling = chunk(b"teST", extra) if extra else b""
  return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + filling + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")


def bits_reversed(value, count):
  return int(f"{value:0{count}b}"[::-1], 2)


class BitWriter:
  """Bits into bytes, the least significant first."""

  def __init__(self):
    self.value, self.count = 0, 0

  def add(self, value, count):
    self.value |= value << self.count
    self.count += count

  def bytes(self):
    return self.value.to_bytes((self.count + 7) // 8, "little")


def gif(width, height, colour=SEA):
  """One colour, in codes of three bits with the table cleared before it would grow."""
  bits = BitWriter()
  for i in range(width * height):
    if i % 2 == 0:
      bits.add(4, 3)
    bits.add(0, 3)
  bits.add(5, 3)
  codes = bits.bytes()
  blocks = b"".join(bytes([len(part)]) + part for part in (codes[i : i + 255] for i in range(0, len(codes), 255)))
  palette = bytes(colour) + b"\0" * 9
  return (b"GIF89a" + struct.pack("<HHBBB", width, height, 0x81, 0, 0) + palette + b"," +
    struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02" + blocks + b"\0;")  # fmt: skip


def segment(marker, content):
  return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


# DC differences of 0 to 11 bits in codes of four, and the end of a block in one of two.
DC_TABLE = b"\x00" + bytes([0, 0, 0, 12] + [0] * 12) + bytes(range(12))
AC_TABLE = b"\x10" + bytes([0, 1] + [0] * 14) + b"\x00"


def jpeg(width, height, shade=90, towards=None, extra=b""):
  """Baseline, in greys: one shade, or from `shade` at the top to `towards` at the bottom. `extra` stands in
  comments."""
  columns, lines = (width + 7) // 8, (height + 7) // 8
  text, last = [], 0
  for y in range(lines):
    grey = round(shade + ((shade if towards is None else towards) - shade) * y / max(lines - 1, 1))
    for _ in range(columns):
      difference, last = grey - 128 - last, grey - 128
      size = abs(difference).bit_length()
      number = difference if difference >= 0 else difference + (1 << size) - 1
      text.append(f"{size:04b}" + (f"{number:0{size}b}" if size else "") + "00")
  text = "".join(text)
  text += "1" * (-len(text) % 8)
  scan = int(text, 2).to_bytes(len(text) // 8, "big").replace(b"\xff", b"\xff\0")
  comments = b"".join(segment(0xFE, extra[i : i + 65000]) for i in range(0, len(extra), 65000))
  # A quantiser of 8 makes a DC coefficient's step one shade.
  return (b"\xff\xd8" + segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0") + comments + segment(0xDB, b"\0" + b"\x08" * 64) +
    segment(0xC0, struct.pack(">BHHBBBB", 8, height, width, 1, 1, 0x11, 0)) + segment(0xC4, DC_TABLE) +
    segment(0xC4, AC_TABLE) + segment(0xDA, b"\1\1\0\0\x3f\0") + scan + b"\xff\xd9")  # fmt: skip


def webp(width, height, colour=SEA):
  """Lossless, of one colour: each channel's code has one symbol, so that the pixels take no bits at all."""
  bits = BitWriter()
  bits.add(0x2F, 8)
  bits.add(width - 1, 14)
  bits.add(height - 1, 14)
  bits.add(0, 4 + 3)  # no alpha, version 0, no transform, no colour cache, one code group
  for symbol in (colour[1], colour[0], colour[2], 255):
    bits.add(0b101, 3)
    bits.add(symbol, 8)
  bits.add(0b0001, 4)
  content = bits.bytes()
  content += b"\0" * (len(content) % 2)
  return b"RIFF" + struct.pack("<I", 12 + len(content)) + b"WEBPVP8L" + struct.pack("<I", len(content)) + content
