"""Members of staff for tests."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from staff_people import Someone


@pytest.fixture
def someone(db: None) -> Callable[..., Someone]:
    """Makes members: `someone("moderator")` is signed in with two factors."""
    cache.clear()

    def make(*roles: str, name: str = "") -> Someone:
        return Someone(*roles, name=name).enrol().with_app()

    return make
