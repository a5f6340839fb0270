import { createHash } from 'node:crypto';

const keyOf = (digest: string): string => `,"sha256":"${digest}"`;

/**
 * The header, with a SHA-256 over all that is written as its last key, and the lines behind it. The lines are made twice:
 * all of them at once take more memory than what they are made of.
 *
 * @param header a JSON object.
 */
export function* withDigest(header: string, lines: () => Iterable<string>): Generator<string> {
  const hash = createHash('sha256').update(`${header}\n`);
  for (const line of lines()) hash.update(line);
  yield `${header.slice(0, -1)}${keyOf(hash.digest('hex'))}}\n`;
  yield* lines();
}

/** Whether a file is as it was written: the digest is over all bytes but its own key. */
export function isAsWritten(bytes: Uint8Array, digest: string): boolean {
  const key = Buffer.from(keyOf(digest));
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(key);
  if (start === -1) return false;
  const hash = createHash('sha256').update(bytes.subarray(0, start));
  return hash.update(bytes.subarray(start + key.length)).digest('hex') === digest;
}
