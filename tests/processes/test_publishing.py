"""The schedule, killed while it publishes: each word goes out once, whole, in its own week."""

import time

import feedparser
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from wagtail.models import PageLogEntry

from tests.waiting import until
from utbud import cli
from utbud.base import upkeep
from utbud.formats.models import Rendition
from utbud.learning import queries
from utbud.learning.models import PlannedWeek, WordPage
from utbud.publishing import actions, files
from utbud.publishing.models import ApprovalRequest
from utbud.search import queries as search

QUICK = [
    name for name in WordPage.FILES if name not in files.SLOW
]  # films are made by jobs, which are left out here
FILES = len(QUICK)


def waiting():
    """How many approved words have not gone out."""
    return ApprovalRequest.objects.ready().count()


def went_out_once(words):
    """Every word is out, whole: row, revision, log, week, feed, exactly once each."""
    for word in words:
        word.refresh_from_db()
        [request] = ApprovalRequest.objects.filter(page=word)
        assert (word.live, word.live_revision_id, word.has_unpublished_changes) == (
            True,
            request.revision_id,
            False,
        )
        [entry] = PageLogEntry.objects.filter(page=word, action="utbud.publish")
        assert entry.data["content_hash"] == request.content_hash == word.content_hash()
        [week] = PlannedWeek.objects.filter(word=word)
        assert request.published_at == week.published_at != None  # noqa: E711 - the same moment, not none
    feed = feedparser.parse(Client().get("/floden/ord.xml").content)
    assert sorted(entry.title for entry in feed.entries) == sorted(word.title for word in words)
    assert queries.week_of_word().word == words[0]
    assert words[0].title in Client().get("/").content.decode()


def files_are_whole(count):
    """As many renditions as there should be, each with all its bytes, none made twice."""
    made = list(Rendition.objects.all())
    assert len(made) == len({(each.kind, each.key) for each in made}) == count
    assert [default_storage.size(each.file.name) for each in made] == [each.bytes for each in made]


def test_killed_at_many_moments_while_eight_missed_weeks_go_out(
    house, mondays, no_files, monkeypatch, dice, record_testsuite_property
):
    """Files are left out, so that many moments are within a transaction. A word takes some 20 ms, and rests as long before."""
    publish = actions.publish_if_due
    monkeypatch.setattr(actions, "publish_if_due", lambda *a, **k: time.sleep(0.02) or publish(*a, **k))
    words = [house.approved(f"Ord {number}", monday) for number, monday in enumerate(mondays[:8])]
    left = [waiting()]
    while left[-1]:
        process = house.fork(cli.schedule)
        until(lambda: waiting() < left[-1])
        time.sleep(dice.uniform(0, 0.04))
        process.kill()
        process.join()
        left.append(waiting())
    record_testsuite_property("words left after each kill", left)
    assert len(left) > 3
    went_out_once(words)
    assert actions.publish_due(timezone.now()) == 0


def test_killed_while_the_weeks_word_gets_its_files(house, mondays, record_testsuite_property):
    word = house.approved("Kakor", mondays[0])
    kills = 0
    for tenths in range(1, 40, 3):
        house.kill_after(tenths / 10, cli.schedule)
        kills += 1
        if not waiting():
            break
    last = house.fork(cli.schedule)
    until(lambda: not waiting())
    last.terminate()
    last.join()
    record_testsuite_property("kills", kills)
    went_out_once([word])
    files_are_whole(FILES)
    for name in QUICK:
        assert Client().head(f"/ord/kakor/{name}").status_code == 200
    files_are_whole(FILES)  # nothing had to be made for the reader


def test_two_schedules_at_once_one_of_them_killed(house, mondays):
    """`python -m utbud schedule`, twice, with files and all."""
    words = [
        house.approved(title, monday)
        for title, monday in zip(("Kakor", "Molnet", "Podd"), mondays, strict=False)
    ]
    first, second = house.start("schedule"), house.start("schedule")
    until(lambda: waiting() < 3)
    first.kill()
    until(lambda: not waiting())
    time.sleep(1)  # one round more, in which nothing happens
    second.terminate()
    assert second.wait(10) == 0
    went_out_once(words)
    files_are_whole(FILES * 3)
    assert "Traceback" not in (house.var / "log").read_text()


def test_two_schedules_at_once_step_on_no_word(house, mondays, no_files):
    words = [house.approved(f"Ord {number}", monday) for number, monday in enumerate(mondays[:8])]
    both = [house.fork(cli.schedule), house.fork(cli.schedule)]
    until(lambda: not waiting())
    for process in both:
        process.terminate()
        process.join()
    went_out_once(words)


def test_killed_between_the_decision_and_the_publishing(house, monkeypatch, no_files):
    """The web died just after it had written down the approval: the schedule takes it from there."""
    word = house.word("Kakor")
    request = house.ask(word)
    monkeypatch.setattr(actions, "publish_if_due", lambda *_args, **_kwargs: None)
    actions.approve(request=request, publisher=house.site.publisher, by=house.site.chief, now=timezone.now())
    monkeypatch.undo()
    assert waiting() == 1
    house.kill_after(0, cli.schedule)
    process = house.fork(cli.schedule)
    until(lambda: not waiting())
    process.terminate()
    process.join()
    assert WordPage.objects.live().get().title == "Kakor"


def test_killed_worker_leaves_no_half_file_and_no_forgotten_job(house, dice):
    """Three kills while it makes the files of a word that waits. The publishing makes what is missing."""
    word = house.word("Kakor")
    request = house.ask(word)
    jobs = DBTaskResult.objects.filter(status=TaskResultStatus.READY)
    for number in range(3):
        process = house.fork(cli.worker)
        until(lambda number=number: DBTaskResult.objects.running().count() > number or not jobs.exists())
        time.sleep(dice.uniform(0, 1) if number < 2 else 0)
        process.kill()
        process.join()
    files_are_whole(Rendition.objects.count())

    def approve():
        actions.approve(
            request=request, publisher=house.site.publisher, by=house.site.chief, now=timezone.now()
        )

    house.do(approve)
    files_are_whole(FILES)
    for name in QUICK:
        assert Client().head(f"/ord/kakor/{name}").status_code == 200
    files_are_whole(FILES)

    # Jobs that the killed workers held are taken up again: the text of the word is found, not only its name.
    left = DBTaskResult.objects.running().count()  # none where all was done before anybody was killed
    assert upkeep.take_up_again(timezone.now() + upkeep.LEFT_AFTER * 1.1) == left
    print(f"{left} jobs were left by killed workers")
    worker = house.fork(cli.worker)
    until(lambda: set(DBTaskResult.objects.values_list("status", flat=True)) == {TaskResultStatus.SUCCESSFUL})
    worker.terminate()
    worker.join()
    assert [page.title for page in search.find("lätt att läsa").pages] == ["Kakor"]
    files_are_whole(FILES)
