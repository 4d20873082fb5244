"""All settings, read from the environment once, at start.

Every variable is documented in docs/operations.md (a test holds the two together). A value that
cannot be used stops the start with one line that says which, why and what to do.
"""

import ipaddress
import os
import secrets
import sys
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import environ

env = environ.Env()
PACKAGE = Path(__file__).resolve().parent


def stop(variable: str, why: str) -> NoReturn:
    """End the start with one plain line about ``variable``."""
    sys.exit(f"utbud: {variable}: {why}")


# --- where things are -------------------------------------------------------------------------

os.umask(0o077)  # what this program writes is its own; files for nginx are opened below
VAR = Path(os.environ.get("UTBUD_VAR") or Path.cwd() / "var").resolve()
try:
    VAR.mkdir(parents=True, exist_ok=True)
except OSError as error:
    stop(
        "UTBUD_VAR",
        f"the data folder {VAR} cannot be made ({error.strerror}). Choose a folder you may write in.",
    )
if not os.access(VAR, os.W_OK):
    stop("UTBUD_VAR", f"the data folder {VAR} is not writable. Choose another or change its owner.")

# What a site leaves in its data folder. One without any of it has not been used, and that is written down before the
# key is: `utbud prepare` may make a site in it (utbud.base.folder).
OURS = ("secret-key", "utbud.sqlite3", "media", "static", "uploads", "mail")
UNUSED = VAR / "unused"
if not any((VAR / name).exists() for name in OURS):
    UNUSED.touch()


def kept_secret() -> str:
    """The secret key from the environment, or one made once and kept in the data folder."""
    if given := os.environ.get("UTBUD_SECRET_KEY"):
        if len(given) < 50:
            stop(
                "UTBUD_SECRET_KEY",
                "is shorter than 50 characters. Leave it out, and one is made and kept for you.",
            )
        return given
    path = VAR / "secret-key"
    if not path.exists():
        fresh = VAR / f"secret-key.{os.getpid()}"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(64))
        try:
            os.link(fresh, path)  # the first of several processes wins, the others read what it kept
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()


def whole_number(variable: str, default: int, low: int, high: int) -> int:
    """An integer setting between ``low`` and ``high``."""
    text = os.environ.get(variable) or str(default)
    if not text.isdecimal() or not low <= int(text) <= high:
        stop(variable, f"«{text}» is not a whole number from {low} to {high}.")
    return int(text)


def yes_or_no(variable: str) -> bool:
    """A setting that is on or off, off when it is not given."""
    text = os.environ.get(variable, "").lower()
    if text not in ("", "0", "1", "false", "true", "no", "yes", "off", "on"):
        stop(variable, f"«{text}» is neither true nor false.")
    return text in ("1", "true", "yes", "on")


SECRET_KEY = kept_secret()
PORT = whole_number("PORT", 8000, 1, 65535)
BIND = os.environ.get("UTBUD_BIND") or "127.0.0.1"
try:
    ipaddress.ip_address(BIND)
except ValueError:
    stop("UTBUD_BIND", f"«{BIND}» is not an address of this machine in digits, like 127.0.0.1 or 0.0.0.0")
WEB_WORKERS = whole_number("UTBUD_WEB_WORKERS", 2, 1, 64)
BASE_URL = (os.environ.get("UTBUD_BASE_URL") or f"http://localhost:{PORT}").rstrip("/")
_address = urlsplit(BASE_URL)
if _address.scheme not in ("http", "https") or not _address.hostname or _address.path:
    stop("UTBUD_BASE_URL", f"«{BASE_URL}» is not an address like https://digitalt.bibliotek.example.org")
SECURE = _address.scheme == "https"
DEBUG = yes_or_no("UTBUD_DEBUG")
ALLOWED_HOSTS = [_address.hostname, "localhost", "127.0.0.1", "[::1]", *env.list("UTBUD_HOSTS", default=[])]
CSRF_TRUSTED_ORIGINS = [BASE_URL]
CSRF_FAILURE_VIEW = "utbud.people.again.csrf_failure"

# Hosts on our own network that may be called all the same: an intranet's webhook, a server that is tried on this machine.
INSIDE_HOSTS = [host.strip("[] ").lower() for host in env.list("UTBUD_INSIDE_HOSTS", default=[])]

# --- the house --------------------------------------------------------------------------------

INSTALLED_APPS = [
    "utbud.web",
    "utbud.guides",
    "utbud.courses",
    "utbud.helpdesk",
    "utbud.podcast",
    "utbud.films",
    "utbud.learning",
    "utbud.publishing",
    "utbud.phone",
    "utbud.screens",
    "utbud.notices",
    "utbud.media",
    "utbud.channels",
    "utbud.inbox",
    "utbud.formats",
    "utbud.calendar",
    "utbud.places",
    "utbud.people",
    "utbud.base",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "utbud.people.wagtail_users.UsersConfig",
    "wagtail.snippets",
    "wagtail.images",
    "wagtail.documents",
    "wagtail.sites",
    "wagtail.search",
    "utbud.search",  # after Wagtail's, whose way of indexing it takes over
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_tasks",
    "django_tasks_db",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "utbud.base.headers.SafeHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "utbud.web.counting.CountReach",
    "utbud.web.baked.BakedPages",
    "utbud.base.squeeze.SqueezeText",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",  # says how long the answer is: what changes it comes after
    "utbud.web.whole.WholeWords",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "utbud.people.again.LogInAgain",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "utbud.base.locks.LockedPages",
    "csp.middleware.CSPMiddleware",
    "utbud.base.headers.StaffPolicy",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    "utbud.web.ready.SiteIsReady",
    "utbud.people.held.SayWhatHolds",
    "utbud.publishing.refused.SayWhyNot",
]

ROOT_URLCONF = "utbud.web.urls"
WSGI_APPLICATION = "utbud.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "utbud.web.context.site",
            ]
        },
    }
]
AUTH_USER_MODEL = "people.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- database and jobs ------------------------------------------------------------------------

ENGINES = {"sqlite3": "django.db.backends.sqlite3", "postgresql": "django.db.backends.postgresql"}
DATABASES: dict[str, dict[str, Any]] = {
    "default": {"ENGINE": ENGINES["sqlite3"], "NAME": VAR / "utbud.sqlite3"}
}
if os.environ.get("DATABASE_URL"):
    try:
        DATABASES = {"default": env.db("DATABASE_URL")}
    except Exception as error:  # noqa: BLE001, RUF100 - whatever the parser dislikes is one kind of mistake
        stop(
            "DATABASE_URL", f"cannot be read ({error}). It looks like postgres://user:password@host:5432/name"
        )
    if DATABASES["default"].get("ENGINE") not in ENGINES.values():
        stop("DATABASE_URL", "is of a kind we do not know. Use postgres://… or leave it out for SQLite.")
DATABASES["default"]["CONN_MAX_AGE"] = 600
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # IMMEDIATE takes the write lock at BEGIN, so lock-count-write is right here as on PostgreSQL.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
            "PRAGMA cache_size=-4000; PRAGMA mmap_size=134217728; PRAGMA temp_store=MEMORY;"
        ),
    }
else:
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 3)  # seconds

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "slow"]}}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 1000}}
}

# --- language and time ------------------------------------------------------------------------

LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", "Svenska")]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = "Europe/Stockholm"
USE_I18N = USE_TZ = True

# --- files ------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Where nginx has the media folder as an internal location: it then sends large files, and no web process is busy with them.
NGINX_FILES = os.environ.get("UTBUD_NGINX_FILES", "")
if NGINX_FILES and not (NGINX_FILES.startswith("/") and NGINX_FILES.endswith("/")):
    stop("UTBUD_NGINX_FILES", f"«{NGINX_FILES}» is not the path of a location in nginx, like /stored/")
# The group reads the media folder where nginx does (docs/operations.md); nobody else ever.
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = (0o640, 0o750) if NGINX_FILES else (0o600, 0o700)
WHITENOISE_MAX_AGE = 3600
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# --- speech -----------------------------------------------------------------------------------

PIPER = os.environ.get("UTBUD_PIPER", "")
PIPER_VOICE = os.environ.get("UTBUD_PIPER_VOICE", "")
if bool(PIPER) != bool(PIPER_VOICE):
    stop(
        "UTBUD_PIPER",
        "goes together with UTBUD_PIPER_VOICE. Give the program and the voice file, or neither.",
    )
if PIPER_VOICE and not Path(PIPER_VOICE).is_file():
    stop("UTBUD_PIPER_VOICE", f"there is no file {PIPER_VOICE}. Give the path of a voice file (.onnx).")

# --- captions by listening --------------------------------------------------------------------

WHISPER_MODEL = os.environ.get("UTBUD_WHISPER_MODEL", "")
if WHISPER_MODEL and not Path(WHISPER_MODEL, "model.bin").is_file():
    stop(
        "UTBUD_WHISPER_MODEL",
        f"there is no model.bin in {WHISPER_MODEL}. Give the folder of a Whisper model made for CTranslate2.",
    )

# --- mail -------------------------------------------------------------------------------------

try:
    vars().update(env.email_url("UTBUD_MAIL", default="consolemail://"))
except Exception as error:  # noqa: BLE001, RUF100
    stop("UTBUD_MAIL", f"cannot be read ({error}). It looks like smtp+tls://user:password@host:587")
EMAIL_TIMEOUT = 20
if not os.environ.get("UTBUD_MAIL"):
    # Without a mail server letters are kept as files, so that nothing is lost and a demo can be read.
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR / "mail"
DEFAULT_FROM_EMAIL = os.environ.get("UTBUD_MAIL_FROM") or f"digitalt@{_address.hostname}"
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- login ------------------------------------------------------------------------------------

AUTH_PASSWORD_VALIDATORS = [{"NAME": "utbud.base.passwords.HardToGuess"}]
PASSWORD_HASHERS = ["utbud.base.hashers.QuietHasher"]
LOGIN_URL = "wagtailadmin_login"
LOGIN_REDIRECT_URL = "wagtailadmin_home"

# --- safety -----------------------------------------------------------------------------------

X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^halsa/$"]
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
if yes_or_no("UTBUD_BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Public pages: nothing from anyone else, no inline script. The staff side's rule is in utbud.base.headers.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "media-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'"],
    },
}

# --- Wagtail ----------------------------------------------------------------------------------

WAGTAIL_SITE_NAME = "Digitalt utbud"
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAILADMIN_PERMITTED_LANGUAGES = [("sv", "Svenska")]
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]  # one, so that nobody is asked
WAGTAIL_WORKFLOW_ENABLED = False  # approval is ours: docs/adr/0005-approval.md
WAGTAILADMIN_COMMENTS_ENABLED = True
WAGTAIL_ALLOW_UNICODE_SLUGS = False
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp", "svg"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 12 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 60_000_000
WAGTAILADMIN_RICH_TEXT_EDITORS = {"default": {"WIDGET": "utbud.base.editor.RichTextArea"}}
WAGTAILIMAGES_IMAGE_FORM_BASE = "utbud.people.editors.ImageForm"
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILSEARCH_BACKENDS = {
    "default": {"BACKEND": "modelsearch.backends.database", "SEARCH_CONFIG": "swedish"},
}

# The editor shows our own pages in a frame, as a preview; SAMEORIGIN and frame-ancestors keep others out.
SILENCED_SYSTEM_CHECKS = ["security.W019"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "utbud.base.discreet.DiscreetFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django_tasks": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "wagtail": {
            "handlers": ["stderr"],
            "level": "WARNING",
            "propagate": False,
        },  # its log is in the database
    },
}
