"""What `/me` costs with 50 of 200 records, against a bare botocore query of the same items (`make bench`).

"The same items" are the 200 among which the newest 50 are found: no index orders a subject's records, so all have to be looked
through. The page reads the sort keys of all and the whole of 50; against a query of 50 items alone it is measured too.
Runs on DynamoDB Local in memory. CPU is that of this process alone, the least of several rounds: what Lambda would be paid for.
The page's own session, its look-up of the subject and its HTML are all counted.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

import botocore.session

from bench.engines import OFFICE, in_memory
from bench.look_up import least_cpu
from local import demo, gateway

RECORDS = 200
NUMBER = demo.a_person_number(210)
NAME = "孙演示"


def main() -> None:
    """Fill the archive, sign somebody in, measure, print."""
    os.environ.update(MINGXIN_FACE="members", MINGXIN_SITE="https://credit.example")
    with in_memory() as folder:
        _send_records(folder)
        from app import create_app
        from chalicelib.records.identifiers import Identifier
        from chalicelib.records.people import Person
        from chalicelib.services.identity import people_sessions
        from chalicelib.storage import archive, engine

        identifier = Identifier("resident_id", NUMBER)
        (subject_id,) = archive.subjects_of([identifier]).values()
        cookie = people_sessions.begin(Person("p_bench", "citizens", NAME, identifier))[1]
        app = create_app("members")
        routes = gateway.Routes(app.routes)

        def page(query: str = "") -> Any:
            match = routes.find("/me")
            assert match is not None
            return gateway.call(app, gateway.HttpRequest("GET", "/me", query, {"Cookie": f"__Host-mingxin={cookie}"}), match)

        stock = botocore.session.get_session().create_client("dynamodb", config=engine.CONFIG)

        def bare(limit: int) -> Any:
            return stock.query(
                TableName="mingxin-archive",
                KeyConditionExpression="pk = :pk AND begins_with(sk, :records)",
                ExpressionAttributeValues={":pk": {"S": "S#" + subject_id}, ":records": {"S": "REC#"}},
                ConsistentRead=True,
                Limit=limit,
            )

        shown = page()
        assert (shown.status, shown.body.count(b"<article")) == (200, 50)
        assert len(bare(RECORDS)["Items"]) == RECORDS
        cpu, all_items, fifty = least_cpu(page, lambda: bare(RECORDS), lambda: bare(50))
        print(f"/me, 50 of {RECORDS}: {cpu:.2f} ms of CPU")
        print(f"bare query of the {RECORDS} items that it looks through: {all_items:.2f} ms, ratio {cpu / all_items:.2f}")
        print(f"bare query of 50 items: {fifty:.2f} ms, ratio {cpu / fifty:.2f}")


def _send_records(folder: Path) -> None:
    """Licences and penalties of one person, taken in as a department's file is."""
    from chalicelib.services.submission import intake

    file = folder / "licences.csv"
    office, code = OFFICE
    with file.open("w", encoding="utf-8", newline="") as out:
        rows = [_licence(number, office, code) for number in range(RECORDS)]
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert intake.import_file("licences", file, provider=code).accepted == RECORDS


def _licence(number: int, office: str, code: str) -> dict[str, str]:
    return {
        "行政相对人名称": NAME,
        "行政相对人类别": "自然人",
        "证件类型": "身份证",
        "证件号码": NUMBER,
        "行政许可决定文书名称": "准予许可决定书",
        "行政许可决定文书号": f"演许〔2026〕{number + 1}号",
        "许可类别": "普通",
        "许可证书名称": "道路运输经营许可证",
        "许可编号": f"YS{number:06d}",
        "许可内容": "准予道路运输经营许可证（演示）",
        "许可决定日期": f"2026/{1 + number // 28:02}/{1 + number % 28:02}",
        "有效期自": f"2026/{1 + number // 28:02}/{1 + number % 28:02}",
        "有效期至": "2099/12/31",
        "许可机关": office,
        "许可机关统一社会信用代码": code,
        "当前状态": "1",
        "数据来源单位": office,
        "数据来源单位统一社会信用代码": code,
    }


if __name__ == "__main__":
    main()
