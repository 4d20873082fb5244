"""What staff and partners send about guides."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.images.models import Image
from wagtail.images.widgets import AdminImageChooser

from utbud.guides import desk, marks
from utbud.guides.models import GuidePartner
from utbud.people.models import Organisation

SHOW = {
    "": _("Alla"),
    desk.OUT: _("De som är publicerade"),
    desk.DRAFT: _("Utkast och ändringar"),
    desk.LATE: _("Skulle ha kontrollerats"),
    desk.CHANGED: _("En tjänst har ändrats"),
}


class GuideFilter(forms.Form):
    """Which guides the list shows. What cannot be read is as if it was not asked."""

    q = forms.CharField(label=_("Namn"), required=False, max_length=100)
    visa = forms.ChoiceField(label=_("Visa"), required=False, choices=SHOW)
    partner = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Partner"), required=False, empty_label=_("Alla")
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        chosen = GuidePartner.objects.values("organisation")
        self.fields["partner"].queryset = Organisation.objects.filter(pk__in=chosen)  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """What ``desk.guides`` is asked."""
        self.is_valid()
        data = self.cleaned_data
        partner = data.get("partner")
        return {
            "show": data.get("visa", ""),
            "partner": partner.pk if partner else None,
            "asked": data.get("q", "").strip(),
        }


class PictureForm(forms.Form):
    """Where a step's picture comes from: a file (or the clipboard), the library, or the guide's film."""

    file = forms.FileField(
        label=_("Skärmbild eller foto"),
        required=False,
        help_text=_("JPG eller PNG, högst 12 MB. Du kan också klistra in en bild som du har kopierat."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
    image = forms.ModelChoiceField(
        Image.objects.all(), label=_("En bild som redan finns"), required=False, widget=AdminImageChooser
    )
    second = forms.FloatField(
        label=_("Ruta ur filmen"),
        required=False,
        min_value=0,
        help_text=_("Så många sekunder in i filmen."),
        error_messages={"invalid": _("Skriv sekunder som ett tal, till exempel 12,5.")},
        localize=True,
    )

    def __init__(self, data: Any = None, files: Any = None, *, has_film: bool) -> None:
        super().__init__(data, files)
        if not has_film:
            del self.fields["second"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        given = [name for name in self.fields if data.get(name) is not None]
        if not given and not self.errors:
            raise forms.ValidationError(_("Välj en bild på ett av sätten."))
        return data


class MarkForm(forms.Form):
    """A mark in the list: the accessible truth of what is drawn."""

    kind = forms.ChoiceField(choices=[(kind, kind) for kind in marks.KINDS], widget=forms.HiddenInput)
    x = forms.IntegerField(label=_("Från vänster"), min_value=0, max_value=marks.LONGEST_SIDE)
    y = forms.IntegerField(label=_("Uppifrån"), min_value=0, max_value=marks.LONGEST_SIDE)
    width = forms.IntegerField(label=_("Bredd"), min_value=marks.LEAST_SIZE, max_value=marks.LONGEST_SIDE)
    height = forms.IntegerField(label=_("Höjd"), min_value=marks.LEAST_SIZE, max_value=marks.LONGEST_SIDE)
    to = forms.ChoiceField(
        label=_("Pekar"),
        required=False,
        choices={
            "se": _("ner åt höger"),
            "sw": _("ner åt vänster"),
            "ne": _("upp åt höger"),
            "nw": _("upp åt vänster"),
        },
    )
    gone = forms.BooleanField(label=_("Ta bort"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("x", "y", "width", "height"):
            field = self.fields[name]
            says = _("Skriv ett helt tal mellan %(least)s och %(most)s.") % {
                "least": field.min_value,  # type: ignore[attr-defined]
                "most": field.max_value,  # type: ignore[attr-defined]
            }
            field.error_messages |= dict.fromkeys(("required", "invalid"), says)

    @property
    def name(self) -> Any:
        """What the mark is called."""
        return MARK_NAMES.get(self["kind"].value(), "")

    def mark(self) -> marks.Mark:
        """The mark that was sent."""
        data = self.cleaned_data
        return marks.Mark(
            data["kind"], data["x"], data["y"], data["width"], data["height"], data["to"] or "se"
        )


MARK_NAMES = {
    marks.BOX: _("Ruta"),
    marks.ARROW: _("Pil"),
    marks.NUMBER: _("Siffra"),
    marks.BLUR: _("Dölj"),
}
MarkFormSet = forms.formset_factory(
    MarkForm, extra=0, max_num=marks.MOST_MARKS, absolute_max=marks.MOST_MARKS + 1, validate_max=True
)


class AltForm(forms.Form):
    """What the picture shows, in words."""

    alt = forms.CharField(
        label=_("Bilden i ord"),
        max_length=200,
        help_text=_("För den som inte ser bilden: vad visar den, och vad är markerat?"),
        error_messages={"required": _("Beskriv bilden i ord, så att den som inte ser den också får veta.")},
    )


class AskForm(forms.Form):
    """Which partner to ask, and whether a letter goes."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("Partner"), empty_label=None)
    letter = forms.BooleanField(label=_("Skicka ett brev till dem"), required=False, initial=True)

    def __init__(self, data: Any, *, partners: Any) -> None:
        super().__init__(data)
        self.fields["organisation"].queryset = partners  # type: ignore[attr-defined]


class ReviewForm(forms.Form):
    """What a partner answers: yes or no, in words, for the whole and for each step."""

    YES, NO = "yes", "no"
    answer = forms.ChoiceField(
        label=_("Stämmer guiden?"),
        choices={YES: _("Ja, det stämmer"), NO: _("Nej, det här behöver ändras")},
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj om guiden stämmer eller behöver ändras.")},
    )
    comment = forms.CharField(
        label=_("Vad behöver ändras?"),
        help_text=_("Skriv med egna ord. Du kan också skriva vid varje steg."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    who = forms.CharField(
        label=_("Ditt namn (om du vill)"),
        help_text=_("Så att vi vet vem vi kan fråga. Vi tar bort det efter ett år."),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def __init__(self, data: Any = None, *, steps: Sequence[str]) -> None:
        super().__init__(data)
        for number in range(1, len(steps) + 1):
            self.fields[f"step{number}"] = forms.CharField(
                label=_("Om steg %(number)s") % {"number": number},
                required=False,
                max_length=500,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
        self.steps = steps

    @property
    def rows(self) -> list[tuple[int, str, Any]]:
        """Each step with its number, what it says, and its field."""
        return [(number, action, self[f"step{number}"]) for number, action in enumerate(self.steps, 1)]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        said = [
            data.get("comment") or "",
            *(data.get(f"step{number}") or "" for number in range(1, len(self.steps) + 1)),
        ]
        if data.get("answer") == self.NO and not any(one.strip() for one in said):
            self.add_error("comment", _("Skriv vad som behöver ändras, så att vi vet vad vi ska göra."))
        return data

    def said(self) -> dict[str, Any]:
        """What ``actions.partners.answer`` is given."""
        data = self.cleaned_data
        return {
            "agrees": data["answer"] == self.YES,
            "comment": data["comment"],
            "who": data["who"],
            "steps": [(number, data[f"step{number}"]) for number in range(1, len(self.steps) + 1)],
        }


class MomentForm(forms.Form):
    """A moment of a film that may become a step."""

    use = forms.BooleanField(label=_("Ta med"), required=False)
    second = forms.FloatField(
        label=_("Sekund"),
        min_value=0,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages={"invalid": _("Skriv sekunder som ett tal, till exempel 12,5.")},
    )
    text = forms.CharField(
        label=_("Gör så här"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("use") and not (data.get("text") or "").strip():
            self.add_error("text", _("Skriv vad man gör i steget."))
        return data


MomentFormSet = forms.formset_factory(MomentForm, extra=0, max_num=1000, absolute_max=1000)
