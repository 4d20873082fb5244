"""Answering with files: ranges, pieces of what is large, what nginx sends."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client, RequestFactory

from utbud.base import files

CONTENT = bytes(range(256)) * 40


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is large here: over 5,000 bytes, and pieces are of 1,000."""
    monkeypatch.setattr(files, "WHOLE", 5000)
    monkeypatch.setattr(files, "PIECE", 1000)


def ask(size: int, **headers: str) -> Any:
    request = RequestFactory().get("/film.mp4", headers=headers)
    file = io.BytesIO(CONTENT[:size])
    return files.serve(request, file, size=size, content_type="video/mp4", etag="a", max_age=60)


@pytest.mark.parametrize(
    ("size", "range_", "status", "first", "last"),
    [
        (5000, "", 200, 0, 4999),
        (5000, "bytes=0-", 206, 0, 4999),  # small: all that was asked for
        (5000, "bytes=10-20", 206, 10, 20),
        (10000, "bytes=0-", 206, 0, 999),  # large: a piece of it
        (10000, "bytes=4000-", 206, 4000, 4999),
        (10000, "bytes=9500-", 206, 9500, 9999),
        (10000, "bytes=0-1", 206, 0, 1),
        (10000, "bytes=100-5000", 206, 100, 1099),
        (10000, "bytes=-500", 206, 9500, 9999),
        (10000, "bytes=-5000", 206, 5000, 5999),
        (10000, "", 200, 0, 9999),  # the whole was asked for, and is given
    ],
)
def test_a_range_of_a_large_file_is_a_piece_of_it(
    size: int, range_: str, status: int, first: int, last: int
) -> None:
    answer = ask(size, **({"range": range_} if range_ else {}))
    assert answer.status_code == status
    assert b"".join(answer.streaming_content) == CONTENT[first : last + 1]
    assert answer["Content-Length"] == str(last + 1 - first)
    assert answer.get("Content-Range") == (f"bytes {first}-{last}/{size}" if status == 206 else None)


@pytest.mark.parametrize(
    ("size", "range_", "chunks"), [(5000, "", 1), (10000, "bytes=0-", 1), (5000, "bytes=9-99", 1)]
)
def test_what_is_not_large_leaves_the_worker_at_once(size: int, range_: str, chunks: int) -> None:
    answer = ask(size, **({"range": range_} if range_ else {}))
    assert len(list(answer.streaming_content)) == chunks


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "size", "inside"),
    [
        ("versions/a å/720p.mp4", 2000, "/stored/versions/a%20%C3%A5/720p.mp4"),
        ("versions/a/sound.mp3", 1000, None),  # small: not worth it
    ],
)
def test_nginx_sends_what_is_large(name: str, size: int, inside: str | None, settings: Any) -> None:
    settings.NGINX_FILES = "/stored/"
    default_storage.save(name, ContentFile(CONTENT[:size]))
    request = RequestFactory().get("/x", headers={"range": "bytes=0-"})
    answer: Any = files.serve(
        request,
        default_storage.open(name),
        size=size,
        content_type="video/mp4",
        etag="a",
        max_age=60,
        filename="a.mp4",
    )
    assert answer.get("X-Accel-Redirect") == inside
    assert answer["Content-Type"] == "video/mp4"
    assert answer["Content-Disposition"] == 'inline; filename="a.mp4"'
    assert (answer.content if inside else b"".join(answer.streaming_content)) == (
        b"" if inside else CONTENT[:size]
    )
    answer.close()


@pytest.mark.django_db
def test_a_file_of_its_own_place_is_not_sent_by_nginx(settings: Any, tmp_path: Path) -> None:
    settings.NGINX_FILES = "/stored/"
    path = tmp_path / "elsewhere.mp4"
    path.write_bytes(CONTENT)
    answer: Any = files.serve(
        RequestFactory().get("/x"),
        path.open("rb"),
        size=len(CONTENT),
        content_type="video/mp4",
        etag="a",
        max_age=1,
    )
    assert "X-Accel-Redirect" not in answer
    answer.close()


@pytest.mark.django_db
def test_a_file_is_never_compressed_and_a_page_is(client: Client) -> None:
    default_storage.save("versions/a/film.mp4", ContentFile(b"a" * 2000))
    answer: Any = client.get(
        "/media/versions/a/film.mp4", headers={"accept-encoding": "gzip", "range": "bytes=0-999"}
    )
    assert (answer.status_code, answer.get("Content-Encoding"), b"".join(answer.streaming_content)) == (
        206,
        None,
        b"a" * 1000,
    )
    assert client.get("/om-finns-inte/", headers={"accept-encoding": "gzip"})["Content-Encoding"] == "gzip"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "private/originals/film.mp4",
        "./private/originals/film.mp4",
        "private/../private/originals/film.mp4",
        "versions/../private/originals/film.mp4",
        "private//originals/film.mp4",
        "/private/originals/film.mp4",
        "//private/originals/film.mp4",
        "Private/originals/film.mp4",
        "PRIVATE/originals/film.mp4",
        "%70rivate/originals/film.mp4",
        "private%2Foriginals/film.mp4",
        "versions/%2e%2e/private/originals/film.mp4",
        "versions/..%2fprivate/originals/film.mp4",
        ".%2fprivate%2foriginals%2ffilm.mp4",
        "private\\originals\\film.mp4",
        "private%00/originals/film.mp4",
        "private",
        "private/",
    ],
)
def test_what_is_private_has_no_address(path: str, client: Client) -> None:
    default_storage.save("private/originals/film.mp4", ContentFile(b"secret"))
    answer: Any = client.get(f"/media/{path}")
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code in (301, 302, 400, 404)
    assert b"secret" not in content
