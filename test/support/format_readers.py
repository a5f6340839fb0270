"""Reads what iamql has written as others read it. stdin: a JSON list of documents; stdout: a JSON list of what was read."""

import json
import re
import sys


def ocsf(text):
    from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding
    from py_ocsf_models.objects.cloud import Cloud

    unknown = set()
    for line in text.rstrip("\n").split("\n"):
        event = json.loads(line)
        ComplianceFinding.model_validate(event, strict=False)
        Cloud.model_validate(event["cloud"])
        unknown |= set(unknown_keys(ComplianceFinding, event, ""))
    return sorted(unknown)


def unknown_keys(model, data, path):
    """Keys that a model does not have, because pydantic passes over them in silence."""
    from pydantic import BaseModel

    for key, value in data.items():
        field = model.model_fields.get(key)
        if field is None:
            yield path + key
            continue
        inner = [t for t in flat_types(field.annotation) if isinstance(t, type) and issubclass(t, BaseModel)]
        for item in value if isinstance(value, list) else [value]:
            if inner and isinstance(item, dict):
                yield from unknown_keys(inner[0], item, f"{path}{key}.")


def flat_types(annotation):
    arguments = getattr(annotation, "__args__", ())
    return [annotation] if not arguments else [t for argument in arguments for t in flat_types(argument)]


def sarif(text):
    from sarif_pydantic import Sarif

    log = Sarif.model_validate_json(text)
    return [result.message.text for run in log.runs for result in run.results or []]


def junit(text):
    from junitparser import JUnitXml, TestSuite

    read = JUnitXml.fromstring(text.encode())
    suites = [read] if isinstance(read, TestSuite) else list(read)
    return [
        {
            "name": suite.name,
            "counts": [suite.tests, suite.failures, suite.errors, suite.skipped],
            "cases": [
                {
                    "name": case.name,
                    "classname": case.classname,
                    "results": [[type(r).__name__, r.message, r.text or ""] for r in case.result],
                }
                for case in suite
            ],
        }
        for suite in suites
    ]


def markdown(text):
    """As GitHub's own library renders it, before GitHub takes out the elements that it does not allow."""
    import cmarkgfm
    from cmarkgfm.cmark import Options

    return cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE)


def asff(text):
    """Against the service model of Security Hub that the AWS command line brings."""
    import botocore.session
    from botocore.validate import ParamValidator

    model = botocore.session.get_session().get_service_model("securityhub")
    shape = model.operation_model("BatchImportFindings").input_shape
    parameters = {"Findings": json.loads(text)}
    report = ParamValidator().validate(parameters, shape).generate_report()
    return "\n".join([*([report] if report else []), *wrong_words(shape, parameters, "")])


def wrong_words(shape, value, path):
    """Enumerations and patterns, which botocore leaves to the service."""
    if shape.type_name == "structure":
        for name, member in value.items():
            yield from wrong_words(shape.members[name], member, f"{path}.{name}")
    elif shape.type_name == "list":
        for member in value:
            yield from wrong_words(shape.member, member, path)
    elif shape.type_name == "string":
        if shape.enum and value not in shape.enum:
            yield f"{path}: {value} is none of {shape.enum}"
        pattern = shape.metadata.get("pattern")
        if pattern and not re.search(pattern, value):
            yield f"{path}: {value} does not match {pattern}"


reader = globals()[sys.argv[1]]
print(json.dumps([reader(document) for document in json.load(sys.stdin)]))
