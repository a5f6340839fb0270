import type { Asset } from '../../iam/assets.ts';
import { type AssetTypeName, catalogue, type Field } from '../../iam/catalogue.generated.ts';
import { UNREAD } from '../../iam/unread.ts';
import { describeValue, parseValue } from './parse-value.ts';
import { SNAPSHOT_FORMAT, type Snapshot, type SnapshotHeader, snapshotHeader } from './snapshot.ts';
import { isAsWritten } from './snapshot-digest.ts';
import { SnapshotLines } from './snapshot-lines.ts';
import { UnreadNotes } from './unread-notes.ts';

/**
 * Reads a snapshot, and makes sure that it is whole.
 *
 * @param file named in errors.
 * @throws IamqlError Corrupt, with the line: no snapshot or one of another format, a line that is cut or holds what its
 *   type does not, a fact that is lacking without a note of why, a relation to an asset that is not there, fewer or more
 *   assets than the header counts, other bytes than were written.
 */
export function parseSnapshot(bytes: Uint8Array, file: string): Snapshot {
  const lines = new SnapshotLines(bytes, file);
  const header = parseHeader(lines);
  const reader = new AssetReader(lines, header);
  while (lines.next()) reader.add();
  const assets = reader.finish();
  if (header.sha256 !== undefined && !isAsWritten(bytes, header.sha256)) {
    const advice = 'take sha256 out of this line to read it all the same';
    throw lines.wrong(`the file is not as it was written: it was damaged or edited; ${advice}`, 1);
  }
  return { header, assets };
}

function parseHeader(lines: SnapshotLines): SnapshotHeader {
  if (!lines.next()) throw lines.wrong('the file is empty');
  const value = lines.object();
  const format = String(value['format']);
  if (!format.startsWith('iamql-snapshot/')) throw lines.wrong('this is not the header of an iamql snapshot');
  if (format !== SNAPSHOT_FORMAT) {
    throw lines.wrong(
      `the format is ${format}, and this iamql reads ${SNAPSHOT_FORMAT}; read it with the iamql that wrote it`,
    );
  }
  const { data, error } = snapshotHeader.safeParse(value);
  if (data) return data;
  const [issue] = error.issues;
  throw lines.wrong(`${issue?.path.join('.') || 'header'}: ${issue?.message}`);
}

/** What a line holds; in its place stands what it means, once it was read. */
type Written = Record<string, unknown>;

interface Part {
  readonly line: number;
  readonly asset: Asset & Record<string, unknown>;
}

/** What the lines of a type are held against. */
interface Form {
  /** By the header. */
  readonly assets: number;
  readonly declared: ReadonlySet<string>;
  /** By this iamql; undefined for a type of a later one, which this one cannot be asked for. */
  readonly type: AssetTypeName | undefined;
  readonly fields: readonly (readonly [name: string, field: Field])[];
}

function formOf(type: string, { assets, fields }: SnapshotHeader['types'][string]): Form {
  const known = Object.hasOwn(catalogue, type) ? (type as AssetTypeName) : undefined;
  return {
    assets,
    declared: new Set(fields),
    type: known,
    fields: known ? Object.entries(catalogue[known].fields) : [],
  };
}

/** Makes assets of lines, and relates them once all are there. */
class AssetReader {
  private readonly lines: SnapshotLines;
  private readonly forms: ReadonlyMap<string, Form>;
  private readonly unread: UnreadNotes;
  private readonly counts = new Map<string, number>();
  private readonly parts = new Map<AssetTypeName, Map<string, Part>>();

  constructor(lines: SnapshotLines, header: SnapshotHeader) {
    this.lines = lines;
    this.forms = new Map(Object.entries(header.types).map(([type, declared]) => [type, formOf(type, declared)]));
    this.unread = new UnreadNotes(header.unread);
  }

  /** Reads the line that the lines stand at. */
  add(): void {
    const written = this.lines.object();
    const type = String(written['__typename']);
    const form = this.forms.get(type);
    if (!form) throw this.lines.wrong(`the header has no type ${JSON.stringify(type)}`);
    const count = (this.counts.get(type) ?? 0) + 1;
    this.counts.set(type, count);
    if (count > form.assets) throw this.lines.wrong(`the header counts ${form.assets} ${type}, and this is one more`);
    if (form.type) this.addAsset(form.type, form, written);
  }

  /** To be called behind the last line. */
  finish(): Snapshot['assets'] {
    for (const [type, { assets }] of this.forms) {
      const count = this.counts.get(type) ?? 0;
      if (count < assets) throw this.lines.wrong(`the file ends after ${count} of ${assets} ${type}: it was cut`);
    }
    for (const [type, parts] of this.parts) for (const part of parts.values()) this.relate(type, part);
    return new Map([...this.parts].map(([type, parts]) => [type, [...parts.values()].map(({ asset }) => asset)]));
  }

  /** The object that was parsed becomes the asset: one that is put together of its fields takes several times the memory. */
  private addAsset(type: AssetTypeName, { declared, fields }: Form, written: Written): void {
    const undeclared = Object.keys(written).find((name) => name !== '__typename' && !declared.has(name));
    if (undeclared !== undefined)
      throw this.lines.wrong(`the header has no field ${JSON.stringify(undeclared)} of ${type}`);
    const identifier = written['identifier'];
    if (typeof identifier !== 'string') throw this.lines.wrong(`${type} has no identifier`);
    const parts = this.parts.get(type) ?? new Map<string, Part>();
    const first = parts.get(identifier);
    if (first) throw this.lines.wrong(`${type} ${JSON.stringify(identifier)} stands in line ${first.line} already`);
    for (const [name, field] of fields) {
      written[name] = declared.has(name) ? this.value(type, name, field, identifier, written) : UNREAD;
    }
    const asset = Object.assign(written, { __typename: type });
    this.parts.set(type, parts.set(identifier, { line: this.lines.line, asset }));
  }

  private value(type: AssetTypeName, name: string, field: Field, identifier: string, written: Written): unknown {
    const note = this.unread.of(type, name, identifier);
    const isWritten = Object.hasOwn(written, name);
    if (note && isWritten) throw this.lines.wrong(`${name} is here, and the header says that it could not be read`);
    if (note) return UNREAD;
    if (!isWritten) throw this.lines.wrong(`${type} has no ${name} here, and the header does not say why`);
    const value = parseValue(field, written[name]);
    if (value !== undefined) return value;
    throw this.lines.wrong(`${name} is ${JSON.stringify(written[name])}, not ${describeValue(field)}`);
  }

  /** Puts assets in the place of their identifiers. */
  private relate(type: AssetTypeName, { line, asset }: Part): void {
    for (const [name, field] of this.forms.get(type)?.fields ?? []) {
      const value = asset[name];
      if (!field.relation || value === null || value === UNREAD) continue;
      const related = this.parts.get(field.type as AssetTypeName);
      const find = (identifier: string): Asset => {
        const found = related?.get(identifier);
        if (found) return found.asset;
        throw this.lines.wrong(
          `${name} leads to ${field.type} ${JSON.stringify(identifier)}, which is not in the file`,
          line,
        );
      };
      asset[name] = Array.isArray(value) ? value.map(find) : find(value as string);
    }
  }
}
