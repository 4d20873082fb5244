"""Phone numbers as people write them in Sweden."""

import unicodedata

import phonenumbers
from phonenumbers import PhoneNumberType

from utbud.base.unseen import without_unseen

HOME = "SE"
# Those that a library may choose to send text messages to, by the name that staff know. What is not here can still be rung.
COUNTRIES = {
    "SE": "Sverige",
    "NO": "Norge",
    "DK": "Danmark",
    "FI": "Finland",
    "AX": "Åland",
    "IS": "Island",
    "FO": "Färöarna",
    "GL": "Grönland",
    "BE": "Belgien",
    "BA": "Bosnien och Hercegovina",
    "BG": "Bulgarien",
    "CY": "Cypern",
    "EE": "Estland",
    "FR": "Frankrike",
    "GR": "Grekland",
    "IE": "Irland",
    "IT": "Italien",
    "HR": "Kroatien",
    "LV": "Lettland",
    "LT": "Litauen",
    "LU": "Luxemburg",
    "MT": "Malta",
    "ME": "Montenegro",
    "NL": "Nederländerna",
    "MK": "Nordmakedonien",
    "PL": "Polen",
    "PT": "Portugal",
    "RO": "Rumänien",
    "CH": "Schweiz",
    "RS": "Serbien",
    "SK": "Slovakien",
    "SI": "Slovenien",
    "ES": "Spanien",
    "GB": "Storbritannien",
    "CZ": "Tjeckien",
    "TR": "Turkiet",
    "DE": "Tyskland",
    "UA": "Ukraina",
    "HU": "Ungern",
    "US": "USA",
    "AT": "Österrike",
}
DEAR = (PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST)


def parse_phone(text: str) -> str | None:
    """``text`` as E.164 («+46846500400»), or None for what is no number one can ring.

    A number without country code is Swedish and needs its area code: «465 004 00» could be anywhere.
    Short numbers (112) and letters are refused. Marks that nobody sees, and the figures of other scripts, do not matter.
    """
    text = _plain(without_unseen(text).removeprefix("tel:"))
    if any(character.isalpha() for character in text) or text.lstrip("( ")[:1] not in ("0", "+"):
        return None
    number = _parsed(text)
    if number is None or number.extension or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _plain(text: str) -> str:
    """Figures and signs of other scripts («０», «٠», «＋») as ours."""
    return "".join(
        str(unicodedata.digit(sign)) if sign.isdigit() else sign
        for sign in unicodedata.normalize("NFKC", text)
    )


def _parsed(text: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, HOME)
    except phonenumbers.NumberParseException:
        return None


def phone_words(number: str) -> str:
    """An E.164 number as Swedes read it: «08-465 004 00», foreign ones with their country code."""
    parsed = phonenumbers.parse(number)
    home = parsed.country_code == 46
    style = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)


def phone_link(text: str) -> str:
    """``tel:+46…`` for a number as it is written, "" for what cannot be rung."""
    number = parse_phone(text)
    return f"tel:{number}" if number else ""


def numbers_in(text: str) -> list[tuple[int, int, str]]:
    """Every number one can ring in ``text``: where it begins and ends, and ``tel:+46…``."""
    found = phonenumbers.PhoneNumberMatcher(text, HOME)
    return [(one.start, one.end, link) for one in found if (link := phone_link(one.raw_string))]


def is_mobile(number: str) -> bool:
    """Whether an E.164 ``number`` can take a text message, as far as its plan tells."""
    return phonenumbers.number_type(phonenumbers.parse(number)) in (
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
    )


def costs_extra(number: str) -> bool:
    """Whether whoever rings an E.164 ``number`` pays more than for a call: nobody is rung there."""
    return phonenumbers.number_type(phonenumbers.parse(number)) in DEAR


def country_of(number: str) -> str:
    """The country of an E.164 ``number``: «SE»; "" for satellites and the like. «+1» is many countries, so the whole number decides."""
    return str(phonenumbers.region_code_for_number(phonenumbers.parse(number)) or "")
