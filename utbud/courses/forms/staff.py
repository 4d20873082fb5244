"""What several of the staff's pages about courses ask: what to show, why, and that a warning has been read."""

from typing import Any

from django import forms
from django.db.models import Case, When
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from utbud.base.hashing import content_hash
from utbud.calendar.models import Resource
from utbud.courses.models import CoursePage
from utbud.courses.queries import staff as queries
from utbud.places.models import Place

PEOPLE_FIRST = Case(When(kind="person", then=0), When(kind="room", then=1), default=2)
IN_ORDER = (PEOPLE_FIRST, "name", "pk")


def number_errors(least: int, most: int) -> dict[str, Any]:
    """What is said of a number that is missing, unclear or out of bounds."""
    says = format_lazy(_("Skriv ett tal mellan {least} och {most}."), least=least, most=most)
    return dict.fromkeys(("required", "invalid", "min_value", "max_value"), says)


def number_field(
    label: Any, least: int, most: int, *, required: bool = True, **more: Any
) -> forms.IntegerField:
    """A whole number within bounds."""
    return forms.IntegerField(
        label=label, min_value=least, max_value=most, required=required,
        error_messages=number_errors(least, most), **more,
    )  # fmt: skip


class ResourcesField(forms.ModelMultipleChoiceField):
    """Teachers, rooms and equipment, as boxes to tick."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            queryset=Resource.objects.active().order_by(*IN_ORDER),
            label=_("Ledare, rum och utrustning"),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            error_messages={"invalid_choice": _("Välj bland dem som går att boka.")},
            **kwargs,
        )

    def label_from_instance(self, obj: Any) -> str:
        """«Studion, rum»"""
        return f"{obj.name}, {obj.get_kind_display().lower()}"

    def with_chosen(self, chosen: Any) -> None:
        """Let what is chosen already stay so, though it cannot be chosen for anything new."""
        either = Resource.objects.active() | Resource.objects.filter(pk__in=chosen)
        self.queryset = either.order_by(*IN_ORDER)


class SeenForm(forms.Form):
    """A form whose consequences are shown before it is done: it is sent twice, the second time with what was seen.

    ``seen`` is a digest of what was shown. When the answers, or what speaks against them, have changed, they are shown again.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.digest = ""
        self.was_shown = bool(self.is_bound and self.data.get(self.add_prefix("seen")))

    def has_seen(self, *shown: object) -> bool:
        """Whether exactly ``shown`` was on the page that was sent. What is to be put in the form is kept in ``digest``."""
        self.digest = content_hash([str(one) for one in shown])
        return bool(self.cleaned_data["seen"] == self.digest)


class RunFilter(forms.Form):
    """Which runs to show. What is not understood chooses nothing away."""

    kurs = forms.ModelChoiceField(
        CoursePage.objects.order_by("title"), label=_("Kurs"), required=False, empty_label=_("Alla kurser")
    )
    plats = forms.ModelChoiceField(
        Place.objects.order_by("name"), label=_("Plats"), required=False, empty_label=_("Alla platser")
    )
    visa = forms.ChoiceField(
        label=_("Visa"),
        required=False,
        choices=[
            (queries.COMING, _("Kommande")),
            (queries.BEEN, _("De som har varit")),
            (queries.CANCELLED, _("Inställda")),
        ],
    )

    def chosen(self) -> dict[str, Any]:
        """As ``queries.staff.runs`` takes it."""
        self.is_valid()
        return {
            "show": self.cleaned_data.get("visa") or queries.COMING,
            "course": self.cleaned_data.get("kurs"),
            "place": self.cleaned_data.get("plats"),
        }


class WhyForm(forms.Form):
    """A reason that is kept, and in some cases told."""

    why = forms.CharField(max_length=200, error_messages={"required": _("Skriv varför.")})

    def __init__(
        self, *args: Any, label: Any, help_text: Any = "", required: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].label = label
        self.fields["why"].help_text = help_text
        self.fields["why"].required = required


CALLED_OFF_SINCE = (
    _("Ledaren är sjuk."),
    _("Det blev för få anmälda."),
    _("Lokalen går inte att använda."),
    _("Vädret gör det svårt att ta sig hit."),
    _("Vi hittar en ny tid."),
)


class CallOffForm(forms.Form):
    """Why something is called off. It is public at once, so it is chosen and not written (docs/adr/0022)."""

    why = forms.ChoiceField(
        label=_("Varför"),
        widget=forms.RadioSelect,
        help_text=_("Skickas till dem som är anmälda och syns på webben."),
        error_messages={"required": _("Välj varför.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        why: Any = self.fields["why"]
        why.choices = [(str(one), one) for one in CALLED_OFF_SINCE]
