"""Starts a server to try a channel against, on loopback, and says what to fill in.

    .venv/bin/python tests/servers/run.py bluesky|mastodon|mail [--port N]

bluesky is Bluesky's own server (PDS, from npm, needs Node 18 or newer; what it needs is built the first time, which takes
some minutes). mastodon is mastodon-mock, which keeps to Mastodon's interface and stores what it is given. mail takes
letters and keeps them as files. What is installed lies in a folder of its own among the system's temporary files and is
used again; what the servers are given is forgotten when they stop.
"""

import argparse
import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
HOME = Path(tempfile.gettempdir(), f"utbud-servers-{os.getuid()}")
MASTODON = "mastodon-mock==0.6.1"
HANDLE = "biblioteket.test"
PATIENCE = 60  # seconds for a server to start


class CannotStart(Exception):
    """Why a server could not be started, in words."""


@dataclass(frozen=True)
class Server:
    """A server that runs: where, what the channel's settings are to be, and what only a test needs to know."""

    url: str
    config: dict[str, str]
    secret: str = ""  # what a Bluesky server signs its logins with
    folder: Path = field(default_factory=Path)  # where a mail server puts its letters


def bluesky(port: int, folder: Path) -> Iterator[Server]:
    """The real PDS, with an account and an app password."""
    home = install_bluesky()
    secret = secrets.token_hex(32)
    with process(
        "node", home / "server.cjs", str(port), folder, HANDLE, cwd=home, env={"PDS_JWT_SECRET": secret}
    ) as running:
        made = json.loads(first_line(running))
        url = f"http://localhost:{port}"
        yield Server(url, {"service": url, "handle": HANDLE, "password": made["password"]}, secret)


def mastodon(port: int, folder: Path) -> Iterator[Server]:
    """mastodon-mock, with its one account and key."""
    program = install_mastodon()
    with process(
        program, "serve", "--in-memory", "--host", "127.0.0.1", "--port", str(port), cwd=folder
    ) as running:
        wait_for(port, running)
        url = f"http://127.0.0.1:{port}"
        yield Server(url, {"server": url, "token": "mock_token"})


def mail(port: int, folder: Path) -> Iterator[Server]:
    """aiosmtpd, with each letter as a file in ``new`` of its folder."""
    letters = folder / "letters"
    address = ("-l", f"127.0.0.1:{port}")
    with process(
        sys.executable,
        "-m",
        "aiosmtpd",
        "-n",
        *address,
        "-c",
        "aiosmtpd.handlers.Mailbox",
        letters,
        cwd=folder,
    ) as running:
        wait_for(port, running)
        yield Server(f"smtp://127.0.0.1:{port}", {}, folder=letters)


KINDS = {"bluesky": bluesky, "mastodon": mastodon, "mail": mail}


@contextlib.contextmanager
def server(kind: str, port: int = 0) -> Iterator[Server]:
    """A server of ``kind``, for as long as it is needed. Raises CannotStart."""
    with tempfile.TemporaryDirectory(prefix=f"utbud-{kind}-", ignore_cleanup_errors=True) as folder:
        yield from KINDS[kind](port or free_port(), Path(folder))


# --- installing -------------------------------------------------------------------------------


def install_bluesky() -> Path:
    """The folder with the PDS. Installed when it is not there, or when what is asked for has changed."""
    if not (shutil.which("npm") and shutil.which("node")):
        raise CannotStart("Node och npm behövs. Debian: apt install nodejs npm")
    home = HOME / "bluesky"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copy(HERE / "bluesky/server.cjs", home)
    wanted = (HERE / "bluesky/package.json").read_text()
    done = home / "installed.json"
    if not done.exists() or done.read_text() != wanted:
        shutil.copy(HERE / "bluesky/package.json", home)
        say("Installerar Blueskys server. Det tar några minuter första gången.")
        install(
            "npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error", cwd=home
        )
        done.write_text(wanted)
    return home


def install_mastodon() -> Path:
    """The program of mastodon-mock, in a virtual environment of its own."""
    home = HOME / MASTODON
    program = home / "bin/mastodon_mock"
    if not program.exists():
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        say("Installerar mastodon-mock.")
        install(sys.executable, "-m", "venv", "--clear", home, cwd=HOME)
        install(home / "bin/python", "-m", "pip", "install", "--quiet", MASTODON, cwd=HOME)
    return program


def install(*command: str | Path, cwd: Path) -> None:
    """Run a command that installs. Raises CannotStart with what it said."""
    ran = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    if ran.returncode:
        raise CannotStart(
            f"{' '.join(map(str, command[:3]))} gick inte:\n{ran.stdout[-2000:]}{ran.stderr[-2000:]}"
        )


# --- running ----------------------------------------------------------------------------------


@contextlib.contextmanager
def process(
    *command: str | Path, cwd: Path, env: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A process that is stopped when it is no longer needed."""
    running = subprocess.Popen(
        command,
        cwd=cwd,
        env=os.environ | (env or {}),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        yield running
    finally:
        running.terminate()
        try:
            running.wait(10)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
        if running.stdout:
            running.stdout.close()


def first_line(running: subprocess.Popen[str]) -> str:
    """What the process says first. Raises CannotStart when it says nothing that we know."""
    timer = threading.Timer(PATIENCE, running.kill)
    timer.start()
    line = running.stdout.readline() if running.stdout else ""
    timer.cancel()
    if not line.startswith('{"ready"'):
        raise CannotStart(f"Servern startade inte:\n{line}{rest(running)}")
    return line


def wait_for(port: int, running: subprocess.Popen[str]) -> None:
    """Until something answers on ``port``. Raises CannotStart."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and running.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    running.kill()
    raise CannotStart(f"Servern startade inte:\n{rest(running)}")


def rest(running: subprocess.Popen[str]) -> str:
    """The last that a process that has ended had to say."""
    return running.communicate()[0][-2000:]


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def say(what: str) -> None:
    """Tell the one who waits."""
    print(what, flush=True)


def main() -> int:
    """Start one, say what to fill in, and wait for Ctrl-C. The exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--port", type=int, default=0, help="any free port where none is given")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_arguments: sys.exit(0))
    try:
        with server(given.kind, given.port) as started:
            say(f"\n{given.kind} finns på {started.url}")
            if given.kind == "mail":
                say(f"Starta systemet med UTBUD_MAIL={started.url}. Breven läggs i {started.folder}/new.")
            else:
                say("Fyll i det här i kanalens inställningar:")
            for name, value in started.config.items():
                say(f"  {name:9} {value}")
            say("Ctrl-C stoppar.")
            signal.pause()
    except CannotStart as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
