import type { CurrentUser } from '../aws/remediation/get-user.ts';
import { inWholeSeconds } from '../iam/access-key-slots.ts';
import type { FactGroup } from '../iam/assets.generated.ts';
import type { Asset } from '../iam/assets.ts';
import type { FactSource, Facts, ReportFacts } from '../inventory/fact-source.ts';

/**
 * An account as if it had one user: what is asked of users costs the calls of this one. Of the credential report there is the
 * user's own row, from which verification goes on to what AWS answers now.
 */
export class OneUserSource implements FactSource {
  readonly kind = 'live';
  private readonly whole: FactSource;
  private readonly report: ReportFacts;
  private readonly user: CurrentUser;

  constructor(whole: FactSource, report: ReportFacts, user: CurrentUser) {
    this.whole = whole;
    this.report = report;
    this.user = user;
  }

  get calls() {
    return this.whole.calls;
  }

  async read<G extends FactGroup>(group: G, owner: Asset | undefined): Promise<Facts[G]>;
  async read(group: FactGroup, owner: Asset | undefined): Promise<Facts[FactGroup]> {
    const { arn } = this.user;
    if (group === 'CREDENTIAL_REPORT') return this.ownRow();
    if (group === 'USER_LIST') return [this.user];
    if (group !== 'USER_DETAILS') return this.whole.read(group, owner);
    return (await this.whole.read(group, owner)).filter((details) => details.arn === arn);
  }

  /** The row of somebody else of that name is not the user's. */
  private ownRow(): ReportFacts {
    const { report } = this.report;
    const { arn, createDate } = this.user;
    const made = inWholeSeconds(createDate);
    const users = report.users.filter((row) => row.arn === arn && inWholeSeconds(row.createDate) === made);
    return { ...this.report, report: { ...report, users } };
  }
}
