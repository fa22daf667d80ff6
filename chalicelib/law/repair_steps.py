"""The steps of a repair, as data: who does what in which state, on what clause (NT-34, NT-35)."""

from __future__ import annotations

from chalicelib.law.decisions import phrase
from chalicelib.law.procedures import Move, Procedure, State

REPAIR = Procedure(
    "repair",
    "信用修复",
    "XF",
    (
        State("applied", phrase("待提供单位提出修复意见"), "provider", "repair_opinion"),
        State("public", phrase("修复意见公示中"), "schedule", "repair_publicity"),
        State("objected", phrase("公示期间有异议，待提供单位核实"), "provider", "repair_opinion"),
        State("effective", phrase("修复已生效"), final=True),
        State("refused", phrase("提供单位不同意修复"), final=True),
        State("taken back", phrase("申请人已撤回"), final=True),
        State("lapsed", phrase("记录已不再使用，申请终止"), final=True),
    ),
    (
        Move("agree", ("applied", "objected"), "public", ("provider",), "NT-35", phrase("同意修复，公示意见")),
        Move("refuse", ("applied", "objected"), "refused", ("provider",), "NT-35", phrase("不同意修复")),
        Move("object", ("public",), "objected", ("officer", "anyone"), "NT-35", phrase("对公示的修复意见提出异议")),
        Move("take back", ("applied", "public", "objected"), "taken back", ("subject",), "NT-34", phrase("撤回申请")),
        Move("take effect", ("public",), "effective", ("schedule",), "NT-35", phrase("公示期满，意见生效")),
        Move("recompute", ("applied", "public", "objected"), None, ("schedule",), "NT-35", phrase("节假日安排公布，重新计算期限")),
        Move("lapse", ("applied", "public", "objected"), "lapsed", ("schedule",), "NT-34", phrase("记录不再使用，终止")),
    ),
    alone=phrase("这条记录已经在修复中（{number}）：请等待结果"),
)
"""A repair from the application to its effect. An objection to the opinion sends it back to the provider, whose new opinion is public
anew."""
