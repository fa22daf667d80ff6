"""Answers of DynamoDB are read as botocore reads them, only faster."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import botocore.session
import pytest
from botocore.parsers import JSONParser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.storage.parsing import Parsers

OPERATIONS = botocore.session.get_session().get_service_model("dynamodb")
BYTES = st.binary(max_size=20).map(lambda content: b64encode(content).decode())
PLAIN = st.one_of(
    st.builds(lambda text: {"S": text}, st.text(max_size=10)),
    st.builds(lambda number: {"N": str(number)}, st.integers()),
    st.builds(lambda content: {"B": content}, BYTES),
    st.builds(lambda truth: {"BOOL": truth}, st.booleans()),
    st.just({"NULL": True}),
    st.builds(lambda texts: {"SS": texts}, st.lists(st.text(max_size=5), min_size=1, max_size=3)),
    st.builds(lambda contents: {"BS": contents}, st.lists(BYTES, min_size=1, max_size=3)),
)
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        st.builds(lambda values: {"L": values}, st.lists(inner, max_size=4)),
        st.builds(lambda values: {"M": values}, st.dictionaries(st.text(max_size=5), inner, max_size=4)),
    ),
    max_leaves=6,
)
ITEMS = st.dictionaries(st.text(min_size=1, max_size=8), VALUES, max_size=6)


def parsed(parser: JSONParser, operation: str, answer: dict[str, Any], status: int = 200) -> Any:
    response = {"body": json.dumps(answer).encode(), "headers": {}, "status_code": status}
    return parser.parse(response, OPERATIONS.operation_model(operation).output_shape)


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(items=st.lists(ITEMS, max_size=3), key=ITEMS)
def test_items_come_out_as_botocore_reads_them(items: list[dict[str, Any]], key: dict[str, Any]) -> None:
    queried = {"Items": items, "Count": len(items), "LastEvaluatedKey": key, "ConsumedCapacity": {"CapacityUnits": 1.5}}
    got = {"Responses": {"archive": items}, "UnprocessedKeys": {"archive": {"Keys": [key]}}}
    for operation, answer in (("Query", queried), ("BatchGetItem", got), ("GetItem", {"Item": key})):
        assert parsed(Parsers().create_parser("json"), operation, answer) == parsed(JSONParser(), operation, answer)


@pytest.mark.parametrize("status", [400, 500])
def test_refusals_come_out_as_botocore_reads_them(status: int) -> None:
    reasons = [{"Code": "ConditionalCheckFailed", "Item": {"pk": {"S": "a"}, "sealed": {"B": "AAE="}}}, {"Code": "None"}]
    refusal = {"__type": "com.amazonaws.dynamodb#TransactionCanceledException", "Message": "no", "CancellationReasons": reasons}
    ours, theirs = (parsed(parser, "TransactWriteItems", refusal, status) for parser in (Parsers().create_parser("json"), JSONParser()))
    assert ours == theirs
