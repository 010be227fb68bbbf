"""What the gate's doors are, as OpenAPI 3.1 and in words for people.

In: nothing. Out: `document`, `OPERATIONS`. Next: `GET /v1/openapi.json`, `GET /docs`. One list feeds both, so
that the page cannot say other things than the document.
"""

from dataclasses import dataclass
from typing import Any, Final

from repit import __version__
from repit.foundation.errors import Text
from repit.foundation.hashes import ALGORITHMS
from repit.platform.gate.channels import NAMED
from repit.platform.gate.senders import LONGEST
from repit.platform.gate.verdict import OUTCOMES, TIERS
from repit.platform.integrations.http_api.questions import MAX_HASHES, MAX_URL
from repit.platform.integrations.http_api.senders import HEADER


@dataclass(frozen=True, slots=True)
class Operation:
    """One path and method: what it does, and a command line that does it."""

    path: str
    method: str
    name: str
    summary: Text
    about: Text
    example: str
    answers: dict[str, str]
    answer_schema: str
    uploads: bool = False
    body: str = ""
    """The schema of a JSON body, where there is one."""


_CHECKED: Final = {
    "400": "the request is not in the form that is asked for",
    "401": "no key, or not one of this gate's",
    "403": "addresses of pictures are not accepted here",
    "413": "larger than what is accepted",
    "503": "too many wait: send it again after Retry-After",
}
_REVIEWED: Final = {
    "400": "the request is not in the form that is asked for",
    "401": "no key, or not one of this gate's",
    "404": "no such decision, or one that refused nothing",
}
TITLE: Final = Text("The doors of this gate", "Les portes de ce filtre")
PURPOSE: Final = Text(
    "This gate answers whether an upload is known to a bank of hashes. It keeps nothing of what is sent.",
    "Ce filtre répond si un envoi est connu d'une base d'empreintes. Il ne garde rien de ce qui est envoyé.",
)
FOR_MACHINES: Final = Text(
    "The same for machines (OpenAPI 3.1)", "La même chose pour les machines (OpenAPI 3.1)"
)
OPERATIONS: Final = (
    Operation(
        "/v1/check",
        "post",
        "check",
        Text("Ask about an upload", "Interroger sur un envoi"),
        Text(
            "Send the file as raw body or as a form with one file, or only hashes as JSON, or the address of"
            " a picture where the operator allows that. The answer is 200 with the verdict (allow, review or"
            " block), the rule and the evidence. Nothing of the file is kept.",
            "Envoyez le fichier en corps brut ou dans un formulaire à un seul fichier, ou seulement des"
            " empreintes en JSON, ou l'adresse d'une image si l'exploitant le permet. La réponse est 200 avec"
            " le verdict (allow, review ou block), la règle et les indices. Rien du fichier n'est conservé.",
        ),
        "curl --data-binary @picture.jpg -H 'Content-Type: image/jpeg' http://{address}/v1/check",
        {"200": "the verdict", **_CHECKED},
        "Verdict",
        uploads=True,
    ),
    Operation(
        "/v1/refuse",
        "post",
        "refuse",
        Text("The bare contract: accept or refuse", "Le contrat nu : accepter ou refuser"),
        Text(
            "The same, for software that reads only the status: 200 accept, 202 accept and hold for review,"
            " 451 refuse. This is what Lemmy (pict-rs `external_validation`) and the proposal for atproto"
            " expect.",
            "La même chose, pour un logiciel qui ne lit que le statut : 200 accepter, 202 accepter et garder"
            " pour examen, 451 refuser. C'est ce qu'attendent Lemmy (`external_validation` de pict-rs) et la"
            " proposition pour atproto.",
        ),
        "curl --data-binary @picture.jpg -H 'Content-Type: image/jpeg' http://{address}/v1/refuse",
        {"200": "accept", "202": "accept, and hold for review", "451": "refuse", **_CHECKED},
        "Verdict",
        uploads=True,
    ),
    Operation(
        "/health",
        "get",
        "health",
        Text("Is the process alive?", "Le processus vit-il ?"),
        Text("200 as soon as the process answers.", "200 dès que le processus répond."),
        "curl http://{address}/health",
        {"200": "alive"},
        "Health",
    ),
    Operation(
        "/ready",
        "get",
        "ready",
        Text("Is the gate ready, and how fresh?", "Le filtre est-il prêt, et à jour ?"),
        Text(
            "Entries served, age of the newest, lag behind the feed in changes and seconds, decoders alive,"
            " and where entries are kept. 503 while nothing is loaded or no decoder lives.",
            "Entrées servies, âge de la plus récente, retard sur le flux en changements et en secondes,"
            " décodeurs en vie, et où les entrées sont gardées. 503 tant que rien n'est chargé ou"
            " qu'aucun décodeur ne vit.",
        ),
        "curl http://{address}/ready",
        {"200": "ready", "503": "not ready"},
        "Readiness",
    ),
    Operation(
        "/metrics",
        "get",
        "metrics",
        Text("Figures for monitoring", "Des chiffres pour la surveillance"),
        Text(
            "Counts, durations and present values in Prometheus' text form, nothing of an upload or a person."
            " Where the gate has keys, one of them is needed.",
            "Comptes, durées et valeurs présentes au format texte de Prometheus, rien d'un envoi ni d'une"
            " personne. Si le filtre a des clés, il en faut une.",
        ),
        "curl http://{address}/metrics",
        {"200": "the metrics", "401": "no key, or not one of this gate's"},
        "Metrics",
    ),
    Operation(
        "/v1/reviews/{decision}",
        "get",
        "review",
        Text("How does a review stand?", "Où en est un examen ?"),
        Text(
            "For a decision whose verdict was review: its outcome once people have decided (refuse, allow or"
            " refer), when it is due, and the statement of reasons.",
            "Pour une décision dont le verdict était review : son issue une fois que des personnes ont décidé"
            " (refuse, allow ou refer), l'échéance, et l'exposé des motifs.",
        ),
        "curl http://{address}/v1/reviews/DECISION",
        {"200": "how it stands", **_REVIEWED},
        "Review",
    ),
    Operation(
        "/v1/reviews/{decision}",
        "post",
        "reference",
        Text("Say where you keep the upload", "Dire où vous gardez l'envoi"),
        Text(
            "A reference by which the desk may ask your platform for the upload, where it is set up so.",
            "Une référence par laquelle le bureau peut demander l'envoi à votre plateforme, s'il est réglé"
            " ainsi.",
        ),
        "curl -d '{{\"reference\": \"77\"}}' -H 'Content-Type: application/json'"
        " http://{address}/v1/reviews/DECISION",
        {"200": "how it stands", **_REVIEWED},
        "Review",
        body="Reference",
    ),
    Operation(
        "/v1/reviews/{decision}/appeals",
        "post",
        "appeal",
        Text("Hand on an objection", "Transmettre une contestation"),
        Text(
            "What the sender of an upload says against a decision, of people or of the gate alone. Someone"
            " who did not take it answers; objections to what one known picture refused are answered"
            " together.",
            "Ce que l'expéditeur d'un envoi oppose à une décision, de personnes ou du filtre seul. Quelqu'un"
            " qui ne l'a pas prise répond ; les contestations d'une même image connue reçoivent une réponse"
            " commune.",
        ),
        "curl -d '{{\"said\": \"That is my dog.\"}}' -H 'Content-Type: application/json'"
        " http://{address}/v1/reviews/DECISION/appeals",
        {"201": "noted", "409": "not decided yet, or objected to too often", **_REVIEWED},
        "Review",
        body="Objection",
    ),
)

_TEXT: Final = {"type": "string"}
_NUMBER: Final = {"type": "number"}
_WHOLE: Final = {"type": "integer"}
_MAYBE_TEXT: Final = {"type": ["string", "null"]}
_MAYBE_NUMBER: Final = {"type": ["number", "null"]}
_YES_NO: Final = {"type": "boolean"}
_BINARY: Final = {"type": "string", "format": "binary"}
_SENDER: Final = {
    "type": "string",
    "maxLength": LONGEST,
    "description": "An opaque name of the account: senders take turns, and each counts once.",
}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


_SCHEMAS: Final[dict[str, Any]] = {
    "Evidence": _object(
        {
            "item": _TEXT,
            "exchange": _TEXT,
            "origin": _TEXT,
            "kind": _TEXT,
            "media": _TEXT,
            "state": {"enum": ["active", "disputed"]},
            "confirmations": _WHOLE,
            "tier": {"enum": list(TIERS)},
            "distance": {"type": ["integer", "null"], "minimum": 0, "maximum": 256},
            "orientation": _MAYBE_TEXT,
            "expected_false": _MAYBE_NUMBER,
            "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Part"}},
        }
    ),
    "Part": _object(
        {
            "of": _TEXT,
            "distance": {"type": "integer", "minimum": 0, "maximum": 256},
            "rectangle": {"type": "array", "items": _NUMBER, "minItems": 4, "maxItems": 4},
        }
    ),
    "Verdict": _object(
        {
            "verdict": {"enum": list(OUTCOMES)},
            "rule": _TEXT,
            "explanation": _TEXT,
            "undecided": _MAYBE_TEXT,
            "would_be": {"enum": [*OUTCOMES, None]},
            "decision": _MAYBE_TEXT,
            "recorded": _YES_NO,
            "milliseconds": _NUMBER,
            "signals": {"type": "array", "items": _object({"code": _TEXT, "word": _TEXT})},
            "evidence": {"type": "array", "items": {"$ref": "#/components/schemas/Evidence"}},
        }
    ),
    "Review": _object(
        {
            "decision": _TEXT,
            "state": {"enum": ["waiting", "decided", "appealed"]},
            "outcome": {"enum": ["refuse", "allow", "refer", None]},
            "due_at": _TEXT,
            "decided_at": _MAYBE_TEXT,
            "statement": {"type": ["object", "null"]},
            "appeal": {"type": ["object", "null"]},
        }
    ),
    "Reference": _object({"reference": {"type": "string", "minLength": 1, "maxLength": 300}}),
    "Objection": _object({"said": {"type": "string", "minLength": 1, "maxLength": 5000}}),
    "Health": _object({"alive": _YES_NO}),
    "Readiness": _object(
        {
            "ready": _YES_NO,
            "missing": {"type": "array", "items": _TEXT},
            "entries": _WHOLE,
            "hashes": _WHOLE,
            "set_aside": {"type": "object", "additionalProperties": _WHOLE},
            "hashes_of_crowds": _WHOLE,
            "newest_entry_at": _MAYBE_TEXT,
            "newest_entry_age_seconds": _MAYBE_NUMBER,
            "feed": _object(
                {
                    "followed": _YES_NO,
                    "sequence": _WHOLE,
                    "head": _WHOLE,
                    "lag_changes": _WHOLE,
                    "lag_seconds": _MAYBE_NUMBER,
                    "last_contact_seconds": _MAYBE_NUMBER,
                    "trouble": _MAYBE_TEXT,
                }
            ),
            "decoders": _object({"alive": _WHOLE, "wanted": _WHOLE, "replaced": _WHOLE}),
            "storage": {"enum": ["sealed", "folder", "memory"]},
            "dry_run": _YES_NO,
            "exchanges": {
                "type": ["array", "null"],
                "items": _object(
                    {
                        "name": _TEXT,
                        "kind": _TEXT,
                        "active": _YES_NO,
                        "records": _WHOLE,
                        "rejected": _WHOLE,
                        "skipped": _WHOLE,
                        "lag_seconds": _MAYBE_NUMBER,
                        "failures": _WHOLE,
                        "trouble": _TEXT,
                    }
                ),
            },
        }
    ),
    "Hashes": _object(
        {
            "hashes": {
                "type": "array",
                "minItems": 1,
                "maxItems": MAX_HASHES,
                "items": {"$ref": "#/components/schemas/Hash"},
            }
        }
    ),
    "Address": _object({"url": {"type": "string", "maxLength": MAX_URL}}),
    "Metrics": _TEXT,
    "Hash": _object(
        {
            "algorithm": {"enum": list(ALGORITHMS)},
            "value": {"type": "string", "pattern": "^([0-9a-fA-F]{32}|[0-9a-fA-F]{64})$"},
        }
    ),
    "Problem": _object(
        {
            "type": _TEXT,
            "title": _TEXT,
            "status": _WHOLE,
            "detail": _TEXT,
            "code": _TEXT,
            "next_step": _TEXT,
        }
    ),
}


def document() -> dict[str, Any]:
    """The whole OpenAPI document."""
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _described(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Répit gate", "version": __version__, "license": {"name": "Apache-2.0"}},
        "paths": paths,
        "components": {
            "schemas": _SCHEMAS,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _described(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary.en,
        "description": operation.about.en,
        "responses": {
            status: {"description": said, "content": _content(operation, status)}
            for status, said in operation.answers.items()
        },
    }
    if "{decision}" in operation.path:
        described["security"] = [{}, {"key": []}]
        described["parameters"] = [{"name": "decision", "in": "path", "required": True, "schema": _TEXT}]
    if operation.body:
        schema = {"$ref": f"#/components/schemas/{operation.body}"}
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    if operation.uploads:
        described["security"] = [{}, {"key": []}]
        described["parameters"] = [
            {"name": "door", "in": "query", "required": False, "schema": {"enum": list(NAMED)}},
            {"name": HEADER, "in": "header", "required": False, "schema": _SENDER},
        ]
        described["requestBody"] = {
            "required": True,
            "content": {
                "application/octet-stream": {"schema": _BINARY},
                "image/*": {"schema": _BINARY},
                "multipart/form-data": {"schema": _object({"file": _BINARY})},
                "application/json": {
                    "schema": {
                        "oneOf": [
                            {"$ref": "#/components/schemas/Hashes"},
                            {"$ref": "#/components/schemas/Address"},
                        ]
                    }
                },
            },
        }
    return described


def _content(operation: Operation, status: str) -> dict[str, Any]:
    ours = status in ("200", "202", "451") or (operation.name == "ready" and status == "503")
    plain = "text/plain" if operation.name == "metrics" else "application/json"
    name, kind = (operation.answer_schema, plain) if ours else ("Problem", "application/problem+json")
    return {kind: {"schema": {"$ref": f"#/components/schemas/{name}"}}}
