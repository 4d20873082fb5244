from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "utbud.publishing"
    verbose_name = "Utgivning"

    def ready(self) -> None:
        from utbud.base import schedule  # noqa: PLC0415, RUF100
        from utbud.publishing import actions, forms  # noqa: PLC0415, RUF100
        from utbud.publishing.models import ApprovedPage  # noqa: PLC0415, RUF100

        ApprovedPage.base_form_class = forms.ApprovedPageForm  # forms stand above models
        schedule.every(seconds=5)(actions.publish_due)
        schedule.every(seconds=5)(actions.send_due_letters)
