import datetime as dt
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from utbud.base import tables
from utbud.helpdesk.queries import figures


class Command(BaseCommand):
    help = (
        "Skriver siffror till en fil: «digidel» är den nationella enkätens, en rad för varje ärende och svar."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["digidel"], metavar="digidel")
        parser.add_argument("--from", dest="first", type=_day, required=True, metavar="2026-01-01")
        parser.add_argument("--to", dest="last", type=_day, required=True, metavar="2026-12-31")
        parser.add_argument("--out", type=Path, required=True, metavar="FIL")

    def handle(self, *args: Any, **given: Any) -> None:
        if given["last"] < given["first"]:
            raise CommandError("Perioden slutar innan den börjar.")
        rows = list(figures.digidel(first=given["first"], last=given["last"]))
        try:
            given["out"].write_bytes(tables.csv_file(figures.DIGIDEL, rows, plain=True))
        except OSError as error:
            raise CommandError(f"Filen går inte att skriva: {error.strerror}") from error
        errands = len({row[0] for row in rows})
        self.stdout.write(f"{errands} ärenden, {len(rows)} rader i {given['out']}.")
        if not figures.region():
            self.stdout.write("Obs: ingen region är vald. Välj den under Inställningar och Disken.")


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
