"""Recompute the chains of the audit, and judge what was found."""

from datetime import datetime

from deploy.doctor.findings import Finding
from runtime.access import anchors, audit, chain
from runtime.access.store import SCHEMA
from runtime.database import Database, take_time
from runtime.errors import Conflict, Unavailable
from runtime.settings import ProcessSettings

SUBJECT = "审计"
MEND = "bihuan audit verify --topic；docs/runbooks/audit-broken.md"


def look(settings: ProcessSettings, now: datetime) -> Finding:
    """Every entry of every chain, read in one transaction: a fault where one was changed, removed or added."""
    database = Database(
        settings.database_url.get_secret_value(), schema=SCHEMA, application_name="bihuan-doctor", pool_size=1
    )
    try:
        kept = anchors.of_file(settings.audit_anchor_file)  # before the chains: else one could be ahead of them
        with database.begin() as work:
            heads, entries = audit.chains(work)
            take_time(work)  # it reads everything
            found = list(chain.faults(entries, heads, kept))
    except (Unavailable, Conflict) as error:
        return Finding("doubt", SUBJECT, f"没有核对成：{error}", "看数据库是否在运行")
    except (OSError, ValueError) as error:
        return Finding("doubt", SUBJECT, f"锚点文件读不出：{error}", MEND)
    finally:
        database.close()
    bad = [str(fault) for fault in found if fault.kind is not chain.Kind.RESTORED]  # the restore has told of itself
    return judged(bad, sum(head.seq for head in heads.values()), now)


def judged(faults: list[str], entries: int, now: datetime) -> Finding:
    """One place that does not fit is enough; the first is named. `now` is when they were found to fit."""
    if faults:
        return Finding("fault", SUBJECT, f"{len(faults)} 处不符：{faults[0]}", MEND)
    return Finding("well", SUBJECT, f"{entries} 条，前后相接", at=now)
