"""What stands before the faces, made from the table of paths and the table of limits: CloudFront's behaviours and the wall's rules."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from chalicelib.web import access
from chalicelib.web.paths import PATHS, Face, Row

ROOT = Path(__file__).resolve().parent.parent
LIMITS = ROOT / "chalicelib" / "web" / "limits.toml"
FOR_PEOPLE = "pages"
"""The limit whose visitors are people: they get a page in both languages, since the wall cannot tell which one they read."""
FREE = ("/static/", "/healthz", "/members/healthz")
"""What the limits do not count."""

ORIGINS: dict[Face, Any] = {
    "public": {"Fn::Sub": "${RestAPI}.execute-api.${AWS::Region}.${AWS::URLSuffix}"},
    "members": {"Ref": "MembersApi"},
}
_SECRET = {"Fn::Sub": "{{resolve:secretsmanager:${OriginSecretArn}}}"}
_TELLS_ADDRESS = {"EventType": "viewer-request", "FunctionARN": {"Fn::GetAtt": ["VisitorsAddress", "FunctionARN"]}}
ADDRESS_HEADER = "X-Mingxin-Address"
"""What CloudFront's function sets. Without functions the wall counts by what X-Forwarded-For names first, which a caller can make up."""

Template = dict[str, Any]


def front(stage: str) -> Template:
    """What the public template gets: origins and behaviours of `Front`, and the policies that they name."""
    *rows, last = PATHS
    policies = {_name(row): _kept(row) for row in PATHS} | {"MembersRequest": _asked_of_members()}
    policies |= {_asked(row): _asked_of_public(row) for row in PATHS if row.face == "public" and row.posts}
    distribution = {
        "Origins": [_origin(face, stage) for face in ORIGINS],
        "DefaultCacheBehavior": _behaviour(last),
        "CacheBehaviors": [{"PathPattern": pattern, **_behaviour(row)} for row in rows for pattern in row.patterns],
    }
    return {"Resources": {**policies, "Front": {"Properties": {"DistributionConfig": distribution}}}}


def _origin(face: Face, stage: str) -> Template:
    return {
        "Id": face,
        "DomainName": ORIGINS[face],
        "OriginPath": f"/{stage}",
        "OriginCustomHeaders": [{"HeaderName": access.ORIGIN_HEADER, "HeaderValue": _SECRET}],
        "CustomOriginConfig": {"OriginProtocolPolicy": "https-only", "OriginSSLProtocols": ["TLSv1.2"], "OriginReadTimeout": 30},
    }


def _behaviour(row: Row) -> Template:
    reads = ["GET", "HEAD"]
    return {
        "TargetOriginId": row.face,
        "ViewerProtocolPolicy": "redirect-to-https",
        "Compress": True,
        "AllowedMethods": reads if not row.posts else [*reads, "OPTIONS", "PUT", "PATCH", "POST", "DELETE"],
        "CachedMethods": reads,
        "CachePolicyId": {"Ref": _name(row)},
        "OriginRequestPolicyId": {"Ref": _asked(row)},
        "FunctionAssociations": {"Fn::If": ["HasEdgeFunctions", [_TELLS_ADDRESS], {"Ref": "AWS::NoValue"}]},
    }


def _name(row: Row) -> str:
    """The row's cache policy, by its place in the table."""
    return f"Kept{PATHS.index(row)}"


def _asked(row: Row) -> str:
    """The policy that says what of a request reaches the face of a row."""
    if row.face == "members":
        return "MembersRequest"
    return f"Asked{PATHS.index(row)}" if row.posts else "PublicRequest"


def _kept(row: Row) -> Template:
    """The cache policy of a row. Where nothing is kept, CloudFront takes no part in what makes a copy's key."""
    queries: Template = {"QueryStringBehavior": "none"}
    if row.longest and row.queries is None:
        queries = {"QueryStringBehavior": "all"}
    elif row.longest and row.queries:
        queries = {"QueryStringBehavior": "whitelist", "QueryStrings": list(row.queries)}
    config = {
        "Name": {"Fn::Sub": "${Prefix}" + _name(row).lower()},
        "MinTTL": 0,
        "DefaultTTL": 0,
        "MaxTTL": row.longest,
        "ParametersInCacheKeyAndForwardedToOrigin": {
            "CookiesConfig": {"CookieBehavior": "none"},
            "HeadersConfig": {"HeaderBehavior": "none"},
            "QueryStringsConfig": queries,
            "EnableAcceptEncodingGzip": bool(row.longest),
            "EnableAcceptEncodingBrotli": False,
        },
    }
    return {"Type": "AWS::CloudFront::CachePolicy", "Properties": {"CachePolicyConfig": config}}


def _asked_of_public(row: Row) -> Template:
    """What reaches the public face where something is sent to it: besides what `PublicRequest` says, the parameters and the type."""
    queries: Template = {"QueryStringBehavior": "whitelist", "QueryStrings": list(row.queries)} if row.queries else {}
    config = {
        "Name": {"Fn::Sub": "${Prefix}" + _asked(row).lower()},
        "CookiesConfig": {"CookieBehavior": "none"},
        "QueryStringsConfig": queries or {"QueryStringBehavior": "none"},
        "HeadersConfig": {"HeaderBehavior": "whitelist", "Headers": [ADDRESS_HEADER, "Content-Type"]},
    }
    return {"Type": "AWS::CloudFront::OriginRequestPolicy", "Properties": {"OriginRequestPolicyConfig": config}}


def _asked_of_members() -> Template:
    """All that a member sends but the host name, which is the gateway's there, and cookies that are not ours."""
    cookies = sorted({cookie for row in PATHS for cookie in row.cookies})
    config = {
        "Name": {"Fn::Sub": "${Prefix}members"},
        "CookiesConfig": {"CookieBehavior": "whitelist", "Cookies": cookies} if cookies else {"CookieBehavior": "none"},
        "QueryStringsConfig": {"QueryStringBehavior": "all"},
        "HeadersConfig": {"HeaderBehavior": "allExcept", "Headers": ["Host"]},
    }
    return {"Type": "AWS::CloudFront::OriginRequestPolicy", "Properties": {"OriginRequestPolicyConfig": config}}


def wall(stage: str) -> Template:
    """What a face's template gets: the rules of `Wall`, and the stage that it stands before."""
    rows = tomllib.loads(LIMITS.read_text(encoding="utf-8"))["limits"]
    rules = [_closed()]
    for number, row in enumerate(rows):
        rules.append(_counted(row, rows[:number], stage, len(rules)))
    stage_arn = {"Fn::Sub": f"arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}::/restapis/${{RestAPI}}/stages/{stage}"}
    association = {"DependsOn": "RestAPI.Stage", "Properties": {"ResourceArn": stage_arn}}
    return {"Resources": {"Wall": {"Properties": {"Rules": rules}}, "WallBeforeTheGateway": association}}


def _closed() -> Template:
    """Turns down whoever does not show the front's secret."""
    field = {"SingleHeader": {"Name": access.ORIGIN_HEADER.lower()}}
    return _rule("closed", 0, {"NotStatement": {"Statement": _match(field, "EXACTLY", _SECRET)}}, {"Block": {}})


def _counted(row: Template, before: list[Template], stage: str, priority: int) -> Template:
    """Turns down an address that calls too often. The first row that fits a path counts, so the rows before are left out."""
    others = [statement for earlier in before for statement in _fits(earlier, stage)] + [
        _path("STARTS_WITH", f"/{stage}{free}") for free in FREE
    ]
    scope = {"AndStatement": {"Statements": [_any(_fits(row, stage)), {"NotStatement": {"Statement": _any(others)}}]}}
    statement = {
        "RateBasedStatement": {
            "AggregateKeyType": "FORWARDED_IP",
            "ForwardedIPConfig": {
                "HeaderName": {"Fn::If": ["HasEdgeFunctions", ADDRESS_HEADER, "X-Forwarded-For"]},
                "FallbackBehavior": "MATCH",
            },
            "Limit": row["requests"],
            "EvaluationWindowSec": row["seconds"],
            "ScopeDownStatement": scope,
        }
    }
    too_often = {
        "ResponseCode": 429,
        "CustomResponseBodyKey": "too-often-page" if row["name"] == FOR_PEOPLE else "too-often",
        "ResponseHeaders": [{"Name": "Retry-After", "Value": str(row["seconds"])}, {"Name": "Cache-Control", "Value": "no-store"}],
    }
    return _rule(row["name"], priority, statement, {"Block": {"CustomResponse": too_often}})


def _rule(name: str, priority: int, statement: Template, action: Template) -> Template:
    visible = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": True, "MetricName": {"Fn::Sub": "${Prefix}" + name}}
    return {"Name": name, "Priority": priority, "Statement": statement, "Action": action, "VisibilityConfig": visible}


def _fits(row: Template, stage: str) -> list[Template]:
    begins = [_path("STARTS_WITH", f"/{stage}{row['begins']}")] if "begins" in row else []
    return begins + [_path("ENDS_WITH", ending) for ending in row.get("endings", ())]


def _any(statements: list[Template]) -> Template:
    return statements[0] if len(statements) == 1 else {"OrStatement": {"Statements": statements}}


def _path(constraint: str, text: str) -> Template:
    """The wall sees the stage at the beginning of a path, as the front's origins name it."""
    return _match({"UriPath": {}}, constraint, text)


def _match(field: Template, constraint: str, text: Any) -> Template:
    plain = [{"Priority": 0, "Type": "NONE"}]
    return {
        "ByteMatchStatement": {
            "FieldToMatch": field,
            "PositionalConstraint": constraint,
            "SearchString": text,
            "TextTransformations": plain,
        }
    }
