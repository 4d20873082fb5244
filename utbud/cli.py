"""The ``utbud`` command: our own few words, and every Django command after them.

Plain Swedish without gettext, on purpose: gettext needs all of Django loaded, and the list of commands, a wrong
word or a taken port should be told at once.
"""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

from utbud.gateway import Gateway
from utbud.processes import Child, Supervisor, end_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "utbud.settings")
SLOW = "--slow"
NEW = "--new"
HEADERS_WITHIN = 10_000  # milliseconds for the head of a request
ROUND_EVERY = 1.0  # seconds between two looks at what is due
ENDS_WITHIN = (
    3.0  # seconds that what is being sent may take when it is time to end; the supervisor waits for four
)


def say(line: str) -> None:
    """One line to whoever looks at the terminal or the log, at once."""
    print(line, flush=True)


# --- what runs for long -----------------------------------------------------------------------


def serve(*arguments: str) -> None:
    """Web, both kinds of jobs, schedule and sending under one supervisor. ``--demo`` first fills an empty site and tells its logins."""
    from django.conf import settings
    from django.db import connections

    port_must_be_free(settings.BIND, settings.PORT)
    load()
    if "--demo" in arguments:
        no_demo_in_public()
        prepare()
        demo()
    must_have_site()
    connections.close_all()  # a connection must not be shared by processes
    say(
        f"Digitalt utbud startar: webb, jobb, schema och utskick. Öppna {settings.BASE_URL} – avsluta med Ctrl-C."
    )
    children = [
        Child("webb", web),
        Child("jobb", worker),
        Child("film", partial(worker, SLOW)),
        Child("schema", schedule),
        Child("utskick", send),
    ]
    Supervisor(children, say).run()
    say("Digitalt utbud är avslutat.")
    os._exit(0)  # taking a loaded Django down piece by piece takes a second, for nothing


def web() -> None:
    """The web server alone: granian with our application behind the gateway."""
    from django.conf import settings
    from granian import Granian
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    port_must_be_free(settings.BIND, settings.PORT)
    application()  # loaded once here; the workers are forked from it
    must_have_site()
    from utbud.base.probes import missing_proxy

    if lacks := missing_proxy():
        say(f"Obs: {lacks} Sätt nginx framför, se docs/operations.md.")
    say(f"Webben svarar på {settings.BASE_URL} ({settings.BIND}:{settings.PORT}).")
    server = Granian(
        "utbud.gateway",
        address=settings.BIND,
        port=settings.PORT,
        interface=Interfaces.RSGI,
        workers=settings.WEB_WORKERS,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=HEADERS_WITHIN),
        respawn_failed_workers=True,
        workers_kill_timeout=2,
        log_level=LogLevels.warning,
    )
    server.serve(target_loader=worker_application, wrap_loader=False)  # type: ignore[arg-type]


def load() -> None:
    """Load the whole of Django, with our addresses."""
    import django as django_package
    from django.urls import get_resolver

    django_package.setup()
    get_resolver().url_patterns  # noqa: B018 - read for its effect: the first visitor need not wait for it


def application() -> Callable[..., Any]:
    """The WSGI application."""
    load()
    from utbud.wsgi import application

    return application


def worker_application() -> Gateway:
    """What a web worker runs. A worker whose main process was killed would hold the port for ever."""
    end_with_parent()
    return Gateway(application())


def worker(*arguments: str) -> None:
    """The jobs: one after another, from the database. ``--slow``: those that take minutes, which nothing quick waits for."""
    slow = SLOW in arguments
    load()
    must_have_site()
    os.nice(19 if slow else 10)  # whoever waits for a page goes before sound and print being made, films last
    say("Filmer görs en i taget." if slow else "Jobben körs en i taget, så fort de finns.")
    queue = "slow" if slow else "default"
    django("db_worker", "--queue-name", queue, "--no-startup-delay", "--no-reload", "-v", "0")


def schedule() -> None:
    """What is done again and again, until SIGTERM or Ctrl-C."""
    from django.db import close_old_connections
    from django.utils import timezone

    from utbud.base.schedule import Round, entries, on_time, upkeep

    def run(one_round: Round) -> None:
        close_old_connections()
        one_round.run_due(timezone.now())
        close_old_connections()

    def in_the_background() -> None:
        one_round = Round(upkeep)
        while True:
            run(one_round)
            time.sleep(ROUND_EVERY)

    load()
    must_have_site()
    pause = Pause()
    say(f"Schemat håller {len(entries())} återkommande saker i gång.")
    threading.Thread(target=in_the_background, daemon=True).start()
    this_round = Round(on_time)
    while pause.seconds(ROUND_EVERY):
        run(this_round)


def send() -> None:
    """What goes out over the network, each service in a thread of its own, until SIGTERM or Ctrl-C."""
    from django.db import close_old_connections
    from django.utils import timezone

    from utbud.base.sending import Sender, lanes

    load()
    must_have_site()
    pause = Pause()
    say(f"Utskicken går på {len(lanes())} vägar, och ingen väntar på en annan.")
    sender = Sender()
    pause.at_the_end = lambda: sender.end(ENDS_WITHIN)
    while pause.seconds(ROUND_EVERY):
        close_old_connections()
        sender.look(timezone.now())
        close_old_connections()
    sender.end(ENDS_WITHIN)


class Pause:
    """Sleep that SIGTERM and Ctrl-C end at once; what is being done when they come is done first."""

    def __init__(self) -> None:
        self.asleep, self.over = True, False
        self.at_the_end: Callable[[], None] = lambda: None
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)

    def _end(self, number: int, frame: FrameType | None) -> None:
        self.over = True
        if self.asleep:
            self.at_the_end()
            sys.exit(0)

    def seconds(self, length: float) -> bool:
        """Sleep ``length`` seconds. False when it is time to end."""
        self.asleep = True
        if not self.over:
            time.sleep(length)
        self.asleep = False
        return not self.over


def must_have_site() -> None:
    """End with one kind line where there is no site to run. A database that does not answer may have one."""
    from django.db import connection

    from utbud.base import folder

    has = folder.has_tables()
    connection.close()  # must not be shared with a process that is forked
    if has is False:
        sys.exit(f"utbud: {folder.lost() if folder.is_used() else folder.none_yet()}")
    if has:
        folder.note_used()


def no_demo_in_public() -> None:
    """End with one kind line if the demo, whose password anyone can read, would be on the internet."""
    from django.conf import settings

    if settings.SECURE:
        sys.exit(
            f"utbud: Demons lösenord är offentligt, så demon körs inte på {settings.BASE_URL}. "
            "Ta bort UTBUD_BASE_URL och prova på din egen dator, eller gör en riktig webbplats med utbud setup."
        )


def port_must_be_free(address: str, port: int) -> None:
    """End with one kind line if ``port`` is taken. Granian would share it and answer every other time."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            sys.exit(
                f"utbud: Porten {port} på {address} går inte att använda ({error.strerror}). "
                f"Stäng det program som har den, eller välj en annan: PORT={port + 1}"
            )


# --- what is done once ------------------------------------------------------------------------


def prepare(*arguments: str) -> None:
    """Bring the database and the static files up to date.

    A site is made only in a data folder that has had none, or when ``--new`` says so: a database that is gone must not
    come back as an empty site.
    """
    from django.conf import settings
    from django.core.management import call_command

    load()
    from utbud.base import folder
    from utbud.base.probes import tables

    has = folder.has_tables()
    if has is None:
        say(
            "Obs: Databasen svarar inte. Webben visar sina senaste kopior. Kör utbud prepare igen när den svarar."
        )
        collect_static()
        return
    if has is False:
        if folder.is_used() and NEW not in arguments:
            sys.exit(f"utbud: {folder.lost()}")
        say(f"Ny webbplats: databasen görs, med data i {settings.VAR}.")
    if not tables().ok:
        call_command("migrate", verbosity=0, interactive=False)
        from utbud.helpdesk.actions.questions import load_questions
        from utbud.people.actions import ensure_roles

        ensure_roles()  # what is new has rights of its own
        load_questions()  # a site from before the desk gets them too
    folder.note_used()
    collect_static()


def setup() -> None:
    """Lay down what a new library begins with."""
    load()
    must_have_site()
    django("utbud_setup")


def demo() -> None:
    """Fill an empty site with demo content. Where the demo's people are, tell how to log in as one of them."""
    from django.core.management import call_command

    load()
    no_demo_in_public()
    must_have_site()
    from django.utils import timezone

    from utbud.people.models import User
    from utbud.web import demo, demo_media
    from utbud.web.models import StartPage

    if not StartPage.objects.exists():
        say("Lägger in demons innehåll. Det tar en stund, men bara första gången.")
        call_command("utbud_demo")
    else:
        demo_media.take_up_again(timezone.now())  # a film whose worker was killed is made after all
    logins = [username for username, *_names in demo.LOGINS]
    if User.objects.filter(username__in=logins, email__endswith="@example.org").count() == len(logins):
        say(f"Demons inloggningar på /admin/: {', '.join(logins)}. Lösenord: {demo.PASSWORD}")


def collect_static() -> None:
    """Run ``collectstatic`` when the files it collects are not those of the last time."""
    import hashlib

    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list(None):
            with storage.open(path) as file:
                digest.update(path.encode() + hashlib.sha256(file.read()).digest())
    stamp = settings.STATIC_ROOT / ".collected"
    if not stamp.exists() or stamp.read_text() != digest.hexdigest():
        call_command("collectstatic", verbosity=0, interactive=False)
        stamp.write_text(digest.hexdigest())


def check() -> None:
    """Ask every probe and say what to do. Ends with 1 if something that is needed does not work."""
    load()
    from utbud.base.health import ask_all

    fine = True
    for name, finding in ask_all().items():
        say(f"{'✓' if finding.ok else '✗'} {name}: {finding.says}")
        if not finding.ok:
            fine = fine and not finding.needed
            say(f"    {finding.todo}" + ("" if finding.needed else " (Det går att vara utan.)"))
    say("Allt som behövs fungerar." if fine else "Något som behövs fungerar inte. Gör det som står under ✗.")
    sys.exit(0 if fine else 1)


def figures(*arguments: str) -> None:
    """Figures as a file, for those who count on the country's behalf."""
    load()
    must_have_site()
    django("figures", *arguments)


def django(*arguments: str) -> None:
    """A Django command with its own arguments."""
    from django.core.management import execute_from_command_line

    execute_from_command_line(["utbud", *arguments])


COMMANDS: dict[str, tuple[Callable[..., None], str]] = {
    "serve": (serve, "kör allt: webb, jobb, schema och utskick, och startar om det som dör"),
    "web": (web, "kör bara webben"),
    "worker": (
        worker,
        "kör bara jobben (utskrifter, uppläsning); --slow: de som tar lång tid (film)",
    ),
    "schedule": (schedule, "kör bara schemat (publicerar i tid, påminner, städar)"),
    "send": (send, "kör bara utskicken (sms, brev, kanaler)"),
    "prepare": (
        prepare,
        "gör databas och statiska filer redo, efter installation och uppdatering; --new: börja om med en tom databas",
    ),
    "setup": (setup, "lägger in det som ett nytt bibliotek börjar med"),
    "demo": (demo, "fyller en tom webbplats med demons innehåll"),
    "figures": (
        figures,
        "skriver siffror till en fil: digidel --from 2026-01-01 --to 2026-12-31 --out FIL",
    ),
    "check": (check, "kontrollerar att allt som behövs fungerar, och säger vad du kan göra"),
}
TAKES = {"serve": {"--demo"}, "worker": {SLOW}, "prepare": {NEW}}  # what may stand after a command of ours
READ_BY_DJANGO = {"figures"}  # which says itself what it does not understand


def main() -> None:
    """Run the command in ``sys.argv``. Without one, list them."""
    name, arguments = (sys.argv[1:2] or [""])[0], sys.argv[2:]
    try:
        if name in ("", "-h", "--help"):
            list_commands()
        elif name not in COMMANDS or (name == "check" and arguments):
            django(name, *arguments)
        elif name not in READ_BY_DJANGO and (unknown := set(arguments) - TAKES.get(name, set())):
            sys.exit(f"utbud: {name} förstår inte {' '.join(sorted(unknown))}. Skriv utbud för att se orden.")
        else:
            COMMANDS[name][0](*arguments)
    except KeyboardInterrupt:
        sys.exit(130)  # 128 + SIGINT, as shells say it


def list_commands() -> None:
    """What one can write after ``utbud``."""
    say("Digitalt utbud. Skriv utbud och ett av orden:\n")
    for name, (_function, line) in COMMANDS.items():
        say(f"  {name:10}{line}")
    say("\nDjangos egna kommandon går också, till exempel utbud migrate. utbud help räknar upp dem.")
