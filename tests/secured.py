"""A broker and a database as a customer keeps them: TLS by their own authority, a password for everybody, rights by name."""

import secrets
import socket
import ssl
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from deploy import acls
from deploy.local import ports
from deploy.local.ports import LOOPBACK
from deploy.local.testing import Server, start_kafka, start_postgres

DEBIAN_POSTGRES = Path("/usr/lib/postgresql/15/bin")
MECHANISM = "SCRAM-SHA-512"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
KEEPER = "keeper"  # who keeps the cluster: may do everything, and is nobody of ours

BROKER_SETTINGS = {
    "listeners": "SASL_SSL://{host}:{port},EXPIRED://{host}:{expired},CONTROLLER://{host}:{controller_port}",
    "advertised.listeners": "SASL_SSL://{host}:{port},EXPIRED://{host}:{expired}",
    "listener.security.protocol.map": "SASL_SSL:SASL_SSL,EXPIRED:SSL,CONTROLLER:SSL",
    "listener.name.expired.ssl.keystore.location": "expired.pem",
    "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": "{login}",
    "security.inter.broker.protocol": "SASL_SSL",
    "sasl.enabled.mechanisms": MECHANISM,
    "sasl.mechanism.inter.broker.protocol": MECHANISM,
    "ssl.keystore.type": "PEM",
    "ssl.keystore.location": "server.pem",
    "ssl.truststore.type": "PEM",
    "ssl.truststore.location": "authority.pem",
    "listener.name.controller.ssl.client.auth": "required",
    "ssl.principal.mapping.rules": "RULE:^CN=([^,]+).*$/$1/,DEFAULT",
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users": f"User:{KEEPER};User:broker-1",
}


class Authority:
    """A certificate authority of its own."""

    def __init__(self) -> None:
        self._root = trustme.CA()

    def write(self, folder: Path) -> Path:
        """The file that clients trust."""
        file = folder / "authority.pem"
        self._root.cert_pem.write_to_path(str(file))
        return file

    def issue(self, file: Path, *, until: datetime | None = None) -> None:
        """A server's key and certificate in one file, valid for this machine."""
        issued = self._root.issue_cert(LOOPBACK, "localhost", common_name="broker-1", not_after=until)
        key = load_pem_private_key(issued.private_key_pem.bytes(), None)
        file.touch(mode=0o600)
        file.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            + b"".join(each.bytes() for each in issued.cert_chain_pems)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """A secured broker, with the passwords of whoever may come."""

    server: Server
    authority: Path
    passwords: Mapping[str, str]
    expired: str

    def told(self, user: str) -> dict[str, str]:
        """The settings by which somebody reaches it."""
        return {
            "BIHUAN_KAFKA_BROKERS": self.server.url,
            "BIHUAN_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "BIHUAN_KAFKA_SASL_MECHANISM": MECHANISM,
            "BIHUAN_KAFKA_SASL_USERNAME": user,
            "BIHUAN_KAFKA_SASL_PASSWORD": self.passwords[user],
            "BIHUAN_KAFKA_CA_FILE": str(self.authority),
        }


def start_broker(folder: Path, authority: Authority, *, others: Iterable[str] = ()) -> Broker:
    """Start a broker that lets in our services, the operator, the keeper and `others`, each by a password.

    A second door shows a certificate that has expired.
    """
    folder.mkdir(parents=True)
    users = [KEEPER, acls.OPERATOR, *map(acls.principal_of, acls.SERVICES), *others]
    passwords = {user: secrets.token_hex(16) for user in users}
    trusted = authority.write(folder)
    authority.issue(folder / "server.pem")
    authority.issue(folder / "expired.pem", until=LONG_AGO)
    expired = ports.free_port()
    login = f'org.apache.kafka.common.security.scram.ScramLoginModule required username="{KEEPER}" password="{passwords[KEEPER]}";'
    server = start_kafka(
        folder,
        settings={
            name: value.replace("{expired}", str(expired)).replace("{login}", login)
            for name, value in BROKER_SETTINGS.items()
        },
        users=passwords,
    )
    return Broker(server=server, authority=trusted, passwords=passwords, expired=f"{LOOPBACK}:{expired}")


def start_database(folder: Path, authority: Authority) -> tuple[Server, Path]:
    """Start Debian's PostgreSQL with TLS for everybody, and the file that clients trust."""
    folder.mkdir(parents=True)
    trusted = authority.write(folder)
    authority.issue(folder / "server.pem")
    (folder / "hba.conf").write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n", encoding="ascii")
    place = {
        name: str(folder / file) for name, file in (("ssl_cert_file", "server.pem"), ("ssl_key_file", "server.pem"))
    }
    server = start_postgres(
        folder,
        programs=DEBIAN_POSTGRES,
        settings={"ssl": "on", **place, "ssl_min_protocol_version": "TLSv1.2", "hba_file": str(folder / "hba.conf")},
    )
    return server, trusted


@contextmanager
def pretended_postgres(certificate: trustme.LeafCert | None) -> Iterator[int]:
    """Answers as PostgreSQL does to who asks for TLS: with it, or with N where it has none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if certificate is not None:
        certificate.configure_cert(context)

    def serve() -> None:
        while True:
            try:
                plain, _ = listening.accept()
            except OSError:
                return
            with plain, suppress(OSError):
                plain.recv(8)
                plain.sendall(b"N" if certificate is None else b"S")
                if certificate is not None:
                    context.wrap_socket(plain, server_side=True).close()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()
