"""What goes out without a publisher having approved it, field by field: the one place where that is decided (docs/adr/0022).

Everything else that readers get is approved to the letter; tests/unit/publishing/test_behind_a_page.py holds the site to it. Staff see the list under «Godkänna».
"""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.utils.translation import gettext_lazy as _

STAFF, ADMINISTRATOR = _("redaktörer"), _("administratörer")


@dataclass(frozen=True)
class Straight:
    """Fields of a model that readers see as soon as they are saved, who may change them, and why they do not wait."""

    model: str  # «app.Model»
    fields: tuple[str, ...]
    who: Any
    why: Any

    @property
    def label(self) -> str:
        """What the model is called."""
        return str(apps.get_model(self.model)._meta.verbose_name)

    @property
    def field_labels(self) -> list[str]:
        """What its fields are called."""
        meta = apps.get_model(self.model)._meta
        return [str(getattr(meta.get_field(name), "verbose_name", name)) for name in self.fields]


_NEWS = _("Dagens läge. Den som ska komma måste få veta det genast.")
_SETUP = _(
    "Bibliotekets egna uppgifter. De ändras sällan, av den som svarar för dem, och varje ändring står i loggen."
)

STRAIGHT_OUT = (
    # News of the day: when, where, how many, called off. Numbers, choices and a room, no running text.
    Straight("courses.Run", ("place", "venue", "host", "joining", "companions_take_seats", "cancelled_at", "cancelled_why"), STAFF, _NEWS),
    Straight("courses.Occasion", ("starts_at", "ends_at", "place", "cancelled_at", "cancelled_why"), STAFF, _NEWS),
    Straight("courses.Quota", ("seats", "kept", "kept_until", "extra", "taken"), STAFF, _NEWS),
    Straight("learning.PlannedWeek", ("week", "year"), STAFF, _("Vilket godkänt ord som är veckans. Orden själva är godkända.")),
    # What an administrator sets up. Editors cannot reach it.
    Straight("places.Place", ("name", "slug", "kind", "street", "postal_code", "city", "phone", "about", "accessibility", "order", "active"), ADMINISTRATOR, _SETUP),
    Straight("places.OpeningHours", ("weekday", "kind", "opens", "closes", "valid_from", "valid_to"), ADMINISTRATOR, _SETUP),
    Straight("places.SpecialDay", ("date", "kind", "closed", "opens", "closes", "reason"), STAFF, _NEWS),  # a reason is chosen
    Straight(
        "places.LibrarySettings",
        ("library_name", "programme_name", "municipality", "phone", "email", "main_place", "accent", "help_colour", "logo", "logo_alt",
         "helps_with", "helps_not_with"),
        ADMINISTRATOR, _SETUP,
    ),
    Straight("people.Organisation", ("name", "logo"), ADMINISTRATOR, _("Partnerns eget namn och märke, som partnern bestämmer över.")),
    Straight("people.ResponsiblePublisher", ("name", "certificate_number", "certificate_expires", "active"), ADMINISTRATOR, _SETUP),
    Straight("people.TargetGroup", ("name",), ADMINISTRATOR, _("Lagens egna ord.")),
    Straight("learning.Topic", ("title", "slug", "about", "order"), ADMINISTRATOR, _("Hyllorna som det godkända står på.")),
)  # fmt: skip
