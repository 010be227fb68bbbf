"""Ports that tests, the demonstration and drills give to servers before those listen."""

import socket
import subprocess
import sys
from contextlib import ExitStack

from repit.demo import ports

ASKING = """
from repit.demo.ports import free_port
print(*(free_port() for _ in range(300)), flush=True)
input()
"""


def test_processes_that_ask_at_once_are_never_given_one_port() -> None:
    asking = [
        subprocess.Popen([sys.executable, "-c", ASKING], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    given = []
    for process in asking:
        assert process.stdout is not None
        given.append({int(port) for port in process.stdout.readline().split()})
    for process in asking:
        process.communicate(b"\n", timeout=60)
    assert all(len(drawn) > 200 for drawn in given)
    assert len(set.union(*given)) == sum(map(len, given))


def test_a_port_on_which_somebody_listens_is_passed_over() -> None:
    taken = ports.free_port()
    with socket.create_server(("127.0.0.1", taken)):
        assert taken not in {ports.free_port() for _ in range(600)}
    assert taken in {ports.free_port() for _ in range(600)}


def test_a_port_whose_last_connection_has_just_ended_is_given_again() -> None:
    """The side that closes first keeps the pair of addresses for a minute; short tests once used up all."""
    used = ports.free_port()
    with socket.create_server(("127.0.0.1", used)) as server, socket.create_connection(("127.0.0.1", used)):
        server.accept()[0].close()
    assert used in {ports.free_port() for _ in range(600)}


def test_the_kernel_never_chooses_them_for_somebody_else() -> None:
    ours = {ports.free_port() for _ in range(300)}
    with ExitStack() as held:
        chosen = set()
        for _ in range(300):
            taken = held.enter_context(socket.socket())
            taken.bind(("127.0.0.1", 0))
            chosen.add(taken.getsockname()[1])
    assert len(chosen) == 300
    assert min(chosen) > max(ours)
