import { z } from 'zod';
import { type AssetTypeName, catalogue } from '../../iam/catalogue.generated.ts';
import { IamqlError } from '../../iam/error.ts';
import { meant } from '../../yaml/meant.ts';
import { flag, kind, list, map, oneOf, text } from '../../yaml/shapes.ts';
import { severities } from '../control.ts';
import { type Expectation, parseExpectation } from '../expectation.ts';

/*
 * What the files of a library hold: the parser, the types, the schemas for editors (controls/*.schema.json) and the tables
 * of docs/controls.md follow from it.
 */

const texts = (description: string) =>
  z.array(z.string(kind('text', description)), kind('a list of texts', description)).describe(description);

const named = <T extends z.ZodType>(value: T, description: string) =>
  z
    .record(z.string().regex(/^[A-Za-z_]\w*$/, 'is no name'), value, kind('keys and values', description))
    .describe(description);

const id = (description: string) =>
  text(description).regex(/^[a-z0-9-]+$/, 'an id is lower case letters, digits and hyphens');

const scalar = (description: string) =>
  z
    .union([z.number(), z.string(), z.boolean()], kind('a number, a text, true or false', description))
    .describe(description);

const assetTypes = Object.keys(catalogue) as [AssetTypeName, ...AssetTypeName[]];
const assetType = z.enum(assetTypes, {
  error: ({ input }) => `there is no asset type ${input}${meant(String(input), assetTypes)}`,
});

const expectation = (description: string) =>
  text(description).transform((written, { issues }): Expectation => {
    try {
      return parseExpectation(written);
    } catch (error) {
      if (!(error instanceof IamqlError)) throw error;
      issues.push({ code: 'custom', message: error.message, input: written });
      return z.NEVER;
    }
  });

export const ruleShape = map(
  {
    name: text('Short, for programs.'),
    title: text('One line.'),
    query: text('The stored text, as it was published ([where.md](where.md#texts)).'),
    expect: expectation('`eq` or `neq` and a JSON value. With `eq []`, whatever is selected is a finding.'),
    returnPath: text('From each selected row to what is judged: field names with dots between.').default(''),
    informative: flag('`true`: it is judged and printed, and changes neither verdict nor exit code.').default(false),
  },
  'What is asked, and what the answer must be.',
);

const parameterShape = map(
  {
    default: scalar('The value where nobody asks for another.'),
    description: text('What it is, with its unit.'),
  },
  'A value that the texts take as a variable of that name, and that a run may set.',
);

/** Stands for a value, or for all assets of a type, that could not be read. */
export const UNREAD_MARK = 'unread';

const parameterValues = named(scalar('The value.'), 'Values of parameters, in place of the defaults.').default({});

export const testShape = map(
  {
    name: text('What it shows.'),
    verdict: oneOf(['PASS', 'FAIL', 'ERROR'], 'What the control says of it.'),
    findings: texts(
      'The IAM names of the assets that the deciding rules find. Left out: whichever they are.',
    ).optional(),
    parameters: parameterValues,
    now: text('When its facts were read (RFC 3339). Left out: 2026-01-01T00:00:00Z.').optional(),
    assets: z
      .record(
        z.string(),
        z.union(
          [z.literal(UNREAD_MARK), z.array(z.record(z.string(), z.unknown()))],
          kind('a list of assets, or the word unread', 'the assets of this type'),
        ),
        kind('keys and values', 'the assets of the account, by type'),
      )
      .describe("By type: assets in the schema's field names, related ones inside those that they belong to."),
  },
  'A small account, and the verdict over it.',
);

export const remediationShape = map(
  {
    console: text('By hand, in the AWS console.'),
    cli: text('By command.'),
    iac: text('In code: Terraform, CloudFormation.'),
    serviceWide: text('So that it stops happening, in all accounts.').optional(),
    rollout: text('In which order.').optional(),
  },
  'What to do when it does not hold.',
);

export const controlShape = map(
  {
    id: id("States the good condition, for ever: lower case letters, digits and hyphens, and no benchmark's number."),
    title: text('One line, the good condition as a sentence.'),
    aliases: texts('Other ids under which it was published. `check` and `controls show` take them too.').default([]),
    severity: oneOf(severities, '`low`, `medium` or `high`.'),
    connectors: texts('Which sort of account it covers: `[AWS]`.'),
    assetTypes: list(
      assetType,
      'The types that it covers, by their name in the schema. A verdict is out of their assets.',
    ).min(1, 'is empty: a control covers some type'),
    overview: text('What it looks at and when it fails.'),
    why: text('Why that matters.'),
    remediation: remediationShape,
    falsePositives: text('What it finds that is nothing to worry about, and how to tell.'),
    parameters: named(
      parameterShape,
      'By name, `default` and `description` of a value that the texts take as a variable.',
    ).default({}),
    applicable: text(
      'A text that selects the assets that the control is about, where these are not all of its types.',
    ).optional(),
    rules: list(ruleShape, 'One or more. At least one must decide, and all that decide must hold.').min(
      1,
      'a control needs a rule',
    ),
    whyRulesDiffer: text('For people: why rules of the same control disagree.').optional(),
    tests: list(testShape, 'Small accounts and the verdict over each.').default([]),
  },
  'A control: what must hold, why, and what to do when it does not.',
  'a control file is a map of keys and values',
);

const NUMBER = 'As the benchmark numbers it, in quotes: YAML reads 1.10 as 1.1.';
const numberText = text(NUMBER, ': write it in quotes, because YAML reads 1.10 as 1.1');

export const recommendationShape = map(
  {
    number: numberText,
    level: z
      .literal([1, 2], kind('1 or 2', 'the profile that it belongs to'))
      .describe('The profile that it belongs to.'),
    control: id('The id of the control that decides it, whose title is its title.').optional(),
    parameters: parameterValues,
    title: text('Where no control decides it: what it is about.').optional(),
    notAutomated: text('Where no control decides it: why not.').optional(),
  },
  'A recommendation, decided by a control or by nobody.',
);

export const sectionShape = map(
  {
    number: numberText,
    title: text('What its recommendations are about.'),
    recommendations: list(recommendationShape, 'What it recommends, in order.'),
  },
  'A part of a benchmark.',
);

export const benchmarkShape = map(
  {
    id: text('For example `cis-aws-5.0`.').regex(
      /^[a-z0-9.-]+$/,
      'an id is lower case letters, digits, dots and hyphens',
    ),
    title: text('Its name, with the version.'),
    sections: list(sectionShape, 'Its parts, in order.').min(1, 'a benchmark needs a section'),
  },
  'A benchmark: a published list of recommendations, which only points at controls.',
  'a benchmark file is a map of keys and values',
);
