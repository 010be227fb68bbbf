"""What a view answers.

In: a status, a type, a medium. Out: `Answer`, which makes the response and is what is described. Next: views
call it, `document` describes it.

A body is a `TypedDict`: the type checker holds the view to it, and nothing is built for it as a process
starts.
"""

from dataclasses import asdict, is_dataclass
from typing import Any, Final, Generic, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.http import JsonResponse

Shape = TypeVar("Shape")
JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"


class _Encoder(DjangoJSONEncoder):
    """Also of values of other rooms, which are no dictionaries."""

    def default(self, o: Any) -> Any:
        return asdict(o) if is_dataclass(o) and not isinstance(o, type) else super().default(o)


class Answer(Generic[Shape]):
    """One answer of a view. `shape`: the type of its body, where that is JSON; `media`: empty where there is
    no body."""

    def __init__(
        self, about: str, shape: type[Shape] | None = None, *, status: int = 200, media: str = JSON
    ) -> None:
        self.about, self.shape, self.status, self.media = about, shape, status, media

    def __call__(self, body: Shape) -> JsonResponse:
        """The response. One of 503 is an answer, too: no failure for Django to log each time a supervisor
        asks."""
        headers, plain = (
            {"Cache-Control": "no-store"},
            {"ensure_ascii": False},
        )  # people read it at a terminal
        answer = JsonResponse(body, _Encoder, json_dumps_params=plain, status=self.status, headers=headers)
        answer._has_been_logged = True  # type: ignore[attr-defined]
        return answer


def empty(about: str, status: int) -> Answer[None]:
    """An answer without a body."""
    return Answer(about, status=status, media="")
