import type { Verdict } from '../../controls/judge.ts';
import type { ControlRun } from '../../controls/run-control.ts';
import { version } from '../../package-version.ts';
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
  wordsOfParameters,
} from '../found.ts';
import { type Item, listSections } from '../listing.ts';
import { printableLines } from '../printable.ts';
import type { Run } from '../run.ts';

/** The newest whose compiled schema a package carries, so that the tests hold every event against it. */
const OCSF_VERSION = '1.8.0';

type Status = Item['status'] | 'EXCEPTED';

/** OCSF's own words for each status. Warning is defined as "no result, because information is missing". */
const complianceStatuses = {
  PASS: [1, 'Pass'],
  FAIL: [3, 'Fail'],
  EXCEPTED: [3, 'Fail'],
  ERROR: [2, 'Warning'],
  NOT_JUDGED: [99, 'Not judged'],
  NOT_AUTOMATED: [99, 'Not automated'],
} as const satisfies Record<Status, readonly [number, string]>;

const severities = { none: [1, 'Informational'], low: [2, 'Low'], medium: [3, 'Medium'], high: [4, 'High'] } as const;

/** What an event says beyond what all of a run say. */
interface Told {
  readonly uid: string;
  readonly title: string;
  readonly status: Status;
  readonly detail: string;
  readonly severity: keyof typeof severities;
  readonly requirements: readonly string[];
  readonly run: ControlRun | undefined;
  readonly found: Found | undefined;
}

/**
 * A run as OCSF Compliance Findings, one event on each line: for each control what it says of the account, and for each
 * of its findings what it says of that asset. `status_code` is PASS, FAIL, ERROR or EXCEPTED.
 */
export function renderOcsf(run: Run): string {
  const events = splitByAccount(run).flatMap((one) =>
    listSections(one)
      .flatMap((section) => section.items.flatMap(tellItem))
      .map((told) => eventOf(one, told)),
  );
  return printableLines(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
}

function tellItem({ number, title, status, run, reason = '' }: Item): readonly Told[] {
  const requirements = number === '' ? [] : [number];
  const severity = run && run.verdict !== 'PASS' ? run.control.severity : 'none';
  const uid = [run ? runId(run) : title, ...requirements].join('|');
  const counts = run ? decidingRules(run).map((rule) => countOf(rule, run)) : [];
  const detail = run ? [...counts, ...reasonsOf(run)].join('; ') : reason;
  const whole: Told = { uid, title, status, detail, severity, requirements, run, found: undefined };
  return [
    whole,
    ...(run ? listFound(run) : []).map(
      (found): Told => ({
        ...whole,
        uid: [foundId(found), ...requirements].join('|'),
        title: `${found.finding.name}: ${found.rule.rule.title}`,
        status: found.exception ? 'EXCEPTED' : 'FAIL',
        detail: found.exception ? wordsOfException(found.exception) : '',
        severity: found.run.control.severity,
        found,
      }),
    ),
  ];
}

function eventOf(run: Run, { uid, title, status, detail, severity, requirements, run: control, found }: Told): unknown {
  const { judgedAt, benchmark } = run;
  const [severityId, severityName] = severities[severity];
  const [complianceId, compliance] = complianceStatuses[status];
  const time = judgedAt.getTime();
  const account = accountOf(run, found) ?? 'unknown';
  return {
    category_uid: 2,
    category_name: 'Findings',
    class_uid: 2003,
    class_name: 'Compliance Finding',
    activity_id: 1,
    activity_name: 'Create',
    type_uid: 200301,
    type_name: 'Compliance Finding: Create',
    time,
    severity_id: severityId,
    severity: severityName,
    message: `${status}: ${title}`,
    ...workflowOf(status),
    status_code: status,
    status_detail: detail,
    metadata: {
      version: OCSF_VERSION,
      profiles: ['cloud'],
      product: { name: 'iamql', vendor_name: 'iamql', version: version() },
      labels: [wordsOfAccount(run)],
    },
    cloud: cloudOf(run, account),
    finding_info: {
      uid: `iamql|${account}|${uid}`,
      title,
      created_time: time,
      ...(control ? { desc: control.control.overview } : {}),
    },
    compliance: {
      standards: [benchmark?.benchmark.title ?? 'iamql'],
      ...(requirements.length > 0 ? { requirements } : {}),
      control: [control?.control.title ?? title, ...(control ? wordsOfParameters(control) : [])].join(', '),
      status_id: complianceId,
      status: compliance,
    },
    ...(control ? { remediation: { desc: control.control.remediation.cli } } : {}),
    resources: [resourceOf(account, found)],
  };
}

/** The account by its name, and the organization and unit that it is in, where these are known. */
function cloudOf({ account: asked }: Run, account: string): object {
  const { name = account, organization, units = [] } = asked ?? {};
  const unit = units.at(-1);
  const ofUnit = unit ? { ou_name: unit.name, ou_uid: unit.id } : {};
  return {
    provider: 'AWS',
    account: { uid: account, name, type: 'AWS Account', type_id: 10 },
    ...(organization === undefined ? {} : { org: { name: organization, ...ofUnit } }),
  };
}

/** What passed, or was not judged, is nothing that anybody works on. */
function workflowOf(status: Status): object {
  if (status === 'EXCEPTED') return { status_id: 3, status: 'Suppressed' };
  const open: readonly Status[] = ['FAIL', 'ERROR'] satisfies readonly Verdict[];
  return open.includes(status) ? { status_id: 1, status: 'New' } : {};
}

const resourceOf = (account: string, found: Found | undefined): object =>
  found
    ? {
        uid: found.finding.identifier,
        name: found.finding.name,
        type: found.finding.type,
        data: { facts: found.finding.facts, keys: found.finding.keys },
      }
    : { uid: account, name: account, type: 'AWS account' };
