/**
 * A control file with blanks to fill in. Each line that ends with a colon, and each `TODO`, is one of them; `iamql controls
 * test` says which are left.
 *
 * @param schema where an editor finds the schema of the file; undefined where it is nowhere near.
 */
export const newControl = (id: string, schema: string | undefined): string => `${
  schema === undefined ? '' : `# yaml-language-server: $schema=${schema}\n`
}# Fill in what is blank, then: iamql controls test ${id}.yaml
id: ${id}
# One line, the good condition as a sentence: Console users have an MFA device.
title:
# low, medium or high.
severity:
connectors: [AWS]
# What the verdict is out of, by the name in the schema: IAMUser, IAMRole, IAMPolicy, Connector, ...
assetTypes: [IAMUser]

# What it looks at and when it fails.
overview:

# Why that matters.
why:

remediation:
  # By hand, in the AWS console.
  console:
  # By command.
  cli:
  # In code: Terraform, CloudFormation.
  iac:

# What it finds that is nothing to worry about, and how to tell.
falsePositives:

rules:
  - name: stored-check
    # What is found.
    title:
    # Selects what is wrong: query: | and the text on the lines below.
    # Try it first: iamql query --sample 'iamUsers(where: {...}) {userName}'
    query:
    expect: eq []

# Small accounts, and what the control says of each. One must fail by each rule, one must pass, and each field that the
# query compares and that may be null must be null in one. What a test does not write is null, false, 0 or an empty list.
tests:
  - name: what is wrong
    verdict: FAIL
    findings: [ana]
    assets:
      IAMUser:
        - userName: ana
          hasIAMUserCredentials: {}
  - name: what is right
    verdict: PASS
    assets:
      IAMUser:
        - userName: bo
          hasIAMUserCredentials: {}
`;
