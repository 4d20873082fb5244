"""What staff ask about figures and people, and put right."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from utbud.base import periods
from utbud.courses import imports
from utbud.courses.forms.needs import NeedsFields
from utbud.courses.models import CoursePage, Participant, Registration
from utbud.inbox.contact import UnclearContact, read_written


class PeriodForm(periods.PeriodForm):
    """Which figures to show: a period, and one course or all."""

    kurs = forms.ChoiceField(label=_("Kurs"), required=False)

    def prepare(self) -> None:
        self.courses = {str(one.pk): one for one in CoursePage.objects.order_by("title", "pk")}
        self.fields["kurs"].choices = [  # type: ignore[attr-defined]
            ("", _("Alla kurser")),
            *((key, one.title) for key, one in self.courses.items()),
        ]

    @property
    def course(self) -> CoursePage | None:
        """The course that is asked for; None for all."""
        return self.courses.get(self.cleaned_data.get("kurs", ""))

    def more(self) -> dict[str, Any]:
        return {"kurs": self.course.pk} if self.course else {}


class CorrectForm(NeedsFields):
    """Put right what we have written of a party: the name, the way to reach it, what it needs, who is in it."""

    name = forms.CharField(
        label=_("Namn"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": _("Namnet är för långt. Skriv högst 100 tecken.")},
    )
    contact = forms.CharField(
        label=_("Telefon, e-post eller postadress"),
        required=False,
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Ett sätt räcker."),
        error_messages={"max_length": _("Det blev för långt.")},
    )
    field_order = ["name", "contact", "needs", "interpreter_language", "needs_text"]

    def __init__(self, data: Any, *, registration: Registration, people: Sequence[Participant]) -> None:
        initial: dict[str, Any] = {
            "name": registration.name,
            "contact": registration.contact_words,
            "needs": registration.needs,
            "interpreter_language": registration.interpreter_language,
            "needs_text": registration.needs_text,
        }
        super().__init__(data, initial=initial)
        self.people = people
        for number, person in enumerate(people, start=1):
            self.fields[f"person{person.pk}"] = forms.CharField(
                label=_("%(role)s %(number)s") % {"role": person.get_role_display(), "number": number},
                initial=person.name,
                required=False,
                max_length=100,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
                error_messages={"max_length": _("Namnet är för långt. Skriv högst 100 tecken.")},
            )

    def clean_contact(self) -> str:
        text = self.cleaned_data["contact"]
        self.kind = self.note = ""
        if not text.strip():
            return ""
        try:
            written = read_written(text, by_post=True)
        except UnclearContact as error:
            raise ValidationError(str(error)) from error
        self.kind, self.note = written.contact.kind, written.note
        return written.contact.value

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for name, value in data.items():
            if isinstance(value, str) and name != "contact":
                data[name] = " ".join(value.split())
        return data

    def names(self) -> dict[int, str]:
        """The names in the party, by participant."""
        return {person.pk: self.cleaned_data[f"person{person.pk}"] for person in self.people}


class ImportForm(forms.Form):
    """A file with occasions. After ``is_valid`` its rows are in ``rows``."""

    file = forms.FileField(
        label=_("Fil"),
        help_text=_("CSV eller en kalenderfil (.ics). Högst 2 MB och 500 tillfällen."),
        widget=forms.FileInput(attrs={"accept": ".csv,.ics,text/csv,text/calendar"}),
        error_messages={
            "required": _("Välj en fil."),
            "missing": _("Välj en fil."),
            "empty": _("Filen är tom."),
            "invalid": _("Filen kom inte fram. Försök igen."),
        },
    )
    drafts = forms.BooleanField(
        label=_("Gör kurser som inte finns som utkast"),
        required=False,
        help_text=_("De syns inte för någon förrän ni har skrivit och publicerat dem."),
    )

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        self.rows = imports.Rows()
        try:
            # One more than may be: that it is too much is said without reading all of it.
            self.rows = imports.read(upload.name, upload.read(imports.LARGEST + 1))
        except imports.UnreadableFile as error:
            raise ValidationError(str(error)) from error
        return upload
