"""What messages say, in both languages: short, no names, nothing that a stranger who reads along could use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Language = Literal["zh", "en"]
Kind = Literal["contact code", "contact code at counter", "consent code", "consent code at counter", "consent asked", "contact changed"]

TEXTS: Mapping[Kind, Mapping[Language, tuple[str, str]]] = {
    "contact code": {
        "zh": ("验证联系方式", "验证码 {code}，用于确认联系方式，{minutes}分钟内有效。不是您本人操作的，请不要告诉任何人。"),
        "en": ("Confirm your contact", "Code {code} confirms this contact, valid {minutes} minutes. If this was not you, tell nobody."),
    },
    "contact code at counter": {
        "zh": ("验证联系方式", "验证码 {code}，用于在窗口登记这个联系方式，{minutes}分钟内有效。请只告诉正在当面为您办理的工作人员。"),
        "en": (
            "Confirm your contact",
            "Code {code} registers this contact at the counter, valid {minutes} minutes. Tell only the clerk you face.",
        ),
    },
    "consent code": {
        "zh": ("确认授权", "验证码 {code}，用于同意他人查询您的信用信息，{minutes}分钟内有效。不同意就不要填写，不要告诉任何人。"),
        "en": (
            "Confirm consent",
            "Code {code} lets somebody see your credit report, valid {minutes} minutes. Tell nobody.",
        ),
    },
    "consent code at counter": {
        "zh": (
            "确认授权",
            "验证码 {code}，用于在窗口同意他人查询您的信用信息，{minutes}分钟内有效。您正在窗口当面办理并且同意，才告诉工作人员。",
        ),
        "en": (
            "Confirm consent",
            "Code {code} lets somebody see your credit report, valid {minutes} minutes. Tell it only to the clerk you face, if you agree.",
        ),
    },
    "consent asked": {
        "zh": (
            "有单位申请查询您的信用信息",
            "申请编号 {number}。72小时内可打开 {link} 查看是谁、为什么，再决定是否同意。",
        ),
        "en": (
            "Somebody asks to see your credit report",
            "Request {number}: open {link} within 72 hours to see who and why, then decide.",
        ),
    },
    "contact changed": {
        "zh": (
            "联系方式已变更",
            "在信用信息平台登记的联系方式已改为别的或删除，以后的消息不再发到这里。不是您本人操作的，请致电 {phone}。",
        ),
        "en": ("Your contact was changed", "Messages of the credit window no longer come here. If you did not change this, call {phone}."),
    },
}
"""Title and text of each kind of message. A text message has no title."""
