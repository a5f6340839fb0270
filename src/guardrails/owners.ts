import type { Tags } from '../controls/read-tags.ts';
import { IamqlError } from '../iam/error.ts';
import type { KnownAccount } from './judged-accounts.ts';

/** Who answers for what. */
export class Owners {
  private readonly named: ReadonlyMap<string, string>;
  private readonly usual: string | undefined;
  private readonly keys: readonly string[];

  /**
   * @param rules `payments`: whoever has no other owner; `111122223333=payments`: what is in an account, a unit or an
   *   organization, by id or name.
   * @param keys of tags that name the owner, the first first; upper and lower case do not matter.
   * @throws IamqlError InvalidInput
   */
  constructor(rules: readonly string[], keys: readonly string[]) {
    const pairs = rules.map(parseRule);
    const usual = pairs.filter(({ of }) => of === undefined);
    const named = pairs.flatMap(({ of, owner }) => (of === undefined ? [] : [[of, owner] as const]));
    const twice = named.find(([of], at) => named.some(([other], before) => before < at && other === of));
    if (usual.length > 1 || twice)
      throw new IamqlError('InvalidInput', `--owner says two owners of ${twice?.[0] ?? 'whatever has no other'}`);
    this.usual = usual[0]?.owner;
    this.named = new Map(named);
    this.keys = keys.map((key) => key.toLowerCase());
  }

  /** Of something in an account: its own tags, what was said of the account and where it is, the tags of the account. */
  ofAsset(account: KnownAccount, tags: Tags): string | undefined {
    return this.inTags(tags) ?? this.ofAccount(account);
  }

  ofAccount({ id = '', name, organization, units, tags }: KnownAccount): string | undefined {
    const said = [id, name, ...units.toReversed().flatMap((unit) => [unit.id, unit.name])];
    const own = Object.entries(tags).map(([key, value]) => ({ key, value }));
    return this.ofFirst(said) ?? this.inTags(own) ?? this.ofOrganization(organization);
  }

  ofOrganization(name: string | undefined): string | undefined {
    return (name === undefined ? undefined : this.named.get(name)) ?? this.usual;
  }

  private ofFirst(names: readonly string[]): string | undefined {
    return names.map((name) => this.named.get(name)).find((owner) => owner !== undefined);
  }

  private inTags(tags: Tags): string | undefined {
    const values = this.keys.map((key) => tags.find((tag) => tag.key.toLowerCase() === key)?.value.trim());
    return values.find((value) => value !== undefined && value !== '');
  }
}

function parseRule(rule: string) {
  const [, of, owner = ''] = /^(?:([^=]+)=)?([^=]+)$/.exec(rule.trim()) ?? [];
  if (owner.trim() === '')
    throw new IamqlError('InvalidInput', `--owner ${JSON.stringify(rule)}: write NAME, or ACCOUNT=NAME`);
  return { of: of?.trim(), owner: owner.trim() };
}
