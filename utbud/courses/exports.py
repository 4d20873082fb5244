"""What stands in the tables of courses that leave the house (base/tables.py writes them)."""

import datetime as dt

from django.utils.translation import gettext as _

from utbud.base import dates
from utbud.base.tables import Cell
from utbud.courses import words
from utbud.courses.models import Evaluation, Participant, Registration, Run
from utbud.courses.models.registrations import Way
from utbud.courses.queries.figures import Figures

# --- the people of a run ----------------------------------------------------------------------------


def people_header() -> list[str]:
    """The columns of ``people_rows``."""
    return [
        _("Nummer"), _("Tid"), _("Anmäld av"), _("Förening"), _("Kontakt"), _("Namn"), _("Roll"), _("Läge"), _("Behov"),
        _("Kom in"), _("Anmäld den"), _("Kod"),
    ]  # fmt: skip


def people_rows(run: Run, now: dt.datetime) -> list[list[Cell]]:
    """Everyone who is or was registered for ``run``, a row a person; those who are forgotten left out."""
    times: dict[int, list[tuple[dt.datetime, dt.datetime]]] = {}
    for occasion in run.occasions.order_by("starts_at"):
        times.setdefault(occasion.quota_id, []).append((occasion.starts_at, occasion.ends_at))
    when = {quota: words.times_words(pairs, now) for quota, pairs in times.items()}
    parties = (
        Registration.objects.filter(quota__run=run, purged_at=None)
        .select_related("organisation")
        .prefetch_related("participants")
        .order_by("quota", "pk")
    )
    return [
        _person_row(party, person, when.get(party.quota_id, ""))
        for party in parties
        for person in party.participants.all()
    ]


def _person_row(party: Registration, person: Participant, when: str) -> list[Cell]:
    return [
        party.quota_id,
        when,
        party.name,
        party.organisation.name if party.organisation else "",
        party.contact_words,
        person.name,
        person.get_role_display(),
        party.get_state_display(),
        ", ".join(party.needs_words),
        party.get_came_by_display(),
        dates.local(party.created_at).date().isoformat(),
        words.spoken_code(party.code),
    ]


# --- figures ------------------------------------------------------------------------------------------


def figures_header() -> list[str]:
    """The columns of ``figures_rows``."""
    return [
        _("Kurs"), _("Plats"), _("Dag"), _("Börjar"), _("Hölls"), _("Inställt"), _("Timmar"), _("Platser"), _("Anmälningar"),
        _("Anmälda personer"), *(str(way.label) for way in Way), _("Fick aldrig plats"), _("Svarade inte i tid"), _("Avbokade"),
        _("Kom"), _("Varav räknade"), _("Följeslagare och tolkar som kom"), _("Kom inte"), _("Svar på utvärderingen"),
        *(str(task.label) for task in Evaluation.Task), *(str(mood.label) for mood in Evaluation.Mood),
    ]  # fmt: skip


def figures_rows(figures: Figures) -> list[list[Cell]]:
    """A row an occasion. Added up they are what the page shows; they name nobody."""
    rows: list[list[Cell]] = []
    for line in figures.lines:
        n, start = line.numbers, dates.local(line.occasion.starts_at)
        rows.append(
            [
                line.course, line.place, start.date().isoformat(), f"{start:%H:%M}", n.held, n.cancelled, round(n.hours, 2),
                n.seats, n.registrations, n.people, *(n.ways[way.value] for way in Way), n.waiting, n.expired, n.left,
                n.came, n.counted, n.with_them, n.no_shows, n.answers,
                *(n.tasks[task.value] for task in Evaluation.Task), *(n.moods[mood.value] for mood in Evaluation.Mood),
            ]
        )  # fmt: skip
    return rows
