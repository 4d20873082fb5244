"""Count what people say after a film or a guide."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import F

from utbud.base import dates
from utbud.learning.models import DailyAnswers


def count_answer(*, page_id: int, answer: str, now: dt.datetime) -> None:
    """Add one to the day's number of ``answer`` (DailyAnswers.Answer) about a page. Safe from many processes at once."""
    row = {"page_id": page_id, "day": dates.local(now).date(), "answer": answer}
    if DailyAnswers.objects.filter(**row).update(count=F("count") + 1):
        return
    try:
        with transaction.atomic():
            DailyAnswers.objects.create(**row, count=1)
    except IntegrityError:  # another process was first
        DailyAnswers.objects.filter(**row).update(count=F("count") + 1)
