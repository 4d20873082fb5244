"""One way to reach somebody: a phone number or an e-mail address; by letter also where they live."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from utbud.places.phones import parse_phone, phone_words


class ContactKind(models.TextChoices):
    """How somebody is reached."""

    PHONE = "phone", _("telefon")
    EMAIL = "email", _("e-post")
    POST = "post", _("brev")


class UnclearContact(Exception):
    """What was written is no way to reach anyone. Its text is Swedish and says what to do."""


@dataclass(frozen=True)
class Contact:
    """A way to reach somebody, as it is kept: E.164, an e-mail address, or a postal address."""

    kind: ContactKind
    value: str

    @property
    def words(self) -> str:
        """As people read it."""
        return phone_words(self.value) if self.kind == ContactKind.PHONE else self.value


def read_contact(text: str, *, by_post: bool = False) -> Contact:
    """The contact in ``text``. With ``by_post`` a postal address is one too. Raises UnclearContact."""
    text = " ".join(text.split())
    if "@" in text:
        try:
            validate_email(text)
        except ValidationError:
            raise UnclearContact(
                _now("E-postadressen är inte hel. Den ska se ut så här: namn@exempel.se")
            ) from None
        name, _at, domain = text.rpartition("@")
        return Contact(ContactKind.EMAIL, f"{name}@{domain.lower()}")
    if number := parse_phone(text):
        return Contact(ContactKind.PHONE, number)
    letters = sum(character.isalpha() for character in text)
    if by_post and letters >= 4:
        return Contact(ContactKind.POST, text)
    if letters > 3:
        raise UnclearContact(_now("Skriv ett telefonnummer eller en e-postadress, så att vi kan svara dig."))
    raise UnclearContact(
        _now("Vi känner inte igen telefonnumret. Skriv det med riktnummer, till exempel 08-465 004 00.")
    )
