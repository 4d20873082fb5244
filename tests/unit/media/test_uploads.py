"""Files that come in: the tus protocol line by line, two at once, a full disk, a killed process, who may what."""

import base64
import datetime as dt
import errno
import io
import os
import shutil
import subprocess
import uuid
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from utbud.films.models import FilmIndexPage, FilmPage
from utbud.media import incoming
from utbud.media.actions import processing, uploads
from utbud.media.models import Asset, Upload

TUS = {"Tus-Resumable": "1.0.0"}
OFFSET = "application/offset+octet-stream"
START = reverse("media_uploads")


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.VAR = tmp_path


@pytest.fixture
def film(site):
    """A draft of a film that nobody has recorded yet."""
    index = FilmIndexPage.objects.get()
    page = FilmPage(title="Ringa med bild", slug="ringa-med-bild", live=False, owner=site.editor)
    index.add_child(instance=page)
    page.save_revision(user=site.editor, clean=False)
    return page


@pytest.fixture
def staff(site):
    """Clients that are logged in, by name."""
    found = {}
    for name in ("editor", "colleague", "admin"):
        found[name] = Client()
        found[name].force_login(getattr(site, name))
    return SimpleNamespace(**found)


@pytest.fixture
def taken(monkeypatch, site):
    """Leave the work on the file out: what was taken in, as bytes, is kept here."""
    kept = []

    def take_in(*, path, kind, name, by, now, trim_start=None, trim_end=None):
        kept.append(path.read_bytes())
        path.unlink()
        return Asset.objects.create(
            kind=kind, name=name, original=f"private/{len(kept)}", bytes=len(kept[-1]), by=by, created_at=now,
            trim_start=trim_start, trim_end=trim_end,
        )  # fmt: skip

    monkeypatch.setattr(processing, "take_in", take_in)
    return kept


def encoded(**pairs):
    return ",".join(
        f"{name} {base64.b64encode(str(value).encode()).decode()}" for name, value in pairs.items()
    )


def create(client, size=None, **metadata):
    how = {"Upload-Defer-Length": "1"} if size is None else {"Upload-Length": str(size)}
    metadata = {"filename": "film.mp4"} | metadata
    return client.post(START, headers=TUS | how | {"Upload-Metadata": encoded(**metadata)})


def made(client, size=None, **metadata):
    """An upload that is begun: its row and its address."""
    response = create(client, size, **metadata)
    assert response.status_code == 201, response.content
    path = response["Location"].removeprefix("http://testserver")
    return Upload.objects.get(token=path.split("/")[-2]), path


def patch(client, path, offset, data=b"", **headers):
    headers = TUS | {"Upload-Offset": str(offset)} | headers
    return client.patch(path, data, CONTENT_TYPE=OFFSET, content_type=OFFSET, headers=headers)


def head(client, path):
    return client.head(path, headers=TUS)


def left():
    """What stands in the folder of uploads."""
    return sorted(path.name for path in incoming.folder().iterdir()) if incoming.folder().exists() else []


class TestProtocol:
    def test_what_we_can_is_told(self, staff):
        response = staff.editor.options(START)
        told = ("Tus-Resumable", "Tus-Version", "Tus-Extension", "Tus-Max-Size")
        assert (response.status_code, [response[name] for name in told]) == (
            204,
            ["1.0.0", "1.0.0", "creation,creation-defer-length,termination,expiration", str(4 * 1024**3)],
        )

    def test_a_file_in_two_pieces(self, staff, now):
        row, path = made(staff.editor, 10)
        first = patch(staff.editor, path, 0, b"01234")
        between = head(staff.editor, path)
        second = patch(staff.editor, path, 5, b"56789")
        row.refresh_from_db()
        assert (first.status_code, first["Upload-Offset"]) == (204, "5")
        assert (between["Upload-Offset"], between["Upload-Length"]) == ("5", "10")
        assert between["Cache-Control"].split(",")[0] == "no-store"
        assert (second.status_code, second["Upload-Offset"], row.is_whole) == (204, "10", True)
        assert incoming.path_of(row.token).read_bytes() == b"0123456789"

    def test_it_says_when_it_is_forgotten(self, staff):
        response = create(staff.editor, 10)
        when = dt.datetime.strptime(response["Upload-Expires"], "%a, %d %b %Y %H:%M:%S GMT").replace(
            tzinfo=dt.UTC
        )
        assert abs(when - timezone.now() - dt.timedelta(days=7)) < dt.timedelta(minutes=1)

    def test_a_length_that_comes_later(self, staff):
        row, path = made(staff.editor)
        assert head(staff.editor, path)["Upload-Defer-Length"] == "1"
        patch(staff.editor, path, 0, b"abc")
        closed = patch(staff.editor, path, 3, b"", **{"Upload-Length": "3"})
        row.refresh_from_db()
        assert (closed.status_code, row.size, row.is_whole) == (204, 3, True)

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({"Upload-Length": "10"}, 201),
            ({"Upload-Defer-Length": "1"}, 201),
            ({}, 400),
            ({"Upload-Length": "10", "Upload-Defer-Length": "1"}, 400),
            ({"Upload-Defer-Length": "2"}, 400),
            ({"Upload-Length": "-1"}, 400),
            ({"Upload-Length": "ten"}, 400),
            ({"Upload-Length": "1" * 40}, 400),
            ({"Upload-Length": "0"}, 400),
            ({"Upload-Length": str(4 * 1024**3)}, 201),
            ({"Upload-Length": str(4 * 1024**3 + 1)}, 413),
            ({"Upload-Length": "10", "Tus-Resumable": "0.2.2"}, 412),
            ({"Upload-Length": "10", "Tus-Resumable": ""}, 412),
            ({"Upload-Length": "10", "Upload-Metadata": "filename åäö"}, 400),
            ({"Upload-Length": "10", "Upload-Metadata": "filename " + "YQ" * 3000}, 400),
            ({"Upload-Length": "10", "Upload-Metadata": encoded(filename="brev.docx")}, 400),
            ({"Upload-Length": "10", "Upload-Metadata": encoded(filename="FILM.MOV", kind="film")}, 201),
            ({"Upload-Length": "10", "Upload-Metadata": encoded(filename="ljud.mp3", kind="sound")}, 201),
            ({"Upload-Length": "10", "Upload-Metadata": encoded(kind="brev")}, 400),
            ({"Upload-Length": "10", "Upload-Metadata": encoded(page="x")}, 400),
            ({"Upload-Length": "10", "X-HTTP-Method-Override": "PATCH"}, 405),
        ],
    )  # fmt: skip
    def test_beginning(self, staff, headers, status, monkeypatch):
        monkeypatch.setattr(incoming, "has_room", lambda size: True)
        response = staff.editor.post(START, headers=TUS | headers)
        assert response.status_code == status
        assert Upload.objects.count() == len(left()) == (status == 201)
        if status == 412:
            assert response["Tus-Version"] == "1.0.0"

    @pytest.mark.parametrize(
        ("offset", "data", "changed", "status"),
        [
            ("3", b"defg", {}, 204),
            ("3", b"", {}, 204),
            ("2", b"cdef", {}, 409),
            ("4", b"efg", {}, 409),
            ("-3", b"defg", {}, 400),
            (None, b"defg", {}, 400),
            ("3", b"defghijk", {}, 413),
            ("3", b"defg", {"content_type": "text/plain"}, 415),
            ("3", b"defg", {"tus": "1.0.1"}, 412),
            ("3", b"defg", {"size": "10"}, 204),
            ("3", b"defg", {"size": "11"}, 400),
        ],
    )
    def test_going_on(self, staff, offset, data, changed, status):
        row, path = made(staff.editor, 10)
        patch(staff.editor, path, 0, b"abc")
        headers = {"Tus-Resumable": changed.get("tus", "1.0.0")}
        headers |= {"Upload-Offset": offset} if offset is not None else {}
        headers |= {"Upload-Length": changed["size"]} if "size" in changed else {}
        kind = changed.get("content_type", OFFSET)
        response = staff.editor.patch(path, data, content_type=kind, CONTENT_TYPE=kind, headers=headers)
        kept = b"abc" + (data if status == 204 else b"")
        row.refresh_from_db()
        assert (response.status_code, row.received) == (status, len(kept))
        assert incoming.path_of(row.token).read_bytes() == kept

    def test_a_browser_that_can_only_post(self, staff):
        row, path = made(staff.editor, 4)
        headers = TUS | {"X-HTTP-Method-Override": "PATCH", "Upload-Offset": "0"}
        response = staff.editor.post(path, b"abcd", content_type=OFFSET, headers=headers)
        row.refresh_from_db()
        assert (response.status_code, row.received) == (204, 4)

    def test_one_that_is_ended_is_gone(self, staff):
        _row, path = made(staff.editor, 10)
        ended = staff.editor.delete(path, headers=TUS)
        assert (ended.status_code, left()) == (204, [])
        assert [head(staff.editor, path).status_code, patch(staff.editor, path, 0, b"x").status_code] == [
            404,
            404,
        ]

    def test_one_that_never_was(self, staff):
        path = reverse("media_upload", args=[uuid.uuid4()])
        assert [head(staff.editor, path).status_code, patch(staff.editor, path, 0, b"x").status_code] == [
            404,
            404,
        ]

    def test_a_restored_backup_has_rows_without_files(self, staff):
        row, path = made(staff.editor, 10)
        incoming.remove(row.token)
        assert patch(staff.editor, path, 0, b"x").status_code == 410
        assert Upload.objects.count() == 0

    def test_names_from_other_machines(self, staff):
        row, _path = made(staff.editor, 10, filename="C:\\Filmer\\../../etc/Min film.mp4")
        assert row.name == "Min film.mp4"


class TestWho:
    def test_nobody_who_has_not_logged_in(self, db, staff):
        _row, path = made(staff.editor, 10)
        asked = {"X-Requested-With": "XMLHttpRequest"}
        stranger = Client()
        answers = [
            stranger.post(START, headers=TUS | asked | {"Upload-Length": "1"}),
            stranger.head(path, headers=TUS | asked),
            stranger.patch(path, b"x", content_type=OFFSET, headers=TUS | asked | {"Upload-Offset": "0"}),
            stranger.delete(path, headers=TUS | asked),
        ]
        assert [answer.status_code for answer in answers] == [403] * 4
        assert stranger.post(START).url.startswith("/admin/login/")

    def test_an_upload_is_its_makers_alone(self, staff, film, taken):
        row, path = made(staff.editor, 3, page=film.pk)
        patch(staff.editor, path, 0, b"abc")
        asked = {"X-Requested-With": "XMLHttpRequest"}
        for other in (staff.colleague, staff.admin):
            use = reverse("media_use_upload", args=[film.pk, row.token])
            answers = [
                other.head(path, headers=TUS | asked),
                other.patch(path, b"x", content_type=OFFSET, headers=TUS | asked | {"Upload-Offset": "3"}),
                other.delete(path, headers=TUS | asked),
                other.post(use, headers=asked),
                other.post(reverse("media_upload_discard", args=[row.token]), headers=asked),
            ]
            assert [answer.status_code for answer in answers] == [403] * 5
        assert (Upload.objects.get().received, taken) == (3, [])

    def test_a_page_that_one_may_not_edit(self, staff, site, film):
        site.editor.groups.clear()
        from django.contrib.auth.models import Permission

        site.editor.user_permissions.add(
            *Permission.objects.filter(codename__in=["access_admin", "add_asset", "view_asset"])
        )
        headers = TUS | {
            "Upload-Length": "1",
            "Upload-Metadata": encoded(page=film.pk),
            "X-Requested-With": "XMLHttpRequest",
        }
        assert staff.editor.post(START, headers=headers).status_code == 403

    def test_without_the_right_to_add(self, staff, site):
        site.editor.groups.clear()
        from django.contrib.auth.models import Permission

        site.editor.user_permissions.add(Permission.objects.get(codename="access_admin"))
        headers = TUS | {"Upload-Length": "1", "X-Requested-With": "XMLHttpRequest"}
        assert staff.editor.post(START, headers=headers).status_code == 403

    def test_a_token_against_forgery_is_needed(self, site):
        client = Client(enforce_csrf_checks=True)
        client.force_login(site.editor)
        client.get(reverse("media_assets"))
        bare = client.post(START, headers=TUS | {"Upload-Length": "3"})
        token = {"X-CSRFToken": "x" * 32}
        client.cookies["csrftoken"] = "x" * 32
        begun = client.post(START, headers=TUS | token | {"Upload-Length": "3"})
        path = begun["Location"].removeprefix("http://testserver")
        headers = TUS | {"Upload-Offset": "0"}
        sent = [
            client.patch(path, b"abc", content_type=OFFSET, headers=headers | more) for more in ({}, token)
        ]
        assert [bare.status_code, begun.status_code, *(one.status_code for one in sent)] == [
            403,
            201,
            403,
            204,
        ]


@pytest.mark.database
class TestBytes:
    """The row says what is safe on the disk, never more."""

    def test_two_at_once_do_not_interleave(self, staff):
        row, path = made(staff.editor, 10)
        with incoming.held(row.token):
            response = patch(staff.editor, path, 0, b"abc")
        assert response.status_code == 423
        assert patch(staff.editor, path, 0, b"abc").status_code == 204

    def test_bytes_that_came_with_a_process_that_was_killed_are_let_go_of(self, staff):
        row, path = made(staff.editor, 10)
        patch(staff.editor, path, 0, b"abc")
        with incoming.path_of(row.token).open("ab") as file:
            file.write(b"XYZ")  # it was killed before the row was moved
        assert head(staff.editor, path)["Upload-Offset"] == "3"
        patch(staff.editor, path, 3, b"de")
        assert incoming.path_of(row.token).read_bytes() == b"abcde"

    def test_a_disk_that_lost_what_the_row_says(self, staff):
        row, path = made(staff.editor, 10)
        patch(staff.editor, path, 0, b"abcdef")
        os.truncate(incoming.path_of(row.token), 2)
        assert head(staff.editor, path)["Upload-Offset"] == "2"
        assert patch(staff.editor, path, 2, b"cd").status_code == 204
        assert incoming.path_of(row.token).read_bytes() == b"abcd"

    def test_the_row_moves_while_a_large_piece_comes(self, site, monkeypatch, now):
        monkeypatch.setattr(incoming, "STEP", 4)
        monkeypatch.setattr(incoming, "READ", 2)
        upload = uploads.begin(
            kind="film", name="", size=10, recorded=False, page_id=None, by=site.editor, now=now
        )
        seen = []

        class Slow(io.BytesIO):
            def read(self, size=-1):
                seen.append(Upload.objects.get().received)
                return super().read(size)

        uploads.append(upload=upload, offset=0, source=Slow(b"0123456789"), length=10, now=now)
        assert seen == [0, 0, 4, 4, 8]

    def test_a_sender_who_is_gone_leaves_what_came(self, site, now):
        class Broken(io.BytesIO):
            def read(self, size=-1):
                piece = super().read(3)
                if not piece:
                    raise OSError("gone")
                return piece

        upload = uploads.begin(
            kind="film", name="", size=10, recorded=False, page_id=None, by=site.editor, now=now
        )
        row = uploads.append(upload=upload, offset=0, source=Broken(b"abc"), length=10, now=now)
        assert (row.received, incoming.path_of(row.token).read_bytes()) == (3, b"abc")


class TestFullDisk:
    SAYS = "Disken på servern är full. Säg till den som sköter servern, och försök igen sedan."

    def test_no_room_before_it_begins(self, staff, monkeypatch):
        usage = SimpleNamespace(free=incoming.MARGIN + 99)
        monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
        refused, taken = create(staff.editor, 100), create(staff.editor, 99)
        assert (refused.status_code, refused.content.decode()) == (507, self.SAYS)
        assert (taken.status_code, Upload.objects.count(), len(left())) == (201, 1, 1)

    @pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
    @pytest.mark.parametrize("recorded", [False, True])
    def test_it_fills_up_on_the_way(self, staff, monkeypatch, code, recorded):
        row, path = made(staff.editor, 10, **({"recorded": "1"} if recorded else {}))
        patch(staff.editor, path, 0, b"abc")
        whole = incoming._write_all

        def full(file, piece):
            whole(file, piece[:2])
            raise OSError(code, "full")

        monkeypatch.setattr(incoming, "_write_all", full)
        response = patch(staff.editor, path, 3, b"defg")
        assert response.status_code == 507
        if recorded:  # an hour's work is not thrown away
            assert incoming.path_of(row.token).read_bytes() == b"abc"
            assert (
                response.content.decode()
                == "Disken på servern är full. Det som redan är inspelat finns kvar."
            )
        else:
            assert (left(), Upload.objects.count()) == ([], 0)
            assert response.content.decode() == self.SAYS

    def test_a_real_disk_of_two_megabytes(self, staff, film, settings, tmp_path, monkeypatch):
        small = tmp_path / "small"
        small.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", small], capture_output=True
        )
        if mounted.returncode:
            pytest.skip("may not mount a disk here")
        try:
            settings.VAR = small
            assert create(staff.editor, 10_000).status_code == 507
            monkeypatch.setattr(incoming, "MARGIN", -8_000_000)  # it seemed to have room
            _row, path = made(staff.editor, 3_000_000)
            assert patch(staff.editor, path, 0, b"x" * 1_000_000).status_code == 204
            assert patch(staff.editor, path, 1_000_000, b"x" * 2_000_000).status_code == 507
            assert (left(), Upload.objects.count()) == ([], 0)
            form = {"file": io.BytesIO(b"x" * 3_000_000)}
            form["file"].name = "film.mp4"
            answer = staff.editor.post(reverse("media_form_upload", args=[film.pk]), form, follow=True)
            assert self.SAYS in answer.content.decode()
            assert (left(), Upload.objects.count()) == ([], 0)
        finally:
            subprocess.run(["umount", small], check=True)


@pytest.mark.database
class TestUse:
    def use(self, client, film, row, **fields):
        return client.post(reverse("media_use_upload", args=[film.pk, row.token]), fields)

    def test_a_whole_file_becomes_the_drafts(self, staff, film, taken):
        row, path = made(staff.editor, 5, page=film.pk)
        patch(staff.editor, path, 0, b"hello")
        response = self.use(staff.editor, film, row)
        draft = FilmPage.objects.get(pk=film.pk).get_latest_revision_as_object()
        assert (response.status_code, response.url) == (302, reverse("media_workshop", args=[film.pk]))
        assert (taken, draft.asset.name, Upload.objects.count(), left()) == ([b"hello"], "film.mp4", 0, [])

    def test_it_is_in_a_draft_alone_until_approved(self, staff, film, taken):
        row, path = made(staff.editor, 5, page=film.pk)
        patch(staff.editor, path, 0, b"hello")
        self.use(staff.editor, film, row)
        assert FilmPage.objects.get(pk=film.pk).asset is None

    def test_pressed_twice(self, staff, film, taken):
        row, path = made(staff.editor, 5, page=film.pk)
        patch(staff.editor, path, 0, b"hello")
        assert [self.use(staff.editor, film, row).status_code for _press in range(2)] == [302, 302]
        assert (len(taken), film.revisions.count()) == (1, 2)

    def test_half_a_file_is_not_used(self, staff, film, taken):
        row, path = made(staff.editor, 10, page=film.pk)
        patch(staff.editor, path, 0, b"hello")
        self.use(staff.editor, film, row)
        assert (taken, Upload.objects.count()) == ([], 1)

    def test_a_recording_that_was_cut_off_is_used_as_far_as_it_came(self, staff, film, taken):
        row, path = made(staff.editor, page=film.pk, recorded="1", filename="inspelning.webm")
        Upload.objects.filter(pk=row.pk).update(started_at=dt.datetime(2026, 11, 26, 7, 5, tzinfo=dt.UTC))
        patch(staff.editor, path, 0, b"hel")
        self.use(staff.editor, film, row, start="1,5", end="9")
        asset = Asset.objects.get()
        name = "Inspelning 26 november klockan 08.05.webm"
        assert (taken, asset.name, asset.trim_start, asset.trim_end) == ([b"hel"], name, 1.5, 9.0)

    @pytest.mark.parametrize(
        ("start", "end", "status"), [("5", "2", 302), ("-1", "", 400), ("x", "", 400), ("1e999", "", 400)]
    )
    def test_a_trim_that_cannot_be(self, staff, film, taken, start, end, status):
        row, path = made(staff.editor, 5, page=film.pk)
        patch(staff.editor, path, 0, b"hello")
        assert self.use(staff.editor, film, row, start=start, end=end).status_code == status
        assert (taken, Upload.objects.count()) == ([], 1)

    def test_a_process_killed_while_it_takes_in_leaves_the_upload(self, site, film, monkeypatch, now):
        class Killed(BaseException):
            pass

        def take_in(*, path, **_rest):
            path.unlink()  # it is moved away, and then nothing more is done
            raise Killed

        monkeypatch.setattr(processing, "take_in", take_in)
        upload = uploads.begin(
            kind="film", name="", size=3, recorded=False, page_id=film.pk, by=site.editor, now=now
        )
        upload = uploads.append(upload=upload, offset=0, source=io.BytesIO(b"abc"), length=3, now=now)
        with pytest.raises(Killed):
            uploads.finish(upload=upload, page=film, by=site.editor, now=now)
        assert incoming.path_of(upload.token).read_bytes() == b"abc"
        assert uploads.standing(upload).is_whole

    def test_a_refused_file_stays_until_it_is_removed(self, staff, film, monkeypatch):
        def take_in(**_rest):
            raise processing.CannotTakeIn("Det går inte.")

        monkeypatch.setattr(processing, "take_in", take_in)
        row, path = made(staff.editor, 5, page=film.pk)
        patch(staff.editor, path, 0, b"hello")
        self.use(staff.editor, film, row)
        assert Upload.objects.get().received == 5
        staff.editor.post(reverse("media_upload_discard", args=[row.token]), {"back": "workshop"})
        assert (Upload.objects.count(), left()) == (0, [])


class TestPlainForm:
    """Without JavaScript: the same checks."""

    def send(self, client, film, data=b"hello", name="film.mp4", **fields):
        file = io.BytesIO(data)
        file.name = name
        return client.post(reverse("media_form_upload", args=[film.pk]), fields | {"file": file}, follow=True)

    def test_a_file(self, staff, film, taken):
        self.send(staff.editor, film, b"x" * 9_000_000)
        draft = FilmPage.objects.get(pk=film.pk).get_latest_revision_as_object()
        assert (taken, draft.asset.bytes, left()) == ([b"x" * 9_000_000], 9_000_000, [])

    @pytest.mark.parametrize(
        ("data", "name", "says"),
        [
            (b"", "film.mp4", "Filen är tom. Välj en annan fil."),
            (b"hello", "brev.docx", "är ingen film"),
        ],
    )
    def test_what_is_refused_leaves_nothing(self, staff, film, taken, data, name, says):
        answer = self.send(staff.editor, film, data, name)
        assert says in answer.content.decode()
        assert (taken, Upload.objects.count(), left()) == ([], 0, [])

    def test_nothing_chosen(self, staff, film):
        answer = staff.editor.post(reverse("media_form_upload", args=[film.pk]), follow=True)
        assert "Välj en fil först." in answer.content.decode()

    def test_too_large(self, staff, film, taken, monkeypatch):
        monkeypatch.setattr(incoming, "LARGEST", 4)
        answer = self.send(staff.editor, film)
        assert "Filen är för stor" in answer.content.decode()
        assert (taken, Upload.objects.count(), left()) == ([], 0, [])

    def test_a_forged_form(self, site, film, taken):
        client = Client(enforce_csrf_checks=True)
        client.force_login(site.editor)
        assert self.send(client, film).status_code == 403
        assert (taken, Upload.objects.count(), left()) == ([], 0, [])


@pytest.mark.database
class TestPurge:
    def test_what_nothing_comes_to_goes_after_seven_days(self, site, now):
        def begun(days):
            when = now - dt.timedelta(days=days)
            return uploads.begin(
                kind="film", name="", size=9, recorded=False, page_id=None, by=site.editor, now=when
            )

        begun(7.1)
        young = begun(6.9)
        assert uploads.purge_uploads(now) == 1
        assert (list(Upload.objects.all()), left()) == ([young], [str(young.token)])

    def test_one_that_is_being_written_to_stays(self, site, now):
        old = now - dt.timedelta(days=8)
        upload = uploads.begin(
            kind="film", name="", size=9, recorded=False, page_id=None, by=site.editor, now=old
        )
        with incoming.held(upload.token):
            assert uploads.purge_uploads(now) == 0

    def test_files_that_lost_their_row_go(self, db, now):
        incoming.folder().mkdir()
        for name, days in ((uuid.uuid4(), 8), (f"{uuid.uuid4()}.in", 8), (uuid.uuid4(), 1)):
            path = incoming.folder() / str(name)
            path.touch()
            os.utime(path, times=2 * ((now - dt.timedelta(days=days)).timestamp(),))
        assert (uploads.purge_uploads(now), len(left())) == (2, 1)

    def test_assets_that_no_page_names(self, site, film, now, django_capture_on_commit_callbacks):
        from django.core.files.base import ContentFile
        from django.core.files.storage import default_storage

        def asset(name, days=31, original=None):
            stored = original or default_storage.save(f"private/originals/{name}.mp4", ContentFile(b"x"))
            when = now - dt.timedelta(days=days)
            return Asset.objects.create(kind="film", name=name, original=stored, bytes=1, created_at=when)

        first, second, live = asset("i en äldre version"), asset("i utkastet"), asset("publicerad")
        forgotten, young = asset("ingen sida"), asset("ny", days=29)
        shared = asset("klipp av en som används", original=second.original.name)
        for one in (first, second):
            uploads.give(page=film, asset=one, by=site.editor)
        FilmPage.objects.filter(pk=film.pk).update(asset=live)
        with django_capture_on_commit_callbacks(execute=True):
            assert uploads.purge_assets(now) == 2
        assert set(Asset.objects.all()) == {first, second, live, young}
        there = [
            default_storage.exists(one.original.name)
            for one in (first, second, live, forgotten, shared, young)
        ]
        assert there == [True, True, True, False, True, True]
