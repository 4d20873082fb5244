"""Phone numbers as people write them in Sweden."""

import phonenumbers


def parse_phone(text: str) -> str | None:
    """``text`` as E.164 («+46846500400»), or None for what is no number one can ring.

    A number without country code is Swedish and needs its area code: «465 004 00» could be anywhere.
    Short numbers (112) and letters are refused.
    """
    if any(character.isalpha() for character in text) or text.strip().lstrip("(")[:1] not in ("0", "+"):
        return None
    try:
        number = phonenumbers.parse(text, "SE")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


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


def is_mobile(number: str) -> bool:
    """Whether an E.164 ``number`` can take a text message, as far as its plan tells."""
    kind = phonenumbers.number_type(phonenumbers.parse(number))
    return kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
