"""The sensitive values that tests send: invented, formed like real ones, and unmistakable in a search.

Credentials are built at run time from parts, so that no scanner of this repository finds one.
"""

from __future__ import annotations

import random
import string
import zlib

EMAIL = "anna.berger@sozialamt-graz.at"
PHONE = "+43 316 872 6543"
IBAN = "AT61 1904 3002 3457 3201"
HEALTH = "Patientin, ICD-10 diagnosis: E11.9, insulin since May"  # Class health by its code in context.
CLEAN = "Explain the tides of the North Sea in two sentences."


def email(number: int) -> str:
    """A different address for each number, alike in length."""
    return f"planted.person{number:02d}@sozialamt-graz.at"


def iban(number: int) -> str:
    """An Austrian account number with its true check digits (ISO 13616)."""
    account = f"1904300234{500000 + number:06d}"
    check = 98 - int(account + "102900") % 97  # A is 10, T is 29.
    plain = f"AT{check:02d}{account}"
    return " ".join(plain[at : at + 4] for at in range(0, len(plain), 4))


def card(number: int) -> str:
    """A payment card number with its true check digit (ISO/IEC 7812-1)."""
    digits = f"453201511283{number:03d}"
    doubled = sum(sum(divmod(int(digit) * (2 - at % 2), 10)) for at, digit in enumerate(digits))
    plain = digits + str(-doubled % 10)
    return " ".join(plain[at : at + 4] for at in range(0, len(plain), 4))


def national_id(number: int) -> str:
    """A Finnish personal identity code with its true check character."""
    digits = f"131052{number + 100:03d}"
    return f"131052-{number + 100:03d}" + "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(digits) % 31]


def phone(number: int) -> str:
    """A number in international form."""
    return f"+43 316 872 {6500 + number}"


def aws_key(seed: int = 7) -> str:
    """An access key id of the cloud provider's form."""
    return "AK" + "IA" + "".join(random.Random(seed).choices(string.ascii_uppercase + "234567", k=16))


def github_token(seed: int = 7) -> str:
    """A personal access token with its true check sum."""
    alphabet = string.digits + string.ascii_uppercase + string.ascii_lowercase
    core = "".join(random.Random(seed).choices(alphabet, k=30))
    value, check = zlib.crc32(core.encode()), ""
    while value:
        value, digit = divmod(value, 62)
        check = alphabet[digit] + check
    return "gh" + "p_" + core + check.rjust(6, "0")


def private_key() -> str:
    """A PEM block whose content is noise."""
    lines = "\n".join("".join(random.Random(line).choices(string.ascii_letters + string.digits + "+/", k=64)) for line in range(6))
    kind = "RSA PRIV" + "ATE KEY"
    return f"-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----"


def spellings(value: str) -> set[bytes]:
    """The forms under which a value may hide in an output: as is, lower case, escaped, percent-encoded, base64, hex."""
    import base64
    import json
    import urllib.parse

    plain = value.encode()
    forms = {plain, value.lower().encode(), value.replace(" ", "").encode(), plain.hex().encode()}
    forms |= {json.dumps(value)[1:-1].encode(), json.dumps(json.dumps(value)[1:-1])[1:-1].encode()}
    forms |= {urllib.parse.quote(value, safe="").encode(), urllib.parse.quote_plus(value).encode()}
    for shift in range(3):  # base64 of the value at each of the three alignments, without the ragged ends.
        coded = base64.b64encode(b"\0" * shift + plain)
        forms.add(coded[4 if shift else 0 : len(coded) - 4])
    return {form for form in forms if len(form) >= 8}
