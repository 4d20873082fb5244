"""The text of a film in the staff side: the plain form and what the script sends, two at once, files, what is made."""

import json
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.unit.films.conftest import asset, film, film_files  # noqa: F401 - a real film, and a page about it
from utbud.media import align, recognise, text_rows
from utbud.media.actions import captions as actions
from utbud.media.captions import Chapter, Cue
from utbud.media.models import CaptionWork, State
from utbud.media.text_rows import Mistake, Row

KEPT = [[0.5, 3.0, "Hej på dig.", ""], [3.5, 6.0, "Öppna appen.", ""]]


@pytest.fixture
def page(film):  # noqa: F811
    return film(captions=KEPT, chapters=[[0.0, "Början"]], script="Hej på dig. Öppna appen.")


@pytest.fixture
def staff(site):
    client = Client()
    client.force_login(site.editor)
    return client


def url(page, name="", *more):
    return reverse(f"media_text{name}", args=[page.pk, *more])


def draft(page):
    page.refresh_from_db()
    return page.get_latest_revision_as_object()


def sent(page, cues=KEPT, chapters=((0.0, "Början"),), **more):
    rows = {
        "cues": [[text_rows.as_time(start), text_rows.as_time(end), *rest] for start, end, *rest in cues],
        "chapters": [[text_rows.as_time(start), title] for start, title in chapters],
    }
    return {"rows": json.dumps(rows), "read": actions.version_of(draft(page)), "script": "Hej."} | more


# --- what is written ----------------------------------------------------------------------------


TIMES = {
    "1:02,5": 62.5, "62.5": 62.5, "0:01:02,500": 62.5, "1:00:00": 3600.0, "7": 7.0, " 1 : 02 ": 62.0, "1:2": 62.0,
    "": None, "1:60": None, "x": None, "-1": None, "1,2,3": None, "1:02,5555": None,
}  # fmt: skip


@pytest.mark.parametrize(("written", "second"), TIMES.items(), ids=TIMES)
def test_times_as_people_write_them(written, second):
    assert text_rows.as_seconds(written) == second


@pytest.mark.parametrize("second", [0, 0.001, 59.999, 60, 3599.9996, 3600, 36000.5])
def test_times_are_read_as_they_are_shown(second):
    assert text_rows.as_seconds(text_rows.as_time(second)) == round(second, 3)


def test_rows_become_captions_and_mistakes_say_where():
    rows = [
        Row("0:01", "0:02", "Ett"),
        Row(),
        Row("x", "", "Två"),
        Row("0:05", "0:06", "Bort", "", deleted=True),
    ]
    found = text_rows.read(rows, [Row("1:00", "", "Sist"), Row("0:00", "", "Först"), Row("0:10", "", "")])
    assert found.cues[0] == Cue(1.0, 2.0, "Ett")
    assert found.places == (0, 2)
    assert [chapter.start for chapter in found.chapters] == [0.0, 10.0, 60.0]
    assert found.mistakes == (
        Mistake("cue", 2, "start", "«x» är ingen tid. Skriv minuter och sekunder, till exempel 1:02,5."),
        Mistake("cue", 2, "end", "Tiden saknas. Skriv minuter och sekunder, till exempel 1:02,5."),
        Mistake("chapter", 2, "text", "Kapitlet saknar rubrik. Skriv en, eller ta bort raden."),
    )


# --- the page -----------------------------------------------------------------------------------


def test_the_page_shows_each_row_and_what_is_wrong_with_it(staff, page, site):
    page.captions = [*KEPT, [5.0, 30.0, "", ""]]
    page.save_revision(user=site.editor, clean=False)
    text = staff.get(url(page)).content.decode()
    assert text.count('<li class="m-row') == 3 + 3 + 1 + 3  # with empty ones, for whoever has no JavaScript
    for says in ("Öppna appen.", "0:03,500", "Texten är tom.", "3 saker måste rättas", "Början", "film"):
        assert says in text


def test_the_page_asks_as_few_questions_of_long_texts(staff, film, django_assert_num_queries):  # noqa: F811
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for many in (1, 3):
        page = film(f"Film {many}", captions=[[at, at + 1, "Hej på dig.", ""] for at in range(many)])
        staff.get(url(page))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            staff.get(url(page))
        counts.append(len(asked))
    assert counts[0] == counts[1]


def plain(page, **more):
    fields = {
        "start-0": "0:00,500", "end-0": "0:03", "text-0": "Hej då.", "start-1": "0:03,5", "end-1": "0:06",
        "text-1": "Öppna appen.", "delete-1": "1", "start-2": "0:07", "end-2": "0:09", "text-2": "Ny rad.",
        "start-3": "", "end-3": "", "text-3": "", "chapter-start-0": "0:00", "chapter-text-0": "Start",
        "script": "Nytt manus.", "read": actions.version_of(draft(page)), "over": "",
    }  # fmt: skip
    return fields | more


def test_a_plain_form_saves_adds_and_deletes(staff, page):
    assert staff.post(url(page), plain(page)).status_code == 302
    kept = draft(page)
    assert kept.captions == [[0.5, 3.0, "Hej då.", ""], [7.0, 9.0, "Ny rad.", ""]]
    assert (kept.chapters, kept.script) == ([[0.0, "Start"]], "Nytt manus.")
    assert not page.live


def test_more_empty_rows_keep_what_is_written_and_save_nothing(staff, page):
    answer = staff.post(url(page), plain(page, more="1"))
    assert answer.status_code == 200
    assert "Ny rad." in answer.content.decode()
    assert answer.content.decode().count('name="start-') == 4 + 10
    assert draft(page).captions == KEPT


def test_bad_input_keeps_everything_and_says_where(staff, page):
    answer = staff.post(url(page), plain(page, **{"end-2": "strax"}))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Rad 3: «strax» är ingen tid." in text
    assert 'href="#end-2"' in text
    assert "Ny rad." in text
    assert "Nytt manus." in text
    assert draft(page).captions == KEPT


def test_two_at_once_overwrite_nothing_until_one_says_so(staff, page, site):
    mine = plain(page)
    theirs = Client()
    theirs.force_login(site.colleague)
    assert theirs.post(url(page), plain(page, **{"text-0": "Deras."})).status_code == 302
    answer = staff.post(url(page), mine)
    assert answer.status_code == 409
    assert "Inget är överskrivet." in answer.content.decode()
    assert "Hej då." in answer.content.decode()
    assert draft(page).captions[0][2] == "Deras."
    assert staff.post(url(page), mine | {"anyway": "1"}).status_code == 302
    assert draft(page).captions[0][2] == "Hej då."


def test_another_change_of_the_page_is_no_conflict(staff, page, site):
    mine = plain(page)
    other = draft(page)
    other.one_sentence = "En annan mening."
    other.save_revision(user=site.colleague, clean=False)
    assert staff.post(url(page), mine).status_code == 302
    assert draft(page).one_sentence == "En annan mening."


def test_whoever_may_not_edit_sees_nothing(page, site):
    stranger = Client()
    assert stranger.get(url(page)).status_code == 302
    assert stranger.post(url(page, "_save"), sent(page)).status_code == 302


# --- what the script sends ----------------------------------------------------------------------


def test_the_script_saves_and_is_told_what_is_wrong_row_by_row(staff, page):
    cues = [[0.5, 3.0, "Hej på dig.", ""], [2.5, 6.0, "Öppna appen.", ""], [6.0, 9.0, "", ""]]
    answer = staff.post(url(page, "_save"), sent(page, cues)).json()
    assert answer["faults"] == [
        [1, "Den börjar 0,5 sekunder innan den förra har slutat.", True],
        [2, "Texten är tom. Skriv vad som sägs, eller ta bort raden.", True],
    ]
    assert answer["summary"]["stops"] == "2 saker måste rättas."
    assert draft(page).captions == cues
    whole = staff.post(url(page, "_save"), sent(page, cues, whole="1", over=answer["over"])).json()
    assert whole["cues"] == [
        ["0:00,500", "0:02,500", "Hej på dig.", ""],
        ["0:02,500", "0:06,000", "Öppna appen.", ""],
    ]


def test_saving_again_and_again_makes_one_revision(staff, page):
    before = page.revisions.count()
    first = staff.post(url(page, "_save"), sent(page)).json()
    staff.post(url(page, "_save"), sent(page, KEPT[:1], over=first["over"]))
    assert page.revisions.count() == before + 1
    assert draft(page).captions == KEPT[:1]


def test_the_script_is_told_of_mistakes_and_conflicts(staff, page, site):
    wrong = sent(page) | {"rows": json.dumps({"cues": [["x", "0:02", "Hej", ""]], "chapters": []})}
    answer = staff.post(url(page, "_save"), wrong)
    assert (answer.status_code, answer.json()["mistakes"][0][:3]) == (422, ["cue", 0, "start"])
    late = sent(page, KEPT[:1])
    actions.save_text(
        page=page, cues=[Cue(1, 2, "Annat.")], chapters=[], read=None, by=site.colleague, now=timezone.now()
    )
    answer = staff.post(url(page, "_save"), late)
    assert answer.status_code == 409
    assert "Inget är överskrivet." in answer.json()["conflict"]


@pytest.mark.parametrize(
    "rows", ["{", "[]", '{"cues": [["1"]], "chapters": []}', '{"cues": [[1, 2, 3, 4]], "chapters": []}']
)
def test_what_the_page_never_sends_is_refused(staff, page, rows):
    assert staff.post(url(page, "_save"), sent(page) | {"rows": rows}).status_code == 404


# --- files --------------------------------------------------------------------------------------


def test_a_file_is_shown_before_it_replaces_anything(staff, page):
    data = "1\r\n00:00:01,000 --> 00:00:02,500\r\nÅtta ägg.\r\n".encode("cp1252")
    answer = staff.post(url(page, "_file"), {"file": SimpleUploadedFile("a.srt", data)})
    text = answer.content.decode()
    for says in (
        "En undertext, från 0:01 till 0:02.",
        "Åtta ägg.",
        "2 undertexter",
        "De byts ut.",
        "Byt ut undertexterna",
    ):
        assert says in text
    assert draft(page).captions == KEPT
    staff.post(url(page, "_file"), {"cues": answer.context["cues"], "read": answer.context["read"]})
    kept = draft(page)
    assert (kept.captions, kept.captions_from) == ([[1.0, 2.5, "Åtta ägg.", ""]], "file")
    assert kept.chapters == [[0.0, "Början"]]


def test_a_file_that_is_no_captions_changes_nothing_and_says_why(staff, page):
    for data, says in (
        (b"hej", "inga undertexter"),
        (b"", "Välj en fil först"),
        (b"\0\0\0film", "inte text"),
    ):
        answer = staff.post(url(page, "_file"), {"file": SimpleUploadedFile("a.vtt", data)}, follow=True)
        assert says in answer.content.decode() or data == b""
    assert draft(page).captions == KEPT


FILES = {
    "vtt": "WEBVTT\n\n00:00:00.500 --> 00:00:03.000\nHej på dig.\n\n00:00:03.500 --> 00:00:06.000\nÖppna appen.\n",
    "srt": "1\n00:00:00,500 --> 00:00:03,000\nHej på dig.\n\n2\n00:00:03,500 --> 00:00:06,000\nÖppna appen.\n",
    "txt": "0:00 Början\n\nHej på dig. Öppna appen.\n",
}


@pytest.mark.parametrize(("ending", "content"), FILES.items(), ids=FILES)
def test_what_is_saved_can_be_taken_home(staff, page, ending, content):
    answer = staff.get(url(page, "_download", ending))
    assert answer.content.decode() == content
    assert f".{ending}" in answer["Content-Disposition"]


# --- made ---------------------------------------------------------------------------------------


FOUND = align.Aligned(
    (
        align.Spoken(align.Line("Hej på dig."), 1.0, 2.0, 0.9),
        align.Spoken(align.Line("Öppna appen."), 3.0, 4.5, 0.1),
        align.Spoken(align.Line("Tack.")),
    )
)


@pytest.fixture
def aligned(monkeypatch, django_capture_on_commit_callbacks):
    """What alignment finds is FOUND (the real thing: test_align.py); what is asked for is done at once."""
    monkeypatch.setattr(align, "match", lambda script, wav, voice, tell: FOUND)
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_captions_are_made_of_the_script(staff, film, aligned):  # noqa: F811
    page = film(captions=[], captions_from="", script="Hej på dig. Öppna appen. Tack.")
    with aligned():
        answer = staff.post(url(page, "_make"), {"how": "script"}, follow=True)
    assert "Undertexterna görs nu." in answer.content.decode()
    kept = draft(page)
    assert kept.captions == [[1.0, 2.4, "Hej på dig.", ""], [3.0, 4.9, "Öppna appen.", ""]]
    assert kept.captions_from == "script"
    text = staff.get(url(page)).content.decode()
    assert "Hör efter: «Öppna appen.»" in text
    assert "Härefter står i manuset «Tack.»" in text


def test_captions_that_are_there_are_asked_about_first(staff, page, aligned):
    answer = staff.post(url(page, "_make"), {"how": "script"})
    assert "2 undertexter" in answer.content.decode()
    assert not CaptionWork.objects.exists()
    with aligned():
        staff.post(url(page, "_make"), {"how": "script", "replace": "1"})
    assert draft(page).captions[0] == [1.0, 2.4, "Hej på dig.", ""]


def test_what_was_written_meanwhile_is_kept_and_the_new_offered(staff, page, site, aligned):
    work = actions.captions_from_script(page, site.editor, timezone.now(), replace=True)
    staff.post(url(page, "_save"), sent(page, KEPT[:1]))
    actions.work_on(work.pk)
    assert draft(page).captions == KEPT[:1]
    assert "2 nya undertexter är klara" in staff.get(url(page)).content.decode()
    staff.post(url(page, "_take"), {})
    assert draft(page).captions[0][2] == "Hej på dig."
    assert CaptionWork.objects.get().used_at is not None


def test_the_new_can_be_thrown_away(staff, page, site, aligned):
    work = actions.captions_from_script(page, site.editor, timezone.now(), replace=True)
    staff.post(url(page, "_save"), sent(page, KEPT[:1]))
    actions.work_on(work.pk)
    assert "Ta bort de nya undertexterna?" in staff.post(url(page, "_take"), {"throw": "1"}).content.decode()
    assert CaptionWork.objects.filter(page_id=page.pk).exists()
    staff.post(url(page, "_take"), {"throw": "1", "sure": "1"})
    assert (draft(page).captions, CaptionWork.objects.count()) == (KEPT[:1], 0)


CANNOT = {
    "no script": ({"script": " [musik] "}, "Manuset är tomt."),
    "no film": ({"asset": None}, "inte färdigt än"),
}


@pytest.mark.parametrize(("fields", "says"), CANNOT.values(), ids=CANNOT)
def test_why_they_cannot_be_made_is_said(staff, film, fields, says):  # noqa: F811
    page = film(**{"captions": [], "script": "Hej."} | fields)
    assert says in staff.post(url(page, "_make"), {"how": "script"}, follow=True).content.decode()


def test_a_failure_is_said_and_can_be_tried_again(staff, page, site, monkeypatch, aligned):
    def nothing(*_all):
        raise align.NothingToAlign

    monkeypatch.setattr(align, "match", nothing)
    work = actions.captions_from_script(page, site.editor, timezone.now(), replace=True)
    actions.work_on(work.pk)
    assert "Manuset och ljudet går inte att jämföra." in staff.get(url(page)).content.decode()
    state = staff.get(url(page, "_state")).json()
    assert (state["over"], draft(page).captions) == (True, KEPT)
    actions.captions_from_script(page, site.editor, timezone.now(), replace=True)


def test_a_killed_worker_is_followed_by_another_three_times(page, site, monkeypatch, aligned):
    import datetime as dt

    now = timezone.now()
    work = actions.captions_from_script(page, site.editor, now, replace=True)
    for tries in range(actions.TRIES):
        CaptionWork.objects.filter(pk=work.pk).update(state=State.WORKING, claimed_at=now, tries=tries + 1)
        actions.work_on(work.pk, clock=lambda: now)  # somebody has it
        assert CaptionWork.objects.get().state == State.WORKING
    actions.work_on(work.pk, clock=lambda: now + dt.timedelta(minutes=3))
    work.refresh_from_db()
    assert (work.state, work.problem[:9]) == (State.FAILED, "Det avbrö")


def test_what_waits_without_a_job_is_taken_up(page, site, aligned):
    import datetime as dt

    now = timezone.now()
    work = actions.captions_from_script(page, site.editor, now, replace=True)
    assert actions.take_up_again(now) == 0
    assert actions.take_up_again(now + dt.timedelta(minutes=5)) == 1
    work.refresh_from_db()
    assert work.state == State.READY


# --- by listening -------------------------------------------------------------------------------


def test_listening_is_offered_only_where_it_is_installed(staff, page, settings, monkeypatch, tmp_path):
    assert "Lyssna fram" not in staff.get(url(page)).content.decode()
    answer = staff.post(url(page, "_make"), {"how": "heard", "replace": "1"}, follow=True)
    assert "Taligenkänning är inte installerad." in answer.content.decode()
    for name in recognise.NEEDED:
        (tmp_path / name).touch()
    settings.WHISPER_MODEL = str(tmp_path)
    monkeypatch.setattr(recognise, "is_installed", lambda: True)
    assert "Lyssna fram" in staff.get(url(page)).content.decode()


def test_what_is_heard_becomes_captions(staff, page, settings, monkeypatch, tmp_path, aligned):
    words = [(1.0, 1.4, " Hej", 0.9), (1.4, 2.0, " hopp.", 0.2), (5.0, 5.5, " Tack.", 0.9)]
    made = [SimpleNamespace(start=a, end=b, word=word, probability=how) for a, b, word, how in words]
    segments = [SimpleNamespace(end=2.0, words=made[:2]), SimpleNamespace(end=5.5, words=made[2:])]
    segments[0].words[0].probability = 0.3

    class Model:
        def __init__(self, path, *, device, compute_type, local_files_only):
            assert (path, local_files_only) == (str(tmp_path), True)

        def transcribe(self, wav, *, language, word_timestamps, vad_filter):
            assert (language, word_timestamps) == ("sv", True)
            return iter(segments), None

    monkeypatch.setitem(__import__("sys").modules, "faster_whisper", SimpleNamespace(WhisperModel=Model))
    monkeypatch.setattr(recognise, "is_installed", lambda: True)
    for name in recognise.NEEDED:
        (tmp_path / name).touch()
    settings.WHISPER_MODEL = str(tmp_path)
    with aligned():
        staff.post(url(page, "_make"), {"how": "heard", "replace": "1"})
    kept = draft(page)
    assert kept.captions == [[1.0, 2.4, "Hej hopp.", ""], [5.0, 5.9, "Tack.", ""]]
    assert kept.captions_from == "heard"
    assert "svårt att höra" in staff.get(url(page)).content.decode()


def test_chapters_are_values(page):
    assert draft(page).chapter_list == (Chapter(0.0, "Början"),)
