"""The desk: who rings or comes by, lists on paper, seats for an association, and putting a registration right."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from utbud.base import dates
from utbud.base.days import DayField
from utbud.base.hashing import content_hash
from utbud.courses import words
from utbud.courses.actions.seats import LARGEST_PARTY, Person
from utbud.courses.forms.needs import NeedsFields
from utbud.courses.forms.staff import SeenForm, number_field
from utbud.courses.models import Participant, Quota, Registration
from utbud.courses.models.registrations import Way
from utbud.courses.queries.times import Offered
from utbud.inbox.contact import UnclearContact, read_written
from utbud.inbox.guards import OnceForm
from utbud.people.models import Organisation

Role = Participant.Role
ROWS, MOST_ROWS, BLANK_ROWS = 8, 40, 2
NOT_COMING = "gone"


class ContactField(forms.CharField):
    """A phone number, an e-mail address or a postal address, kept as ``inbox.contact`` keeps it; or nothing."""

    def __init__(self, **kwargs: Any) -> None:
        own: dict[str, Any] = {
            "label": _("Telefon, e-post eller postadress"),
            "required": False,
            "max_length": 254,
            "widget": forms.TextInput(attrs={"autocomplete": "off"}),
            "error_messages": {"max_length": _("Det blev för långt. Skriv ett sätt att nå personen.")},
        }
        super().__init__(**own | kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            return read_written(text, by_post=True).text
        except UnclearContact as error:
            raise forms.ValidationError(str(error)) from error


FIGURES_OF_A_NUMBER = 6


class NameField(forms.CharField):
    """A name with any letters; spaces are put right. A number or an address that was typed here is no name."""

    def __init__(self, **kwargs: Any) -> None:
        own: dict[str, Any] = {
            "label": _("Namn"),
            "max_length": 100,
            "widget": forms.TextInput(attrs={"autocomplete": "off"}),
            "error_messages": {
                "required": _("Skriv ett namn."),
                "max_length": _("Namnet är för långt. Skriv högst 100 tecken."),
            },
        }
        super().__init__(**own | kwargs)

    def clean(self, value: Any) -> str:
        name = " ".join(super().clean(value).split())
        if "@" in name or sum(sign.isdigit() for sign in name) >= FIGURES_OF_A_NUMBER:
            raise forms.ValidationError(
                _now(
                    "Det ser ut som ett nummer eller en adress. Skriv namnet här, och numret i rutan bredvid."
                )
            )
        return name


def names_field(**more: Any) -> forms.CharField:
    """Names, one a line."""
    return forms.CharField(required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3}), **more)


def names_in(text: str) -> list[str]:
    """The names in ``text``, one a line or between commas."""
    return [name[:100] for line in text.replace(",", "\n").splitlines() if (name := " ".join(line.split()))]


class DeskForm(SeenForm, NeedsFields, OnceForm):
    """One screen: find the course, pick the group, write who, press Enter.

    Enter in the field where one looks for a course looks; anywhere else it registers. ``looked_for`` tells which.
    """

    field_order = [
        "course",
        "group",
        "name",
        "contact",
        "size",
        "came_by",
        "names",
        "needs",
        "interpreter_language",
        "needs_text",
        "reason",
    ]

    course = forms.CharField(
        label=_("Sök kurs"), required=False, max_length=100,
        help_text=_("Kurs, plats, dag eller nummer. Tryck Enter."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    looked_for = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)
    group = forms.TypedChoiceField(
        label=_("Grupp"), coerce=int, widget=forms.RadioSelect,
        error_messages={"required": _("Välj en grupp."), "invalid_choice": _("Välj en av grupperna.")},
    )  # fmt: skip
    name = NameField()
    contact = ContactField(help_text=_("Ett sätt räcker. Tomt om personen inte har något."))
    size = number_field(_("Hur många kommer"), 1, LARGEST_PARTY, initial=1)
    came_by = forms.ChoiceField(
        label=_("Hur kom det in"), initial=Way.PHONE, widget=forms.RadioSelect,
        choices=[(Way.PHONE, Way.PHONE.label), (Way.DESK, Way.DESK.label)],
        error_messages={"required": _("Välj hur det kom in.")},
    )  # fmt: skip
    names = names_field(label=_("De andras namn"), help_text=_("Om de är sagda. Ett på varje rad."))
    reason = forms.CharField(
        label=_("Ge plats ändå, för att"), max_length=200, required=False,
        help_text=_("Lämna tomt, så ställs personen i kö."),
    )  # fmt: skip

    def __init__(self, *args: Any, offered: Sequence[Offered], **kwargs: Any) -> None:
        """``offered``: the groups that are shown."""
        super().__init__(*args, **kwargs)
        self.offered = {one.quota.pk: one for one in offered}
        group: Any = self.fields["group"]
        group.choices = [(pk, group_words(one)) for pk, one in self.offered.items()]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if len(names_in(data.get("names", ""))) >= (data.get("size") or LARGEST_PARTY):
            self.add_error("names", _now("Det är fler namn än de som kommer. Skriv hur många ni är."))
        return data

    @property
    def chosen(self) -> Offered:
        """The group that is picked, when the form is valid."""
        return self.offered[self.cleaned_data["group"]]

    def people(self) -> list[Person]:
        """The party: who registers, the others, and those who come along with them."""
        data = self.cleaned_data
        others = names_in(data["names"])
        others += [""] * (data["size"] - 1 - len(others))
        return [*party([data["name"], *others]), *along(data["needs"])]

    def submission_key(self) -> str:
        """The same for the same answers from the same page, whatever was looked for and warned of meanwhile."""
        data = self.cleaned_data
        said = {name: data[name] for name in ("group", "name", "contact", "size", "names")}
        return content_hash([self.key, said])


def party(names: Iterable[str]) -> list[Person]:
    """Participants by name; "" is one whose name nobody has said."""
    return [Person(name) for name in names]


def along(needs: Iterable[str]) -> list[Person]:
    """Those who come along because somebody needs them: a companion, an interpreter."""
    roles = {"companion": Role.COMPANION, "interpreter": Role.INTERPRETER}
    return [Person(role=roles[need]) for need in roles if need in needs]


def group_words(one: Offered) -> str:
    """«Ring med bild, tisdag 3 mars klockan 10 till 12, Huvudbiblioteket. 3 platser kvar»"""
    seats = words.seats_words(one.standing.seats, one.standing.in_line, phone=True)
    return f"{one.course.title}, {one.when}, {one.where}. {seats}"


class FindForm(forms.Form):
    """Who is calling: a name, a number, a code or a course."""

    q = forms.CharField(
        label=_("Namn, telefon, kod eller kurs"), max_length=100, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )  # fmt: skip


# --- lists ----------------------------------------------------------------------------------------


class QuotaField(forms.ModelChoiceField):
    """Which of a run's occasions; hidden where there is only one thing to join."""

    told: dict[int, str] = {}

    def label_from_instance(self, obj: Any) -> str:
        """«tisdag 3 mars klockan 10 till 12»"""
        return self.told.get(obj.pk, str(obj))


def quota_field(told: dict[int, str]) -> QuotaField:
    """A choice between a run's quotas, told by ``told``."""
    field = QuotaField(
        Quota.objects.filter(pk__in=told), label=_("Tillfälle"), empty_label=None,
        error_messages={"required": _("Välj ett tillfälle."), "invalid_choice": _("Välj ett av tillfällena.")},
    )  # fmt: skip
    field.told = told
    if len(told) == 1:
        field.initial, field.widget = next(iter(told)), forms.HiddenInput()
    return field


class PaperForm(OnceForm):
    """A list on paper, typed in: the day it came, and its rows."""

    came_on = DayField(
        label=_("Listan kom in den"),
        help_text=_("Raderna anmäls i den ordning de står här."),
    )  # fmt: skip

    def __init__(self, *args: Any, quotas: dict[int, str], rows: int = ROWS, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["quota"] = quota_field(quotas)
        self.rows = [
            PaperRow(self.data if self.is_bound else None, prefix=f"row{number}") for number in range(rows)
        ]

    def clean_came_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["came_on"]
        if day > dates.local(self.now).date():
            raise forms.ValidationError(_now("Den dagen har inte varit än."))
        return day

    def all_valid(self) -> bool:
        """Whether the list can be taken in whole: nobody is passed over because a row above is unclear."""
        rows = [row.is_valid() for row in self.rows]
        if self.is_valid() and all(rows) and not any(row.filled for row in self.rows):
            self.add_error(None, _now("Skriv in minst en rad."))
        return self.is_valid() and all(rows)

    def row_key(self, number: int) -> str:
        """The same for the same row from the same page: sent twice, it is one registration."""
        row = self.rows[number].cleaned_data
        return content_hash(
            [self.key, number, self.cleaned_data["quota"].pk, row["name"], row["contact"], row["size"]]
        )


class PaperRow(forms.Form):
    """One row of a list on paper. An empty one is passed over."""

    name = NameField(required=False)
    contact = ContactField(label=_("Telefon eller annan kontakt"))
    size = number_field(_("Antal"), 1, LARGEST_PARTY, required=False, initial=1)

    @property
    def filled(self) -> bool:
        """Whether somebody stands on it."""
        return bool(self.cleaned_data.get("name"))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not data.get("name") and "name" not in self.errors and (data.get("contact") or self.errors):
            self.add_error("name", _now("Skriv namnet som står på listan."))
        return data


class AssociationForm(SeenForm, OnceForm):
    """Seats held for a group, whose names may come later, or never."""

    field_order = ["quota", "organisation", "size", "contact", "names", "reason"]

    organisation = forms.ModelChoiceField(
        Organisation.objects.filter(active=True), label=_("Förening eller partner"), empty_label=_("Välj"),
        error_messages={"required": _("Välj vem platserna är för.")},
    )  # fmt: skip
    size = number_field(_("Antal platser"), 1, LARGEST_PARTY)
    contact = ContactField(help_text=_("Så når vi gruppen om något ändras. Det går bra att lämna tomt."))
    names = names_field(
        label=_("Namn"), help_text=_("Om de är sagda. Ett på varje rad. Resten blir utan namn.")
    )
    reason = forms.CharField(
        label=_("Ge plats ändå, för att"), max_length=200, required=False,
        help_text=_("Lämna tomt, så ställs gruppen i kö."),
    )  # fmt: skip

    def __init__(self, *args: Any, quotas: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["quota"] = quota_field(quotas)
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if len(names_in(data.get("names", ""))) > (data.get("size") or LARGEST_PARTY):
            self.add_error("names", _now("Det är fler namn än platser."))
        return data

    def people(self) -> list[Person]:
        """The group, those without name too."""
        names = names_in(self.cleaned_data["names"])
        return party([*names, *[""] * (self.cleaned_data["size"] - len(names))])

    def submission_key(self) -> str:
        """The same for the same answers from the same page."""
        data = self.cleaned_data
        said = [data["quota"].pk, data["organisation"].pk, data["size"], data["contact"], data["names"]]
        return content_hash([self.key, *said])


# --- one registration -----------------------------------------------------------------------------


class ReachForm(forms.Form):
    """A name and a way to be reached, put right."""

    name = NameField()
    contact = ContactField(help_text=_("Ett sätt räcker. Tomt om personen inte har något."))


class NeedsForm(NeedsFields):
    """What a party needs, put right."""


class PartyForm(forms.Form):
    """Who comes: a row for each, some blank ones for more, and a number of those without a name."""

    more = number_field(
        _("Fler utan namn"), 0, LARGEST_PARTY, required=False,
        help_text=_("Så många kommer dessutom, utan att vi vet vad de heter."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Ge plats ändå, för att"), max_length=200, required=False,
        help_text=_("Behövs bara när de som är nya inte får plats."),
    )  # fmt: skip

    def __init__(self, *args: Any, registration: Registration, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = list(registration.participants.all())
        self.blank = range(len(people), len(people) + BLANK_ROWS)
        for number, person in enumerate([*people, *[None] * BLANK_ROWS]):
            who = _now("Person %(number)s") % {"number": number + 1}
            self.fields[f"name{number}"] = NameField(
                label=who, required=False, initial=person.name if person else ""
            )
            self.fields[f"role{number}"] = forms.ChoiceField(
                label=_now("%(who)s kommer som") % {"who": who},
                choices=[*Role.choices, (NOT_COMING, _("Kommer inte") if person else _("Tom rad"))],
                initial=person.role if person else Role.PARTICIPANT,
            )
        self.order_fields([name for name in self.fields if name not in ("more", "reason")])

    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The name and the role of each, to be shown beside each other."""
        return [(self[f"name{number}"], self[f"role{number}"]) for number in range(self.blank.stop)]

    def rest(self) -> list[forms.BoundField]:
        """What is asked about the party as a whole."""
        return [self["more"], self["reason"]]

    def people(self) -> list[Person]:
        """The party as it is now. A new row without a name is nobody."""
        data = self.cleaned_data
        found = []
        for number in range(self.blank.stop):
            name, role = data[f"name{number}"], data[f"role{number}"]
            if role != NOT_COMING and (name or number not in self.blank):
                found.append(Person(name, role))
        return found + party([""] * (data["more"] or 0))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.errors:
            people = self.people()
            if not any(person.role == Role.PARTICIPANT for person in people):
                self.add_error(None, _now("Någon måste komma. Avboka i stället om ingen gör det."))
            elif len(people) > LARGEST_PARTY:
                most = _now("Högst %(most)s personer kan anmälas tillsammans.") % {"most": LARGEST_PARTY}
                self.add_error("more", most)
        return data
