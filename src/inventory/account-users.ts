import { inWholeSeconds } from '../iam/access-key-slots.ts';
import type { Asset, ReportedCredentials } from '../iam/assets.ts';
import { type Instant, instantToMs } from '../iam/instant.ts';
import { UNREAD } from '../iam/unread.ts';
import type { Node } from './account-graph.ts';
import type { ReportFacts } from './fact-source.ts';
import { completeLiveRow, type LiveRow, liveRowOf } from './live-row.ts';

/** A list of users that is at least so much older than a user says nothing of that one: clocks differ, and so do servers. */
const LIST_SETTLES_MS = 15 * 60_000;

interface ListedUser {
  readonly arn: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** The users of an account, told of by its credential report, by a list of those who are there now, or by both. */
export class AccountUsers {
  report: ReportFacts | undefined;
  /** Made when somebody is looked for by ARN: most questions need no index of thousands. */
  private byArn: Map<string, Node> | undefined;
  private listed: { readonly arns: ReadonlySet<string>; readonly atMs: number } | undefined;
  private readonly live = new Map<Asset, LiveRow>();
  private passwordUses: ReadonlyMap<string, Instant | null> | undefined;
  private readonly replacedUsers: Asset[] = [];

  all(): readonly Asset[] {
    return this.byArn ? [...this.byArn.values()] : this.reported();
  }

  get(arn: string): Node | undefined {
    return this.index().get(arn);
  }

  named(userName: string): Node | undefined {
    return this.all().find((user) => user['userName'] === userName) as Node | undefined;
  }

  noteReport(report: ReportFacts): void {
    this.report = report;
    const index = this.byArn;
    if (!index) return;
    const others = new Set(index.values());
    for (const reported of this.reported()) {
      const known = index.get(reported['arn'] as string);
      if (!known) index.set(reported['arn'] as string, reported as Node);
      else if (isSomebodyElse(known, reported)) this.replacedUsers.push(reported);
      else {
        Object.assign(known, reported);
        others.delete(known);
      }
    }
    for (const user of others) this.goLive(user);
  }

  /** The users that AWS lists now, with what the list says of them. Who is newer than the report has no row in it. */
  noteListed(users: readonly ListedUser[]): readonly Node[] {
    const index = this.index();
    this.listed = { arns: new Set(users.map(({ arn }) => arn)), atMs: Date.now() };
    return users.map(({ arn, facts }) => {
      const known = index.get(arn);
      const isReplaced = known !== undefined && isSomebodyElse(facts, known);
      if (isReplaced) this.replacedUsers.push(known);
      const user = known && !isReplaced ? known : { __typename: 'IAMUser', arn, passwordLastUsed: UNREAD };
      index.set(arn, user);
      Object.assign(user, facts);
      if (user !== known && this.report) this.goLive(user);
      return user;
    });
  }

  /** When the password of each user who is there now was last used, whether or not there still is one. */
  notePasswordUses(uses: ReadonlyMap<string, Instant | null>): void {
    this.passwordUses = uses;
    for (const user of this.live.keys()) this.complete(user as Node);
  }

  /**
   * The report tells of the user and the list does not. Who was made shortly before the list was read may be missing in
   * it, so that only the user's own calls can tell.
   */
  isDeleted(user: Asset): boolean {
    if (!this.listed || user.__typename !== 'IAMUser' || this.listed.arns.has(user['arn'] as string)) return false;
    return instantToMs(user['createDate'] as Instant) < this.listed.atMs - LIST_SETTLES_MS;
  }

  /** Users of the report who are no longer there, those included in whose place there is another one of that name. */
  former(): readonly Asset[] {
    return [...this.replacedUsers, ...this.all().filter((user) => this.isDeleted(user))];
  }

  get isListed(): boolean {
    return this.listed !== undefined;
  }

  /** Of somebody at least the row is live. */
  get hasLive(): boolean {
    return this.live.size > 0;
  }

  /** The list tells of the user and the report does not. */
  isNewer(user: Asset): boolean {
    const live = this.live.get(user);
    return live !== undefined && live.reported === undefined;
  }

  /** The user's row of the report is not relied upon: what AWS answers now stands in its place. */
  isLive(user: Asset): boolean {
    return this.live.has(user);
  }

  /** The report's row of a user whose row is live. */
  reportedRow(user: Asset): ReportedCredentials | undefined {
    return this.live.get(user)?.reported;
  }

  /** A field of a live row that the report has told. */
  isKept(user: Asset, field: string): boolean {
    return this.live.get(user)?.kept.has(field) === true;
  }

  /** From now on the user's row is put together of the user's own calls. */
  goLive(user: Node): void {
    if (this.live.has(user)) return;
    const reported = user['hasIAMUserCredentials'] as ReportedCredentials | undefined;
    const live = liveRowOf(user, reported);
    this.live.set(user, live);
    user['hasIAMUserCredentials'] = live.row;
    this.complete(user);
  }

  /** To be called when something more was read of a user. */
  complete(user: Node): void {
    const live = this.live.get(user);
    if (live) completeLiveRow(live, user, this.passwordUses?.get(user['arn'] as string));
  }

  private index(): Map<string, Node> {
    this.byArn ??= new Map(this.reported().map((user) => [user['arn'] as string, user as Node]));
    return this.byArn;
  }

  private reported(): readonly Asset[] {
    return (this.report?.report.users ?? []) as readonly unknown[] as readonly Asset[];
  }
}

/** A user who was made later than the one of that name whom the report knew. */
const isSomebodyElse = (listed: Readonly<Record<string, unknown>>, reported: Asset): boolean =>
  inWholeSeconds(listed['createDate'] as Instant) > inWholeSeconds(reported['createDate'] as Instant);
