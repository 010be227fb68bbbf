"""A child that prints beside what it answers."""

import os
import sys
from typing import BinaryIO

from repit_engine.child.serving import Request, serve_standard
from repit_engine.pipe import send_json


def answer(_: Request, __: BinaryIO, pipe_out: BinaryIO) -> None:
    sys.stdout.write("a library's own word\n")
    sys.stdout.flush()
    os.write(1, b"and another's\n")
    send_json(pipe_out, {"reason": "said", "message": "by the program", "next_step": ""})


if __name__ == "__main__":
    serve_standard(answer)
