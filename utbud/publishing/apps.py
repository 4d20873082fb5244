from typing import Any

from django.apps import AppConfig
from django.utils import timezone


class PublishingConfig(AppConfig):
    name = "utbud.publishing"
    verbose_name = "Utgivning"

    def ready(self) -> None:
        from wagtail.signals import page_unpublished  # noqa: PLC0415, RUF100

        from utbud.base import schedule, sending  # noqa: PLC0415, RUF100
        from utbud.publishing import actions, forms  # noqa: PLC0415, RUF100
        from utbud.publishing.models import ApprovedPage  # noqa: PLC0415, RUF100

        ApprovedPage.base_form_class = forms.ApprovedPageForm  # forms stand above models
        schedule.every(seconds=5)(actions.publish_due)
        sending.register(
            "approval letters", due=lambda now: [""] if actions.letters_due(now).exists() else [],
            run=lambda _key, now: actions.send_due_letters(now),
        )  # fmt: skip
        schedule.every(seconds=60)(actions.recall_withdrawn)
        page_unpublished.connect(_recall, dispatch_uid="utbud.recall")


def _recall(instance: Any, **_kwargs: Any) -> None:
    """A page was taken down, here or in Wagtail's own page tree."""
    from utbud.publishing import actions  # noqa: PLC0415, RUF100
    from utbud.publishing.models import SharedPage  # noqa: PLC0415, RUF100

    if isinstance(instance, SharedPage):
        actions.recall(page_id=instance.pk, now=timezone.now())
