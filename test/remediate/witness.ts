import type { Plan } from '../../src/remediate/plan-shape.ts';
import type { AwsCall, AwsEndpoint } from '../support/aws-endpoint.ts';
import { DAY_MS } from './remediated-account.ts';

export const HOLD_DAYS = 14;
/** So much later than the journal a change counts as another one. */
const SETTLES_MS = 15 * 60_000;

interface When {
  readonly at: number;
  /** In which operation. */
  readonly operation: number;
}

/**
 * What AWS has said to whom, and what it was asked to change: whoever sees all requests can tell whether one should not have
 * been sent. Times are those of the test, in milliseconds since 1970.
 */
export class Witness {
  readonly wrong: string[] = [];
  nowMs = Date.now();
  operation = 0;
  plan: Plan | undefined;
  /** With which journal somebody works, by the id of the key that signs. */
  readonly journals = new Map<string, string>();
  /** By who was told and the key, or by the journal and the key. */
  private readonly saidUnused = new Map<string, boolean>();
  private readonly saidUserId = new Map<string, string>();
  private readonly turnedOff = new Map<string, When>();
  /** By the key: when anybody has turned it on. */
  private readonly turnedOn = new Map<string, When>();

  /** Turns a key on or off as AWS does, which notes the time. */
  turn(id: string, status: 'Active' | 'Inactive', endpoint: AwsEndpoint): void {
    const lastRotated = new Date(this.nowMs).toISOString();
    endpoint.account.replaceKey(id, (one) => (one.status === status ? one : { ...one, status, lastRotated }));
    if (status === 'Active') this.turnedOn.set(id, this.now());
  }

  see(call: AwsCall, endpoint: AwsEndpoint): void {
    const { action, params, signedBy } = call;
    const { AccessKeyId: id = '', UserName: name = '', Status: status } = params;
    const owned = endpoint.account.accessKey(id);
    if (action === 'GetAccessKeyLastUsed') this.saidUnused.set(`${signedBy} ${id}`, owned?.key.lastUsed === undefined);
    if (action === 'GetUser') this.saidUserId.set(`${signedBy} ${name}`, userIdOf(endpoint, name));
    if (action === 'UpdateAccessKey' && status === 'Inactive') this.seeOff(call, endpoint);
    if (action === 'UpdateAccessKey' && status === 'Active') this.seeOn(call, endpoint);
    if (action === 'DeleteAccessKey') this.seeDeleted(call);
  }

  private seeOff(call: AwsCall, endpoint: AwsEndpoint): void {
    const { AccessKeyId: id = '' } = call.params;
    this.check(call, 'deactivate');
    if (!endpoint.account.accessKey(id)) return;
    this.turnedOff.set(this.mine(call), this.now());
    this.turn(id, 'Inactive', endpoint);
  }

  /** Only what the same journal has turned off is turned on, and once. */
  private seeOn(call: AwsCall, endpoint: AwsEndpoint): void {
    const { AccessKeyId: id = '' } = call.params;
    if (!this.turnedOff.delete(this.mine(call))) this.wrong.push(`${id} was turned on, which was not turned off`);
    this.turn(id, 'Active', endpoint);
  }

  private seeDeleted(call: AwsCall): void {
    const { AccessKeyId: id = '' } = call.params;
    this.check(call, 'delete');
    const off = this.turnedOff.get(this.mine(call));
    const on = this.turnedOn.get(id);
    if (off === undefined) this.wrong.push(`${id} was deleted, which this tool has not turned off`);
    else if (this.nowMs - off.at < HOLD_DAYS * DAY_MS) this.wrong.push(`${id} was deleted too early`);
    // What happens during the run the report of its beginning does not say.
    else if (on && on.at > off.at + SETTLES_MS && on.operation < this.operation)
      this.wrong.push(`${id} was deleted, which somebody had turned on since`);
  }

  private check({ params, signedBy }: AwsCall, action: string): void {
    const { AccessKeyId: id = '', UserName: name = '' } = params;
    if (this.saidUnused.get(`${signedBy} ${id}`) !== true)
      this.wrong.push(`${action} of ${id}, which AWS had said was used`);
    const step = this.plan?.batches.flatMap(({ steps }) => steps).find(({ accessKeyId }) => accessKeyId === id);
    if (!step || step.action !== action) this.wrong.push(`${action} of ${id}, which was not planned`);
    if (step?.userId !== this.saidUserId.get(`${signedBy} ${name}`))
      this.wrong.push(`${action} of ${id}, of another user`);
    // The next look is another one.
    this.saidUnused.delete(`${signedBy} ${id}`);
  }

  private readonly mine = ({ signedBy, params }: AwsCall): string =>
    `${this.journals.get(signedBy)} ${params['AccessKeyId']}`;

  private readonly now = (): When => ({ at: this.nowMs, operation: this.operation });
}

const userIdOf = ({ account: { users } }: AwsEndpoint, name: string): string =>
  users.find((one) => one.name === name)?.userId ?? `of ${name}`;
