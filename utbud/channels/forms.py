"""Setting a channel up, and what a person says of a delivery."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from utbud.channels import vault
from utbud.channels.channel import Channel
from utbud.channels.models import ChannelSetup, Delivery
from utbud.people.guarded import Guarded

LONGEST = 2000


class SetupForm(Guarded, forms.Form):
    """The name of a channel and what its adapter asks for. A secret that is kept is not shown; empty keeps it."""

    name = forms.CharField(
        label=_("Namn"),
        max_length=80,
        help_text=_("Så som ni själva kallar den, till exempel Bibliotekets Mastodon."),
    )

    def __init__(self, data: Any = None, *, kind: type[Channel], setup: ChannelSetup | None = None) -> None:
        kept = setup.config if setup else {}
        initial = {one.name: kept.get(one.name, one.default) for one in kind.requires if not one.secret}
        super().__init__(data, initial={"name": setup.name if setup else str(kind.label), **initial})
        self.kind, self.setup, self.kept = kind, setup, kept
        for one in kind.requires:
            has = bool(kept.get(one.name))
            help_text = one.help
            if one.secret:
                stays = _("Finns redan. Lämna tomt för att behålla.") if has else ""
                help_text = " ".join(str(part) for part in (one.help, stays) if part)
            if one.choices:
                self.fields[one.name] = forms.ChoiceField(
                    label=one.label, help_text=help_text, choices=one.choices, required=False
                )
                continue
            self.fields[one.name] = forms.CharField(
                label=one.label,
                help_text=help_text,
                required=False,  # what is missing stops turning the channel on, not saving what one has
                max_length=LONGEST,
                widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
                if one.secret
                else forms.TextInput(attrs={"autocomplete": "off"}),
            )

        if setup:
            stored = {one.name: kept.get(one.name, one.default) for one in kind.requires}
            self.guard({"name": setup.name, **stored})

    def clean_name(self) -> str:
        """A name that no other channel has."""
        name = self.cleaned_data["name"].strip()
        others = ChannelSetup.objects.exclude(pk=self.setup.pk) if self.setup else ChannelSetup.objects.all()
        if others.filter(name__iexact=name).exists():
            raise forms.ValidationError(_("Det finns redan en kanal som heter så. Välj ett annat namn."))
        return str(name)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for name, says in (
            self.kind({one.name: data.get(one.name, "") for one in self.kind.requires}).faults().items()
        ):
            self.add_error(name, says)
        return data

    def save(self, now: dt.datetime) -> ChannelSetup:
        """Keep the settings; secrets locked."""
        config = dict(self.kept)
        for one in self.kind.requires:
            given = self.cleaned_data[one.name].strip()
            if not one.secret:
                config[one.name] = given
            elif given:
                config[one.name] = vault.lock(given)
        setup = self.setup or ChannelSetup(kind=self.kind.slug)
        setup.name, setup.config, setup.changed_at = self.cleaned_data["name"], config, now
        setup.test_error = ""
        setup.save()
        return setup


class AddressForm(forms.Form):
    """Where something that was posted by hand can be seen."""

    url = forms.URLField(
        label=_("Adress till inlägget (om du vill)"),
        required=False,
        max_length=500,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )


class TestForm(forms.Form):
    """Where a test is sent, for channels that need to be told."""

    to = forms.CharField(label=_("Vart ska provet skickas?"), max_length=254)


class OutboxFilter(forms.Form):
    """What to see of the outbox."""

    state = forms.ChoiceField(label=_("Läge"), required=False)
    channel = forms.ModelChoiceField(
        label=_("Kanal"), queryset=ChannelSetup.objects.all(), required=False, empty_label=_("Alla")
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.fields["state"].choices = [("", _("Alla")), *Delivery.STATES.items()]  # type: ignore[attr-defined]

    def filters(self) -> dict[str, Any]:
        """What was asked for, as filters on deliveries."""
        if not self.is_valid():
            return {}
        asked = {"state": self.cleaned_data["state"], "dispatch__channel": self.cleaned_data["channel"]}
        return {name: value for name, value in asked.items() if value}
