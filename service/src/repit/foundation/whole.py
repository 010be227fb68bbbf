"""A whole number as JSON has it: no word, no yes or no; `5.0` is one (JSON Schema 2020-12, section 6.1.1).

In: a value of JSON. Out: `WHOLE`, which stands last beside `int` in a model: bounds that stood behind it
would be missing from the model's schema. Next: `foundation.web.api`, the wires. Pure.
"""

from typing import Final

from pydantic import BeforeValidator


def _number(value: object) -> object:
    """Otherwise "5" and true would be numbers."""
    if isinstance(value, bool | str):
        raise ValueError
    return value


WHOLE: Final = BeforeValidator(_number)
