"""What a text message that comes in may mean. Apps above register what they understand when they start.

A handler is asked with the words as they were written, the number («+46…») and the moment. It does what is asked and gives
the answer to send back, or None when the text is not for it. It is called in a transaction, once a text.
"""

import datetime as dt
from collections.abc import Callable

Handler = Callable[[str, str, dt.datetime], str | None]
_handlers: list[Handler] = []


def register(handler: Handler) -> Handler:
    """Have ``handler`` asked, after those that were registered before it."""
    if handler not in _handlers:
        _handlers.append(handler)
    return handler


def registered() -> list[Handler]:
    """All handlers, in the order they are asked."""
    return list(_handlers)
