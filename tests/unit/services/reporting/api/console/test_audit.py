"""What an entry of the audit says beside reads as Chinese, with long numbers cut short."""

import pytest

from services.reporting.api.console.audit import detail_text


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        pytest.param("", "", id="nothing"),
        pytest.param("cookie", "网页登录", id="how somebody came in"),
        pytest.param("by the provider", "统一身份认证", id="who let somebody in"),
        pytest.param(f"county; {'0a' * 16}", "县级安委办；追踪号 0a0a0a0a", id="a role and a trace"),
        pytest.param("ab" * 32, "摘要 abababababab", id="a digest is no two traces"),
        pytest.param("--role county", "--role county", id="words of a command stay"),
    ],
)
def test_details_are_read_by_people(detail: str, said: str) -> None:
    """The entry itself keeps what it was written with."""
    assert said == detail_text(detail)
