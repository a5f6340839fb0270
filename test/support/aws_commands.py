"""Reads commands of the AWS CLI against the models of AWS's APIs. stdin: a JSON list of argument lists; stdout: a JSON list of complaints."""

import functools
import json
import re
import sys

import botocore.session
from botocore import xform_name

# What the CLI adds of its own, to every command and to this one, and what it leaves to these.
EVERYWHERE = {"query", "region", "profile", "output", "max-items"}
ADDED = {"create-virtual-mfa-device": {"outfile", "bootstrap-method"}}
SESSION = botocore.session.get_session()


@functools.cache
def operations(service):
    model = SESSION.get_service_model(service)
    return {xform_name(name, "-"): model.operation_model(name) for name in model.operation_names}


def complaints(words):
    service, command, *rest = words
    if service not in SESSION.get_available_services():
        return [f"{service} is no service"]
    operation = operations(service).get(command)
    if operation is None:
        return [f"{service} has no {command}"]
    shape = operation.input_shape
    members = {xform_name(name, "-"): (name, one) for name, one in (shape.members if shape else {}).items()}
    given, found = set(), []
    while rest:
        word = rest.pop(0)
        if not word.startswith("--"):
            found.append(f"{word} is no option")
            continue
        option, *value = word[2:].split("=", 1)
        negated = option.removeprefix("no-")
        if option not in members and negated in members and members[negated][1].type_name == "boolean":
            given.add(members[negated][0])
        elif option in members and members[option][1].type_name == "boolean":
            given.add(members[option][0])
        elif option in members or option in EVERYWHERE | ADDED.get(command, set()):
            if not value and not rest:
                found.append(f"--{option} has no value")
                continue
            text = value[0] if value else rest.pop(0)
            if option in members:
                given.add(members[option][0])
                found += [f"--{option} {text}: {why}" for why in wrong(members[option][1], text)]
        else:
            found.append(f"{service} {command} has no --{option}")
    missing = set(shape.required_members if shape else []) - given
    return found + [f"{service} {command} lacks {name}" for name in sorted(missing)]


def wrong(shape, text):
    # A word in capital letters is to be filled in, and a file is read.
    if re.search(r"\b[A-Z][A-Z0-9_]{3,}\b", text) or text.startswith("file://"):
        return
    limits = shape.metadata
    size = None
    if shape.type_name == "string":
        size = len(text)
        if "enum" in limits and text not in limits["enum"]:
            yield f"is none of {limits['enum']}"
        if "pattern" in limits and not re.fullmatch(limits["pattern"].replace(r"\p{L}", r"\w"), text):
            yield "is not as it has to be"
    if shape.type_name in ("integer", "long"):
        if not re.fullmatch(r"-?\d+", text):
            yield "is no number"
        else:
            size = int(text)
    if size is not None and not limits.get("min", size) <= size <= limits.get("max", size):
        yield "is too much or too little"


print(json.dumps([complaints(words) for words in json.load(sys.stdin)]))
