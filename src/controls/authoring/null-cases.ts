import type { WrittenQuestion } from '../../graphql/request.ts';
import { namedConditions } from '../../graphql/root-question.ts';
import { type AssetTypeName, catalogue } from '../../iam/catalogue.generated.ts';
import { type Expression, isLeaf, nodesOf } from '../../where/expression.ts';
import type { YamlSource } from '../../yaml/yaml-source.ts';
import type { Control } from '../control.ts';
import type { CheckedText } from './check-texts.ts';

/** When, and of whom, a question that has a name is looked into: neither changes what it compares. */
const [ANY_TIME, ANYBODY] = ['2026-01-01T00:00:00+00:00', { accountId: '111122223333', partition: 'aws' }] as const;

/** A field that a text compares. */
interface Compared {
  readonly type: AssetTypeName;
  readonly field: string;
  /** The name of the question that compares it, where it has one. */
  readonly by: string;
  /** Where that stands in the text. */
  readonly offset: number;
}

/**
 * Of null every comparison is unknown, and unknown selects nothing: whether that is what its author means, only a test says.
 * Each field that may be null and that a deciding rule compares is null in some test, also where a question that has a name
 * compares it: what is unknown to such a question is unknown to the control.
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
    const compared = questions.flatMap((question) => [...comparedBy(question, text)]);
    const asked = new Map(compared.map((one) => [`${one.type}.${one.field}`, one]));
    for (const [name, { type, field, by, offset }] of asked) {
      if (nulls.has(name)) continue;
      const asset = `${article(catalogue[type].one)} that has \`${field}: null\``;
      source.wrong(path, `no test covers that ${field} is null${by}: write one with ${asset}`, offset);
    }
  }
}

function* comparedBy({ where, named, node }: WrittenQuestion, text: string): Generator<Compared> {
  for (const { type, field } of comparedIn(where)) {
    yield { type, field, by: '', offset: text.search(new RegExp(`\\b${field}(_[A-Z_]+)?\\s*:`)) };
  }
  if (!named) return;
  const by = `, which ${node.name.value} compares`;
  for (const condition of namedConditions(named, ANY_TIME, ANYBODY)) {
    for (const { type, field } of comparedIn(condition.where)) yield { type, field, by, offset: node.loc?.start ?? 0 };
  }
}

function* comparedIn(where: Expression): Generator<{ readonly type: AssetTypeName; readonly field: string }> {
  for (const node of nodesOf(where)) {
    if (isLeaf(node) && node.kind !== 'isNull' && catalogue[node.type].fields[node.field]?.nullable) yield node;
  }
}

const article = (noun: string): string => `${/^[aeioAEIO]/.test(noun) ? 'an' : 'a'} ${noun}`;
