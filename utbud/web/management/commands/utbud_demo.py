from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from utbud.web import demo
from utbud.web.models import StartPage


class Command(BaseCommand):
    help = "Fyller en tom webbplats med demo: 52 ord, platser, sidor och tre inloggningar."

    def handle(self, *args: Any, **options: Any) -> None:
        if StartPage.objects.exists():
            self.stdout.write("Här finns redan innehåll. Inget är ändrat.")
            return
        if not demo.FOLDER.is_dir():
            raise CommandError(f"Mappen med demo finns inte: {demo.FOLDER}")
        demo.load(now=timezone.now(), say=lambda line: self.stdout.write(line))
