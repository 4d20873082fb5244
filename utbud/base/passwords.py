"""What a password must be: long, and nothing that somebody who knows the library would guess.

zxcvbn knows common passwords, keys in a row, years, doubled words and letters written as figures. We tell it what is said
in Sweden and in the house; apps add the words of theirs (the library's name, the town) with ``local_words``.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

SHORTEST = 12
ENOUGH = 4  # of zxcvbn's 0-4: ten thousand million guesses are needed
LONGEST_READ = 72  # characters that zxcvbn reads; what is longer is not easier
COMMON = 20_000  # Swedish words, the most common first
HOUSE = [
    "digitalt",
    "utbud",
    "digital",
    "bibliotek",
    "biblioteket",
    "bibblan",
    "bibliotekarie",
    "personal",
    "redaktör",
    "redaktor",
    "utgivare",
    "ansvarig",
    "administratör",
    "administrator",
    "admin",
    "lösenord",
    "losenord",
    "välkommen",
    "valkommen",
    "hemligt",
    "hemlig",
    "inloggning",
    "logga",
    "wagtail",
    "django",
    "podden",
    "ofiktion",
    "kurser",
    "guider",
    "filmer",
    "veckans",
    "ord",
]
SWEDEN = [
    "sommar",
    "vinter",
    "höst",
    "host",
    "vår",
    "var",
    "sommaren",
    "vintern",
    "hösten",
    "hosten",
    "våren",
    "sverige",
    "stockholm",
    "göteborg",
    "goteborg",
    "malmö",
    "malmo",
    "uppsala",
    "härnösand",
    "harnosand",
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
    "måndag",
    "mandag",
    "tisdag",
    "onsdag",
    "torsdag",
    "fredag",
    "lördag",
    "lordag",
    "söndag",
    "sondag",
    "midsommar",
    "julafton",
    "älskling",
    "alskling",
    "sötnos",
    "sotnos",
    "hejsan",
    "hejhej",
    "qwertyuiopå",
    "asdfghjklöä",
    "zxcvbnm",
    "qwerty",
]
Words = Callable[[], Iterable[str]]
_local: list[Words] = []


def local_words(words: Words) -> Words:
    """Register a function that tells words of this library's own."""
    _local.append(words)
    return words


class HardToGuess:
    """A validator for AUTH_PASSWORD_VALIDATORS: everywhere a password is chosen."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError with what to do."""
        if len(password) < SHORTEST:
            raise ValidationError(
                _("Lösenordet är för kort. Det ska ha minst %(count)s tecken.") % {"count": SHORTEST},
                code="password_too_short",
            )
        if _guessed(password, _about(user)):
            raise ValidationError(
                _(
                    "Lösenordet är lätt att gissa. Ta fyra ord som inte hör ihop, och inget om dig eller biblioteket."
                ),
                code="password_too_common",
            )

    def get_help_text(self) -> str:
        """What is said beside the field."""
        return _("Minst %(count)s tecken. Fyra ord som inte hör ihop är bra.") % {"count": SHORTEST}


def _guessed(password: str, own: Iterable[str]) -> bool:
    """Whether what is left, when the words of the house and the person are taken away, is soon guessed."""
    from zxcvbn import zxcvbn  # late: its lists take a moment to load  # noqa: PLC0415, RUF100

    _tell_swedish()
    said = [*HOUSE, *(word for words in _local for word in words()), *own]
    known = sorted({piece for text in said for piece in _pieces(text)}, key=len, reverse=True)
    left = re.sub("|".join(map(re.escape, known)), "", password[:LONGEST_READ], flags=re.IGNORECASE)
    return not left or int(zxcvbn(_with_years(left), user_inputs=known)["score"]) < ENOUGH


def _with_years(password: str) -> str:
    """zxcvbn's list of years ends in 2019; a later one is as easy, and is read as 2019."""
    return re.sub(r"20[2-9]\d", "2019", password)


def _about(user: Any) -> list[str]:
    names = ("username", "first_name", "last_name", "email")
    return [str(getattr(user, name, "") or "") for name in names]


def _pieces(text: str) -> list[str]:
    """The words of a text, also without dots over letters, as people write them in passwords."""
    low = text.casefold()
    found = [*re.findall(r"[^\W\d_]{4,}", low)]
    return [form for piece in found for form in (piece, piece.translate(PLAIN)) if piece]


PLAIN = str.maketrans("åäöé", "aaoe")


@cache
def _tell_swedish() -> None:
    from wordfreq import top_n_list  # noqa: PLC0415, RUF100
    from zxcvbn.matching import add_frequency_lists  # noqa: PLC0415, RUF100

    words = dict.fromkeys([*SWEDEN, *(word for word in top_n_list("sv", COMMON) if len(word) > 2)])
    forms = dict.fromkeys(form for word in words for form in (word, word.translate(PLAIN)))
    add_frequency_lists({"swedish": list(forms)})
