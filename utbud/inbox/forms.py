"""What people and staff write into the inbox."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from utbud.inbox.contact import ContactKind, UnclearContact, read_contact, read_written
from utbud.inbox.guards import GuardedForm, OnceForm
from utbud.inbox.models import Message, MessageQuerySet

LONGEST = 4000


class LongText(forms.CharField):
    """Text of at most ``LONGEST`` characters. The browser does not cut it: people are told instead."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        too_long = _(
            "Texten är för lång: %(show_value)s tecken. Korta den till 4 000. Vi frågar om vi vill veta mer."
        )
        super().__init__(validators=[MaxLengthValidator(LONGEST, too_long)], **kwargs)
        self.widget.attrs.setdefault("rows", 8)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


def contact_input() -> forms.TextInput:
    """Where somebody writes a number or an address of their own: no capital from the phone's keyboard, and both can be typed."""
    plain = {"autocapitalize": "none", "autocorrect": "off", "spellcheck": "false"}
    return forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "email", **plain})


class Reachable(forms.Form):
    """A name and one way to answer. Field order is set by each form."""

    by_post = False

    name = forms.CharField(
        label=_("Ditt namn"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={
            "required": _("Skriv ditt namn, så att vi vet vem vi svarar."),
            "max_length": _("Namnet är för långt. Skriv högst 100 tecken."),
        },
    )
    contact = forms.CharField(
        label=_("Telefon eller e-post"),
        help_text=_("Ett sätt räcker. Skriv telefonnumret med riktnummer."),
        max_length=254,
        widget=contact_input(),
        error_messages={
            "required": _("Skriv ett telefonnummer eller en e-postadress, så att vi kan svara dig."),
            "max_length": _("Det blev för långt. Skriv bara ett telefonnummer eller en e-postadress."),
        },
    )

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_contact(self) -> str:
        try:
            return read_written(self.cleaned_data["contact"], by_post=self.by_post).text
        except UnclearContact as error:
            raise forms.ValidationError(str(error)) from error


class ContactForm(GuardedForm, Reachable):
    """A question, or an offer to do something together."""

    field_order = ["kind", "text", "name", "contact"]
    template = "inbox/contact.html"

    kind = forms.ChoiceField(
        label=_("Vad gäller det?"),
        choices=[
            (Message.Kind.QUESTION, _("Jag har en fråga")),
            (Message.Kind.OFFER, _("Jag vill samarbeta med er")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj om du har en fråga eller vill samarbeta.")},
    )
    text = LongText(
        label=_("Vad vill du fråga eller berätta?"),
        help_text=_("Skriv så kort eller långt du vill."),
        error_messages={"required": _("Skriv några ord om vad du vill, så att vi kan hjälpa dig.")},
    )


class AnsweredForm(GuardedForm, Reachable):
    """How one wants the answer: ``wants`` says so before the text, and it goes to a contact of the kind ``by`` alone."""

    template: str
    by: ContactKind
    wants: Any
    not_there: Any  # what is said of another kind of contact

    def clean_contact(self) -> str:
        text = super().clean_contact()
        if read_contact(text).kind != self.by:
            raise forms.ValidationError(self.not_there)
        return text

    def clean_text(self) -> str:
        return f"{self.wants} {self.cleaned_data['text']}".strip()


class CallForm(AnsweredForm):
    """To be rung up: the number first, and what it is about if one wants to say."""

    field_order = ["contact", "name", "text"]
    template = "inbox/call.html"
    by, wants = ContactKind.PHONE, _("Vill bli uppringd.")
    not_there = _("Dit kan vi inte ringa. Skriv ett telefonnummer med riktnummer.")

    text = LongText(
        label=_("Vad vill du prata om? (om du vill)"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        contact = self.fields["contact"]
        contact.label, contact.help_text = _("Ditt telefonnummer"), _("Skriv det med riktnummer.")
        contact.widget.attrs["inputmode"] = "tel"
        contact.error_messages["required"] = _("Skriv ditt telefonnummer, så att vi kan ringa dig.")


class WriteForm(AnsweredForm):
    """An answer in writing, for who does not hear, does not speak, or does not want to be rung."""

    field_order = ["text", "name", "contact"]
    template = "inbox/write.html"
    by, wants = ContactKind.EMAIL, _("Vill ha svar skriftligt.")
    not_there = _("Dit kan vi bara ringa. Skriv en e-postadress, så skriver vi.")

    text = LongText(
        label=_("Vad vill du fråga eller berätta?"),
        help_text=_("Skriv så kort eller långt du vill."),
        error_messages={"required": _("Skriv några ord om vad du vill, så att vi kan hjälpa dig.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        contact = self.fields["contact"]
        contact.label, contact.help_text = _("Din e-postadress"), _("Vi skriver dit. Vi ringer inte.")
        contact.widget.attrs["autocomplete"] = "email"
        contact.error_messages["required"] = _("Skriv din e-postadress, så att vi kan skriva till dig.")


class AccessibilityForm(GuardedForm, Reachable):
    """Something that does not work for somebody, or a request for a version that does."""

    field_order = ["text", "page_address", "name", "contact"]

    text = LongText(
        label=_("Vad fungerar inte, eller vad behöver du?"),
        help_text=_("Till exempel: jag vill ha texten uppläst, med större bokstäver eller i punktskrift."),
        error_messages={"required": _("Skriv några ord om vad som inte fungerar eller vad du behöver.")},
    )
    page_address = forms.CharField(
        label=_("Vilken sida gäller det? (om du vet)"),
        required=False,
        max_length=300,
        error_messages={"max_length": _("Det blev för långt. Skriv bara sidans namn.")},
    )


class LodgeForm(OnceForm, Reachable):
    """What came by phone, desk, paper or letter, put in by staff."""

    by_post = True
    field_order = ["came_by", "kind", "name", "contact", "text", "page_address"]

    came_by = forms.ChoiceField(
        label=_("Hur kom det in?"),
        choices=[(way.value, way.label) for way in Message.Way if way != Message.Way.WEB],
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj hur det kom in.")},
    )
    kind = forms.ChoiceField(
        label=_("Vad gäller det?"),
        choices=Message.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj vad det gäller.")},
    )
    name = forms.CharField(
        label=_("Namn"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": _("Skriv personens namn, så att den som svarar vet vem det är."),
            "max_length": _("Namnet är för långt. Skriv högst 100 tecken."),
        },
    )
    contact = forms.CharField(
        label=_("Telefon, e-post eller postadress"),
        help_text=_("Ett sätt räcker."),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "email", "autocapitalize": "none"}),
        error_messages={
            "required": _("Skriv hur personen nås: ett telefonnummer, en e-postadress eller en postadress."),
            "max_length": _("Det blev för långt. Skriv bara ett sätt att nå personen."),
        },
    )
    text = LongText(
        label=_("Vad vill personen?"),
        help_text=_("Skriv bara det som behövs för att svara."),
        error_messages={"required": _("Skriv vad personen vill.")},
    )
    page_address = forms.CharField(
        label=_("Sida det gäller (om det gäller en sida)"), required=False, max_length=300
    )


class AnswerForm(forms.Form):
    """How somebody got their answer."""

    note = LongText(
        label=_("Så svarade vi"),
        help_text=_("Kort, till exempel: Ringde och bokade en tid. Skriv inget om personens ärende."),
        error_messages={"required": _("Skriv kort hur du svarade.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class FilterForm(forms.Form):
    """Which messages to show. What is not understood chooses nothing away."""

    STATES = (
        ("", _("Alla, öppna först")),
        ("open", _("Öppna")),
        ("late", _("Försenade")),
        ("answered", _("Besvarade")),
    )

    visa = forms.ChoiceField(label=_("Visa"), choices=STATES, required=False)
    galler = forms.ChoiceField(
        label=_("Gäller"), choices=[("", _("Allt")), *Message.Kind.choices], required=False
    )
    kom = forms.ChoiceField(
        label=_("Kom in"), choices=[("", _("Alla sätt")), *Message.Way.choices], required=False
    )

    def chosen(self, today: dt.date) -> MessageQuerySet:
        """The messages, in the inbox's order."""
        self.is_valid()
        found = Message.objects.in_order()
        state, kind, way = (self.cleaned_data.get(name) for name in ("visa", "galler", "kom"))
        if state:
            found = {"open": found.open(), "late": found.overdue(today), "answered": found.answered()}[state]
        if kind:
            found = found.filter(kind=kind)
        return found.filter(came_by=way) if way else found

    def asked(self) -> str:
        """The choices as they stand in an address, for links to more pages."""
        return urlencode({name: value for name, value in self.cleaned_data.items() if value})
