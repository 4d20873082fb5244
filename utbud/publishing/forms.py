"""What an editor sends and a publisher answers."""

from itertools import count
from typing import Any

from django import forms
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.coreutils import string_to_ascii
from wagtail.models import Page

from utbud.publishing.models import ApprovalRequest

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
        base = slugify(string_to_ascii(self.cleaned_data.get("title", "")))[:LONGEST_SLUG] or "sida"
        for number in count(1):
            slug = f"{base}-{number}" if number > 1 else base
            free = Page._slug_is_available(slug, self.parent_page, self.instance)
            if free and slug not in self.instance.RESERVED_SLUGS:
                return slug
        raise AssertionError("unreachable")

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


LONGEST_SLUG = 100  # letters made from a title; what is typed may be longer
WHEN_OUT = ("live", "live_revision_id", "first_published_at", "last_published_at", "has_unpublished_changes")


class RequestForm(forms.Form):
    """An editor's greeting to the publishers."""

    message = forms.CharField(
        label=_("Hälsning till utgivaren (om du vill)"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
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
