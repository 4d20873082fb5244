"""Takes the pictures of the README and the handbook anew, from the running product. ``make screenshots`` calls it.

A site with the demo is served from a folder of its own, and a real Chromium looks at it. What the demo has none
of (messages in the inbox, channels) is put in as staff would do it. ``docs/screenshots.py kanaler telefon`` takes
those parts only: läsaren, redaktören, utgivaren, kurser, disken, guider, kanaler, telefon, skärm.
"""

import datetime as dt
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.browser.conftest import FLAGS, PASSWORD, chromium, free_port  # noqa: E402

PICTURES = ROOT / "docs/bilder"
SIZE = {"width": 1280, "height": 900}
PHONE = {"width": 320, "height": 900}
TELEVISION = {"width": 1280, "height": 720}
SHEET_WIDTH, MARGIN = 620, 1  # pixels of a printed page, and of the line around it
COLOURS = 256
MOST_BYTES = 1_200_000  # all pictures together: whoever clones the project downloads them
ADDRESS = "http://digitalt.bibliotek.example.org"  # what stands on paper
WORD = "/ord/bankid/"
COURSE = "/kurser/titta-lyssna-och-lar-pa-youtube/"
GUIDE = "/guider/koppla-mobilen-till-wifi/"
YEAR_BEFORE = dt.date.today() - dt.timedelta(days=365)  # noqa: DTZ011 - the day on this machine is near enough
FULL = "Starta en egen podd"  # a run with a line, in the demo
SCREEN = "/skarm/huvudbiblioteket/?alltid"
BOARD = "Anslagstavlan i hamnen"  # a channel that needs nothing from anyone
MESSAGES = (
    ("Telefon", "Fråga", "Maj Exempel", "070-174 06 11", "Hur får jag större text i mobilen?"),
    ("Disken", "Förslag om samarbete", "Föreningen Provbjörken", "070-174 06 12", "Vi vill gärna hålla en kurs tillsammans med er."),
)  # fmt: skip


def utbud(environment: dict[str, str], *command: str) -> None:
    subprocess.run([sys.executable, "-m", "utbud", *command], cwd=ROOT, env=environment, check=True)


@contextmanager
def site() -> Iterator[str]:
    """The address of a site that is served for as long as the pictures are taken."""
    ours = ("UTBUD_", "DATABASE_URL", "PORT", "DJANGO_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    with tempfile.TemporaryDirectory(prefix="utbud-pictures-", ignore_cleanup_errors=True) as folder:
        port = free_port()
        environment |= {"UTBUD_VAR": folder, "PORT": str(port), "UTBUD_BASE_URL": ADDRESS}
        utbud(environment, "prepare")
        utbud(environment, "demo")
        process = subprocess.Popen([sys.executable, "-m", "utbud", "serve"], cwd=ROOT, env=environment)
        address = f"http://localhost:{port}"
        try:
            wait_for(f"{address}/halsa/")
            yield address
        finally:
            process.terminate()
            process.wait(15)


def wait_for(address: str) -> None:
    for _attempt in range(150):
        try:
            urllib.request.urlopen(address, timeout=2)
        except OSError:
            time.sleep(0.2)
        else:
            return
    sys.exit(f"{address} svarar inte.")


def save(name: str, picture: bytes) -> None:
    """Keep a picture with few colours, which no one sees the difference of."""
    image = Image.open(BytesIO(picture)).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(PICTURES / f"{name}.png", optimize=True)


def take(page: Page, name: str, address: str = "") -> None:
    """A picture of ``address``, or of the page as it stands."""
    if address:
        page.goto(address)
    page.wait_for_load_state("networkidle")
    save(name, page.screenshot(animations="disabled"))


def sheet(page: Page, name: str, address: str) -> None:
    """A picture of the first page of a PDF, where pdftoppm can draw it."""
    if not shutil.which("pdftoppm"):
        print(f"pdftoppm finns inte: {name}.png blir som den var. Debian: apt install poppler-utils")
        return
    pdf = page.request.get(address).body()
    command = ["pdftoppm", "-png", "-singlefile", "-scale-to-x", str(SHEET_WIDTH), "-scale-to-y", "-1"]
    drawn = Image.open(BytesIO(subprocess.run(command, input=pdf, capture_output=True, check=True).stdout))
    framed = BytesIO()
    ImageOps.expand(drawn.convert("RGB"), MARGIN, "#999").save(framed, "PNG")
    save(name, framed.getvalue())


def log_in(page: Page, name: str) -> None:
    page.context.clear_cookies()
    page.goto("/admin/login/")
    page.locator("#id_username").fill(name)
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Logga in").click()
    page.wait_for_url("**/admin/")


def put_in_the_inbox(page: Page) -> None:
    """What came by phone and over the desk, as staff put it in."""
    for way, kind, name, contact, text in MESSAGES:
        page.goto("/admin/inkorg/lagg-in/")
        page.get_by_label(way, exact=True).check()
        page.get_by_label(kind, exact=True).check()
        page.locator("[name=name]").fill(name)
        page.locator("[name=contact]").fill(contact)
        page.locator("[name=text]").fill(text)
        page.get_by_role("button", name="Lägg in").click()
        page.get_by_text("Det är inlagt").wait_for()


def reader(page: Page) -> None:
    """What a resident sees, and gets on paper."""
    take(page, "start", "/")
    take(page, "ord", WORD)
    take(page, "hjalp", "/hjalp/")
    page.set_viewport_size(PHONE)
    take(page, "ord-mobil", WORD)
    page.set_viewport_size(SIZE)
    sheet(page, "utskrift", f"{WORD}utskrift.pdf")
    sheet(page, "affisch", f"{WORD}affisch.pdf")


def editor(page: Page) -> None:
    """The day, the year, a word being written."""
    log_in(page, "disk")
    put_in_the_inbox(page)
    take(page, "inkorg", "/admin/inkorg/")
    log_in(page, "redaktor")
    take(page, "idag", "/admin/")
    page.goto("/admin/aret/")
    page.locator(".u-now").or_(page.locator("tr[data-week]").last).first.evaluate(
        "row => row.scrollIntoView({block: 'center'})"
    )
    take(page, "aret")
    page.locator("[data-pool] a").first.click()
    take(page, "skriva")
    page.get_by_role("button", name="Växla förhandsgranskning").click()
    page.frame_locator("iframe").first.get_by_role("heading", level=1).wait_for()
    take(page, "forhandsgranska")
    page.get_by_role("button", name="Växla förhandsgranskning").click()
    page.get_by_role("tab", name="Ljud").click()
    take(page, "ljud")


def publisher(page: Page) -> None:
    """What waits for an answer."""
    log_in(page, "utgivare")
    page.goto("/admin/godkanna/")
    page.locator("main table a").first.click()
    page.frame_locator("iframe").get_by_role("heading", level=1).wait_for()
    take(page, "godkanna")


def courses(page: Page) -> None:
    """The list, a course, joining it, and what staff see of a run and of its day."""
    take(page, "kurser", "/kurser/")
    page.goto(COURSE)
    page.get_by_role("heading", name="När och var").evaluate("heading => heading.scrollIntoView()")
    take(page, "kurs")
    page.set_viewport_size(PHONE)
    join(page)
    take(page, "kurs-kvitto")
    page.set_viewport_size(SIZE)
    log_in(page, "disk")
    take(page, "kurser-personal", "/admin/kurser/")
    page.get_by_role("link", name=FULL).first.click()
    page.get_by_role("heading", name="Har plats").evaluate("heading => heading.scrollIntoView()")
    take(page, "kurs-omgang")
    page.goto("/admin/kurser/?visa=been")
    page.get_by_role("link", name=FULL).first.click()
    page.get_by_role("link", name="Dagen").first.click()
    take(page, "dagen")


def join(page: Page) -> None:
    """Take a seat on the web, as somebody with a phone number does."""
    page.get_by_role("link", name="Anmäl dig").first.click()
    page.get_by_label("Namn").fill("Maj Exempel")
    page.get_by_label("Telefon").fill("070-174 06 11")
    page.get_by_role("button", name="Fortsätt").click()
    page.get_by_role("button", name="Fortsätt").click()
    page.wait_for_timeout(2_100)  # a robot is quicker, and is not let in
    page.get_by_role("button", name="Anmäl mig").click()
    page.get_by_role("heading", name="Du har en plats").wait_for()


def desk(page: Page) -> None:
    """A visit on its way, with what one may show meanwhile; and the year in numbers."""
    log_in(page, "disk")
    page.goto("/admin/disken/")
    page.keyboard.press("2")
    page.get_by_role("link", name="E-bok", exact=True).wait_for()
    page.keyboard.press("3")
    take(page, "disken")
    take(page, "disken-siffror", f"/admin/disken/siffror/?fran={YEAR_BEFORE}")


def guides(page: Page) -> None:
    """A guide as it is read and printed, and the board of the podcast."""
    page.goto(GUIDE)
    page.locator(".taking").evaluate("steps => steps.scrollIntoView()")
    take(page, "guide")
    sheet(page, "guidekort", f"{GUIDE}utskrift-a4.pdf")
    log_in(page, "redaktor")
    take(page, "tavlan", "/admin/podd/")


def set_up_channels(page: Page) -> None:
    """One by hand and one by text message, turned on. Nobody subscribes, so nothing leaves the machine."""
    for kind, fields in (
        ("by-hand", {"name": BOARD, "where": "Hamnkiosken. Fråga i luckan."}),
        ("sms", {"name": "Sms", "username": "u", "password": "p", "sender": "+46701740605", "price": "0,55"}),
    ):
        page.goto(f"/admin/kanaler/ny/{kind}/")
        for name, value in fields.items():
            page.locator(f"[name={name}]").fill(value)
        page.get_by_role("button", name="Spara").click()
        page.get_by_role("button", name="Slå på kanalen").click()
        page.get_by_role("button", name="Stäng av kanalen").wait_for()


def channels(page: Page) -> None:
    """What each channel says of a word, and what a person is to post."""
    log_in(page, "admin")
    set_up_channels(page)
    page.goto("/admin/aret/")
    edit = page.get_by_role("link", name="BankID", exact=True).get_attribute("href") or ""
    page.goto(f"/admin/kanaler/sida/{edit.removeprefix('/admin/pages/').removesuffix('/edit/')}/")
    page.get_by_role("heading", name="Det här säger varje kanal").evaluate(
        "heading => heading.scrollIntoView()"
    )
    page.locator("main figure img").first.evaluate("image => image.decode()")
    take(page, "kanaler")
    page.get_by_role("button", name=f"Lägg ut på {BOARD}").click()
    page.goto("/admin/kanaler/utkorg/")
    page.locator("main table a").first.click()
    page.get_by_role("button", name="Jag har lagt ut den").scroll_into_view_if_needed()
    take(page, "utkorgen")


def telephone(page: Page) -> None:
    """The line, in the middle of a call. Without sound it waits for a key, so that the picture is the same each time."""
    log_in(page, "redaktor")
    page.goto("/admin/telefon/")
    page.get_by_label("Spela ljudet").uncheck()
    page.get_by_role("button", name="Ring", exact=True).click()
    page.get_by_role("log").get_by_text("Tryck 1 för veckans digitala ord").wait_for()
    take(page, "telefonlinjen")


def screen(page: Page) -> None:
    """A screen in a waiting room."""
    page.set_viewport_size(TELEVISION)
    page.goto(SCREEN)
    page.locator(".tv-post .tv-drawing").wait_for()
    take(page, "skarm")


PARTS: dict[str, Callable[[Page], None]] = {
    "läsaren": reader,
    "redaktören": editor,
    "utgivaren": publisher,
    "kurser": courses,
    "disken": desk,
    "guider": guides,
    "kanaler": channels,
    "telefon": telephone,
    "skärm": screen,
}


def pictures(browser: Browser, address: str, parts: list[str]) -> None:
    for part in parts:
        context = browser.new_context(
            base_url=address,
            viewport=SIZE,
            device_scale_factor=1,
            locale="sv-SE",
            timezone_id="Europe/Stockholm",
        )
        PARTS[part](context.new_page())
        context.close()


def main() -> None:
    """Take all, or the parts that are named, and say how large they are."""
    parts = sys.argv[1:] or list(PARTS)
    if unknown := [part for part in parts if part not in PARTS]:
        sys.exit(f"{', '.join(unknown)} finns inte. Delarna är {', '.join(PARTS)}.")
    PICTURES.mkdir(exist_ok=True)
    with site() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS, "--lang=sv"])
        pictures(browser, address, parts)
        browser.close()
    sizes = {path.name: path.stat().st_size for path in sorted(PICTURES.glob("*.png"))}
    for name, size in sizes.items():
        print(f"{size / 1000:7.0f} kB  {name}")
    total = sum(sizes.values())
    print(f"{total / 1000:7.0f} kB  tillsammans")
    if total > MOST_BYTES:
        sys.exit(f"Bilderna är för stora tillsammans: högst {MOST_BYTES / 1000:.0f} kB.")


if __name__ == "__main__":
    main()
