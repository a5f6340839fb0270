import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { placeOfUnlisted } from '../connectors/connector.ts';
import type { Control } from '../controls/control.ts';
import { findControls, foundingControlId, loadLibrary } from '../controls/load-controls.ts';
import { usualOrder } from '../controls/order.ts';
import { readOrder } from '../controls/read-order.ts';
import { readTags } from '../controls/read-tags.ts';
import { type CheckResult, readCheckResult } from '../guardrails/check-result.ts';
import { EarlierRollOut } from '../guardrails/earlier-roll-out.ts';
import { judgedAccounts, type KnownAccount } from '../guardrails/judged-accounts.ts';
import { Owners } from '../guardrails/owners.ts';
import { makeRollOut, type RollOut, type RollOutSettings } from '../guardrails/roll-out.ts';
import { IamqlError } from '../iam/error.ts';
import { fileError } from '../iam/file-error.ts';
import { renderJson } from '../report/json.ts';
import { renderRollOut } from '../report/roll-out.ts';
import { judge } from './check.ts';
import { enrollAccounts } from './connector-options.ts';
import { exitCodes } from './exit-code.ts';
import type { RollOutOptions } from './guardrails-plan.ts';
import { writeFileWhole, writeNote, writeResult } from './output.ts';
import { withSource } from './source-options.ts';

/** What is known before anything is ordered. */
interface Facts extends Pick<RollOutSettings, 'tags' | 'caveats'> {
  readonly results: readonly CheckResult[];
  readonly known: readonly KnownAccount[];
}

/** `iamql guardrails plan`: ends with 2 where an account could not be judged, because there may be more to do. */
export async function rollOut(id: string | undefined, options: RollOutOptions): Promise<void> {
  const { update, output = update, owner = [], ownerTag, orderBy, batchSize } = options;
  const [control] = await findControls([id ?? foundingControlId], await loadLibrary(options.controls));
  if (!control) return;
  // What is wrong with flags and files is said before anything is asked of AWS.
  const owners = new Owners(owner, ownerTag);
  const order = orderBy ? await readOrder(orderBy) : usualOrder;
  const earlier = update === undefined ? undefined : await readEarlier(update, control);
  const { results, known, tags, caveats } = options.result
    ? await ofResults(options)
    : await ofSource(control, options);
  const judged = judgedAccounts(control.id, results, known);
  const made = makeRollOut(judged, { control, owners, order, batchSize, tags, caveats, earlier });
  const left = made.open.length + made.untold.length + made.carried.length;
  process.exitCode = left > 0 ? exitCodes.error : exitCodes.pass;
  if (earlier) noteChanges(made, earlier);
  const text = renderRollOut(made);
  if (output === undefined) writeResult(text, undefined);
  else await writeFileWhole(output, Readable.from([text]));
}

/** Undefined where there is none yet. */
async function readEarlier(file: string, { id }: Control): Promise<EarlierRollOut | undefined> {
  try {
    return new EarlierRollOut(await readFile(file, 'utf8'), id, file);
  } catch (cause) {
    if (cause instanceof IamqlError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== 'ENOENT') throw new IamqlError('InvalidInput', `cannot read ${file}: ${code}`, { cause });
    writeNote(`iamql: there is no ${file} yet: it begins without ticks`);
    return undefined;
  }
}

function noteChanges({ open, batches, carried }: RollOut, earlier: EarlierRollOut): void {
  const marks = [...open, ...batches.flatMap(({ items }) => items)].map(({ mark }) => mark);
  const { stillThere, gone } = earlier.compare(new Set(marks), carried.length);
  if (stillThere > 0) writeNote(`iamql: ${stillThere} ticked, and still there: open again`);
  if (gone > 0) writeNote(`iamql: ${gone} found before, and gone`);
}

/** Judges as `iamql check` does, and reads of it what anybody would who kept the result. */
function ofSource(control: Control, options: RollOutOptions): Promise<Facts> {
  return withSource(options, async (source) => {
    const inventory = source.inventory();
    const run = await judge(
      [control.id],
      { ...options, failOn: 'low', expiring: 0, format: [], output: [] },
      source,
      inventory,
    );
    const result = readCheckResult(renderJson(run), 'the result');
    const found = result.controls.flatMap(({ rules }) => rules.flatMap(({ findings }) => findings));
    const arns = [...new Set(found.flatMap(({ type, identifier }) => (type === 'IAMUser' ? identifier : [])))];
    const { tags, errors } = await readTags(inventory, arns);
    return {
      results: [result],
      known: run.accounts ?? [],
      tags,
      caveats: errors.map((message) => `tags of users, by which they are ordered and have owners: ${message}`),
    };
  });
}

/** With the accounts of `--connectors`, judged or not: here it is a list of what there is, and nothing to read. */
async function ofResults({ result: files = [], ...options }: RollOutOptions): Promise<Facts> {
  const { connectors, connector, ou, tag, maxAge } = options;
  const others = ofSources.some((name) => options[name] !== undefined);
  if (others || options.exceptions.length > 0)
    throw new IamqlError(
      'InvalidInput',
      '--result is judged already: of a source, --verify, --param and --exceptions take none but --connectors',
    );
  if (connectors === undefined && (connector ?? ou ?? tag) !== undefined)
    throw new IamqlError('InvalidInput', '--connector, --ou and --tag need --connectors');
  const results = await Promise.all(
    files.map(async (file) => {
      const result = readCheckResult(await readResult(file), file);
      checkAge(file, result, maxAge);
      return result;
    }),
  );
  const hasUsers = results.some(({ controls }) =>
    controls.some(({ rules }) => rules.some(({ findings }) => findings.length > 0)),
  );
  const caveats = hasUsers
    ? ['tags of users, by which they are ordered and have owners: a result of iamql check does not hold them']
    : [];
  if (connectors === undefined) return { results, known: [], tags: new Map(), caveats };
  const { enrollment } = await enrollAccounts(options);
  return {
    results,
    // What a result of them all says of one is by the same name.
    known: [...enrollment.connectors, ...enrollment.unlisted.map(placeOfUnlisted)],
    tags: new Map(),
    caveats: [
      ...caveats,
      ...enrollment.skipped.map(
        (one) => `account ${one.id} (${one.name}) of ${one.organization} is not read: ${one.why}`,
      ),
      ...enrollment.unlisted.map(({ name, error }) => `the accounts of organization ${name}: ${error.message}`),
    ],
  };
}

/** What chooses a source, or is asked of one. */
const ofSources = [
  ...(['profile', 'roleArn', 'externalId', 'report', 'generatedAt', 'acceptFiltered', 'snapshot', 'sample'] as const),
  ...(['store', 'asOf', 'setupSeconds', 'verify', 'param'] as const),
];

const DAY_MS = 24 * 3_600_000;

/** @throws IamqlError InvalidInput for a result that is older than is asked. */
function checkAge(file: string, { judgedAt }: CheckResult, maxAgeMs: number | undefined): void {
  const ageMs = Date.now() - Date.parse(judgedAt);
  if (maxAgeMs !== undefined && ageMs > maxAgeMs)
    throw new IamqlError('InvalidInput', `${file} was judged ${judgedAt}, which is older than --max-age: judge again`);
  if (ageMs > DAY_MS) writeNote(`iamql: ${file} was judged ${judgedAt}: what has come since is not in it`);
}

const readResult = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw fileError(`--result: cannot open ${file}`, cause);
  });
