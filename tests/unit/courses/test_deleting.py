"""What other things need is not deleted, and staff are told what hinders and what to do: never a fault."""

import pytest
from django.apps import apps
from django.db.models import PROTECT, RESTRICT
from django.urls import reverse
from wagtail.models import Page

from utbud.courses.models import CoursePage, Run
from utbud.people.models import Organisation, User
from utbud.places.models import Place
from utbud.publishing.models import ApprovedPicture

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client, site):
    client.force_login(User.objects.create_superuser("alltfar", password="en lang och egen mening 7"))
    return client


@pytest.fixture
def draft(course, plan):
    """A course that has never been public, with a run; nor has its list. (What has been goes to the archive.)"""
    plan()
    pages = Page.objects.filter(pk__in=[course.pk, course.get_parent().pk])
    pages.update(live=False, first_published_at=None)
    course.refresh_from_db()
    return course


def by_menu(course):
    return reverse("wagtailadmin_pages:delete", args=[course.pk])


def with_its_list(course):
    return reverse("wagtailadmin_pages:delete", args=[course.get_parent().pk])


def in_bulk(course):
    return reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"]) + f"?id={course.pk}"


@pytest.mark.parametrize("way", [by_menu, with_its_list, in_bulk])
def test_a_course_with_runs_says_what_hinders(admin, draft, way):
    answer = admin.post(way(draft))
    assert answer.status_code == 409
    said = answer.content.decode()
    assert "<li>1 kursomgång</li>" in said
    assert "Avpublicera sidan i stället." in said
    assert CoursePage.objects.filter(pk=draft.pk).exists()


@pytest.mark.parametrize("bulk", [False, True])
@pytest.mark.parametrize("model", [Place, Organisation])
def test_what_a_run_uses_says_what_hinders(admin, draft, place, model, bulk):
    host = Organisation.objects.create(name="Silverbjörken")
    Run.objects.update(host=host, place=place)
    label, name, one = (
        model._meta.app_label,
        model._meta.model_name,
        {Place: place, Organisation: host}[model],
    )
    url = (
        reverse("wagtail_bulk_action", args=[label, name, "delete"]) + f"?id={one.pk}"
        if bulk
        else reverse(f"wagtailsnippets_{label}_{name}:delete", args=[one.pk])
    )
    answer = admin.post(url)
    assert (answer.status_code, "<li>1 kursomgång</li>" in answer.content.decode()) == (409, True)
    assert model.objects.filter(pk=one.pk).exists()


def test_each_model_that_holds_another_has_a_name_that_staff_understand():
    """They are told by it: «2 kursomgångar»."""
    holders = {
        model
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if getattr(field.remote_field, "on_delete", None) in (PROTECT, RESTRICT)
        and model.__module__.startswith("utbud.")
        and model is not ApprovedPicture  # publishing.policy says it first, in its own words
    }
    assert Run in holders
    assert [model for model in holders if "verbose_name" not in model._meta.original_attrs] == []
