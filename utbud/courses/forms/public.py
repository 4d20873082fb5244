"""What people write when they join a course, and when they see to their own place."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from utbud.courses.actions.seats import LARGEST_PARTY, Person
from utbud.courses.forms.needs import NeedsFields
from utbud.courses.models import Participant
from utbud.courses.queries.times import Offered
from utbud.inbox.contact import Contact, UnclearContact, Written, read_contact, read_written
from utbud.inbox.forms import Reachable, contact_input
from utbud.inbox.guards import GuardedForm

GROUP, WHO, NEEDS, CHECK = "grupp", "vem", "behov", "kolla"
# One thing a page, in this order; the fields that each asks for.
STEPS = {
    GROUP: ("grupp",),
    WHO: ("name", "contact"),
    NEEDS: ("needs", "interpreter_language", "needs_text", "along", "along_name"),
    CHECK: (),
}
ALONE, COMPANION, PARTICIPANT = "", "companion", "participant"
LONG_NAME = _("Namnet är för långt. Skriv högst 100 tecken.")


class OwnNeeds(NeedsFields):
    """What somebody needs, asked of themselves. Who comes along is asked by itself."""

    must_say_language = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        needs, other = self.fields["needs"], self.fields["needs_text"]
        needs.label, other.label = _("Vad behöver du?"), _("Något annat vi ska veta")
        needs.choices = [pair for pair in needs.choices if pair[0] != COMPANION]  # type: ignore[attr-defined]
        other.help_text = _("Skriv inget om sjukdomar. Skriv bara vad du behöver av oss.")
        other.error_messages["max_length"] = _("Det blev för långt. Skriv högst 200 tecken, eller ring oss.")


class OwnContact(Reachable):
    """Another way to reach somebody, written by themselves. What we had is not shown: the page may be left open."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["name"]

    def clean_contact(self) -> Written:  # type: ignore[override]
        try:
            return read_written(self.cleaned_data["contact"])
        except UnclearContact as error:
            raise forms.ValidationError(str(error)) from error


class JoinForm(GuardedForm, Reachable, OwnNeeds):
    """Joining a course, one ``step`` at a time. What belongs to the other steps is carried along unseen.

    At the last step, and only there, all of it is checked, also by the guard. ``groups`` are what one can choose.
    """

    grupp = forms.ChoiceField(
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Välj vilken gång du vill komma."),
            "invalid_choice": _("Den gruppen går inte längre att anmäla sig till. Välj en annan."),
        },
    )
    along = forms.ChoiceField(
        label=_("Kommer någon med dig?"),
        choices=[
            (ALONE, _("Nej, jag kommer själv")),
            (COMPANION, _("Ja, någon som hjälper mig")),
            (PARTICIPANT, _("Ja, någon som också vill gå kursen")),
        ],
        widget=forms.RadioSelect,
        required=False,
    )
    along_name = forms.CharField(
        label=_("Vad heter den som kommer med?"),
        help_text=_("Du behöver inte svara."),
        max_length=100,
        required=False,
        error_messages={"max_length": LONG_NAME},
    )

    def __init__(
        self, *args: Any, step: str, groups: Sequence[Offered], guarded: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.step, self.guarded = step, guarded
        self.fields["name"].error_messages |= {
            "required": _("Skriv ditt namn, så att vi vet vem som kommer.")
        }
        self.fields["contact"].error_messages |= {
            "required": _("Skriv ett telefonnummer eller en e-postadress, så att vi kan nå dig.")
        }
        self.fields["grupp"].choices = [(str(one.quota.pk), one.when) for one in groups]  # type: ignore[attr-defined]
        if step != CHECK:
            for name in list(self.fields):
                if name not in (*STEPS[step], "stamp"):
                    del self.fields[name]

    def clean(self) -> dict[str, Any]:
        return super().clean() if self.guarded else self.cleaned_data

    def clean_along_name(self) -> str:
        name = " ".join(self.cleaned_data["along_name"].split())
        if name and self.cleaned_data.get("along") == ALONE:  # which stands until somebody chooses
            self.add_error(
                "along",
                _("Du har skrivit vem som kommer med. Välj ett av svaren med «Ja», eller ta bort namnet."),
            )
        return name

    @property
    def carried(self) -> list[tuple[str, str]]:
        """Name and value of all that other steps asked for, as hidden fields."""
        values: list[tuple[str, str]] = []
        for step, names in STEPS.items():
            for name in names if step != self.step else ():
                values += [(name, value) for value in said(self.data or self.initial, name)]
        return values

    @property
    def failing_step(self) -> str:
        """The first step that has something to put right, "" for none."""
        return next((step for step, names in STEPS.items() if any(name in self.errors for name in names)), "")

    def people(self) -> list[Person]:
        """Who comes, as seats.register takes them."""
        data = self.cleaned_data
        more = {
            COMPANION: [Person(data["along_name"], Participant.Role.COMPANION)],
            PARTICIPANT: [Person(data["along_name"])],
        }
        return [Person(data["name"]), *more.get(data["along"], [])]

    def all_needs(self) -> dict[str, Any]:
        """The needs as they are kept, with that somebody comes along to help."""
        return self.needs_of(also=[COMPANION] if self.cleaned_data["along"] == COMPANION else [])


def said(data: Any, name: str) -> list[str]:
    """What was written under ``name`` in a QueryDict, or in a plain dict of lists."""
    values = data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
    return list(values) if isinstance(values, (list, tuple)) else [str(values)]


def carried_on(data: Any) -> dict[str, Any]:
    """What has been written so far, as the ``initial`` of the next step."""
    known: dict[str, Any] = {"stamp": data.get("stamp", "")}
    for names in STEPS.values():
        for name in names:
            if values := said(data, name):
                known[name] = values if name == "needs" else values[0]
    return known


class FindForm(forms.Form):
    """Finding one's own place by the code, and the contact that was left."""

    code = forms.CharField(
        label=_("Din kod"),
        help_text=_("Sju siffror. Den står på din bekräftelse. Äldre koder har fem."),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "required": _("Skriv din kod. Har du tappat bort den? Ring oss."),
            "max_length": _("Koden är sju siffror."),
        },
    )
    contact = forms.CharField(
        label=_("Telefon eller e-post"),
        help_text=_("Det du skrev när du anmälde dig."),
        max_length=254,
        widget=contact_input(),
        error_messages={
            "required": _("Skriv telefonnumret eller e-postadressen som du anmälde dig med."),
            "max_length": _("Det blev för långt. Skriv bara ett telefonnummer eller en e-postadress."),
        },
    )

    once = forms.CharField(
        label=_("Din engångskod"),
        help_text=_("Sex siffror, i det vi just skickade."),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={"max_length": _("Engångskoden är sex siffror.")},
    )

    def clean_once(self) -> str:
        return re.sub(r"\D", "", self.cleaned_data["once"])

    def clean_code(self) -> str:
        code = re.sub(r"\D", "", self.cleaned_data["code"])
        if len(code) not in (5, 7):
            raise forms.ValidationError(
                _now("Koden är sju siffror, till exempel 471 10 52. Äldre koder är fem siffror.")
            )
        return code

    def clean_contact(self) -> Contact:
        try:
            return read_contact(self.cleaned_data["contact"])
        except UnclearContact as error:
            raise forms.ValidationError(str(error)) from error


class PartyForm(forms.Form):
    """Who comes, for each in the party, and how many more."""

    more = forms.IntegerField(
        label=_("Hur många fler kommer?"),
        help_text=_("Skriv 0 om ni inte blir fler. Namnen kan du fylla i sedan, eller hoppa över."),
        min_value=0,
        max_value=LARGEST_PARTY,
        initial=0,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "invalid": _("Skriv en siffra, till exempel 1."),
            "min_value": _("Skriv 0 eller mer."),
            "max_value": _("Så många kan vi inte ta emot på en gång. Ring oss."),
        },
    )

    # The last change that whoever writes had seen: sent twice, or after somebody else's change, it is not made.
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, people: Sequence[Participant], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people_now = list(people)
        for person in self.people_now:
            number = person.pk
            self.fields[f"name_{number}"] = forms.CharField(
                label=_("Namn"),
                max_length=100,
                required=False,
                initial=person.name,
                error_messages={"max_length": LONG_NAME},
            )
            self.fields[f"role_{number}"] = forms.ChoiceField(
                label=_("Kommer för att"), choices=self._roles(person), initial=person.role, required=False
            )
            if len(self.people_now) > 1:
                self.fields[f"gone_{number}"] = forms.BooleanField(label=_("Kommer inte"), required=False)

    def _roles(self, person: Participant) -> list[tuple[str, Any]]:
        role = Participant.Role
        shown = [(role.PARTICIPANT.value, _("gå kursen")), (role.COMPANION.value, _("hjälpa någon"))]
        if person.role == role.INTERPRETER:
            shown.append((role.INTERPRETER.value, _("tolka")))
        return shown

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The fields of each person, for the page."""
        return [
            {
                "number": number,
                "name": self[f"name_{person.pk}"],
                "role": self[f"role_{person.pk}"],
                "gone": self[f"gone_{person.pk}"] if f"gone_{person.pk}" in self.fields else None,
            }
            for number, person in enumerate(self.people_now, start=1)
        ]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and not self.people():
            raise forms.ValidationError(_now("Ska ingen komma? Gå då tillbaka och välj att avboka."))
        return data

    def people(self) -> list[Person]:
        """The party as it will be."""
        data = self.cleaned_data
        stay = [
            Person(" ".join(data[f"name_{person.pk}"].split()), data[f"role_{person.pk}"] or person.role)
            for person in self.people_now
            if not data.get(f"gone_{person.pk}")
        ]
        return [*stay, *[Person() for _one in range(data.get("more") or 0)]]
