"""Words, and what films, guides, courses and episodes share with them: material, topics, services."""

from utbud.learning.models.answers import DailyAnswers
from utbud.learning.models.material import MaterialPage
from utbud.learning.models.services import DigitalService, Recheck, ServiceChange
from utbud.learning.models.topics import Topic
from utbud.learning.models.weeks import PlannedWeek
from utbud.learning.models.words import RelatedWord, WordIndexPage, WordPage

__all__ = [
    "DailyAnswers",
    "DigitalService",
    "MaterialPage",
    "PlannedWeek",
    "Recheck",
    "RelatedWord",
    "ServiceChange",
    "Topic",
    "WordIndexPage",
    "WordPage",
]
