import { describe, expect, test } from 'vitest';
import { isScalar, parseDocument } from 'yaml';
import { offsetInScalar } from '../../src/yaml/scalar-offsets.ts';

/** Each is a YAML file whose `text` holds the word `HERE`, after much that is written otherwise than it is read. */
const rows: Readonly<Record<string, string>> = {
  plain: 'text: some words HERE and more',
  'plain, over several lines': 'text: some\n  words\n\n  HERE and more\n',
  'single-quoted': "text: 'it''s ''so'' HERE'",
  'single-quoted, over several lines': "text: 'it''s\n  so\n\n  HERE'\n",
  'double-quoted': 'text: "a \\"b\\" \\\\ \\t \\u00e9\\x41 \\U0001F600 HERE"',
  'double-quoted, with lines that do not end': 'text: "a \\\n   b\\n\n   c HERE"',
  literal: 'text: |\n  a\n    b: "c"\n\n  # no comment HERE\n',
  'literal, with an indentation indicator': 'text: |2-\n    a\n  HERE\n',
  'literal, with a comment behind the header': 'text: |- # HERE it is not\n  a\n  HERE\n',
  folded: 'text: >-\n  some\n  words\n\n    kept apart\n  HERE\n',
  'folded, below a long key': 'first: 1\nmore:\n  - HERE\ntext: >\n  {\n    a(where: {b: "é"})\n  } HERE\n',
  'plain, with letters of two units': 'text: 😀😀 HERE',
};

describe('a character of a text, in the file', () => {
  test.each(Object.entries(rows))('%s', (_name, yaml) => {
    const node = parseDocument(yaml).get('text', true);
    if (!isScalar(node)) throw new Error('there is no text');
    const index = String(node.value).indexOf('HERE');
    expect(offsetInScalar(yaml, node, index)).toBe(yaml.lastIndexOf('HERE'));
    expect(offsetInScalar(yaml, node, index + 2)).toBe(yaml.lastIndexOf('HERE') + 2);
  });
});
