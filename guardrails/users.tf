# A module for IAM users who have a login profile or an access key, and never both: a plan that asks for both fails.

terraform {
  required_version = ">= 1.3"

  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "users" {
  description = "By IAM name: whether the user signs in to the console, or has an access key."

  type = map(object({
    console    = optional(bool, false)
    access_key = optional(bool, false)
  }))

  validation {
    condition     = alltrue([for user in values(var.users) : !(user.console && user.access_key)])
    error_message = "A user has a login profile or an access key, and not both: give people the console, and programs a role."
  }
}

resource "aws_iam_user" "this" {
  for_each = var.users

  name = each.key
}

resource "aws_iam_user_login_profile" "this" {
  for_each = { for name, user in var.users : name => user if user.console }

  user                    = aws_iam_user.this[each.key].name
  password_reset_required = true
}

resource "aws_iam_access_key" "this" {
  for_each = { for name, user in var.users : name => user if user.access_key }

  user = aws_iam_user.this[each.key].name
}
