"""Guides, films and the podcast of the demo. Guides are out at once; films and episodes when their files are made."""

import datetime as dt
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from utbud.base import dates
from utbud.films.models import FilmIndexPage, FilmPage
from utbud.guides.actions import filming, partners
from utbud.guides.models import GuideIndexPage, GuidePage, GuidePartner
from utbud.learning import actions_services
from utbud.learning.models import DigitalService, MaterialPage, Topic
from utbud.media import captions
from utbud.media.actions import processing
from utbud.media.models import Kind, TimedPage
from utbud.people.models import Organisation, ResponsiblePublisher, TargetGroup, User
from utbud.podcast.actions import board
from utbud.podcast.actions.board import Plan
from utbud.podcast.models import EpisodePage, Guest, PodcastIndexPage, ShowPage, Step
from utbud.publishing.models import ApprovalRequest, ApprovedPage
from utbud.web import demo_files as files
from utbud.web import demo_sound
from utbud.web.demo_publish import approve_and_publish

Publish = Callable[[ApprovedPage, dt.datetime], object]
ALL_STEPS = [step.value for step in Step]
POSTER_SECOND = 1.0  # of a film: its title is on the screen
KILLED_AFTER = dt.timedelta(minutes=10)  # a job that has run for so long was killed


def load(*, editor: User, publish: Publish, now: dt.datetime) -> tuple[int, int]:
    """Write and publish the guides, and prepare the podcast; ask the slow worker for films and episodes.

    Returns how many guides there are, and how many films and episodes are asked for.
    """
    for kind, name in ((GuideIndexPage, "guide"), (FilmIndexPage, "film"), (PodcastIndexPage, "podcast")):
        index, texts = kind.objects.get(), files.read(f"{name}_index.yaml")
        index.title, index.intro = texts["title"], texts["intro"]
        index.save_revision(user=editor)
        publish(index, now)
    rows = files.read_all("guides")
    for slug, row in rows.items():
        _guide(slug, row, editor, publish, now)
    _changes(editor, now)
    episodes = _podcast(editor, publish, now)
    filmed = [slug for slug, row in rows.items() if row["film"]]
    for at in range(max(len(filmed), len(episodes))):  # some of each first
        if filmed[at : at + 1]:
            make_film.enqueue(slug=filmed[at])
        if episodes[at : at + 1]:
            make_episode.enqueue(slug=episodes[at])
    return len(rows), len(filmed) + len(episodes)


# --- services ---------------------------------------------------------------------------------


def services() -> None:
    """The digital services that texts are about."""
    DigitalService.objects.bulk_create(
        DigitalService(name=row["name"]) for row in files.read("services.yaml")
    )


def _changes(editor: User, now: dt.datetime) -> None:
    """What staff have seen lately: it marks what is to be gone through."""
    for row in files.read("services.yaml"):
        if changed := row.get("changed"):
            actions_services.note_change(
                service=DigitalService.objects.get(name=row["name"]),
                what=changed["what"],
                by=editor,
                now=now - dt.timedelta(days=changed["days_ago"]),
            )


# --- guides -----------------------------------------------------------------------------------


def _guide(slug: str, row: dict[str, Any], editor: User, publish: Publish, now: dt.datetime) -> None:
    index = GuideIndexPage.objects.get()
    moment = now - dt.timedelta(weeks=row["checked"]["weeks_ago"])
    day = dates.local(moment).date()
    guide = GuidePage(
        slug=slug,
        locale=index.locale,
        live=False,
        owner=editor,
        responsible=editor,
        needs="\n".join(row["needs"]),
        steps=[("step", _step(slug, number, step)) for number, step in enumerate(row["steps"], 1)],
        drawing=files.drawing(row["drawing"], title=row["title"], alt=row["drawing_alt"]),
        checked_on=day,
        review_by=day + dt.timedelta(weeks=row["checked"]["for_weeks"]),
        **{name: row[name] for name in ("title", "one_sentence", "minutes", "done", "drawing_alt")},
        easy=row["easy"].strip(),
    )
    guide.topics = list(Topic.objects.filter(slug__in=row["topics"]))
    guide.serves = list(TargetGroup.objects.filter(code__in=row["serves"]))
    guide.services = list(DigitalService.objects.filter(name__in=row["services"]))
    asked = {_partner(key): facts for key, facts in row["partners"].items()}
    guide.partners = [
        GuidePartner(organisation=partner, sort_order=number) for number, partner in enumerate(asked)
    ]
    index.add_child(instance=guide)
    guide.save_revision(user=editor)
    for partner, facts in asked.items():
        _ask(guide, partner, facts, editor, now if not facts else moment)
    publish(guide, moment)
    GuidePage.objects.filter(pk=guide.pk).update(first_published_at=moment, last_published_at=moment)


def _partner(key: str) -> Organisation:
    names = {row["key"]: row["name"] for row in files.read("organisations.yaml")}
    return Organisation.objects.get(name=names[key])


def _ask(
    guide: GuidePage, partner: Organisation, facts: dict[str, Any], editor: User, moment: dt.datetime
) -> None:
    """What the partner was asked, without a letter, and what they said, if they have."""
    asked = moment - dt.timedelta(days=3)
    review, secret = partners.ask(guide=guide, organisation=partner, letter=False, by=editor, now=asked)
    if facts:
        said = {name: facts[name] for name in ("agrees", "comment", "who")}
        partners.answer(secret=secret, steps=(), now=moment - dt.timedelta(days=1), **said)
        if facts["seen"]:
            partners.note_seen(review=review, now=moment)


def _step(slug: str, number: int, step: dict[str, str]) -> dict[str, Any]:
    title = f"{slug} {number}"
    picture = files.drawing(f"guider/{slug}-{number}", title=title, alt=step["alt"])
    return {name: step[name] for name in ("action", "right", "wrong", "alt")} | {"picture": picture}


# --- the podcast ------------------------------------------------------------------------------


def _podcast(editor: User, publish: Publish, now: dt.datetime) -> list[str]:
    """The show, out; its episodes as drafts that wait for their sound; and what is on its way. The slugs of the former."""
    index, row = PodcastIndexPage.objects.get(), files.read("podcast/show.yaml")
    coming = row.pop("coming")
    show = ShowPage(locale=index.locale, live=False, owner=editor, **row)
    index.add_child(instance=show)
    show.save_revision(user=editor)
    publish(show, now - dt.timedelta(weeks=8))
    written = _episodes()
    for slug, facts in written.items():
        _episode(show, slug, facts, editor, now)
    chief = User.objects.get(username="admin")
    for facts in coming:
        episode = board.new_episode(
            show=show, title=facts["title"], one_sentence=facts["one_sentence"], by=editor, now=now
        )
        due = {step: dates.local(now).date() + dt.timedelta(days=days) for step, days in facts["due"].items()}
        plans = [
            Plan(
                step=step,
                who=editor if step in facts["steps"] or list(due)[:1] == [step] else chief,
                due_on=due.get(step),
                done=step in facts["steps"],
                note=facts["note"] if list(due)[:1] == [step] else "",
            )
            for step in ALL_STEPS
            if step in facts["steps"] or step in due
        ]
        board.plan(episode=episode, plans=plans, by=editor, now=now)
    return list(written)


def _episodes() -> dict[str, dict[str, Any]]:
    rows = {slug: row for slug, row in files.read_all("podcast").items() if slug != "show"}
    return dict(sorted(rows.items(), key=lambda item: item[1]["number"]))


def _episode(show: ShowPage, slug: str, row: dict[str, Any], editor: User, now: dt.datetime) -> None:
    moment = now - dt.timedelta(weeks=row["weeks_ago"])
    day = dates.local(moment).date()
    alt = files.read(f"words/{row['drawing']}.yaml")["drawing_alt"]
    episode = EpisodePage(
        title=row["title"],
        slug=slug,
        one_sentence=row["one_sentence"],
        notes=row["notes"].strip(),
        number=row["number"],
        easy=row["easy"].strip(),
        script="\n\n".join(f"{who}: {said}" for part in row["chapters"] for who, said in part["lines"]),
        drawing=files.drawing(row["drawing"], title=row["title"], alt=alt),
        drawing_alt=alt,
        locale=show.locale,
        live=False,
        owner=editor,
        responsible=editor,
        checked_on=day,
        review_by=day + dt.timedelta(days=365),
    )
    episode.topics = list(Topic.objects.filter(slug__in=row["topics"]))
    episode.guests = [  # type: ignore[misc]
        Guest(consent_on=day, sort_order=number, **guest) for number, guest in enumerate(row["guests"])
    ]
    show.add_child(instance=episode)
    episode.save_revision(user=editor)
    done = [Plan(step=step, who=editor, done=True) for step in ALL_STEPS]
    board.plan(episode=episode, plans=done, by=editor, now=moment)


# --- what takes time --------------------------------------------------------------------------


@task(queue_name="slow", priority=15)
def make_film(slug: str) -> None:
    """Make a film of a guide, publish it, and let the guide show it. Doing it twice makes nothing twice."""
    guide, now = GuidePage.objects.live().filter(slug=slug).first(), timezone.now()
    if guide is None:
        return
    editor = User.objects.get(username="redaktor")
    film = filming.film_of(guide=guide, by=editor, now=now)
    draft = film.get_latest_revision_as_object()
    if not film.live and _ready(draft):
        # The film is as old as the guide, and no older than what it shows.
        processing.poster(asset=draft.asset, second=POSTER_SECOND)
        draft.poster_at = POSTER_SECOND
        draft.save_revision(user=editor)
        _publish(film, editor, guide.first_published_at or now)
    if (
        FilmPage.objects.live().filter(pk=film.pk).exists()
        and GuidePage.objects.get(pk=guide.pk).film_id is None
    ):
        _publish(guide, editor, guide.first_published_at or now)


@task(queue_name="slow", priority=15)
def make_episode(slug: str) -> None:
    """Make the sound of an episode and publish it. Doing it twice makes nothing twice."""
    episode, row = EpisodePage.objects.filter(slug=slug, live=False).first(), _episodes().get(slug)
    if episode is None or row is None:
        return
    now, editor = timezone.now(), User.objects.get(username="redaktor")
    draft = episode.get_latest_revision_as_object()
    if draft.asset is None:
        with tempfile.TemporaryDirectory(prefix="episode-", dir=processing.work_folder()) as folder:
            wav = Path(folder, f"{slug}.wav")
            made = demo_sound.write(row["chapters"], wav)
            draft.asset = processing.take_in(path=wav, kind=Kind.SOUND, name=wav.name, by=editor, now=now)
        draft.captions_from = TimedPage.Origin.SCRIPT
        draft.captions = captions.kept_cues(made.cues)
        draft.chapters = captions.kept_chapters(made.chapters)
        draft.save_revision(user=editor)
    if _ready(draft):
        draft.make_own()
        _publish(episode, editor, now - dt.timedelta(weeks=row["weeks_ago"]))


def _ready(draft: Any) -> bool:
    """Whether the film or sound of ``draft`` can be shown; it is worked on now, unless another worker does."""
    processing.work_on(draft.asset_id)
    draft.asset.refresh_from_db()
    return bool(draft.asset.is_ready)


def _publish(page: MaterialPage, editor: User, moment: dt.datetime) -> None:
    """Publish the draft of ``page`` as it would have gone at ``moment``."""
    page.refresh_from_db()
    if not ApprovalRequest.objects.standing().filter(page_id=page.pk).exists():
        publisher = ResponsiblePublisher.objects.get(user__username="utgivare")
        approve_and_publish(page, editor, publisher, moment)
    type(page).objects.filter(pk=page.pk).update(first_published_at=moment, last_published_at=moment)


def take_up_again(now: dt.datetime) -> int:
    """Ask again for films and episodes that failed, or whose worker was stopped while it made them. Returns how many."""
    jobs = {make_film.module_path: make_film, make_episode.module_path: make_episode}
    killed = Q(status=TaskResultStatus.RUNNING, started_at__lt=now - KILLED_AFTER)
    left = DBTaskResult.objects.filter(killed | Q(status=TaskResultStatus.FAILED), task_path__in=list(jobs))
    again = list(left)
    for job in again:
        jobs[job.task_path].enqueue(**job.args_kwargs["kwargs"])
        job.delete()
    return len(again)
