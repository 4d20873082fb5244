"""The data files of the demo, and the drawings beside them."""

from pathlib import Path
from typing import Any

import yaml
from django.core.files import File
from wagtail.images.models import Image

FOLDER = Path(__file__).resolve().parents[2] / "demo"


def read(name: str) -> Any:
    """The content of a data file."""
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


def read_all(folder: str) -> dict[str, Any]:
    """The content of every data file in ``folder``, by the file's name without its ending."""
    return {path.stem: read(f"{folder}/{path.name}") for path in sorted((FOLDER / folder).glob("*.yaml"))}


def services_about(kind: str, slug: str) -> list[str]:
    """The names of the services that a word or a course (``kind``: «words», «courses») is about."""
    return [row["name"] for row in read("services.yaml") if slug in row.get(kind, ())]


def drawing(name: str, *, title: str, alt: str) -> Image:
    """The drawing ``name`` as an image of the site's own."""
    with (FOLDER / "drawings" / f"{name}.svg").open("rb") as file:
        image = Image(title=title, description=alt, file=File(file, name=f"{Path(name).name}.svg"))
        image._set_image_file_metadata()
        image.save()
    return image
