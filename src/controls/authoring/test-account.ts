import type { Asset } from '../../iam/assets.ts';
import { type AssetTypeName, catalogue, type Field, factGroups } from '../../iam/catalogue.generated.ts';
import type { Instant } from '../../iam/instant.ts';
import { UNREAD } from '../../iam/unread.ts';
import { OpenSnapshot } from '../../inventory/snapshot/open-snapshot.ts';
import { SNAPSHOT_FORMAT, type SnapshotHeader } from '../../inventory/snapshot/snapshot.ts';
import { SnapshotInventory } from '../../inventory/snapshot/snapshot-inventory.ts';
import { meant } from '../../yaml/meant.ts';
import type { YamlPath, YamlSource } from '../../yaml/yaml-source.ts';
import type { ControlTest } from '../control.ts';
import { UNREAD_MARK } from './shape.ts';
import { completeKeys, SETUP_SECONDS } from './test-keys.ts';
import { completeAssets } from './test-relations.ts';
import { describeTestValue, nameFieldOf, readTestValue, TEST_ACCOUNT, usualValue } from './test-values.ts';

/** An asset of a test, and which of its fields the test writes. */
export interface TestAsset {
  readonly type: AssetTypeName;
  readonly fields: Asset & Record<string, unknown>;
  readonly written: ReadonlySet<string>;
  readonly path: YamlPath;
}

/** What is told of what is wrong in the assets of a test: with the value at a path, or with its last key. */
export type Complaints = Pick<YamlSource, 'wrong' | 'wrongKey'>;

/** The account of a test. */
export interface TestAccount {
  /** Its facts, as if they had been read from a snapshot. */
  readonly inventory: SnapshotInventory;
  /** `IAMUserCredentials.passwordLastUsed`: of these fields some asset is written to hold null. */
  readonly nulls: ReadonlySet<string>;
}

/** Builds the account that a test describes. @param path where its assets stand. */
export function buildTestAccount(
  { assets }: ControlTest,
  { now, path, complaints }: { readonly now: Instant; readonly path: YamlPath; readonly complaints: Complaints },
): TestAccount {
  const builder = new AccountBuilder(now, complaints);
  for (const [type, written] of Object.entries(assets)) builder.addType(type, written, [...path, type]);
  return builder.account();
}

class AccountBuilder {
  private readonly now: Instant;
  private readonly complaints: Complaints;
  private readonly assets: TestAsset[] = [];
  /** By what is written: a YAML anchor stands for one asset wherever it is used. */
  private readonly known = new Map<object, TestAsset>();
  private readonly unreadTypes: AssetTypeName[] = [];
  private readonly nulls = new Set<string>();

  constructor(now: Instant, complaints: Complaints) {
    this.now = now;
    this.complaints = complaints;
  }

  addType(name: string, written: ControlTest['assets'][string], path: YamlPath): void {
    if (!Object.hasOwn(catalogue, name)) {
      this.complaints.wrongKey(path, `there is no asset type ${name}${meant(name, Object.keys(catalogue))}`);
      return;
    }
    const type = name as AssetTypeName;
    if (written === UNREAD_MARK) this.unreadTypes.push(type);
    else for (const [index, one] of written.entries()) this.add(type, one, [...path, index]);
  }

  account(): TestAccount {
    if (!this.assets.some(({ type }) => type === 'Connector')) this.add('Connector', {}, []);
    completeAssets(this.assets, (type) => this.add(type, {}, []));
    for (const [index, asset] of this.assets.entries()) this.fill(asset, index);
    completeKeys(this.assets, (type) => {
      const added = this.add(type, {}, []);
      this.fill(added, this.assets.length);
      return added.fields;
    });
    this.checkIdentifiers();
    const snapshot = new OpenSnapshot({
      header: this.header(),
      assets: Map.groupBy(
        this.assets.map(({ fields }) => fields),
        ({ __typename }) => __typename as AssetTypeName,
      ),
    });
    return { inventory: new SnapshotInventory(async () => snapshot), nulls: this.nulls };
  }

  private add(type: AssetTypeName, written: Readonly<Record<string, unknown>>, path: YamlPath): TestAsset {
    const known = this.known.get(written);
    if (known) return known;
    const fields: TestAsset['fields'] = { __typename: type };
    const asset = { type, fields, written: new Set(Object.keys(written)), path };
    this.known.set(written, asset);
    this.assets.push(asset);
    for (const [name, value] of Object.entries(written)) this.set(asset, name, value, [...path, name]);
    return asset;
  }

  private set({ type, fields }: TestAsset, name: string, written: unknown, path: YamlPath): void {
    const field = Object.hasOwn(catalogue[type].fields, name) ? catalogue[type].fields[name] : undefined;
    if (!field) {
      this.complaints.wrongKey(path, `${type} has no field ${name}${meant(name, Object.keys(catalogue[type].fields))}`);
      return;
    }
    if (written === null) this.nulls.add(`${type}.${name}`);
    const value =
      written === UNREAD_MARK
        ? UNREAD
        : field.relation
          ? this.related(field, written, path)
          : readTestValue(field, written, this.now);
    if (value === undefined) {
      const expected = field.relation
        ? `${field.relation === 'toMany' ? 'a list of' : 'one'} ${field.type}`
        : describeTestValue(field);
      this.complaints.wrong(path, `${name} is ${JSON.stringify(written)}, not ${expected}`);
    } else fields[name] = value;
  }

  private related({ type, relation, nullable }: Field, written: unknown, path: YamlPath): unknown {
    if (written === null) return nullable ? null : undefined;
    const one = (item: unknown, at: YamlPath): Asset | undefined =>
      isMap(item) ? this.add(type as AssetTypeName, item, at).fields : undefined;
    if (relation === 'toOne') return one(written, path);
    const items = Array.isArray(written) ? written.map((item, index) => one(item, [...path, index])) : [undefined];
    return items.includes(undefined) ? undefined : items;
  }

  /** Everything that the test does not write of an asset, relations aside. */
  private fill({ type, fields }: TestAsset, index: number): void {
    const id = `${type} ${index + 1}`;
    const nameField = nameFieldOf(type);
    const name = type === 'Connector' ? TEST_ACCOUNT : type === 'RootUser' ? '<root_account>' : id;
    if (nameField) fields[nameField] ??= name;
    fields['internalName'] ??= nameField ? fields[nameField] : name;
    const ownArn = catalogue[type].fields['arn'];
    if (ownArn && !ownArn.nullable) fields['arn'] ??= arnOf(type, String(fields['internalName']));
    fields['identifier'] ??= type === 'Connector' ? TEST_ACCOUNT : (fields['arn'] ?? id);
    fields['idFromProvider'] ??= fields['identifier'];
    fields['internalAssetType'] ??= type;
    for (const [field, entry] of Object.entries(catalogue[type].fields)) {
      if (fields[field] === undefined && !(type === 'IAMUser' && field === 'accessKeys'))
        fields[field] = usualValue(field, entry, this.now, id);
    }
  }

  private checkIdentifiers(): void {
    const first = new Map<string, TestAsset>();
    for (const asset of this.assets) {
      const key = `${asset.type} ${String(asset.fields['identifier'])}`;
      if (first.has(key)) {
        this.complaints.wrong(
          asset.path,
          `${String(asset.fields['internalName'])} is here twice: write it once with an anchor (&a), and *a where it belongs to another too`,
        );
      } else first.set(key, asset);
    }
  }

  private header(): SnapshotHeader {
    const times = { readAt: this.now, generatedAt: this.now };
    return {
      format: SNAPSHOT_FORMAT,
      iamql: 'this test',
      source: 'live',
      connector: { id: TEST_ACCOUNT, name: TEST_ACCOUNT, accountID: TEST_ACCOUNT },
      facts: Object.fromEntries(Object.keys(factGroups).map((group) => [group, times])),
      settings: { setupSeconds: SETUP_SECONDS },
      types: Object.fromEntries(Object.keys(catalogue).map((type) => [type, { assets: 0, fields: [] }])),
      unread: this.unreadNotes(),
    };
  }

  private unreadNotes(): SnapshotHeader['unread'] {
    const note = (type: AssetTypeName, what: string) => ({
      type,
      code: 'NotCollected' as const,
      message: `the test says that ${what} could not be read`,
    });
    const ofFields = this.assets.flatMap(({ type, fields }) =>
      Object.entries(fields).flatMap(([name, value]) =>
        value === UNREAD
          ? [
              {
                ...note(type, `${name} of ${String(fields['internalName'])}`),
                fields: [name],
                identifiers: [String(fields['identifier'])],
              },
            ]
          : [],
      ),
    );
    return [...this.unreadTypes.map((type) => note(type, `the list of ${catalogue[type].many}`)), ...ofFields];
  }
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const arnOf = (type: AssetTypeName, name: string): string =>
  type === 'RootUser'
    ? `arn:aws:iam::${TEST_ACCOUNT}:root`
    : `arn:aws:iam::${TEST_ACCOUNT}:${type.replace(/^IAM/, '').toLowerCase()}/${name}`;
