"""Measures the desk: what a press and a sheet cost, and a year of 20,000 visits as figures and as the national file.

``make bench`` calls it. In a data folder of its own, on SQLite, or on the database of DATABASE_URL if that is empty.
"""

import datetime as dt
import json
import os
import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from typing import Any

import bench

VISITS = (2_000, 20_000)
PRESSES, MARKS = 50, 300
TURNS = 5
FIRST, LAST = "2025-01-01", "2025-12-31"


def fill(wanted: int) -> None:
    """Note visits over the year until there are ``wanted``; a fifth has two errands."""
    from utbud.helpdesk.models import Choice, Errand, Given, Visit

    lots = random.Random(wanted)
    kinds, more = (list(Choice.objects.filter(question__key=key)) for key in ("arende", "omrade"))
    first = dt.date.fromisoformat(FIRST)
    visits = [
        Visit(
            day=first + dt.timedelta(days=n % 365),
            hour=10 + n % 8,
            minutes=lots.choice([5, 10, 15, 30, None]),
        )
        for n in range(Visit.objects.count(), wanted)
    ]
    stored = Visit.objects.bulk_create(visits, batch_size=5000)
    errands = Errand.objects.bulk_create(
        [
            Errand(visit=one, number=number)
            for n, one in enumerate(stored)
            for number in range(1, 2 + (n % 5 == 0))
        ],
        batch_size=5000,
    )
    Given.objects.bulk_create(
        [Given(errand=one, choice=lots.choice(of)) for one in errands for of in (kinds, more)],
        batch_size=5000,
    )


def took(what: Callable[[], Any]) -> str:
    """Queries, and milliseconds in the middle of so many turns."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    times = []
    for _turn in range(TURNS):
        with CaptureQueriesContext(connection) as captured:
            began = time.perf_counter()
            answer = what()
            times.append(1000 * (time.perf_counter() - began))
        assert answer.status_code in (200, 302), answer.status_code
    return f"{len(captured)} | {statistics.median(times):.0f}"


def measured() -> list[str]:
    """The rows of the table."""
    from django.contrib.auth.models import Group
    from django.test import Client
    from django.utils import timezone

    from utbud.helpdesk.actions import visits
    from utbud.helpdesk.models import Choice, Visit
    from utbud.people.models import DESK, User
    from utbud.web.actions import setup

    setup()
    user = User.objects.create_user("disk", password=None)
    user.groups.add(Group.objects.get(name=DESK))
    client = Client(HTTP_HOST="localhost")
    client.force_login(user)

    def press(count: int) -> Any:
        rows = [
            {
                "id": n,
                "deed": "note",
                "key": str(uuid.uuid4()),
                "ago": n,
                "minutes": 5,
                "errands": [["annat", "omrade-bank"]],
            }
            for n in range(count)
        ]
        return client.post(
            "/admin/disken/", {"presses": json.dumps(rows)}, headers={"accept": "application/json"}
        )

    def sheet() -> Any:
        counts = {(Choice.objects.get(key="annat"), 10): MARKS}
        day = timezone.now().date()
        assert visits.tally(key=uuid.uuid4().hex, place=None, day=day, counts=counts) == MARKS
        return client.get("/admin/disken/streck/")

    client.get("/admin/disken/")  # warm
    rows = [
        f"| the page of the desk | {took(lambda: client.get('/admin/disken/'))} |",
        f"| one press is sent and kept | {took(lambda: press(1))} |",
        f"| {PRESSES} presses of a day without network | {took(lambda: press(PRESSES))} |",
        f"| a sheet of {MARKS} marks, and the page after it | {took(sheet)} |",
    ]
    Visit.objects.all().delete()
    asked = f"?fran={FIRST}&till={LAST}"
    for many in VISITS:
        fill(many)
        rows += [
            f"| figures of {many:,} visits | {took(lambda: client.get(f'/admin/disken/siffror/{asked}'))} |",
            f"| the Digidel file of {many:,} visits | {took(lambda: client.get(f'/admin/disken/siffror/digidel.csv{asked}'))} |",
        ]
    return rows


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="utbud-bench-", ignore_cleanup_errors=True) as var:
        os.environ |= {"UTBUD_VAR": var, "DJANGO_SETTINGS_MODULE": "utbud.settings"}
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        busy, rows = os.getloadavg()[0], measured()
    day, cores = time.strftime("%Y-%m-%d"), os.cpu_count()
    table = [
        "# The desk",
        "",
        f"{day}, {bench.machine()}, load {busy:.1f} before. Median of {TURNS}. A visit by hand is three presses: what, how long, done.",
        "",
        "| what | queries | ms |",
        "| --- | ---: | ---: |",
        *rows,
        "",
    ]
    bench.write("\n".join(table), f"{day}-{cores}-cores-helpdesk.md")


if __name__ == "__main__":
    main()
