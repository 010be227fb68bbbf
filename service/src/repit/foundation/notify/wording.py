"""What news says: to the operator what is amiss, to members of staff that something waits and nothing more.

In: problems. Out: the content of a message, for programs; subject and lines, for people. Next: `outbox`,
`work_mail`.
"""

from collections.abc import Sequence
from typing import Any, Final

from django.conf import settings

from repit.foundation.clock import now
from repit.foundation.errors import Text
from repit.foundation.notify.problem import Problem

_LOCAL: Final = ("localhost", "127.0.0.1", "[::1]")


def content(begun: Sequence[Problem], over: Sequence[Problem]) -> dict[str, Any]:
    """What a program is told."""
    return {
        "type": "repit.problems",
        "timestamp": now().isoformat(timespec="seconds"),
        "data": {
            "begun": [_announced(problem) for problem in begun],
            "over": [_announced(problem) for problem in over],
        },
    }


def trial() -> dict[str, Any]:
    """What a program is told when the channel is tried."""
    return {**content((), ()), "type": "repit.test"}


def mail(content: dict[str, Any]) -> tuple[str, str]:
    """Subject and body for the operator."""
    begun, over = content["data"]["begun"], content["data"]["over"]
    if content["type"] == "repit.test":
        return (
            _here(Text("Répit: a test", "Répit : un essai")),
            _here(
                Text(
                    "This is a test. Problems of this installation will be told to this address.",
                    "Ceci est un essai. Les problèmes de cette installation seront signalés à cette adresse.",
                )
            )
            + "\n",
        )
    lines: list[str] = []
    for problem in begun:
        lines += [problem["message"], problem["next_step"], ""]
    if over:
        lines.append(_here(Text("This is over:", "C’est terminé :")))
        lines += [f"- {problem['message']}" for problem in over]
    subject = Text("Répit: something needs you", "Répit : quelque chose demande votre attention")
    if not begun:
        subject = Text("Répit: a problem is over", "Répit : un problème est terminé")
    text = "\n".join(lines).strip()
    return _here(subject), f"{text}\n"


def to_staff(language: str) -> tuple[str, str]:
    """Subject and body for a member of staff: nothing in it says what waits, or whose it is."""
    chosen = language or settings.REPIT_LANGUAGE
    subject = Text("Something new waits for you", "Quelque chose de nouveau vous attend")
    body = Text(
        "Something new waits for you at the desk: a new case, a new message, or a question to decide.",
        "Quelque chose de nouveau vous attend : un nouveau dossier, un nouveau message, ou une décision.",
    )
    ends = Text(
        "You asked for this mail. To end it, sign in and open “Mail to you”.",
        "Vous avez demandé ce message. Pour y mettre fin, connectez-vous et ouvrez « Courriels ».",
    )
    lines = [body.in_language(chosen), desk_address(), ends.in_language(chosen)]
    return subject.in_language(chosen), "\n\n".join(line for line in lines if line) + "\n"


def desk_address() -> str:
    """Where members of staff sign in, as far as the names of this service tell; else nothing."""
    names = [name for name in settings.ALLOWED_HOSTS if name not in _LOCAL and "*" not in name]
    public = next((name for name in names if not name.startswith(".")), "")
    scheme = "https" if settings.REPIT_HTTPS else "http"
    return f"{scheme}://{public}/staff/" if public else ""


def _announced(problem: Problem) -> dict[str, str]:
    return {
        "key": problem.key,
        "message": _here(problem.message),
        "next_step": _here(problem.next_step),
    }


def _here(text: Text) -> str:
    return text.in_language(settings.REPIT_LANGUAGE)
