import { z } from 'zod';
import type { Asset } from '../../iam/assets.ts';
import type { AssetTypeName } from '../../iam/catalogue.generated.ts';
import { errorKinds } from '../../iam/error.ts';
import { parseInstant } from '../../iam/instant.ts';

/** The first line of a snapshot names it; another number is another format. docs/snapshot.md describes it. */
export const SNAPSHOT_FORMAT = 'iamql-snapshot/1';

const time = z.string().refine((text) => parseInstant(text) !== undefined, 'not an RFC 3339 time');

const unreadNote = z.strictObject({
  type: z.string(),
  /** Left out where it is the list of assets itself that may not be whole. */
  fields: z.array(z.string()).optional(),
  /** Whose fields; left out for all assets of the type. */
  identifiers: z.array(z.string()).optional(),
  code: z.enum(errorKinds),
  message: z.string(),
});

/** The first line, as JSON. */
export const snapshotHeader = z.strictObject({
  format: z.literal(SNAPSHOT_FORMAT),
  /** The version of iamql that wrote it. */
  iamql: z.string(),
  source: z.enum(['live', 'report', 'sample']),
  connector: z.strictObject({ id: z.string(), name: z.string(), accountID: z.string() }),
  /** When each group of facts was read from AWS; null where nobody knows. A group that is not here was not read. */
  facts: z.record(
    z.string(),
    z.strictObject({ readAt: time.nullable(), generatedAt: time.nullable().optional() }).readonly(),
  ),
  /** What decided derived fields: how many seconds after its user a key was "created during user setup". */
  settings: z.strictObject({ setupSeconds: z.int().nonnegative() }),
  /** What the writer knew of a type: how many assets follow, and which fields each of them has. */
  types: z.record(z.string(), z.strictObject({ assets: z.int().nonnegative(), fields: z.array(z.string()) })),
  /** What could not be read, and why. */
  unread: z.array(unreadNote),
  /** SHA-256, in hex, over all bytes but this key. Left out by whoever edits a snapshot by hand. */
  sha256: z.string().optional(),
});

export type SnapshotHeader = z.infer<typeof snapshotHeader>;
export type UnreadNote = z.infer<typeof unreadNote>;

/** A whole account's facts. Relations hold the assets themselves; UNREAD stands for what a note of the header is about. */
export interface Snapshot {
  readonly header: SnapshotHeader;
  readonly assets: ReadonlyMap<AssetTypeName, readonly Asset[]>;
}
