"""Silences: seen wherever they act, remembered every week, and never in the way of a clock."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from contracts.roles import Role
from contracts.vocabulary import Measure
from services.notify.core.matching import Match
from services.notify.core.suppression import Silence
from services.notify.store import switches
from tests.conftest import SignedIn
from tests.integration.notify_letters.chancery import api
from tests.integration.notify_notices.office import Office, back
from tests.unit.services.notify.given import NOW, decision

DAY = 86_400


def silenced(office: Office, *, days: int = 30) -> Silence:
    silence = Silence(
        id=office.clock.uuid(),
        author="值班员甲",
        reason="系统检修",
        starts_at=NOW,
        ends_at=NOW + timedelta(days=days),
        match=Match(tenant=("331081001",), measure=(Measure.REMIND,)),
    )
    with office.database.begin() as work:
        switches.put_silence(work, silence, NOW)
    return silence


@pytest.fixture
def http(office: Office, signed_in: SignedIn) -> Iterator[TestClient]:
    """The pages without a server, for the office of the province."""
    with TestClient(api(office), raise_server_exceptions=False, follow_redirects=True) as client:
        client.headers.update(signed_in(Role.PROVINCE))
        yield client


def test_a_silence_is_remembered_once_a_week(office: Office) -> None:
    """By every worker together once, though the silence itself matches the reminder; not in its first week."""
    silenced(office)
    first, second = office.reminding(), office.reminding()

    counts = []
    for _ in range(15):
        counts.append(first.remind() + second.remind())
        office.clock.advance(DAY)

    assert counts == [0] * 7 + [1] + [0] * 6 + [1]
    told = [departure.message.text for departure in office.email.take(9)]
    assert [text.splitlines()[0] for text in told] == [
        "【提醒】静默提醒：静默已生效 1 周：辖区 331081001，措施 提醒",
        "【提醒】静默提醒：静默已生效 2 周：辖区 331081001，措施 提醒",
    ]
    assert "理由：系统检修，设置人：值班员甲" in told[0]


def test_a_silence_that_ended_is_not_spoken_of(office: Office) -> None:
    """Nor one that was lifted."""
    silence = silenced(office, days=5)
    office.clock.advance(8 * DAY)

    assert office.reminding().remind() == 0
    assert not silence.active_at(office.clock.now())


def test_a_silence_is_seen_where_it_acts(office: Office, http: TestClient) -> None:
    """On the page of silences with how much it mutes, and in the outbox with its reason."""
    silenced(office)
    office.hear(decision())

    page, outbox = http.get("/silences").text, http.get("/notices").text

    assert "辖区 331081001，措施 提醒" in page
    assert '<td class="n">1</td>' in page
    assert "有 1 项静默生效中" in outbox
    assert '<a href="/silences">静默</a>' in outbox


def test_a_silence_is_made_and_lifted_on_the_page(office: Office, http: TestClient) -> None:
    """With author, reason and end; lifted it stays readable."""
    form = {"reason": "检修", "ends_at": "2023-05-22T08:00", "tenant": "331081", "rule": "overdue"}
    made = http.post("/silences", data=form)
    office.hear(decision())
    ((silence, _, _),) = _listed(office)
    lifted = http.post(f"/silences/{silence.id}/lift")

    assert ("静默已生效" in made.text, "静默已解除" in lifted.text) == (True, True)
    assert office.states() == {("d-1", "raised"): "silenced"}
    assert "已解除" in http.get("/silences", params={"ended": "true"}).text
    assert "静默已生效" not in http.get("/silences").text


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"ends_at": "2023-05-01T08:00"}, "结束时间已经过去"),
        ({"ends_at": "2024-05-01T08:00"}, "最长 90 天"),
        ({"ends_at": "明天"}, "结束时间无法识别"),
        ({"tenant": "", "rule": ""}, "这会静默全部通知"),
        ({"rule": "nonsense"}, "无法识别"),
        ({"tenant": "温岭"}, "辖区代码是 6 至 12 位数字"),
        ({"reason": ""}, ""),
    ],
)
def test_what_cannot_be_silenced(http: TestClient, changes: dict[str, str], says: str) -> None:
    """A Chinese sentence says what is wrong and how to mend it."""
    form = {"reason": "检修", "ends_at": "2023-05-22T08:00", "tenant": "331081", "rule": "overdue"}

    answer = http.post("/silences", data=form | changes)

    assert answer.status_code in {400, 422}
    assert says in answer.text


def test_a_trail_names_attempts_and_people_without_their_data(office: Office, http: TestClient) -> None:
    """Who held the role is masked; what may be done is offered; what cannot be done any more is said."""
    office.hear(decision(context={"description": "<script>alert(1)</script>"}, reason="隐患 <b>H-1</b> 未整改。"))
    (departure,) = office.email.take(1)
    office.email.keep([back(departure)])
    notice = departure.notice_id

    page = http.get(f"/notices/{notice}").text
    signed = http.post(f"/notices/{notice}/acknowledge", data={"reason": "已派人"}).text
    refused = http.post(f"/notices/{notice}/retry", data={"reason": "再发"})

    assert "office.331081001@example.cn" not in page
    assert "o***@example.cn" in page
    assert "<b>H-1</b>" not in page
    assert "已签收。" in signed
    assert (refused.status_code, "状态已经变化" in refused.text) == (409, True)
    assert http.get("/notices/nonsense").status_code == 404


def test_what_a_restricted_decision_says_is_withheld(office: Office, http: TestClient, signed_in: SignedIn) -> None:
    """Offices and the auditor read it; others see that there is something, and not what."""
    office.hear(decision(restricted=True, reason="抄告组织人事部门。"))
    (notice,) = [row[0] for row in office.sql("SELECT id FROM notice")]
    paths = ("/notices", f"/notices/{notice}")

    team = [http.get(path, headers=signed_in(Role.TEAM, "331081")).text for path in paths]
    county = [http.get(path, headers=signed_in(Role.COUNTY, "331081")).text for path in paths]

    assert [("抄告组织人事部门" in text, "内容限有权知悉者" in text) for text in team] == [(False, True)] * 2
    assert ["抄告组织人事部门" in text for text in county] == [True] * 2


def _listed(office: Office) -> list[tuple[Silence, object, object]]:
    with office.database.begin() as work:
        return list(switches.list_silences(work, not_ended_at=None))
