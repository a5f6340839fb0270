# The role that iamql reads an account with. Made by `npm run codegen`: every action that a scan calls, and no other.
variable "reader_arn" {
  description = "The ARN of the role or user that iamql runs as."
  type        = string
}

variable "external_id" {
  description = "What the reader has to say to assume the role, as memberExternalId or externalId of the connectors."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_+=,.@:/-]{2,1224}$", var.external_id))
    error_message = "An external id is 2 to 1224 letters, digits and +=,.@:/-."
  }
}

variable "role_name" {
  description = "What the role is called, as memberRole or roleArn of the connectors."
  type        = string
  default     = "iamql"
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = [var.reader_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [var.external_id]
    }
  }
}

data "aws_iam_policy_document" "read" {
  statement {
    sid = "Iamql"
    actions = [
      "iam:GenerateCredentialReport",
      "iam:GetAccessKeyLastUsed",
      "iam:GetAccountAuthorizationDetails",
      "iam:GetAccountPasswordPolicy",
      "iam:GetAccountSummary",
      "iam:GetCredentialReport",
      "iam:GetLoginProfile",
      "iam:GetOpenIDConnectProvider",
      "iam:GetSAMLProvider",
      "iam:ListAccessKeys",
      "iam:ListAccountAliases",
      "iam:ListInstanceProfileTags",
      "iam:ListInstanceProfiles",
      "iam:ListMFADeviceTags",
      "iam:ListMFADevices",
      "iam:ListOpenIDConnectProviders",
      "iam:ListPolicyTags",
      "iam:ListRoles",
      "iam:ListSAMLProviders",
      "iam:ListSSHPublicKeys",
      "iam:ListServerCertificateTags",
      "iam:ListServerCertificates",
      "iam:ListServiceSpecificCredentials",
      "iam:ListSigningCertificates",
      "iam:ListUsers",
      "iam:ListVirtualMFADevices",
    ]
    # Lists of an account belong to no resource.
    resources = ["*"]
  }
}

resource "aws_iam_role" "iamql" {
  name                 = var.role_name
  description          = "Reads IAM for iamql."
  max_session_duration = 3600
  assume_role_policy   = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "iamql" {
  name   = "iamql"
  role   = aws_iam_role.iamql.id
  policy = data.aws_iam_policy_document.read.json
}

output "role_arn" {
  value = aws_iam_role.iamql.arn
}
