"""The gate's addresses in words for people, each with a command line.

In: nothing. Out: `Words`, which stand beside the views. Next: `GET /docs`, and the document for machines, so
that the page cannot say other things than it.
"""

from typing import Final

from repit.foundation.errors import Text
from repit.foundation.web.api.operations import Words

TITLE: Final = Text("The channels of this gate", "Les canaux de ce filtre")
PURPOSE: Final = Text(
    "This gate answers whether an upload is known to a bank of hashes. It keeps nothing of what is sent.",
    "Ce filtre répond si un envoi est connu d’une base d’empreintes. Il ne garde rien de ce qui est envoyé.",
)
FOR_MACHINES: Final = Text(
    "The same for machines (OpenAPI 3.1)", "La même chose pour les machines (OpenAPI 3.1)"
)
CHECK: Final = Words(
    Text("Ask about an upload", "Interroger sur un envoi"),
    Text(
        "Send the file as raw body or as a form with one file, or only hashes as JSON, or the address of"
        " a picture where the operator allows that. The answer is 200 with the verdict (allow, review or"
        " block), the rule and the evidence; of a video, from when to when it shows what is known. Nothing of"
        " the file is kept.",
        "Envoyez le fichier en corps brut ou dans un formulaire à un seul fichier, ou seulement des"
        " empreintes en JSON, ou l’adresse d’une image si l’exploitant le permet. La réponse est 200 avec"
        " le verdict (allow, review ou block), la règle et les indices ; pour une vidéo, de quand à quand"
        " elle montre ce qui est connu. Rien du fichier n’est conservé.",
    ),
    "curl --data-binary @picture.jpg -H 'Content-Type: image/jpeg' http://{address}/v1/check",
)
LATER: Final = Words(
    Text("What became of a check that took longer?", "Qu’est devenue une vérification plus longue ?"),
    Text(
        "Looking at a video takes seconds. Say `Prefer: respond-async, wait=5` to `/v1/check`: where it"
        " takes longer than you wait, the answer is 202 with this address. Ask it again with the same key,"
        " every few seconds: 202 while it works, then 200 with the verdict, for an hour; after that, 404.",
        "Examiner une vidéo prend des secondes. Dites `Prefer: respond-async, wait=5` à `/v1/check` : si cela"
        " prend plus de temps que vous n’attendez, la réponse est 202 avec cette adresse. Interrogez-la avec"
        " la même clé, toutes les quelques secondes : 202 pendant le travail, puis 200 avec le verdict,"
        " pendant une heure ; ensuite, 404.",
    ),
    "curl http://{address}/v1/checks/CHECK",
)
REFUSE: Final = Words(
    Text("The bare contract: accept or refuse", "Le contrat nu : accepter ou refuser"),
    Text(
        "The same, for software that reads only the status: 200 accept, 202 accept and hold for review,"
        " 451 refuse. This is what Lemmy (pict-rs `external_validation`) and the proposal for atproto"
        " expect.",
        "La même chose, pour un logiciel qui ne lit que le statut : 200 accepter, 202 accepter et garder"
        " pour examen, 451 refuser. C’est ce qu’attendent Lemmy (`external_validation` de pict-rs) et la"
        " proposition pour atproto.",
    ),
    "curl --data-binary @picture.jpg -H 'Content-Type: image/jpeg' http://{address}/v1/refuse",
)
HEALTH: Final = Words(
    Text("Is the process alive?", "Le processus vit-il ?"),
    Text("200 as soon as the process answers.", "200 dès que le processus répond."),
    "curl http://{address}{path}",
)
READY: Final = Words(
    Text("Is the gate ready, and how fresh?", "Le filtre est-il prêt, et à jour ?"),
    Text(
        "Entries served, age of the newest, lag behind the feed in changes and seconds, decoders alive,"
        " and where entries are kept. 503 while nothing is loaded or no decoder lives.",
        "Entrées servies, âge de la plus récente, retard sur le flux en changements et en secondes,"
        " décodeurs en vie, et où les entrées sont gardées. 503 tant que rien n’est chargé ou"
        " qu’aucun décodeur ne vit.",
    ),
    "curl http://{address}{path}",
)
METRICS: Final = Words(
    Text("Figures for monitoring", "Des chiffres pour la surveillance"),
    Text(
        "Counts, durations and present values in Prometheus’ text form, nothing of an upload or a person."
        " Where the gate has keys, one of them is needed.",
        "Comptes, durées et valeurs présentes au format texte de Prometheus, rien d’un envoi ni d’une"
        " personne. Si le filtre a des clés, il en faut une.",
    ),
    "curl http://{address}/metrics",
)
REVIEW: Final = Words(
    Text("How does a decision stand?", "Où en est une décision ?"),
    Text(
        "For any decision, of the gate alone or of people: what holds now (refuse, allow or refer; null while"
        " it waits for a first look), whether a person has decided, and the statement of reasons.",
        "Pour toute décision, du filtre seul ou de personnes : ce qui vaut maintenant (refuse, allow ou"
        " refer ; null tant qu’un premier regard est attendu), si une personne a décidé, et l’exposé des"
        " motifs.",
    ),
    "curl http://{address}/v1/reviews/DECISION",
)
REFERENCE: Final = Words(
    Text("Say where you keep the upload", "Dire où vous gardez l’envoi"),
    Text(
        "A reference by which the desk may ask your platform for the upload, where it is set up so.",
        "Une référence par laquelle le bureau peut demander l’envoi à votre plateforme, s’il est réglé"
        " ainsi.",
    ),
    "curl -d '{{\"reference\": \"77\"}}' -H 'Content-Type: application/json'"
    " http://{address}/v1/reviews/DECISION",
)
APPEAL: Final = Words(
    Text("Hand on an objection", "Transmettre une contestation"),
    Text(
        "What is said against any decision, of people or of the gate alone. People who did not take it"
        " answer; objections to what one known picture refused are answered together. Sent twice, it is noted"
        " once.",
        "Ce qui est dit contre toute décision, de personnes ou du filtre seul. Des personnes qui ne l’ont pas"
        " prise répondent ; les contestations d’une même image connue reçoivent une réponse commune. Envoyée"
        " deux fois, elle est notée une fois.",
    ),
    "curl -d '{{\"text\": \"That is my dog.\"}}' -H 'Content-Type: application/json'"
    " http://{address}/v1/reviews/DECISION/appeals",
)
OPENAPI: Final = Words(
    Text("All of this for machines", "Tout cela pour les machines"),
    Text(
        "Every address of this page with what it takes and every answer that it gives, as OpenAPI 3.1.",
        "Chaque adresse de cette page, ce qu’elle prend et chaque réponse qu’elle donne, en OpenAPI 3.1.",
    ),
    "curl http://{address}/v1/openapi.json",
)
