import { createHash } from 'node:crypto';

const keyOf = (digest: string): string => `,"sha256":"${digest}"`;

/** Puts a SHA-256 over all that is written into the header, as its last key. @param header a JSON object. */
export function withDigest(header: string, body: string): string {
  const digest = createHash('sha256').update(`${header}\n${body}`).digest('hex');
  return `${header.slice(0, -1)}${keyOf(digest)}}\n${body}`;
}

/** Whether a file is as it was written: the digest is over all bytes but its own key. */
export function isAsWritten(bytes: Uint8Array, digest: string): boolean {
  const key = Buffer.from(keyOf(digest));
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(key);
  if (start === -1) return false;
  const hash = createHash('sha256').update(bytes.subarray(0, start));
  return hash.update(bytes.subarray(start + key.length)).digest('hex') === digest;
}
