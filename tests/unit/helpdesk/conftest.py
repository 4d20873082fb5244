"""A desk with its questions, and visits to it."""

import uuid

import pytest
from django.test import Client

from tests.conftest import MONDAY
from utbud.helpdesk.actions import visits
from utbud.helpdesk.models import Choice
from utbud.places.models import Place


@pytest.fixture
def place(site):
    return Place.objects.create(name="Provbiblioteket", slug="prov", kind=Place.Kind.MAIN)


@pytest.fixture
def client(site):
    """The browser of somebody at the desk."""
    client = Client()
    client.force_login(site.desk)
    return client


@pytest.fixture
def visit(place):
    """Note a visit: ``visit("inloggning", "annat", minutes=10)``; an errand may be «inloggning omrade-bank»."""
    known = {}

    def visit(*errands, key=None, at=MONDAY, now=None, where=place, **facts):
        known.update(Choice.objects.select_related("question").in_bulk(field_name="key"))
        given = {"minutes": 10} | facts
        return visits.note(
            key=key or uuid.uuid4(),
            place=where,
            errands=[[known[name] for name in errand.split()] for errand in errands or ("inloggning",)],
            at=at,
            now=now or at or MONDAY,
            **given,
        )

    return visit
