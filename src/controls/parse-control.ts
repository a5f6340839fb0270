import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import type { AssetTypeName } from '../iam/catalogue.generated.ts';
import { catalogue } from '../iam/catalogue.generated.ts';
import { IamqlError } from '../iam/error.ts';
import type { Control, ControlTest, Rule } from './control.ts';
import { parseExpectation } from './expectation.ts';

type Shape = Readonly<Record<string, 'text' | 'texts' | 'map' | 'maps' | 'boolean'>>;

const controlShape = {
  required: {
    id: 'text',
    title: 'text',
    severity: 'text',
    connectors: 'texts',
    assetTypes: 'texts',
    overview: 'text',
    why: 'text',
    remediation: 'map',
    falsePositives: 'text',
    rules: 'maps',
  },
  optional: { aliases: 'texts', parameters: 'map', applicable: 'text', whyRulesDiffer: 'text', tests: 'maps' },
} as const satisfies Record<string, Shape>;
const remediationShape = {
  required: { console: 'text', cli: 'text', iac: 'text' },
  optional: { serviceWide: 'text', rollout: 'text' },
} as const satisfies Record<string, Shape>;
const ruleShape = {
  required: { name: 'text', title: 'text', query: 'text', expect: 'text' },
  optional: { informative: 'boolean', returnPath: 'text' },
} as const satisfies Record<string, Shape>;

const severities = ['low', 'medium', 'high'];

/**
 * Reads a control file.
 *
 * @param file named in errors, which give line and column.
 * @throws IamqlError InvalidControl
 */
export function parseControl(yaml: string, file: string): Control {
  const source = new ControlSource(yaml, file);
  const value = source.value as Record<string, unknown>;
  source.checkKeys([], controlShape);
  source.checkKeys(['remediation'], remediationShape);
  const rules = value['rules'] as readonly Record<string, unknown>[];
  source.check(rules.length > 0, ['rules'], 'a control needs a rule');
  source.check(/^[a-z0-9-]+$/.test(String(value['id'])), ['id'], 'an id is lower case letters, digits and hyphens');
  source.check(
    severities.includes(String(value['severity'])),
    ['severity'],
    `severity is one of ${severities.join(', ')}`,
  );
  (value['assetTypes'] as readonly string[]).forEach((type, index) => {
    source.check(Object.hasOwn(catalogue, type), ['assetTypes', index], `there is no asset type ${type}`);
  });
  const parsed = rules.map((rule, index) => parseRule(source, rule, index));
  source.check(
    parsed.some((rule) => !rule.informative),
    ['rules'],
    'every rule is informative: none would decide',
  );
  return {
    id: value['id'] as string,
    aliases: (value['aliases'] ?? []) as readonly string[],
    title: value['title'] as string,
    severity: value['severity'] as Control['severity'],
    connectors: value['connectors'] as readonly string[],
    assetTypes: value['assetTypes'] as readonly AssetTypeName[],
    overview: value['overview'] as string,
    why: value['why'] as string,
    remediation: value['remediation'] as Control['remediation'],
    falsePositives: value['falsePositives'] as string,
    parameters: (value['parameters'] ?? {}) as Control['parameters'],
    applicable: value['applicable'] as string | undefined,
    rules: parsed,
    whyRulesDiffer: value['whyRulesDiffer'] as string | undefined,
    tests: ((value['tests'] ?? []) as readonly Partial<ControlTest>[]).map(testOf),
  };
}

const testOf = (test: Partial<ControlTest>): ControlTest => ({
  name: test.name as string,
  verdict: test.verdict as ControlTest['verdict'],
  findings: test.findings,
  parameters: test.parameters ?? {},
  now: test.now,
  assets: test.assets as ControlTest['assets'],
});

function parseRule(source: ControlSource, rule: Record<string, unknown>, index: number): Rule {
  source.checkKeys(['rules', index], ruleShape);
  try {
    return {
      name: rule['name'] as string,
      title: rule['title'] as string,
      informative: rule['informative'] === true,
      query: rule['query'] as string,
      expect: parseExpectation(rule['expect'] as string),
      returnPath: (rule['returnPath'] ?? '') as string,
    };
  } catch (error) {
    if (error instanceof IamqlError) throw source.wrong(['rules', index, 'expect'], error.message);
    throw error;
  }
}

type Path = readonly (string | number)[];

/** A parsed YAML text that can say where each of its values stands. */
class ControlSource {
  readonly value: unknown;
  private readonly document: Document.Parsed;
  private readonly lines = new LineCounter();
  private readonly file: string;

  constructor(yaml: string, file: string) {
    this.file = file;
    this.document = parseDocument(yaml, { lineCounter: this.lines });
    const problem = this.document.errors[0];
    if (problem) throw this.at(problem.pos[0], problem.message.split('\n')[0] ?? 'not YAML');
    this.value = this.document.toJS();
    this.check(isMap(this.value), [], 'a control file is a map of keys and values');
  }

  check(holds: boolean, path: Path, message: string): void {
    if (!holds) throw this.wrong(path, message);
  }

  /** Every required key is there, every key is known, and every value is of its kind. */
  checkKeys(path: Path, { required, optional }: { readonly required: Shape; readonly optional: Shape }): void {
    const map = path.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], this.value);
    this.check(isMap(map), path, 'keys and values are expected here');
    const known: Shape = { ...required, ...optional };
    for (const [key, value] of Object.entries(map as object)) {
      this.check(
        Object.hasOwn(known, key),
        [...path, key],
        `unknown key ${key}; known are ${Object.keys(known).join(', ')}`,
      );
      this.check(isOfKind(value, known[key]), [...path, key], `${key} is not ${kinds[known[key] ?? 'text']}`);
    }
    const missing = Object.keys(required).find((key) => !Object.hasOwn(map as object, key));
    this.check(missing === undefined, path, `${missing} is missing`);
  }

  wrong(path: Path, message: string): IamqlError {
    const node = path.length === 0 ? this.document.contents : this.document.getIn(path, true);
    return this.at(isNode(node) ? (node.range?.[0] ?? 0) : 0, message);
  }

  private at(offset: number, message: string): IamqlError {
    const { line, col } = this.lines.linePos(offset);
    return new IamqlError('InvalidControl', `${this.file}:${line || 1}:${col || 1}: ${message}`);
  }
}

const kinds = {
  text: 'text',
  texts: 'a list of texts',
  map: 'keys and values',
  maps: 'a list',
  boolean: 'true or false',
};

const isMap = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

function isOfKind(value: unknown, kind: Shape[string] | undefined): boolean {
  if (kind === 'texts') return Array.isArray(value) && value.every((item) => typeof item === 'string');
  if (kind === 'maps') return Array.isArray(value) && value.every(isMap);
  if (kind === 'map') return isMap(value);
  return kind === 'boolean' ? typeof value === 'boolean' : typeof value === 'string' && value !== '';
}
