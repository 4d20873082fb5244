"""The same presses from many tabs at once, and the same sheet: each is counted once, on both databases."""

import time
import uuid

from django.utils import timezone

from tests.processes.test_courses import in_the_end
from utbud.helpdesk.actions import visits
from utbud.helpdesk.models import Choice, Errand, Visit

TABS, PRESSES = 6, 20


def test_what_many_tabs_send_at_once_is_counted_once(house, tmp_path):
    choice = Choice.objects.select_related("question").get(key="annat")
    keys, now = [uuid.UUID(int=n) for n in range(PRESSES)], timezone.now()

    def once(key):
        visits.note(key=key, place=None, errands=[[choice], [choice]], minutes=5, at=now, now=now)

    def sheet():
        visits.tally(key="the sheet", place=None, day=now.date(), counts={(choice, 10): 40})

    def tab():
        while not (tmp_path / "go").exists():
            time.sleep(0.001)
        in_the_end(sheet)
        for key in keys:
            in_the_end(lambda key=key: once(key))

    children = [house.fork(tab) for _tab in range(TABS)]
    (tmp_path / "go").touch()
    for child in children:
        child.join()
        assert child.exitcode == 0
    assert (Visit.objects.filter(how="desk").count(), Visit.objects.filter(how="tally").count()) == (
        PRESSES,
        40,
    )
    assert Errand.objects.count() == 2 * PRESSES + 40
