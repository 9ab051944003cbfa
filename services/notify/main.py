"""Build and run one of the two processes of notify: `python -m services.notify.main api|worker`."""

import argparse
import os
import socket
import sys
from collections.abc import Callable, Mapping
from typing import Final

import yaml
from fastapi import FastAPI

from contracts import divisions
from contracts.pages import PAGES
from contracts.topics import NOTICE_FACTS, SLOTS
from runtime import log, process, starting
from runtime.access import provider_of
from runtime.clock import SystemClock
from runtime.database import Database
from runtime.metrics import RUNTIME_METRICS, Metrics
from runtime.outbox import Relay, readback
from runtime.pages import Frame
from runtime.streams import BatchConsumer
from services.notify.api import app
from services.notify.channels import Adapter
from services.notify.channels.dialling import LOOPBACK, NEVER, DialPolicy, InvalidAllowList, allow_list, endpoints
from services.notify.channels.dingtalk import DINGTALK
from services.notify.channels.feishu import FEISHU
from services.notify.channels.file import MailFolder
from services.notify.channels.robots import Dialect, GroupRobots, InvalidRobots, robots_from
from services.notify.channels.sms import Sms, SmsAccount
from services.notify.channels.smtp import MailServer, Smtp
from services.notify.channels.webhook import Webhook
from services.notify.channels.wecom import WECOM
from services.notify.consumer import DecisionHandler
from services.notify.core.letters.organs import InvalidLetterRules
from services.notify.core.roster import InvalidRoster, roster_from
from services.notify.core.routes import InvalidRoutes, Routes
from services.notify.handlers.alarming import AlarmDesk
from services.notify.handlers.detouring import Detours
from services.notify.handlers.falling_back import Clocks
from services.notify.handlers.hearing import Hearing
from services.notify.handlers.letters.answers import Answers
from services.notify.handlers.letters.delivering import Enclosing
from services.notify.handlers.letters.drafting import Drafting
from services.notify.handlers.letters.office import Office
from services.notify.handlers.letters.rebuilding import Rebuilt
from services.notify.handlers.receipts import Receipts
from services.notify.handlers.remembering import known_incarnation, read_back
from services.notify.handlers.reminding import Reminding
from services.notify.handlers.sending import Desk, Traits
from services.notify.metrics import NOTIFY_METRICS
from services.notify.settings import InvalidSecrets, NotifySettings, read_letter_desk, read_routes, secrets_of
from services.notify.store import personal
from services.notify.worker import DeliveryLoop, LetterUpkeep, ReceiptLoop, Upkeep

SCHEMA: Final = "notify"
TITLE: Final = "Bihuan notify"
GROUP: Final = "notify"
POOL: Final = (
    14  # connections: the consumer, the relay's look, one loop per channel and its recording, upkeep, readiness
)

DIALECTS: Final[tuple[Dialect, ...]] = (DINGTALK, WECOM, FEISHU)
UNUSABLE: Final = (
    InvalidLetterRules,
    InvalidRoutes,
    InvalidRoster,
    InvalidAllowList,
    InvalidSecrets,
    InvalidRobots,
    OSError,
    yaml.YAMLError,
)

_logger = log.get(__name__)


def main(arguments: list[str] | None = None) -> int:
    """Run the process that is asked for until it is told to stop."""
    parser = argparse.ArgumentParser(prog="python -m services.notify.main", description=main.__doc__)
    parser.add_argument("process", choices=("api", "worker"))
    wanted = parser.parse_args(arguments).process
    settings = starting.told(NotifySettings)
    log.configure(f"notify-{wanted}", settings.log_level)
    starting.wait_for_database(settings, schema=SCHEMA)
    if wanted == "worker":
        starting.wait_for_room(settings.data_dir)
    database = Database(
        settings.database_url.get_secret_value(),
        schema=SCHEMA,
        application_name=f"bihuan-notify-{wanted}",
        pool_size=POOL,
    )
    clock = SystemClock(settings.clock_file)
    metrics = Metrics([*RUNTIME_METRICS, *NOTIFY_METRICS])
    run = run_api if wanted == "api" else run_worker
    try:
        run(settings, database, clock, metrics)
    except UNUSABLE as error:
        _logger.critical("a file or a setting cannot be used", kind=type(error).__name__, why=str(error))
        return 2
    return 0


def run_api(settings: NotifySettings, database: Database, clock: SystemClock, metrics: Metrics) -> None:
    """Serve the API and the pages."""
    process.run_api(api_app(settings, database, clock, metrics), settings)


def api_app(settings: NotifySettings, database: Database, clock: SystemClock, metrics: Metrics) -> FastAPI:
    """The app of the API process; it hears the alarms of the platform itself."""
    table = divisions.load()
    writing = read_letter_desk(settings, table)
    office = Office(database=database, desk=writing, divisions=table, clock=clock)
    frame = Frame(package="services.notify.api", service=SCHEMA, pages=PAGES, addresses=settings.addresses, clock=clock)
    drafting = Drafting(desk=writing, divisions=table)
    routes = read_routes(settings)
    hearing = Hearing(routes=routes, divisions=table, drafting=drafting, clock=clock)
    return app.create(
        database=database,
        divisions=table,
        clock=clock,
        metrics=metrics,
        office=office,
        frame=frame,
        alarms=AlarmDesk(hearing=hearing, database=database, divisions=table, tenant=settings.alarm_tenant),
        roles=routes.roles,
        alerts_token=settings.alerts_token.get_secret_value(),
        cookie_secure=settings.cookie_secure,
        provider=provider_of(settings, "notify"),
    )


def run_worker(settings: NotifySettings, database: Database, clock: SystemClock, metrics: Metrics) -> None:
    """Run the consumer with the relay, one loop per channel and the upkeep beside it."""
    routes, table = read_routes(settings), divisions.load()
    take_over_roster(settings, database)
    adapters = channels(settings)
    writing = read_letter_desk(settings, table)
    enclosing = Enclosing(rules=writing.rules, divisions=table, address=settings.addresses["notify"])
    worker = settings.instance or f"{socket.gethostname()}-{os.getpid()}"
    desks = {
        channel: Desk(
            traits=traits_of(channel, adapter),
            database=database,
            routes=routes,
            divisions=table,
            clock=clock,
            metrics=metrics,
            worker=worker,
            letters=enclosing,
        )
        for channel, adapter in adapters.items()
    }
    hearing = Hearing(routes=routes, divisions=table, drafting=Drafting(desk=writing, divisions=table), clock=clock)
    consumer = BatchConsumer(
        settings=settings,
        database=database,
        handler=DecisionHandler(hearing=hearing, metrics=metrics),
        group=GROUP,
        metrics=metrics,
        clock=clock,
    )
    _learn_from_the_log(settings, database, clock, consumer)  # before anything is sent
    process.run_worker(
        settings=settings,
        title=TITLE,
        metrics=metrics,
        consumer=consumer,
        beside=[
            Relay(settings=settings, schema=SCHEMA, metrics=metrics, clock=clock),
            *_loops(settings, desks, adapters),
            *_receipts(settings, database, clock),
            Upkeep(
                desks=list(desks.values()),
                clocks=Clocks(database=database, routes=routes, divisions=table, clock=clock),
                detours=_detours(settings, database, routes, clock, adapters),
                reminding=Reminding(
                    hearing=hearing, database=database, divisions=table, clock=clock, tenant=settings.alarm_tenant
                ),
                database=database,
                clock=clock,
                metrics=metrics,
            ),
            LetterUpkeep(
                answers=Answers(database=database, divisions=table, clock=clock),
                rebuilt=Rebuilt(database=database, divisions=table, clock=clock),
                database=database,
                metrics=metrics,
            ),
        ],
        checks={"database": database.ping},
    )


def _detours(
    settings: NotifySettings,
    database: Database,
    routes: Routes,
    clock: SystemClock,
    adapters: Mapping[str, Adapter],
) -> Detours:
    """What goes round dead providers."""
    providers = providers_of(settings, adapters)
    return Detours(database=database, routes=routes, divisions=divisions.load(), clock=clock, providers=providers)


def _loops(settings: NotifySettings, desks: Mapping[str, Desk], adapters: Mapping[str, Adapter]) -> list[DeliveryLoop]:
    """One loop for each channel."""
    return [
        DeliveryLoop(
            desk=desk,
            adapter=adapters[channel],
            concurrency=settings.notify_concurrency,
            named=bool(settings.instance),
        )
        for channel, desk in desks.items()
    ]


def _receipts(settings: NotifySettings, database: Database, clock: SystemClock) -> list[ReceiptLoop]:
    """What asks for receipts, where an account can send text messages; over connections of its own."""
    if not settings.sms_key_id:
        return []
    receipts = Receipts(channel="sms", database=database, clock=clock)
    return [ReceiptLoop(receipts=receipts, adapter=_sms(settings, dial_policy(settings)))]


def traits_of(channel: str, adapter: Adapter) -> Traits:
    """What a desk has to know of the channel that it serves."""
    return Traits(
        channel=channel,
        repeatable=adapter.repeatable,
        patience=adapter.patience,
        most=adapter.most,
        a_minute=adapter.a_minute,
        provider=adapter.provider,
    )


def providers_of(settings: NotifySettings, adapters: Mapping[str, Adapter]) -> dict[str, Callable[[str], str]]:
    """Who stands behind an address, for every channel by which this installation can really send."""
    usable = adapters.keys() - (set() if settings.sms_key_id else {"sms"})
    return {channel: adapters[channel].provider for channel in sorted(usable)}


def _learn_from_the_log(
    settings: NotifySettings, database: Database, clock: SystemClock, consumer: BatchConsumer
) -> None:
    """After a restore: take over what was sent since. Without one nothing is there to be read."""
    consumer.wait_for_brokers()
    unknown = readback.unknown_records(
        settings, database, topic=NOTICE_FACTS, slots=SLOTS, incarnation=known_incarnation(database)
    )
    read_back(unknown, database=database, divisions=divisions.load(), clock=clock)


def dial_policy(settings: NotifySettings) -> DialPolicy:
    """What may be dialled by messages that leave over HTTP."""
    return DialPolicy(
        allowed=allow_list(settings.webhook_allow),
        forbidden=NEVER if settings.webhook_allow_loopback else NEVER + LOOPBACK,
        own=endpoints(settings.own_endpoints),
    )


def channels(settings: NotifySettings) -> dict[str, Adapter]:
    """The ways to tell somebody, by the name that routes and rosters use. A new channel is one line here, a new chat program one in DIALECTS."""
    policy = dial_policy(settings)
    return {
        "email": _email(settings),
        "webhook": _webhook(settings, policy),
        **_robots(settings, policy),
        "sms": _sms(settings, policy),
    }


def take_over_roster(settings: NotifySettings, database: Database) -> None:
    """Write the roster of the file that is set into the database; rows of other origin stay."""
    if settings.roster_file is None:
        return
    seats = roster_from(yaml.safe_load(settings.roster_file.read_text(encoding="utf-8")))
    with database.begin() as work:
        personal.put_seats(work, seats)
    _logger.info("roster taken over", seats=len(seats))


def _email(settings: NotifySettings) -> Adapter:
    if not settings.smtp_host:
        _logger.warning("no mail server is set: e-mail is written into files", folder=str(settings.folder_of_mail))
        return MailFolder(settings.folder_of_mail, sender=settings.smtp_from)
    server = MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        sender=settings.smtp_from,
        username=settings.smtp_username,
        password=settings.smtp_password.get_secret_value(),
        tls=settings.smtp_tls,
        ca_file=settings.smtp_ca_file,
        timeout=settings.smtp_timeout,
    )
    return Smtp(server, connections=settings.notify_concurrency)


def _webhook(settings: NotifySettings, policy: DialPolicy) -> Adapter:
    return Webhook(
        policy=policy,
        secrets=secrets_of(settings),
        timeout=settings.webhook_timeout,
        connections=settings.notify_concurrency,
    )


def _robots(settings: NotifySettings, policy: DialPolicy) -> dict[str, Adapter]:
    known = robots_from(settings.robots.get_secret_value(), frozenset(dialect.channel for dialect in DIALECTS))
    addresses = {"dingtalk": settings.dingtalk_url, "wecom": settings.wecom_url, "feishu": settings.feishu_url}
    return {
        dialect.channel: GroupRobots(
            dialect,
            robots=known.get(dialect.channel, {}),
            policy=policy,
            url=addresses[dialect.channel],
            timeout=settings.robot_timeout,
            connections=settings.notify_concurrency,
        )
        for dialect in DIALECTS
    }


def _sms(settings: NotifySettings, policy: DialPolicy) -> Sms:
    account = SmsAccount(
        key_id=settings.sms_key_id,
        key_secret=settings.sms_key_secret.get_secret_value(),
        sign_name=settings.sms_sign_name,
        template=settings.sms_template,
    )
    return Sms(
        account=account,
        policy=policy,
        url=settings.sms_url,
        timeout=settings.robot_timeout,
        connections=settings.notify_concurrency,
    )


if __name__ == "__main__":
    sys.exit(main())
