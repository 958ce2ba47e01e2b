#!/usr/bin/python3
"""How a letter looks, measured in Chromium: on a phone and a desk, in light and dark."""

import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import letters

CHROMIUM = shutil.which("chromium")
PHONE, DESK = 360, 1280
SCREEN_HEIGHT = 640
TEXT_SIZE_MIN = 16
CONTRAST_MIN, CONTRAST_MIN_LARGE = 4.5, 3.0  # WCAG 2 AA, 1.4.3
ARGUMENTS = (
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-sync",
  "--disable-background-networking",
  "--disable-component-update",
  "--no-first-run",
  "--hide-scrollbars",
  "--virtual-time-budget=10000",
  "--window-size=1400,900",
)
# "bare" is the letter with pictures where the mail program shows none.
LETTERS = {
  "en": ("harbour-fund.md", "en", "Dear Ana Pérez,"),
  "fr": ("harbour-fund.fr.md", "fr", "Bonjour Zoë Martin,"),
  "ar": ("fund.ar.md", "ar", "تحية طيبة ليلى حداد،"),
  "crowded": ("crowded.md", "de", "Guten Tag Zoë Martin,"),
  "pictures": ("pictures.md", "en", "Dear Ana Pérez,"),
}
IMAGES = 2  # in "pictures"

# Measures one frame: what is wider than it, how big and how readable each text is, where the
# headline ends. Colours are composed over every background below them.
MEASURE = r"""
function colour(text) {
  const n = text.match(/[\d.]+/g).map(Number);
  return {r: n[0], g: n[1], b: n[2], a: n.length > 3 ? n[3] : 1};
}
function over(top, below) {
  const mix = key => top[key] * top.a + below[key] * (1 - top.a);
  return {r: mix('r'), g: mix('g'), b: mix('b'), a: 1};
}
function background(element, view, canvas) {
  const layers = [];
  for (let e = element; e; e = e.parentElement)
    layers.push(colour(view.getComputedStyle(e).backgroundColor));
  return layers.reverse().reduce((below, top) => over(top, below), canvas);
}
function luminance(c) {
  const part = v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  return 0.2126 * part(c.r) + 0.7152 * part(c.g) + 0.0722 * part(c.b);
}
function contrast(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}
function measure(frame) {
  const view = frame.contentWindow, doc = frame.contentDocument, texts = [];
  const dark = view.matchMedia('(prefers-color-scheme: dark)').matches;
  const canvas = dark ? {r: 18, g: 18, b: 18, a: 1} : {r: 255, g: 255, b: 255, a: 1};
  const walker = doc.createTreeWalker(doc.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    const style = view.getComputedStyle(parent);
    // The words for the list of mails stand in a box of no height.
    if (!node.data.trim() || !parent.getBoundingClientRect().height) continue;
    const below = background(parent, view, canvas);
    texts.push({
      text: node.data.trim().slice(0, 40),
      size: parseFloat(style.fontSize),
      bold: parseInt(style.fontWeight) >= 700,
      contrast: contrast(over(colour(style.color), below), below),
    });
  }
  const box = selector => {
    const found = doc.querySelector(selector);
    if (!found) return null;
    const r = found.getBoundingClientRect();
    return {top: r.top, bottom: r.bottom, left: r.left, right: r.right};
  };
  return {
    dark, texts, width: view.innerWidth, height: view.innerHeight,
    scroll_width: doc.scrollingElement.scrollWidth,
    direction: view.getComputedStyle(doc.body).direction,
    headline: box('.headline'), embargo: box('.embargo'), card: box('.card'),
    images: Array.from(doc.images).map(image => {
      const r = image.getBoundingClientRect(), style = view.getComputedStyle(image);
      const below = background(image, view, canvas);
      return {
        width: r.width, height: r.height, left: r.left, right: r.right, real_width: image.naturalWidth,
        real_height: image.naturalHeight, size: parseFloat(style.fontSize),
        contrast: contrast(over(colour(style.color), below), below),
      };
    }),
    spacing: view.getComputedStyle(doc.querySelector('.status') || doc.body).letterSpacing,
  };
}
window.onload = () => {
  const result = {};
  for (const frame of document.querySelectorAll('iframe')) result[frame.id] = measure(frame);
  document.body.innerHTML = '<pre id="result"></pre>';
  document.getElementById('result').textContent = JSON.stringify(result);
};
"""


def measure(pages, scheme):
  """What MEASURE says of each page at each width, by (page, width)."""
  frames = "".join(
    f'<iframe id="{name} {width}" style="width:{width}px; height:{SCREEN_HEIGHT}px; border:0;'
    f' color-scheme:{scheme}" srcdoc="{html.escape(page)}"></iframe>'
    for name, page in pages.items()
    for width in (PHONE, DESK)
  )
  with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "look.html")
    with open(path, "w", encoding="utf-8") as file:
      file.write(
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><meta name="color-scheme"'
        f' content="{scheme}"><script>{MEASURE}</script></head><body>{frames}</body></html>'
      )
    # 0 is dark, 1 light (Blink's PreferredColorScheme).
    done = subprocess.run(
      [
        CHROMIUM,
        *ARGUMENTS,
        f"--blink-settings=preferredColorScheme={0 if scheme == 'dark' else 1}",
        f"--user-data-dir={os.path.join(folder, 'profile')}",
        "--dump-dom",
        f"file://{path}",
      ],
      stdout=subprocess.PIPE,
      stderr=subprocess.PIPE,
      timeout=120,
      check=True,
    )
  found = re.search(r'<pre id="result">(\{.*?)</pre>', done.stdout.decode(), re.DOTALL)
  if not found:
    raise AssertionError("Chromium measured nothing: " + done.stderr.decode()[-2000:])
  return {
    (key.split()[0], int(key.split()[1])): value
    for key, value in json.loads(html.unescape(found.group(1))).items()
  }


class Look(unittest.TestCase):
  @classmethod
  def setUpClass(cls):
    if not CHROMIUM:
      print("SKIPPED: chromium isn't installed", file=sys.stderr)
      raise unittest.SkipTest("chromium isn't installed")
    folder = letters.write_releases(cls)
    made = {
      name: letters.letter(os.path.join(folder, file), language, greeting)
      for name, (file, language, greeting) in LETTERS.items()
    }
    pages = {name: letter.html_with_images() for name, letter in made.items()}
    pages["bare"] = made["pictures"].html
    cls.seen = {
      (scheme, *key): value
      for scheme in ("light", "dark")
      for key, value in measure(pages, scheme).items()
    }

  def each(self, check):
    for (scheme, name, width), look in self.seen.items():
      with self.subTest(f"{scheme} {name} {width}"):
        check(scheme, name, width, look)

  def test_every_page_was_measured_in_its_scheme_and_width(self):
    def check(scheme, _name, width, look):
      self.assertEqual(look["dark"], scheme == "dark")
      self.assertEqual((look["width"], look["height"]), (width, SCREEN_HEIGHT))
      self.assertGreater(len(look["texts"]), 20)

    self.assertEqual(len(self.seen), 2 * 2 * (len(LETTERS) + 1))
    self.each(check)

  def test_nothing_scrolls_sideways(self):
    def check(_scheme, _name, width, look):
      self.assertLessEqual(look["scroll_width"], width)

    self.each(check)

  def test_no_text_is_smaller_than_sixteen_pixels(self):
    def check(_scheme, _name, _width, look):
      self.assertEqual([t for t in look["texts"] if t["size"] < TEXT_SIZE_MIN], [])

    self.each(check)

  def test_all_text_has_the_contrast_of_wcag_aa(self):
    def check(_scheme, _name, _width, look):
      for text in look["texts"]:
        is_large = text["size"] >= 24 or (text["bold"] and text["size"] >= 18.66)
        least = CONTRAST_MIN_LARGE if is_large else CONTRAST_MIN
        self.assertGreaterEqual(text["contrast"], least, text)

    self.each(check)

  def test_headline_and_embargo_are_on_a_phones_first_screen(self):
    def check(_scheme, name, width, look):
      if width != PHONE:
        return
      self.assertLessEqual(look["headline"]["bottom"], SCREEN_HEIGHT)
      self.assertEqual(look["embargo"] is not None, name == "crowded")
      if look["embargo"]:
        self.assertGreaterEqual(look["embargo"]["top"], 0)
        self.assertLess(look["embargo"]["bottom"], look["headline"]["top"])

    self.each(check)

  def test_the_letter_is_no_wider_than_six_hundred_pixels_and_in_the_middle(self):
    def check(_scheme, _name, width, look):
      card = look["card"]
      self.assertLessEqual(card["right"] - card["left"], 600)
      self.assertAlmostEqual(card["left"], width - card["right"], delta=1)

    self.each(check)

  def test_images_keep_their_shape_and_fit(self):
    def check(_scheme, name, width, look):
      self.assertEqual(len(look["images"]), IMAGES if name in ("pictures", "bare") else 0)
      for image in look["images"]:
        self.assertGreaterEqual(image["left"], 0)
        self.assertLessEqual(image["right"], width)
        if name == "pictures":
          shape = image["real_width"] / image["real_height"]
          self.assertAlmostEqual(image["width"] / image["height"], shape, delta=0.02)

    self.each(check)

  def test_words_stand_in_for_images_that_are_not_shown(self):
    def check(_scheme, name, _width, look):
      if name != "bare":
        return
      for image in look["images"]:
        self.assertEqual(image["real_width"], 0)
        self.assertGreaterEqual(image["height"], TEXT_SIZE_MIN)
        self.assertLess(image["height"], SCREEN_HEIGHT / 2)
        self.assertGreaterEqual(image["size"], TEXT_SIZE_MIN)
        self.assertGreaterEqual(image["contrast"], CONTRAST_MIN)

    self.each(check)

  def test_arabic_runs_from_right_to_left_with_its_letters_joined(self):
    def check(_scheme, name, _width, look):
      self.assertEqual(look["direction"], "rtl" if name == "ar" else "ltr")
      if name == "ar":
        self.assertEqual(look["spacing"], "normal")

    self.each(check)


if __name__ == "__main__":
  unittest.main()
