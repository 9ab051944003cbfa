"""People sign in at a real OpenID Connect provider; what is forged, old, another's or without its verifier opens nothing."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

import httpx2
import psycopg
import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey
from pydantic import SecretStr

from contracts.permissions import EACH, WITH_PAGES, only
from contracts.roles import Role
from runtime.access import Gate, Who, store
from runtime.access.provider import NotBelieved, Provider, read_groups
from runtime.clock import SystemClock
from runtime.database import Database
from runtime.metrics import RUNTIME_METRICS, Metrics
from runtime.pages import Frame
from runtime.settings import ProcessSettings
from runtime.web import create_app
from tests.people import as_role

pytestmark = [pytest.mark.tools, pytest.mark.timeout(300)]

TOOL = Path(__file__).parent / "oidc"
HOST = "https://testserver"
CALLBACK = f"{HOST}/login/oidc/callback"
SECRET = "of-the-test-alone-0123456789"
GROUPS = """
groups:
  safety-wenling: [{role: county, tenant: "331081"}]
  audit-wenzhou: [{role: auditor, tenant: "330300", sectors: [工贸]}]
"""
AGAIN = "登录没有完成"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The provider, until the tests of this file are done."""
    subprocess.run(["npm", "ci", "--prefix", TOOL], check=True, capture_output=True, timeout=200)  # noqa: S607 (from PATH)
    command = ["node", TOOL / "provider.mjs", CALLBACK]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as started:
        assert started.stdout is not None
        try:
            yield next(line.strip() for line in started.stdout if line.startswith("http://"))
        finally:
            started.terminate()


@pytest.fixture
def settings(issuer: str, tmp_path: Path) -> ProcessSettings:
    groups = tmp_path / "groups.yaml"
    groups.write_text(GROUPS, encoding="utf-8")
    return ProcessSettings(
        database_url=SecretStr("postgresql://unused"),
        oidc_issuer=issuer,
        oidc_client_secret=SecretStr(SECRET),
        oidc_groups_file=groups,
        reporting_address=HOST,
    )


@pytest.fixture
def provider(settings: ProcessSettings) -> Provider:
    return Provider(settings, redirect=CALLBACK, groups=read_groups(settings.oidc_groups_file))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Accounts as an API process reaches them, and one local account that bears a name of the provider's too."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("TRUNCATE access.person, access.federated_sign_in CASCADE")
    owner = Database(database_url, schema=store.SCHEMA, application_name="test")
    with owner.begin() as work:
        store.add_person(work, "admin", "管理员", "!", by="test", must_change=False)
    owner.close()
    opened = Database(as_role(database_url, "reporting", "api"), schema=store.SCHEMA, application_name="test")
    yield opened
    opened.close()


@pytest.fixture
def client(database: Database, provider: Provider) -> Iterator[TestClient]:
    """A service with one page for offices, and the provider."""
    frame = Frame(package="runtime.pages", service="toys", pages=(), addresses={"reporting": ""}, clock=SystemClock())
    pages = frame.router()

    @pages.get("/")
    def page(who: Who) -> list[str]:
        return [who.name, who.display, *who.tenants]

    table = {**EACH, **WITH_PAGES, "GET /": only({Role.COUNTY})}
    gate = Gate(database, "toys", frame=frame, provider=provider, permissions=table)
    app = create_app(title="toys", metrics=Metrics(RUNTIME_METRICS), routers=[pages], gate=gate)
    with TestClient(app, base_url=HOST, follow_redirects=False) as opened:
        yield opened


def authorized(address: str, account: str) -> str:
    """What the provider sends the browser back with, once `account` has signed in there and agreed."""
    with httpx2.Client(follow_redirects=False, timeout=30) as browser:
        at = browser.get(address)
        for _ in range(12):
            if at.status_code in {302, 303}:
                to = str(httpx2.URL(str(at.request.url)).join(at.headers["location"]))
                if to.startswith(CALLBACK):
                    return to
                at = browser.get(to)
                continue
            action = re.search(r'action="([^"]+)"', at.text)
            assert action, at.text[:500]
            prompt = re.search(r'name="prompt" value="(\w+)"', at.text)
            assert prompt, at.text[:500]
            data = {"prompt": prompt[1]} | ({"login": account, "password": "any"} if prompt[1] == "login" else {})
            at = browser.post(str(httpx2.URL(str(at.request.url)).join(action[1])), data=data)
    raise AssertionError("the provider leads nowhere")


def leave(client: TestClient, wanted: str = "/") -> str:
    """Where the service sends the browser."""
    answer = client.get("/login/oidc", params={"next": wanted})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def come_back(
    client: TestClient, account: str = "county.clerk", change: Callable[[dict[str, str]], Any] | None = None
) -> Any:
    """Sign in at the provider and bring back its answer, changed as a forger would."""
    parts = urlsplit(authorized(leave(client), account))
    answer = dict(parse_qsl(parts.query))
    if change:
        change(answer)
    return client.get("/login/oidc/callback", params=answer)


def test_somebody_of_the_provider_is_let_in(client: TestClient) -> None:
    """The page to sign in offers it; the groups say the role; where one wanted to go one is led."""
    assert 'href="/login/oidc?next=/"' in client.get("/login").text
    back = authorized(leave(client, "/?tab=late"), "county.clerk")
    answer = client.get("/login/oidc/callback", params=dict(parse_qsl(urlsplit(back).query)))

    assert (answer.status_code, answer.headers["location"]) == (303, "/?tab=late")
    assert client.get("/").json() == ["county.clerk", "示范 county.clerk", "331081"]
    assert client.post("/logout", headers={"sec-fetch-site": "same-origin"}).status_code == 303
    assert client.get("/").status_code == 303


def test_what_is_sent_holds_a_challenge_and_no_verifier(client: TestClient) -> None:
    """PKCE with S256; state and nonce are new each time."""
    first, second = (parse_qs(urlsplit(leave(client)).query) for _ in range(2))

    assert first["code_challenge_method"] == ["S256"]
    assert all(first[name] != second[name] for name in ("state", "nonce", "code_challenge"))
    assert not {"code_verifier", "client_secret"} & first.keys()


def test_the_provider_refuses_a_wrong_and_a_missing_verifier(provider: Provider) -> None:
    """The server's own answers: with it our sign-in is what PKCE promises."""
    for verifier, sentence in (("w" * 64, "invalid_grant"), ("", "invalid_grant|invalid_request")):
        asked = provider.ask()
        answer = dict(parse_qsl(urlsplit(authorized(asked.address, "county.clerk")).query))
        with pytest.raises(NotBelieved, match=sentence):
            provider.believe(answer, nonce=asked.nonce, verifier=verifier)


def test_the_provider_refuses_who_asks_without_a_challenge(provider: Provider) -> None:
    """Nobody comes round PKCE by leaving it out."""
    parts = urlsplit(provider.ask().address)
    bare = {name: value for name, value in parse_qsl(parts.query) if not name.startswith("code_challenge")}
    answer = dict(
        parse_qsl(urlsplit(authorized(urlunsplit(parts._replace(query=urlencode(bare))), "county.clerk")).query)
    )

    assert answer["error"] == "invalid_request"
    with pytest.raises(NotBelieved, match="invalid_request"):
        provider.believe(answer, nonce="", verifier="")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda answer: answer.update(state="forged"), id="a state that nobody gave out"),
        pytest.param(lambda answer: answer.pop("state"), id="no state"),
        pytest.param(lambda answer: answer.update(iss="https://evil.example"), id="the answer of another provider"),
        pytest.param(lambda answer: answer.pop("iss"), id="an answer that hides its provider"),
        pytest.param(lambda answer: answer.update(code="forged"), id="a code that nobody gave out"),
        pytest.param(lambda answer: answer.pop("code"), id="no code"),
        pytest.param(lambda answer: answer.update(error="access_denied"), id="refused there"),
    ],
)
def test_a_forged_answer_opens_nothing(client: TestClient, change: Callable[[dict[str, str]], Any]) -> None:
    """One sentence for all of it; the log says which."""
    answer = come_back(client, change=change)

    assert answer.status_code == 400
    assert AGAIN in answer.text
    assert client.get("/").status_code == 303


def test_an_answer_is_good_once_and_in_its_own_browser(client: TestClient) -> None:
    """Somebody else's answer, pushed into a browser, signs nobody in (login CSRF)."""
    answer = dict(parse_qsl(urlsplit(authorized(leave(client), "county.clerk")).query))
    held = client.cookies.get("__Host-bihuan-sign-in")
    client.cookies.clear()
    elsewhere = client.get("/login/oidc/callback", params=answer)
    client.cookies.set("__Host-bihuan-sign-in", held or "", domain="testserver.local", path="/")
    first = client.get("/login/oidc/callback", params=answer, headers={"cookie": f"__Host-bihuan-sign-in={held}"})
    again = client.get("/login/oidc/callback", params=answer, headers={"cookie": f"__Host-bihuan-sign-in={held}"})

    assert (elsewhere.status_code, first.status_code, again.status_code) == (400, 303, 400)


def test_a_name_of_the_provider_takes_no_local_account(client: TestClient) -> None:
    """Whoever may choose their name there could else become our administrator."""
    answer = come_back(client, "admin")

    assert answer.status_code == 403
    assert "占用" in answer.text


def test_without_a_role_nobody_is_let_in(client: TestClient, database_url: str) -> None:
    """No account stays behind, either."""
    assert come_back(client, "no.role").status_code == 403
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("SELECT count(*) FROM access.session WHERE ended_at IS NULL").fetchone()
    assert rows == (0,)


def test_a_group_that_is_left_takes_its_role_along(client: TestClient, provider: Provider, database_url: str) -> None:
    """At the next sign-in; what was granted here by hand stays."""
    assert come_back(client, "two.hats").status_code == 303
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO access.role_grant VALUES ('two.hats', 'team', '331082', '{}', now(), 'by hand')"
        )
    provider._groups = {"audit-wenzhou": provider._groups["audit-wenzhou"]}
    client.cookies.clear()
    assert come_back(client, "two.hats").status_code == 303
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("SELECT role, tenant, sectors FROM access.role_grant ORDER BY role").fetchall()

    assert rows == [("auditor", "330300", ["工贸"]), ("team", "331082", [])]


def test_an_api_process_grants_only_what_the_provider_said(client: TestClient, database_url: str) -> None:
    """Row security bounds it: SQL that somebody smuggled in makes nobody an administrator."""
    with (
        psycopg.connect(as_role(database_url, "reporting", "api")) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"),
    ):
        connection.execute("INSERT INTO access.role_grant VALUES ('admin', 'province', '*', '{}', now(), 'nobody')")


KEY = ECKey.generate_key("P-256", {"kid": "test", "use": "sig", "alg": "ES256"})


def signed(provider: Provider, *, key: Any = KEY, alg: str = "ES256", **changes: Any) -> str:
    """An ID token as the provider would make it, but for the changes: times in seconds from now; None leaves one out."""
    now = int(SystemClock().now().timestamp())
    claims = {
        "iss": provider.issuer,
        "aud": "bihuan",
        "sub": "s",
        "nonce": "n",
        "iat": 0,
        "exp": 300,
        **changes,
    }
    said = {name: now + value if name in TIMES else value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": alg, "kid": "test"}, said, key, algorithms=[alg])


def unsigned(provider: Provider) -> str:
    """A token that says it needs no signature."""
    import base64

    head, body = ({"alg": "none"}, json.loads(base64.urlsafe_b64decode(signed(provider).split(".")[1] + "==")))
    words = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (head, body)]
    return ".".join([*words, ""])


TIMES = ("iat", "exp", "nbf")
HOUR = int(timedelta(hours=1).total_seconds())


@pytest.mark.parametrize(
    ("changes", "believed"),
    [
        pytest.param({}, True, id="as it should be"),
        pytest.param({"exp": -20}, True, id="clocks differ a little"),
        pytest.param({"exp": -HOUR}, False, id="ended"),
        pytest.param({"exp": None}, False, id="without an end"),
        pytest.param({"iat": HOUR}, False, id="made in the future"),
        pytest.param({"nbf": HOUR}, False, id="not yet"),
        pytest.param({"aud": "other"}, False, id="for another client"),
        pytest.param({"aud": ["bihuan", "other"]}, False, id="for several, and nobody says for whom"),
        pytest.param({"aud": ["bihuan", "other"], "azp": "bihuan"}, True, id="for several, and made for us"),
        pytest.param({"azp": "other"}, False, id="made for another"),
        pytest.param({"iss": "https://evil.example"}, False, id="another issuer"),
        pytest.param({"nonce": "m"}, False, id="of another sign-in"),
        pytest.param({"nonce": None}, False, id="of no sign-in"),
        pytest.param({"sub": None}, False, id="about nobody"),
        pytest.param({"key": ECKey.generate_key("P-256")}, False, id="signed by another"),
        pytest.param({"key": OctKey.import_key(SECRET * 2), "alg": "HS256"}, False, id="signed with what we know too"),
    ],
)
def test_which_tokens_are_believed(provider: Provider, changes: dict[str, Any], believed: bool) -> None:
    """Tokens as only the provider itself could make them: its key is ours for this test."""
    provider._known()
    provider._keys = KeySet.import_key_set({"keys": [KEY.as_dict(private=False)]})
    provider._metadata["id_token_signing_alg_values_supported"] = ["ES256", "HS256", "none"]
    token = signed(provider, **changes)
    if believed:
        assert provider.claims(token, "n")["sub"] == "s"
        return
    with pytest.raises(NotBelieved):
        provider.claims(token, "n")


def test_a_token_without_a_signature_is_not_believed(provider: Provider) -> None:
    """Whatever its header says, and whatever the provider says that it offers."""
    provider._known()
    provider._metadata["id_token_signing_alg_values_supported"] = ["none"]
    with pytest.raises(NotBelieved):
        provider.claims(unsigned(provider), "n")
