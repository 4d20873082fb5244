from django.apps import AppConfig


class FilmsConfig(AppConfig):
    name = "utbud.films"
    verbose_name = "Filmer"

    def ready(self) -> None:
        from utbud.channels.sources import register  # noqa: PLC0415, RUF100
        from utbud.films import checks, forms, links, panels, queries, sources  # noqa: PLC0415, RUF100
        from utbud.films.models import FilmIndexPage, FilmPage  # noqa: PLC0415, RUF100
        from utbud.learning import topic_links  # noqa: PLC0415, RUF100
        from utbud.media import workshop  # noqa: PLC0415, RUF100
        from utbud.publishing import previews  # noqa: PLC0415, RUF100

        # A Wagtail page is a model and shows itself; what it shows is asked for above the models.
        FilmIndexPage.list_of = staticmethod(lambda request: queries.listing(number=request.GET.get("sida")))
        FilmPage.context_of = staticmethod(queries.film_context)
        FilmPage.problems_of = staticmethod(checks.problems_of)
        FilmPage.preview_of = staticmethod(previews.preview)
        FilmPage.base_form_class = forms.FilmForm
        FilmPage.edit_handler = panels.FILM_EDITOR
        register(sources.FILMS)
        topic_links.register("filmer", panels.FILMS, queries.url_of_topic)
        workshop.register(links.youtube)
