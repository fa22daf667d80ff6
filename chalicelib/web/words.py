"""The words in which pages say what the data say in codes; each word stands here once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.web.parameters import FIELDS

FIELD: Mapping[str, str] = FIELDS
"""The four fields of SJZ-1."""
KIND: Mapping[str, str] = {
    "organisation": "法人及非法人组织",
    "individual_business": "个体工商户",
    "government_body": "政府机关",
    "natural_person": "自然人",
}
DISCLOSURE: Mapping[str, str] = {"public": "社会公开", "shared": "政府共享", "authorised": "授权查询", "secret": "不对外"}
CATEGORY: Mapping[str, str] = {"basic": "基本信息", "positive": "正面信息", "negative": "负面信息", "other": "其他信息"}
STATUS: Mapping[str, str] = {"active": "存续", "revoked": "吊销", "cancelled": "注销", "moved_out": "迁出", "merged": "已合并"}
SEVERITY: Mapping[str, str] = {"minor": "轻微", "general": "一般", "severe": "严重"}
EFFECT: Mapping[str, str] = {"incentive": "激励措施", "penalty": "惩戒措施"}
BINDING: Mapping[str, str] = {"mandatory": "强制性措施", "recommended": "推荐性措施"}
FLAG: Mapping[str, str] = {"under_objection": "异议处理中", "corrected": "已更正"}
OWN_FLAG: Mapping[str, str] = {
    **FLAG,
    "use_suspended": "异议期间暂停使用",
    "repaired": "已修复",
    "withdrawn": "已撤回",
    "purged": "已清除",
    "exited": "已移出",
    "expired_early": "已提前终止",
}
"""Also what only the subject sees."""
FINDINGS: Mapping[str, str] = {"right": "记录无误", "partly": "部分有误", "wrong": "记录有误", "not ours": "不是本单位提供的（请转交）"}
"""What a provider finds when it verifies a record."""
LIGHTS: Mapping[str, tuple[str, str]] = {"on time": ("期限内", "green"), "soon": ("即将到期", "yellow"), "late": ("已逾期", "red")}
"""How near a last day is, in words and in colour."""
ROLE: Mapping[str, str] = {
    "officer": "信用中心经办人",
    "supervisor": "信用中心负责人",
    "handler": "举报办理人",
    "provider": "信息提供单位经办人",
}
BATCH_STATE: Mapping[str, str] = {"ended": "已完成", "running": "正在入库", "cut_off": "中断，请重新报送"}
RECALL_STATE: Mapping[str, str] = {"waiting": "等待另一人确认", "refused": "不予确认", "running": "正在撤回", "done": "已经撤回"}
LIGHT: Mapping[str, str] = {"green": "绿灯", "yellow": "黄灯", "red": "红灯"}
JOB: Mapping[str, tuple[str, str, str]] = {
    "expire": ("到期", "有效期届满的次日，记录移入存档部分，不再公开。", "每小时第5分钟，零时5分起"),
    "effect": ("修复生效、授权到期", "修复意见公示期满、没有异议的，修复生效；查询授权到期的，告知双方。", "每小时第5分钟，零时5分起"),
    "follow": ("新增记录的后续", "新增的记录牵涉到名单、措施的，提请认定单位和经办人决定；措施到了自己的期限，予以终止。", "每5分钟"),
    "forget": ("到期删除", "存档的记录保存期限届满，予以删除。", "每天1时10分"),
    "root": ("签署操作留痕", "给每一天的操作留痕算出一个签名的根，任何一条事后被改动都查得出来。", "每小时第20分钟"),
    "remind": ("提醒", "把当天到期、应当告知的事告诉当事人、提供单位和经办人；已经办结的不再发。", "每天8时30分"),
    "deliver": ("发送", "发送还没有送出的通知。", "每5分钟"),
    "publish": ("公示", "把还没有公开的变化补上。", "每5分钟"),
    "recall": ("整批撤回", "两人确认撤回的批次，逐条撤回其中的记录。", "每5分钟"),
    "bulletin": ("通报", "统计前一天的查询；一个季度的期限都届满后，做出报送通报；案例报告到期的，提醒经办人报送。", "每天1时"),
    "export": (
        "导出",
        "把上次导出以来新增、变动和移出的单位记录写成文件，供上级系统和其他城市取用；第一次全部导出由经办人执行。",
        "每天2时",
    ),
}
"""What each job is called, does, and when it runs."""
QUEUE: Mapping[str, str] = {"notices": "通知", "reports": "信用报告", "jobs": "定时任务"}
"""What each queue brings."""
DEAD_LETTER: Mapping[str, str] = {
    "consent": "请本人决定是否同意查询",
    "to": "告知",
    "messages": "发送消息",
    "report": "制作信用报告",
    "job": "接着办",
    "call": "按时执行",
}
"""What a message asks for that no queue could get done."""
NOTICE_STATE: Mapping[str, tuple[str, str]] = {
    "due": ("待告知", "yellow"),
    "told": ("已发消息", "green"),
    "page only": ("只在本页告知", "grey"),
    "untold": ("没有可用的联系方式", "red"),
    "damaged": ("内容已损坏，请向窗口查询", "red"),
    "served": ("已另行送达", "green"),
    "settled": ("已办结，无需告知", "grey"),
}
MESSAGE_STATE: Mapping[str, str] = {
    "due": "等待发送",
    "claimed": "正在发送",
    "sent": "已发出",
    "delivered": "已送达",
    "bounced": "被退回",
    "failed": "没有发出",
    "suppressed": "未发送",
    "uncertain": "不确定是否送出",
    "printed": "已打印",
    "posted": "已寄出",
    "returned": "已退信",
}
CHANNEL: Mapping[str, str] = {"email": "电子邮件", "phone": "短信", "letter": "信函"}
NOTICE_FACT: Mapping[str, str] = {
    "title": "事项",
    "list": "名单",
    "number": "编号",
    "due": "期限",
    "provider": "单位",
    "outcome": "结果",
    "reason": "理由",
    "asker": "查询单位",
    "purpose": "用途",
    "which": "文书号或名称",
    "what": "情况",
}
"""The facts that a notice may carry."""
ISSUER: Mapping[str, str] = {"citizens": "个人和单位登录", "staff": "工作人员登录"}
MATCHED: Mapping[str, str] = {"name": "名称相符", "former_name": "曾用名相符", "code": "代码相符"}
OUTCOME: Mapping[str, str] = {
    "answered": "已回答",
    "unknown": "没有这个单位",
    "refused": "写法有误",
    "unavailable": "查询记录没有写成，没有回答",
}
"""What became of one row of a review."""
QUERY: Mapping[str, str] = {
    "query": "查询",
    "report": "信用报告",
    "review": "批量审查",
    "compare": "名称比对",
    "export": "定期导出",
}
QUERY_BASIS: Mapping[str, str] = {
    "government_sharing": "政府部门之间依法共享",
    "consent": "您的授权",
    "counter": "在信用信息服务窗口核验证件后办理",
}
"""What entitled whoever asked, as the subject reads it."""
ID_TYPE: Mapping[str, str] = {
    "resident_id": "身份证",
    "foreign_permanent_resident": "外国人永久居留身份证",
    "hong_kong_macao_taiwan_residence": "港澳台居民居住证",
    "hong_kong_macao_permit": "港澳居民来往内地通行证",
    "taiwan_permit": "台湾居民来往大陆通行证",
    "passport": "护照",
}
"""The types of a person's number, as programs name them."""
CATALOGUE: Mapping[str, str] = {
    "licence": "许可",
    "penalty": "处罚",
    "redlist": "红名单（守信）",
    "blacklist": "黑名单（失信）",
    "warnings": "预警",
    "repairs": "信用修复",
    "corrections": "更正公告",
}
"""The tag of a card, where the name of the catalogue item would say it twice or not clearly."""
COMMITMENT: Mapping[str, str] = {"general": "综合承诺", "special": "专项承诺"}
LICENCE_STATE: Mapping[str, str] = {"1": "有效", "2": "无效"}

STATUS_COLOUR: Mapping[str, str] = {"active": "green", "revoked": "red", "cancelled": "grey", "moved_out": "grey", "merged": "grey"}
TONE: Mapping[str, str] = {"licence": "basic", "penalty": "negative", "redlist": "positive", "blacklist": "negative", "warnings": "warning"}
"""The tone of what does not say its category itself."""
TONE_COLOUR: Mapping[str, str] = {"negative": "red", "positive": "green", "basic": "blue", "other": "blue", "warning": "yellow"}
SEVERITY_COLOUR: Mapping[str, str] = {"minor": "yellow", "general": "orange", "severe": "magenta"}


@dataclass(frozen=True)
class Publicity:
    """A kind of publicity: its name and what it tells, the name of its day, and what happened on that day."""

    name: str
    about: str
    day: str
    happened: str


PUBLICITY: Mapping[str, Publicity] = {
    "licences": Publicity("行政许可", "行政机关准予许可的决定：谁获得了什么许可，由谁决定，有效期到哪一天。", "决定日期", "作出的决定"),
    "penalties": Publicity(
        "行政处罚", "行政机关按一般程序作出的处罚决定：谁因为什么受到处罚，由谁决定，展示到哪一天。", "决定日期", "作出的决定"
    ),
    "redlist": Publicity("红名单", "认定单位列为诚信典型的主体：由谁认定，依据什么，列入到哪一天。", "列入日期", "列入的主体"),
    "blacklist": Publicity(
        "黑名单", "认定单位列为严重失信的主体：由谁认定，依据什么，因为什么，能不能修复、怎样修复。", "列入日期", "列入的主体"
    ),
    "warnings": Publicity("预警名单", "国家发布的大数据警示名单。这里只转载，不计算任何预警。", "发布日期", "发布的预警"),
    "repairs": Publicity("信用修复", "提供单位同意修复的记录：在决定前公示，任何人可以提出异议。", "公示开始日期", "公示的修复"),
    "exits": Publicity("退出名单", "退出红名单、黑名单的主体：退出了什么名单，从哪一天起。", "退出日期", "退出的主体"),
    "corrections": Publicity("更正公告", "曾经公示的记录有错，已经更正：更正了哪一条，从哪一天起。", "更正日期", "作出的更正"),
    "commitments": Publicity("信用承诺", "单位主动向社会作出的承诺：承诺什么，由谁受理，供社会监督。", "承诺日期", "作出的承诺"),
}
"""The kinds of publicity that are served."""
GROUPS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "双公示": ("行政许可和行政处罚的决定：给谁，由谁决定，展示到哪一天。", ("licences", "penalties")),
    "红黑名单与预警": ("谁被列入什么名单：由谁认定，依据什么，因为什么，到哪一天为止。", ("redlist", "blacklist", "warnings")),
    "修复、退出与更正": ("哪些记录修复了，谁退出了名单，哪些错误更正了。", ("repairs", "exits", "corrections")),
    "信用承诺": ("单位主动向社会作出的承诺，供社会监督。", ("commitments",)),
}
"""The kinds of publicity in groups, each with what it tells."""
Labels = Mapping[str, Mapping[str, Any]]
"""By part of a record: `label` and `type`, of a choice also its `choices`, each word with what it stands for."""


def _texts(**labels: str) -> dict[str, dict[str, str]]:
    return {name: {"label": label, "type": "text"} for name, label in labels.items()}


def _listing(day: str, **labels: str) -> Labels:
    return {"determined_on": {"label": day, "type": "date"}, **_texts(**labels)}


CONTENT: Mapping[str, Labels] = {
    "penalty": {
        "document_no": {"label": "文书号", "type": "code"},
        "determined_on": {"label": "决定日期", "type": "date"},
        **_texts(
            breach_type="违法行为类型",
            facts="违法事实",
            basis="处罚依据",
            penalty_type="处罚类别",
            decision="处罚内容",
            revoked_licence="暂扣或吊销的证照",
            authority="处罚机关",
        ),
        "fine": {"label": "罚款金额", "type": "money"},
        "confiscated": {"label": "没收金额", "type": "money"},
    },
    "licence": {
        "document_no": {"label": "文书号", "type": "code"},
        "determined_on": {"label": "决定日期", "type": "date"},
        **_texts(licence_name="许可证书名称", licence_type="许可类别", content="许可内容", authority="许可机关", state="当前状态"),
        "licence_no": {"label": "许可编号", "type": "code"},
        "valid_from": {"label": "有效期自", "type": "date"},
        "valid_to": {"label": "有效期至", "type": "date"},
    },
    "redlist": _listing("列入日期", basis="认定依据", reason="列入事由", recogniser="认定单位"),
    "blacklist": _listing("列入日期", basis="认定依据", reason="列入事由", recogniser="认定单位"),
    "warnings": _listing("发布日期", publisher="发布单位", origin="来源"),
    "exits": {
        **_listing("退出日期", recogniser="认定单位"),
        "list": {"label": "名单种类", "type": "choice", "choices": {"红名单": "redlist", "黑名单": "blacklist"}},
    },
    "commitments": _listing("承诺日期", matter="承诺事项", text="承诺内容", authority="受理单位"),
    "corrections": {"document_no": {"label": "原文书号", "type": "code"}, **_listing("更正日期", correction="更正说明")},
    "repairs": {
        "document_no": {"label": "原文书号", "type": "code"},
        **_listing("公示开始日期", opinion="修复意见", effect="修复之后"),
        "until": {"label": "新的有效期至", "type": "date"},
        "number": {"label": "公示编号", "type": "code"},
    },
}
"""Labels by catalogue item where a document brings none: on the pages of publicity, and in documents of before there were labels."""
