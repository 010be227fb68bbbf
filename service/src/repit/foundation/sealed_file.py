"""A file that only the offline key opens.

In: a stream of bytes, a public key. Out: a sealed file; the stream again for whoever has the private half.
Next: `hotline.backup`. libsodium's secretstream (XChaCha20-Poly1305): a piece that is altered, missing, moved
or cut off at the end does not open. The machine that writes backups cannot read them.
"""

from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final

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

from repit.foundation.errors import SealBroken

PIECE: Final = 1 << 16
_MAGIC: Final = b"repit-sealed-file-1\n"
_BOXED: Final = 80
_ADDED: Final = crypto_secretstream_xchacha20poly1305_ABYTES


def write(file: BinaryIO, pieces: Iterable[bytes], public: bytes) -> None:
    """Seal a stream into a file for the holder of one private key."""
    key = crypto_secretstream_xchacha20poly1305_keygen()
    state = crypto_secretstream_xchacha20poly1305_state()
    header = crypto_secretstream_xchacha20poly1305_init_push(state, key)
    file.write(_MAGIC + crypto_box_seal(key, public) + header)
    held = b""
    for piece in pieces:
        held += piece
        while len(held) > PIECE:
            _push(file, state, held[:PIECE], crypto_secretstream_xchacha20poly1305_TAG_MESSAGE)
            held = held[PIECE:]
    _push(file, state, held, crypto_secretstream_xchacha20poly1305_TAG_FINAL)


def read(file: BinaryIO, private: bytes) -> Iterator[bytes]:
    """The stream of a file. Raises `SealBroken`."""
    try:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise SealBroken(detail="not a file of ours")
        key = crypto_box_seal_open(file.read(_BOXED), crypto_scalarmult_base(private), private)
        state = crypto_secretstream_xchacha20poly1305_state()
        header = file.read(crypto_secretstream_xchacha20poly1305_HEADERBYTES)
        crypto_secretstream_xchacha20poly1305_init_pull(state, header, key)
        while True:
            piece, tag = crypto_secretstream_xchacha20poly1305_pull(state, file.read(PIECE + _ADDED))
            yield piece
            if tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL:
                break
    except (CryptoError, TypeError, ValueError):
        raise SealBroken(detail="the file is damaged, cut, or for another key") from None
    if file.read(1):
        raise SealBroken(detail="the file goes on after its end")


def _push(file: BinaryIO, state: crypto_secretstream_xchacha20poly1305_state, piece: bytes, tag: int) -> None:
    file.write(crypto_secretstream_xchacha20poly1305_push(state, piece, tag=tag))
