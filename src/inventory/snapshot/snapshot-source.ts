import { promisify } from 'node:util';
import { constants, gunzip } from 'node:zlib';
import { IamqlError } from '../../iam/error.ts';
import { type Instant, parseInstant } from '../../iam/instant.ts';
import type { Inventory, Source } from '../inventory.ts';
import { checkAge, readSourceFile } from '../source-file.ts';
import { OpenSnapshot } from './open-snapshot.ts';
import { parseSnapshot } from './parse-snapshot.ts';
import type { SnapshotHeader } from './snapshot.ts';
import { SnapshotInventory } from './snapshot-inventory.ts';

export interface SnapshotSettings {
  readonly file: string;
  /** No facts older than this, in milliseconds. */
  readonly maxAgeMs: number | undefined;
  /** How many seconds after its user a key was "created during user setup"; undefined takes the snapshot's own number. */
  readonly setupSeconds: number | undefined;
  /** What it is to people; `snapshot` when it is left out. */
  readonly kind?: 'sample';
}

/** A snapshot file, read once for as long as the source is open. */
export class SnapshotSource implements Source {
  readonly kind: 'snapshot' | 'sample';
  readonly calls = [];
  private readonly settings: SnapshotSettings;
  private snapshot: Promise<OpenSnapshot> | undefined;

  constructor(settings: SnapshotSettings) {
    this.settings = settings;
    this.kind = settings.kind ?? 'snapshot';
  }

  inventory(): Inventory {
    return new SnapshotInventory(() => this.open(), this.kind);
  }

  async identify() {
    const { connector, source } = (await this.open()).header;
    const { accountID: accountId } = connector;
    return { accountId, accounts: [accountId], isSample: source === 'sample' };
  }

  /** A reading that failed is not kept: the file may be mended while a server runs. */
  private open(): Promise<OpenSnapshot> {
    this.snapshot ??= this.read().catch((error: unknown) => {
      this.snapshot = undefined;
      throw error;
    });
    return this.snapshot;
  }

  private async read(): Promise<OpenSnapshot> {
    const { file, maxAgeMs, setupSeconds } = this.settings;
    const snapshot = parseSnapshot(await unzipped(await readSourceFile(file), file), file);
    checkAge('the snapshot', oldest(snapshot.header), maxAgeMs, 'take one of live AWS');
    return new OpenSnapshot(snapshot, setupSeconds);
  }
}

/** What gzip says of a larger file is not believed: memory is asked for before it is known to be true. */
const LARGEST_PIECE_BYTES = 256 * 1024 * 1024;

/** As gzip notes it at its end, so that it is unzipped in one piece: of many that are put together, all stay in memory. */
function unzippedLength(bytes: Uint8Array): number {
  const trailer = new DataView(bytes.buffer, bytes.byteOffset + Math.max(0, bytes.byteLength - 4));
  return bytes.byteLength < 18 ? 64 : Math.min(Math.max(trailer.getUint32(0, true), 64), LARGEST_PIECE_BYTES);
}

/** Recognised by how it begins: a file may have been renamed. */
async function unzipped(bytes: Uint8Array, file: string): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return await promisify(gunzip)(bytes, { chunkSize: unzippedLength(bytes) + 1 });
  } catch (cause) {
    const line = (await readableLines(bytes)) + 1;
    throw new IamqlError('Corrupt', `snapshot ${file}, line ${line}: the gzip data was cut or damaged`, { cause });
  }
}

/** How many whole lines can be had from gzip data that is not whole. */
async function readableLines(bytes: Uint8Array): Promise<number> {
  try {
    const readable = await promisify(gunzip)(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
    return readable.reduce((count, byte) => (byte === 0x0a ? count + 1 : count), 0);
  } catch {
    return 0;
  }
}

/** When the oldest of its facts was true; undefined where that is not known of all. */
function oldest({ facts }: SnapshotHeader): Instant | undefined {
  const times = Object.values(facts).map(({ readAt, generatedAt }) => generatedAt ?? readAt);
  const known = times.flatMap((time) => (time === null ? [] : (parseInstant(time) ?? [])));
  return known.length === times.length ? known.sort()[0] : undefined;
}
