"""Unit tests reach no network: a socket other than a local pair is a failure."""

import pytest
from pytest_socket import disable_socket, enable_socket


@pytest.fixture(autouse=True)
def _no_sockets() -> object:
    """Forbid sockets; event loops make unix pairs, which stay allowed."""
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()
