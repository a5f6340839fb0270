import { Document, isScalar, Scalar, visit } from 'yaml';
import type { Control } from '../control.ts';
import { renderExpectation } from '../expectation.ts';

/** A control as the text of a control file, which reads as that control: every query byte for byte. */
export function renderControlFile(control: Control, comment: string): string {
  const document = new Document(written(control));
  document.commentBefore = comment;
  visit(document, (_key, node) => {
    // A block keeps neither other line ends nor what no editor shows.
    if (isScalar(node) && typeof node.value === 'string' && !IN_BLOCKS.test(node.value))
      node.type = Scalar.QUOTE_DOUBLE;
  });
  return document.toString({ lineWidth: 0 });
}

const IN_BLOCKS = /^(?:[^\p{C}\p{Zl}\p{Zp}\u0085]|\n)*$/u;

/** Without what has its usual value. */
function written({ id, title, rules, aliases, parameters, tests, ...control }: Control): Record<string, unknown> {
  return {
    id,
    title,
    ...(aliases.length > 0 ? { aliases } : {}),
    ...control,
    ...(Object.keys(parameters).length > 0 ? { parameters } : {}),
    rules: rules.map(({ name, title, informative, query, expect, returnPath }) => ({
      name,
      title,
      ...(informative ? { informative } : {}),
      query,
      expect: renderExpectation(expect),
      ...(returnPath === '' ? {} : { returnPath }),
    })),
    ...(tests.length > 0 ? { tests } : {}),
  };
}
