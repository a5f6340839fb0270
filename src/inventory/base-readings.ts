import type { FactGroup } from '../iam/assets.generated.ts';
import { type AssetTypeName, catalogue } from '../iam/catalogue.generated.ts';
import type { IamqlError } from '../iam/error.ts';
import { UNREAD } from '../iam/unread.ts';
import { type Expression, factsOf, fieldsOf } from '../where/expression.ts';
import { compileNeeds } from '../where/needs.ts';
import type { AccountGraph } from './account-graph.ts';
import { type Bases, basesOf, ownershipsFor } from './bases.ts';
import { type Demand, needsReport } from './demand.ts';
import { nextDemand } from './next-demand.ts';
import { isFiltered, noRootRow, onceEach } from './not-told.ts';
import { ownerTypesOf } from './owners.ts';
import type { Page } from './page.ts';
import type { Readings } from './readings.ts';
import { isOfUsers, type Verify } from './verification.ts';

/** Reads what tells which assets of a type there are, before anything is asked about each of them. */
export class BaseReadings {
  private readonly graph: AccountGraph;
  private readonly readings: Readings;
  private readonly verify: Verify | undefined;

  constructor(graph: AccountGraph, readings: Readings, verify: Verify | undefined) {
    this.graph = graph;
    this.readings = readings;
    this.verify = verify;
  }

  of(type: AssetTypeName): Bases {
    return basesOf(type, this.graph.source.kind === 'live');
  }

  /** The assets that are asked about: of users the report, unless the question is about what only their details say. */
  async readAssets(type: AssetTypeName, where: Expression, { sort }: Page): Promise<readonly IamqlError[]> {
    const named = [
      ...fieldsOf(where).map(({ name, field }) => ({ name, field })),
      ...sort.map(({ field }) => ({ name: field, field: catalogue[type].fields[field] })),
    ];
    const isReportNeeded = named.some(({ name, field }) => needsReport(name, field));
    const hasDetails = named.some(({ field }) => field?.fact === 'USER_DETAILS');
    const bases = type === 'IAMUser' && hasDetails && !isReportNeeded ? usersNow : this.of(type);
    if (type === 'Connector') await this.readBeside(where);
    if (this.verify && isOfUsers(type)) void this.readings.read(listOf(where));
    const [failure] = await this.read(bases);
    if (failure) throw failure;
    return [];
  }

  /**
   * An account has one connector, so that what decides it besides who it is will be needed: it is read at the same time,
   * but for a report, which says whose it is and spares a call.
   */
  private async readBeside(where: Expression): Promise<void> {
    const groups = new Set<FactGroup>();
    compileNeeds(where, () => UNREAD)({ __typename: 'Connector' }, (record, field) => {
      groups.add(nextDemand(this.graph, this.readings, record, field).group);
    });
    if (groups.has('CALLER_IDENTITY')) return;
    const readings = [...groups].map((group) => [group, this.readings.read({ group, owner: undefined })] as const);
    await new Map(readings).get('CREDENTIAL_REPORT');
  }

  /**
   * Reads what tells whose parts there may be.
   *
   * @returns why they may not be all. @throws IamqlError when there is nobody to ask.
   */
  async readOwners(type: AssetTypeName, where: Expression): Promise<readonly IamqlError[]> {
    const isLive = this.graph.source.kind === 'live';
    const counted = ownershipsFor(type, where, () => isLive);
    const failures = await this.read(basesOf(type, isLive, counted));
    // A list that was counted on and cannot be read rules nothing out: then there are others to ask.
    const known = ownershipsFor(type, where, (group) => this.graph.isRead(group));
    if (known.length > counted.length) failures.push(...(await this.read(basesOf(type, isLive, known))));
    const owners = known.flatMap((one) => [one.type, ...ownerTypesOf(one.type)]);
    const { report } = this.graph;
    if (report?.isFiltered && owners.includes('IAMUser')) failures.push(isFiltered());
    if (report && !report.report.root && owners.includes('RootUser')) failures.push(noRootRow());
    return onceEach(failures);
  }

  /** @returns what went wrong. @throws IamqlError when all of it did. */
  async read({ needed, sparing }: Bases): Promise<IamqlError[]> {
    const read = (group: FactGroup) => this.readings.read({ group, owner: undefined });
    const isIdentity = (group: FactGroup): boolean => group === 'CALLER_IDENTITY';
    const others = needed.filter((group) => !isIdentity(group));
    const failures = await Promise.all(others.map(read));
    const spared = await Promise.all(sparing.map(read));
    // A report that was read names its account, which spares a call.
    failures.push(...(await Promise.all(needed.filter(isIdentity).map(read))));
    const failed = failures.filter((failure) => failure !== undefined);
    const [first] = failed;
    if (first && [...failures, ...spared].every((failure) => failure !== undefined)) throw first;
    return failed;
  }
}

/** Whichever the question reads anyway, else the smaller one. */
export const listOf = (where: Expression): Demand => ({
  group: factsOf(where).has('USER_DETAILS') ? 'USER_DETAILS' : 'USER_LIST',
  owner: undefined,
});

const usersNow: Bases = { needed: ['USER_DETAILS'], sparing: [] };
