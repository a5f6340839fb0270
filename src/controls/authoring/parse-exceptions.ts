import { catalogue } from '../../iam/catalogue.generated.ts';
import type { IamqlError } from '../../iam/error.ts';
import { type Instant, parseInstant } from '../../iam/instant.ts';
import { meant } from '../../yaml/meant.ts';
import { type YamlPath, YamlSource } from '../../yaml/yaml-source.ts';
import { isArn, patternProblem } from '../asset-pattern.ts';
import type { Control } from '../control.ts';
import type { ExceptedKey, Exception } from '../exception.ts';

type KnownControl = Pick<Control, 'id' | 'aliases' | 'assetTypes'>;

const required = ['control', 'account', 'asset', 'reason', 'owner', 'expires'] as const;
const known: readonly string[] = [...required, 'key', 'ticket'];

/**
 * Reads a file of exceptions: a list under `exceptions`.
 *
 * @param file named in errors, which give line and column.
 * @param controls those that there are: an exception from an unknown one would cover nothing, unnoticed.
 * @throws IamqlError InvalidInput
 */
export function parseExceptions(yaml: string, file: string, controls: readonly KnownControl[]): readonly Exception[] {
  const source = new YamlSource(yaml, file);
  const unread = source.firstError();
  if (unread) throw unread;
  const { value } = source;
  check(source, isMap(value), [], 'a file of exceptions is a map with the key exceptions');
  checkKnown(source, [], value as object, ['exceptions']);
  const list = (value as { readonly exceptions?: unknown }).exceptions;
  check(source, list !== undefined, [], 'exceptions is missing');
  check(source, Array.isArray(list), ['exceptions'], 'exceptions is not a list');
  return (list as readonly unknown[]).map((item, index) => parseException(source, item, index, controls));
}

function parseException(
  source: YamlSource,
  item: unknown,
  index: number,
  controls: readonly KnownControl[],
): Exception {
  const path = ['exceptions', index];
  check(source, isMap(item), path, 'keys and values are expected here');
  const map = item as Readonly<Record<string, unknown>>;
  checkKnown(source, path, map, known);
  const missing = required.find((key) => !Object.hasOwn(map, key));
  check(source, missing === undefined, path, `${missing} is missing`);
  const text = (key: string): string => textAt(source, map, [...path, key]);
  const control = controlOf(source, [...path, 'control'], text('control'), controls);
  const account = accountOf(source, map, [...path, 'account']);
  return {
    control: control.id,
    account,
    asset: assetOf(source, [...path, 'asset'], text('asset'), { account, control }),
    key: map['key'] === undefined ? undefined : keyOf(source, map['key'], [...path, 'key']),
    reason: text('reason'),
    owner: text('owner'),
    expires: timeAt(source, map, [...path, 'expires']),
    ticket: map['ticket'] === undefined ? undefined : text('ticket'),
    place: source.placeOf(path),
  };
}

function controlOf(source: YamlSource, path: YamlPath, id: string, controls: readonly KnownControl[]): KnownControl {
  const found = controls.find((control) => control.id === id || control.aliases.includes(id));
  if (found) return found;
  const ids = controls.flatMap((control) => [control.id, ...control.aliases]);
  throw refused(source, path, `there is no control ${JSON.stringify(id)}${meant(id, ids)}`);
}

function accountOf(source: YamlSource, map: Readonly<Record<string, unknown>>, path: YamlPath): string {
  const account = map['account'];
  const written = source.written(path);
  check(
    source,
    typeof account !== 'number',
    path,
    `account is a number here: quote it, "${written}", because YAML takes zeros off the front of a number`,
  );
  const isAccount = typeof account === 'string' && /^\d{12}$/.test(account);
  check(source, isAccount, path, `account is not the 12 digits of an account, in quotes: ${written ?? 'no text'}`);
  return account as string;
}

/** A name that assets of several types may have says too little: the exception would cover them all. */
function assetOf(
  source: YamlSource,
  path: YamlPath,
  asset: string,
  { account, control }: { readonly account: string; readonly control: KnownControl },
): string {
  const problem = patternProblem(asset, account);
  check(source, problem === undefined, path, problem ?? '');
  const types = control.assetTypes.map((type) => catalogue[type].many);
  const isAmbiguous = types.length > 1 || control.assetTypes.includes('IAMPolicy');
  check(
    source,
    isArn(asset) || !isAmbiguous,
    path,
    `${control.id} is about ${types.join(', ')}, of which several may be called ${JSON.stringify(asset)}: write the ARN`,
  );
  return asset;
}

function keyOf(source: YamlSource, value: unknown, path: YamlPath): ExceptedKey {
  check(source, isMap(value), path, 'key is {accessKeyId} or {slot, createDate}');
  const map = value as Readonly<Record<string, unknown>>;
  checkKnown(source, path, map, ['accessKeyId', 'slot', 'createDate']);
  const names = Object.keys(map).sort().join();
  if (names === 'accessKeyId') {
    const accessKeyId = textAt(source, map, [...path, 'accessKeyId']);
    check(source, /^\w+$/.test(accessKeyId), [...path, 'accessKeyId'], 'accessKeyId is the whole id of one key');
    return { accessKeyId };
  }
  check(source, names === 'createDate,slot', path, 'key is {accessKeyId} or {slot, createDate}, whole and not both');
  const slot = map['slot'];
  check(source, slot === 1 || slot === 2, [...path, 'slot'], 'slot is 1 or 2, as the credential report has them');
  return { slot: slot as number, createDate: timeAt(source, map, [...path, 'createDate']) };
}

function timeAt(source: YamlSource, map: Readonly<Record<string, unknown>>, path: YamlPath): Instant {
  const text = textAt(source, map, path);
  const time = parseInstant(text);
  if (time !== undefined) return time;
  throw refused(
    source,
    path,
    `${String(path.at(-1))}: ${JSON.stringify(text)} is not a date such as 2026-03-01, nor a time such as 2026-03-01T10:20:30Z`,
  );
}

/** @param path ends with the key of the map. */
function textAt(source: YamlSource, map: Readonly<Record<string, unknown>>, path: YamlPath): string {
  const key = String(path.at(-1));
  const value = map[key];
  check(source, value !== null, path, `${key} is empty`);
  check(source, typeof value === 'string', path, `${key} is not text${isMap(value) ? '' : ': put it in quotes'}`);
  check(source, (value as string).trim() !== '', path, `${key} is empty`);
  return value as string;
}

function checkKnown(source: YamlSource, path: YamlPath, map: object, names: readonly string[]): void {
  const unknown = Object.keys(map).find((key) => !names.includes(key));
  if (unknown === undefined) return;
  const said = meant(unknown, names);
  source.wrongKey([...path, unknown], `unknown key ${unknown}${said || `; known are ${names.join(', ')}`}`);
  throw source.firstError();
}

/** @throws IamqlError InvalidInput where it does not hold. */
function check(source: YamlSource, holds: boolean, path: YamlPath, message: string): void {
  if (!holds) throw refused(source, path, message);
}

function refused(source: YamlSource, path: YamlPath, message: string): IamqlError | undefined {
  source.wrong(path, message);
  return source.firstError();
}

const isMap = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
