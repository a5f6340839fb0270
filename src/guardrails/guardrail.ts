/** What stops a finding from coming back, or tells of it when it does. */
export interface Guardrail {
  /** As the command line names it. */
  readonly name: GuardrailName;
  readonly title: string;
  /** The controls whose findings it keeps from coming back, or tells of; undefined for any. */
  readonly controls?: readonly string[];
  /** Each a sentence. */
  readonly does: readonly string[];
  readonly doesNot: readonly string[];
  readonly rollOut: readonly string[];
  readonly rollBack: readonly string[];
}

export type GuardrailName = 'scp' | 'config' | 'eventbridge' | 'guard' | 'terraform' | 'baseline';

const initialKeys = 'aws-iam-no-initial-access-keys';
/** Those that no new access key breaks, where there is none. */
const newKeys = [initialKeys, 'aws-iam-root-has-no-access-key', 'aws-iam-users-have-one-active-access-key'];

export const guardrails: readonly Guardrail[] = [
  {
    name: 'scp',
    title: 'A service control policy of AWS Organizations: only named roles make access keys',
    controls: newKeys,
    does: [
      'It denies iam:CreateAccessKey to everybody in the accounts below it, their root users too, but the named roles.',
      'With --tag, a key may also be made for a user who has that tag, and only the named roles may give a user the tag.',
    ],
    doesNot: [
      'It cannot ask whether the user has a login profile: it stops keys of users who have none as well.',
      'It never binds the management account, nor service-linked roles.',
      'It leaves the keys that are there, and does not stop iam:UpdateAccessKey from turning one on again.',
      'A user who has the tag already, from before, is approved.',
      'Whoever may assume a named role, change who may, or make a role of that name, is not stopped.',
    ],
    rollOut: [
      'Look in CloudTrail for who has called CreateAccessKey in the last 90 days, and name their roles, or give them another way.',
      'With --tag, look for users who have the tag already.',
      'See that the organization has policies of this type enabled: aws organizations enable-policy-type --root-id <root> --policy-type SERVICE_CONTROL_POLICY',
      'aws organizations create-policy --type SERVICE_CONTROL_POLICY --name no-access-keys --description "Only named roles make access keys" --content file://scp.json',
      'Attach it to one test account, try both sides, then to an organizational unit, then to the root: aws organizations attach-policy --policy-id <id> --target-id <account or unit>',
    ],
    rollBack: [
      'aws organizations detach-policy --policy-id <id> --target-id <account or unit>; what it denied is allowed again within minutes, and nothing else has changed.',
    ],
  },
  {
    name: 'config',
    title: 'A rule of AWS Config: a function that judges the account as iamql check does, in a conformance pack',
    does: [
      'Once a day, or every so many hours, it judges a control, any that iamql has or that is your own, over the account it is in.',
      'The account is COMPLIANT, or NON_COMPLIANT with what was found: users, roles, groups and policies of the account by their ids in AWS Config, access keys by theirs.',
      'Of an account that could not be read it takes back what it said (NOT_APPLICABLE): the function ends with an error, and a rule that has nothing else is INSUFFICIENT_DATA.',
    ],
    doesNot: [
      'It prevents nothing, and tells hours after a key was made; the credential report that it reads may be four hours old.',
      'It says nothing of users who are fine: AWS counts each evaluation. What is mended becomes NOT_APPLICABLE.',
      'What was found before an account could not be read stays NON_COMPLIANT until it is read again.',
      'A function that is out of memory, or that AWS Lambda throttles, says nothing, and what it said last stands: watch its Errors and Throttles, and when the rule was last evaluated.',
      'It knows the exceptions that --exceptions named when the folder was written, until they expire, and no later ones.',
      'Whoever administers the account may change or delete the rule and its function: nothing here keeps them from it, and no stack set reaches the management account.',
    ],
    rollOut: [
      'See that AWS Config records in the region: aws configservice describe-configuration-recorder-status. One region is enough, because IAM is global.',
      'iamql guardrails config --output rule, and read what it wrote: the template, and in function/ one file that is not minified.',
      'aws cloudformation package --template-file rule/template.yaml --s3-bucket <bucket> --output-template-file packaged.yaml',
      'aws cloudformation deploy --stack-name iamql-config-rule --template-file packaged.yaml --capabilities CAPABILITY_IAM, a stack for each control.',
      'Compare the first evaluation with iamql check on the same account. For an organization give --connectors: it writes a stack set for it, which needs aws cloudformation activate-organizations-access once; the bucket must be in its region and let the accounts read the function (s3:GetObject, aws:PrincipalOrgID).',
      'With a newer iamql write the folder again, package and deploy.',
    ],
    rollBack: [
      'aws cloudformation delete-stack --stack-name iamql-config-rule: the rule, what it said, the function and its role are gone; nothing else has changed. The stack of organization.yaml takes those of all accounts with it.',
    ],
  },
  {
    name: 'eventbridge',
    title:
      'A CloudFormation template with an EventBridge rule: a message for each new access key or login profile, and each key that is turned on',
    controls: newKeys,
    does: [
      'It tells an SNS topic, mostly within minutes, of each CreateAccessKey and CreateLoginProfile that succeeded, and of each UpdateAccessKey that turned a key on.',
    ],
    doesNot: [
      'It prevents nothing: the key is there when the message comes.',
      'It does not tell whether the user has the other one: iamql check does.',
      'It sees nothing without a trail that records management events that write, and nothing in a region where IAM does not record.',
      'Events may be lost: scan from time to time.',
      'Whoever administers the account may change or delete the rule: nothing here keeps them from it, and no stack set reaches the management account.',
    ],
    rollOut: [
      'See that a trail records management events: aws cloudtrail describe-trails; aws cloudtrail get-event-selectors --trail-name <trail>',
      'aws cloudformation deploy --region us-east-1 --stack-name iam-new-credentials --template-file eventbridge.yaml',
      'Subscribe to the topic, make a key for a test user, and see that the message comes. For an organization give --connectors: it writes a stack set for it, which needs aws cloudformation activate-organizations-access once.',
    ],
    rollBack: [
      'aws cloudformation delete-stack --region us-east-1 --stack-name iam-new-credentials; subscriptions are gone with it. The stack with the stack set takes those of all accounts with it.',
    ],
  },
  {
    name: 'guard',
    title: 'Rules of CloudFormation Guard: no template makes a user with both',
    controls: [initialKeys],
    does: [
      'It fails a template that makes a user with a login profile and an active access key, in CI or as a hook of CloudFormation.',
      'It fails a template that makes a user with a login profile, and a key whose user is not, by Ref, one of the template.',
    ],
    doesNot: [
      'It sees one template: a key in another stack, by hand, or of Terraform is not its business, nor what a nested stack, a macro or a loop makes.',
      'It cannot decide conditions and parameters: it takes what is under a condition for there. iamql iac says ERROR of these, and reads plans too.',
      'Where it does not apply, Guard says SKIP, which is no failure.',
    ],
    rollOut: [
      'cfn-guard validate --rules access-keys.guard --data template.yaml on all templates that there are, and mend what fails.',
      'Make it a step of CI that must pass; then, where you use hooks, a Guard hook in mode WARN, and later FAIL.',
    ],
    rollBack: ['Take the step out of CI, or set the hook to WARN: deployed stacks are as they were.'],
  },
  {
    name: 'terraform',
    title: 'A module of Terraform or OpenTofu: users have a login profile or an access key, never both',
    controls: [initialKeys],
    does: ['A plan that asks for both for one user fails, before anything is made: the variable does not take it.'],
    doesNot: [
      'It binds who uses the module: resources beside it, other states and calls by hand are not its business. iamql iac judges whole plans.',
      'It does not know what a user has who is there already.',
      'The state holds the secrets of new keys and first passwords: keep it encrypted, and give it to few.',
    ],
    rollOut: [
      'Put the file in a folder of its own and use it as a module: module "users" { source = "./users", users = { ana = { console = true } } }',
      'Import users who are there, plan, and see that nothing is replaced.',
      'Add iamql iac on the plan to CI, so that nothing beside the module makes both.',
    ],
    rollBack: [
      'Take the module out with removed blocks that do not destroy: users, login profiles and keys stay as they are.',
    ],
  },
  {
    name: 'baseline',
    title: 'The baseline of an account, as a module of Terraform or OpenTofu or a template of CloudFormation',
    does: [
      'It sets the password policy: the laxest that the controls about it pass with, those of a --benchmark or those that are named.',
      'It makes the role that iamql reads the account with: what iamql permissions prints, and no more.',
      'It tells of each new access key and login profile, as eventbridge does.',
      'CloudFormation has no type of resource for a password policy: a function of the stack sets it, may do that and write its log, and fails the stack where AWS refuses.',
    ],
    doesNot: [
      'It does not stop anybody from changing the policy later. Terraform sees that in its next plan, CloudFormation never: iamql check does.',
      'It takes no notice of the policy that is there: where that is stricter, ask for as much with --param. Where nobody has set one AWS asks for three kinds of characters of four, and no longer does with one that asks for none, as by benchmarks that ask for length alone: name the controls for kinds too.',
      'It does not change passwords. With a maximum age (the 90 days of aws-iam-password-policy-expires-passwords), who has an older one must change it at the next sign-in; name a benchmark that does not ask for it, or the other controls, to leave it out.',
      'It says nothing of people who sign in through IAM Identity Center or an identity provider.',
    ],
    rollOut: [
      'Keep what is there: aws iam get-account-password-policy. Tell people before, where passwords will expire.',
      'Terraform or OpenTofu: put the file in a folder of its own and use it as a module in us-east-1, with reader_arn and external_id; import what is there: tofu import module.baseline.aws_iam_account_password_policy.this iam-account-password-policy',
      'CloudFormation: aws cloudformation deploy --region us-east-1 --stack-name iamql-baseline --template-file baseline.yaml --capabilities CAPABILITY_NAMED_IAM --parameter-overrides ReaderArn=<arn> ExternalId=<id>',
      'One test account first, then an organizational unit, then all: a stack set, or the module in the pipeline that makes accounts. Subscribe to the topic.',
      'iamql check aws-iam-password-policy-requires-long-passwords, or the benchmark, on an account that has it.',
    ],
    rollBack: [
      'CloudFormation: aws cloudformation delete-stack --region us-east-1 --stack-name iamql-baseline; the password policy stays as it is, so that no account gets weaker: set the one that was kept with aws iam update-account-password-policy.',
      'Terraform or OpenTofu: destroying the module deletes the policy, and AWS asks for 8 characters again; a removed block that does not destroy leaves it.',
      'A new password keeps what it was made by; whoever had to change one does not get the old one back.',
    ],
  },
];
