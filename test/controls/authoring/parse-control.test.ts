import { describe, expect, test } from 'vitest';
import { parseControl } from '../../../src/controls/authoring/parse-control.ts';
import { loadControls } from '../../../src/controls/load-controls.ts';
import { IamqlError } from '../../../src/iam/error.ts';
import { FOUNDING_TEXT } from '../../support/founding-text.ts';

const LINES = [
  'id: some-control',
  'title: A title',
  'severity: low',
  'connectors: [AWS]',
  'assetTypes: [IAMUser]',
  'overview: What.',
  'remediation: {console: a, cli: b, iac: c}',
  'why: Why.',
  'falsePositives: None.',
  'rules:',
  '  - name: one',
  '    title: One',
  '    query: iamUsers{arn}',
  '    expect: eq []',
];
const GOOD = LINES.join('\n');

/** The control above with one line replaced, or with lines after the last. */
const withLine = (line: number, text: string): string => LINES.with(line - 1, text).join('\n');
const withMore = (...lines: readonly string[]): string => [...LINES, ...lines].join('\n');

const ANCHORS = 'abcdefghi';
/** A text of a few lines that holds a thousand million words. */
const BOMB = [...ANCHORS]
  .map((name, index) => `${name}: &${name} [${Array(10).fill(index === 0 ? 'x' : `*${ANCHORS[index - 1]}`)}]`)
  .join('\n');

function messageOf(yaml: string): string {
  try {
    parseControl(yaml, 'x.yaml');
  } catch (error) {
    if (error instanceof IamqlError && error.kind === 'InvalidControl') return error.message;
    throw error;
  }
  return 'parsed';
}

test('what is optional may be left out', () => {
  const control = parseControl(GOOD, 'x.yaml');
  expect(control.applicable).toBeUndefined();
  expect(control.whyRulesDiffer).toBeUndefined();
  expect(control).toMatchObject({
    id: 'some-control',
    aliases: [],
    parameters: {},
    tests: [],
    rules: [{ informative: false, returnPath: '', expect: { comparator: 'eq', expected: [] } }],
  });
});

describe('what is wrong, with file, line and column', () => {
  test.each([
    ['no YAML', 'id: [', /^x\.yaml:1:\d+: /],
    ['exceptions', 'exceptions: []', /^x\.yaml:1:1: this is a file of exceptions, no control: keep it outside of/],
    ['an empty file', '', /^x\.yaml:1:1: a control file is a map/],
    ['a tab', 'id: a\n\ttitle: b', /^x\.yaml:2:1: Tabs are not allowed as indentation$/],
    [
      'a query without quotes, with a colon in it',
      withLine(13, '    query: iamUsers(where: {userName: "a"}) {arn}'),
      /^x\.yaml:13:12: Nested mappings are not allowed in compact mappings; a text with brackets .* below a \|, or in quotes$/,
    ],
    [
      'a query without quotes that begins with a brace',
      withLine(13, '    query: {iamUsers {arn}}'),
      /^x\.yaml:13:\d+: .*; a text with brackets or colons in it stands on lines below a \|, or in quotes$/,
    ],
    ['two documents', `${GOOD}\n---\n${GOOD}`, /^x\.yaml:15:1: a second document begins here: a file holds one$/],
    ['more anchors than a file can need', BOMB, /^x\.yaml:1:1: not YAML that can be read: Excessive alias count/],
    ['a list', '- a', /^x\.yaml:1:1: a control file is a map/],
    ['a key twice', withMore('id: again'), /^x\.yaml:15:1: Map keys must be unique/],
    ['an unknown key', withMore('owner: me'), /^x\.yaml:15:\d+: unknown key owner; known are id, title, /],
    [
      'an unknown key of a rule',
      withMore('    expects: eq []'),
      /^x\.yaml:15:\d+: unknown key expects; known are name/,
    ],
    ['a missing key', LINES.slice(1).join('\n'), /^x\.yaml:1:1: id is missing/],
    ['a missing key of a rule', LINES.slice(0, -1).join('\n'), /^x\.yaml:11:5: expect is missing/],
    ['a missing part of the remediation', withLine(7, 'remediation: {console: a}'), /^x\.yaml:7:14: cli is missing/],
    ['an id with capitals', withLine(1, 'id: Some'), /^x\.yaml:1:5: an id is lower case/],
    ['a misspelt severity', withLine(3, 'severity: hihg'), /^x\.yaml:3:11: .*high; did you mean high\?/],
    ['an unknown severity', withLine(3, 'severity: huge'), /^x\.yaml:3:11: severity is one of low, medium, high/],
    [
      'an unknown asset type',
      withLine(5, 'assetTypes: [IAMUser, IAMUsr]'),
      /^x\.yaml:5:23: there is no asset type IAMUsr/,
    ],
    ['a number for a text', withLine(2, 'title: 7'), /^x\.yaml:2:8: title is not text/],
    ['an empty text', withLine(6, "overview: ''"), /^x\.yaml:6:11: overview is not text/],
    ['a text for a list', withLine(4, 'connectors: AWS'), /^x\.yaml:4:13: connectors is not a list of texts/],
    ['no rules', LINES.slice(0, 9).concat('rules: []').join('\n'), /^x\.yaml:10:8: a control needs a rule/],
    ['rules that are no list', LINES.slice(0, 9).concat('rules: {}').join('\n'), /^x\.yaml:10:8: rules is not a list/],
    ['an expectation that is none', withLine(14, '    expect: is []'), /^x\.yaml:14:13: expectation "is \[\]" is not/],
    ['an expectation that is no text', withLine(14, '    expect: []'), /^x\.yaml:14:13: expect is not text/],
    ['yes for true', withMore('    informative: yes'), /^x\.yaml:15:18: informative is not true or false/],
    ['a blank', withLine(2, 'title:'), /^x\.yaml:2:\d+: title is blank: One line, the good condition/],
    ['what was probably meant', withMore('alias: [a]'), /; did you mean aliases\?/],
    [
      'several at once',
      withLine(2, 'title: 7').replace('severity: low', 'severity: huge'),
      /^x\.yaml:2:8: title .* \(and 1 more: /,
    ],
    ['only informative rules', withMore('    informative: true'), /^x\.yaml:11:3: every rule is informative/],
  ])('%s', (_name, yaml, message) => {
    expect(messageOf(yaml)).toMatch(message);
  });
});

describe('parameters', () => {
  const asking = (declared: string, ...more: readonly string[]): string =>
    [
      ...LINES.with(12, `    query: 'query(${declared}) {AWSIAM4(days: $maxAgeDays) {arn}}'`),
      'parameters:',
      '  maxAgeDays: {default: 90, description: How old a key may be.}',
      ...more,
    ].join('\n');

  test('are variables of the texts, with a default', () => {
    const { parameters } = parseControl(asking('$maxAgeDays: Int!'), 'x.yaml');
    expect(parameters).toEqual({ maxAgeDays: { default: 90, description: 'How old a key may be.' } });
  });

  test.each([
    [
      'a variable without one',
      asking('$maxAgeDays: Int, $other: String!'),
      /^x\.yaml:13:37: the variable \$other has no/,
    ],
    [
      'one without a variable',
      asking('$maxAgeDays: Int', '  minAge: {default: 1, description: a}'),
      /^x\.yaml:17:11: no text uses/,
    ],
    [
      'a default of the wrong type',
      asking('$maxAgeDays: String'),
      /^x\.yaml:13:19: the variable \$maxAgeDays is String, and its default 90 is not/,
    ],
    ['a variable of no plain type', asking('$maxAgeDays: [Int]'), /^x\.yaml:13:19: a parameter is Int, Float, /],
    ['a text that is not GraphQL', withLine(13, '    query: iamUsers{'), /^x\.yaml:13:\d+: Syntax Error/],
  ])('%s is an error', (_name, yaml, message) => {
    expect(messageOf(yaml)).toMatch(message);
  });
});

describe('the bundled controls', () => {
  test('the founding one asks the founding text, byte for byte, and expects eq []', async () => {
    const control = (await loadControls()).find(({ id }) => id === 'aws-iam-no-initial-access-keys');
    expect(control?.rules[0]).toMatchObject({
      query: FOUNDING_TEXT,
      expect: { comparator: 'eq', expected: [] },
      informative: false,
    });
    expect(control?.rules.map((rule) => rule.informative)).toEqual([false, true, true]);
    expect(control).toMatchObject({ connectors: ['AWS'], assetTypes: ['IAMUser'], whyRulesDiffer: expect.anything() });
  });

  test('tell all that the published control tells', async () => {
    const control = (await loadControls()).find(({ id }) => id === 'aws-iam-no-initial-access-keys');
    const { console: inConsole, cli, serviceWide, rollout } = control?.remediation ?? {};
    expect(inConsole).toMatch(/creation time/);
    expect(cli).toContain('aws iam delete-access-key');
    expect(serviceWide).toMatch(/Organizations[\s\S]*Config[\s\S]*conformance pack[\s\S]*baselines[\s\S]*code/);
    expect(rollout).toMatch(/Baseline[\s\S]*batches[\s\S]*internet[\s\S]*production[\s\S]*again[\s\S]*exceptions/);
    expect(rollout).toMatch(/owner and an expiry date/);
  });
});
