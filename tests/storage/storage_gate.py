"""A picture that is known, and the gate's own hands at the storage, one turn at a time."""

import io
import threading
from typing import Any

import numpy as np
from PIL import Image
from skimage import data

from repit.foundation.hashes import Hash
from repit.platform.gate.entries import KnownEntry
from repit.platform.gate.runtime import Gate
from repit.platform.integrations.s3 import scan_worker, scans, worker
from repit.platform.integrations.s3.models import Scan
from repit.platform.integrations.s3.store import Store
from repit_engine import Hashed, hash_picture


def jpeg(name: str) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.asarray(getattr(data, name)(), np.uint8)).convert("RGB").save(out, "JPEG", quality=90)
    return out.getvalue()


CAT, COFFEE = jpeg("chelsea"), jpeg("coffee")


def known(item: str, content: bytes, state: str = "active") -> KnownEntry:
    outcome = hash_picture(content, full=True)
    assert isinstance(outcome, Hashed)
    hashes = (Hash("pdq", "whole", outcome.hash.raw, outcome.quality),)
    return KnownEntry(item, state, "picture", "intimate", "a-hotline", 1, hashes)


def work_off(gate: Gate, store: Store) -> None:
    while worker.once(gate, store):
        pass


def scan(gate: Gate, store: Store, bucket: str, **how: Any) -> Scan:
    row, _ = scans.begin(bucket, "", **{"versions": False, "dry_run": False, "per_second": 0, **how})
    while scan_worker.once(gate, store, threading.Event()):
        pass
    row.refresh_from_db()
    return row
