"""Sites in the tests' own process: errors that a test makes on purpose are not logged."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_requests() -> Iterator[None]:
    """Django's log of requests is silent meanwhile, and as it was afterwards."""
    log = logging.getLogger("django.request")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)
