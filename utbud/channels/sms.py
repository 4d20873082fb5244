"""How long a text message is: GSM 03.38 (3GPP TS 23.038) where it can, UCS-2 where it must."""

import unicodedata

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")  # cost two: an escape comes before them
ONE, MANY = 160, 153  # septets in a message of its own, and in each of several
ONE_UCS2, MANY_UCS2 = 70, 67  # UTF-16 units
PLAIN = str.maketrans(
    {
        **dict.fromkeys("”“„«»″", '"'),
        **dict.fromkeys("’‘‚‛´`′", "'"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("•·", "-"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f\t", " "),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", None),  # unseen
        "…": "...",
        "→": "->",
        "⁄": "/",
        "ı": "i",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
    }
)


def normalise(text: str) -> str:
    """``text`` with typographic signs and foreign accents written so that GSM 03.38 has them: «–» as «-», «á» as «a».

    What has no plain form (emoji, other scripts) is left.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).translate(PLAIN)
    return "".join(_plain(sign) for sign in text)


def _plain(sign: str) -> str:
    if sign in GSM or sign in EXTENSION:
        return sign
    parts = unicodedata.normalize("NFKD", sign)
    bare = "".join(one for one in parts if not unicodedata.combining(one)).translate(PLAIN)
    return bare if bare and not outside(bare) else sign


def outside(text: str) -> list[str]:
    """The signs in ``text`` that force the whole message into UCS-2, once each, as they come."""
    return list(dict.fromkeys(sign for sign in text if sign not in GSM and sign not in EXTENSION))


def segments(text: str) -> int:
    """How many messages ``text`` is sent as, and paid for. Nothing is 0."""
    return _split(text)[0]


def length(text: str) -> int:
    """How much room ``text`` takes, in septets, so that ``room(n)`` or less fits in ``n`` messages.

    Text in UCS-2 is counted as the part of each message that it fills.
    """
    count, last = _split(text)
    one, many = (ONE_UCS2, MANY_UCS2) if outside(text) else (ONE, MANY)
    if count <= 1:
        return -(-last * ONE // one)
    return (count - 1) * MANY + -(-last * MANY // many)


def room(count: int) -> int:
    """The septets that ``count`` messages hold."""
    return ONE if count == 1 else count * MANY


def _split(text: str) -> tuple[int, int]:
    """How many messages, and how full the last one is. What belongs together is never parted between two."""
    if outside(text):
        costs, one, many = [2 if ord(sign) > 0xFFFF else 1 for sign in text], ONE_UCS2, MANY_UCS2
    else:
        costs, one, many = [2 if sign in EXTENSION else 1 for sign in text], ONE, MANY
    if sum(costs) <= one:
        return min(len(costs), 1), sum(costs)
    count, used = 1, 0
    for cost in costs:
        if used + cost > many:
            count, used = count + 1, 0
        used += cost
    return count, used
