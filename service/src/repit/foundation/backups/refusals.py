"""Why a backup is not made or not put back: one sentence each, and what to do.

In: what was found. Out: errors for the person at the terminal. Next: every module of this room.
(`foundation.sealed_file` has those of a file that does not open.)
"""

import errno
from collections.abc import Sequence

from repit.foundation.errors import DatabaseUnavailable, InputRefused, SettingsRefused, Text

_ROLES = {
    "hotline": Text("a hotline", "une plateforme d’aide"),
    "gate": Text("a gate", "un filtre"),
    "both": Text("a hotline and a gate together", "une plateforme d’aide et un filtre ensemble"),
}


def _role(name: str) -> Text:
    return _ROLES.get(name, Text(name, name))


def _kind(name: str) -> Text:
    if name == "rows":
        return Text("a backup", "une sauvegarde")
    return Text(f"a copy of keys ({name})", f"une copie de clés ({name})")


# --- before anything is written ----------------------------------------------------------------------------


def no_offline_key() -> SettingsRefused:
    return SettingsRefused(
        Text("There is no offline key to seal a backup to.", "Il n’y a pas de clé hors ligne pour sceller."),
        Text(
            "Make one with `repit offline-key FILE`, and set REPIT_OFFLINE_KEY.",
            "Créez-la avec `repit offline-key FICHIER`, puis réglez REPIT_OFFLINE_KEY.",
        ),
    )


def no_such_database() -> SettingsRefused:
    return SettingsRefused(
        Text("There is no database yet.", "Il n’y a pas encore de base de données."),
        Text(
            "Check REPIT_DATA and REPIT_DATABASE_URL, and --role: is this the installation that you mean?",
            "Vérifiez REPIT_DATA et REPIT_DATABASE_URL, et --role : est-ce bien cette installation ?",
        ),
    )


def nothing_there() -> SettingsRefused:
    return SettingsRefused(
        Text(
            "This database holds no installation of Répit yet.",
            "Cette base ne contient encore aucune installation de Répit.",
        ),
        Text(
            "Check REPIT_DATABASE_URL. A new installation begins with `repit init`.",
            "Vérifiez REPIT_DATABASE_URL. Une nouvelle installation commence par `repit init`.",
        ),
    )


def more_than_this_role(apps: Sequence[str]) -> InputRefused:
    names = ", ".join(apps)
    return InputRefused(
        Text(
            f"This database holds tables that the chosen role does not know ({names}).",
            f"Cette base contient des tables que le rôle choisi ne connaît pas ({names}).",
        ),
        Text(
            "Say with --role what runs on it: hotline, gate or both. Nothing must be left out.",
            "Indiquez avec --role ce qui tourne dessus : hotline, gate ou both. Rien ne doit manquer.",
        ),
    )


def database_is_newer() -> InputRefused:
    return InputRefused(
        Text(
            "A newer version of Répit has changed this database.",
            "Une version plus récente de Répit a modifié cette base.",
        ),
        Text(
            "Use that version; or go back: an empty database, and the backup made before the upgrade.",
            "Utilisez cette version ; ou revenez en arrière : une base vide, et la sauvegarde d’avant la mise"
            " à jour.",
        ),
    )


def unknown_copy(name: str, role: str) -> InputRefused:
    who = _role(role)
    return InputRefused(
        Text(f"There are no {name} at {who.en}.", f"Il n’y a pas de {name} pour {who.fr}."),
        Text(f"Leave --{name} out.", f"Retirez --{name}."),
    )


def file_exists(name: str) -> InputRefused:
    return InputRefused(
        Text(f"There is a file {name} already.", f"Un fichier {name} existe déjà."),
        Text(
            "Choose another name, such as one with the day in it.",
            "Choisissez un autre nom, par exemple avec le jour.",
        ),
    )


def being_written(name: str) -> InputRefused:
    return InputRefused(
        Text(f"Another backup is writing {name} at this moment.", f"Une autre sauvegarde écrit déjà {name}."),
        Text("Wait until it has ended.", "Attendez qu’elle soit finie."),
    )


def not_written(error: OSError, name: str) -> InputRefused:
    """The disk did not take the file; nothing of it is left."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return InputRefused(
            Text(
                f"There is no room left for {name}. Nothing of it was kept.",
                f"Il n’y a plus de place pour {name}. Rien n’en a été gardé.",
            ),
            Text(
                "Make room on that disk, or name another.",
                "Faites de la place, ou choisissez un autre disque.",
            ),
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return InputRefused(
            Text(f"{name} may not be written there.", f"Pas le droit d’écrire {name} à cet endroit."),
            Text(
                "Give the user that runs Répit the right to write to that folder, or name another.",
                "Donnez à l’utilisateur de Répit le droit d’écrire dans ce dossier, ou indiquez-en un autre.",
            ),
        )
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return InputRefused(
            Text(f"There is no such folder for {name}.", f"Le dossier prévu pour {name} n’existe pas."),
            Text(
                "Make the folder first, or mount the disk.", "Créez d’abord le dossier, ou montez le disque."
            ),
        )
    return InputRefused(
        Text(
            f"{name} could not be written ({errno.errorcode.get(error.errno or 0, 'I/O error')}).",
            f"{name} n’a pas pu être écrit ({errno.errorcode.get(error.errno or 0, 'erreur de disque')}).",
        ),
        Text("Check the disk, or name another.", "Vérifiez le disque, ou choisissez-en un autre."),
    )


def not_read(name: str) -> InputRefused:
    return InputRefused(
        Text(f"{name} cannot be read.", f"{name} ne peut pas être lu."),
        Text(
            "Check that the disk is there and the file’s rights.",
            "Vérifiez le disque et les droits du fichier.",
        ),
    )


# --- what a file turns out to be ---------------------------------------------------------------------------


def not_a_backup() -> InputRefused:
    return InputRefused(
        Text(
            "What this file holds is not in the form of a backup.",
            "Le contenu de ce fichier n’a pas la forme d’une sauvegarde.",
        ),
        Text(
            "Name a file that `repit backup` wrote.",
            "Indiquez un fichier écrit par `repit backup`.",
        ),
    )


def another_kind(found: str, wanted: str) -> InputRefused:
    is_, should = _kind(found), _kind(wanted)
    return InputRefused(
        Text(f"This file is {is_.en}, not {should.en}.", f"Ce fichier est {is_.fr}, et non {should.fr}."),
        Text(
            "The backup comes first; each copy of keys follows the option of its name.",
            "La sauvegarde vient d’abord ; chaque copie de clés suit l’option qui porte son nom.",
        ),
    )


def another_role(made: str, here: str) -> InputRefused:
    its, ours = _role(made), _role(here)
    return InputRefused(
        Text(
            f"This is the backup of {its.en}, not of {ours.en}.",
            f"C’est la sauvegarde d’{its.fr}, et non d’{ours.fr}.",
        ),
        Text(f"Restore it with --role {made}.", f"Restaurez-la avec --role {made}."),
    )


def newer_version(version: str) -> InputRefused:
    return InputRefused(
        Text(
            f"This backup was made by Répit {version}, whose database is newer than that of this version.",
            f"Cette sauvegarde vient de Répit {version}, dont la base est plus récente que celle-ci.",
        ),
        Text(f"Install {version}, and restore with it.", f"Installez {version}, puis restaurez avec elle."),
    )


def older_version(version: str) -> InputRefused:
    return InputRefused(
        Text(
            f"This backup was made by Répit {version}, whose database had an earlier form.",
            f"Cette sauvegarde vient de Répit {version}, dont la base avait une forme plus ancienne.",
        ),
        Text(
            f"Install {version} with a database of its own, restore there, then upgrade.",
            f"Installez {version} avec une base à elle, restaurez là, puis mettez à jour.",
        ),
    )


def another_operator() -> InputRefused:
    return InputRefused(
        Text(
            "The operator’s key of this machine is not the one of this backup.",
            "La clé d’exploitation de cette machine n’est pas celle de cette sauvegarde.",
        ),
        Text(
            "Put the operator’s key in its place that was in use when the backup was made"
            " (operator.key in the data folder, or REPIT_OPERATOR_KEY).",
            "Remettez la clé d’exploitation qui servait quand la sauvegarde a été faite"
            " (operator.key dans le dossier de données, ou REPIT_OPERATOR_KEY).",
        ),
    )


# --- where it is put back ----------------------------------------------------------------------------------


def not_empty(table: str) -> InputRefused:
    return InputRefused(
        Text(
            f"This database is not empty: there are rows in {table}.",
            f"Cette base n’est pas vide : il y a des lignes dans {table}.",
        ),
        Text(
            "Restore into a new one. What is in this one would be lost, so nothing was touched.",
            "Restaurez dans une base neuve. Ce que contient celle-ci serait perdu : rien n’a été touché.",
        ),
    )


def row_not_taken(table: str) -> InputRefused:
    return InputRefused(
        Text(
            f"The database does not take a row of {table}. Nothing was put back.",
            f"La base n’accepte pas une ligne de {table}. Rien n’a été remis.",
        ),
        Text(
            "Look at the disk and the database’s log. If the backup was made on the other database (SQLite,"
            " PostgreSQL), restore it there.",
            "Regardez le disque et le journal de la base. Si la sauvegarde vient de l’autre base (SQLite,"
            " PostgreSQL), restaurez-la là.",
        ),
    )


def not_taken() -> InputRefused:
    return InputRefused(
        Text(
            "The database did not take this backup. Nothing was put back.",
            "La base n’a pas accepté cette sauvegarde. Rien n’a été remis.",
        ),
        Text(
            "Look at the disk and the database’s log, then give the command again.",
            "Regardez le disque et le journal de la base, puis relancez la commande.",
        ),
    )


def not_reached() -> DatabaseUnavailable:
    return DatabaseUnavailable(
        next_step=Text(
            "Check REPIT_DATABASE_URL, and that the database runs. No backup was made.",
            "Vérifiez REPIT_DATABASE_URL, et que la base tourne. Aucune sauvegarde n’a été faite.",
        )
    )


def keys_missing(name: str, spoken: Text, *, why: Text) -> SettingsRefused:
    return SettingsRefused(
        Text(f"{why.en} Nothing was put back.", f"{why.fr} Rien n’a été remis."),
        Text(
            f"Put {spoken.en} in their place, or name their newest copy: --{name} FILE.",
            f"Remettez {spoken.fr} à leur place, ou indiquez leur copie la plus récente : --{name} FICHIER.",
        ),
    )


def keys_of_another(spoken: Text) -> SettingsRefused:
    return SettingsRefused(
        Text(
            f"In the place of {spoken.en} lie those of another database. Nothing was put back.",
            f"À la place prévue pour {spoken.fr} se trouvent celles d’une autre base. Rien n’a été remis.",
        ),
        Text(
            "Move them away first, to where that database is: they are never overwritten.",
            "Déplacez-les d’abord, là où est cette autre base : elles ne sont jamais écrasées.",
        ),
    )


def copy_does_not_fit(name: str, spoken: Text) -> SettingsRefused:
    return SettingsRefused(
        Text(
            f"The copy given for {spoken.en} is older than the backup, or of another database. Nothing was"
            " put back.",
            f"La copie donnée pour {spoken.fr} est plus ancienne que la sauvegarde, ou vient d’une autre"
            " base. Rien n’a été remis.",
        ),
        Text(
            f"Name the newest copy after --{name}: each backup replaces it.",
            f"Indiquez la copie la plus récente après --{name} : chaque sauvegarde la remplace.",
        ),
    )
