"""The last good copy: what a stranger read is read again when the database cannot be asked, and nothing that is withdrawn."""

import re
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.utils import timezone

from utbud.base import withdrawn
from utbud.places.models import LibrarySettings
from utbud.publishing.actions_archive import archive
from utbud.publishing.files import make
from utbud.web import away, baked, copies, recopy

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_files")]
PHONE = "08-465 004 10"


@pytest.fixture(autouse=True)
def _fresh(monkeypatch, client):
    cache.clear()
    committed = SimpleNamespace(in_atomic_block=False)  # as everything is outside a test
    monkeypatch.setattr(copies, "connection", committed)
    monkeypatch.setattr(baked, "connection", committed)
    monkeypatch.setattr(copies, "_away_until", [0.0])
    monkeypatch.setattr(copies, "_library", [])
    client.raise_request_exception = False


@pytest.fixture
def library(site):
    row = LibrarySettings.load()
    row.phone = PHONE
    row.save()


@pytest.fixture
def word(library, write, publish):
    word = write("Surfzon")
    publish(word)
    return word


def refuse(execute, sql, *rest):
    raise OperationalError("the database has gone")


@pytest.fixture
def down(monkeypatch):
    """The database is away, and this process has just begun: it has nothing in memory."""

    def down():
        cache.clear()
        monkeypatch.setattr(copies, "_library", [])
        monkeypatch.setattr("utbud.places.queries._kept", None)
        return connection.execute_wrapper(refuse)

    return down


def text(answer):
    return re.sub(r'<p class="sand copy-notice".*?</p>', "", answer.content.decode())


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/ord/",
        "/ord/surfzon/",
        "/ord/a-o/",
        "/hjalp/",
        "/floden/ord.xml",
        "/floden/ord.json",
        "/sitemap.xml",
    ],
)
def test_what_was_read_is_read_again(word, client, down, address):
    first = client.get(address)
    assert first.status_code == 200
    with down():
        for _time in range(2):  # the second asks no database at all
            again = client.get(address)
            assert (again.status_code, again["Content-Type"]) == (200, first["Content-Type"])
            assert text(again) == first.content.decode()
            same = {
                "Content-Security-Policy",
                "X-Frame-Options",
                "Referrer-Policy",
                "ETag",
            } & first.headers.keys()
            assert {name: again.get(name) for name in same} == {name: first[name] for name in same}


def test_a_copy_says_when_it_was_true_and_whom_to_ring(word, client, down, time_machine):
    time_machine.move_to("2026-12-01T09:14:00+01:00", tick=False)
    client.get("/ord/")
    with down():
        page = client.get("/ord/").content.decode()
    assert "Så här såg sidan ut 1 december klockan 9.14. Lediga platser och tider kan ha ändrats." in page
    assert PHONE in page.partition("<main")[2].partition("</p>")[0]


def test_a_copy_is_squeezed_for_who_can_take_it(word, client, down):
    plain = client.get("/ord/").content
    with down():
        assert client.get("/ord/", headers={"Accept-Encoding": "gzip"})["Content-Encoding"] == "gzip"
        assert "Content-Encoding" not in client.get("/ord/")
    assert b"Surfzon" in plain


def test_a_page_is_found_whatever_an_advertisement_adds_to_its_address_but_a_search_is_not(
    word, client, down
):
    client.get("/ord/")
    client.get("/sok/")
    with down():
        assert client.get("/ord/?fbclid=abc").status_code == 200
        assert client.get("/sok/?q=surfzon").status_code == 503


def test_print_and_sound_come_from_the_media_folder_also_in_parts(word, client, down):
    make(word, slow=True)
    first = {
        address: client.get(address) for address in ("/ord/surfzon/utskrift.pdf", "/ord/surfzon/lyssna.mp3")
    }
    content = {address: answer.getvalue() for address, answer in first.items()}
    with down():
        for address, before in first.items():
            again = client.get(address)
            assert (again.getvalue(), again["ETag"]) == (content[address], before["ETag"])
            assert again["Content-Type"] == before["Content-Type"]
            part = client.get(address, headers={"Range": "bytes=10-19"})
            assert (part.status_code, part.getvalue()) == (206, content[address][10:20])


def test_the_look_is_there_with_the_database_away(word, client, down):
    address = re.search(r'href="(/utseende/[^"]+)"', client.get("/").content.decode())[1]
    css = client.get(address).content
    with down():
        assert client.get(address).content == css
        assert client.get("/utseende/0000.css").content == css  # in the colours that were last known


# --- what is withdrawn ------------------------------------------------------------------------


def unpublish(word, _publish):
    word.unpublish()


def put_away(word, _publish):
    archive(page=word, by=word.owner, now=timezone.now())


def move(word, publish):
    word.slug = "annat"
    word.save_revision()
    publish(word)


def correct(word, publish):
    word.one_sentence = "Nu står det något annat här."
    word.save_revision()
    publish(word)


@pytest.mark.parametrize("change", [unpublish, put_away, move, correct, lambda *_both: withdrawn.say()])
def test_no_copy_is_left_of_what_holds_no_longer(word, publish, client, down, change):
    for address in ("/", "/ord/", "/ord/surfzon/"):
        client.get(address)
    assert len(list((copies.folder() / "now").iterdir())) == 3
    change(word, publish)
    assert not (copies.folder() / "now").exists()
    with down():
        assert client.get("/ord/surfzon/").status_code == 503
        assert client.get("/ord/").status_code == 503


@pytest.mark.django_db(transaction=True)
def test_what_had_a_copy_is_read_again_by_the_schedule(word, write, publish, client, down):
    other = write("Rullband")
    publish(other)
    for address in ("/ord/surfzon/", "/ord/rullband/", "/ord/"):
        client.get(address)
    other.unpublish()
    assert recopy.recopy(timezone.now()) == 3
    assert recopy.recopy(timezone.now()) == 0
    with down():
        assert client.get("/ord/surfzon/").status_code == 200
        assert "Rullband" not in client.get("/ord/").content.decode()
        assert client.get("/ord/rullband/").status_code == 503


def test_a_page_that_was_being_made_when_it_was_withdrawn_leaves_no_copy(word, client, monkeypatch):
    real = copies.keep

    def withdrawn_first(place, request, response):
        word.unpublish()
        real(place, request, response)

    monkeypatch.setattr(copies, "keep", withdrawn_first)
    assert client.get("/ord/surfzon/").status_code == 200
    assert not (copies.folder() / "now").exists()


def test_an_address_that_is_not_found_any_more_loses_its_copy(word, client, down):
    client.get("/ord/surfzon/")
    type(word).objects.filter(pk=word.pk).update(live=False)  # past everything that tells
    assert client.get("/ord/surfzon/").status_code == 404
    with down():
        assert client.get("/ord/surfzon/").status_code == 503


def test_what_somebody_with_a_cookie_sees_is_never_kept(word, client):
    client.cookies["csrftoken"] = "a" * 32
    client.get("/ord/surfzon/")
    assert list((copies.folder() / "now").glob("*")) == []


def test_no_private_address_is_kept(word, client):
    client.get("/prenumerera/")
    client.get("/samarbeta/")
    assert list((copies.folder() / "now").glob("*")) == []


# --- what needs the database ------------------------------------------------------------------

TYPED = {"name": "Åsa <b>Ek</b>", "text": "Rad ett\nrad två", "contact": "070-174 06 05", "stamp": "x"}


def test_what_was_typed_is_kept_and_can_be_sent_again(word, client, down):
    client.get("/")
    with down():
        answer = client.post("/samarbeta/", TYPED)
        page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (503, away.RETRY_AFTER)
    assert "<h1>Försök igen om en stund</h1>" in page
    assert 'action="/samarbeta/"' in page
    for value in ("Åsa &lt;b&gt;Ek&lt;/b&gt;", "070-174 06 05", "Rad ett\nrad två"):
        assert f'value="{value}"' in page
    assert PHONE in page


def test_a_password_is_never_written_back(site, client, down):
    with down():
        answer = client.post("/admin/login/", {"username": "redaktor", "password": "hemligt-ord"})
    assert answer.status_code == 503
    assert "hemligt-ord" not in answer.content.decode()
    assert PHONE not in answer.content.decode()


@pytest.mark.parametrize("address", ["/samarbeta/", "/admin/", "/finns-inte/", "/skarm/"])
def test_a_look_at_what_has_no_copy_is_answered_kindly(word, client, down, address):
    client.get("/")
    client.cookies["sessionid"] = "a" * 32
    with down():
        answer = client.get(address)
    assert (answer.status_code, "<h1>Försök igen om en stund</h1>" in answer.content.decode()) == (503, True)


def test_a_program_gets_no_page(word, client, down):
    with down():
        answer = client.get("/api/oembed/?url=x", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()) == (503, {"ok": False, "says": "försök igen"})


def test_when_the_database_is_back_pages_are_made_anew(word, client, down, monkeypatch):
    client.get("/ord/")
    with down():
        client.get("/ord/")
    monkeypatch.setattr(copies, "_away_until", [0.0])
    assert "copy-notice" not in client.get("/ord/").content.decode()


def test_a_fault_of_ours_is_still_a_fault(word, client, monkeypatch):
    monkeypatch.setattr("utbud.web.baked.state", lambda: 1 / 0)
    assert client.get("/ord/").status_code == 500


def test_a_disk_that_cannot_be_written_stops_no_reader(word, client, monkeypatch):
    def full(*_args, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(copies.os, "open", full)
    assert client.get("/ord/").status_code == 200
