import { z } from 'zod';
import { IamqlError } from '../iam/error.ts';

/*
 * What a roll-out needs of `iamql check --format json`, whoever kept it: docs/check.schema.json has all of it.
 */

const verdict = z.enum(['PASS', 'FAIL', 'ERROR']);
const orUndefined = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);

const finding = z.object({
  identifier: z.string(),
  account: orUndefined,
  type: z.string(),
  name: z.string(),
  keys: z.array(
    z.object({ slot: z.number().nullable(), since: orUndefined, createDate: orUndefined, accessKeyId: orUndefined }),
  ),
});

const excepted = finding.extend({
  exception: z.object({ owner: z.string(), expires: z.string(), reason: z.string() }),
});

const rule = z.object({
  informative: z.boolean(),
  errors: z.array(z.object({ message: z.string(), account: orUndefined })),
  findings: z.array(finding),
  excepted: z.array(excepted),
});

const control = z.object({
  id: z.string(),
  verdict,
  parameters: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  accounts: z
    .object({
      verdicts: z.array(z.object({ account: z.string(), name: z.string(), verdict, reasons: z.array(z.string()) })),
    })
    .optional(),
  rules: z.array(rule),
});

const unit = z.object({ id: z.string(), name: z.string() });

const resultShape = z.object({
  format: z.literal('iamql-check/1'),
  sample: z.boolean(),
  account: orUndefined,
  connectors: z
    .array(z.object({ account: z.string(), organization: orUndefined, organizationalUnits: z.array(unit) }))
    .default([]),
  controls: z.array(control),
});

export type CheckResult = z.output<typeof resultShape>;
export type ResultFinding = z.output<typeof finding>;
export type ResultExcepted = z.output<typeof excepted>;

/**
 * Reads what `iamql check --format json` printed.
 *
 * @param file named in errors.
 * @throws IamqlError InvalidInput
 */
export function readCheckResult(json: string, file: string): CheckResult {
  const refuse = (why: string): IamqlError => new IamqlError('InvalidInput', `${file}: ${why}`);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new IamqlError('InvalidInput', `${file}: it is no JSON: give what \`iamql check --format json\` printed`, {
      cause,
    });
  }
  const { data, error } = resultShape.safeParse(value);
  if (data) return data;
  const [issue] = error.issues;
  throw refuse(
    `it is not what \`iamql check --format json\` prints: ${issue?.path.join('.') || 'it'}: ${issue?.message}`,
  );
}
