import { isRecord } from './record.ts';

/** A resource of a plan, as its address names it. */
export interface PlannedAddress {
  /** `module.team["a"]`; `''` for the root module. */
  readonly moduleAddress: string;
  readonly type: string;
  readonly name: string;
  readonly index: string | number | undefined;
}

export interface Referred {
  /** Places in the list of users that was given. */
  readonly users: readonly number[];
  /** Why it may be another user; undefined where it is none but these. */
  readonly doubt: string | undefined;
  /** The reference that led there. */
  readonly by: string;
}

interface ModuleStep {
  readonly name: string;
  /** Undefined for any: a reference does not say which instance. */
  readonly index: string | undefined;
}

const INDEX = String.raw`\[(?:"(?:\\.|[^"\\])*"|\d+)\]`;
const MODULE_STEP = new RegExp(String.raw`module\.([^.[\]]+)(${INDEX})?`, 'y');
const USER = new RegExp(String.raw`^aws_iam_user\.([^.[\]]+)(${INDEX})?(?:\.(\w+))?`);
const OUTPUT = new RegExp(String.raw`^module\.([^.[\]]+)(${INDEX})?\.([^.[\]]+)`);

/** What the expressions of a configuration refer to. */
export class References {
  private readonly configuration: unknown;
  private readonly users: readonly PlannedAddress[];
  /** Places in the list of users, by the names of their modules and their own. */
  private readonly places: ReadonlyMap<string, readonly number[]>;
  private readonly blocks = new Map<string, ReadonlyMap<unknown, Record<string, unknown>>>();
  private readonly known = new Map<string, Referred>();

  constructor(configuration: unknown, users: readonly PlannedAddress[]) {
    this.configuration = configuration;
    this.users = users;
    const places = users.flatMap(({ type }, place) => (type === 'aws_iam_user' ? [place] : []));
    this.places = Map.groupBy(places, (place) => {
      const { moduleAddress, name } = users[place] as PlannedAddress;
      return placeKey(parseModule(moduleAddress), name);
    });
  }

  /** The block that a resource was written as: its expressions, provider and for_each. Undefined where the plan has none. */
  block({ moduleAddress, type, name }: PlannedAddress): Record<string, unknown> | undefined {
    let blocks = this.blocks.get(moduleAddress);
    if (!blocks) {
      const { resources } = configuredModule(this.configuration, parseModule(moduleAddress)) ?? {};
      // Of two that are called alike the first counts.
      const found = listOf(resources).filter(isRecord).toReversed();
      blocks = new Map(found.map((one) => [one['address'], one]));
      this.blocks.set(moduleAddress, blocks);
    }
    return blocks.get(`${type}.${name}`);
  }

  /** Which users an attribute that is known after apply may name. All instances of a block have one answer. */
  of(part: PlannedAddress, attribute: string): Referred {
    const key = JSON.stringify([part.moduleAddress, part.type, part.name, attribute]);
    const known =
      this.known.get(key) ??
      usersReferredTo(this.configuration, this.block(part), part, {
        attribute,
        usersAt: (steps, name, index) => this.usersAt(steps, name, index),
      });
    this.known.set(key, known);
    return known;
  }

  private usersAt(steps: readonly ModuleStep[], name: string, index: string | undefined): readonly number[] {
    const places = this.places.get(placeKey(steps, name)) ?? [];
    return places.filter((place) => isThat(this.users[place] as PlannedAddress, { steps, index }));
  }
}

const placeKey = (steps: readonly ModuleStep[], name: string): string =>
  JSON.stringify([...steps.map((step) => step.name), name]);

interface Followed {
  readonly attribute: string;
  readonly usersAt: (steps: readonly ModuleStep[], name: string, index: string | undefined) => readonly number[];
}

/** As far as the expressions of the configuration tell. */
function usersReferredTo(
  configuration: unknown,
  block: Record<string, unknown> | undefined,
  part: PlannedAddress,
  { attribute, usersAt }: Followed,
): Referred {
  const found = new Set<number>();
  const doubts = new Set<string>();
  // Those of a plan cannot form a ring; those of a forged one may.
  const followed = new Set<string>();
  const steps = parseModule(part.moduleAddress);
  const { expressions } = block ?? {};
  const first = referencesOf(isRecord(expressions) ? expressions[attribute] : undefined);
  follow({ steps, references: first, forEach: block?.['for_each_expression'] });
  if (found.size + doubts.size === 0) doubts.add('its references lead nowhere');
  return {
    users: [...found].sort((a, b) => a - b),
    doubt: doubts.size > 0 ? [...doubts][0] : undefined,
    by: `reference ${mostSpecific(first).join(', ')}`,
  };

  function follow(at: {
    readonly steps: readonly ModuleStep[];
    readonly references: readonly string[];
    readonly forEach: unknown;
  }): void {
    const references = mostSpecific(at.references);
    if (references.length === 0) doubts.add('the configuration does not tell whose it is');
    const isDirect = references.some((one) => USER.test(one));
    for (const reference of references) followOne(reference, at, isDirect);
  }

  function followOne(reference: string, at: Parameters<typeof follow>[0], isDirect: boolean): void {
    const { steps, forEach } = at;
    const place = JSON.stringify([steps, reference, forEach]);
    if (followed.has(place)) return;
    followed.add(place);
    const user = USER.exec(reference);
    const output = OUTPUT.exec(reference);
    if (user) {
      const [, name = '', index, field] = user;
      // Any other attribute than these is no name: what is made of it nobody knows.
      if (field !== undefined && field !== 'name' && field !== 'id') doubts.add(`it is made of ${reference}`);
      const matching = usersAt(steps, name, index);
      if (matching.length === 0) doubts.add(`${reference} is not in the plan`);
      for (const place of matching) found.add(place);
    } else if (output) {
      const [, name = '', index, field = ''] = output;
      const inner = [...steps, { name, index }];
      const { outputs } = configuredModule(configuration, inner) ?? {};
      const value = isRecord(outputs) ? outputs[field] : undefined;
      const references = referencesOf(isRecord(value) ? value['expression'] : undefined);
      follow({ steps: inner, references, forEach: undefined });
    } else if (reference.startsWith('var.') && steps.length > 0) {
      const outer = steps.slice(0, -1);
      const call = moduleCall(configuration, outer, steps.at(-1)?.name ?? '');
      const given = isRecord(call?.['expressions']) ? call['expressions'][reference.split(/[.[]/)[1] ?? ''] : undefined;
      follow({ steps: outer, references: referencesOf(given), forEach: call?.['for_each_expression'] });
    } else if (/^(each|count)\./.test(reference)) {
      // Beside a user it only says which of several.
      if (isDirect) return;
      if (!/^each\.value(\.(name|id))?$/.test(reference)) doubts.add(`it is made of ${reference}`);
      follow({ steps, references: referencesOf(forEach), forEach: undefined });
    } else {
      doubts.add(`it is made of ${reference}`);
    }
  }
}

/** Of one whose names are the same: whether the instances are. */
function isThat(
  user: PlannedAddress,
  that: { readonly steps: readonly ModuleStep[]; readonly index: string | undefined },
): boolean {
  const steps = parseModule(user.moduleAddress);
  const isSameStep = (step: ModuleStep, at: number): boolean =>
    that.steps[at]?.index === undefined || that.steps[at]?.index === step.index;
  const index = user.index === undefined ? undefined : `[${JSON.stringify(user.index)}]`;
  return (that.index === undefined || that.index === index) && steps.every(isSameStep);
}

function parseModule(address: string): readonly ModuleStep[] {
  const steps: ModuleStep[] = [];
  MODULE_STEP.lastIndex = 0;
  for (let match = MODULE_STEP.exec(address); match; match = MODULE_STEP.exec(address)) {
    steps.push({ name: match[1] ?? '', index: match[2] });
    MODULE_STEP.lastIndex += 1;
  }
  return steps;
}

function configuredModule(configuration: unknown, steps: readonly ModuleStep[]): Record<string, unknown> | undefined {
  let module = isRecord(configuration) ? configuration['root_module'] : undefined;
  for (const { name } of steps) {
    const calls = isRecord(module) ? module['module_calls'] : undefined;
    const call = isRecord(calls) && Object.hasOwn(calls, name) ? calls[name] : undefined;
    module = isRecord(call) ? call['module'] : undefined;
  }
  return isRecord(module) ? module : undefined;
}

function moduleCall(
  configuration: unknown,
  outer: readonly ModuleStep[],
  name: string,
): Record<string, unknown> | undefined {
  const calls = configuredModule(configuration, outer)?.['module_calls'];
  const call = isRecord(calls) ? calls[name] : undefined;
  return isRecord(call) ? call : undefined;
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const referencesOf = (expression: unknown): readonly string[] =>
  listOf(isRecord(expression) ? expression['references'] : undefined).filter((one) => typeof one === 'string');

/** Terraform lists of `aws_iam_user.a.name` also `aws_iam_user.a`. */
const mostSpecific = (references: readonly string[]): readonly string[] =>
  references.filter((one) => !references.some((other) => other.startsWith(`${one}.`) || other.startsWith(`${one}[`)));
