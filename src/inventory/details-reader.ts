import type { AwsAccount } from '../aws/aws-account.ts';
import type { CallLog } from '../aws/call-log.ts';

type Answer = Awaited<ReturnType<typeof import('../aws/authorization-details.ts').getAccountAuthorizationDetails>>;
type Filter = 'User' | 'Group' | 'Role' | 'LocalManagedPolicy' | 'AWSManagedPolicy';

/** Reads details of users, groups, roles and policies: those that are wanted at the same time with the same calls. */
export class DetailsReader {
  private readonly account: AwsAccount;
  private readonly tag: { readonly why: string; readonly log: CallLog };
  private filters = new Set<Filter>();
  private waiting: Promise<Answer> | undefined;

  constructor(account: AwsAccount, tag: { readonly why: string; readonly log: CallLog }) {
    this.account = account;
    this.tag = tag;
  }

  read(...filters: readonly Filter[]): Promise<Answer> {
    for (const filter of filters) this.filters.add(filter);
    this.waiting ??= this.readAll();
    return this.waiting;
  }

  /** Whoever asks before the module is loaded is served by the same calls. */
  private async readAll(): Promise<Answer> {
    const { getAccountAuthorizationDetails } = await import('../aws/authorization-details.ts');
    // Resolvers of one answer ask within the same turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    const filters = [...this.filters].sort();
    this.filters = new Set();
    this.waiting = undefined;
    return getAccountAuthorizationDetails(this.account, filters, this.tag);
  }
}
