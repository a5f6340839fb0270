import type { FactGroup } from '../iam/assets.generated.ts';
import type { Asset } from '../iam/assets.ts';
import { type AssetTypeName, catalogue, factGroups } from '../iam/catalogue.generated.ts';
import type { Instant } from '../iam/instant.ts';
import { type Expression, nodesOf } from '../where/expression.ts';
import { ownershipsOf } from './owners.ts';

/** Which answer of AWS told a fact, and when. */
export interface Provenance {
  /** The IAM action: `iam:GetCredentialReport`. */
  readonly source: string;
  /** When AWS generated it, for the credential report; when it was read, for everything else. Undefined: nobody knows. */
  readonly at: Instant | undefined;
  readonly isGenerated: boolean;
}

export const provenanceOf = (group: FactGroup, at: Instant | undefined): Provenance => ({
  source: actionOf(group),
  at,
  isGenerated: group === 'CREDENTIAL_REPORT',
});

/** The call that tells a group: the one after which the group is called, not those that lead to it. */
function actionOf(group: FactGroup): string {
  const { actions, per } = factGroups[group];
  return (per ? actions.at(-1) : actions[0]) ?? 'sts:GetCallerIdentity';
}

/** The groups that a question rests upon, by the schema. */
export function groupsOfQuestion(type: AssetTypeName, expression: Expression): ReadonlySet<FactGroup> {
  const ofType = (name: AssetTypeName): readonly FactGroup[] => [
    catalogue[name].group,
    ...(catalogue[name].also ?? []),
  ];
  const groups = [...nodesOf(expression)].flatMap((node) => {
    const field = 'field' in node ? catalogue[node.type]?.fields[node.field] : undefined;
    return field?.fact ?? ('type' in node && node.type in catalogue ? ofType(node.type) : []);
  });
  return new Set([...ofType(type), ...groups]);
}

/**
 * The groups that may have told a field of an asset, by the schema, the likeliest first: the field's own, that of what the
 * asset is a part of (an inline policy comes with its user), the type's, those that list such assets.
 */
export function groupsTelling(asset: Asset, field: string): readonly FactGroup[] {
  const name = asset.__typename as AssetTypeName;
  const type = catalogue[name];
  const { fact, sparing } = type.fields[field] ?? {};
  const own = [fact, sparing].filter((group) => group !== undefined);
  const lists = type.isPart ? ownershipsOf(name).flatMap((ownership) => ownership.fact ?? []) : [];
  return [...own, ...groupsOfPart(asset), type.group, ...lists];
}

function groupsOfPart(asset: Asset): readonly FactGroup[] {
  const owner = asset['owner'] as Asset | undefined;
  if (!owner) return [];
  const { fields } = catalogue[owner.__typename as AssetTypeName];
  const relation = Object.entries(fields).find(([, { type, relation }]) => relation && type === asset.__typename);
  return relation ? groupsTelling(owner, relation[0]) : [];
}
