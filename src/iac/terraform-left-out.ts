import type { Reason } from './declared.ts';
import { isRecord } from './record.ts';

/** A block of a configuration, as its plan's addresses begin: `module.team.aws_iam_user.this`. */
interface Block {
  readonly address: string;
  /** It has `count` or `for_each`, or a module around it has: of none there may be none, and of several only some. */
  readonly isRepeated: boolean;
}

/** From this version on a plan without `complete` is OpenTofu's, where `enabled` makes nothing of a block, and no plan says so. */
const ENABLED_SINCE = [1, 11] as const;

/**
 * What is configured and the plan leaves out, as with `-target`: the next plan makes it. Terraform says of a plan whether it is
 * complete, since 1.8; OpenTofu does not, so that only what must be there can be missed.
 *
 * Source: the field Complete of Terraform's internal/plans/plan.go.
 *
 * @param told addresses of which the plan says something, with their instances.
 * @param isOfInterest of a type.
 */
export function leftOutOf(
  plan: Readonly<Record<string, unknown>>,
  told: readonly string[],
  isOfInterest: (type: string) => boolean,
): readonly Reason[] {
  const { complete, configuration, errored } = plan;
  // What ended with an error is said to be not whole.
  if (errored === true || complete === true || (complete !== false && !tellsAll(plan))) return [];
  const why = 'the plan is not complete, as with -target';
  const root = isRecord(configuration) ? configuration['root_module'] : undefined;
  if (!isRecord(root))
    return complete === false
      ? [{ message: `${why}, and without its configuration nobody knows what it leaves out` }]
      : [];
  const known = new Set(told.map(withoutInstances));
  return blocksOf(root, isOfInterest).flatMap(({ address, isRepeated }) => {
    if (!known.has(address) && !isRepeated)
      return [
        { message: `${address} is configured, and the plan leaves it out, as with -target: plan all of it`, address },
      ];
    if (isRepeated && complete === false)
      return [{ message: `${why}: it may leave out ${known.has(address) ? 'more ' : ''}of ${address}`, address }];
    return [];
  });
}

/** Whether what is written once, and is in no plan that makes something, was left out. */
function tellsAll({
  resource_changes: changes,
  terraform_version: version,
}: Readonly<Record<string, unknown>>): boolean {
  const [major = 0, minor = 0] = String(version).split('.').map(Number);
  const mayBeOff = major > ENABLED_SINCE[0] || (major === ENABLED_SINCE[0] && minor >= ENABLED_SINCE[1]);
  // What destroys all, or only refreshes, makes nothing of what is configured and not there.
  const isMaking = Array.isArray(changes) && changes.some((one) => isRecord(one) && makes(one['change']));
  return isMaking && !mayBeOff;
}

const makes = (change: unknown): boolean =>
  isRecord(change) && Array.isArray(change['actions']) && change['actions'].includes('create');

const INSTANCE = /\[(?:"(?:\\.|[^"\\])*"|[^\]"[]*)\]/g;
const withoutInstances = (address: string): string => address.replace(INSTANCE, '');

function blocksOf(root: Record<string, unknown>, isOfInterest: (type: string) => boolean): readonly Block[] {
  const found: Block[] = [];
  const waiting = [{ module: root, path: '', isRepeated: false }];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const { module, path, isRepeated } = at;
    const resources = Array.isArray(module['resources']) ? module['resources'].filter(isRecord) : [];
    for (const block of resources) {
      if (block['mode'] !== 'managed' || !isOfInterest(String(block['type']))) continue;
      found.push({ address: `${path}${block['type']}.${block['name']}`, isRepeated: isRepeated || repeats(block) });
    }
    for (const [name, call] of Object.entries(isRecord(module['module_calls']) ? module['module_calls'] : {})) {
      if (!isRecord(call) || !isRecord(call['module'])) continue;
      waiting.push({ module: call['module'], path: `${path}module.${name}.`, isRepeated: isRepeated || repeats(call) });
    }
  }
  return found;
}

const repeats = (block: Record<string, unknown>): boolean =>
  'count_expression' in block || 'for_each_expression' in block;
