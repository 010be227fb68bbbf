"""One installation from wheels for all tests of this folder.

Where no machine can be started, what needs one is left out, and the head of the report says why.
"""

from collections.abc import Iterator

import booted
import pytest
from installed import Installed, installed

WHY_NOT = booted.missing()
collect_ignore = ["test_units.py"] if WHY_NOT else []


def pytest_report_header() -> str:
    return (
        f"units: left out, {WHY_NOT}" if WHY_NOT else "units: started by systemd, in namespaces of their own"
    )


@pytest.fixture(scope="session")
def wheels() -> Iterator[Installed]:
    with installed() as made:
        yield made
