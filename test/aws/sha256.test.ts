import { expect, test } from 'vitest';
import { Sha256 } from '../../src/aws/sha256.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Source: FIPS 180-2, appendix B, and RFC 4231, section 4. */
test.each([
  ['no secret', undefined, 'abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ['bytes', Buffer.alloc(20, 0x0b), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
  ['text', 'Jefe', 'what do ya want for nothing?', '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
])('with %s as a secret', async (_name, secret, text, expected) => {
  const views = typeof secret === 'object' ? [secret, Uint8Array.from(secret).buffer] : [secret];
  for (const view of views) {
    const hash = new Sha256(view);
    hash.update(text.slice(0, 2));
    hash.update(Buffer.from(text.slice(2)));
    expect(hex(await hash.digest())).toBe(expected);
    hash.reset();
    hash.update(text);
    expect(hex(await hash.digest())).toBe(expected);
  }
});
