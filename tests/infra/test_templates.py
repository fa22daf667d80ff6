"""The templates: the tables, the front and the wall say what the design says, and the stacks can be made."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
import warnings
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from moto import mock_aws

from app import create_app
from chalicelib.services.exchange import export
from chalicelib.web import paths
from infra import front
from local import resources
from tests.infra.functions import FACE_OF, HANDLERS, ROOT

ENVIRONMENTS, FACES = ("dev", "prod"), ("public", "members")
TEMPLATES = [f"{environment}/{face}.yaml" for environment in ENVIRONMENTS for face in FACES]
NOT_IN_MOTO = {
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::SecretsManager::Secret",
}
"""What moto cannot make; cfn-lint and checkov look at it, and tests here assert what matters of it."""
LARGEST_TEMPLATE_SENT, LARGEST_TEMPLATE_IN_S3 = 51_200, 1_000_000
"""Bytes (AWS CloudFormation quotas)."""
LARGEST_BODY_OF_THE_WALL = 4096
"""Bytes (AWS WAF quotas)."""
REGIONS = ("cn-north-1", "cn-northwest-1", "us-east-1")
CHECKOV = ROOT / ".package" / "checkov" / "bin" / "checkov"


def read(path: Path) -> dict[str, Any]:
    template: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), resources._Reader)  # noqa: S506 (a SafeLoader)
    return template


@pytest.fixture(scope="session")
def templates(dist: Path) -> dict[str, dict[str, Any]]:
    return {name: read(dist / name) for name in ("data.yaml", *TEMPLATES)}


def of_type(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {name: resource for name, resource in template["Resources"].items() if resource["Type"] == kind}


# The checkers


def test_cfn_lint_finds_nothing(dist: Path) -> None:
    program = ROOT / ".venv" / "bin" / "cfn-lint"
    command = [program, "--regions", *REGIONS, "--", *map(str, sorted(dist.rglob("*.yaml")))]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    said = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert (said.returncode, said.stdout) == (0, "")


@pytest.mark.parametrize("name", ["data.yaml", "prod/public.yaml", "prod/members.yaml"])
def test_checkov_finds_nothing_but_what_is_skipped_with_a_reason(dist: Path, templates: dict[str, Any], name: str) -> None:
    command = [CHECKOV, "-f", dist / name, "--framework", "cloudformation", "--compact", "--quiet", "--skip-download", "-o", "json"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    found = json.loads(said.stdout)
    assert [f"{one['check_id']} {one['resource']}" for one in found["results"]["failed_checks"]] == []
    assert (found["summary"]["parsing_errors"], found["summary"]["passed"] > 0) == (0, True)
    skips = [skip for one in templates[name]["Resources"].values() for skip in one.get("Metadata", {}).get("checkov", {}).get("skip", ())]
    assert [skip["id"] for skip in skips if len(skip.get("comment") or "") < 15] == []


def test_no_template_is_larger_than_the_way_by_which_the_guide_deploys_it(dist: Path) -> None:
    guide = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    directly = re.search(r"deploy --stack-name \S+ --template-file dist/data.yaml", guide)
    by_a_bucket = re.search(r'--template-file "dist/\$1.yaml" --s3-bucket "\$BUCKET"', guide)
    assert directly
    assert by_a_bucket
    sizes = {path.relative_to(dist).as_posix(): path.stat().st_size for path in dist.rglob("*.yaml")}
    assert sizes.pop("data.yaml") <= LARGEST_TEMPLATE_SENT
    assert max(sizes.values()) <= LARGEST_TEMPLATE_IN_S3


# The data stack


def test_the_data_stack_can_be_made_with_its_tables_queues_keys_and_bucket(dist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws(), warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        cloudformation = boto3.client("cloudformation", region_name="us-west-2")
        body = (dist / "data.yaml").read_text(encoding="utf-8")
        given = [{"ParameterKey": "Prefix", "ParameterValue": "city-prod-"}]
        cloudformation.create_stack(StackName="data", TemplateBody=body, Parameters=given)
        stack = cloudformation.describe_stacks(StackName="data")["Stacks"][0]
        assert stack["StackStatus"] == "CREATE_COMPLETE"
        outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        assert sorted(boto3.client("dynamodb", region_name="us-west-2").list_tables()["TableNames"]) == [
            f"city-prod-{name}" for name in ("archive", "outbox", "publication", "sessions", "trail")
        ]
        buckets = {bucket["Name"] for bucket in boto3.client("s3", region_name="us-west-2").list_buckets()["Buckets"]}
        assert buckets == {outputs["FilesName"], outputs["RootsName"]}
        assert len(boto3.client("kms", region_name="us-west-2").list_keys()["Keys"]) == 3
    assert {kind for one in said for kind in re.findall(r"parse (AWS::\w+::\w+)", str(one.message))} <= NOT_IN_MOTO


def test_what_is_kept_outlives_the_stack(templates: dict[str, Any]) -> None:
    kept = ("AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::SecretsManager::Secret")
    found = [resource for kind in kept for resource in of_type(templates["data.yaml"], kind).values()]
    assert len(found) == 5 + 3 + 2 + 6 + 1
    assert {(one["DeletionPolicy"], one["UpdateReplacePolicy"]) for one in found} == {("Retain", "Retain")}


@pytest.mark.parametrize("bucket", ["Files", "Roots"])
def test_a_bucket_is_closed_to_the_public(templates: dict[str, Any], bucket: str) -> None:
    blocked = templates["data.yaml"]["Resources"][bucket]["Properties"]["PublicAccessBlockConfiguration"]
    assert blocked == dict.fromkeys(("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True)


@pytest.mark.clause("NT-36")
def test_nobody_can_replace_or_delete_a_signed_root_for_ten_years(templates: dict[str, Any]) -> None:
    properties = templates["data.yaml"]["Resources"]["Roots"]["Properties"]
    assert properties["ObjectLockEnabled"] is True
    assert properties["ObjectLockConfiguration"]["Rule"]["DefaultRetention"] == {"Mode": "COMPLIANCE", "Years": 10}


@pytest.mark.clause("NT-14b", "NT-8c")
def test_a_private_file_that_was_deleted_goes_in_every_version_a_day_later(templates: dict[str, Any]) -> None:
    services = (ROOT / "chalicelib" / "services").rglob("*.py")
    folders = {folder for module in services for folder in re.findall(r'^FOLDER = "(.+)"', module.read_text(encoding="utf-8"), re.M)}
    properties = templates["data.yaml"]["Resources"]["Files"]["Properties"]
    rules = {rule.get("Prefix", ""): rule for rule in properties["LifecycleConfiguration"]["Rules"] if rule["Status"] == "Enabled"}
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    assert rules.keys() == {"", *folders}, "every folder of private files has a rule of its own"
    assert {rules[folder]["NoncurrentVersionExpiration"]["NoncurrentDays"] for folder in folders} == {1}
    assert {prefix for prefix, rule in rules.items() if "ExpirationInDays" in rule} == {export.FOLDER}, "nothing else ends by itself"
    assert rules[""]["ExpiredObjectDeleteMarker"] is True, "nor does the name of a deleted file stay"


def test_every_parameter_of_a_face_is_an_output_of_another_stack_or_has_a_default(templates: dict[str, Any]) -> None:
    data = set(templates["data.yaml"]["Outputs"])
    for environment in ENVIRONMENTS:
        members = set(templates[f"{environment}/members.yaml"]["Outputs"])
        for face, given in (("members", data), ("public", data | members)):
            wanted = {name for name, one in templates[f"{environment}/{face}.yaml"]["Parameters"].items() if "Default" not in one}
            assert wanted - given == set()


def test_every_alarm_calls_somebody(templates: dict[str, Any]) -> None:
    alarms = [alarm for template in templates.values() for alarm in of_type(template, "AWS::CloudWatch::Alarm").values()]
    assert len(alarms) >= 10
    assert all(alarm["Properties"]["AlarmActions"] for alarm in alarms)


def test_the_dashboard_is_json(templates: dict[str, Any]) -> None:
    body = json.loads(templates["data.yaml"]["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Sub"])
    titles = [widget["properties"]["title"] for widget in body["widgets"]]
    assert len(titles) == len(set(titles)) == 12


# The faces


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_function_has_a_role_of_its_own_with_its_policy_and_no_other(templates: dict[str, Any], environment: str) -> None:
    for face in FACES:
        template = templates[f"{environment}/{face}.yaml"]
        functions = of_type(template, "AWS::Serverless::Function")
        names = {
            "api_handler" if one["Properties"]["Handler"] == "app.app" else one["Properties"]["Handler"][4:] for one in functions.values()
        }
        assert names == {"api_handler", *(name for name in HANDLERS if FACE_OF[name] == face and name != face)}
        roles = [one["Properties"]["Role"]["Fn::GetAtt"][0] for one in functions.values()]
        assert len(set(roles)) == len(roles) == len(of_type(template, "AWS::IAM::Role"))
        for one in functions.values():
            name = one["Properties"]["Handler"][4:].replace("app", face)
            written = json.loads((ROOT / ".chalice" / f"policy-{name}.json").read_text(encoding="utf-8"))
            (policy,) = template["Resources"][one["Properties"]["Role"]["Fn::GetAtt"][0]]["Properties"]["Policies"]
            assert policy["PolicyDocument"] == written


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("face", FACES)
def test_the_gateway_serves_the_routes_of_the_face_and_takes_every_body_as_bytes(
    templates: dict[str, Any], environment: str, face: str
) -> None:
    gateway = templates[f"{environment}/{face}.yaml"]["Resources"]["RestAPI"]["Properties"]
    assert set(gateway["DefinitionBody"]["paths"]) == set(create_app(face).routes)
    assert gateway["DefinitionBody"]["x-amazon-apigateway-binary-media-types"] == ["*/*"]
    assert gateway["StageName"] == environment


@pytest.mark.parametrize("face", FACES)
def test_what_the_gateway_answers_by_itself_is_a_problem_that_nobody_keeps(templates: dict[str, Any], face: str) -> None:
    answers = templates[f"prod/{face}.yaml"]["Resources"]["RestAPI"]["Properties"]["DefinitionBody"][
        "x-amazon-apigateway-gateway-responses"
    ]
    for answer in answers.values():
        assert json.loads(answer["responseTemplates"]["application/json"]).keys() == {"type", "title", "status", "detail"}
        assert answer["responseParameters"]["gatewayresponse.header.Cache-Control"] == "'no-store'"


# The front


def behaviours(template: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    config = template["Resources"]["Front"]["Properties"]["DistributionConfig"]
    return [*((one["PathPattern"], one) for one in config["CacheBehaviors"]), ("*", config["DefaultCacheBehavior"])]


def test_the_front_is_the_table_of_paths(templates: dict[str, Any]) -> None:
    template = templates["prod/public.yaml"]
    assert [pattern for pattern, _ in behaviours(template)] == [pattern for row in paths.PATHS for pattern in row.patterns]
    for pattern, behaviour in behaviours(template):
        row = next(row for row in paths.PATHS if pattern in row.patterns)
        policy = template["Resources"][behaviour["CachePolicyId"]["Ref"]]["Properties"]["CachePolicyConfig"]
        in_key = policy["ParametersInCacheKeyAndForwardedToOrigin"]
        assert (behaviour["TargetOriginId"], policy["MaxTTL"]) == (row.face, row.longest)
        assert in_key["CookiesConfig"] == {"CookieBehavior": "none"}
        asked = template["Resources"][behaviour["OriginRequestPolicyId"]["Ref"]]["Properties"]["OriginRequestPolicyConfig"]
        let_through = [config["QueryStringsConfig"] for config in (in_key, asked)]
        if row.queries:
            assert {"QueryStringBehavior": "whitelist", "QueryStrings": list(row.queries)} in let_through
        if not row.longest:  # CloudFront takes no query into the key of what it never keeps
            assert let_through[0] == {"QueryStringBehavior": "none"}


def test_nothing_of_members_is_kept_and_nothing_of_visitors_is_told(templates: dict[str, Any]) -> None:
    template = templates["prod/public.yaml"]
    for pattern, behaviour in behaviours(template):
        asked = template["Resources"][behaviour["OriginRequestPolicyId"]["Ref"]]["Properties"]["OriginRequestPolicyConfig"]
        if behaviour["TargetOriginId"] == "public":
            sent = "POST" in behaviour["AllowedMethods"]
            told = ["X-Mingxin-Address", *(["Content-Type"] if sent else [])]
            assert asked["HeadersConfig"] == {"HeaderBehavior": "whitelist", "Headers": told}
            assert asked["CookiesConfig"] == {"CookieBehavior": "none"}
            assert sent == pattern.startswith("/verify")
        else:
            assert asked["HeadersConfig"] == {"HeaderBehavior": "allExcept", "Headers": ["Host"]}


def test_no_error_is_kept(templates: dict[str, Any]) -> None:
    answers = templates["prod/public.yaml"]["Resources"]["Front"]["Properties"]["DistributionConfig"]["CustomErrorResponses"]
    assert {answer["ErrorCachingMinTTL"] for answer in answers} == {0}
    assert {403, 404, 500, 502, 503, 504} <= {answer["ErrorCode"] for answer in answers}


@pytest.mark.parametrize("face", FACES)
def test_a_gateway_is_closed_to_whoever_does_not_come_through_the_front(templates: dict[str, Any], face: str) -> None:
    template = templates[f"prod/{face}.yaml"]
    first = min(template["Resources"]["Wall"]["Properties"]["Rules"], key=lambda rule: rule["Priority"])
    shown = first["Statement"]["NotStatement"]["Statement"]["ByteMatchStatement"]
    assert first["Action"] == {"Block": {}}
    assert (shown["FieldToMatch"], shown["PositionalConstraint"]) == ({"SingleHeader": {"Name": "x-mingxin-origin"}}, "EXACTLY")
    sent = templates["prod/public.yaml"]["Resources"]["Front"]["Properties"]["DistributionConfig"]["Origins"]
    assert [header["HeaderValue"] for origin in sent for header in origin["OriginCustomHeaders"]] == [shown["SearchString"]] * 2
    arn = template["Resources"]["WallBeforeTheGateway"]["Properties"]["ResourceArn"]["Fn::Sub"]
    assert arn.endswith("/restapis/${RestAPI}/stages/prod")


def test_a_person_who_comes_too_often_gets_a_page_and_a_program_a_problem(templates: dict[str, Any]) -> None:
    for face in FACES:
        wall = templates[f"prod/{face}.yaml"]["Resources"]["Wall"]["Properties"]
        rates = [rule for rule in wall["Rules"] if "RateBasedStatement" in rule["Statement"]]
        bodies = {
            rule["Name"]: wall["CustomResponseBodies"][rule["Action"]["Block"]["CustomResponse"]["CustomResponseBodyKey"]] for rule in rates
        }
        assert {name for name, body in bodies.items() if body["ContentType"] == "TEXT_HTML"} == {"pages"}
        said = ("请五分钟后再试", "try again in five minutes", 'lang="zh-CN"', 'lang="en"')
        assert [text for text in said if text not in bodies["pages"]["Content"]] == []
        assert json.loads(bodies["api"]["Content"])["status"] == 429
        assert max(len(body["Content"].encode()) for body in bodies.values()) <= LARGEST_BODY_OF_THE_WALL


def counted_by(rules: list[dict[str, Any]], path: str) -> list[str]:
    return [
        rule["Name"] for rule in rules if (rate := rule["Statement"].get("RateBasedStatement")) and holds(rate["ScopeDownStatement"], path)
    ]


def holds(statement: dict[str, Any], path: str) -> bool:
    """Whether a statement of the wall is true of a path."""
    match statement:
        case {"AndStatement": {"Statements": parts}}:
            return all(holds(part, path) for part in parts)
        case {"OrStatement": {"Statements": parts}}:
            return any(holds(part, path) for part in parts)
        case {"NotStatement": {"Statement": part}}:
            return not holds(part, path)
        case {"ByteMatchStatement": {"PositionalConstraint": "STARTS_WITH", "SearchString": text}}:
            return path.startswith(text)
        case {"ByteMatchStatement": {"PositionalConstraint": "ENDS_WITH", "SearchString": text}}:
            return path.endswith(text)
    raise AssertionError(statement)


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/prod/publicity/penalties.csv", ["files"]),
        ("/prod/publicity/penalties.json", ["api"]),
        ("/prod/api/v1/subjects", ["api"]),
        ("/prod/subjects/91320699001YNATT8R", ["pages"]),
        ("/prod/static/plain.css", []),
        ("/prod/healthz", []),
    ],
)
def test_one_limit_counts_a_path_as_the_table_of_limits_says(templates: dict[str, Any], path: str, limit: list[str]) -> None:
    rules = templates["prod/public.yaml"]["Resources"]["Wall"]["Properties"]["Rules"]
    assert counted_by(rules, path) == limit
    rows = {row["name"]: row for row in tomllib.loads(front.LIMITS.read_text(encoding="utf-8"))["limits"]}
    rates = {rule["Name"]: rule["Statement"]["RateBasedStatement"] for rule in rules if rule["Name"] in rows}
    assert {name: (rate["Limit"], rate["EvaluationWindowSec"]) for name, rate in rates.items()} == {
        name: (row["requests"], row["seconds"]) for name, row in rows.items()
    }
    named = [rate["ForwardedIPConfig"]["HeaderName"] for rate in rates.values()]
    assert named == [{"Fn::If": ["HasEdgeFunctions", "X-Mingxin-Address", "X-Forwarded-For"]}] * len(rows)


# Signing in


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_where_people_sign_in_is_told_to_the_pages_alone_and_no_secret_stands_in_a_template(
    templates: dict[str, Any], environment: str
) -> None:
    template = templates[f"{environment}/members.yaml"]
    pages = template["Resources"]["APIHandler"]["Properties"]["Environment"]["Variables"]
    for kind in ("Citizens", "Staff"):
        for part in ("Issuer", "Client", "Scope", "Claims"):
            assert pages[f"MINGXIN_{kind.upper()}_{part.upper()}"] == {"Ref": kind + part}
        with_secret = pages[f"MINGXIN_{kind.upper()}_SECRET"]["Fn::If"]
        assert with_secret == [f"Has{kind}Secret", {"Fn::Sub": f"{{{{resolve:secretsmanager:${{{kind}SecretArn}}}}}}"}, ""]
    everybody = template["Globals"]["Function"]["Environment"]["Variables"]
    assert everybody["MINGXIN_SITE"] == {"Fn::Sub": "https://${Host}"}  # https even without a host: cookies stay secure
    jobs = [one["Properties"] for name, one in of_type(template, "AWS::Serverless::Function").items() if name != "APIHandler"]
    told = {name for job in jobs for name in job.get("Environment", {}).get("Variables", {})} | set(everybody)
    assert [name for name in told if name.startswith(("MINGXIN_CITIZENS", "MINGXIN_STAFF"))] == []
