from typing import Any

from django.apps import AppConfig
from django.utils import timezone


class PublishingConfig(AppConfig):
    name = "utbud.publishing"
    verbose_name = "Utgivning"

    def ready(self) -> None:
        from django.db.models.signals import pre_delete, pre_save  # noqa: PLC0415, RUF100
        from wagtail.images.models import Image  # noqa: PLC0415, RUF100
        from wagtail.models import Page  # noqa: PLC0415, RUF100
        from wagtail.signals import page_unpublished  # noqa: PLC0415, RUF100

        from utbud.base import schedule, sending  # noqa: PLC0415, RUF100
        from utbud.publishing import actions, actions_archive, forms, policy  # noqa: PLC0415, RUF100
        from utbud.publishing.models import ApprovedPage  # noqa: PLC0415, RUF100

        ApprovedPage.base_form_class = forms.ApprovedPageForm  # forms stand above models
        schedule.every(seconds=5)(actions.publish_due)
        sending.register(
            "approval letters", due=lambda now: [""] if actions.letters_due(now).exists() else [],
            run=lambda _key, now: actions.send_due_letters(now),
        )  # fmt: skip
        schedule.every(seconds=60)(actions.recall_withdrawn)
        schedule.every(seconds=24 * 3600)(actions_archive.purge)
        policy.hold()
        pre_save.connect(policy.keep_file, sender=Image, dispatch_uid="utbud.keep_file")
        pre_delete.connect(policy.keep_picture, sender=Image, dispatch_uid="utbud.keep_picture")
        pre_delete.connect(policy.keep_page, sender=Page, dispatch_uid="utbud.keep_page")
        page_unpublished.connect(_recall, dispatch_uid="utbud.recall")


def _recall(instance: Any, **_kwargs: Any) -> None:
    """A page was taken down, here or in Wagtail's own page tree."""
    from utbud.publishing import actions  # noqa: PLC0415, RUF100
    from utbud.publishing.models import SharedPage  # noqa: PLC0415, RUF100

    if isinstance(instance, SharedPage):
        actions.recall(page_id=instance.pk, now=timezone.now())
