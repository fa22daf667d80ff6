"""What a typical case may tell of whom, and when it tells it no more."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.law import typical_cases as law
from chalicelib.law.decisions import Refused
from chalicelib.records.kinds import SubjectKind
from chalicelib.records.subjects import Announcement, Office, Profile, Subject

from .builders import ENDS, a_record

COMPANY = Subject("s_1", Profile("示例甲食品有限公司", "organisation", legal_representative="孙示例"), ("91990000YW00100185",))
CASE = Announcement(
    "DX-1", "cases", "r_1", "penalty", "negative", "标题", None, Office("1", "示例"), ENDS, ENDS, "示例", False, {}, revision=1
)


@pytest.mark.clause("NTN-4a")
@pytest.mark.parametrize(
    ("kind", "told"), [("organisation", True), ("government_body", True), ("individual_business", False), ("natural_person", False)]
)
def test_cases_are_told_of_organisations_only_and_end_with_their_record(kind: SubjectKind, told: bool) -> None:
    subject = Subject("s_1", Profile("示例", kind))
    if told:
        assert law.refuse_untold(a_record(), subject, public=True) == ENDS
    else:
        with pytest.raises(Refused, match="只讲单位"):
            law.refuse_untold(a_record(), subject, public=True)


@pytest.mark.clause("NTN-4a")
@pytest.mark.parametrize(("public", "until"), [(False, ENDS), (True, None)])
def test_what_is_not_public_or_has_no_end_is_not_told(public: bool, until: date | None) -> None:
    with pytest.raises(Refused, match="正在公开"):
        law.refuse_untold(a_record(valid_until=until), COMPANY, public=public)


@pytest.mark.clause("NTN-4a")
@pytest.mark.parametrize(
    "text", ["法定代表人孙示例承认", "请联系13800000000", "李某某（990000199005230009）", "见 someone@example.com", " ", "长" * 2001]
)
def test_a_case_names_nobody(text: str) -> None:
    assert law.told(" 虚假广告 ", "示例甲食品有限公司发布虚假广告。", a_record(), COMPANY)[0] == "虚假广告"
    with pytest.raises(Refused):
        law.told("虚假广告", text, a_record(), COMPANY)


@pytest.mark.clause("NTN-4a")
def test_a_case_is_told_only_while_its_record_says_what_it_said() -> None:
    assert law.still_told(CASE, a_record())
    assert not law.still_told(CASE, a_record(revision=2))
    assert not law.still_told(CASE, None)
