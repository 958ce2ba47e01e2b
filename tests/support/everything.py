"""A release with everything in it at once, in three languages, and readers of every script."""

import io
import json
import os
import zipfile

import pictures

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Releases whose prose it takes, so that it has as much to read as others.
PROSE = {
  "en": ("templates/sample/harbour-fund.md",),
  "fr": ("templates/sample/harbour-fund.fr.md",),
  "ar": ("tests/integration/releases/fund.ar.md", "templates/sample/harbour-fund.md"),
}
SLUG = "everything"
TITLES = {
  "en": "Coastal towns agree rescue fund 🚢 沿海城镇商定联合救援基金 เมืองชายฝั่งตกลงจัดตั้งกองทุนกู้ภัย 👨‍👩‍👧‍👦 Łódź e\u0301te\u0301",
  "fr": "Les villes côtières créent un fonds commun : « l’Œuvre » & Ço ☂️ Спасение на море",
  "ar": "مدن ساحلية تتفق على صندوق مُشتَرَك للإنقاذ في البحر بين اثنتي عشرة مدينة وسبع دول (2026)",
}
CONTACTS = [
  {"name": "Олена Коваленко", "role": "Речниця", "place": "Київ", "phones": ["+380 44 123 45 67"],
   "email": "olena@harbour.example"},
  {"name": "سلمى ناجي", "role": "مسؤولة الإعلام", "place": "بيروت", "email": "salma@bücher.example"},
  {"name": "นภา ศรีสุข", "role": "โฆษก", "phones": ["+66 2 123 4567", "+66 81 234 5678"], "email": "napa@harbour.example"},
  {"name": "陳小明, 發言人", "role": "新聞官 \"press\"", "email": "chan@harbour.example"},
]  # fmt: skip
MEDIA = [
  {"kind": "photo", "url": "https://media.harbour.example/2026/stills", "title": "الصور كاملة", "alt": "24 photographs",
   "credit": "Inès Marchetti"},
  {"kind": "footage", "url": "https://media.harbour.example/2026/cut.mp4", "title": "Cut, 2 min 45 s",
   "alt": "Boats leave port", "caption": "Avec son naturel", "credit": "Harbour Relief", "usage": "Free for news use"},
  {"kind": "b-roll", "url": "https://media.harbour.example/2026/" + "long/" * 20 + "b-roll.zip", "title": "空拍 11 min",
   "alt": "From the helicopter", "credit": "Спасатели"},
]  # fmt: skip
BODY = """{first}

> “A boat in trouble does not know which town it belongs to,” said Leïla Haddad.

## {heading}

- **Один** вызов, ближайшее судно & *ближний* порт
- 一份保險 < 兩份
- การฝึกร่วมกันปีละสองครั้ง

{prose}

1. Ein `Stück`
2. [حساب الصندوق](https://harbour.example/fund?a=1&b=2) and https://harbour.example/plain

{last}
"""
TEXTS = {
  "en": ("Twelve coastal towns have agreed to pay for sea rescue together.", "What changes", "The fund is open 🎉."),
  "fr": ("Douze villes côtières ont décidé de financer ensemble le sauvetage.", "Ce qui change", "Le fonds est ouvert."),
  "ar": ("اتفقت اثنتا عشرة مدينة ساحلية على تمويل الإنقاذ معًا.", "ما الذي يتغير", "الصندوق مفتوح للجميع."),
}
GREETED = """address,name,outlet,role,language
ana@paper.example,Ana Pérez,El Puerto,reporter,fr
olena@paper.example,Олена Коваленко,Вісник,reporter,en
salma@paper.example,سلمى ناجي,صحافة,editor,ar
chan@paper.example,陳小明,明報,reporter,en
napa@paper.example,นภา ศรีสุข,ข่าว,reporter,en
ravi@paper.example,रवि क्षत्रिय,समाचार,desk,en
noa@paper.example,נועה לוי,עיתון,reporter,en
yuki@paper.example,ゆき タナカ,新聞,reporter,en
emoji@paper.example,Zoë 👩‍🚒 Łuk e\u0301,Wire,reporter,en
ben@paper.example,"Ben ""Benno"" Okoro, jr.",Radio,reporter,en
desk@paper.example,,Wire,desk,fr
jw@bücher.example,Jürgen Weiß,Bücher,editor,en
rédaction@wire.example,Rédaction du Canal,Canal,desk,fr
記者@wire.example,李記者,時報,reporter,en
"""
# Addresses as they go on the wire, with the name and the language that they read.
READERS = {
  "ana@paper.example": ("Ana Pérez", "fr"),
  "olena@paper.example": ("Олена Коваленко", "en"),
  "salma@paper.example": ("سلمى ناجي", "ar"),
  "chan@paper.example": ("陳小明", "en"),
  "napa@paper.example": ("นภา ศรีสุข", "en"),
  "ravi@paper.example": ("रवि क्षत्रिय", "en"),
  "noa@paper.example": ("נועה לוי", "en"),
  "yuki@paper.example": ("ゆき タナカ", "en"),
  "emoji@paper.example": ("Zoë 👩‍🚒 Łuk e\u0301", "en"),
  "ben@paper.example": ('Ben "Benno" Okoro, jr.', "en"),
  "desk@paper.example": ("", "fr"),
  "jw@xn--bcher-kva.example": ("Jürgen Weiß", "en"),
  "rédaction@wire.example": ("Rédaction du Canal", "fr"),
  "記者@wire.example": ("李記者", "en"),
}


def office_file(entry):
  """A ZIP archive as word processors write it, always the same."""
  out = io.BytesIO()
  with zipfile.ZipFile(out, "w") as archive:
    for name, text in (("[Content_Types].xml", "<Types/>"), ("_rels/.rels", "<Relationships/>"), (entry, "<x/>")):
      archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text)
  return out.getvalue()


def pdf(filling=b""):
  return (b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n" +
    b"% " + filling.replace(b"\r", b" ").replace(b"\n", b" ") + b"\ntrailer<</Root 1 0 R>>\n%%EOF\n")  # fmt: skip


ATTACHMENTS = {
  "Отчёт 2026 – итог.pdf": ("application/pdf", pdf(bytes(range(256)))),
  "أرقام.csv": ("text/csv", "town,calls\nPalermo,12\n巴勒莫,34\n".encode()),
  "Vereinbarung «für» März.docx": (
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document", office_file("word/document.xml")),
}  # fmt: skip
IMAGES = {
  "练习.png": ("image/png", pictures.png(600, 300)),
  "กู้ภัย.jpg": ("image/jpeg", pictures.jpeg(480, 300)),
  "sceau.gif": ("image/gif", pictures.gif(90, 40)),
}


def prose(language):
  texts = []
  for path in PROSE[language]:
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
      texts.append(file.read().split("\n---\n", 1)[1].strip())
  return "\n\n".join(texts)


def release(language):
  """The text of the release's file."""
  first, heading, last = TEXTS[language]
  front = {
    "title": TITLES[language],
    "subtitle": "Twelve ports, 12 портов, 十二个港口, ١٢ ميناء, ๑๒ ท่าเรือ – in seven countries",
    "slug": SLUG,
    "language": language,
    "dateline": {"en": "Łódź", "fr": "Sète", "ar": "بيروت"}[language],
    "embargo": "2026-01-12 10:00 Europe/Zurich",
    "contacts": CONTACTS,
    "notes": "- Notes for *editors*: [the page](https://harbour.example/notes)\n- 更多信息 👀",
    "boilerplate": "**Harbour Relief** è nata nel 1987. Спасаем людей. نعمل في 11 دولة.",
    "images": [
      {"path": name, "alt": f"Alt {number} – صورة", "caption": f"Caption {number}: 救援 & „Übung“",
       "credit": f"Inès Marchetti {number}", "usage": "Free until 2027"}
      for number, name in enumerate(IMAGES)
    ],
    "media": MEDIA,
    "attachments": [{"path": name} for name in ATTACHMENTS],
  }  # fmt: skip
  lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in front.items()]
  return "---\n" + "\n".join(lines) + "\n---\n" + BODY.format(
    first=first, heading=heading, last=last, prose=prose(language))
