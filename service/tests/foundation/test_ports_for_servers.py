"""Ports that tests, the demonstration and drills give to servers before those listen."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from repit.demo import ports

ASKING = """
from repit.demo.ports import free_port
print(*(free_port() for _ in range(300)), flush=True)
input()
"""
KERNELS = Path("/proc/sys/net/ipv4/ip_local_port_range")


def test_processes_that_ask_at_once_are_never_given_one_port() -> None:
    asking = [
        subprocess.Popen([sys.executable, "-c", ASKING], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    given = []
    for process in asking:
        assert process.stdout is not None
        given.append({int(one) for one in process.stdout.readline().split()})
    for process in asking:
        process.communicate(b"\n", timeout=60)
    assert all(len(one) > 200 for one in given)
    assert len(set.union(*given)) == sum(map(len, given))


def test_a_port_on_which_somebody_listens_is_passed_over() -> None:
    taken = ports.free_port()
    with socket.create_server(("127.0.0.1", taken)):
        assert taken not in {ports.free_port() for _ in range(600)}
    assert taken in {ports.free_port() for _ in range(600)}


def test_the_kernel_never_chooses_them_for_somebody_else() -> None:
    if not KERNELS.exists():
        pytest.skip("this system does not say which ports it chooses from")
    lowest, highest = map(int, KERNELS.read_text().split())
    assert all(not lowest <= ports.free_port() <= highest for _ in range(300))
