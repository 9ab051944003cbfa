"""Sign people in and out, turn their tokens, change their passwords: each act one transaction."""

from datetime import timedelta
from typing import Final, NamedTuple

from contracts.roles import EVERYWHERE
from runtime import log
from runtime.access import audit, federation, store
from runtime.access.passwords import Passwords, faults
from runtime.access.principal import Principal, Via
from runtime.access.provider import Asked, Claimed
from runtime.access.refusals import Refusal, Refusals
from runtime.access.sessions import LIVES, SEEN_EVERY, Session, digest_of, judged, new_token
from runtime.database import Database, Work
from runtime.errors import Rejected

_logger = log.get(__name__)

NOT_SIGNED_IN: Final = "sign-in refused"
UNKNOWN_NAME: Final = "unknown name"
SHUT: Final = "账号已停用 (shut)"
WRONG: Final = "账号或密码不对，或账号暂时锁定 (wrong name or password, or locked for a while)"


class Admitted(NamedTuple):
    """Who came in; `new_token` replaces the cookie's where it was due."""

    principal: Principal
    new_token: str | None = None


class Opened(NamedTuple):
    """A session that was just opened."""

    token: str
    principal: Principal


class Cookie:
    """The cookie that carries a session: one for all services of a host, since ports do not divide cookies."""

    def __init__(self, *, secure: bool, name: str = "bihuan", lives: timedelta = LIVES) -> None:
        self.name = f"__Host-{name}" if secure else name
        self._secure = secure
        self._lives = lives

    def of_sign_in(self) -> "Cookie":
        """The cookie that binds a sign-in at a provider to the browser that began it."""
        return Cookie(secure=self._secure, name="bihuan-sign-in", lives=federation.LASTS)

    def written(self, token: str) -> str:
        """The value of Set-Cookie."""
        return self._header(token, int(self._lives.total_seconds()))

    def cleared(self) -> str:
        """The value of Set-Cookie that takes it away."""
        return self._header("", 0)

    def _header(self, value: str, seconds: int) -> str:
        words = [f"{self.name}={value}", "Path=/", f"Max-Age={seconds}", "HttpOnly", "SameSite=Lax"]
        return "; ".join([*words, "Secure"] if self._secure else words)


class Desk:
    """Where people come in and go out."""

    def __init__(self, database: Database, refusals: Refusals, passwords: Passwords | None = None) -> None:
        self._database = database
        self._refusals = refusals
        self._passwords = passwords or Passwords()

    def sign_in(self, name: str, password: str, via: Via) -> Opened | None:
        """Open a session; None for a wrong name, a wrong password, a locked or a disabled account alike."""
        with self._database.begin() as work:
            before = store.account(work, name)
        fits = self._passwords.fits(password, before.kept if before else None)
        if before is None:
            self._refuse(UNKNOWN_NAME, "没有这个账号 (unknown name)", EVERYWHERE)
            return None
        fresh = self._passwords.kept(password) if fits and self._passwords.is_dated(before.kept) else None
        opened: Opened | None = None
        with self._database.begin() as work:
            account = store.account(work, name, lock=True)
            shut = _why_shut(account, before)
            tenant = _tenant_of(work, name)
            if shut is None and account is not None and not fits:
                store.failed(work, name, account.failures + 1)
                self._note(work, name, NOT_SIGNED_IN, f"密码不对，连续第 {account.failures + 1} 次 (wrong password)")
                _logger.warning("sign-in refused", person=name, why="wrong password", failures=account.failures + 1)
                return None
            if shut is None and account is not None:
                opened = self._opened(work, account, fresh, via)
        if shut is not None:
            self._refuse(name, shut, tenant)
        return opened

    def _opened(self, work: Work, account: store.Account, fresh: str | None, via: Via) -> Opened | None:
        """A session for whom the password fits; `fresh` is its hash anew, where the one kept is dated."""
        name = account.name
        store.succeeded(work, name)
        if fresh is not None:
            store.set_password(work, name, fresh, must_change=account.must_change)
        token = new_token()
        store.open_session(work, name, digest_of(token), via)
        found = store.find_session(work, digest_of(token))
        self._note(work, name, "signed in", via)
        work.once_committed.append(lambda: _logger.info("signed in", person=name, via=via))
        return Opened(token, found[0].principal) if found else None

    def begin_federated(self, asked: Asked, held: str, wanted: str) -> None:
        """Keep a sign-in at a provider until the browser that holds this comes back."""
        with self._database.begin() as work:
            federation.keep(work, asked, held, wanted)

    def resume_federated(self, state: str, held: str) -> tuple[str, str, str] | None:
        """(nonce, verifier, where to go on) of a sign-in that this browser began; each once."""
        with self._database.begin() as work:
            return federation.take(work, state, held)

    def sign_in_federated(self, claimed: Claimed) -> Opened | None:
        """Open a session for whom a provider names; None for one without a role, or whose account is shut.

        Raises federation.NameTaken.
        """
        token = new_token()
        found = None
        with self._database.begin() as work:
            name = federation.account_of(work, claimed)
            if name is not None:
                federation.hold(work, name, claimed)
                store.open_session(work, name, digest_of(token), "cookie")
                found = store.find_session(work, digest_of(token))
                if found is not None and found[0].principal.grants:
                    self._note(work, name, "signed in", "by the provider")
                else:
                    store.end_sessions(work, name, "no role")
        if name is None or found is None or not found[0].principal.grants:
            self._refuse(name or claimed.name, "没有岗位 (no role)" if name else SHUT, EVERYWHERE)
            return None
        _logger.info("signed in", person=name, via="provider")
        return Opened(token, found[0].principal)

    def admit(self, token: str, *, by_cookie: bool) -> Admitted | None:
        """Who holds this token, None where it opens nothing. A token opens only by the way it was given out for."""
        digest = digest_of(token)
        row = self._database.row(store.SESSION, {"digest": digest})
        if row is None:
            return None
        session, now = store.read_session(row)
        if (session.principal.via == "cookie") != by_cookie:
            return None
        verdict = judged(session, now)
        if verdict == "stolen":
            self._end_stolen(session)
        if verdict in {"stolen", "over"}:
            return None
        if verdict == "turn":
            return Admitted(session.principal, self._turned(session, digest))
        if now >= session.seen_at + SEEN_EVERY:
            with self._database.begin() as work:
                store.seen(work, session.id)
        return Admitted(session.principal)

    def _end_stolen(self, session: Session) -> None:
        with self._database.begin() as work:
            store.end_session(work, session.id, "a replaced token came back")
            self._note(work, session.principal.name, "session ended", "a replaced token came back")
        _logger.warning("session ended: a replaced token came back", person=session.principal.name)

    def _turned(self, session: Session, digest: bytes) -> str | None:
        """The token that replaces this one; None where another request has replaced it meanwhile."""
        new = new_token()
        with self._database.begin() as work:
            return new if store.turn(work, session.id, digest, digest_of(new)) else None

    def sign_out(self, principal: Principal) -> None:
        """End this session."""
        with self._database.begin() as work:
            store.end_session(work, principal.session, "signed out")
        _logger.info("signed out", person=principal.name)

    def change_password(self, principal: Principal, old: str, new: str) -> bool:
        """Replace the password and end every other session; False where the old one is wrong.

        Raises Rejected with the sentences of what is wrong with the new one.
        """
        with self._database.begin() as work:
            before = store.account(work, principal.name)
        if before is None or before.locked:
            return False
        if not self._passwords.fits(old, before.kept):
            with self._database.begin() as work:
                store.failed(work, principal.name, before.failures + 1)
                work.remarks.append(f"wrong password, {before.failures + 1} in a row")
            return False
        if wrong := faults(new, name=principal.name, before=old):
            raise Rejected("password", wrong)
        kept = self._passwords.kept(new)
        with self._database.begin() as work:
            store.set_password(work, principal.name, kept, must_change=False)
            store.end_sessions(work, principal.name, "password changed", but=principal.session)
        _logger.info("password changed", person=principal.name)
        return True

    def _note(self, work: Work, name: str, act: str, detail: str) -> None:
        """An entry in the chain of the area that the person works for."""
        audit.note(work, actor=name, act=act, about=name, tenant=_tenant_of(work, name), detail=detail)

    def _refuse(self, name: str, why: str, tenant: str) -> None:
        """What somebody typed who has no account is never told: it may be a password."""
        _logger.warning("sign-in refused", person=name, why=why)
        self._refusals.note(Refusal(name, "" if name == UNKNOWN_NAME else name, why, tenant, act=NOT_SIGNED_IN))


def _why_shut(account: store.Account | None, before: store.Account) -> str | None:
    """Why no password opens an account; None where the right one does."""
    if account is None or account.disabled:
        return SHUT
    if account.locked:
        return "多次输错，账号锁定中 (locked)"
    return None if account.kept == before.kept else "密码刚被更改 (changed meanwhile)"


def _tenant_of(work: Work, name: str) -> str:
    return audit.tenant_of(sorted({grant.tenant for grant in store.grants_of(work, name)}))
