"""Whether films can be made, as ``utbud check`` says it."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.utils import timezone

from utbud.media import probes
from utbud.media.models import Asset, State

ROOMY = 6 * 1024**3


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("states", "minutes", "free", "ok", "says"),
    [
        ([], 0, ROOMY, True, "6 GB är lediga."),
        ([], 0, 1024**3, False, "1 GB är lediga."),
        ([State.WAITING], 29, ROOMY, True, "6 GB är lediga."),
        ([State.WAITING], 31, ROOMY, False, "Filmer eller ljud har väntat i mer än en halvtimme: 1."),
        ([State.WAITING, State.WORKING], 31, ROOMY, True, "6 GB är lediga."),  # behind another
    ],
)
def test_films_wait_for_nobody(
    states: list[State], minutes: int, free: int, ok: bool, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probes.shutil, "disk_usage", lambda _folder: SimpleNamespace(free=free))
    for state in states:
        at = timezone.now() - dt.timedelta(minutes=minutes)
        Asset.objects.create(kind="film", bytes=1, original="x", state=state, created_at=at)
    finding = probes.films()
    assert (finding.ok, finding.says) == (ok, says)
