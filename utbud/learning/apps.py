from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "utbud.learning"
    verbose_name = "Lärande"

    def ready(self) -> None:
        from utbud.base import schedule  # noqa: PLC0415, RUF100
        from utbud.channels.sources import register  # noqa: PLC0415, RUF100
        from utbud.learning import actions, checks, panels, queries, sources  # noqa: PLC0415, RUF100
        from utbud.learning.models import WordIndexPage, WordPage  # noqa: PLC0415, RUF100
        from utbud.publishing import previews, when  # noqa: PLC0415, RUF100

        # A Wagtail page is a model and shows itself. What it shows is asked for above the models, so it is
        # tied on here, and imports keep going downwards.
        WordIndexPage.list_of = staticmethod(lambda request: queries.archive_by_week(request.GET.get("sida")))
        WordPage.context_of = staticmethod(queries.word_context)
        WordPage.problems_of = staticmethod(checks.problems_of)
        WordPage.preview_of = staticmethod(previews.preview)
        WordPage.edit_handler = panels.WORD_EDITOR
        when.register(WordPage, when.Times(choices=queries.free_weeks, choose=actions.choose_week))
        schedule.every(seconds=5)(actions.start_due_weeks)
        register(sources.WORDS)
