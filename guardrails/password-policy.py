# Sets the password policy of the account: CloudFormation has no type of resource for it.
import json
import time
import urllib.request

import boto3
from botocore.exceptions import ClientError

# In seconds. A role that was just made is not known everywhere at once, and a network may fail.
PAUSES = (2, 4, 8, 16)


def handler(event, context):
    status, reason = "SUCCESS", "The password policy is as the template says."
    try:
        # When the stack goes, the policy stays: no account is to get weaker by it.
        if event["RequestType"] == "Delete":
            reason = "The password policy stays as it is."
        else:
            set_policy(event["ResourceProperties"])
    except Exception as error:
        status, reason = "FAILED", f"{type(error).__name__}: {error}"[:500]
    respond(event, status, reason)


def set_policy(properties):
    # CloudFormation makes texts of numbers and booleans.
    values = {
        name: value_of(str(text))
        for name, text in properties.items()
        if name not in ("ServiceToken", "ServiceTimeout")
    }
    iam = boto3.client("iam")
    again(
        lambda: iam.update_account_password_policy(**values),
        lambda error: isinstance(error, ClientError)
        and error.response["Error"]["Code"] == "AccessDenied",
    )


def value_of(text):
    return text.lower() == "true" if text.lower() in ("true", "false") else int(text)


def respond(event, status, reason):
    answer = {
        "Status": status,
        "Reason": reason,
        "PhysicalResourceId": "account-password-policy",
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
    }
    print(f"{event['RequestType']}: {status}: {reason}")
    request = urllib.request.Request(
        event["ResponseURL"],
        data=json.dumps(answer).encode(),
        # The address is signed for a request without a type.
        headers={"Content-Type": ""},
        method="PUT",
    )
    again(
        lambda: urllib.request.urlopen(request, timeout=10).close(),
        lambda error: isinstance(error, OSError),
    )


def again(work, is_passing):
    for pause in PAUSES:
        try:
            return work()
        except Exception as error:
            if not is_passing(error):
                raise
        time.sleep(pause)
    return work()
