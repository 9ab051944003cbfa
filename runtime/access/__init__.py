"""Know who asks: people with accounts, sessions, and what each may see; every door asks here first."""

from runtime.access.gate import Gate, Who
from runtime.access.principal import Grant, Principal
from runtime.access.provider import provider_of

__all__ = ["Gate", "Grant", "Principal", "Who", "provider_of"]
