import type { Asset } from '../iam/assets.ts';
import { UNREAD } from '../iam/unread.ts';
import type { Node } from './account-graph.ts';
import type { ReportFacts } from './fact-source.ts';

/** The users of an account, told of by its credential report, by a list of those who are there now, or by both. */
export class AccountUsers {
  report: ReportFacts | undefined;
  /** Made when somebody is looked for by ARN: most questions need no index of thousands. */
  private byArn: Map<string, Node> | undefined;
  private listed: ReadonlySet<string> | undefined;
  private inReport: ReadonlySet<unknown> | undefined;

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
    for (const reported of this.reported()) {
      const arn = reported['arn'] as string;
      index.set(arn, Object.assign(index.get(arn) ?? {}, reported) as Node);
    }
  }

  /**
   * The users that AWS lists now, with what the list says of them. Who is newer than the report has no row in it; that
   * is unread, not null.
   */
  noteListed(
    users: readonly { readonly arn: string; readonly facts: Readonly<Record<string, unknown>> }[],
  ): readonly Node[] {
    const index = this.index();
    this.listed = new Set(users.map(({ arn }) => arn));
    return users.map(({ arn, facts }) => {
      const user = index.get(arn) ?? { __typename: 'IAMUser', arn, passwordLastUsed: UNREAD };
      index.set(arn, user);
      return Object.assign(user, facts);
    });
  }

  /** The report tells of the user and the list does not. */
  isDeleted(user: Asset): boolean {
    return this.listed !== undefined && !this.listed.has(user['arn'] as string);
  }

  /** The list tells of the user and the report does not. */
  isNewer(user: Asset): boolean {
    if (!this.report || !this.byArn) return false;
    this.inReport ??= new Set(this.reported().map(({ arn }) => arn));
    return !this.inReport.has(user['arn']);
  }

  private index(): Map<string, Node> {
    this.byArn ??= new Map(this.reported().map((user) => [user['arn'] as string, user as Node]));
    return this.byArn;
  }

  private reported(): readonly Asset[] {
    return (this.report?.report.users ?? []) as readonly unknown[] as readonly Asset[];
  }
}
