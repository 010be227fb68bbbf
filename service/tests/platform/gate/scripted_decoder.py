"""A decoder that does what the "picture" tells it to: for tests of the pool alone.

Words that end in "later" misbehave only once the parent has asked for the second stage. Those that begin with
"dear" are not looked at in the quick lane.
"""

import os
import signal
import time
from typing import BinaryIO

from repit.platform.gate.decoder import zygote
from repit_engine.pipe import PipeClosed, receive, receive_json, send, send_json


def misbehave(word: bytes) -> None:
    if word.startswith(b"hang"):
        time.sleep(3600)
    elif word.startswith(b"segfault"):
        os.kill(os.getpid(), signal.SIGSEGV)
    elif word.startswith(b"leave"):
        os._exit(3)
    elif word.startswith(b"slow"):
        time.sleep(0.2)
    elif word.startswith(b"burn"):
        while True:
            pass


def stage(word: bytes) -> bytes:
    """No row at all, or rows that no honest decoder sends (67 bytes a row, kind at byte 64)."""
    if word.startswith(b"nonsense"):
        return b"123"
    if word.startswith(b"strange kind"):
        return bytes(64) + b"\xff\0\0"
    if word.startswith(b"far away"):
        return bytes(32) + b"\xff" * 32 + bytes(3)
    if word.startswith(b"too many"):
        return bytes(67 * 3000)
    return b""


def work(pipe_in: BinaryIO, pipe_out: BinaryIO) -> None:
    send(pipe_out, b"ready")
    try:
        while True:
            request = receive_json(pipe_in)
            last, word = request["last"], receive(pipe_in)[:20]
            if word.startswith(b"dear") and request["cost"] is not None:
                send_json(pipe_out, {"dear": True})
                send(pipe_out, b"")
                continue
            word = word.removeprefix(b"dear ")
            for number in range(last + 1):
                if word.endswith(b"later") == bool(number):
                    misbehave(word)
                head = {"end": number == last, "looks": 1, "unseen": None, "moves": False}
                if word.startswith(b"strange refusal"):
                    head = {"reason": "not-a-picture", "message": "", "next_step": "", "kind": "nothing"}
                send_json(pipe_out, head | {"note": "x" * 5000 * (word == b"long head")})
                send(pipe_out, stage(word))
                if receive_json(pipe_in)["want"] != "stage":
                    break
    except PipeClosed:
        return


if __name__ == "__main__":
    zygote.serve(work)
