"""Guides on paper that stand beside no page of their own: a partner's print run, and a folder of several."""

import dataclasses
from collections.abc import Sequence
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from utbud.formats import actions as formats
from utbud.formats import queries as formats_queries
from utbud.formats.guide_cards import Folder
from utbud.formats.models import Kind, Rendition
from utbud.guides.models import STEP_CARDS, GuidePage, partner_of
from utbud.people.models import Organisation
from utbud.publishing.files import KINDS, sender

PARTNERS_FILES = ("utskrift.pdf", *STEP_CARDS)
AT_ONCE = 3  # guides in a folder that is made while one waits: about half a second each
FOLDER_PATH = "/guider/mapp/"


def print_run(guide: GuidePage, organisation: Organisation, name: str) -> Rendition:
    """The file ``name`` (one of PARTNERS_FILES) with the partner's mark on every card, made if it does not exist."""
    who = dataclasses.replace(sender(), partner=partner_of(organisation))
    return formats.cards(item=guide.as_item(), sender=who, kind=KINDS[name])


def folder_of(guides: Sequence[GuidePage]) -> Folder:
    """What a folder of ``guides`` holds."""
    asked = urlencode([("guide", guide.slug) for guide in guides])
    items = tuple(guide.as_item() for guide in guides)
    return Folder(title=_("Guider"), guides=items, path=f"{FOLDER_PATH}?{asked}")


def folder_key(folder: Folder, size: str) -> str:
    """The name under which the folder is kept."""
    return formats_queries.folder_key(folder=folder, sender=sender(), size=size)


def made_folder(folder: Folder, size: str) -> Rendition | None:
    """The folder as a PDF, if it is made already or that takes but a moment."""
    made = Rendition.objects.filter(kind=Kind.FOLDER, key=folder_key(folder, size)).exists()
    return make_folder(folder, size) if made or len(folder.guides) <= AT_ONCE else None


def make_folder(folder: Folder, size: str) -> Rendition:
    """The folder as a PDF, made if it does not exist."""
    return formats.folder(content=folder, sender=sender(), size=size)
