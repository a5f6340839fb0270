import type { Asset } from '../iam/assets.ts';
import { type AssetTypeName, catalogue, factGroups } from '../iam/catalogue.generated.ts';
import { IamqlError } from '../iam/error.ts';
import { decidingFacts } from '../where/deciding-facts.ts';
import { compile, type ReadField } from '../where/evaluate.ts';
import { type Expression, nodesOf } from '../where/expression.ts';
import type { AccountGraph, Node } from './account-graph.ts';
import { changesSince } from './changes.ts';
import { userOf } from './demand.ts';
import type { Withdrawn } from './inventory.ts';

/** Whose facts are read live in place of the report's: those of users who are selected, or of all. */
export type Verify = 'selected' | 'all';

/** What a filter makes of the facts that it could read. */
export interface Filtered {
  readonly assets: readonly Asset[];
  /** Neither selected nor passed over. */
  readonly open: readonly Asset[];
  readonly unread: readonly IamqlError[];
}

/** What a verification works with. */
interface Asked {
  readonly graph: AccountGraph;
  readonly mode: Verify;
  readonly type: AssetTypeName;
  readonly expression: Expression;
  readonly read: ReadField;
  /** Evaluates the expression over what is there, and reads what is open. */
  readonly filter: () => Promise<Filtered>;
  /** Reads the list of users, once. @returns what went wrong. */
  readonly readList: () => Promise<IamqlError | undefined>;
}

/** Users, their rows of the report, and what each of them is asked for. */
export const isOfUsers = (type: AssetTypeName): boolean =>
  type === 'IAMUser' || type === 'IAMUserCredentials' || factGroups[catalogue[type].group].per === 'IAMUser';

/** Only what a credential report tells may be stale: everything else was read for the question. */
export const concernsUsers = (type: AssetTypeName, expression: Expression): boolean =>
  isOfUsers(type) ||
  [...nodesOf(expression)].some(
    (node) => 'type' in node && (node.type === 'IAMUser' || node.type === 'IAMUserCredentials'),
  );

/**
 * Selects by the report, and doubts what it says: each user because of whom an asset is selected is read live, and the
 * filter is asked again, until everything that it selects rests on what AWS answers now. Each round makes at least one
 * more user live.
 */
export async function selectVerified(asked: Asked): Promise<Filtered & { readonly withdrawn: readonly Withdrawn[] }> {
  const { graph, mode, filter, readList } = asked;
  const doubted = new Map<Asset, readonly Node[]>();
  let notListed: IamqlError | undefined;
  for (;;) {
    const isReported = graph.report !== undefined;
    if (isReported) notListed = await readList();
    if (isReported && mode === 'all') doubtAll(asked, doubted);
    const found = await filter();
    if (isReported || !graph.report) {
      const pending = graph.report ? doubtSelected(asked, found.assets, doubted) : 0;
      if (pending > 0) continue;
      const unread = notListed ? [...found.unread, newerUnknown(notListed)] : found.unread;
      return { ...found, unread, withdrawn: withdrawnOf(asked, found, doubted) };
    }
  }
}

/** @returns how many users are live now that were not. */
function doubtSelected(asked: Asked, selected: readonly Asset[], doubted: Map<Asset, readonly Node[]>): number {
  const { users } = asked.graph;
  let count = 0;
  for (const asset of selected) {
    const behind = usersBehind(asked, asset).filter((user) => !users.isLive(user));
    if (behind.length > 0) doubted.set(asset, [...(doubted.get(asset) ?? []), ...behind]);
    for (const user of behind) users.goLive(user);
    count += behind.length;
  }
  return count;
}

function doubtAll(asked: Asked, doubted: Map<Asset, readonly Node[]>): void {
  const { users } = asked.graph;
  const { certainly } = compile(asked.expression, asked.read);
  const isThere = (asset: Asset): boolean => !users.isDeleted(asset);
  doubtSelected(asked, asked.graph.assetsOf(asked.type).filter(isThere).filter(certainly.isTrue), doubted);
  for (const user of users.all().filter(isThere)) users.goLive(user as Node);
}

/** The users because of whom an asset is selected. */
function usersBehind({ graph, type, expression, read }: Asked, asset: Asset): readonly Node[] {
  if (type === 'IAMUser') return [asset as Node];
  const records = [asset, ...decidingFacts(expression, read, asset).map(({ record }) => record)];
  return [...new Set(records.map((record) => userOf(graph, record)))].filter((user) => user !== undefined);
}

/** What the report selects and what AWS answers now does not is said, with what changed. */
function withdrawnOf(
  { graph: { users }, type, expression, read }: Asked,
  { assets, open }: Filtered,
  doubted: ReadonlyMap<Asset, readonly Node[]>,
): readonly Withdrawn[] {
  const told = (asset: Asset, reasons: readonly string[]): Withdrawn => ({
    identifier: String(read(asset, 'identifier')),
    name: String(read(asset, 'internalName')),
    reasons,
  });
  const rest = new Set([...assets, ...open].map((asset) => read(asset, 'identifier')));
  const { possibly } = compile(expression, read);
  const former = formerOf(users, type).filter(possibly.isTrue);
  const isAnew = ({ arn }: Asset): boolean => {
    const user = users.get(String(arn));
    return user !== undefined && !users.isDeleted(user);
  };
  const ofFormer = former
    .filter((asset) => !rest.has(read(asset, 'identifier')))
    .map((asset) =>
      told(asset, [isAnew(asset) ? 'deleted since the report, and made anew' : 'deleted since the report']),
    );
  const ofDoubted = [...doubted]
    .filter(([asset]) => !rest.has(read(asset, 'identifier')))
    .map(([asset, behind]) => told(asset, reasonsOf(users, behind, asset)));
  return [...ofFormer, ...ofDoubted];
}

/** What the report tells of users who are no longer there: themselves, or their rows. */
function formerOf(users: AccountGraph['users'], type: AssetTypeName): readonly Asset[] {
  if (type === 'IAMUser') return users.former();
  return type === 'IAMUserCredentials' ? users.former().map((user) => user['hasIAMUserCredentials'] as Asset) : [];
}

function reasonsOf(users: AccountGraph['users'], behind: readonly Node[], asset: Asset): readonly string[] {
  const reasons = behind.flatMap((user) => {
    const reported = users.reportedRow(user);
    const changes = reported ? changesSince(reported, user['hasIAMUserCredentials'] as Asset) : [];
    return user === asset ? changes : changes.map((change) => `${user['userName']}: ${change}`);
  });
  return reasons.length > 0 ? reasons : ['what AWS answers now does not match'];
}

const newerUnknown = ({ kind, message }: IamqlError): IamqlError =>
  new IamqlError(kind, `whether there are users who are newer than the credential report cannot be told: ${message}`);
