"""The forms of settings in French, for what is said of a value that cannot be read. Pure.

In: a form as its declaration states it, in English, for docs/en/settings.md. Out: the same in French; what
stands between backticks is typed so in either language. Next: `environment`. A test holds that every declared
form is known here, and nothing else.
"""

import re
from typing import Final

WHOLE: Final = {
    "0 to 1000000; 0 for no limit": "0 à 1000000 ; 0 : sans limite",
    "1 to 1099511627776; 0 for an eighth of the machine's memory": (
        "1 à 1099511627776 ; 0 : un huitième de la mémoire de la machine"
    ),
    "1 to 256; 0 for one for every two processors": "1 à 256 ; 0 : un pour deux processeurs",
    "1 to 256; 0 for one per processor": "1 à 256 ; 0 : un par processeur",
    "64 hexadecimal digits": "64 chiffres hexadécimaux",
    "`host:port`, separated by commas": "`host:port`, séparés par des virgules",
    "`data`, `none` or a folder": "`data`, `none` ou un dossier",
    "`sealed`, `memory` or a folder": "`sealed`, `memory` ou un dossier",
    "`whsec_` and 24 to 64 bytes in base64": "`whsec_` suivi de 24 à 64 octets en base64",
    "a folder": "un dossier",
    "a name of the IANA time zone database, such as `Europe/Paris` or `America/Montreal`": (
        "un nom de la base de fuseaux horaires de l'IANA, comme `Europe/Paris` ou `America/Montreal`"
    ),
    "a long text, as from `openssl rand -hex 32`": "un long texte, comme en donne `openssl rand -hex 32`",
    "a mail address": "une adresse de courriel",
    "addresses or networks, separated by commas": "des adresses ou des réseaux, séparés par des virgules",
    "an https address": "une adresse en https",
    "as `REPIT_DATABASE_URL`": "comme `REPIT_DATABASE_URL`",
    "at least 16 characters": "au moins 16 caractères",
    "at least 20 characters": "au moins 20 caractères",
    "at least 50 characters": "au moins 50 caractères",
    "folders separated by commas": "des dossiers séparés par des virgules",
    "keys of 16 characters or more, separated by commas": (
        "des clés d'au moins 16 caractères, séparées par des virgules"
    ),
    "mail addresses, separated by commas": "des adresses de courriel, séparées par des virgules",
    "names separated by commas": "des noms séparés par des virgules",
    "names separated by commas, without `https://` and without ports": (
        "des noms séparés par des virgules, sans `https://` ni port"
    ),
    "pairs separated by commas, or `none`": "des paires séparées par des virgules, ou `none`",
    "path of a PEM file": "le chemin d'un fichier PEM",
    "path of a TOML file": "le chemin d'un fichier TOML",
    "path of a TOML or JSON file": "le chemin d'un fichier TOML ou JSON",
    "path of a `repit.toml`": "le chemin d'un `repit.toml`",
    "text": "un texte",
    "up to 100 characters": "100 caractères au plus",
    "up to 128 letters, digits, `-` and `_`": "128 lettres, chiffres, `-` et `_` au plus",
}
"""Those that hold more than words that are typed as they stand, figures, and what joins these."""
_JOINED: Final = {"or": "ou", "to": "à"}
_PARTS: Final = re.compile(r"(`[^`]*`|[A-Za-z]+)")


def in_french(form: str) -> str:
    """The same form, for a French sentence."""
    return WHOLE.get(form) or _PARTS.sub(lambda part: _JOINED.get(part[0], part[0]), form)


def beyond_joined(form: str) -> set[str]:
    """The words of a form that only `WHOLE` has in French."""
    return {word for word in _PARTS.findall(form) if not word.startswith("`")} - set(_JOINED)
