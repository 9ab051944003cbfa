"""Say in one sentence why a server is not reached or refuses us, and what mends it: libraries say neither.

Nothing here is on the way of an event: it is asked once something has failed.
"""

import asyncio
import os
import socket
import ssl
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

POSTGRES: Final = 5432  # its usual port
_UNTRUSTED: Final = ("certificate verify failed", "does not match host name")
WITHIN = 5.0  # seconds to ask one server
FAREWELL = 0.05  # seconds for a refused connection to close before its loop ends

_SSL_REQUEST: Final = struct.pack("!ii", 8, 80877103)  # PostgreSQL's way to ask for TLS before anything else
_EXPIRED: Final = frozenset({9, 10})  # X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED
_NAMES: Final = frozenset({62, 64})  # X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH


def is_about_a_certificate(said: str) -> bool:
    """Whether libpq says this where it does not believe a certificate; more it says in no case."""
    return any(words in said for words in _UNTRUSTED)


def trusting(ca_file: Path | None, setting: str) -> ssl.SSLContext:
    """A context that trusts this authority alone (None: those of the machine); raises OSError with a sentence."""
    if ca_file is None:
        return ssl.create_default_context()
    try:
        return ssl.create_default_context(cafile=str(ca_file))
    except OSError as error:
        why = "no certificate in it" if isinstance(error, ssl.SSLError) else error.strerror
        raise OSError(f"{setting}: {ca_file} cannot be read: {why}") from error


def why_not_kafka(options: Mapping[str, Any]) -> str:
    """Why these options of a client reach no broker; empty where one of them lets us in after all."""
    sentences = []
    for address in options["bootstrap_servers"]:
        sentence = asyncio.run(_asked(address.strip(), options))
        if not sentence:
            return ""
        sentences.append(sentence)
    return "; ".join(dict.fromkeys(sentences))


async def _asked(address: str, options: Mapping[str, Any]) -> str:
    sentence = await _why_not_broker(address, options)
    await asyncio.sleep(FAREWELL)
    return sentence


async def _why_not_broker(address: str, options: Mapping[str, Any]) -> str:
    from aiokafka.conn import create_conn  # only who asks loads the client
    from aiokafka.errors import KafkaConnectionError, KafkaError, UnsupportedSaslMechanismError
    from aiokafka.protocol.metadata import MetadataRequest

    host, _, port = address.rpartition(":")
    wanted = {name: value for name, value in options.items() if name.startswith(("sasl_", "ssl_", "security_"))}
    place = f"the broker at {address}"
    try:
        connection = await create_conn(host.strip("[]"), int(port), request_timeout_ms=int(WITHIN * 1000), **wanted)
        try:
            await connection.send(MetadataRequest([]))  # the first thing that nobody may ask who has not signed in
        finally:
            await asyncio.wait([connection.close()], timeout=WITHIN)  # TLS says farewell before the loop ends
    except ssl.SSLCertVerificationError as error:
        return f"{place} {_certificate(error, host, 'BIHUAN_KAFKA_CA_FILE', 'BIHUAN_KAFKA_BROKERS')}"
    except ssl.SSLError as error:
        return f"{place} does not speak TLS there ({error.reason}): check the port and BIHUAN_KAFKA_SECURITY_PROTOCOL"
    except UnsupportedSaslMechanismError:
        return f"{place} does not offer {wanted['sasl_mechanism']}: check BIHUAN_KAFKA_SASL_MECHANISM"
    except KafkaConnectionError:
        return f"{place} ends the connection at once: it wants another BIHUAN_KAFKA_SECURITY_PROTOCOL than {options['security_protocol']}"
    except KafkaError as error:
        return refused(error, options) or f"{place} refuses us: {error!r}"
    except TimeoutError:
        return f"{place} does not answer within {WITHIN:.0f} s"
    except OSError as error:
        return f"{place} is not reached: {os.strerror(error.errno) if error.errno else error}"
    return ""


def refused(error: BaseException, options: Mapping[str, Any]) -> str:
    """The sentence for a right or a password that a broker refuses (either library's error); empty for another error."""
    user = options.get("sasl_plain_username") or "this client"
    name = type(error).__name__.removesuffix("Error")
    about = (
        ", ".join(map(str, next(iter(error.args), "") or ())) if _is_listing(error) else str(next(iter(error.args), ""))
    )
    match name:
        case "SaslAuthenticationFailed":
            # No colon after `password`: the log takes what follows for one.
            return f"the broker refuses {user} or its password; mend BIHUAN_KAFKA_SASL_USERNAME or BIHUAN_KAFKA_SASL_PASSWORD"
        case "TopicAuthorizationFailed":
            return f"{user} has no right to topic {about}: `bihuan acls` prints what it needs"
        case "GroupAuthorizationFailed":
            return f"{user} has no right to group {about}: `bihuan acls` prints what it needs"
        case "ClusterAuthorizationFailed":
            return f"{user} has no right to this on the cluster: ask its keeper, or see `bihuan acls`"
    return ""


def _is_listing(error: BaseException) -> bool:
    return bool(error.args) and isinstance(error.args[0], list | tuple | set | frozenset)


def why_not_postgres(host: str, port: int, ca_file: Path | None) -> str:
    """Why the certificate of a PostgreSQL is refused; empty where it is sound, or TLS is not what is wrong."""
    try:
        context = trusting(ca_file, "sslrootcert of BIHUAN_DATABASE_URL")
        with socket.create_connection((host, port), WITHIN) as plain:
            plain.sendall(_SSL_REQUEST)
            if plain.recv(1) != b"S":
                return f"the database at {host}:{port} does not speak TLS: switch `ssl` on there, or change sslmode"
            with context.wrap_socket(plain, server_hostname=host):
                return ""
    except ssl.SSLCertVerificationError as error:
        return f"the database at {host}:{port} {_certificate(error, host, 'sslrootcert of BIHUAN_DATABASE_URL', 'BIHUAN_DATABASE_URL')}"
    except OSError as error:
        return str(error)


def shown_by_postgres(host: str, port: int) -> bytes:
    """The certificate that a PostgreSQL shows, trusted or not, in DER; raises OSError with a sentence."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # only looked at: nothing is sent
    with socket.create_connection((host, port), WITHIN) as plain:
        plain.sendall(_SSL_REQUEST)
        if plain.recv(1) != b"S":
            raise OSError(f"the database at {host}:{port} does not speak TLS")
        with context.wrap_socket(plain, server_hostname=host) as secured:
            return secured.getpeercert(binary_form=True) or b""


def _certificate(error: ssl.SSLCertVerificationError, host: str, authority: str, address: str) -> str:
    said = error.verify_message.rstrip(".")
    if error.verify_code in _EXPIRED:
        return f"shows a certificate that is not valid now ({said}): renew it there, or mend a clock that is wrong"
    if error.verify_code in _NAMES:
        return f"shows a certificate for another name than {host} ({said}): use its name in {address}"
    return f"shows a certificate of an authority we do not trust ({said}): set {authority} to the authority's PEM file"
