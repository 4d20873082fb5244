"""Paper for courses: accessible, of the right number of pages, readable in black and white, with codes that a camera reads."""

import dataclasses
import datetime as dt
import io
import shutil
import subprocess
from dataclasses import replace

import page
import pikepdf
import pytest
from PIL import Image

from tests.unit.formats.test_typeset import LONG, MARKUP, raster, tags
from utbud.formats import programme as paper
from utbud.formats.programme import Entry, PaperList, Programme, Row, Slip, Where

DAY = dt.date(2026, 11, 26)
ENTRY = Entry(
    when="Tisdag 3 mars klockan 10 till 12", title="Ring med bild", lead="Efter kursen kan du ringa och se den du pratar med.",
    where="Ramviks bibliotek", fee="Gratis", join="Kurs 12", days="Datum: 3 och 17 mars.", full="Fullt, ställ dig i kö",
)  # fmt: skip
PROGRAMME = Programme(
    season="Mars till juni 2027", entries=[ENTRY] * 3, texts_to="070-174 06 99",
    places=[Where(name="Ramviks bibliotek", address="Vägen 1, 870 16 Ramvik", access="Entrén har ramp. Hissen går till alla plan.")],
    hours=[("Huvudbiblioteket", "Måndag 13–15"), ("DigidelCenter", "Tisdag 13–16, torsdag 13–16")], months=6, path="/kurser/", date=DAY,
)  # fmt: skip
LIST = PaperList(
    title="Ring med bild", when="Tisdag 3 mars klockan 10 till 12", where="Ramviks bibliotek",
    rows=[Row(name="Anna Provsson", note="Hörslinga"), Row(name="Deltagare 1 från Solrosen")], path="/admin/kurser/tillfalle/12/", date=DAY,
)  # fmt: skip
SLIP = Slip(
    title="Ring med bild", when="Tisdag 3 mars klockan 10 till 12", task="ringa ett samtal med bild",
    path="/kurser/utvardering/12-0123456789/", date=DAY,
)  # fmt: skip


def worst(text):
    """What anyone may have written, in every field."""
    return [
        dataclasses.replace(PROGRAMME, season=text, texts_to=text, hours=[(text, text)],
                            entries=[Entry(when=text, days=text, title=text, lead=text, where=text, fee=text, join=text, full=text)] * 3,
                            places=[Where(name=text, address=text, access=text)] * 2),
        dataclasses.replace(LIST, title=text, when=text, where=text, rows=[Row(name=text, note=text)] * 3),
        dataclasses.replace(SLIP, title=text, when=text, task=text),
    ]  # fmt: skip


SHEETS = {
    "a usual programme": PROGRAMME,
    "a programme of nothing": dataclasses.replace(PROGRAMME, entries=[], hours=[], texts_to="", season=""),
    "a programme of much": dataclasses.replace(
        PROGRAMME, entries=[ENTRY] * 17, more=4, hours=PROGRAMME.hours * 4
    ),
    "a usual list": LIST,
    "a list of nobody": dataclasses.replace(LIST, rows=[]),
    "a list of many": dataclasses.replace(LIST, rows=LIST.rows * 25),
    "a usual slip": SLIP,
    "a slip without a task": dataclasses.replace(SLIP, task=""),
    **{f"long words {number}": one for number, one in enumerate(worst(LONG))},
    **{f"markup {number}": one for number, one in enumerate(worst(MARKUP))},
    **{f"foreign signs {number}": one for number, one in enumerate(worst("Привет 😀 你好 مرحبا \x00"))},
    **{f"nothing {number}": one for number, one in enumerate(worst(""))},
}


@pytest.fixture(params=SHEETS)
def content(request):
    return SHEETS[request.param]


def made(content, sender, files=None):
    return paper.MAKERS[type(content)](content, sender, files or {})


def pdf(content, sender):
    return pikepdf.open(io.BytesIO(made(content, sender)))


def test_every_sheet_is_accessible(content, sender):
    report = page.validate_pdf_bytes(made(content, sender), profile="ua1")
    assert [(failure.rule_id, failure.message) for failure in report.failures] == []
    assert report.is_compliant


NAMES = ("محمد علي", "Александр Пушкин", "Олена Шевченко", "李小龍", "Nguyễn Thị Ánh")


def test_names_stand_on_the_list_as_they_were_written(sender, tmp_path):
    content = replace(LIST, rows=[Row(name=name, note="08-465 004 00") for name in (*NAMES, "ᚠᚢᚦ")])
    rows = paper._list(content, sender, {}, tmp_path)["rows"]
    assert [row["name"] for row in rows[:-1]] == list(NAMES)
    assert {row["note"] for row in rows[:-1]} == {"08-465 004 00"}
    assert rows[-1]["note"] == "08-465 004 00. Hela namnet finns på skärmen."
    report = page.validate_pdf_bytes(made(content, sender), profile="ua1")
    assert [(failure.rule_id, failure.message) for failure in report.failures] == []


def test_nothing_stands_outside_the_paper(content, sender):
    for sheet in paper.pages(content, sender, {}, pixels_per_inch=40):
        seen = Image.open(io.BytesIO(sheet)).convert("L").point(lambda light: 255 * (light < 230))
        if isinstance(content, Slip):  # the line to cut along goes to the edge
            half = seen.height // 2
            seen.paste(0, (0, half - 4, seen.width, half + 4))
        ink = seen.getbbox()
        margin = 40 * 5 / 25.4  # 5 mm
        assert min(ink[0], ink[1], seen.width - ink[2], seen.height - ink[3]) >= margin


@pytest.mark.parametrize(
    ("entries", "sheets"), [(0, 4), (1, 4), (4, 8), (12, 8), (20, 12), (24, 12), (30, 12), (60, 20)]
)
def test_a_programme_is_a_leaflet_of_a5(sender, entries, sheets):
    with pdf(dataclasses.replace(PROGRAMME, entries=[ENTRY] * entries), sender) as document:
        sizes = {tuple(round(float(edge) / 72 * 25.4) for edge in one.mediabox[2:]) for one in document.pages}
        assert (len(document.pages), sizes) == (sheets, {(148, 210)})


@pytest.mark.parametrize(("people", "sheets"), [(0, 1), (1, 1), (12, 1), (13, 2), (32, 2), (33, 3)])
def test_a_list_has_rows_for_those_who_come_without_having_said_so(sender, people, sheets):
    with pdf(dataclasses.replace(LIST, rows=[LIST.rows[0]] * people), sender) as document:
        rows = [kind for kind, _alt in tags(document)].count("/TR")
        assert (len(document.pages), rows - 1 >= people + paper.WALK_IN_ROWS) == (sheets, True)


def test_slips_are_one_sheet_whatever_they_say(sender):
    for one in (SLIP, *(worst(text)[2] for text in (LONG, MARKUP, "", "En lång uppgift att klara " * 5))):
        with pdf(one, sender) as document:
            assert len(document.pages) == 1


def test_headings_in_order_and_the_code_described(sender):
    for one, headings in ((PROGRAMME, {"/H1", "/H2", "/H3"}), (LIST, {"/H1"}), (SLIP, {"/H1", "/H2"})):
        with pdf(one, sender) as document:
            found = tags(document)
        kinds = [kind for kind, _alt in found if kind in ("/H1", "/H2", "/H3")]
        assert (set(kinds), kinds[0]) == (headings, "/H1")
        assert {alt.split("/")[0] for kind, alt in found if kind == "/Figure"} == {
            "QR-kod till digitalt.example.org"
        }


def test_the_same_content_is_the_same_file(content, sender):
    assert made(content, sender) == made(content, sender)


def test_a_logotype_and_a_broken_one(sender):
    who = dataclasses.replace(sender, logo_name="logo.png", logo_digest="x")
    for logo in (raster("PNG"), b"broken"):
        assert page.is_pdf_compliant_bytes(made(PROGRAMME, who, {"logo.png": logo}), profile="ua1")


def test_without_a_phone(sender):
    who = dataclasses.replace(sender, phone="", address="")
    for one in (PROGRAMME, LIST, SLIP):
        assert page.is_pdf_compliant_bytes(made(one, who), profile="ua1")


@pytest.mark.skipif(not shutil.which("zbarimg"), reason="zbarimg is not installed")
@pytest.mark.parametrize("content", [PROGRAMME, LIST, SLIP], ids=["programme", "list", "slip"])
def test_a_camera_reads_the_code_as_a_copier_leaves_it(tmp_path, sender, content):
    sheet = paper.pages(content, sender, {}, pixels_per_inch=120)[0]
    Image.open(io.BytesIO(sheet)).convert("L").point(lambda light: 255 * (light > 128)).save(
        tmp_path / "sheet.png"
    )
    told = subprocess.run(
        ["zbarimg", "-q", "--raw", tmp_path / "sheet.png"], capture_output=True, check=True
    ).stdout
    assert set(told.decode().split()) == {f"{sender.base_url}{content.path}"}


def test_in_black_and_white_every_word_is_still_seen(sender):
    """No letter stands on a ground that a copier makes as dark as the letter."""
    for one in (PROGRAMME, LIST, SLIP):
        for sheet in paper.pages(one, sender, {}, pixels_per_inch=60):
            grey = Image.open(io.BytesIO(sheet)).convert("L")
            dark = sum(grey.point(lambda light: light < 128).convert("L").histogram()[1:])
            assert dark < 0.2 * grey.width * grey.height
