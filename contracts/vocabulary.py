"""Give each word of the field one English term, its Chinese name and a sentence, so that code, topic and page agree."""

from enum import StrEnum
from typing import Self


class Term(StrEnum):
    """A closed list of words: the value is what travels, `chinese` what a person reads, `sentence` what it means."""

    chinese: str
    sentence: str

    def __new__(cls, value: str, chinese: str = "", sentence: str = "") -> Self:
        """Make a member that is its wire value and carries its Chinese name and meaning."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.chinese = chinese
        member.sentence = sentence
        return member


class Level(Term):
    """Who acts: the level of a unit in the administrative tree."""

    TOWN = "town", "镇（街道）", "A town or street, the lowest level that lists and reports."
    COUNTY = "county", "县（市、区）", "A county, county-level city, district or economic zone."
    CITY = "city", "市", "A prefecture-level city."
    PROVINCE = "province", "省", "A province, autonomous region or municipality."


class HazardLevel(Term):
    """How grave a hazard is; only a regrading changes it."""

    GENERAL = "general", "一般隐患", "A hazard that is put right soon after it is found."
    MAJOR = "major", "重大隐患", "A hazard that needs a stop of work or a long rectification."


class Liability(Term):
    """Whether an accident counts as one of production safety for which someone answers."""

    LIABLE = "liable", "责任事故", "Somebody answers for the accident."
    NOT_LIABLE = "not_liable", "非责任事故", "Nobody answers for the accident."
    PENDING = "pending", "责任待定", "The inquiry is open: what rests on it is provisional."


class Measure(Term):
    """What a decision asks for."""

    REMIND = "remind", "提醒", "A reminder to the responsible unit."
    NOTICE_LETTER = "notice_letter", "提示函", "A letter that draws a unit's attention to what is due."
    SUPERVISION_LETTER = "supervision_letter", "督办函", "A letter by which a higher unit supervises a rectification."
    JOINT_SUPERVISION = "joint_supervision", "联合督办", "Several units supervise one hazard together."
    LISTED_SUPERVISION = "listed_supervision", "挂牌督办", "A subject is listed publicly until it is put right."
    ADMONITION_TALK = "admonition_talk", "约谈", "A leader is summoned to a talk."
    SUSPENSION = "suspension", "停产停业/停工", "Production, business or work is stopped for rectification."
    PENALTY = "penalty", "行政处罚", "An administrative penalty."
    REFERRAL = "referral", "抄告/移交", "A case is passed to the organ that answers for it."
    ACCIDENT_TRACK = (
        "accident_track",
        "视同事故",
        "A hazard is followed up like an accident, outside every statistic.",
    )
    PROBLEM_LIST = "problem_list", "被动发现", "A hazard enters the list of major safety problems as found passively."
    INSTANT_REPORT = "instant_report", "即时报告", "A report that goes up at once, in no digest."
    WARNING_MEETING = "warning_meeting", "警示会", "A warning meeting after an accident."
    MEETING_REPORT = "meeting_report", "会议情况报告", "A report on a meeting that was held."
    MISSING_REPORT = "missing_report", "漏报缺报", "An obligation whose term ended without it."
    RANKING = "ranking", "排名晾晒", "A place in the published league table."
    ALERT = "alert", "预警", "A warning to the unit that supervises."


PUNITIVE_MEASURES = frozenset(
    {
        Measure.LISTED_SUPERVISION,
        Measure.ADMONITION_TALK,
        Measure.SUSPENSION,
        Measure.PENALTY,
        Measure.REFERRAL,
    },
)


class Status(Term):
    """Where a decision stands; the id stays, the status moves."""

    RAISED = "raised", "已发出", "The facts are firm and the measure needs no signature."
    PROPOSED = "proposed", "待审定", "The facts are firm and a named person has to confirm or reject."
    PROVISIONAL = "provisional", "暂定", "It rests on facts that are still pending."
    CONFIRMED = "confirmed", "已确认", "A named person confirmed it."
    REJECTED = "rejected", "已否决", "A named person rejected it."
    CLEARED = "cleared", "已解除", "Its cause ended."
    RETRACTED = "retracted", "已撤回", "With what is known now it would never have been raised."
    QUESTIONED = "questioned", "存疑", "It would have been retracted, but a named person had confirmed it."
    COALESCED = "coalesced", "已合并", "A lower rung that was already past when the fact became known."


class SubjectKind(Term):
    """What a decision is about."""

    HAZARD = "hazard", "隐患", "One hazard, by its id."
    SITE = "site", "场所", "One site, by its id."
    AREA = "area", "区域", "An administrative division, by its code."
    DEPARTMENT = "department", "部门", "A department, by its name."
    UNIT = "unit", "单位", "A unit, by its id."
    TEAM = "team", "暗访组", "An inspection team, by its id."
    ACCIDENT = "accident", "事故", "One accident, by its id."
    OBLIGATION = "obligation", "履职事项", "One duty of one unit in one period, by `<obligation>/<unit>/<period>`."
    TARGET = "target", "目标", "A yearly target, by its id."


class RuleId(Term):
    """The rules a policy pack may switch on."""

    SAME_DAY_HANDOVER = "same_day_handover", "当日交办", "A hazard is handed over on the day it is found."
    SAME_DAY_REPORT = "same_day_report", "当日上报", "A hazard is reported up on the day it is found."
    DUE_SOON = "due_soon", "临期提醒", "Reminders before a rectification deadline."
    OVERDUE = "overdue", "逾期未整改", "The rectification deadline has passed."
    LATE_EVIDENCE = "late_evidence", "补录佐证", "Something was cleared or retracted on a fact recorded late."
    MAJOR_HAZARD = "major_hazard", "重大隐患挂牌", "A major hazard is proposed for listed supervision."
    INSTANT_REPORT = "instant_report", "即时报告", "A major hazard or important matter goes up at once."
    MISSING_PROPOSAL = "missing_proposal", "应报未报", "A matter that had to be proposed was not."
    REPEAT_OFFENCE = "repeat_offence", "屡查屡犯", "The same hazard is found again while one is open."
    RECURRENCE = "recurrence", "整改后复发", "The same hazard is found again within months of its close-out."
    LONG_STANDING = "long_standing", "久拖不决", "A hazard has been open for too long."
    ACCIDENT_TRACK = "accident_track", "视同事故", "A hazard is followed up like an accident."
    JOINT_SUPERVISION = "joint_supervision", "联合督办", "A hazard of an undercover visit is supervised jointly."
    PROBLEM_LIST = "problem_list", "被动发现清单", "A recurring, long-standing major hazard enters the problem list."
    REFUSAL = "refusal", "拒不整改", "A unit refuses to rectify."
    LISTING_EXPIRY = "listing_expiry", "挂牌到期", "A listing ended without having been lifted."
    RETURNED_DISPUTE = "returned_dispute", "退回争议", "A hazard was returned by the unit it was given to."
    TALK_SERIOUS_ACCIDENT = "talk_serious_accident", "较大事故约谈", "A talk after a larger accident."
    TALK_FATAL_WINDOW = "talk_fatal_window", "亡人事故约谈", "A talk after several fatal accidents within months."
    TALK_SECTOR = "talk_sector", "行业事故约谈", "A talk after accidents in one sector."
    TALK_RANKING = "talk_ranking", "排名靠后约谈", "A talk for the last places of the league table."
    TALK_ACCIDENT_PRONE = "talk_accident_prone", "事故多发约谈", "A talk for an area with many accidents."
    TALK_DUTY_FAILURE = "talk_duty_failure", "履职不力约谈", "A talk for a unit that failed its duties."
    WARNING_MEETING = "warning_meeting", "事故警示会", "A warning meeting is due after an accident."
    STANDING_MEETING = "standing_meeting", "常务会汇报", "An accident is reported at the next standing meeting."
    CAMPAIGN_GOAL = "campaign_goal", "行动目标", "An accident breaks the goal of a campaign or key period."
    STAGE_REPORT = "stage_report", "阶段报送", "A report at the end of a campaign's stage."
    DAILY_REPORT = "daily_report", "日报", "A report for each day."
    PERIODIC_REPORT = "periodic_report", "定期报送", "A report or meeting for each period."
    COMMITMENT = "commitment", "风险研判承诺", "The daily or weekly commitment of a site."
    FIELD_DAYS = "field_days", "暗访天数", "Enough days of unannounced visits for a team."
    LOOK_BACK = "look_back", "回头看", "An earlier finding is inspected again."
    ENFORCEMENT_MISSING = "enforcement_missing", "有患无罚", "A finding without an enforcement document."
    UNOWNED_SITE = "unowned_site", "无主场所", "A site that nobody supervises."
    COVERAGE = "coverage", "覆盖率", "Sites or areas that a campaign has not reached."
    TARGET_BEHIND = "target_behind", "目标滞后", "A target that falls behind its course."
    FREQUENCY = "frequency", "检查频次", "A site that is inspected too seldom."


class NoticeState(Term):
    """Where one notice to one recipient over one channel stands."""

    CREATED = "created", "已生成", "It waits for its turn."
    SENDING = "sending", "发送中", "It has been handed to the channel."
    DELIVERED = "delivered", "已送达", "The channel confirmed it."
    RETRYING = "retrying", "重试中", "The channel refused it for now."
    FAILED = "failed", "发送失败", "The channel refused it for good."
    AMBIGUOUS = "ambiguous", "结果不明", "Nobody knows whether it arrived: a person settles it."
    SUPPRESSED = "suppressed", "已抑制", "It is told to nobody, for the reason given."


class Suppression(Term):
    """Why a notice was told to nobody."""

    HISTORIC = "historic", "历史导入", "The fact came by an import marked historic."
    BEFORE_GO_LIVE = "before_go_live", "启用前", "The fact lies before the tenant's go-live date."
    SHADOW = "shadow", "影子运行", "The tenant runs in shadow: everything is computed, nothing is sent."
    MASTER_SWITCH = "master_switch", "总开关关闭", "All sending is switched off."
    SILENCED = "silenced", "静默", "A silence covers it."
    FOLDED = "folded", "已并入", "It is folded into another notice."
    NO_ROUTE = "no_route", "无接收人", "No route names a recipient."
    MOOT = "moot", "已无必要", "Its cause ended before it was sent."


class LetterKind(Term):
    """What sort of official letter it is."""

    NOTICE_LETTER = "notice_letter", "提示函", "It draws a unit's attention to what is due."
    INFORMATION_LETTER = "information_letter", "函告", "It tells a unit what a round of inspections found."
    SUPERVISION_LETTER = "supervision_letter", "督办函", "A higher unit supervises a rectification; never sent twice."
    RECTIFICATION_NOTICE = (
        "rectification_notice",
        "整改通知",
        "It tells the responsible unit what to put right by when.",
    )
    LISTING_NOTICE = "listing_notice", "挂牌督办通知书", "It opens a listed supervision that a named person confirmed."
    TALK_NOTICE = "talk_notice", "约谈通知", "It summons to an admonition talk that a named person confirmed."
    TALK_MINUTES = "talk_minutes", "约谈纪要", "What was said at the talk and what follows."
    REFERRAL_LETTER = "referral_letter", "抄告函", "It informs the organs of discipline and personnel; restricted."
    TRANSFER_LETTER = "transfer_letter", "移交函", "It hands a matter to the organ that enforces."
    MEETING_INVITATION = "meeting_invitation", "事故警示会邀请", "It invites to a warning meeting, with its agenda."
    MEETING_MINUTES = "meeting_minutes", "事故警示会纪要", "The minutes of a warning meeting, for approval and report."
    LEADER_BRIEF = "leader_brief", "常务会汇报材料", "The leader's brief for the next standing meeting."
    PUBLICATION = (
        "publication",
        "公开通告",
        "What everybody may read: published as signed, without persons or informers.",
    )
    CRIME_REFERRAL = "crime_referral", "涉嫌犯罪案件移送函", "It hands a suspected crime to the police; restricted."
    RETRACTION_LETTER = "retraction_letter", "撤销函", "It takes back a letter whose basis has disappeared."


class LetterState(Term):
    """Where an official letter stands."""

    DRAFTED = "drafted", "待签发", "A decision or a person drafted it; nobody has touched it."
    EDITED = "edited", "已修改待签发", "A person changed the draft."
    SIGNED = "signed", "已签发", "A named person signed it, and it has its number."
    SENT = "sent", "已发出", "It left for at least one of those it is addressed to."
    RECEIVED = "received", "已签收", "An addressee signed for it."
    REPLIED = "replied", "已回复", "An addressee answered."
    WITHDRAWN = "withdrawn", "已撤销", "Another letter took it back."
    DISCARDED = "discarded", "已作废", "A draft that was never signed and never will be."


class Door(Term):
    """By which door a fact came in."""

    KAFKA = "kafka", "消息", "A topic of an upstream system."
    HTTP = "http", "接口", "`POST /v1/events`."
    FILE = "file", "文件", "A file of events or a daily report."
    LEDGER = "ledger", "台账", "A table of an older system with a mapping."
    PEOPLE = "people", "人员操作", "What a person did in one of our own services."


class SiteKind(Term):
    """What sort of place a site is (grows: an unknown word is kept and flagged)."""

    UNIT = "unit", "单位", "An enterprise or institution."
    AREA = "area", "区域", "A part of a town, such as an industrial park."
    PROJECT = "project", "项目", "A building site or another project."
    PLACE = "place", "场所", "Any other place where people gather, live or work."


class SiteTag(Term):
    """What a site is known for (grows)."""

    HIGH_RISK = "high_risk", "高危企业", "It belongs to one of the high-risk fields."
    KEY_UNIT = "key_unit", "重点单位", "It is on a list of key units."


class InspectionKind(Term):
    """How an inspection was made (grows)."""

    UNDERCOVER = "undercover", "暗查暗访", "Without notice, straight to the site."
    SPECIAL = "special", "专项检查", "On one subject."
    ROUTINE = "routine", "日常检查", "By plan."
    JOINT = "joint", "联合检查", "By several departments."
    SUPERVISORY = "supervisory", "督查", "By a higher level."
    SELF_CHECK = "self_check", "自查", "By the unit itself."
    GRID = "grid", "网格巡查", "By a grid worker."


class FoundBy(Term):
    """Who found a hazard (grows)."""

    SELF_CHECK = "self_check", "企业自查", "The unit itself: active finding."
    INSPECTION = "inspection", "监督检查", "An announced or routine inspection."
    UNDERCOVER = "undercover", "暗查暗访", "An undercover visit."
    TIP_OFF = "tip_off", "举报", "A tip-off."
    SUPERIOR = "superior", "上级督导", "A superior's round."
    GRID = "grid", "网格巡查", "A grid worker."


class EnforcementKind(Term):
    """What sort of enforcement document it is (grows)."""

    ORDER = "order", "责令整改", "An order to rectify."
    PENALTY = "penalty", "行政处罚", "An administrative penalty."
    SUSPENSION = "suspension", "停产停业整顿", "A stop of production, business or work."
    CLOSURE = "closure", "关闭取缔", "The unit is closed."
    REFERRAL = "referral", "移送", "The case is passed to another organ."
    ACCOUNTABILITY = "accountability", "问责", "Persons are held to account."


class AccidentCategory(Term):
    """The families of accidents; a dot leads into a family, such as `industrial.construction` (grows)."""

    INDUSTRIAL = "industrial", "工矿商贸", "Industry, mining, trade and construction."
    ROAD = "road", "道路交通", "Road traffic."
    FIRE = "fire", "火灾", "Fire."
    FOREST_FIRE = "forest_fire", "森林火灾", "Forest fire."
    FISHERY = "fishery", "渔业船舶", "Fishing vessels."
    OTHER = "other", "其他", "Anything else."


class ListedKind(Term):
    """What may be listed (grows)."""

    SITE = "site", "场所", "A site."
    AREA = "area", "区域", "A township or another area."
    PROJECT = "project", "项目", "A building project."


class CoordinateSystem(Term):
    """In which system coordinates are given (grows)."""

    WGS84 = "wgs84", "WGS-84", "GPS; absent means this or CGCS2000, which differ by centimetres."
    CGCS2000 = "cgcs2000", "2000 国家大地坐标系", "The national system, used by the official map."
    GCJ02 = "gcj02", "GCJ-02", "Most Chinese web maps."
    BD09 = "bd09", "BD-09", "One Chinese web map of its own."


class Verdict(Term):
    """What a named person says about a decision."""

    CONFIRMED = "confirmed", "确认", "The proposal stands, with a document number."
    REJECTED = "rejected", "否决", "The proposal falls."
    UPHELD = "upheld", "维持", "A questioned decision stands."
    LIFTED = "lifted", "解除", "A questioned decision ends."


class DayKind(Term):
    """What a day of the calendar is."""

    WORKING_DAY = "working_day", "工作日", "Work is done, make-up days included."
    HOLIDAY = "holiday", "休息日", "A weekend or statutory holiday."
