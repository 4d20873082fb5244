"""A file on its way in, with a client that is not ours, and a web that is killed in the middle of it."""

import http.client
import os
from contextlib import contextmanager
from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from tusclient.client import TusClient

from tests.processes.conftest import family, kill
from tests.waiting import until
from utbud.media import incoming
from utbud.media.models import Upload

CSRF = "a" * 32
MEGA = 1024**2


@pytest.fixture
def headers(house):
    """What the editor's browser sends along."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    user = house.site.editor
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return {"Cookie": f"sessionid={session.session_key}; csrftoken={CSRF}", "X-CSRFToken": CSRF}


@pytest.fixture
def kept(house, settings):
    """Where the web puts what comes in."""
    settings.VAR = house.var
    return house.var / "uploads"


@contextmanager
def uploader_of(house, headers, film, **more):
    """tuspy, with an upload that is begun, and its path."""
    client = TusClient(f"{house.address}/admin/film-och-ljud/uppladdningar/", headers=headers)
    with film.open("rb") as stream:
        uploader = client.uploader(
            file_stream=stream, metadata={"filename": "film.mp4", "kind": "film"}, **more
        )
        uploader.set_url(uploader.create_url())
        yield uploader, uploader.url.removeprefix(house.address)


def restarted(house, web):
    for pid in (*family(web.pid), web.pid):
        kill(pid)
    web.join()
    return house.web()


def test_killed_in_the_middle_again_and_again(
    house, headers, kept, tmp_path, dice, record_testsuite_property
):
    """Each time what the web says it has is there, and in the end every byte is what was sent."""
    film = tmp_path / "film.mp4"
    film.write_bytes(dice.randbytes(48 * MEGA))
    web, offset, half = house.web(), 0, 0
    with uploader_of(house, headers, film, chunk_size=5 * MEGA) as (uploader, path):
        for number in range(12):
            line = cut_off(
                house, headers, path, film, offset, stop=offset + dice.randrange(2 * MEGA, 4 * MEGA)
            )
            on_disk = incoming.length(Upload.objects.get().token)
            half += on_disk > Upload.objects.get().received
            web = restarted(house, web)
            line.close()
            said = uploader.get_offset()
            assert said == Upload.objects.get().received
            whole = film.read_bytes()[:said]
            assert (kept / path.split("/")[-2]).read_bytes()[:said] == whole
            offset = said
            if number >= 1 and half:
                break
        uploader.offset = offset
        uploader.upload()
    row = Upload.objects.get()
    assert (row.is_whole, (kept / str(row.token)).read_bytes() == film.read_bytes()) == (True, True)
    record_testsuite_property("uploads killed with bytes on the disk that no row knew of", half)
    assert half  # or the test proves nothing


def cut_off(house, headers, path, film, offset, *, stop):
    """Send from ``offset`` up to ``stop`` of what is promised to be all the rest. The line, still open."""
    line = http.client.HTTPConnection(house.address.removeprefix("http://"))
    line.putrequest("PATCH", path)
    told = {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": str(offset),
        "Content-Type": "application/offset+octet-stream",
    }
    size = film.stat().st_size
    for name, value in (headers | told | {"Content-Length": str(size - offset)}).items():
        line.putheader(name, value)
    line.endheaders()
    with film.open("rb") as file:
        file.seek(offset)
        while file.tell() < min(stop, size - 1):
            line.send(file.read(MEGA // 4))
    token = path.split("/")[-2]
    there = house.var / "uploads" / token
    until(lambda: there.stat().st_size > stop - MEGA)
    return line


def test_a_line_that_breaks_keeps_what_came(house, headers, kept, tmp_path):
    film = tmp_path / "film.mp4"
    film.write_bytes(os.urandom(4 * MEGA))
    house.web()
    with uploader_of(house, headers, film, chunk_size=MEGA) as (uploader, path):
        cut_off(house, headers, path, film, 0, stop=2 * MEGA).close()
        until(lambda: Upload.objects.get().received > MEGA)
        uploader.offset = uploader.get_offset()
        uploader.upload()
    row = Upload.objects.get()
    assert (row.is_whole, (kept / str(row.token)).read_bytes() == film.read_bytes()) == (True, True)
