import { z } from 'zod';
import { parseInstant } from '../iam/instant.ts';

/*
 * What a plan holds: the reader, the types, docs/remediation-plan.schema.json and the tables of docs/remediation.md follow
 * from it.
 */

export const PLAN_FORMAT = 'iamql-remediation-plan/1';
/** What was found is too old to act upon after that long, in milliseconds. */
export const PLAN_LIFE_MS = 24 * 3_600_000;

const text = (description: string) => z.string().describe(description);
/** As AWS makes them. */
const id = (description: string) => z.string().regex(/^\w+$/, 'is no id of AWS').describe(description);
const texts = (description: string) => z.array(z.string()).describe(description);
const count = (description: string) => z.number().int().min(0).describe(description);
const time = (description: string) =>
  z
    .string()
    .refine((written) => parseInstant(written) !== undefined, 'is not an RFC 3339 time')
    .describe(description);
const orNull = <T extends z.ZodType>(value: T, description: string) => value.nullable().describe(description);

const sourceShape = z
  .strictObject({
    kind: z.enum(['live', 'report', 'sample', 'snapshot', 'store']).describe('As in `check --format json`.'),
    reportGeneratedAt: orNull(time(''), 'When AWS generated the credential report; null: not known, or none was read.'),
    reportAgeSeconds: orNull(z.number().int(), 'How old it was when the plan was made.'),
  })
  .describe('Where the facts are from.');

const controlShape = z.strictObject({
  id: text('The id of the control.'),
  definition: text('A SHA-256 of its rules: `apply` refuses a control that asks something else by now.'),
  parameters: z
    .record(z.string(), z.union([z.number(), z.string(), z.boolean()]))
    .describe('With which values it was judged, and will be again.'),
  verdict: z.enum(['PASS', 'FAIL', 'ERROR']).describe('What it said.'),
  errors: texts('Why there may be more than was found.'),
});

const evidenceShape = z
  .strictObject({
    userCreated: time('When the user was created.'),
    keyCreated: time('When the key was created.'),
    status: text('`Active`, `Inactive` or `Expired`, as AWS lists it.'),
    lastUsed: z.null().describe('Null: AWS says that the key was never used. No other key is in a plan.'),
    slot: orNull(z.number().int(), 'The slot of the credential report that it is in.'),
    slotChanged: orNull(time(''), 'When the report says that the slot was created or last changed.'),
    reportGeneratedAt: orNull(time(''), 'When AWS generated that report.'),
    reportAgeSeconds: orNull(z.number().int(), 'How old it was when the plan was made.'),
  })
  .describe('What decided.');

export const stepShape = z.strictObject({
  action: z
    .enum(['deactivate', 'delete'])
    .describe('`deactivate`: off, and it can be turned on again. `delete`: gone.'),
  control: text('The id of the control that found it.'),
  account: text('The 12 digits of the account.'),
  userName: text('The IAM name.'),
  arn: text("The user's ARN."),
  userId: id("AWS's own id of the user: one made later under the same name has another."),
  accessKeyId: id('The key.'),
  evidence: evidenceShape,
  command: text('What does the same by hand.'),
  undo: orNull(text(''), 'What undoes it; null: nothing does.'),
});

export const batchShape = z.strictObject({
  number: count('From 1 on.').min(1),
  action: z.enum(['deactivate', 'delete']).describe('What all its steps do.'),
  group: text('Why it comes when it does: the group of the order that its users are in.'),
  steps: z.array(stepShape).min(1).describe('In this order.'),
});

export const leftOutShape = z.strictObject({
  control: text('The id of the control that found it.'),
  userName: text('The IAM name.'),
  arn: text("The user's ARN; of what is excepted and no user, its identifier."),
  accessKeyId: orNull(text(''), 'The key; null where it could not be named, and where it is about none.'),
  slot: orNull(z.number().int(), 'The slot of the credential report.'),
  reason: text('Why nothing is planned for it.'),
});

const exceptedShape = leftOutShape.extend({
  owner: text('Who answers for the exception.'),
  expires: time('When it ends.'),
});

export const byHandShape = z.strictObject({
  control: text('The id of the control that found it.'),
  asset: text("The asset's identifier."),
  type: text('Its type.'),
  name: text('Its IAM name.'),
  irreversible: texts('What of the commands cannot be undone. Read it first.'),
  fillIn: texts('Words in capital letters in the commands that only you know.'),
  commands: texts('For a POSIX shell, a line each; a line that begins with # is for people.'),
});

export const planShape = z.strictObject({
  format: z.literal(PLAN_FORMAT).describe('The format of the file.'),
  tool: text('The version of iamql that made it.'),
  createdAt: time('When it was made.'),
  expiresAt: time('From then on `apply` refuses it: a day later.'),
  account: z
    .string()
    .regex(/^\d{12}$/)
    .describe('The 12 digits of the account.'),
  partition: z
    .string()
    .regex(/^aws[a-z-]*$/)
    .describe('`aws`, `aws-cn`, ...'),
  source: sourceShape,
  minAgeSeconds: count('Keys younger than this were left out; `apply` leaves them out too.'),
  exceptions: texts('The files of exceptions that were given.'),
  controls: z.array(controlShape).min(1).describe('What was judged.'),
  caveats: texts('What the tool cannot rule out.'),
  batches: z.array(batchShape).describe('What would be done, in order.'),
  notPlanned: z.array(leftOutShape).describe('What was found and is left out, each with the reason.'),
  excepted: z.array(exceptedShape).describe('What somebody has agreed to live with.'),
  byHand: z.array(byHandShape).describe('What the tool does not do: commands for people.'),
  digest: text('A SHA-256 of all the rest.'),
});

export type Plan = Readonly<z.output<typeof planShape>>;
export type Batch = Plan['batches'][number];
export type Step = Batch['steps'][number];
export type Action = Step['action'];
export type LeftOut = Plan['notPlanned'][number];
export type ExceptedKey = Plan['excepted'][number];
export type ByHand = Plan['byHand'][number];
