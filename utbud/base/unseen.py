"""Characters that nobody sees: what a phone's contact list, a word processor or a chat puts around a number."""

import unicodedata

# Not of the kinds below, and still without a shape of their own.
BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
JOINERS = frozenset("\u200c\u200d")  # part of how some languages are spelled


def without_unseen(text: str, *, joiners: bool = False) -> str:
    """``text`` without format and control characters, spaces of every kind as plain ones, none at the ends.

    ``joiners`` keeps what joins letters in Persian and other scripts.
    """
    seen = [sign for sign in text if sign.isspace() or not _unseen(sign) or (joiners and sign in JOINERS)]
    return " ".join("".join(seen).split())


def _unseen(sign: str) -> bool:
    selector = "\ufe00" <= sign <= "\ufe0f"  # «☎» as a picture
    return sign in BLANK or selector or unicodedata.category(sign) in ("Cf", "Cc", "Co", "Cs", "Cn")
