"""What may be dialled is what an administrator listed, and some addresses never are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.channels.dialling import LOOPBACK, NEVER, DialPolicy, InvalidAllowList, allow_list


@pytest.mark.parametrize(
    ("entry", "address", "port", "named", "may"),
    [
        pytest.param("10.1.0.0/16:443", "10.1.2.3", 443, False, True, id="a listed network"),
        pytest.param("10.1.0.0/16:443", "10.2.2.3", 443, False, False, id="another network"),
        pytest.param("10.1.0.0/16:443", "10.1.2.3", 80, False, False, id="another port"),
        pytest.param("10.1.0.0/16:*", "10.1.2.3", 80, False, True, id="any port"),
        pytest.param("10.1.2.3:443", "10.1.2.3", 443, False, True, id="one address"),
        pytest.param("[fd00:1::/32]:8443", "fd00:1::7", 8443, False, True, id="a network of IPv6"),
        pytest.param("10.1.0.0/16:443", "::ffff:10.1.2.3", 443, False, True, id="IPv4 written as IPv6"),
        pytest.param("hooks.example.cn:443", "10.9.9.9", 443, True, True, id="where a listed name leads"),
        pytest.param("hooks.example.cn:443", "10.9.9.9", 443, False, False, id="where another name leads"),
        pytest.param("hooks.example.cn:443", "127.0.0.1", 443, True, False, id="a listed name that leads to loopback"),
        pytest.param("hooks.example.cn:443", "169.254.169.254", 443, True, False, id="or to the metadata service"),
        pytest.param("fe80::/10:443", "fe80::1%eth0", 443, False, False, id="link-local with its interface"),
    ],
)
def test_what_may_be_dialled(entry: str, address: str, port: int, named: bool, may: bool) -> None:
    """One entry, one address: the table of the list."""
    policy = DialPolicy(allowed=allow_list(entry.replace("fe80::/10", "[fe80::/10]")))

    fault = policy.fault_of(address, port, named=named)

    assert (fault is None) == may


@given(address=st.ip_addresses(), port=st.integers(1, 65535), named=st.booleans())
def test_nothing_forbidden_is_ever_dialled(address: object, port: int, named: bool) -> None:
    """Even a list that allows the whole world does not open loopback, link-local and metadata addresses."""
    policy = DialPolicy(allowed=allow_list("0.0.0.0/0:*, [::/0]:*"))

    fault = policy.fault_of(str(address), port, named=named)

    forbidden = any(address in network for network in (*NEVER, *LOOPBACK))
    assert fault is not None or not forbidden


def test_our_own_servers_are_not_receivers() -> None:
    """The database's address and port are refused on a network that is listed."""
    policy = DialPolicy(allowed=allow_list("10.0.0.0/8:*"), own=frozenset({("10.0.0.5", 5432)}))

    assert policy.fault_of("10.0.0.5", 5432, named=False) is not None
    assert policy.fault_of("10.0.0.5", 443, named=False) is None


@pytest.mark.parametrize(
    "word",
    [
        "hooks.example.cn",
        "10.0.0.0/33:443",
        "10.0.0.1/8:443",
        "[::/129]:443",
        "300.1.1.1:80",
        "2130706433:80",
        "a:b:443",
        ":80",
    ],
)
def test_an_entry_that_cannot_be_meant_is_refused(word: str) -> None:
    """The message shows the entry."""
    with pytest.raises(InvalidAllowList, match=r"write|does not|not permitted|host bits"):
        allow_list(word)


def test_names_are_compared_without_case() -> None:
    """A name is on the list however it is written."""
    policy = DialPolicy(allowed=allow_list("Hooks.Example.cn:443"))

    assert policy.names("hooks.EXAMPLE.cn", 443)
    assert not policy.names("hooks.example.cn", 80)
