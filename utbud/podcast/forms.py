"""A new episode, its plan, and the address of a show that moves in."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from utbud.base import outward
from utbud.base.days import DayField
from utbud.people.models import User
from utbud.podcast.actions.board import Plan
from utbud.podcast.models import EpisodePage, ShowPage, Step


class NewEpisodeForm(forms.Form):
    """An idea: a title and a sentence. ``show`` is asked for only where there are several."""

    show = forms.ModelChoiceField(ShowPage.objects.none(), label=_("Podd"), empty_label=None)
    title = forms.CharField(
        label=_("Avsnittets namn"),
        max_length=120,
        help_text=_("Som man säger det, till exempel: Hur vet jag att det är banken?"),
    )
    one_sentence = forms.CharField(label=_("Vad handlar det om, i en mening?"), max_length=160)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shows = ShowPage.objects.order_by("title")
        field = self.fields["show"]
        field.queryset, field.initial = shows, shows.first()  # type: ignore[attr-defined]
        if len(shows) == 1:
            field.required, field.widget = False, forms.HiddenInput()

    def clean_show(self) -> ShowPage:
        show: ShowPage | None = self.cleaned_data["show"] or ShowPage.objects.order_by("title").first()
        if show is None:
            raise ValidationError(_now("Det finns ingen podd än. Skriv podden först."))
        return show


class PlanForm(forms.Form):
    """Every step of an episode: who, by when, done, and a note."""

    def __init__(self, *args: Any, episode: EpisodePage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = {row.step: row for row in episode.production.all()}
        staff = User.objects.filter(is_active=True).order_by("first_name", "username")
        for step in Step:
            row = kept.get(step.value)
            who = forms.ModelChoiceField(staff, label=_("Vem"), required=False, empty_label=_("Ingen än"))
            due = DayField(
                label=_("Senast"),
                required=False,
            )
            note = forms.CharField(label=_("Anteckning"), required=False, max_length=200)
            done = forms.BooleanField(label=_("Klart"), required=False)
            who.initial, due.initial = (row.who_id, row.due_on) if row else (None, None)
            note.initial, done.initial = (row.note, row.done_at is not None) if row else ("", False)
            for name, field in (("who", who), ("due_on", due), ("note", note), ("done", done)):
                self.fields[f"{step.value}-{name}"] = field

    @property
    def steps(self) -> Iterator[dict[str, Any]]:
        """The fields of each step, with its name."""
        for step in Step:
            yield {"step": step, "name": step.label} | {
                name: self[f"{step.value}-{name}"] for name in ("who", "due_on", "note", "done")
            }

    @property
    def plans(self) -> list[Plan]:
        """What is to hold, of a form that is valid."""
        data = self.cleaned_data
        return [
            Plan(
                step=step.value,
                **{name: data[f"{step.value}-{name}"] for name in ("who", "due_on", "note", "done")},
            )
            for step in Step
        ]


class FeedForm(forms.Form):
    """The address of another host's feed."""

    feed = forms.CharField(
        label=_("Flödets adress hos den förra värden"),
        max_length=2000,
        help_text=_("Den står i inställningarna hos värden, och slutar ofta på rss eller xml."),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )

    def clean_feed(self) -> str:
        address = str(self.cleaned_data["feed"]).strip()
        address = address if "://" in address else f"https://{address}"
        try:
            URLValidator(schemes=["http", "https"])(address)
            fits = outward.parsed(address) is not None
        except ValidationError:
            fits = False
        if not fits:
            says = _now("Det här är ingen adress. Kopiera den från den förra värden: den börjar på https.")
            raise ValidationError(says)
        return address
