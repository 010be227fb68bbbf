"""One installation from wheels for all tests of this folder: its kernels are compiled once."""

from collections.abc import Iterator

import pytest
from installed import Installed, installed


@pytest.fixture(scope="session")
def wheels() -> Iterator[Installed]:
    with installed() as made:
        yield made
