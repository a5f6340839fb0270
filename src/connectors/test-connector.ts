import { getCallerIdentity } from '../aws/account.ts';
import { CallLog } from '../aws/call-log.ts';
import { probePermissions } from '../aws/probes.ts';
import { IamqlError } from '../iam/error.ts';
import type { AwsAccess } from './access.ts';
import type { Connector } from './connector.ts';

/** Whether an account can be read, and what of it cannot. */
export interface TestedConnector {
  readonly connector: Connector;
  /** The ARN that AWS knows the reader by; undefined where it could not be read at all. */
  readonly reader: string | undefined;
  /** Actions that AWS refuses, with what it said. */
  readonly denied: ReadonlyMap<string, IamqlError>;
  /** Actions of which it is not known, and why: there is nothing to ask of, or the call failed otherwise. */
  readonly untold: ReadonlyMap<string, string>;
  /** Why it cannot be read at all. */
  readonly failure: IamqlError | undefined;
}

/**
 * Tries to read an account as a scan would, with one call for each action.
 *
 * @param actions what a scan calls.
 * @throws IamqlError Interrupted
 */
export async function testConnector(
  connector: Connector,
  access: AwsAccess,
  actions: readonly string[],
): Promise<TestedConnector> {
  const nothing = { connector, reader: undefined, denied: new Map(), untold: new Map() };
  const account = access.open(connector.access, connector.partition);
  const tag = { why: 'whether the account can be read', log: new CallLog() };
  try {
    const { accountId, partition, arn } = await getCallerIdentity(account, tag);
    if (accountId !== connector.id) return { ...nothing, failure: anotherAccount(connector, accountId) };
    const answers = await probePermissions(account, { accountId, partition }, tag);
    const refused = [...answers].flatMap(([action, error]) => (error ? [[action, error] as const] : []));
    const isDenied = (error: IamqlError): boolean => error.kind === 'AccessDenied';
    const untold = [
      ...actions
        .filter((action) => !answers.has(action))
        .map((action) => [action, answers.get(LIST_KEYS) ? UNLISTED : NOTHING_TO_ASK] as const),
      ...refused.filter(([, error]) => !isDenied(error)).map(([action, { message }]) => [action, message] as const),
    ];
    return {
      connector,
      reader: arn,
      denied: new Map(refused.filter(([, error]) => isDenied(error))),
      untold: new Map(untold),
      failure: undefined,
    };
  } catch (error) {
    if (!(error instanceof IamqlError) || error.kind === 'Interrupted') throw error;
    return { ...nothing, failure: error };
  }
}

const NOTHING_TO_ASK = 'no access key was found to ask about';
const LIST_KEYS = 'iam:ListAccessKeys';
const UNLISTED = 'no access key could be listed to ask about';

/** Whoever names an account means that one: the credentials of another must not be read in its place. */
const anotherAccount = ({ id, place }: Connector, found: string): IamqlError =>
  new IamqlError('NoCredentials', `the credentials are of account ${found} and not of ${id}, as ${place} says`);
