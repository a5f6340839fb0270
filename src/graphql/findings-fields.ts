import { findingType } from '../inventory/finding-type.ts';
import { type RootKind, rootFieldsOf } from './root-fields.ts';

/** How findings stood day by day: what the three root fields of every type do not tell. */
export const SUMMARY = 'findingsSummary';

export type FindingsKind = RootKind | 'summary';

const kinds: ReadonlyMap<string, FindingsKind> = new Map<string, FindingsKind>([
  ...Object.entries(rootFieldsOf(findingType.root)).map(([kind, field]) => [field, kind as RootKind] as const),
  [SUMMARY, 'summary'],
]);

/** The root fields that ask for no assets. */
export const findingsFields: readonly string[] = [...kinds.keys()];

/** How a root field asks for findings; undefined for one that does not. */
export const findingsRoot = (name: string): FindingsKind | undefined => kinds.get(name);
