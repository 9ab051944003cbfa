"""Say in Chinese what each act of the audit is: the word an auditor reads beside the route or command it came by."""

from collections.abc import Mapping
from typing import Final

from contracts.permissions import EACH, PERMISSIONS, WITH_PAGES, Permission

SAFE: Final = ("GET ", "HEAD ")

OF_ROUTES: Final[Mapping[str, str]] = {
    "DELETE /v1/session": "退出登录",
    "POST /logout": "退出登录",
    "PUT /v1/session/password": "修改密码",
    "POST /password": "修改密码",
    "GET /dead-letters/{identity}": "查阅死信原文",
    "GET /v1/dead-letters/{identity}": "查阅死信原文",
    "POST /dead-letters/{identity}": "重放死信",
    "POST /v1/dead-letters/{identity}/replay": "重放死信",
    "POST /tip-offs/{identity}/open": "拆阅举报内容或举报人",
    "POST /tip-offs/{identity}/hazard": "将举报立为隐患",
    "POST /tip-offs/{identity}/verify": "登记举报核查结果",
    "POST /tip-offs/{identity}/reward": "登记举报奖励",
    "POST /imports": "导入台账",
    "POST /proposals/{decision_id}": "审定决定",
    "POST /v1/proposals/{decision_id}/{answer}": "审定决定",
    "POST /v1/policies/{pack}/what-if": "试算另一政策",
    "POST /notices/settle": "批量核实通知结果",
    "POST /v1/notices/settle": "批量核实通知结果",
    "POST /notices/{notice_id}/acknowledge": "签收通知",
    "POST /v1/notices/{notice_id}/acknowledge": "签收通知",
    "POST /notices/{notice_id}/retry": "重发通知",
    "POST /notices/{notice_id}/settle": "核实通知结果",
    "GET /roster": "查阅值班花名册",
    "GET /roster/roster.xlsx": "下载值班花名册",
    "POST /roster": "导入值班花名册",
    "POST /roster/seat": "登记值班交接",
    "POST /silences": "设置静默",
    "POST /v1/silences": "设置静默",
    "POST /silences/{silence_id}/lift": "解除静默",
    "DELETE /v1/silences/{silence_id}": "解除静默",
    "POST /v1/letters": "起草公文",
    "POST /letters/{letter_id}/beside": "起草公文",
    "PATCH /v1/letters/{letter_id}": "修改公文",
    "POST /letters/{letter_id}/edit": "修改公文",
    "POST /v1/letters/{letter_id}/sign": "签发公文",
    "POST /letters/{letter_id}/sign": "签发公文",
    "POST /v1/letters/{letter_id}/discard": "作废公文",
    "POST /letters/{letter_id}/discard": "作废公文",
    "POST /v1/letters/{letter_id}/withdraw": "起草撤销函",
    "POST /letters/{letter_id}/withdraw": "起草撤销函",
    "POST /v1/letters/{letter_id}/minutes": "起草约谈纪要",
    "POST /letters/{letter_id}/minutes": "起草约谈纪要",
    "POST /v1/letters/{letter_id}/handed-over": "登记纸质送达",
    "POST /v1/letters/{letter_id}/receipt": "登记公文签收",
    "POST /letters/{letter_id}/receipt": "登记公文签收",
    "POST /v1/letters/{letter_id}/reply": "登记公文回复",
    "POST /letters/{letter_id}/reply": "登记公文回复",
    "PUT /v1/letters/{letter_id}/scan": "上传回执扫描件",
    "POST /letters/{letter_id}/scan": "上传回执扫描件",
    "GET /v1/letters/{letter_id}/scans/{scan_id}": "查阅回执扫描件",
    "PUT /v1/letter-templates/{form}": "更换公文模板",
    "POST /receipts/{token}": "凭链接签收公文",
    "PUT /v1/sending": "操作发送总开关",
    "PUT /v1/tenants/{tenant}": "设置地区上线与试运行",
    "POST /hazards/views": "保存台账视图",
    "POST /hazards/views/forget": "删除台账视图",
    "GET /audit": "查阅审计",
    "GET /v1/audit": "查阅审计",
    "POST /league/{period}/objections": "对月晾晒提异议",
    "POST /v1/league/{period}/objections": "对月晾晒提异议",
    "POST /league/{period}/objections/{identity}/answer": "答复月晾晒异议",
    "POST /v1/league/{period}/objections/{identity}/answer": "答复月晾晒异议",
    "POST /league/{period}/publish": "公布月晾晒",
    "POST /v1/league/{period}/publish": "公布月晾晒",
    "POST /reports": "预约导出报表",
    "POST /v1/exports": "预约导出报表",
}
"""Every route behind which a person can leave an entry, as the table of permissions writes it."""

OF_COMMANDS: Final[Mapping[str, str]] = {
    "acls": "命令行：消息权限",
    "audit": "命令行：审计",
    "calendar": "命令行：工作日历",
    "clock": "命令行：时钟",
    "dead-letters": "命令行：死信",
    "demo": "命令行：演示数据",
    "doctor": "命令行：体检",
    "import": "命令行：导入台账",
    "informers": "命令行：举报人信息",
    "keys": "命令行：密钥",
    "league": "命令行：月晾晒",
    "letters": "命令行：公文",
    "load": "命令行：压力测试",
    "notices": "命令行：通知",
    "people": "命令行：账号与岗位",
    "policy": "命令行：政策",
    "positions": "命令行：消费位置",
    "publish": "命令行：发送事件",
    "report": "命令行：报表",
    "reporting": "命令行：报表库",
    "routes": "命令行：通知路由",
    "simulate": "命令行：推演",
    "sources": "命令行：来源系统",
    "topics": "命令行：主题",
    "what-if": "命令行：政策试算",
}
"""Every command that is witnessed."""

OF_THE_SYSTEM: Final[Mapping[str, str]] = {
    "signed in": "登录",
    "sign-in refused": "登录被拒绝",
    "session ended": "会话被终止",
    "refused": "访问被拒绝",
    "chain opened": "开立审计链",
    "restored": "从备份恢复",
    "policy activated": "政策生效",
    "calendar changed": "日历调整",
}
"""What is noted without a route or a command of its own."""


def word_of(act: str) -> str:
    """The Chinese word of an act; the act itself where it is none of ours any more: entries outlive routes."""
    command = act.removeprefix("bihuan ") if act.startswith("bihuan ") else ""
    return OF_ROUTES.get(act) or OF_COMMANDS.get(command) or OF_THE_SYSTEM.get(act) or act


def leaving_entries() -> set[str]:
    """The routes of the table of permissions behind which a person, or a secret link, can leave an entry."""
    tables = (EACH, WITH_PAGES, *PERMISSIONS.values())
    return {name for table in tables for name, permission in table.items() if _leaves(name, permission)}


def _leaves(name: str, permission: Permission) -> bool:
    by_a_person = bool(permission.roles) or permission.everywhere
    return by_a_person and (permission.audited or not name.startswith(SAFE))
