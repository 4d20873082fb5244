"""The staff side: record, upload, choose and listen; who may."""

import json

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from wagtail.models import GroupPagePermission, Page

from utbud.formats.models import Recording
from utbud.people.models import User

pytestmark = pytest.mark.django_db
ADD = "/admin/inlasningar/ny/"


@pytest.fixture
def writers():
    """The group of those who may write pages."""
    group = Group.objects.create(name="Skribenter")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    add = Permission.objects.get(content_type__app_label="wagtailcore", codename="add_page")
    GroupPagePermission.objects.create(group=group, page=Page.objects.get(depth=1), permission=add)
    return group


@pytest.fixture
def editor(writers, client):
    user = User.objects.create_user("maja", password="x")
    user.groups.add(writers)
    client.force_login(user)
    return user


@pytest.fixture
def mp3(sounds):
    return lambda: SimpleUploadedFile("min.mp3", (sounds / "a.mp3").read_bytes())


@pytest.fixture
def recording(editor, mp3):
    file = default_storage.save("recordings/2026/a.mp3", mp3())
    return Recording.objects.create(title="Wifi", file=file, digest="0" * 64, seconds=3, created_by=editor)


def test_the_recorder_sends_and_gets_what_the_chooser_needs(editor, client, mp3):
    answer = client.post(ADD, {"title": "Wifi", "upload": mp3()})
    made = Recording.objects.get()
    assert answer.json() == {
        "id": str(made.pk),
        "string": "Wifi",
        "edit_url": f"/admin/snippets/formats/recording/edit/{made.pk}/",
    }
    assert (made.created_by, made.original_name) == (editor, "min.mp3")


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "Filen är tom"), (b"hej", "inget ljud i filen"), (None, "obligatoriskt")],
)
def test_the_recorder_is_told_what_is_wrong(editor, client, content, says):
    sent = {} if content is None else {"upload": SimpleUploadedFile("a.webm", content)}
    answer = client.post(ADD, sent)
    assert answer.status_code == 400
    assert says in answer.json()["error"]


def test_a_recording_without_a_title_has_one_anyway(editor, client, mp3):
    assert client.post(ADD, {"upload": mp3()}).json()["string"] == "Inläsning"


def test_only_those_who_write_pages_may(client, mp3, recording):
    listen = reverse("formats_listen", args=[recording.pk])
    listing = reverse(Recording.snippet_viewset.get_url_name("list"))
    client.logout()
    assert [client.post(ADD).status_code, client.get(listen).status_code] == [302, 302]
    reader = User.objects.create_user("lasare")
    reader.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(reader)
    assert client.post(ADD, {"upload": mp3()}).status_code == 403
    assert "inte rätt" in client.post(ADD, {"upload": mp3()}).json()["error"]
    assert [client.get(listen).status_code, client.get(listing).status_code] == [302, 302]
    assert Recording.objects.count() == 1


def test_a_request_that_changes_must_be_a_post(editor, client):
    assert client.get(ADD).status_code == 405


def test_staff_listen_whole_or_in_part(client, recording):
    listen = reverse("formats_listen", args=[recording.pk])
    whole = client.get(listen)
    assert whole.headers["Content-Type"] == "audio/mpeg"
    assert "no-store" in whole.headers["Cache-Control"]
    assert "public" not in whole.headers["Cache-Control"]
    content = b"".join(whole.streaming_content)
    assert len(content) == recording.file.size
    part = client.get(listen, headers={"Range": "bytes=0-9"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, content[:10])


# --- the list and its forms -------------------------------------------------------------------


def url(name, *args):
    return reverse(Recording.snippet_viewset.get_url_name(name), args=args)


def test_a_recording_is_added_from_the_list(editor, client, mp3):
    page = client.get(url("add"))
    assert 'type="file"' in page.text
    assert "Högst 15 minuter och 100 MB" in page.text
    answer = client.post(url("add"), {"title": "Wifi", "upload": mp3()})
    assert (answer.status_code, Recording.objects.get().title) == (302, "Wifi")


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"title": "Wifi", "upload": b"hej"}, "Det finns inget ljud i filen"),
        ({"title": "Wifi", "upload": b""}, "Filen är tom"),
        ({"title": "Wifi"}, "obligatoriskt"),
        ({"upload": b"hej"}, "obligatoriskt"),
    ],
)
def test_a_form_that_is_wrong_says_so_and_keeps_what_was_typed(editor, client, sent, says):
    if "upload" in sent:
        sent = sent | {"upload": SimpleUploadedFile("a.mp3", sent["upload"])}
    page = client.post(url("add"), sent)
    assert page.status_code == 200
    assert says in page.text
    assert ('value="Wifi"' in page.text) is ("title" in sent)
    assert Recording.objects.count() == 0


def test_the_title_can_be_changed_and_the_sound_heard(client, recording):
    page = client.get(url("edit", recording.pk))
    assert f'src="/admin/inlasningar/{recording.pk}/lyssna.mp3"' in page.text
    assert 'type="file"' not in page.text
    client.post(url("edit", recording.pk), {"title": "Nytt namn"})
    recording.refresh_from_db()
    assert recording.title == "Nytt namn"


def test_the_list_asks_as_much_of_the_database_for_three_as_for_one(
    client, recording, django_assert_max_num_queries
):
    def asked():
        with django_assert_max_num_queries(40) as captured:
            assert "Wifi" in client.get(url("list")).text
        return len(captured)

    asked()
    one = asked()
    for _ in range(2):
        Recording.objects.create(
            title="Wifi", file="x.mp3", digest="0" * 64, seconds=1, created_by=recording.created_by
        )
    assert asked() == one


# --- the chooser ------------------------------------------------------------------------------


def chooser(name):
    return reverse(Recording.snippet_viewset.chooser_viewset.get_url_name(name))


def test_the_chooser_offers_to_upload(client, recording):
    shown = json.loads(client.get(chooser("choose")).content)["html"]
    assert "Ladda upp" in shown
    assert 'name="upload"' in shown
    assert "Wifi" in shown


def test_a_file_uploaded_in_the_chooser_is_chosen(editor, client, mp3):
    answer = json.loads(client.post(chooser("create"), {"title": "Wifi", "upload": mp3()}).content)
    assert (answer["step"], answer["result"]["string"]) == ("chosen", "Wifi")
    assert Recording.objects.get().created_by == editor


def test_a_wrong_file_in_the_chooser_says_so(editor, client):
    upload = SimpleUploadedFile("a.mp3", b"hej")
    answer = json.loads(client.post(chooser("create"), {"title": "Wifi", "upload": upload}).content)
    assert answer["step"] == "reshow_creation_form"
    assert "Det finns inget ljud i filen" in answer["htmlFragment"]
    assert 'value="Wifi"' in answer["htmlFragment"]


def test_the_chooser_is_closed_to_those_who_write_no_pages(client, recording):
    reader = User.objects.create_user("lasare")
    reader.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(reader)
    assert client.post(chooser("create"), {"title": "x"}).status_code in (302, 403)
