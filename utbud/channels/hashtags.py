"""Tags as the social networks have them."""

from collections.abc import Iterable

import regex


def hashtags(tags: Iterable[str]) -> str:
    """«digital inkludering», «e-post» as «#DigitalInkludering #EPost».

    Letters only, and a capital for each word, so that a screen reader can tell the words apart.
    """
    made = []
    for tag in tags:
        words = regex.findall(r"\p{L}+", tag)
        made.append("".join(word[0].upper() + word[1:] for word in words))
    return " ".join(f"#{tag}" for tag in dict.fromkeys(made) if tag)
