"""Two who save the same thing: the second is told, keeps what was typed, and takes over what was not touched."""

import re
from html.parser import HTMLParser

import pytest
from django.urls import reverse
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file
from wagtail.snippets.models import get_snippet_models

from utbud.channels.models import ChannelSetup
from utbud.people.guarded import GuardedForm
from utbud.people.models import User
from utbud.places.models import LibrarySettings, OpeningHours, Place

pytestmark = pytest.mark.django_db


class Fields(HTMLParser):
    """What a browser would send of the form on a page."""

    def __init__(self):
        super().__init__()
        self.sent, self.select, self.area = {}, None, None

    def handle_starttag(self, tag, attrs):
        one = dict(attrs)
        name = one.get("name")
        if (
            tag == "input"
            and name
            and (one.get("type") not in ("checkbox", "radio", "submit", "file") or "checked" in one)
        ):
            self.sent.setdefault(name, []).append(one.get("value") or "on" * (one.get("type") == "checkbox"))
        if tag == "select":
            self.select = name
        if tag == "option" and self.select and "selected" in one:
            self.sent.setdefault(self.select, []).append(one.get("value", ""))
        if tag == "textarea":
            self.area = name
            self.sent[name] = [""]

    def handle_data(self, data):
        if self.area:
            self.sent[self.area][0] += data

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.area = None
            if self.sent:
                self.sent = {
                    name: [one.removeprefix("\n") for one in values] for name, values in self.sent.items()
                }
        if tag == "select":
            self.select = None


def read(answer):
    page = Fields()
    page.feed(answer.content.decode())
    return {name: values for name, values in page.sent.items() if "__prefix__" not in name}


@pytest.fixture
def admin(site, client):
    client.force_login(site.admin)
    return client


def place_with(**fields):
    place = Place.objects.create(
        name="Filialen",
        slug="filialen",
        kind=Place.Kind.BRANCH,
        street="Gamla gatan 1",
        phone="08-465 004 01",
        **fields,
    )
    return place, f"/admin/snippets/places/place/edit/{place.pk}/"


def the_library(**fields):
    row = LibrarySettings.load()
    for name, value in {"street": "Gamla gatan 1", "phone": "08-465 004 01", **fields}.items():
        setattr(row, name, value)
    row.save()
    return row, reverse("wagtailsettings:edit", args=["places", "librarysettings", row.pk])


@pytest.mark.parametrize("make", [place_with, the_library])
def test_a_phone_number_and_a_street_are_both_kept(admin, make):
    row, address = make()
    first, second = read(admin.get(address)), read(admin.get(address))
    saved = admin.post(address, first | {"phone": "08-465 004 02"})
    assert saved.status_code == 302
    answer = admin.post(
        address,
        second | {"about": "Nytt om oss"} if "about" in second else second | {"library_name": "Nya namnet"},
    )
    shown = answer.content.decode()
    assert "Någon annan har sparat medan du skrev" in shown
    assert "08-465 004 02" in shown
    row.refresh_from_db()
    assert row.phone == "08-465 004 02"
    again = read(answer)
    typed = "about" if "about" in second else "library_name"
    assert again[typed] == ["Nytt om oss" if typed == "about" else "Nya namnet"]
    assert admin.post(address, again).status_code == 302
    row.refresh_from_db()
    assert (row.phone, getattr(row, typed)) == ("08-465 004 02", again[typed][0])


def test_both_who_changed_the_same_are_told_and_the_last_decides(admin):
    place, address = place_with()
    first, second = read(admin.get(address)), read(admin.get(address))
    admin.post(address, first | {"street": "Första gatan 1"})
    answer = admin.post(address, second | {"street": "Andra gatan 2"})
    assert "Första gatan 1" in answer.content.decode()
    assert read(answer)["street"] == ["Andra gatan 2"]
    admin.post(address, read(answer))
    place.refresh_from_db()
    assert place.street == "Andra gatan 2"


def test_what_another_chose_is_said_as_the_list_says_it(admin):
    _place, address = place_with()
    first, second = read(admin.get(address)), read(admin.get(address))
    admin.post(address, first | {"kind": Place.Kind.STUDIO})
    answer = admin.post(address, second | {"street": "Andra gatan 2"}).content.decode()
    told = re.search(r"Nu står det: (.*?)\. Det du", answer)
    assert told
    assert told.group(1) == f"Slag: {Place.Kind.STUDIO.label}"


def test_rows_below_count_too(admin):
    place, address = place_with()
    open_page = read(admin.get(address))
    OpeningHours.objects.create(place=place, weekday=0, opens="10:00", closes="18:00")
    answer = admin.post(address, open_page | {"street": "Andra gatan 2"})
    assert "Någon annan har sparat" in answer.content.decode()
    admin.post(address, read(answer))
    place.refresh_from_db()
    assert (place.street, place.hours.count()) == ("Andra gatan 2", 1)


def test_one_who_is_alone_is_not_asked(admin):
    place, address = place_with()
    for street in ("Ettan 1", "Tvåan 2"):
        assert admin.post(address, read(admin.get(address)) | {"street": street}).status_code == 302
    place.refresh_from_db()
    assert place.street == "Tvåan 2"


def a_channel(site):
    setup = ChannelSetup.objects.create(
        kind="webhook", name="Webben", config={"address": "https://example.org/in"}
    )
    return (
        setup,
        reverse("channels_change", args=[setup.pk]),
        {"address": "https://example.org/nya"},
        {"name": "Vår webb"},
    )


def a_user(site):
    User.objects.filter(pk=site.editor.pk).update(first_name="Eva", last_name="Berg")
    return (
        site.editor,
        reverse("wagtailusers_users:edit", args=[site.editor.pk]),
        {"first_name": "Maja"},
        {"last_name": "Ek"},
    )


def a_picture(site):
    picture = get_image_model().objects.create(title="Huset", file=get_test_image_file())
    url = reverse("wagtailimages:edit", args=[picture.pk])
    return picture, url, {"description": "Ett hus"}, {"title": "Vårt hus"}


@pytest.mark.parametrize("make", [a_channel, a_user, a_picture])
def test_what_has_forms_of_its_own_is_guarded_too(admin, site, make):
    row, address, first, second = make(site)
    one, other = read(admin.get(address)), read(admin.get(address))
    assert admin.post(address, one | first).status_code == 302
    answer = admin.post(address, other | second)
    assert "Någon annan har sparat medan du skrev" in answer.content.decode()
    assert admin.post(address, read(answer)).status_code == 302
    row.refresh_from_db()
    found = {
        name: getattr(row, name, None) or getattr(row, "config", {}).get(name) for name in first | second
    }
    assert found == first | second


def test_everything_that_is_changed_in_place_is_guarded(db):
    ours = [model for model in get_snippet_models() if model.__module__.startswith("utbud.")]
    forms = [model.snippet_viewset.get_edit_handler().get_form_class() for model in ours]
    assert ours
    assert [form for form in forms if not issubclass(form, GuardedForm)] == []
