import { createHash } from 'node:crypto';
import { placeOf } from '../../controls/by-account.ts';
import type { ControlRun, RuleRun } from '../../controls/run-control.ts';
import { splitByAccount } from '../by-account.ts';
import {
  accountOf,
  countOf,
  decidingRules,
  type Found,
  foundId,
  listFound,
  reasonsOf,
  runId,
  wordsOfAccount,
  wordsOfException,
  wordsOfFinding,
  wordsOfParameters,
} from '../found.ts';
import { listSections } from '../listing.ts';
import { printable, printableLines } from '../printable.ts';
import type { Run } from '../run.ts';

/** Security Hub refuses a finding with a longer text than these. */
const MOST_CHARACTERS = {
  id: 512,
  title: 256,
  description: 1024,
  note: 512,
  recommendation: 512,
  other: 1024,
  name: 50,
} as const;
/** Where the account is not known. No Security Hub takes a finding for it: what was not read cannot be imported. */
const NO_ACCOUNT = '000000000000';

const complianceStatuses = { PASS: 'PASSED', FAIL: 'FAILED', ERROR: 'NOT_AVAILABLE' } as const;
const labels = { low: 'LOW', medium: 'MEDIUM', high: 'HIGH' } as const;
const resourceTypes: Readonly<Record<string, string>> = {
  IAMUser: 'AwsIamUser',
  IAMRole: 'AwsIamRole',
  IAMGroup: 'AwsIamGroup',
  IAMPolicy: 'AwsIamPolicy',
  IAMAccessKey: 'AwsIamAccessKey',
};

/**
 * A run as a JSON list in the AWS Security Finding Format: for each control what it says of the account, so that a PASS
 * of last week does not outlive it, and each of its findings.
 *
 * @param region the Security Hub's, which is part of each finding's ProductArn.
 */
export function renderAsff(run: Run, region = 'us-east-1'): string {
  const findings = splitByAccount(run).flatMap((one) =>
    one.controls.flatMap((control) => [
      findingOfControl(one, control, region),
      ...listFound(control).map((found) => findingOfFound(one, found, region)),
    ]),
  );
  return printableLines(`${JSON.stringify(findings, null, 2)}\n`);
}

function findingOfControl(run: Run, control: ControlRun, region: string): object {
  const { verdict } = control;
  const reasons = reasonsOf(control);
  const counts = decidingRules(control).map((rule) => countOf(rule, control));
  const account = numberOf(run.evidence.account);
  const title = { PASS: 'PASS: ', FAIL: 'FAIL: ', ERROR: 'ERROR, could not be judged: ' }[verdict];
  return {
    ...commonOf(run, control, region, runId(control)),
    Title: clip(`${title}${control.control.title}`, MOST_CHARACTERS.title),
    Description: clip([...counts, ...reasons].join('; '), MOST_CHARACTERS.description),
    Severity: { Label: verdict === 'PASS' ? 'INFORMATIONAL' : labels[control.control.severity] },
    Compliance: {
      ...requirementsOf(run, control),
      Status: complianceStatuses[verdict],
      ...(reasons.length > 0 ? { StatusReasons: statusReasonsOf(control) } : {}),
    },
    Workflow: { Status: 'NEW' },
    Resources: [{ Type: 'AwsAccount', Id: `AWS::::Account:${account}`, Partition: partitionOf(region) }],
  };
}

function findingOfFound(run: Run, found: Found, region: string): object {
  const { finding, exception, rule } = found;
  // Security Hub lets no import change a workflow status: once the exception has ended, it is another finding.
  const id = exception ? `${foundId(found)}|excepted until ${exception.expires}` : foundId(found);
  const words = wordsOfFinding(finding);
  const excepted = exception ? [wordsOfException(exception)] : [];
  return {
    ...commonOf(run, found.run, region, id, found),
    Title: clip(`${finding.name}: ${rule.rule.title}`, MOST_CHARACTERS.title),
    Description: clip([...excepted, ...words].join('; ') || rule.rule.title, MOST_CHARACTERS.description),
    Severity: { Label: labels[found.run.control.severity] },
    Compliance: { ...requirementsOf(run, found.run), Status: 'FAILED' },
    Workflow: { Status: exception ? 'SUPPRESSED' : 'NEW' },
    ...(exception ? { Note: noteOf(wordsOfException(exception), run.judgedAt) } : {}),
    Resources: [
      {
        Type: resourceTypes[finding.type] ?? 'Other',
        Id: clip(finding.identifier, MOST_CHARACTERS.id),
        Partition: partitionOf(region),
        Details: {
          Other: {
            name: clip(finding.name, MOST_CHARACTERS.other),
            type: finding.type,
            ...(words.length > 0 ? { evidence: clip(words.join('; '), MOST_CHARACTERS.other) } : {}),
          },
        },
      },
    ],
  };
}

function commonOf(run: Run, control: ControlRun, region: string, id: string, found?: Found): object {
  const account = numberOf(accountOf(run, found));
  const time = run.judgedAt.toISOString();
  const parameters = wordsOfParameters(control).join('; ');
  return {
    SchemaVersion: '2018-10-08',
    Id: identifierOf(`iamql/${account}/${id}`),
    ProductArn: `arn:${partitionOf(region)}:securityhub:${region}:${account}:product/${account}/default`,
    ProductName: 'iamql',
    GeneratorId: clip(runId(control), MOST_CHARACTERS.id),
    AwsAccountId: account,
    ...(run.account && run.account.name !== account
      ? { AwsAccountName: clip(run.account.name, MOST_CHARACTERS.name) }
      : {}),
    Types: ['Software and Configuration Checks/Industry and Regulatory Standards'],
    CreatedAt: time,
    UpdatedAt: time,
    RecordState: 'ACTIVE',
    Remediation: {
      Recommendation: { Text: clip(`iamql controls show ${control.control.id}`, MOST_CHARACTERS.recommendation) },
    },
    ProductFields: {
      'iamql/verdict': control.verdict,
      'iamql/account': clip(run.account ? placeOf(run.account) : wordsOfAccount(run), MOST_CHARACTERS.other),
      ...(parameters === '' ? {} : { 'iamql/parameters': clip(parameters, MOST_CHARACTERS.other) }),
    },
  };
}

/** What could not be read may be no account: an organization that could not be listed. */
const numberOf = (account: string | undefined): string =>
  account !== undefined && /^\d{12}$/.test(account) ? account : NO_ACCOUNT;

function requirementsOf(run: Run, control: ControlRun): object {
  const items = listSections(run).flatMap((section) => section.items);
  const numbers = items.filter((item) => item.run === control && item.number !== '').map(({ number }) => number);
  const benchmark = run.benchmark?.benchmark.title;
  return numbers.length > 0 ? { RelatedRequirements: numbers.map((number) => `${benchmark}/${number}`) } : {};
}

/** One for each kind of error; Security Hub wants the code without spaces. */
function statusReasonsOf(control: ControlRun): readonly object[] {
  const errors: RuleRun['errors'] = decidingRules(control).flatMap((rule) => rule.errors);
  const byCode = new Map(errors.map((error) => [error.code, error]));
  return [...byCode.values()].map(({ code, message }) => ({
    ReasonCode: code,
    Description: clip(message, MOST_CHARACTERS.description),
  }));
}

const noteOf = (text: string, time: Date): object => ({
  Text: clip(text, MOST_CHARACTERS.note),
  UpdatedBy: 'iamql',
  UpdatedAt: time.toISOString(),
});

const partitionOf = (region: string): string =>
  region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';

/** Two long names that begin alike stay two. */
function identifierOf(id: string): string {
  const shown = printable(id);
  if (shown.length <= MOST_CHARACTERS.id) return shown;
  const hash = createHash('sha256').update(shown).digest('hex');
  return `${clip(shown, MOST_CHARACTERS.id - hash.length - 1)}|${hash}`;
}

/** Never half of a pair. */
function clip(text: string, most: number): string {
  const shown = printable(text);
  return shown.length <= most ? shown : `${shown.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
