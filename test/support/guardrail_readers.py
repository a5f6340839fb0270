"""Reads guardrails as their own tools do. argv: what to do; stdin: a JSON list of inputs; stdout: a JSON list of answers."""

import json
import sys


def allowed(question):
    """Whether a principal may make a request: who may do everything, or what `identity` allows, below a control policy."""
    from iamprover.engine.solver import check_invariant
    from iamprover.invariants import Invariant
    from iamprover.model import Account, Principal
    from iamprover.parsers.iam import parse_policy_document

    everything = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    # As AWS Organizations has it: FullAWSAccess stays attached beside what denies.
    denies = json.loads(question["policy"])["Statement"] if "policy" in question else []
    below = {"Statement": everything["Statement"] + denies}
    own = json.loads(question["identity"]) if "identity" in question else everything
    principal = Principal(arn=question["principal"], policies=[parse_policy_document("own", own)])
    account = Account(principals=[principal], scps=[parse_policy_document("scp", below)])
    never = Invariant(
        id="request",
        description="",
        actions=[question["action"]],
        resources=[question["resource"]],
        where={"aws:PrincipalArn": question["principal"], **question["context"]},
    )
    return not check_invariant(account, never).passed


def guard(question):
    """PASS, FAIL or SKIP."""
    from cfn_guard_rs import run_checks

    return str(run_checks(question["template"], question["rules"]).status)


def lint(template):
    """What cfn-lint says against a template: errors and warnings, and not what it would like to know besides."""
    from cfnlint.api import lint_all

    return [f"{match.rule.id} {match.message}" for match in lint_all(template) if match.rule.id[0] in "EW"]


def matches(question):
    """Whether an event pattern takes an event, as moto's EventBridge does."""
    from moto.events.models import EventPattern

    return EventPattern.load(json.dumps(question["pattern"])).matches_event(question["event"])


def rule(properties):
    """What moto's AWS Config says against a rule whose function is there; empty where it takes it."""
    import io
    import zipfile

    import boto3
    from botocore.exceptions import ClientError, ParamValidationError
    from moto import mock_aws

    code = io.BytesIO()
    zipfile.ZipFile(code, "w").close()
    with mock_aws():
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        role = boto3.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        function = boto3.client("lambda", "us-east-1").create_function(
            FunctionName="judge", Runtime="nodejs22.x", Role=role, Handler="i.h", Code={"ZipFile": code.getvalue()}
        )
        properties["Source"]["SourceIdentifier"] = function["FunctionArn"]
        try:
            boto3.client("config", "us-east-1").put_config_rule(ConfigRule=properties)
        except (ClientError, ParamValidationError) as error:
            return str(error)
        return ""


def invoke(question):
    """Runs the code of a function, with AWS where `environment` says, and without its pauses."""
    import os

    os.environ.update(question["environment"])
    code = {"__name__": "index"}
    exec(compile(question["code"], "index.py", "exec"), code)
    code["PAUSES"] = [0] * len(code["PAUSES"])
    # What it prints is its log, and stdout is for answers.
    code["print"] = lambda line: print(line, file=sys.stderr)
    code["handler"](question["event"], None)


def hcl(text):
    """What an HCL parser reads of a configuration."""
    import hcl2

    return hcl2.loads(text)


print(json.dumps([globals()[sys.argv[1]](one) for one in json.load(sys.stdin)]))
