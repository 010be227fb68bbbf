"""`repit hotline` and `repit device-page`: what people meet, served or written to a file.

In: a command line. Out: a running hotline; a signed page for use without internet. Next: an operator.
"""

# ruff: noqa: PLC0415 - imports wait for settings
from pathlib import Path
from typing import Annotated

import typer

from repit.foundation.errors import Text
from repit.foundation.process.options import Host, Port
from repit.foundation.process.ports import HOTLINE_PORT
from repit.foundation.terminal import AsJson, say, write_json
from repit.hotline.commands.ready import ready


def hotline(host: Host = "127.0.0.1", port: Port = HOTLINE_PORT) -> None:
    """Start a hotline: bank, feed, cases, pages. / Démarrer le service d'une association d'aide."""
    from repit.foundation.process import serving, starting

    serving.loads()
    starting.serving("hotline")
    from repit.hotline import process

    says = Text(f"Hotline: http://{host}:{port}", f"Plateforme d’aide : http://{host}:{port}")
    process.serve(host, port, lambda: say(says))


def device_page(
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder to write to. / Dossier de destination.")],
    as_json: AsJson = False,
) -> None:
    """Write the signed page for use without internet. / Écrire la page signée pour l'usage hors ligne."""
    ready()
    from repit.hotline.web.case_pages import offline_page

    out.mkdir(parents=True, exist_ok=True)
    pages = []
    for edition in offline_page.editions():
        (out / edition.name).write_bytes(edition.page)
        (out / f"{edition.name}.minisig").write_text(edition.signature, encoding="utf-8")
        pages.append(out / edition.name)
    key = offline_page.public_key()
    (out / offline_page.PUBLIC_KEY).write_text(key, encoding="utf-8")
    if as_json:
        write_json({"pages": pages, "public_key": key.splitlines()[1]})
        return
    for page in pages:
        print(page)
    say(
        Text(
            "Publish the public key where people know you, not only beside the page:",
            "Publiez la clé publique là où l’on vous connaît, pas seulement à côté de la page :",
        )
    )
    print(f"\n    {key.splitlines()[1]}\n")
