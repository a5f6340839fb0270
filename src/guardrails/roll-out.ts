import type { Control, Parameters } from '../controls/control.ts';
import type { OrderGroup } from '../controls/order.ts';
import type { Tags } from '../controls/read-tags.ts';
import type { EarlierRollOut } from './earlier-roll-out.ts';
import { type JudgedAccount, type JudgedControl, nameOf } from './judged-accounts.ts';
import type { Owners } from './owners.ts';
import { batchesOf, wordsOfExcepted } from './roll-out-batches.ts';
import { type Group, type Item, Marks } from './roll-out-items.ts';
import { guardrailSteps, type Place, placesOf } from './roll-out-steps.ts';
import { type Words, words } from './words.ts';

/** The work on a control, in its order. The same input makes the same roll-out. */
export interface RollOut {
  readonly control: Control;
  readonly parameters: Parameters;
  readonly isSample: boolean;
  readonly counts: Readonly<Record<'passed' | 'failed' | 'notJudged' | 'neverJudged' | 'found' | 'excepted', number>>;
  /** What is not known, that the order or the owners rest on. */
  readonly caveats: readonly string[];
  readonly guardrails: readonly Group[];
  /** Accounts of which nothing says that they are clean. */
  readonly open: readonly Item[];
  readonly batches: readonly Group[];
  /** Lines of the file before, of accounts that were not judged in full since. */
  readonly carried: readonly string[];
  readonly next: readonly Item[];
  readonly accepted: readonly Words[];
}

export interface RollOutSettings {
  readonly control: Control;
  readonly owners: Owners;
  readonly order: readonly OrderGroup[];
  readonly batchSize: number;
  /** Of assets, by identifier. */
  readonly tags: ReadonlyMap<string, Tags>;
  readonly caveats: readonly string[];
  /** What is rendered anew; undefined where there is nothing yet. */
  readonly earlier: EarlierRollOut | undefined;
}

/** Orders the work: what stops new cases, what nobody has looked at, what was found in batches, the next scan. */
export function makeRollOut(judged: JudgedControl, settings: RollOutSettings): RollOut {
  const { control, caveats, owners, earlier } = settings;
  const { accounts, parameters, isSample } = judged;
  const marks = new Marks(control.id, earlier);
  const open = accounts.flatMap((account) => openItem(account, owners, marks) ?? []);
  const batches = batchesOf(accounts, settings, marks);
  const found = batches.flatMap(({ items }) => items);
  const carried = earlier?.notJudgedSince(accounts, new Set(found.map(({ mark }) => mark))) ?? [];
  const count = (verdict: JudgedAccount['verdict']): number => accounts.filter((one) => one.verdict === verdict).length;
  return {
    ...{ control, parameters, isSample, caveats, open, batches, carried },
    counts: {
      ...{ passed: count('PASS'), failed: count('FAIL'), notJudged: count('ERROR'), neverJudged: count(undefined) },
      found: accounts.reduce((sum, { findings }) => sum + findings.length, 0),
      excepted: accounts.reduce((sum, account) => sum + account.excepted.length, 0),
    },
    guardrails: placesOf(accounts).map((place) => guardrailsAt(place, settings, marks)),
    next: nextItems(
      [...open, ...found].map(({ mark }) => mark),
      settings,
      marks,
    ),
    accepted: accounts.flatMap((account) => account.excepted.map((one) => wordsOfExcepted(one, account))),
  };
}

function guardrailsAt(place: Place, { control, owners }: RollOutSettings, marks: Marks): Group {
  const { organization, accounts } = place;
  const [only, ...others] = accounts;
  const isAlone = organization === undefined && only !== undefined && others.length === 0;
  const usual = isAlone ? owners.ofAccount(only) : owners.ofOrganization(organization);
  return {
    title: isAlone
      ? words`Account ${nameOf(only)}, which is in no organization that is known`
      : organization === undefined
        ? [`${accounts.length} accounts that are in no organization that is known`]
        : words`Organization ${organization}`,
    items: guardrailSteps(control, place).map(({ id, words: said, account }) => ({
      ...marks.step([organization ?? null, id, account?.id ?? null]),
      words: said,
      owner: account ? owners.ofAccount(account) : usual,
    })),
  };
}

/** Undefined for an account that was judged in full, and whose findings are all that it fails by. */
function openItem(account: JudgedAccount, owners: Owners, marks: Marks): Item | undefined {
  const { verdict, reasons } = account;
  const said = whyOpen(account);
  if (said === undefined) return undefined;
  const [reason, ...more] = reasons;
  const others = more.length > 0 ? [` and ${more.length} more ${more.length === 1 ? 'reason' : 'reasons'}`] : [];
  return {
    ...marks.seen('open', account, verdict ?? 'never judged'),
    words: [
      ...words`Account ${nameOf(account)}: `,
      said,
      ...(reason === undefined ? [] : [': ', { name: reason }]),
      ...others,
    ],
    owner: owners.ofAccount(account),
  };
}

function whyOpen({ verdict, reasons, findings }: JudgedAccount): string | undefined {
  if (verdict === undefined) return 'it was never judged';
  if (verdict === 'ERROR') return 'it could not be judged';
  if (verdict === 'PASS') return undefined;
  if (reasons.length > 0) return 'it could not be judged in full';
  return findings.length > 0 ? undefined : 'it fails, and not by assets that could be named here';
}

/** Ticks of them are of what there was to do then: of other work they are other steps. */
function nextItems(work: readonly string[], { owners, control }: RollOutSettings, marks: Marks): readonly Item[] {
  const owner = owners.ofOrganization(undefined);
  const of = (what: string) => marks.step([what, work.toSorted()]);
  return [
    {
      ...of('next scan'),
      owner,
      words: [
        `Scan every account again, also those that could not be judged, and judge them: \`iamql check ${control.id}\`.`,
      ],
    },
    {
      ...of('exceptions'),
      owner,
      words: words`Keep what remains as exceptions, each with an owner and an end: \`iamql exceptions check\`.`,
    },
    {
      ...of('roll-out'),
      owner,
      words: words`Render this file anew with \`iamql guardrails plan --update\`, and review what is left.`,
    },
  ];
}
