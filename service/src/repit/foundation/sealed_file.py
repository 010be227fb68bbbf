"""A file that only the offline key opens.

In: a stream of bytes, a public key. Out: a sealed file; the stream again for whoever has the private half.
Next: `backups.packing`. The machine that writes backups cannot read them.

libsodium's secretstream (XChaCha20-Poly1305): a piece that is altered, missing, moved or cut off at the end
does not open. Around it stands, in the clear, only what lets a reader say why: a digest of the head, a mark
of the key that only its holder can compare (it is keyed by this file's own box, so that two files of one key
do not show it), and each piece's length, twice.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from typing import BinaryIO, ClassVar, Final

from nacl.bindings import (
    crypto_box_seal,
    crypto_box_seal_open,
    crypto_scalarmult_base,
    crypto_secretstream_xchacha20poly1305_ABYTES,
    crypto_secretstream_xchacha20poly1305_HEADERBYTES,
    crypto_secretstream_xchacha20poly1305_init_pull,
    crypto_secretstream_xchacha20poly1305_init_push,
    crypto_secretstream_xchacha20poly1305_keygen,
    crypto_secretstream_xchacha20poly1305_pull,
    crypto_secretstream_xchacha20poly1305_push,
    crypto_secretstream_xchacha20poly1305_state,
    crypto_secretstream_xchacha20poly1305_TAG_FINAL,
    crypto_secretstream_xchacha20poly1305_TAG_MESSAGE,
)
from nacl.exceptions import CryptoError

from repit.foundation.errors import SealBroken, Text

PIECE: Final = 1 << 16
_EARLIER: Final = b"repit-sealed-file-1\n"
_MAGIC: Final = b"repit-sealed-file-2\n"
_ANY: Final = b"repit-sealed-file-"
_BOXED: Final = 80
_HEADER: Final = crypto_secretstream_xchacha20poly1305_HEADERBYTES
_MARK: Final = 16
_LENGTH: Final = 8
_ADDED: Final = crypto_secretstream_xchacha20poly1305_ABYTES


class SealedFileRefused(SealBroken):
    """Why a sealed file does not open; nothing of what it holds."""

    code = "sealed-file"
    safe_to_show: ClassVar[bool] = True
    message = Text("This file does not open.", "Ce fichier ne s’ouvre pas.")
    next_step = Text("Take another copy of it.", "Prenez-en une autre copie.")


class NotSealed(SealedFileRefused):
    code = "not-sealed"
    message = Text(
        "This file is no backup, nor a copy of keys that a backup makes.",
        "Ce fichier n’est ni une sauvegarde, ni une copie de clés faite par une sauvegarde.",
    )
    next_step = Text(
        "Name a file that `repit backup` wrote.", "Indiquez un fichier écrit par `repit backup`."
    )


class SealedDifferently(SealedFileRefused):
    code = "sealed-differently"
    message = Text(
        "This file was sealed by another version of Répit, in a form that this one does not read.",
        "Ce fichier a été scellé par une autre version de Répit, sous une forme que celle-ci ne lit pas.",
    )
    next_step = Text(
        "Restore it with the version that made it, then upgrade.",
        "Restaurez-le avec la version qui l’a fait, puis mettez à jour.",
    )


class SealedToAnother(SealedFileRefused):
    code = "sealed-to-another"
    message = Text(
        "The offline key is not the one to which this file was sealed.",
        "La clé hors ligne n’est pas celle pour laquelle ce fichier a été scellé.",
    )
    next_step = Text(
        "Take the offline key that was set (REPIT_OFFLINE_KEY) on the day when the file was made.",
        "Prenez la clé hors ligne qui était réglée (REPIT_OFFLINE_KEY) le jour où le fichier a été fait.",
    )


class CutShort(SealedFileRefused):
    code = "cut-short"
    message = Text("This file was cut short: its end is missing.", "Ce fichier a été coupé : sa fin manque.")
    next_step = Text(
        "Copy it again from where it was made, or take an earlier one.",
        "Copiez-le de nouveau depuis son lieu d’origine, ou prenez un fichier plus ancien.",
    )


class Damaged(SealedFileRefused):
    code = "damaged"
    message = Text(
        "This file is damaged: some of its bytes are not those that were written.",
        "Ce fichier est abîmé : certains de ses octets ne sont pas ceux qui ont été écrits.",
    )
    next_step = Text(
        "Take another copy of it, or an earlier one, and check the disk it lay on.",
        "Prenez-en une autre copie ou un fichier plus ancien, et vérifiez le disque où il se trouvait.",
    )


class GoesOn(SealedFileRefused):
    code = "goes-on"
    message = Text(
        "This file goes on after its end: something was added to it.",
        "Ce fichier continue après sa fin : quelque chose y a été ajouté.",
    )
    next_step = Text(
        "Take another copy of it. What was added was not written by Répit.",
        "Prenez-en une autre copie. Ce qui a été ajouté n’a pas été écrit par Répit.",
    )


def write(file: BinaryIO, pieces: Iterable[bytes], public: bytes) -> None:
    """Seal a stream into a file for the holder of one private key."""
    key = crypto_secretstream_xchacha20poly1305_keygen()
    state = crypto_secretstream_xchacha20poly1305_state()
    header = crypto_secretstream_xchacha20poly1305_init_push(state, key)
    box = crypto_box_seal(key, public)
    head = _MAGIC + box + header + _mark(public, box)
    file.write(head + _checked(head))
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) > PIECE:
            _push(file, state, bytes(held[:PIECE]), crypto_secretstream_xchacha20poly1305_TAG_MESSAGE)
            del held[:PIECE]
    _push(file, state, bytes(held), crypto_secretstream_xchacha20poly1305_TAG_FINAL)


def read(file: BinaryIO, private: bytes) -> Iterator[bytes]:
    """The stream of a file. Raises `SealedFileRefused`."""
    state = _begun(file, private)
    while True:
        written = file.read(_LENGTH)
        if len(written) < _LENGTH:
            raise CutShort
        length = _length(written)
        sealed = file.read(length)
        if len(sealed) < length:
            raise CutShort
        try:
            piece, tag = crypto_secretstream_xchacha20poly1305_pull(state, sealed)
        except (CryptoError, TypeError, ValueError):
            raise Damaged from None
        yield piece
        if tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL:
            break
    if file.read(1):
        raise GoesOn


def _begun(file: BinaryIO, private: bytes) -> crypto_secretstream_xchacha20poly1305_state:
    magic = file.read(len(_MAGIC))
    if magic != _MAGIC:
        raise _unknown(magic)
    rest = file.read(_BOXED + _HEADER + 2 * _MARK)
    if len(rest) < _BOXED + _HEADER + 2 * _MARK:
        raise CutShort
    head, check = magic + rest[:-_MARK], rest[-_MARK:]
    if not hmac.compare_digest(_checked(head), check):
        raise Damaged
    box, header = rest[:_BOXED], rest[_BOXED : _BOXED + _HEADER]
    public = crypto_scalarmult_base(private)
    if not hmac.compare_digest(_mark(public, box), rest[_BOXED + _HEADER : -_MARK]):
        raise SealedToAnother
    state = crypto_secretstream_xchacha20poly1305_state()
    try:
        key = crypto_box_seal_open(box, public, private)
        crypto_secretstream_xchacha20poly1305_init_pull(state, header, key)
    except (CryptoError, TypeError, ValueError):
        raise Damaged from None
    return state


def _unknown(magic: bytes) -> SealedFileRefused:
    if magic == _EARLIER or (magic.startswith(_ANY) and len(magic) == len(_MAGIC)):
        return SealedDifferently()
    if magic and _MAGIC.startswith(magic):
        return CutShort()
    return NotSealed()


def _mark(public: bytes, box: bytes) -> bytes:
    """By which whoever has the key knows the file as theirs; the box differs in every file."""
    return hashlib.blake2b(public, key=box[:64], digest_size=_MARK).digest()


def _checked(head: bytes) -> bytes:
    return hashlib.blake2b(head, digest_size=_MARK).digest()


def _length(written: bytes) -> int:
    """Written twice, once upside down: a wrong length must not look like an end that is missing."""
    length = int.from_bytes(written[:4], "big")
    if length ^ 0xFFFFFFFF != int.from_bytes(written[4:], "big") or not _ADDED <= length <= PIECE + _ADDED:
        raise Damaged
    return length


def _push(file: BinaryIO, state: crypto_secretstream_xchacha20poly1305_state, piece: bytes, tag: int) -> None:
    sealed = crypto_secretstream_xchacha20poly1305_push(state, piece, tag=tag)
    file.write(len(sealed).to_bytes(4, "big") + (len(sealed) ^ 0xFFFFFFFF).to_bytes(4, "big") + sealed)
