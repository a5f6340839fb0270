import type { OrganizationalUnit } from '../aws/organizations.ts';
import { IamqlError } from '../iam/error.ts';
import { meant } from '../yaml/meant.ts';
import { type Connector, type Enrollment, unplaced } from './connector.ts';

/** Which of the accounts are asked; what is undefined does not matter. An account must fit all of it. */
export interface Selection {
  /** Ids or names of connectors. */
  readonly connectors?: readonly string[] | undefined;
  /** Ids or names of roots and units: accounts in these, and in those below them. */
  readonly units?: readonly string[] | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** Whether nothing is left out. */
export const isEverything = ({ connectors, units, tags = {} }: Selection): boolean =>
  connectors === undefined && units === undefined && Object.keys(tags).length === 0;

/**
 * What is left of it. Organizations that could not be listed stay: nobody knows which of their accounts would fit.
 *
 * @throws IamqlError InvalidInput for a name that nothing has; NotCollected where nothing fits; Unexpected where nobody knows
 *   whether an account is in a unit.
 */
export function select(enrollment: Enrollment, selection: Selection): Enrollment {
  if (isEverything(selection)) return enrollment;
  const { connectors: names, units, tags = {} } = selection;
  rejectUnknown(enrollment, names ?? []);
  rejectUnknownUnits(enrollment, units ?? []);
  const fitting = enrollment.connectors.filter(
    (connector) =>
      (names === undefined || names.some((name) => isCalled(connector, name))) &&
      Object.entries(tags).every(([key, value]) => connector.tags[key] === value),
  );
  const lost = units && fitting.find(isUnplaced);
  if (lost) throw unplaced(lost);
  const connectors = fitting.filter((connector) => units === undefined || units.some((unit) => isIn(connector, unit)));
  // Who names accounts does not ask of others.
  const unlisted = names === undefined ? enrollment.unlisted : [];
  if (connectors.length + unlisted.length === 0)
    throw new IamqlError('NotCollected', 'no account of the connectors fits --connector, --ou and --tag');
  return { connectors, skipped: [], unlisted };
}

const isUnplaced = ({ organization, units }: Connector): boolean => organization !== undefined && units.length === 0;

const isCalled = ({ id, name }: { readonly id: string; readonly name: string }, asked: string): boolean =>
  id === asked || name === asked;

const isIn = ({ units }: Connector, asked: string): boolean => units.some((unit) => isCalled(unit, asked));

function rejectUnknown({ connectors, skipped, unlisted }: Enrollment, names: readonly string[]): void {
  for (const name of names) {
    if (connectors.some((connector) => isCalled(connector, name))) continue;
    const left = skipped.find((account) => isCalled(account, name));
    if (left) throw new IamqlError('InvalidInput', `account ${left.name} is not read: ${left.why}`);
    const [organization] = unlisted;
    if (organization) throw organization.error;
    const known = connectors.flatMap((connector) => [connector.id, connector.name]);
    throw new IamqlError('InvalidInput', `there is no connector ${JSON.stringify(name)}${meant(name, known)}`);
  }
}

function rejectUnknownUnits({ connectors, unlisted }: Enrollment, names: readonly string[]): void {
  const known: readonly OrganizationalUnit[] = connectors.flatMap(({ units }) => units);
  // Who is in none may be in that one.
  if (connectors.some(isUnplaced)) return;
  for (const name of names) {
    if (unlisted.length > 0 || known.some((unit) => isCalled(unit, name))) continue;
    const near = meant(name, new Set(known.map((unit) => unit.name)));
    throw new IamqlError('InvalidInput', `no account is in an organizational unit ${JSON.stringify(name)}${near}`);
  }
}
