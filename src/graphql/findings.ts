import {
  type GraphQLFieldConfig,
  GraphQLList,
  type GraphQLNamedType,
  type GraphQLOutputType,
  GraphQLString,
  isInputType,
} from 'graphql';
import { IamqlError } from '../iam/error.ts';
import type { FindingRecord, FindingsRequest } from '../inventory/findings.ts';
import type { Inventory } from '../inventory/inventory.ts';

/** The one root field that asks no assets. */
export const FINDINGS = 'findings';

/** @param named the types of the schema, by name. */
export function findingsField(named: (name: string) => GraphQLNamedType): GraphQLFieldConfig<unknown, unknown> {
  const argument = (name: string, description: string) => {
    const type = name === 'String' ? GraphQLString : named(name);
    if (!isInputType(type)) throw new Error(`${name} is no input`);
    return { type, description };
  };
  return {
    description:
      'What controls found in the scans of a store. A null in the list stands for what is not known, such as a control that could not be judged: see `errors`.',
    type: new GraphQLList(named('Finding') as GraphQLOutputType),
    args: {
      control: argument('String', 'Only of the control of that id.'),
      state: argument('FindingState', 'Only what has become that.'),
      severity: argument('FindingSeverity', 'Only of controls of that severity.'),
      connector: argument('String', 'Only of the account of that id or name.'),
      since: argument('DateTime', 'Only what has become what it is since then.'),
      asOf: argument('DateTime', 'As it was known then, by the scans that had ended.'),
    },
  };
}

/** @throws IamqlError InvalidInput over a source that keeps none. */
export async function selectFindings(
  args: Readonly<Record<string, unknown>>,
  inventory: Inventory,
): Promise<readonly (FindingRecord | IamqlError)[]> {
  if (!inventory.findings)
    throw new IamqlError(
      'InvalidInput',
      'findings needs a store: only what `iamql scan` keeps has findings with a life',
    );
  const given = Object.entries(args).filter(([, value]) => value !== null);
  const { findings, unread } = await inventory.findings(Object.fromEntries(given) as FindingsRequest);
  return [...findings.map(withKeyTime), ...unread];
}

/** When a key was created, by AWS or, where that did not name it, by the credential report. */
const withKeyTime = (finding: FindingRecord): FindingRecord => {
  const { key } = finding;
  return key ? { ...finding, key: { ...key, createDate: key.createDate ?? key.since } } : finding;
};
