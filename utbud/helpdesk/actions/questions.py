"""The questions that the desk begins with."""

from pathlib import Path

import yaml
from django.db import transaction

from utbud.helpdesk.models import Choice, Question

START = Path(__file__).parents[1] / "data" / "questions.yaml"


@transaction.atomic
def load_questions() -> int:
    """Add the questions that a desk begins with, by their keys; what is there keeps what staff wrote. Returns how many were new."""
    new = 0
    for order, row in enumerate(yaml.safe_load(START.read_text(encoding="utf-8"))):
        choices = row.pop("choices")
        question, made = Question.objects.get_or_create(key=row["key"], defaults=row | {"order": order})
        if made:
            new += 1
            for number, choice in enumerate(choices):
                Choice.objects.create(question=question, sort_order=number, **choice)
    return new
