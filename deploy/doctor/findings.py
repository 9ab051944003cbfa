"""Judge what was seen of an installation; every doubt and fault comes with what mends it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from contracts.moments import CLOCKS_MAY_DIFFER

Level = Literal["well", "doubt", "fault"]

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")

APART: Final = timedelta(seconds=2)  # two machines that follow network time are within milliseconds
TICK_LATE: Final = timedelta(minutes=2)  # a tick comes every five seconds, ten seconds behind the clock
DISK_DOUBT, DISK_FAULT = 0.20, 0.05  # share of the disk that is free
CALENDAR_AHEAD: Final = timedelta(days=60)
CERTIFICATE_DOUBT: Final = timedelta(days=21)
LAG_DOUBT: Final = 10_000  # records: some seconds of work for one worker
OUTBOX_DOUBT: Final = 1_000  # facts
OLDEST_SERVER: Final = 15
ENDS_FROZEN: Final = 17
"""The first PostgreSQL that ends the transaction of a process that froze in the middle of a pipeline."""
BACKUP_DOUBT, BACKUP_FAULT = timedelta(hours=26), timedelta(days=3)  # one a day, and two hours for it to be taken


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what it is, what was seen, and, unless it is well, what to do.

    `at` is the instant that it hangs on, where there is one: until when the calendar reaches, when the backup was taken.
    """

    level: Level
    subject: str
    said: str
    mend: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """The readers of one service: records that wait, and slots that do not move with what stopped them."""

    service: str
    lag: int
    slots: int
    stopped: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenTopic:
    """A topic as the brokers have it; `in_sync` is the smallest number of replicas in sync over its slots."""

    slots: int
    replicas: int
    in_sync: int


def server(version: int) -> Finding:
    """`version` as in server_version_num."""
    major = version // 10_000
    if major < OLDEST_SERVER:
        return Finding("fault", "数据库", f"PostgreSQL {major}", f"升级到 {OLDEST_SERVER} 或更新的版本")
    if major < ENDS_FROZEN:
        said = f"PostgreSQL {major}，冻结的进程可能一直锁住它的行"
        return Finding("doubt", "数据库", said, f"升级到 {ENDS_FROZEN} 或更新的版本；在此之前重启冻结的进程")
    return Finding("well", "数据库", f"PostgreSQL {major}")


def clock(here: datetime, database: datetime, last_tick: datetime | None, held: str) -> Iterable[Finding]:
    """Our clock beside the database's, and how old the log's own time is; `held` says why ticks wait, '' where not."""
    apart = abs(here - database)
    if apart > CLOCKS_MAY_DIFFER:  # from here on intake holds its ticks
        yield Finding("fault", "时钟", f"本机与数据库相差 {_length(apart)}", "用 NTP 校准错的一台；之后计时自行恢复")
    elif apart > APART:
        yield Finding("doubt", "时钟", f"本机与数据库相差 {_length(apart)}", "检查两台机器的 NTP")
    else:
        yield Finding("well", "时钟", f"本机与数据库相差 {_length(apart)}")
    if held:
        yield Finding("fault", "计时", f"已暂停：{held}", "核对时间后 bihuan clock accept --reason ...")
    elif last_tick is None:
        yield Finding("doubt", "计时", "日志里还没有计时", "启动 intake 的 worker；新装的系统属正常")
    elif here - last_tick > TICK_LATE:
        yield Finding(
            "fault",
            "计时",
            f"停在 {_length(here - last_tick)}之前",
            "看 intake 的 worker 是否在运行；docs/runbooks/ticks-missing.md",
        )
    else:
        yield Finding("well", "计时", f"{_length(here - last_tick)}之前")


def disk(place: str, free: int, total: int) -> Finding:
    """Free and total space of a folder's disk, in bytes."""
    share = free / total if total else 0.0
    said = f"{place} 剩余 {free >> 30} GiB（{share:.0%}）"
    if share < DISK_FAULT:
        return Finding("fault", "磁盘", said, "腾出空间：写满之后数据库和 Kafka 都会停")
    return Finding("doubt", "磁盘", said, "扩容或清理旧日志") if share < DISK_DOUBT else Finding("well", "磁盘", said)


def backup(taken_at: datetime | None, now: datetime) -> Finding:
    """When the newest backup was taken; None where there is none."""
    mend = "看备份任务为何没有跑；手工 bihuan backup；docs/runbooks/backup-old.md"
    if taken_at is None:
        return Finding("fault", "备份", "一份也没有", mend)
    age = now - taken_at
    said = f"最近一份在 {_length(age)}之前"
    if age > BACKUP_FAULT:
        return Finding("fault", "备份", said, mend, taken_at)
    if age > BACKUP_DOUBT:
        return Finding("doubt", "备份", said, mend, taken_at)
    return Finding("well", "备份", said, at=taken_at)


def migrations(stands: Mapping[str, tuple[str | None, str | None]]) -> Iterable[Finding]:
    """Revision and newest revision of each service; the database may also be ahead of this version."""
    for service, (found, newest) in stands.items():
        if found == newest:
            yield Finding("well", f"{service} 的表结构", found or "空")
        elif (found or "") > (newest or ""):
            yield Finding(
                "fault",
                f"{service} 的表结构",
                f"{found}，比本版本的 {newest} 新",
                "换回与数据库相配的版本，不要降级表结构",
            )
        else:
            yield Finding("fault", f"{service} 的表结构", f"{found or '空'}，本版本要 {newest}", "bihuan migrate")


def topics(wanted: Mapping[str, int], seen: Mapping[str, SeenTopic], min_in_sync: int) -> Iterable[Finding]:
    """Slots each topic has to have, and what the brokers say of it."""
    for name, slots in wanted.items():
        found = seen.get(name)
        if found is None:
            yield Finding("fault", f"主题 {name}", "不存在", "bihuan topics")
        elif found.slots != slots:
            yield Finding(
                "fault",
                f"主题 {name}",
                f"{found.slots} 个分区，应为 {slots}",
                "不要改分区数：一个城市的事实会落在两处。联系维护者",
            )
        elif found.in_sync < min(min_in_sync, found.replicas):
            yield Finding(
                "fault", f"主题 {name}", f"只有 {found.in_sync} 个副本同步", "恢复停下的节点；在此之前写不进去"
            )
        elif found.in_sync < found.replicas:
            yield Finding(
                "doubt", f"主题 {name}", f"{found.replicas} 个副本中 {found.in_sync} 个同步", "恢复停下的节点"
            )
        else:
            yield Finding("well", f"主题 {name}", f"{slots} 个分区，{found.replicas} 个副本")


def readers(seen: Iterable[Reader]) -> Iterable[Finding]:
    """How far each service has read, and what does not move."""
    for one in seen:
        subject = f"{one.service} 的消费"
        if one.stopped:
            more = f"等 {len(one.stopped)} 个" if len(one.stopped) > 1 else ""
            yield Finding(
                "fault",
                subject,
                f"分区停止：{one.stopped[0]}{more}",
                "bihuan positions list --stopped；docs/runbooks/slot-stopped.md",
            )
        elif one.lag > LAG_DOUBT:
            yield Finding(
                "doubt",
                subject,
                f"还有 {one.lag} 条未处理",
                "看它是否在减少；增加 worker 或查 docs/runbooks/consumer-falls-behind.md",
            )
        elif not one.slots:
            yield Finding("doubt", subject, "还没有开始", f"启动 {one.service} 的 worker；新装的系统属正常")
        else:
            yield Finding("well", subject, f"{one.slots} 个分区，{one.lag} 条未处理")


def outbox(rows: Mapping[str, int]) -> Iterable[Finding]:
    """Facts of each service that are committed and not yet published."""
    for service, count in rows.items():
        if count > OUTBOX_DOUBT:
            yield Finding("doubt", f"{service} 的转发", f"{count} 条等待写入 Kafka", "docs/runbooks/outbox-grows.md")
        else:
            yield Finding("well", f"{service} 的转发", f"{count} 条等待")


def dead_letters(open_: Mapping[str, int]) -> Iterable[Finding]:
    """Records of each service that wait for a person."""
    for service, count in open_.items():
        if count:
            yield Finding("doubt", f"{service} 的死信", f"{count} 条待处理", "bihuan dead-letters list")


def calendar(years: Iterable[int], now: datetime) -> Finding:
    """Years whose days off and make-up days are known."""
    last = max(years, default=0)
    until = datetime(last + 1, 1, 1, tzinfo=SHANGHAI) if last else None
    ahead = (now + CALENDAR_AHEAD).year
    if last < now.year:
        mend = "照当年的放假通知 bihuan calendar publish；在此之前工作日期限只按周末推算"
        return Finding("fault", "工作日历", f"只到 {last or '无'} 年", mend, until)
    if last < ahead:
        mend = "国务院办公厅通知发布后 bihuan calendar publish 下一年（十二月的日子也可能受其影响）"
        return Finding("doubt", "工作日历", f"到 {last} 年", mend, until)
    return Finding("well", "工作日历", f"到 {last} 年", at=until)


def certificate(subject: str, ends: datetime, now: datetime) -> Finding:
    """A certificate that somebody shows us or that we trust, and the instant of its end."""
    if ends <= now:
        return Finding("fault", subject, f"证书已于 {ends:%Y-%m-%d} 过期", "换新证书后重启有关进程")
    if ends - now < CERTIFICATE_DOUBT:
        return Finding("doubt", subject, f"证书 {ends:%Y-%m-%d} 到期", "现在就申请续期")
    return Finding("well", subject, f"证书有效至 {ends:%Y-%m-%d}")


def _length(span: timedelta) -> str:
    seconds = span.total_seconds()
    for unit, length in (("天", 86_400), ("小时", 3_600), ("分钟", 60)):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.1f} 秒"
