from django.apps import AppConfig


class PodcastConfig(AppConfig):
    name = "utbud.podcast"
    verbose_name = "Podd"

    def ready(self) -> None:
        from utbud.base import schedule  # noqa: PLC0415, RUF100
        from utbud.channels.sources import register  # noqa: PLC0415, RUF100
        from utbud.podcast import checks, downloads, files, pages, panels, sources  # noqa: PLC0415, RUF100
        from utbud.podcast.actions import moving  # noqa: PLC0415, RUF100
        from utbud.podcast.models import EpisodePage, PodcastIndexPage, ShowPage  # noqa: PLC0415, RUF100
        from utbud.publishing import previews  # noqa: PLC0415, RUF100

        # A Wagtail page is a model and shows itself; what it shows is asked for above the models.
        PodcastIndexPage.list_of = staticmethod(pages.index)
        ShowPage.context_of = staticmethod(pages.show)
        EpisodePage.context_of = staticmethod(pages.episode)
        EpisodePage.problems_of = staticmethod(checks.problems_of)
        EpisodePage.preview_of = staticmethod(previews.preview)
        EpisodePage.sound_key = staticmethod(files.sound_key)
        EpisodePage.make_sound = staticmethod(files.make_sound)
        ShowPage.problems_of = staticmethod(checks.problems_of_show)
        EpisodePage.edit_handler = panels.EPISODE_EDITOR
        ShowPage.edit_handler = panels.SHOW_EDITOR
        register(sources.EPISODES)
        schedule.every(seconds=60)(moving.fetch_due)
        schedule.every(seconds=3600)(downloads.purge)
        schedule.every(seconds=24 * 3600)(files.prune)
