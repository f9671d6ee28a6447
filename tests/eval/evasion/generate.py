#!/usr/bin/env python3
"""Writes cases.tsv: values a person might try to slip past, times the ways to hide them.

    python3 tests/eval/evasion/generate.py > tests/eval/evasion/cases.tsv

One case a line: technique, the detector that must speak (`-`: none may), the text. Backslash, tab, line ends and everything beyond ASCII
are escaped as in JSON; `{|}` is nothing and keeps scanners of code forges from taking made-up keys for leaks. All values are made up.
"""
import base64
import codecs
import gzip
import html
import json
import quopri
import sys
import zlib

# Detector → text before the value, the value, text after it. Context stays in the clear: hiding it too is the business of "whole" techniques.
VALUES = [
    ("contact.email", "Please write to ", "anna.berger@sozialamt-graz.at", " before noon."),
    ("fin.iban", "Pay to IBAN ", "DE89370400440532013000", " this week."),
    ("fin.card", "The card is ", "5500005555555559", " and still valid."),
    ("us.ssn", "My SSN is ", "601-14-2087", " as you asked."),
    ("pl.pesel", "Numer PESEL ", "85081510002", " w aktach."),
    ("in.aadhaar", "Her Aadhaar number ", "2341 2341 2346", " is on file."),
    ("contact.phone", "Phone: ", "+493023125123", " after ten."),
    ("cred.github", "the token ", "ghp_" + "aB3dE5fG7hJ9kL2mN4pQ6rS8tU1vW3xY5zA7", " works"),
    ("cred.aws-access-key", "use ", "AKIA" + "Q3EGRIFS2PTNKM4B", " for it"),
    ("marking.nato", "The annex is ", "NATO SECRET", " as a whole."),
    ("de.tax-id", "Steuer-ID ", "86095742719", " laut Bescheid."),
    ("br.cpf", "CPF ", "529.982.247-25", " do cliente"),
]

# Those whose parts are digits.
PARTED = {"fin.iban", "fin.card", "us.ssn", "pl.pesel", "in.aadhaar", "contact.phone", "de.tax-id", "br.cpf"}

CLEAN = [
    "The committee met again on Tuesday and agreed that the road should be mended before winter.",
    "let total = items.iter().filter(|i| i.price > 10).map(|i| i.count * 3).sum::<usize>();",
    "Wir treffen uns um 10:30 Uhr in Raum 7; es kommen 14 Leute aus 3 Abteilungen.",
    "def area(width, height):\n    return width * height if width > 0 else None",
]

WIDE = {c: chr(0xFEE0 + c) for c in range(0x21, 0x7F)}
LOOK = dict(zip("acdeijopqsxyABCEHIJKMOPSTX", "асԁеіјорԛѕхуАВСЕНІЈКМОРЅТХ"))
SMALL = str.maketrans("abcdefghijklmnopqrstuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ")
LISU = str.maketrans("ABCDEFGHIJKLMNOPRSTUVWXYZ", "ꓮꓐᏟꓓꓰꓝꓖᎻᎥꓙꓗᏞꓟꓠꓳꓑᎡᏚꓔꓴᏙꓪꓫꓬꓜ")
GREEK = dict(zip("oovABEHIKMNOPTXYZ", "οονΑΒΕΗΙΚΜΝΟΡΤΧΥΖ"))
WORDS = {
    "en": "zero one two three four five six seven eight nine".split(),
    "de": "null eins zwei drei vier fünf sechs sieben acht neun".split(),
    "fr": "zéro un deux trois quatre cinq six sept huit neuf".split(),
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve".split(),
    "it": "zero uno due tre quattro cinque sei sette otto nove".split(),
    "pl": "zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć".split(),
    "pt": "zero um dois três quatro cinco seis sete oito nove".split(),
    "nl": "nul een twee drie vier vijf zes zeven acht negen".split(),
    "ru": "ноль один два три четыре пять шесть семь восемь девять".split(),
    "uk": "нуль один два три чотири п’ять шість сім вісім дев’ять".split(),
    "ar": "صفر واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة".split(),
    "hi": "शून्य एक दो तीन चार पांच छह सात आठ नौ".split(),
    "id": "nol satu dua tiga empat lima enam tujuh delapan sembilan".split(),
    "tr": "sıfır bir iki üç dört beş altı yedi sekiz dokuz".split(),
    "zh": list("零一二三四五六七八九"),
    "ja": "ゼロ いち に さん よん ご ろく なな はち きゅう".split(),
    "sv": "noll ett två tre fyra fem sex sju åtta nio".split(),
    "cs": "nula jedna dva tři čtyři pět šest sedm osm devět".split(),
    "ro": "zero unu doi trei patru cinci șase șapte opt nouă".split(),
}


def b64(data):
    return base64.b64encode(data).decode()


def styled(upper, lower, digit):
    def one(c):
        if c.isascii() and c.isupper() and upper:
            return chr(upper + ord(c) - 65)
        if c.isascii() and c.islower() and lower:
            return chr(lower + ord(c) - 97)
        if c.isascii() and c.isdigit() and digit:
            return chr(digit + int(c))
        return c
    return lambda v: "".join(map(one, v))


def digits(zero):
    return styled(None, None, zero)


def between(mark):
    return lambda v: mark.join(v)


def every(n, mark):
    return lambda v: mark.join(v[i:i + n] for i in range(0, len(v), n))


def utf7(v):
    return "".join(c if c.isalnum() else "+" + base64.b64encode(c.encode("utf-16-be")).decode().rstrip("=") + "-" for c in v)


def spell(language):
    return lambda v: " ".join(WORDS[language][int(c)] for c in v if c.isdigit())


def dotted(at, dot):
    return lambda v: v.replace("@", at).replace(".", dot)


def tags(v):
    return "".join(chr(0xE0000 + ord(c)) for c in v)


def selectors(v):
    """Bytes as variation selectors, as they are carried behind an emoji."""
    return "".join(chr(0xE0100 + b - 16) for b in v.encode())


def cycle(marks):
    return lambda v: v[0] + "".join(marks[i % len(marks)] + c for i, c in enumerate(v[1:]))


def only_digits(join):
    return lambda v: join.join(c for c in v if c.isdigit())


def codes(form, join):
    return lambda v: join.join(format(ord(c), form) for c in v)


def mixed_words(v):
    """English words and digits, zero as `oh`."""
    said = [c for c in v if c.isdigit()]
    return " ".join(c if i % 3 == 1 else "oh" if c == "0" else WORDS["en"][int(c)] for i, c in enumerate(said))


def doubled(v):
    """`double five`, `triple one`."""
    said, out = [c for c in v if c.isdigit()], []
    while said:
        n = next((n for n in (3, 2) if len(said) >= n and len(set(said[:n])) == 1), 1)
        out.append({1: "", 2: "double ", 3: "triple "}[n] + WORDS["en"][int(said[0])])
        said = said[n:]
    return " ".join(out)


def numbered(form, join="\n"):
    return lambda v: join.join(form.format(i + 1, c) for i, c in enumerate(c for c in v if c.isdigit()))


def parted(mark, close=""):
    """Two parts with a mark between: at the last sign that groups the value, else in its middle."""

    def write(v):
        at = max(v.rfind(sign) for sign in " -")
        head, tail = (v[: at + 1], v[at + 1 :]) if at > 0 else (v[: len(v) // 2], v[len(v) // 2 :])
        return head + mark + tail + close

    return write


def wrap(text, width=76):
    return "\n".join(text[i:i + width] for i in range(0, len(text), width))


NUMERIC = {"fin.card", "pl.pesel", "in.aadhaar", "de.tax-id", "br.cpf", "us.ssn"}
GROUPED = {"fin.card", "pl.pesel", "de.tax-id"}
MAIL = {"contact.email"}
ALL = None

# Name → (how a value is written, the detectors it applies to). Letters and digits that a table lacks stay as they are.
ON_VALUE = {
    "plain": (lambda v: v, ALL),
    "full width": (lambda v: v.translate(WIDE), ALL),
    "Cyrillic look-alikes": (lambda v: "".join(LOOK.get(c, c) for c in v), {"contact.email", "cred.github", "marking.nato", "fin.iban", "cred.aws-access-key"}),
    "Greek look-alikes": (lambda v: "".join(GREEK.get(c, c) for c in v[:3]) + v[3:], {"cred.aws-access-key", "marking.nato", "contact.email"}),
    "zero-width space": (every(3, "\u200b"), ALL),
    "zero-width joiner": (between("\u200d"), ALL),
    "word joiner": (every(2, "\u2060"), ALL),
    "soft hyphen": (every(4, "\u00ad"), ALL),
    "direction marks": (lambda v: "\u202d" + every(5, "\u200e")(v) + "\u202c", ALL),
    "variation selectors": (between("\ufe0f"), ALL),
    "tag characters": (every(3, "\U000e0041"), ALL),
    "combining marks": (lambda v: "".join(c + "\u0336" for c in v), ALL),
    "byte order marks": (every(4, "\ufeff"), ALL),
    "mathematical bold": (styled(0x1D400, 0x1D41A, 0x1D7CE), ALL),
    "mathematical monospace": (styled(0x1D670, 0x1D68A, 0x1D7F6), ALL),
    "sans-serif bold": (styled(0x1D5D4, 0x1D5EE, 0x1D7EC), ALL),
    "circled": (styled(0x24B6, 0x24D0, None), {"contact.email", "cred.github", "marking.nato"}),
    "superscript digits": (lambda v: v.translate({48 + i: c for i, c in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}), NUMERIC),
    "Arabic digits": (digits(0x660), NUMERIC),
    "Persian digits": (digits(0x6F0), NUMERIC),
    "Devanagari digits": (digits(0x966), NUMERIC),
    "Bengali digits": (digits(0x9E6), NUMERIC),
    "Thai digits": (digits(0xE50), NUMERIC),
    "Khmer digits": (digits(0x17E0), NUMERIC),
    "keycaps": (lambda v: "".join(c + "\ufe0f\u20e3" if c.isdigit() else c for c in v), NUMERIC),
    "percent, all": (lambda v: "".join(f"%{b:02X}" for b in v.encode()), ALL),
    "percent, signs": (lambda v: "".join(c if c.isalnum() else f"%{ord(c):02x}" for c in v), {"contact.email", "marking.nato"}),
    "percent, every other": (lambda v: "".join(c if i % 2 else f"%{ord(c):02x}" for i, c in enumerate(v)), ALL),
    "percent twice": (lambda v: "".join(f"%25{b:02X}" for b in v.encode()), ALL),
    "percent u": (lambda v: "".join(f"%u{ord(c):04x}" for c in v), ALL),
    "decimal entities": (lambda v: "".join(f"&#{ord(c)};" for c in v), ALL),
    "hexadecimal entities": (lambda v: "".join(f"&#x{ord(c):x};" for c in v), ALL),
    "padded entities": (lambda v: "".join(f"&#{ord(c):07d}" for c in v), ALL),
    "named entities": (lambda v: v.replace("@", "&commat;").replace(".", "&period;").replace(" ", "&nbsp;").replace("-", "&hyphen;"), {"contact.email", "marking.nato"}),
    "entities twice": (lambda v: html.escape("".join(f"&#{ord(c)};" for c in v)), ALL),
    "JSON escapes": (lambda v: "".join(f"\\u{ord(c):04x}" for c in v), ALL),
    "JSON escapes twice": (lambda v: "".join(f"\\\\u{ord(c):04x}" for c in v), ALL),
    "hexadecimal escapes": (lambda v: "".join(f"\\x{ord(c):02x}" for c in v), ALL),
    "octal escapes": (lambda v: "".join(f"\\{ord(c):03o}" for c in v), ALL),
    "braced escapes": (lambda v: "".join(f"\\u{{{ord(c):x}}}" for c in v), ALL),
    "long escapes": (lambda v: "".join(f"\\U{ord(c):08x}" for c in v), ALL),
    "code points": (lambda v: "".join(f"U+{ord(c):04X}" for c in v), ALL),
    "code points apart": (lambda v: " ".join(f"U+{ord(c):04X}" for c in v), ALL),
    "quoted-printable": (lambda v: "".join(f"={b:02X}" for b in v.encode()), ALL),
    "quoted-printable, soft breaks": (every(7, "=\n"), ALL),
    "quoted-printable, at": (lambda v: v.replace("@", "=40"), MAIL),
    "encoded word, B": (lambda v: f"=?utf-8?B?{b64(v.encode())}?=", ALL),
    "encoded word, Q": (lambda v: "=?utf-8?Q?" + "".join(f"={b:02X}" for b in v.encode()) + "?=", ALL),
    "UTF-7": (utf7, MAIL | {"marking.nato"}),
    "base 64": (lambda v: b64(v.encode()), ALL),
    "base 64 for URLs": (lambda v: base64.urlsafe_b64encode(v.encode()).decode().rstrip("="), ALL),
    "base 64 twice": (lambda v: b64(b64(v.encode()).encode()), ALL),
    "base 64, three times": (lambda v: b64(b64(b64(v.encode()).encode()).encode()), ALL),
    "base 64 of UTF-16": (lambda v: b64(v.encode("utf-16-le")), ALL),
    "base 64 of UTF-16 with mark": (lambda v: b64(v.encode("utf-16")), ALL),
    "base 64 of gzip": (lambda v: b64(gzip.compress(v.encode(), mtime=0)), ALL),
    "base 64 of zlib": (lambda v: b64(zlib.compress(v.encode())), ALL),
    "base 32": (lambda v: base64.b32encode(v.encode()).decode(), ALL),
    "hexadecimal": (lambda v: v.encode().hex(), ALL),
    "hexadecimal, upper case": (lambda v: v.encode().hex().upper(), ALL),
    "hexadecimal, spaced": (lambda v: v.encode().hex(" "), ALL),
    "hexadecimal, colons": (lambda v: v.encode().hex(":"), ALL),
    "hexadecimal of base 64": (lambda v: b64(v.encode()).encode().hex(), ALL),
    "base 64 of percent": (lambda v: b64("".join(f"%{b:02X}" for b in v.encode()).encode()), ALL),
    "Ascii85": (lambda v: base64.a85encode(v.encode(), adobe=True).decode(), ALL),
    "data URL": (lambda v: "data:text/plain;base64," + b64(v.encode()), ALL),
    "spaced out": (between(" "), NUMERIC | {"contact.email", "fin.iban", "marking.nato", "cred.aws-access-key"}),
    "dashes between digits": (lambda v: "-".join(c for c in v if c.isdigit()), GROUPED),
    "dots between digits": (lambda v: ".".join(c for c in v if c.isdigit()), GROUPED),
    "commas between digits": (lambda v: ", ".join(c for c in v if c.isdigit()), GROUPED),
    "one digit a line": (lambda v: "\n".join(c for c in v if c.isdigit()), GROUPED),
    "underscores in groups": (every(4, "_"), {"fin.card"}),
    "stars in groups": (every(4, "*"), {"fin.card"}),
    "spaced dashes in groups": (every(4, " - "), {"fin.card"}),
    "middle dots in groups": (every(4, "\u00b7"), {"fin.card"}),
    "thin spaces": (every(4, "\u2005"), {"fin.card"}),
    "minus signs": (every(4, "\u2212"), {"fin.card"}),
    "(at) and (dot)": (dotted(" (at) ", " (dot) "), MAIL),
    "[at] and [dot]": (dotted("[at]", "[dot]"), MAIL),
    "{at}": (dotted("{at}", "."), MAIL),
    "at and dot in words": (dotted(" at ", " dot "), MAIL),
    "German words": (dotted(" (ät) ", " (Punkt) "), MAIL),
    "Spanish words": (dotted("[arroba]", "[punto]"), MAIL),
    "escaped signs": (lambda v: v.replace("@", "\\@").replace(".", "\\."), MAIL),
    "spelled in tags": (tags, ALL),
    "spelled in selectors": (selectors, ALL),
    "tags and digits": (lambda v: "".join(tags(c) if i % 2 else c for i, c in enumerate(v)), ALL),
    "variation selectors supplement": (between("\U000e0100"), ALL),
    "Arabic letter marks": (between("\u061c"), ALL),
    "reserved ignorables": (cycle(["\ufff0", "\u2065", "\U000e0fff", "\u3164", "\uffa0", "\u180e"]), ALL),
    "blank Braille": (between("\u2800"), GROUPED),
    "nulls": (between("\0"), ALL),
    "controls of C0": (cycle("\x01\x02\x07\x08\x0b\x0c\x0e\x1b\x1f"), ALL),
    "deletes": (every(3, "\x7f"), ALL),
    "controls of C1": (cycle("\x80\x84\x99\x9f"), ALL),
    "colours of a terminal": (every(4, "\x1b[0m"), ALL),
    "nulls in escapes": (between("\\u0000"), ALL),
    "one digit a line, CRLF": (only_digits("\r\n"), GROUPED),
    "one digit a line, bullets": (only_digits("\n- "), GROUPED),
    "one digit a line, stars": (only_digits("\r\n* "), GROUPED),
    "one digit a line, tasks": (only_digits("\n- [ ] "), GROUPED),
    "cells": (only_digits(" | "), GROUPED),
    "cells of HTML": (only_digits("</td><td>"), GROUPED),
    "quoted digits": (only_digits('","'), GROUPED),
    "quoted digits, spaced": (only_digits("', '"), GROUPED),
    "commas, narrow": (only_digits(","), GROUPED),
    "stars of other kinds": (only_digits("★"), GROUPED),
    "words between": (only_digits(" and then "), GROUPED),
    "decimal codes": (codes("d", " "), ALL),
    "decimal codes, commas": (codes("d", ", "), ALL),
    "decimal codes, lines": (codes("d", ",\n    "), ALL),
    "octal codes": (codes("03o", " "), NUMERIC),
    "binary": (codes("08b", " "), ALL),
    "binary, commas": (codes("08b", ","), ALL),
    "hexadecimal, commas": (codes("02x", ", "), ALL),
    "open hexadecimal entities": (lambda v: "".join(f"&#x{ord(c):x}" for c in v), {"fin.iban"}),
    "base 64 of UTF-16, high first": (lambda v: b64(v.encode("utf-16-be")), ALL),
    "base 64 of UTF-32": (lambda v: b64(v.encode("utf-32-le")), ALL),
    "base 64 of UTF-32, high first": (lambda v: b64(v.encode("utf-32-be")), ALL),
    "base 64 of Latin-1": (lambda v: b64(("für " + v + " Größe").encode("latin-1")), ALL),
    "hexadecimal of Latin-1": (lambda v: ("für " + v + " Größe").encode("latin-1").hex(), ALL),
    "base 64 of windows-1252": (lambda v: b64(("“" + v + "” – né").encode("cp1252")), ALL),
    "squared": (styled(0x1F130, None, None), {"marking.nato", "cred.aws-access-key"}),
    "parenthesised": (styled(0x1F110, 0x249C, None), {"contact.email", "marking.nato"}),
    "small capitals": (lambda v: v.lower().translate(SMALL), {"contact.email", "marking.nato"}),
    "Cherokee and Lisu": (lambda v: v.upper().translate(LISU), {"marking.nato"}),
    "turned and regional": (styled(0x1F1E6, None, None), {"marking.nato", "cred.aws-access-key"}),
    "segmented digits": (digits(0x1FBF0), NUMERIC),
    "wide at, spaced": (dotted(" \uff20 ", " . "), MAIL),
    "spaces around signs": (dotted(" @ ", " . "), MAIL),
    "space behind at": (dotted("@ ", "."), MAIL),
    "AT and DOT": (dotted(" AT ", " DOT "), MAIL),
    "At and Dot": (dotted(" At ", " Dot "), MAIL),
    "_at_": (dotted("_at_", "_dot_"), MAIL),
    "_at_, dots": (dotted("_at_", "."), MAIL),
    "-at-": (dotted("-at-", "-dot-"), MAIL),
    "*at*": (dotted("*at*", "*dot*"), MAIL),
    "quoted at": (dotted(' "at" ', ' "dot" '), MAIL),
    "at in words, dots": (dotted(" [at] ", "."), MAIL),
    "German words, bare": (dotted(" klammeraffe ", " punkt "), MAIL),
    "German at, bare": (dotted(" at ", " punkt "), MAIL),
    "French words, bare": (dotted(" arobase ", " point "), MAIL),
    "Spanish words, bare": (dotted(" arroba ", " punto "), MAIL),
    "Italian words, bare": (dotted(" chiocciola ", " punto "), MAIL),
    "sign in words": (dotted("(at sign)", "(dot)"), MAIL),
    "words and digits": (mixed_words, NUMERIC),
    "words, doubled": (doubled, NUMERIC),
    "Han digits": (lambda v: v.translate({48 + i: c for i, c in enumerate("〇一二三四五六七八九")}), GROUPED),
    "Han digits, formal": (lambda v: v.translate({48 + i: c for i, c in enumerate("零壹贰叁肆伍陆柒捌玖")}), GROUPED),
} | {f"words, {language}": (spell(language), NUMERIC) for language in WORDS}

# Signs of the writing stand around these: what is taken out leaves them.
IN_SIGNS = {
    "array": (lambda v: "[" + only_digits(",")(v) + "]", GROUPED),
    "array of strings": (lambda v: json.dumps([c for c in v if c.isdigit()]), GROUPED),
    "array over lines": (lambda v: json.dumps([int(c) for c in v if c.isdigit()], indent=2), GROUPED),
    "bullets": (lambda v: "- " + only_digits("\n- ")(v) + "\n", GROUPED),
    "numbered": (numbered("{}. {}"), GROUPED),
    "numbered, brackets": (numbered("{}) {}", "\r\n"), GROUPED),
    "numbered keys": (numbered('"d{}": {}', ", "), GROUPED),
    "table": (lambda v: "| " + only_digits(" | ")(v) + " |", GROUPED),
    "table, a row each": (lambda v: only_digits(" |\n| ")(v) + " |", GROUPED),
    "sum of chr": (lambda v: "+".join(f"chr({ord(c)})" for c in v), ALL),
    "sum of chr, spaced": (lambda v: " & ".join(f"Chr({ord(c)})" for c in v), ALL),
    "fromCharCode": (lambda v: "String.fromCharCode(" + ",".join(str(ord(c)) for c in v) + ")", ALL),
    "bytes in hexadecimal": (lambda v: "{" + ", ".join(f"0x{ord(c):02x}" for c in v) + "}", ALL),
    "bytes in hexadecimal, narrow": (lambda v: ",".join(f"0x{ord(c):02X}" for c in v), ALL),
    "bytes in octal": (lambda v: ", ".join(f"0o{ord(c):o}" for c in v), NUMERIC),
    "bytes in binary": (lambda v: ", ".join(f"0b{ord(c):08b}" for c in v), ALL),
    "list of codes": (lambda v: str(list(v.encode())), ALL),
    "over lines": (parted("\n"), PARTED),
    "over lines of Windows": (parted("\r\n"), PARTED),
    "over lines, indented": (parted("\n    "), PARTED),
    "over lines, quoted": (parted("\n> "), PARTED),
    "over lines of a comment": (parted("\n// "), PARTED),
    "half of it bold": (parted("**", "**"), PARTED),
    "half of it code": (parted("`", "`"), PARTED),
    "half of it bold in HTML": (parted("<b>", "</b>"), PARTED),
    "in two spans": (parted('</span><span class="b">', "</span>"), PARTED),
    "in two cells": (parted("</td><td>"), PARTED),
    "with a line break in HTML": (parted("<br/>\n"), PARTED),
    "with a comment in HTML": (parted("<!-- and -->"), PARTED),
}

# The whole sentence is hidden, context and all.
ON_WHOLE = {
    "whole: base 64": lambda t: b64(t.encode()),
    "whole: base 64 in lines": lambda t: wrap(b64((t * 3).encode())),
    "whole: base 64 of gzip": lambda t: b64(gzip.compress(t.encode(), mtime=0)),
    "whole: hexadecimal": lambda t: t.encode().hex(),
    "whole: percent": lambda t: "".join(f"%{b:02X}" for b in t.encode()),
    "whole: entities": lambda t: "".join(f"&#{ord(c)};" for c in t),
    "whole: quoted-printable": lambda t: quopri.encodestring(t.encode()).decode(),
    "whole: JSON in JSON": lambda t: json.dumps(json.dumps({"note": "".join(f"\\u{ord(c):04x}" for c in t)})),
    "whole: full width": lambda t: t.translate(WIDE),
    "whole: mathematical": lambda t: styled(0x1D400, 0x1D41A, 0x1D7CE)(t),
}

# Prose has no digits to spell; pairs with colons are hardware addresses to a detector, hidden or not.
NOT_CLEAN = {f"words, {language}" for language in WORDS} | {"hexadecimal, colons", "words and digits", "words, doubled"}


def escaped(text):
    """Printable ASCII as it is, all else as JSON would write it."""
    short = {"\\": "\\\\", "\n": "\\n", "\t": "\\t"}
    units = lambda c: memoryview(c.encode("utf-16-le")).cast("H")
    return "".join(short.get(c) or (c if " " <= c <= "~" else "".join(f"\\u{u:04x}" for u in units(c))) for c in text)


def row(technique, detector, text):
    if "AKIA" in text or "ghp_" in text:
        text = text.replace("AKIA", "AK{|}IA").replace("ghp_", "gh{|}p_")
    print(technique, detector, escaped(text), sep="\t")


def main():
    sys.stdout.reconfigure(encoding="utf-8")
    for technique, (write, only) in (ON_VALUE | IN_SIGNS).items():
        for detector, before, value, after in VALUES:
            if only is None or detector in only:
                row(technique, detector, before + write(value) + after)
    for technique, write in ON_WHOLE.items():
        for detector, before, value, after in VALUES:
            row(technique, detector, write(before + value + after))
    for technique, (write, only) in (ON_VALUE | IN_SIGNS).items():
        if technique in NOT_CLEAN:
            continue
        for text in CLEAN:
            row("clean, " + technique, "-", write(text))
    for technique, write in ON_WHOLE.items():
        for text in CLEAN:
            row("clean, " + technique, "-", write(text))


if __name__ == "__main__":
    main()
