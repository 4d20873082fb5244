"""One way to reach somebody: a phone number or an e-mail address; by letter also where they live."""

import re
import unicodedata
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from utbud.base.unseen import without_unseen
from utbud.places.phones import costs_extra, parse_phone, phone_words

LONGEST_NOTE = 200
PARTS = re.compile(r"[,;|<>()\[\]]|\s/\s|(?<=\d)/(?=[0+])|\b(?:eller|och|or|alt|samt)\b\.?", re.I)
NUMBER = re.compile(r"[+0(][\d\s()./\-‐-―−]*\d")  # where a number may stand among words
NEXT_NUMBER = re.compile(r"\s+(?=[0+(])")  # where a second one may begin
POSTCODE = re.compile(r"\b[1-9]\d{2} ?\d{2}\b")
LEADING = re.compile(r"^(?:eller|och|or|alt|samt|tel|telefon|mobil|nr|nummer|mailto)\b[.:]?\s*", re.I)
ENDS = " .,;:-–<>()[]/|"


class ContactKind(models.TextChoices):
    """How somebody is reached."""

    PHONE = "phone", _("telefon")
    EMAIL = "email", _("e-post")
    POST = "post", _("brev")


class UnclearContact(Exception):
    """What was written is no way to reach anyone. Its text is Swedish and says what to do."""


@dataclass(frozen=True)
class Contact:
    """A way to reach somebody, as it is kept: E.164, an e-mail address in lower case, or a postal address."""

    kind: ContactKind
    value: str

    @property
    def words(self) -> str:
        """As people read it."""
        return phone_words(self.value) if self.kind == ContactKind.PHONE else self.value


@dataclass(frozen=True)
class Written:
    """What somebody wrote about how they are reached: the way that is used, and what stood beside it."""

    contact: Contact
    note: str = ""  # «dottern Eva», or a second number

    @property
    def text(self) -> str:
        """Both, so that reading it again gives the same."""
        return f"{self.contact.value} ({self.note})" if self.note else self.contact.value


def beside(contact: Contact | None, note: str) -> str:
    """A way as people read it, and what stood beside it: «070-174 06 05 (dottern Eva)»; "" for no way."""
    if contact is None:
        return ""
    return f"{contact.words} ({note})" if note else contact.words


def hinted(contact: Contact | None) -> str:
    """A way so that whoever has it knows it and nobody else learns it: «telefonnumret som slutar på 06 05», «g…@example.org»."""
    if contact is None:
        return ""
    if contact.kind == ContactKind.PHONE:
        ends = contact.value[-4:]
        return _now("telefonnumret som slutar på %(ends)s") % {"ends": f"{ends[:2]} {ends[2:]}"}
    if contact.kind == ContactKind.EMAIL:
        name, _at, host = contact.value.partition("@")
        return _now("e-postadressen %(hint)s") % {"hint": f"{name[:1]}…@{host}"}
    return _now("brev hem till dig")


def read_contact(text: str, *, by_post: bool = False) -> Contact:
    """The contact in ``text``: the first, if there are several. With ``by_post`` a postal address is one too. Raises UnclearContact."""
    return read_written(text, by_post=by_post).contact


def read_written(text: str, *, by_post: bool = False) -> Written:
    """The contact in ``text`` and what else stood there. Raises UnclearContact."""
    as_written, text = without_unseen(text, joiners=True), without_unseen(text)
    found = _found(unicodedata.normalize("NFKC", text))
    if by_post and _is_home(as_written, found):
        return Written(Contact(ContactKind.POST, as_written))
    if found is None:
        raise UnclearContact(_why_not(text))
    if found.contact.kind == ContactKind.PHONE and costs_extra(found.contact.value):
        raise UnclearContact(
            _now("Det är ett nummer som kostar extra att ringa. Skriv ett vanligt telefonnummer.")
        )
    return found


def _found(text: str) -> Written | None:
    if whole := _one(text):
        return Written(whole)
    parts = PARTS.split(text)
    if (
        "@" in text
    ):  # an address stands by itself: «anna ek@example.org» is a slip, and may be somebody else's
        mail = [part for part in parts if "@" in part]
        ways = [way for part in mail if (way := _one(part.strip(ENDS)) or _mail_by_a_number(part))]
        if len(ways) != len(mail):
            return None
    for part in parts:
        if way := _one(part.strip(ENDS)) or _mail_by_a_number(part):
            return _beside(text, part, way)
        if hit := NUMBER.search(part):
            if number := _number(hit[0]):
                return _beside(text, number, Contact(ContactKind.PHONE, str(parse_phone(number))))
            return None  # the first number is not whole: another is not taken for it
    return None


def _mail_by_a_number(part: str) -> Contact | None:
    """The first of the two in «070-174 06 05 anna@example.org», which nothing but a space parts."""
    hit = NUMBER.search(part) if "@" in part else None
    if (
        hit is None
        or not parse_phone(hit[0])
        or (mail := _one(part.replace(hit[0], " ").strip(ENDS))) is None
    ):
        return None
    return mail if part.strip(ENDS).lower().startswith(mail.value) else _one(hit[0])


def _one(text: str) -> Contact | None:
    if "@" in text:
        address = re.sub(r"^mailto:", "", text.strip(ENDS), flags=re.I).lower()
        try:
            validate_email(address)
        except ValidationError:
            return None
        if " " in address:
            return None
        return Contact(ContactKind.EMAIL, address)
    number = parse_phone(text)
    return Contact(ContactKind.PHONE, number) if number else None


def _number(text: str) -> str:
    """The number that ``text`` begins with, as it is written; "" if what is there is not made of whole numbers."""
    if parse_phone(text):
        return text
    for gap in NEXT_NUMBER.finditer(text):
        first, rest = text[: gap.start()], text[gap.end() :]
        if parse_phone(first) and _number(rest):
            return first
    return ""


def _beside(text: str, used: str, contact: Contact) -> Written:
    if contact.kind == ContactKind.EMAIL:
        used = contact.value
    elif "@" in used and (hit := NUMBER.search(used)):
        used = hit[0]
    used = used.strip(ENDS)
    at = text.lower().find(used.lower())
    before, after = text[:at], text[at + len(used) :]
    pieces = [re.sub(r"[()\[\]<>]", " ", piece).strip(ENDS) for piece in (before, after)]
    note = " ".join(" ".join(piece for piece in pieces if piece).split()).replace(" ,", ",")
    return Written(contact, LEADING.sub("", note)[:LONGEST_NOTE].strip(ENDS))


def _is_home(text: str, found: Written | None) -> bool:
    """Whether it is where somebody lives, though a number may stand beside it."""
    beside = found.note if found else text
    letters = sum(character.isalpha() for character in beside)
    return letters >= 4 and "@" not in text and (found is None or bool(POSTCODE.search(beside)))


def _why_not(text: str) -> str:
    if "@" in text:
        return _now("E-postadressen är inte hel. Den ska se ut så här: namn@exempel.se")
    if sum(character.isalpha() for character in text) > 3 and not NUMBER.search(text):
        return _now("Skriv ett telefonnummer eller en e-postadress att svara till.")
    return _now("Vi känner inte igen telefonnumret. Skriv det med riktnummer, till exempel 08-465 004 00.")
