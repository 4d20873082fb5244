from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_save
from wagtail.search import index
from wagtail.search.signal_handlers import post_save_signal_handler


class SearchConfig(AppConfig):
    name = "utbud.search"
    verbose_name = "Sök"

    def ready(self) -> None:
        """What is saved is in the index with it, in one transaction. As a job it would wait behind sound and print being made."""
        for model in index.get_indexed_models():
            if post_save.disconnect(post_save_signal_handler, sender=model):
                post_save.connect(index_at_once, sender=model)


def index_at_once(instance: Any, raw: bool = False, **_more: Any) -> None:
    """Put ``instance`` in the index as it stands."""
    if not raw:
        index.insert_or_update_object(instance)
