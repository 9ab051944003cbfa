"""Unit tests reach no network: a socket other than a local pair is a failure.

Property tests measure nothing: on a busy machine a case may take as long as it takes.
"""

import pytest
from hypothesis import settings
from pytest_socket import disable_socket, enable_socket

settings.register_profile("busy machine", deadline=None)
settings.load_profile("busy machine")


@pytest.fixture(autouse=True)
def _no_sockets() -> object:
    """Forbid sockets; event loops make unix pairs, which stay allowed."""
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()
