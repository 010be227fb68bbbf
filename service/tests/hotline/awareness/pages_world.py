"""A hotline whose pages say who it is, with a supervisor, served by itself.

Run as a program with a port; prints what the walk needs as one line of JSON, then serves.
"""

import json
import sys
from datetime import date
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "desk"), str(Path(__file__).parents[2])]

from repit.demo import installations  # noqa: E402

installations.set_up("hotline")

from desk_people import caseworker, person  # noqa: E402
from django.conf import settings  # noqa: E402

from repit.foundation.process import serving  # noqa: E402
from repit.foundation.process.front.rules import of_pages  # noqa: E402
from repit.hotline.awareness import editing, published  # noqa: E402
from repit.hotline.bank import feed  # noqa: E402
from repit.hotline.feeds import named, subscribers  # noqa: E402
from repit.hotline.reports.models import Month  # noqa: E402

settings.ALLOWED_HOSTS.append("testserver")
supervisor, worker = person("supervisor", name="Dominique"), caseworker("Ana", founds=True)
editing.save_texts(
    {
        ("name", "fr"): "Parapluie",
        ("name", "en"): "Umbrella",
        ("phone", ""): "01 23 45 67 89",
        ("mail", ""): "bonjour@parapluie.example",
        ("reach", "fr"): "Une personne vous répond en général dans l’heure.\n\nVous pouvez rester anonyme.",
        ("address", "fr"): "Association Parapluie\n1 rue du Port\n29200 Brest",
        ("zone", ""): "Europe/Paris",
        **{(f"hours.{day}", ""): "9-12:30 14-18" for day in range(5)},
        ("hours.5", ""): "10-13",
        ("closed", ""): "2026-12-24..2027-01-03\n2027-05-01",
        ("hours.note", "en"): "At other hours, the helplines below answer.",
        ("answer", ""): "2",
        ("legal.operator", "fr"): "Association Parapluie, loi 1901.\nhttps://parapluie.example/",
        ("legal.seat", "fr"): "1 rue du Port\n29200 Brest",
        ("legal.number", "fr"): "RNA W291000000",
        ("legal.director", "fr"): "Camille Martin",
        ("legal.controller", "fr"): "L’association Parapluie, à la même adresse.",
        ("legal.controller", "en"): "Association Parapluie, at the same address.",
        ("legal.dpo", "fr"): "dpo@parapluie.example",
        (
            "legal.rights",
            "fr",
        ): "Accès, rectification, effacement : écrivez-nous, ou écrivez dans votre dossier.",
        ("legal.authority", "fr"): "La CNIL, 3 place de Fontenoy, 75007 Paris\nhttps://www.cnil.fr/",
        ("access.on", ""): "2026-11-20",
        (
            "access.gaps",
            "fr",
        ): "Le plan d’accès à nos bureaux est une image. Appelez-nous : nous vous guiderons.",
        ("legal.host", "fr"): "Hébergeur SAS, 2 quai Sud, 75013 Paris, 01 00 00 00 00.",
    },
    actor="Dominique",
)
editing.save_helpline(
    "",
    {("name", "fr"): "Écoute Brest", ("place", ""): "france", ("number", ""): "02 98 00 00 00"}
    | {("does", "fr"): "Une permanence près de chez vous.", ("languages", ""): "fr, br", ("free", ""): "yes"},
    actor="Dominique",
)
for name, public, kinds in (
    ("forum", "Le Forum des Îles", ("intimate", "deepfake")),
    ("images", "images.example", ("deepfake",)),
    ("quiet", "", ("intimate",)),
):
    key = subscribers.add(name, granted=subscribers.Grant(kinds=kinds))
    subscribers.acknowledge(subscribers.recognise(key), feed.head().sequence, [])
    if public:
        named.decide(name, public)
FRESH, MET = (0, 10, 40, 30, 60, 50, 90, 80), (0, 0, 20, None, 1240, 900, 310, 160)
for at, (fresh, copies) in enumerate(zip(FRESH, MET, strict=True)):
    Month.objects.create(
        month=date(2026, at + 3, 1),
        protected=10 + at * 40,
        fresh=fresh,
        met=copies,
        sites=min(at, 5),
        answer_days=3 if at > 4 else None,
    )
editing.act("pharos", "hide", actor="Dominique")
published.refresh()
cookies = {who.name: who.client.cookies["repit_staff"].value for who in (supervisor, worker)}
sys.stdout.write(json.dumps({"cookies": cookies}) + "\n")
sys.stdout.flush()
serving.serve("127.0.0.1", int(sys.argv[1]), of_pages())
