"""Let the customer's identity provider say who somebody is: OpenID Connect, authorization code with PKCE (S256).

The provider is asked by a browser that carries nothing but a state; what belongs to it (nonce, verifier, where to go
on) waits in the database, is found by hashes, and is used once. What comes back is believed only where issuer,
audience, nonce, signature and times fit. `docs/howto/secure.md` says how to set it up.
"""

import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
import yaml
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from contracts.roles import EVERYWHERE, Role
from runtime import reaching
from runtime.access.principal import Grant
from runtime.errors import Unavailable
from runtime.settings import ProcessSettings

WITHIN: Final = 10.0  # seconds for one request to the provider
FRESH: Final = 600.0  # seconds for which its metadata and keys are believed without asking again
ASKED_AGAIN: Final = 30.0  # seconds between two looks for a key that is not known
ALGORITHMS: Final = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
)
"""Signatures that the provider alone can make. Never `none`, never one made with a secret that we know too."""

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class NotBelieved(Exception):
    """What came back from the provider does not fit; the message is for the log, never for the browser."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A sign-in under way: what was sent with the browser, and what it has to fit when it comes back."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """Whom the provider names; `grants` are worked out from the groups."""

    issuer: str
    subject: str
    name: str
    display: str
    grants: tuple[Grant, ...]


class Provider:
    """One identity provider, by its settings; safe to use from several threads."""

    def __init__(self, settings: ProcessSettings, *, redirect: str, groups: Mapping[str, tuple[Grant, ...]]) -> None:
        self.issuer = settings.oidc_issuer
        self.label = settings.oidc_label
        self._settings = settings
        self._redirect = redirect
        self._groups = groups
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._metadata: dict[str, Any] = {}
        self._keys = KeySet([])

    def ask(self) -> Asked:
        """Where to send a browser, with secrets of this sign-in alone; raises Unavailable."""
        metadata = self._known()
        nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
        with self._client() as client:
            address, state = client.create_authorization_url(
                metadata["authorization_endpoint"],
                state=secrets.token_urlsafe(32),
                nonce=nonce,
                code_verifier=verifier,
            )
        return Asked(address=address, state=state, nonce=nonce, verifier=verifier)

    def believe(self, answer: Mapping[str, str], *, nonce: str, verifier: str) -> Claimed:
        """Whom the provider names in its answer; raises NotBelieved or Unavailable."""
        metadata = self._known()
        self._of_this_issuer(answer, metadata)
        if "error" in answer or "code" not in answer:
            raise NotBelieved(f"the provider answered {answer.get('error', 'without a code')!r}")
        try:
            with self._client() as client:
                tokens = client.fetch_token(metadata["token_endpoint"], code=answer["code"], code_verifier=verifier)
        except OAuthError as error:
            raise NotBelieved(f"the provider refuses the code: {error.error}") from error
        except httpx2.HTTPError as error:
            raise Unavailable(f"the identity provider does not answer: {error!r}") from error
        return self._claimed(self.claims(str(tokens.get("id_token", "")), nonce))

    def claims(self, token: str, nonce: str) -> dict[str, Any]:
        """The claims of an ID token that is signed by the provider, for us, now, for this sign-in; raises NotBelieved."""
        registry = jwt.JWTClaimsRegistry(
            leeway=self._settings.oidc_leeway_seconds,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self._settings.oidc_client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            claims = self._decoded(token).claims
            registry.validate(claims)
        except (JoseError, ValueError) as error:
            raise NotBelieved(f"the ID token is not believed: {error}") from error
        party = claims.get("azp")
        if party != self._settings.oidc_client_id and (party is not None or _several(claims["aud"])):
            raise NotBelieved(f"the ID token was made for {party!r}")
        return dict(claims)

    def _decoded(self, token: str) -> jwt.Token:
        """A token whose signature fits one of the provider's keys; keys that are not known are asked for once more."""
        algorithms = [each for each in ALGORITHMS if each in self._offered()]
        registry = JWSRegistry(algorithms=algorithms)
        try:
            return jwt.decode(token, self._keys, algorithms=algorithms, registry=registry)
        except (JoseError, ValueError):
            if time.monotonic() - self._read_at < ASKED_AGAIN:
                raise
            self._read()
            return jwt.decode(token, self._keys, algorithms=algorithms, registry=registry)

    def _offered(self) -> list[str]:
        return list(self._metadata.get("id_token_signing_alg_values_supported", ["RS256"]))

    def _of_this_issuer(self, answer: Mapping[str, str], metadata: Mapping[str, Any]) -> None:
        """Refuse the answer of another provider: a browser may have been sent to one in between (RFC 9207)."""
        named = answer.get("iss")
        if named is None and metadata.get("authorization_response_iss_parameter_supported"):
            raise NotBelieved("the answer does not name its issuer, though the provider always does")
        if named is not None and named != self.issuer:
            raise NotBelieved(f"the answer is of another issuer, {named!r}")

    def _claimed(self, claims: Mapping[str, Any]) -> Claimed:
        groups = claims.get(self._settings.oidc_groups_claim) or []
        named = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
        grants = dict.fromkeys(grant for group in named for grant in self._groups.get(str(group), ()))
        name = str(claims.get(self._settings.oidc_name_claim) or claims["sub"]).lower()
        return Claimed(
            issuer=self.issuer,
            subject=str(claims["sub"]),
            name=name,
            display=str(claims.get("name") or name)[:64],
            grants=tuple(grants),
        )

    def _client(self) -> OAuth2Client:
        secret = self._settings.oidc_client_secret.get_secret_value()
        return OAuth2Client(
            client_id=self._settings.oidc_client_id,
            client_secret=secret or None,
            token_endpoint_auth_method="client_secret_basic" if secret else "none",
            scope=self._settings.oidc_scopes,
            redirect_uri=self._redirect,
            code_challenge_method="S256",
            verify=self._trust(),
            timeout=WITHIN,
            follow_redirects=False,
        )

    def _trust(self) -> Any:
        return reaching.trusting(self._settings.oidc_ca_file, "BIHUAN_OIDC_CA_FILE")

    def _known(self) -> dict[str, Any]:
        if time.monotonic() - self._read_at >= FRESH:
            self._read()
        return self._metadata

    def _read(self) -> None:
        """Read the provider's metadata and keys; raises Unavailable. Metadata that names another issuer is not taken."""
        with self._lock:
            place = self.issuer.rstrip("/") + "/.well-known/openid-configuration"
            try:
                with httpx2.Client(verify=self._trust(), timeout=WITHIN, follow_redirects=False) as client:
                    metadata = client.get(place).raise_for_status().json()
                    if metadata.get("issuer") != self.issuer:
                        raise Unavailable(f"{place} is of issuer {metadata.get('issuer')!r}: check BIHUAN_OIDC_ISSUER")
                    keys = client.get(metadata["jwks_uri"]).raise_for_status().json()
                self._keys = KeySet.import_key_set(keys)
            except (httpx2.HTTPError, OSError, ValueError, KeyError, JoseError) as error:
                raise Unavailable(f"the identity provider at {self.issuer} does not answer: {error!r}") from error
            self._metadata, self._read_at = metadata, time.monotonic()


def provider_of(settings: ProcessSettings, service: str) -> Provider | None:
    """The provider that the settings name, None where people have local accounts alone; raises InvalidProvider."""
    if not settings.oidc_issuer:
        return None
    parts = urlsplit(settings.oidc_issuer)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise InvalidProvider(f"BIHUAN_OIDC_ISSUER {settings.oidc_issuer}: a provider is reached by https alone")
    groups = read_groups(settings.oidc_groups_file)
    return Provider(settings, redirect=settings.addresses[service] + "/login/oidc/callback", groups=groups)


class InvalidProvider(Exception):
    """The provider's settings, or the file that maps groups to roles, cannot be used; the message says why."""


def read_groups(file: Path | None) -> dict[str, tuple[Grant, ...]]:
    """Which roles a group of the provider's holds: `groups: {NAME: [{role, tenant, sectors?}]}`."""
    if file is None:
        return {}
    try:
        listed = yaml.safe_load(file.read_text(encoding="utf-8"))["groups"]
        return {str(name): tuple(_grant(row) for row in rows) for name, rows in listed.items()}
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidProvider(f"BIHUAN_OIDC_GROUPS_FILE {file}: {error!r}") from error


def _grant(row: Mapping[str, Any]) -> Grant:
    role, tenant = Role(row["role"]), str(row["tenant"])
    if tenant != EVERYWHERE and not tenant.isdigit():
        raise ValueError(f"tenant {tenant!r} is no division code")
    return Grant(role=role, tenant=tenant, sectors=tuple(map(str, row.get("sectors", ()))))


def _several(audience: object) -> bool:
    return isinstance(audience, list) and len(audience) > 1
