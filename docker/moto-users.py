"""Makes a few IAM users in moto, so that there is something to judge. Runs in moto's image, which has boto3."""

import boto3
from botocore.config import Config

# moto starts beside this; ten attempts with growing pauses outlast it.
iam = boto3.client(
    "iam",
    region_name="us-east-1",
    config=Config(retries={"mode": "standard", "max_attempts": 10}, connect_timeout=2),
)

# name, console password, access keys
USERS = [("ana", True, 1), ("bruno", True, 0), ("etl", False, 2), ("farah", False, 0)]

known = {user["UserName"] for user in iam.list_users()["Users"]}
for name, has_password, keys in USERS:
    if name in known:
        continue
    iam.create_user(UserName=name)
    if has_password:
        iam.create_login_profile(UserName=name, Password="not-a-secret-Example1")
    for _ in range(keys):
        iam.create_access_key(UserName=name)
    print(f"made {name}")
