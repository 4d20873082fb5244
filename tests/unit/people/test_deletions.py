"""Nothing is deleted for good without a question that says what goes with it."""

import re
from pathlib import Path

import pytest
from django.urls import reverse

import utbud
from utbud.channels.models import ChannelSetup, Subscriber
from utbud.learning.models import RelatedWord
from utbud.people.goes_with import goes_with
from utbud.places.models import OpeningHours, Place
from utbud.publishing.actions import request_approval
from utbud.publishing.models import ApprovalLink

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(site, client):
    client.force_login(site.admin)
    return client


@pytest.fixture
def letters():
    return ChannelSetup.objects.create(kind="newsletter", name="Nyhetsbrevet")


@pytest.mark.parametrize("subscribers", [1, 3])
def test_a_channel_with_subscribers_is_turned_off_not_deleted(admin, letters, subscribers):
    for number in range(subscribers):
        Subscriber.objects.create(channel=letters, address=f"anna{number}@example.org")
    assert "Ta bort kanalen" not in admin.get(reverse("channels_change", args=[letters.pk])).content.decode()
    said = admin.post(reverse("channels_delete", args=[letters.pk]), follow=True).content.decode()
    assert f"Kanalen har {subscribers} prenumerant" in said
    assert (ChannelSetup.objects.count(), Subscriber.objects.count()) == (1, subscribers)


def test_a_channel_that_nobody_has_used_is_asked_about(admin, letters):
    address = reverse("channels_delete", args=[letters.pk])
    assert "Det går inte att ångra" in admin.get(address).content.decode()
    assert ChannelSetup.objects.exists()
    admin.post(address)
    assert not ChannelSetup.objects.exists()


@pytest.mark.parametrize("hours", [1, 3])
def test_wagtails_question_says_what_goes_too(admin, hours):
    place = Place.objects.create(name="Filialen", slug="filialen")
    for weekday in range(hours):
        OpeningHours.objects.create(place=place, weekday=weekday, opens="10:00", closes="18:00")
    shown = admin.get(f"/admin/snippets/places/place/delete/{place.pk}/").content.decode()
    assert f"Öppettider: {hours}" in shown
    assert goes_with([place]) == [f"Öppettider: {hours}"]


def test_what_goes_too_is_said_in_swedish_and_without_inner_workings(site, write, now):
    word, other = write(), write(title="Annat ord", slug="annat-ord")
    RelatedWord.objects.create(page=word, word=other)
    request_approval(page=word, message="", by=site.editor, now=now)
    assert ApprovalLink.objects.filter(request__page=word).exists()
    assert [one for one in goes_with([word]) if "rd" in one.split(":")[0]] == ["Besläktat ord: 1"]
    assert not [one for one in goes_with([word]) if "pprov" in one]


def test_who_deletes_a_user_is_told_of_the_better_way(admin, site):
    shown = admin.get(reverse("wagtailusers_users:delete", args=[site.editor.pk])).content.decode()
    assert "Ta i stället bort krysset vid Aktiv." in shown


def test_no_template_deletes_with_one_press():
    """A form whose button says «Ta bort» stands on a page that asks, or its rows can be put back."""
    own = Path(utbud.__file__).parent
    asked = {
        "publishing/put_away.html",  # asks, and is an archive
        "courses/staff/forget.html",  # asks
        "places/staff/remove_day.html",  # asks
        "channels/subscribers/staff/remove.html",  # asks
        "learning/staff/year.html",  # the word stays, and can be put on its week again
        "guides/staff/pictures.html",  # the picture stays in the library
        "media/staff/text.html",  # rows of a text that is not saved, and what a machine proposed
    }
    found = set()
    for file in own.rglob("templates/**/*.html"):
        for form in re.findall(r"<form\b.*?</form>", file.read_text(), re.DOTALL):
            if (
                re.search(r"<button[^>]*type=\"submit\"[^>]*>(?:\{%[^%]*\"|\{%.*?%\})?Ta bort", form)
                and 'action="' in form
            ) or (re.search(r"<button[^>]*>\{% (?:block)?translate[^%]*Ta bort", form)):
                found.add(str(file).split("/templates/")[1])
    assert found <= asked
