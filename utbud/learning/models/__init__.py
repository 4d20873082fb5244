"""Words, and what films and guides will share with them: topics."""

from utbud.learning.models.topics import Topic
from utbud.learning.models.weeks import PlannedWeek
from utbud.learning.models.words import RelatedWord, WordIndexPage, WordPage

__all__ = ["PlannedWeek", "RelatedWord", "Topic", "WordIndexPage", "WordPage"]
