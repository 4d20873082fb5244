from typing import Any

from django.core.management.base import BaseCommand

from utbud.web import actions, demo


class Command(BaseCommand):
    help = "Gör i ordning en tom webbplats: roller, listor, de första sidorna och textsidor som utkast."

    def handle(self, *args: Any, **options: Any) -> None:
        actions.setup()
        drafts = demo.load_drafts()
        self.stdout.write("Webbplatsen är i ordning. Skapa en första inloggning med: utbud createsuperuser")
        if drafts:
            self.stdout.write(f"Utkast att göra till era egna och godkänna: {', '.join(drafts)}.")
