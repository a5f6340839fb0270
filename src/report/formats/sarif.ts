import type { Log, Notification, ReportingDescriptor, Result } from 'sarif';
import { placeOf, type RollUp, rollUp } from '../../controls/by-account.ts';
import type { ControlRun } from '../../controls/run-control.ts';
import { version } from '../../package-version.ts';
import { linesOfRollUp, scoreAccounts } from '../by-account.ts';
import { isOfSeveral } from '../evidence.ts';
import {
  accountOf,
  countOf,
  decidingRules,
  type Found,
  foundId,
  listFound,
  nameOf,
  reasonsOf,
  runId,
  troubledExceptions,
  wordsOfAccount,
  wordsOfException,
  wordsOfFinding,
  wordsOfParameters,
  wordsOfScope,
} from '../found.ts';
import { type Item, listSections, renderScore, scoreOf } from '../listing.ts';
import { printable, printableLines } from '../printable.ts';
import type { Run } from '../run.ts';

const levels = { low: 'note', medium: 'warning', high: 'error' } as const;
/** GitHub sorts alerts by it: from 7.0 it is high, from 4.0 medium. */
const securitySeverities = { low: '3.0', medium: '5.5', high: '8.0' } as const;

/**
 * A run as SARIF 2.1.0. A result is what somebody has to look at: a finding, an excepted one (suppressed), a control that
 * could not be judged (of kind `open`). What passed is a property of its rule and a notification, because code scanning
 * makes an alert of every result, whatever its kind.
 */
export function renderSarif(run: Run): string {
  const { evidence, controls, judgedAt } = run;
  const sections = listSections(run);
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'iamql', version: version(), rules: controls.map((one) => ruleOf(one, sections, run)) },
        },
        automationDetails: { id: `iamql/${run.benchmark?.benchmark.id ?? 'check'}/${evidence.account ?? 'unknown'}/` },
        invocations: [
          {
            executionSuccessful: controls.every((one) => one.verdict !== 'ERROR' && reasonsOf(one).length === 0),
            endTimeUtc: judgedAt.toISOString(),
            toolExecutionNotifications: notificationsOf(run),
          },
        ],
        results: controls.flatMap((one, index) =>
          resultsOf(run, one).map((result) => ({ ...result, ruleIndex: index })),
        ),
        properties: { account: wordsOfAccount(run), score: renderScore(scoreOf(sections)) },
      },
    ],
  };
  return printableLines(`${JSON.stringify(log, null, 2)}\n`);
}

function ruleOf(run: ControlRun, sections: ReturnType<typeof listSections>, { accounts }: Run): ReportingDescriptor {
  const { control, verdict } = run;
  const numbers = sections.flatMap(({ items }) => items.filter((item) => item.run === run && item.number !== ''));
  const asked = wordsOfParameters(run);
  return {
    id: runId(run),
    shortDescription: { text: control.title },
    fullDescription: { text: control.overview },
    help: {
      text: [control.why, control.remediation.console, control.remediation.cli].join('\n'),
      markdown: `${control.why}\n\n### In the console\n\n${control.remediation.console}\n\n### From the command line\n\n${fenced(control.remediation.cli)}`,
    },
    defaultConfiguration: { level: levels[control.severity] },
    properties: {
      tags: ['security', 'aws', 'iam', ...numbers.map(({ number }) => `recommendation ${number}`)],
      'security-severity': securitySeverities[control.severity],
      verdict,
      ...(asked.length > 0 ? { parameters: run.parameters } : {}),
      ...(accounts ? { accounts: accountsValue(rollUp(run, accounts)) } : {}),
    },
  };
}

/** How the accounts stand, and each by itself. */
const accountsValue = ({ verdicts, ...counts }: RollUp): object => ({
  ...counts,
  verdicts: verdicts.map(({ account: { id, name }, verdict, isStale }) => ({
    account: id,
    name,
    verdict,
    stale: isStale,
  })),
});

/** Code scanning takes 25,000 results: an organization that is refused must not keep all else out. */
const MOST_OPEN = 100;

/** Of several accounts each that could not be judged is a result of its own, at its own place. */
function openResults(run: Run, control: ControlRun): readonly Result[] {
  if (!run.accounts) return [];
  const open = rollUp(control, run.accounts).verdicts.filter(({ reasons }) => reasons.length > 0);
  return open.slice(0, MOST_OPEN).map(({ account, verdict, reasons }) => ({
    ruleId: runId(control),
    kind: 'open',
    level: 'none',
    message: {
      text: `ERROR: ${printable(placeOf(account))} could not be judged${verdict === 'FAIL' ? ' in full' : ''}: ${control.control.title}: ${reasons.map(printable).join('; ')}`,
    },
    locations: [locationOf(run, undefined, account.id)],
    partialFingerprints: { 'iamql/v1': `${account.id}|${runId(control)}|open` },
  }));
}

const fenced = (commands: string): string => `\`\`\`sh\n${commands.trimEnd()}\n\`\`\``;

function resultsOf(run: Run, control: ControlRun): readonly Result[] {
  const found = listFound(control).map((one) => resultOfFound(run, one));
  const reasons = reasonsOf(control);
  const { verdict } = control;
  const counts = decidingRules(control).map((rule) => countOf(rule, control));
  const whole = (kind: 'fail' | 'open', text: string): Result => ({
    ruleId: runId(control),
    kind,
    level: kind === 'fail' ? levels[control.control.severity] : 'none',
    message: { text },
    locations: [locationOf(run, undefined)],
    partialFingerprints: { 'iamql/v1': `${runId(control)}|${kind}` },
  });
  const accounts = run.accounts ? `; ${linesOfRollUp(rollUp(control, run.accounts)).join('; ')}` : '';
  return [
    ...found,
    ...openResults(run, control),
    ...(verdict === 'FAIL' && !listFound(control).some(({ exception }) => !exception)
      ? [whole('fail', `FAIL: ${control.control.title}: ${counts.join('; ')}`)]
      : []),
    ...(verdict === 'ERROR' || reasons.length > 0
      ? [
          whole(
            'open',
            `ERROR: could not be judged${verdict === 'FAIL' ? ' in full' : ''}: ${control.control.title}: ${reasons.slice(0, MOST_OPEN).map(printable).join('; ')}${accounts}`,
          ),
        ]
      : []),
  ];
}

function resultOfFound(run: Run, found: Found): Result {
  const { finding, exception } = found;
  const words = [
    `${printable(nameOf(run, finding))}: ${found.rule.rule.title}`,
    ...wordsOfFinding(finding).map(printable),
  ];
  return {
    ruleId: runId(found.run),
    kind: 'fail',
    level: levels[found.run.control.severity],
    message: { text: words.join('\n') },
    locations: [locationOf(run, found)],
    partialFingerprints: {
      'iamql/v1': isOfSeveral(run.evidence) ? `${finding.account}|${foundId(found)}` : foundId(found),
    },
    ...(exception
      ? { suppressions: [{ kind: 'external', status: 'accepted', justification: wordsOfException(exception) }] }
      : {}),
    properties: { name: finding.name, facts: finding.facts, keys: finding.keys },
  };
}

/**
 * There is no file to point at. Code scanning insists on one, so each asset has a path of its own that stays the same from
 * run to run; the logical location has the ARN.
 */
function locationOf(run: Run, found: Found | undefined, account = accountOf(run, found) ?? 'unknown') {
  const parts = ['aws-iam', account, ...(found ? [found.finding.type, found.finding.name] : [])];
  const uri = parts.map((part) => encodeURIComponent(part.toWellFormed())).join('/');
  return {
    physicalLocation: { artifactLocation: { uri }, region: { startLine: 1 } },
    logicalLocations: [
      found
        ? { name: found.finding.name, fullyQualifiedName: found.finding.identifier, kind: 'resource' }
        : { name: account, kind: 'account' },
    ],
  };
}

function notificationsOf(run: Run): Notification[] {
  const items = listSections(run).flatMap((section) => section.items);
  return [
    ...items.map((item) => notificationOf(run, item)),
    ...scoreAccounts(run).map(({ account, passed, failed, notJudged, stale }) => ({
      level: notJudged > 0 ? ('error' as const) : ('note' as const),
      descriptor: { id: 'ACCOUNT' },
      message: {
        text: `${printable(placeOf(account))}: ${passed} controls passed, ${failed} failed, ${notJudged} could not be judged, ${stale} stale`,
      },
    })),
    ...troubledExceptions(run).map(([what, exception]) => ({
      level: 'warning' as const,
      message: { text: `exception ${what}: ${wordsOfScope(exception)}, owner ${exception.owner}` },
    })),
  ];
}

function notificationOf({ controls }: Run, { number, title, status, run, reason }: Item): Notification {
  const counts = run ? decidingRules(run).map((rule) => countOf(rule, run)) : [];
  const why = run ? [...counts, ...reasonsOf(run)].join('; ') : reason;
  return {
    level: status === 'ERROR' || (run && reasonsOf(run).length > 0) ? 'error' : 'note',
    descriptor: { id: status },
    message: { text: `${[status, number].join(' ').trim()}: ${title}: ${why}` },
    ...(run ? { associatedRule: { id: runId(run), index: controls.indexOf(run) } } : {}),
  };
}
