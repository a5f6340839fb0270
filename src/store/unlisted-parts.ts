import type { Asset } from '../iam/assets.ts';
import { type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import type { IamqlError } from '../iam/error.ts';
import { notListed } from '../inventory/not-told.ts';
import { ownershipsOf, unlistedOf, unlistedOfOwner } from '../inventory/owners.ts';
import { knowsNewer, whyNewerNotListed } from '../inventory/snapshot/users-now.ts';
import { compile } from '../where/evaluate.ts';
import { ofAccount } from '../where/per-account.ts';
import { isUnread } from '../where/sql.ts';
import { connectorOf } from './row-assets.ts';
import { ofScoped } from './scope.ts';
import { Statement } from './statement.ts';
import { type Question, type View, whyUnread } from './view.ts';

/** What stands for parts that an owner may have and nobody has listed. */
export async function unlistedParts(view: View, type: AssetTypeName): Promise<readonly Asset[]> {
  const found: Asset[] = [];
  for (const { type: ownerType, field } of catalogue[type].isPart ? ownershipsOf(type) : []) {
    const owners = [...(await ownersLacking(view, ownerType, field)), ...(await unlistedParts(view, ownerType))];
    for (const owner of owners) found.push(...unlistedOfOwner(type, owner, field, view.assets.read(owner, field)));
  }
  return found;
}

/** Why parts that match may not be among those found. */
export async function whyNotListed(view: View, { type, expression, scope }: Question): Promise<readonly IamqlError[]> {
  const unlisted = (await unlistedParts(view, type)).filter((asset) => scope.account(connectorOf(asset)));
  await view.assets.prepare(unlisted, expression);
  const ofKnown = unlisted.flatMap((asset) => {
    const { owner, field } = unlistedOf(asset) as { readonly owner: Asset; readonly field: string };
    const { possibly } = compile(ofAccount(expression, connectorOf(owner)), (asset, field) =>
      view.assets.read(asset, field),
    );
    return possibly.isTrue(asset) ? [notListed(type, owner['identifier'], whyUnread(view, owner, field))] : [];
  });
  return [...ofKnown, ...whyNotListedOfNewer({ type, expression, scope })];
}

/** Of accounts in which there may be users whom nobody knows. */
export function whyNotListedOfNewer({ type, expression, scope }: Question): readonly IamqlError[] {
  return scope.accounts.flatMap((account) => {
    const { scan, connector } = account;
    if (!scan || knowsNewer(scan.header)) return [];
    const why = whyNewerNotListed(scan.header, type, ofAccount(expression, connector));
    return why ? [ofScoped(account, why.kind, why.message)] : [];
  });
}

async function ownersLacking(view: View, type: AssetTypeName, field: string): Promise<readonly Asset[]> {
  const { assets } = view;
  const scope = view.scope.lacking([{ type, field }]);
  if (scope.accounts.length === 0) return [];
  const statement = new Statement(type, scope);
  const owners = await assets.find(type, statement, statement.selectAll([isUnread(field, 'a')]));
  // What keys a user has may be seen in the report.
  if (field === 'accessKeys') await assets.complete(owners);
  return owners;
}
