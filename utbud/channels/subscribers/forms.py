"""What people and staff fill in to subscribe."""

import datetime as dt
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from utbud.base import dates
from utbud.base.days import DayField
from utbud.channels.channel import EMAIL, SMS
from utbud.channels.models import ChannelSetup
from utbud.channels.subscribers import queries
from utbud.inbox.contact import UnclearContact, read_contact
from utbud.inbox.forms import contact_input
from utbud.inbox.guards import GuardedForm, OnceForm

NO_EMAIL = _("E-postadressen är inte hel. Den ska se ut så här: namn@exempel.se")
NO_MOBILE = _("Skriv ett svenskt mobilnummer, till exempel 070-174 06 05.")


def read_address(text: str, way: str) -> str:
    """An e-mail address or a mobile number as it is kept. Raises ValidationError."""
    if way == EMAIL:
        try:
            return read_contact(text if "@" in text else f"{text}@").value
        except UnclearContact:
            raise forms.ValidationError(NO_EMAIL) from None
    number = queries.mobile(text)
    if not number:
        raise forms.ValidationError(NO_MOBILE)
    return number


class SubscribeForm(GuardedForm):
    """Somebody asks to get what a channel sends. With one way to choose, nothing is asked about it."""

    channel = forms.ChoiceField(
        label=_("Hur vill du ha det?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj hur du vill ha det.")},
    )
    address = forms.CharField(max_length=254, error_messages={"max_length": NO_EMAIL})

    def __init__(self, *args: Any, choices: list[queries.Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_key = {str(choice.channel.pk): choice for choice in choices}
        ways = {choice.way for choice in choices}
        address = self.fields["address"]
        if ways == {EMAIL}:
            address.label = _("Din e-postadress")
            address.widget = forms.EmailInput(attrs={"autocomplete": "email"})
            address.error_messages["required"] = _("Skriv din e-postadress.")
        elif ways == {SMS}:
            address.label = _("Ditt mobilnummer")
            address.widget = forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"})
            address.error_messages["required"] = _("Skriv ditt mobilnummer.")
        else:
            address.label = _("Din e-postadress eller ditt mobilnummer")
            address.widget = contact_input()
            address.error_messages["required"] = _("Skriv din e-postadress eller ditt mobilnummer.")
        if len(choices) == 1:
            del self.fields["channel"]
        else:
            cast(forms.ChoiceField, self.fields["channel"]).choices = [
                (key, choice.label) for key, choice in self.by_key.items()
            ]

    @property
    def chosen(self) -> queries.Choice | None:
        """The channel that is asked for, None while nothing is chosen."""
        if len(self.by_key) == 1:
            return next(iter(self.by_key.values()))
        return self.by_key.get(self.cleaned_data.get("channel", ""))

    def clean_address(self) -> str:
        text = self.cleaned_data["address"]
        return read_address(text, self.chosen.way) if self.chosen else text


class EnterForm(OnceForm):
    """What staff put in from a slip of paper."""

    channel = forms.ModelChoiceField(
        queryset=ChannelSetup.objects.none(),
        label=_("Vad vill personen ha?"),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj vad personen vill ha.")},
    )
    address = forms.CharField(
        label=_("E-postadress eller mobilnummer"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Skriv e-postadressen eller mobilnumret."), "max_length": NO_EMAIL},
    )
    signed_on = DayField(
        label=_("Dag då personen skrev under"),
        error_messages={
            "required": _("Välj dagen då personen skrev under."),
            "invalid": _("Skriv dagen så här: 2026-11-23."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["channel"]).queryset = queries.with_subscribers()

    def clean_signed_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["signed_on"]
        if day > dates.local(self.now).date():
            raise forms.ValidationError(_now("Dagen har inte varit än."))
        return day

    def clean_address(self) -> str:
        channel = self.cleaned_data.get("channel")
        text: str = self.cleaned_data["address"]
        return read_address(text, queries.way_of(channel)) if channel else text


class FilterForm(forms.Form):
    """Which subscribers to show. What is not understood chooses nothing away."""

    kanal = forms.ChoiceField(label=_("Kanal"), required=False)
    sok = forms.CharField(label=_("Adress eller nummer"), required=False, max_length=254)

    def __init__(self, *args: Any, channels: list[ChannelSetup], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["kanal"]).choices = [
            ("", _("Alla")),
            *((str(one.pk), one.name) for one in channels),
        ]

    def chosen(self) -> queries.SubscriberQuerySet:
        """The subscribers, the latest first."""
        self.is_valid()
        asked = self.cleaned_data
        channel = asked.get("kanal")
        return queries.listed(channel=int(channel) if channel else None, words=asked.get("sok", ""))

    def asked(self) -> str:
        """The choices as they stand in an address, for links to more pages."""
        return urlencode({name: value for name, value in self.cleaned_data.items() if value})
