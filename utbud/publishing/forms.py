"""What an editor sends and a publisher answers."""

from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.models import Page

from utbud.publishing import queries
from utbud.publishing.models import ApprovalRequest
from utbud.publishing.when import AT_ONCE

DECISIONS = {
    ApprovalRequest.APPROVED: _("Godkänn. Det jag ser här får gå ut."),
    ApprovalRequest.RETURNED: _("Skicka tillbaka. Något behöver ändras."),
}


class ApprovedPageForm(WagtailAdminPageForm):
    """The editor's form. An address left empty is made from the title, whatever it is written in.

    A page that goes out while its draft is being saved stays out, as it was approved.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False

    def clean_slug(self) -> str:
        """The address, or a free one made from the title."""
        if given := self.cleaned_data["slug"]:
            return str(given)
        return queries.free_slug(self.instance, self.cleaned_data.get("title", ""), self.parent_page)

    def save(self, commit: bool = True) -> Any:
        if not commit or not self.instance.pk:
            return super().save(commit)
        with transaction.atomic():
            # The page was read as a draft when the request began. Saved so, it would be taken down again.
            out = Page.objects.select_for_update().filter(pk=self.instance.pk, live=True).first()
            if out is not None:
                for name in WHEN_OUT:
                    setattr(self.instance, name, getattr(out, name))
            return super().save(commit=out is None)  # what was written is kept by the revision


WHEN_OUT = ("live", "live_revision_id", "first_published_at", "last_published_at", "has_unpublished_changes")


class RequestForm(forms.Form):
    """An editor's greeting to the publishers."""

    message = forms.CharField(
        label=_("Hälsning till utgivaren (om du vill)"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: Any = None, *, times: list[tuple[str, str]] | None = None) -> None:
        """``times`` that can be chosen, (key, words) each; None where there is nothing to choose.

        Nothing goes out at once because nobody chose: where a time is free, one says so oneself.
        """
        super().__init__(data)
        if times is not None:
            asks = [("", _("Välj när"))] if times else []
            self.fields["when"] = forms.ChoiceField(
                label=_("När ska det gå ut?"),
                choices=[*asks, *times, (AT_ONCE, _("Så fort det är godkänt"))],
                error_messages={
                    "required": _("Välj när det ska gå ut: en vecka, eller så fort det är godkänt."),
                    "invalid_choice": _("Den tiden är upptagen nu. Välj en annan."),
                },
            )


class DecisionForm(forms.Form):
    """Approve, or send back with what to change."""

    decision = forms.ChoiceField(
        label=_("Ditt svar"),
        choices=DECISIONS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj om du godkänner eller skickar tillbaka.")},
    )
    comment = forms.CharField(
        label=_("Kommentar"),
        help_text=_("Behövs bara om du skickar tillbaka. Skriv vad som ska ändras."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean(self) -> dict[str, str]:
        data: dict[str, str] = super().clean() or {}
        if data.get("decision") == ApprovalRequest.RETURNED and not (data.get("comment") or "").strip():
            self.add_error(
                "comment", _("Skriv vad som behöver ändras, så att redaktören vet vad som ska göras.")
            )
        return data


class EmergencyForm(forms.Form):
    """Approve one's own, with the reason in the log."""

    reason = forms.CharField(
        label=_("Varför kan det inte vänta?"),
        help_text=_("Det du skriver sparas i loggen."),
        min_length=10,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": _("Skriv varför det inte kan vänta."),
            "min_length": _("Skriv varför det inte kan vänta, med minst tio tecken."),
        },
    )


class ChannelTextsForm(forms.Form):
    """A text for each channel that is on. One that says what the channel itself suggests is not kept as staff's own."""

    def __init__(self, data: Any = None, *, preflights: list[Any]) -> None:
        super().__init__(data)
        self.preflights = preflights
        self.saying = [one for one in preflights if not one.declined]
        for one in self.saying:
            self.fields[f"text-{one.setup.pk}"] = forms.CharField(
                label=_("Text"),
                initial=one.text,
                required=False,
                max_length=10_000,
                widget=forms.Textarea(attrs={"rows": 7}),
            )

    def rows(self) -> list[tuple[Any, Any]]:
        """Each channel with its field, None for one that has nothing to say."""
        return [(one, None if one.declined else self[f"text-{one.setup.pk}"]) for one in self.preflights]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for one in self.saying:
            name = f"text-{one.setup.pk}"
            given = (data.get(name) or "").replace("\r\n", "\n").strip()
            data[name] = "" if given == one.suggestion.text.strip() else given
            if given and one.limit is not None and (length := one.adapter.count(given)) > one.limit:
                over = length - one.limit
                self.add_error(
                    name,
                    _("Texten är %(over)s %(unit)s för lång. Korta den.")
                    % {"over": over, "unit": one.adapter.unit},
                )
        return data

    def texts(self) -> dict[str, str]:
        """Staff's own texts by the channel's id, "" for the channel's own."""
        return {str(one.setup.pk): self.cleaned_data[f"text-{one.setup.pk}"] for one in self.saying}
