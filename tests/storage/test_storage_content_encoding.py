"""Stored objects that say that their bytes are coded, on a real S3-compatible server."""

import gzip
import hashlib
import zlib

import pytest
from object_storage import Server
from storage_gate import CAT, COFFEE, scan

from repit.foundation.hashes import Hash
from repit.platform.gate.entries import KnownEntry
from repit.platform.gate.models import Decision
from repit.platform.gate.runtime import Gate
from repit.platform.integrations.s3.store import Store

LETTER = b"Dear all,\n" * 2000
NOISE = bytes(range(256)) * 40
FRAMED = b"%x;chunk-signature=%s\r\n" % (len(CAT), b"0" * 64) + CAT + b"\r\n0;chunk-signature=\r\n\r\n"
OBJECTS: dict[str, tuple[str, bytes, str | None]] = {
    "brotli": ("br", NOISE, "review"),
    "brotli of a picture that is none": ("br", COFFEE, "review"),
    "brotli that is the known picture": ("br", CAT, "block"),
    "zstandard": ("zstd", NOISE, "review"),
    "deflate": ("deflate", zlib.compress(CAT), "review"),
    "deflate of a letter": ("deflate", zlib.compress(LETTER), "review"),
    "compress": ("compress", NOISE, "review"),
    "a label that nobody knows": ("x-own", LETTER, "review"),
    "gzip twice": ("gzip, gzip", gzip.compress(gzip.compress(CAT)), "review"),
    "gzip, then brotli": ("gzip,br", gzip.compress(CAT), "review"),
    "capital letters": ("GZIP", gzip.compress(CAT), "block"),
    "an old name": ("x-gzip", gzip.compress(CAT), "block"),
    "an old name of another": ("x-gzip", gzip.compress(COFFEE), None),
    "gzip of a letter": ("gzip", gzip.compress(LETTER), None),
    "a second file behind": ("gzip", gzip.compress(LETTER) + gzip.compress(CAT), None),
    "a short second file behind": ("gzip", gzip.compress(b"a") + gzip.compress(CAT), "review"),
    "cut": ("gzip", gzip.compress(COFFEE)[:-4], "review"),
    "no gzip at all": ("gzip", LETTER, "review"),
    "no gzip but a picture": ("gzip", COFFEE, None),
    "nothing": ("identity", COFFEE, None),
    "nothing, known": ("identity", CAT, "block"),
    "nothing, a letter": ("identity", LETTER, "review"),
    "of the transfer": ("aws-chunked", COFFEE, None),
    "of the transfer, known": ("aws-chunked", CAT, "block"),
    "of the transfer, with its frames": ("aws-chunked", FRAMED, "review"),
    "of the transfer, packed": ("aws-chunked,gzip", gzip.compress(CAT), "review"),
}
"""What is said, the bytes, and the tag that follows where the undecided are to be reviewed."""


@pytest.fixture
def closed(gate: Gate) -> Gate:
    """Where the undecided are blocked."""
    gate.policy.undecided_channels["s3"] = "block"
    return gate


def test_only_what_was_read_as_everybody_reads_it_is_called_no_picture(
    gate: Gate, store: Store, server: Server
) -> None:
    bucket = stored(server, "codings")
    scan(gate, store, bucket)
    assert {key: server.tags(bucket, key).get("repit") for key in OBJECTS} == {
        key: tag for key, (_, _, tag) in OBJECTS.items()
    }
    assert gate.admission.room.held == 0


def test_where_the_undecided_are_blocked_so_are_unread_codings(
    closed: Gate, store: Store, server: Server
) -> None:
    bucket = stored(server, "codings-closed")
    scan(closed, store, bucket)
    assert {key: server.tags(bucket, key).get("repit") for key in OBJECTS} == {
        key: tag and "block" for key, (_, _, tag) in OBJECTS.items()
    }


def test_a_film_under_a_label_is_met_by_its_digest(gate: Gate, store: Store, server: Server) -> None:
    film = b"\0\0\0\x18ftypmp42" + NOISE
    digest = hashlib.sha256(film).digest()
    whole = (Hash("sha256", "whole", digest),)
    gate.index.apply(KnownEntry("film", "active", "file", "intimate", "a-hotline", 1, whole))
    bucket = server.bucket("labelled-film")
    for coding in ("br", "identity", "aws-chunked"):
        server.put(bucket, coding, film, ContentEncoding=coding)
    scan(gate, store, bucket)
    assert {server.tags(bucket, key)["repit"] for key in server.keys(bucket)} == {"block"}


def test_each_object_leaves_one_decision(gate: Gate, store: Store, server: Server) -> None:
    bucket = server.bucket("one-decision")
    for key, content in (("known", CAT), ("noise", NOISE), ("clean", COFFEE)):
        server.put(bucket, key, content, ContentEncoding="br")
    scan(gate, store, bucket)
    scan(gate, store, bucket)
    assert sorted(Decision.objects.values_list("outcome", flat=True)) == ["block", "review", "review"]


def stored(server: Server, name: str) -> str:
    bucket = server.bucket(name)
    for key, (coding, content, _) in OBJECTS.items():
        server.put(bucket, key, content, ContentEncoding=coding, ContentType="image/jpeg")
        kept = server.client.head_object(Bucket=bucket, Key=key)["ContentEncoding"]
        assert kept == coding, "the server changes what is said, and the test shows nothing"
    return bucket
