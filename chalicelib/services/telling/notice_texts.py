"""What each kind of notice says, in both languages: what happened and what to do, without names, numbers or any detail of a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    """A notice in words: a sentence in Chinese; a title and a sentence in English. The Chinese title is the name in the table."""

    zh: str
    title_en: str
    en: str


TEXTS: Mapping[str, Said] = {
    "record entered": Said(
        "您的信用档案新增了一条记录。登录后可以查看来源和有效期；认为有误的，可以提出异议；属于失信记录的，可以查看怎样申请信用修复。",
        "A record was entered about you",
        "A record was entered in your credit archive. Sign in to see its source and term, how to object to it and how it can be repaired.",
    ),
    "repair possible": Said(
        "您有一条失信记录从今天起可以申请信用修复。登录后可以查看条件和办理途径。",
        "A record can be repaired",
        "From today you may apply for the repair of a record. Sign in to see the conditions.",
    ),
    "repair received": Said(
        "已收到您的修复申请，等待提供单位出具意见；登录后可以查看进度。",
        "Your request for repair has arrived",
        "Your request for repair has arrived and waits for the provider's opinion. Sign in to see how it stands.",
    ),
    "repair opinion": Said(
        "提供单位已出具修复意见，现在公示；公示期内无异议的，修复生效。",
        "The opinion on your repair is published",
        "The provider has given its opinion. Unless somebody objects while it is published, the repair takes effect.",
    ),
    "repair returned": Said(
        "您的修复申请被退回，登录后可以查看原因和需要补充的内容。",
        "Your request for repair was sent back",
        "Your request for repair was sent back. Sign in to see why and what is missing.",
    ),
    "repair refused": Said(
        "您的修复申请未获同意，登录后可以查看理由和救济途径。",
        "Your request for repair was refused",
        "Your request for repair was refused. Sign in to see the reasons and what you can do.",
    ),
    "repair took effect": Said(
        "您的信用修复已生效：该记录不再公示，不再提供给任何人。",
        "A repair took effect",
        "Your repair took effect: the record is no longer shown or given to anyone.",
    ),
    "repair shortened": Said(
        "您的信用修复已生效：该记录的有效期提前结束，登录后可以查看新的最后一天；此前仍然公示和使用。",
        "A repair took effect: the record ends earlier",
        "Your repair took effect: the record ends earlier. Sign in to see its new last day; until then it is shown and used.",
    ),
    "record corrected": Said("一条记录已更正，登录后可以查看。", "A record was corrected", "A record was corrected. Sign in to see it."),
    "record withdrawn": Said(
        "一条记录已撤回，不再公示和使用。",
        "A record was withdrawn",
        "A record was withdrawn: it is no longer shown or used.",
    ),
    "record repaired": Said(
        "贵单位收到过的一条记录已经修复：请停止使用，并解除相应措施。",
        "A record you received was repaired",
        "A record that you received was repaired: stop using it and lift the measures tied to it.",
    ),
    "record shortened": Said(
        "贵单位收到过的一条记录已经修复，有效期提前结束：请重新查询，过了新的最后一天就停止使用，并解除相应措施。",
        "A record you received ends earlier",
        "A record that you received was repaired and ends earlier: ask for it again, and after its new last day stop using it and lift the "
        "measures tied to it.",
    ),
    "record ended": Said(
        "您的一条失信记录有效期已满：不再公示，不再作为任何处理的依据。",
        "A record has ended",
        "The term of a record about you has ended: it is no longer shown and no basis for anything.",
    ),
    "publicity ended": Said("与您有关的一项公示已经结束。", "A publication has ended", "A publication about you has ended."),
    "left list": Said(
        "有关主体已退出名单，相应的联合奖惩措施随之结束。",
        "Somebody has left a list",
        "The subject concerned has left the list; measures tied to the entry end with it.",
    ),
    "measure ended": Said("一项联合奖惩措施已经结束。", "A joint measure has ended", "A joint measure has ended."),
    "objection received": Said(
        "已收到您的异议，登录后可以查看办理期限和进度。",
        "Your objection has arrived",
        "Your objection has arrived. Sign in to see by when it is decided.",
    ),
    "objection verified": Said("提供单位已完成对异议的核查。", "Your objection was verified", "The provider has verified your objection."),
    "objection asks": Said(
        "办理您的异议需要补充材料，请登录查看。",
        "Your objection needs more from you",
        "More is needed to decide your objection. Sign in to see what.",
    ),
    "objection decided": Said(
        "您的异议已处理，登录后可以查看结果和理由；不服的，可以申请复核。",
        "Your objection is decided",
        "Your objection is decided. Sign in to see the outcome and how to appeal.",
    ),
    "appeal received": Said("已收到复核申请。", "An appeal has arrived", "An appeal has arrived."),
    "appeal decided": Said(
        "复核已有结果，登录后可以查看；仍不服的，可以依法申请行政复议或者提起诉讼。",
        "Your appeal is decided",
        "Your appeal is decided. Sign in to see the outcome; reconsideration and litigation remain open to you.",
    ),
    "exit received": Said(
        "已收到退出名单的申请，由认定单位决定；登录后可以查看进度。",
        "Your request to leave a list has arrived",
        "Your request to leave a list has arrived; whoever listed you decides. Sign in to see how it stands.",
    ),
    "exit decided": Said(
        "退出名单的申请已有结果，请登录查看。",
        "Your request to leave a list is decided",
        "Your request to leave a list is decided. Sign in to see the outcome.",
    ),
    "promise made": Said(
        "办事部门先行受理并登记了补齐材料的承诺，登录后可以查看材料和最后一天。",
        "Your promise of papers was noted",
        "A body accepted a matter and noted that you bring papers later. Sign in to see which and by when.",
    ),
    "promise due": Said(
        "一件容缺受理的材料还有2个工作日到期。", "Promised papers are nearly due", "Promised papers are due in 2 working days."
    ),
    "promise overdue": Said("一件容缺受理的材料已过承诺的最后一天。", "Promised papers are overdue", "Promised papers are overdue."),
    "consent asked": Said(
        "有单位申请查询您的信用信息，请登录查看是谁、为什么，再决定是否同意。",
        "Somebody asks to see your credit report",
        "Somebody asks to see your credit report. Sign in to see who and why, then decide.",
    ),
    "consent given": Said(
        "一项查询授权已生效，随时可以撤销。不是您本人同意的，请立即登录撤销。",
        "A consent is in force",
        "A consent is in force; you may take it back at any time. If you did not give it, do so now.",
    ),
    "consent used": Said(
        "您给出的授权已被使用，登录后可以查看。", "A consent was used", "A consent that you gave was used. Sign in to see."
    ),
    "consent ending": Said(
        "您给出的一项授权7天后到期，之后不能再用于查询；不必办理什么。",
        "A consent is about to end",
        "A consent that you gave ends in 7 days; after that nothing can be looked at by it. You need not do anything.",
    ),
    "consent ended": Said(
        "一项查询授权（或者没有得到答复的申请）已经到期，不能再用于查询。",
        "A consent has ended",
        "A consent, or a request that nobody answered, has come to its last day: nothing can be looked at by it any more.",
    ),
    "query made": Said(
        "有单位查询了您的信用信息，登录后可以查看是谁、为了什么。",
        "Somebody looked at your credit information",
        "Somebody looked at your credit information. Sign in to see who and what for.",
    ),
    "incident": Said(
        "发生了可能涉及您个人信息的安全事件，请登录查看情况和建议的做法。",
        "A security incident may concern you",
        "A security incident may concern your data. Sign in to see what happened and what you can do.",
    ),
    "verification asked": Said(
        "有一件异议等待贵单位核查，请登录工作台办理。",
        "An objection waits for verification",
        "An objection waits for your verification.",
    ),
    "verification due": Said(
        "一件异议的核查还有2个工作日到期。", "A verification is nearly due", "A verification is due in 2 working days."
    ),
    "verification overdue": Said("一件异议的核查已逾期，请立即办理。", "A verification is overdue", "A verification is overdue: act now."),
    "opinion asked": Said(
        "有一件修复申请等待贵单位出具意见。", "A repair waits for your opinion", "A request for repair waits for your opinion."
    ),
    "opinion due": Said(
        "一件修复申请的意见还有2个工作日到期。", "An opinion is nearly due", "An opinion on a repair is due in 2 working days."
    ),
    "opinion overdue": Said(
        "一件修复申请的意见已逾期，请立即办理。", "An opinion is overdue", "An opinion on a repair is overdue: act now."
    ),
    "publicity due": Said(
        "有许可或处罚信息的公示期限还剩2个工作日，请及时报送。",
        "Licences or penalties must soon be public",
        "The time to make a licence or penalty public ends in 2 working days.",
    ),
    "list report due": Said(
        "本月名单报送5天后到期；没有新增的，请作零报告。",
        "List report nearly due",
        "This month's list report is due in 5 days; report zero if there is none.",
    ),
    "list report overdue": Said(
        "上月名单报送已逾期，请立即报送；没有新增的，请作零报告。",
        "List report overdue",
        "Last month's list report is overdue: send it now, or report zero if there is none.",
    ),
    "end missing": Said(
        "有一条名单信息缺少有效期，暂不公示：请补充。",
        "A list entry lacks its end",
        "A list entry has no end and is not shown: please add it.",
    ),
    "exit asked": Said("有一件退出名单的申请等待贵单位决定。", "Somebody asks to leave a list", "A request to leave a list waits for you."),
    "serve notice": Said(
        "一位信用主体没有可用的联系方式：请贵单位代为送达新增记录的告知，并在工作台登记。",
        "Please serve a notice",
        "A subject cannot be reached: please serve the notice of a new record and say so at the desk.",
    ),
    "incentive doubted": Said(
        "一个守信名单主体新增了失信记录：建议停止相应的激励措施，由贵单位决定。",
        "A red-list subject has a negative record",
        "A red-list subject has a new negative record: consider ending its incentives. You decide.",
    ),
    "watched act": Said(
        "一个重点关注主体在有效期内新增严重失信：请研究是否列入黑名单。",
        "A watched subject has a severe record",
        "A watched subject has a new severe record: decide whether to list it.",
    ),
    "tip passed on": Said(
        "有一件对单位的举报转来，请登录工作台查看和反馈。",
        "A tip was passed to you",
        "A tip about an organisation was passed to you: please answer it.",
    ),
    "measure asked": Said("有一项联合奖惩措施等待办理和反馈。", "A joint measure waits for you", "A joint measure waits for your answer."),
    "case arrived": Said("有新的申请等待办理。", "A new request has arrived", "A new request waits at the desk."),
    "decision due": Said("一件申请的处理决定还有2个工作日到期。", "A decision is nearly due", "A decision is due in 2 working days."),
    "decision overdue": Said("一件申请的处理决定已逾期，请立即办理。", "A decision is overdue", "A decision is overdue: act now."),
    "correction due": Said("一条记录的更正还有1个工作日到期。", "A correction is nearly due", "A correction is due in 1 working day."),
    "correction overdue": Said("一条记录的更正已逾期，请立即办理。", "A correction is overdue", "A correction is overdue: act now."),
    "appeal due": Said("一件复核还有2个工作日到期。", "An appeal is nearly due", "An appeal is due in 2 working days."),
    "appeal overdue": Said("一件复核已逾期，请立即办理。", "An appeal is overdue", "An appeal is overdue: act now."),
    "receiver to tell": Said(
        "一条导出过的记录有变化：请告知接收单位停止使用或者更正，或者向其再导出一次。",
        "A receiver of an export is to be told",
        "A record that was exported has changed: tell its receiver to correct it or to stop using it, or export to it again.",
    ),
    "case report due": Said(
        "有一份案例报告应当报送信用管理部门，请到工作台核对、报送和登记。",
        "A case report is due",
        "A case report to the credit authority is due: check it at the desk, send it and note that.",
    ),
    "notice uncertain": Said(
        "一条法定告知不能确定是否送出，请到工作台处理。", "A notice is uncertain", "Nobody knows whether a notice went: see the desk."
    ),
    "notice untold": Said(
        "一条法定告知没有任何送达途径，请到工作台处理。", "A notice reached nobody", "There is no way to serve a notice: see the desk."
    ),
}
"""Every kind of the table of reminders."""
