import type { Asset } from '../iam/assets.ts';
import { type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import { IamqlError } from '../iam/error.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { everything } from '../inventory/page.ts';
import { withAdditionalKeys } from '../where/additional-keys.ts';
import { type ConditionLine, judgedLines } from '../where/condition-lines.ts';
import { always, type Expression, not } from '../where/expression.ts';
import { ofAccount } from '../where/per-account.ts';
import { judgeParts, type Truth } from '../where/why.ts';
import type { ExplainedQuestion } from './explain.ts';
import { askedOf, conditionsOf } from './root-question.ts';

/** Why a condition selects an asset or does not. */
export interface Why {
  readonly responseKey: string;
  readonly type: AssetTypeName;
  readonly identifier: string;
  readonly truth: Truth;
  readonly condition: readonly ConditionLine[];
  /** What could not be read, where that leaves the answer open: why. */
  readonly unread: readonly string[];
}

/**
 * Judges every part of a condition for one asset, by each question about assets of its type. It costs what deciding that
 * asset costs.
 *
 * @throws IamqlError InvalidInput when no question is about such an asset, or there is none.
 */
export async function whys(
  inventory: Inventory,
  questions: readonly ExplainedQuestion[],
  identifier: string,
): Promise<readonly Why[]> {
  const found: Why[] = [];
  for (const question of questions) found.push(...(await whyOf(inventory, question, identifier)));
  if (found.length > 0) return found;
  if (questions.length === 0) throw new IamqlError('InvalidInput', 'the text asks about no assets');
  throw new IamqlError('InvalidInput', await notThere(inventory, questions, identifier));
}

/** Nothing where there is no such asset. */
async function whyOf(current: Inventory, question: ExplainedQuestion, identifier: string): Promise<readonly Why[]> {
  const inventory = askedOf(question, current);
  const { responseKey, type } = question;
  const where = await conditionOf(question, inventory);
  const [asset] = await find(inventory, type, identifier, always);
  if (!asset) return [];
  const toldOf = async (seen: Asset, reasons: readonly string[]): Promise<Why> => {
    await inventory.prepare?.([seen], withAdditionalKeys(where));
    const own = ofAccount(where, String(inventory.read(seen, 'cloudAccountID')));
    const expression = hasAdditionalKeys(inventory, seen) ? withAdditionalKeys(own) : own;
    const judged = judgeParts(expression, inventory.read, seen);
    return { responseKey, type, identifier, truth: judged.truth, condition: judgedLines(judged), unread: reasons };
  };
  const unread: IamqlError[] = [];
  // Asked either way, because only an asset that is found comes with what had to be read to find it.
  for (const asked of [where, not(where)]) {
    const [seen] = await find(inventory, type, identifier, asked, unread);
    if (seen) return [await toldOf(seen, [])];
  }
  return [await toldOf(asset, [...new Set(unread.map(({ message }) => message))])];
}

/** A named question is judged as it was asked: at the time of the facts, not at that of its explanation. */
async function conditionOf(question: ExplainedQuestion, inventory: Inventory): Promise<Expression> {
  const conditions = await conditionsOf(question, inventory);
  return conditions.find(({ type }) => type === question.type)?.where ?? question.where;
}

/** Of most users the report tells all keys, so what is asked of further ones would only be in the way. */
function hasAdditionalKeys({ read }: Inventory, asset: Asset): boolean {
  const credentials = asset.__typename === 'IAMUser' ? read(asset, 'hasIAMUserCredentials') : undefined;
  if (typeof credentials !== 'object' || credentials === null) return false;
  return read(credentials as Asset, 'additionalCredentialsInfo') !== null;
}

async function find(
  inventory: Inventory,
  type: AssetTypeName,
  identifier: string,
  where: Expression,
  errors: IamqlError[] = [],
): Promise<readonly Asset[]> {
  const isThis: Expression = { kind: 'equals', type, field: 'identifier', value: identifier };
  const of = where.kind === 'always' ? [isThis] : [isThis, where];
  const { assets, unread } = await inventory.find(type, { kind: 'and', of }, everything);
  errors.push(...unread);
  return assets;
}

async function notThere(inventory: Inventory, questions: readonly ExplainedQuestion[], name: string): Promise<string> {
  const types = [...new Set(questions.map(({ type }) => type))];
  const meant = await Promise.all(types.map((type) => identifiersOf(inventory, type, name)));
  const one = types.map((type) => catalogue[type].one).join(' or ');
  const advice = meant.flat().length > 0 ? `; did you mean ${meant.flat().join(' or ')}?` : '';
  return `there is no ${one} with the identifier ${JSON.stringify(name)}${advice}`;
}

/** The assets of that name. */
async function identifiersOf(inventory: Inventory, type: AssetTypeName, name: string): Promise<readonly unknown[]> {
  const named: Expression = { kind: 'equals', type, field: 'internalName', value: name };
  const { assets } = await inventory.find(type, named, everything);
  return assets.map((asset) => inventory.read(asset, 'identifier'));
}
