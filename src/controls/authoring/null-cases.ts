import { type AssetTypeName, catalogue } from '../../iam/catalogue.generated.ts';
import { type Expression, isLeaf, nodesOf } from '../../where/expression.ts';
import type { YamlSource } from '../../yaml/yaml-source.ts';
import type { Control } from '../control.ts';
import type { CheckedText } from './check-texts.ts';

/**
 * Of null every comparison is unknown, and unknown selects nothing: whether that is what its author means, only a test says.
 * Each field that may be null and that a deciding rule compares is null in some test. Questions that have a name have tests
 * of their own.
 *
 * @param nulls `IAMRole.lastUsedDate`: what some test writes as null.
 */
export function checkNullCases(
  source: YamlSource,
  { rules }: Control,
  texts: readonly CheckedText[],
  nulls: ReadonlySet<string>,
): void {
  for (const { path, text, questions } of texts) {
    const rule = path[0] === 'rules' ? rules[path[1] as number] : undefined;
    if (!rule || rule.informative) continue;
    const compared = questions.flatMap(({ where }) => [...comparedIn(where)]);
    const asked = new Map(compared.map((leaf) => [`${leaf.type}.${leaf.field}`, leaf]));
    for (const [name, { type, field }] of asked) {
      if (nulls.has(name)) continue;
      const { one } = catalogue[type];
      const message = `no test covers that ${field} is null: write one with ${article(one)} that has \`${field}: null\``;
      source.wrong(path, message, text.search(new RegExp(`\\b${field}(_[A-Z_]+)?\\s*:`)));
    }
  }
}

function* comparedIn(where: Expression): Generator<{ readonly type: AssetTypeName; readonly field: string }> {
  for (const node of nodesOf(where)) {
    if (isLeaf(node) && node.kind !== 'isNull' && catalogue[node.type].fields[node.field]?.nullable) yield node;
  }
}

const article = (noun: string): string => `${/^[aeioAEIO]/.test(noun) ? 'an' : 'a'} ${noun}`;
