"""Keep passwords as argon2 hashes, and say which ones are too easy; hashing is bounded, because it costs memory on purpose."""

import secrets
import threading
import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST: Final = 12
LONGEST: Final = 200
GENERATED_GROUPS: Final = 4
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # no letter that reads like another
_EASY: Final = ("password", "passw0rd", "12345678", "qwertyui", "bihuan", "anquan", "admin123", "88888888", "iloveyou")
AT_ONCE: Final = 2  # hashes; each takes 64 MiB


class Passwords:
    """Hashes and checks; one for each process."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._nobody = ""

    def kept(self, password: str) -> str:
        """What is kept of a password."""
        with self._turns:
            return self._hasher.hash(_normal(password))

    def fits(self, password: str, kept: str | None) -> bool:
        """Whether this is the password; takes as long where nobody has that name (`kept` is None)."""
        if kept is None:
            self._nobody = self._nobody or self.kept(secrets.token_hex())
        with self._turns:
            try:
                self._hasher.verify(kept or self._nobody, _normal(password))
            except (VerificationError, InvalidHashError):
                return False
        return kept is not None

    def is_dated(self, kept: str) -> bool:
        """Whether it was hashed with other parameters than today's, and should be hashed again."""
        return self._hasher.check_needs_rehash(kept)


def generated() -> str:
    """A fresh password that can be read out: four groups of five, about 99 bits."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(GENERATED_GROUPS))
    return "-".join(groups)


def faults(password: str, *, name: str, before: str = "") -> list[str]:
    """Why a new password is refused, in sentences; none means that it will do."""
    normal = _normal(password)
    found = []
    if not SHORTEST <= len(normal) <= LONGEST:
        found.append(f"密码长度应为 {SHORTEST} 到 {LONGEST} 个字符 (between {SHORTEST} and {LONGEST} characters)")
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in normal):
        found.append("密码不能含控制字符 (no control characters)")
    folded = normal.casefold()
    if name.casefold() in folded or len(set(folded)) < SHORTEST // 2 or any(word in folded for word in _EASY):
        found.append("密码太容易猜到：不要含账号名、常见词或重复字符 (too easy to guess)")
    if before and normal == _normal(before):
        found.append("新密码不能与原密码相同 (it is the old one)")
    return found


def _normal(password: str) -> str:
    """One form for what keyboards write in several."""
    return unicodedata.normalize("NFKC", password)
