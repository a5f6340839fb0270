import { digestOf } from '../iam/digest.ts';
import { IamqlError } from '../iam/error.ts';
import { instantToMs, parseInstant } from '../iam/instant.ts';
import { PLAN_LIFE_MS, type Plan, planShape } from './plan-shape.ts';

/** So much may the clocks of two machines differ. */
const CLOCKS_DIFFER_MS = 5 * 60_000;

/**
 * Reads a plan, and refuses what cannot be one. That it is whole proves nothing of what it says: whoever acts upon a step
 * judges the key anew.
 *
 * @param file named in errors.
 * @throws IamqlError InvalidInput
 */
export function readPlan(json: string, file: string): Plan {
  const refuse = (why: string): IamqlError => new IamqlError('InvalidInput', `${file}: ${why}`);
  const value = parse(json);
  if (value === undefined) throw refuse('it is no JSON: name the file that `iamql remediate plan --output` wrote');
  const { data, error } = planShape.safeParse(value);
  if (!data) {
    const [issue] = error.issues;
    const place = issue && issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
    throw refuse(`it is no plan of remediation: ${place}${issue?.message}`);
  }
  const { digest, ...rest } = data;
  if (digest !== digestOf(rest))
    throw refuse(
      'it was changed since it was made: its digest does not fit; to leave something out, plan again with --exceptions',
    );
  const problem = contradictionIn(data);
  if (problem) throw refuse(problem);
  return data;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** What no plan that iamql made says. */
function contradictionIn({ account, batches, controls }: Plan): string | undefined {
  const steps = batches.flatMap((batch) => batch.steps.map((step) => ({ batch, step })));
  const ids = new Set(steps.map(({ step }) => step.accessKeyId));
  const known = new Set(controls.map(({ id }) => id));
  if (batches.some(({ number }, index) => number !== index + 1))
    return 'its batches are not numbered one after the other';
  if (ids.size < steps.length) return 'it names an access key twice';
  const wrong = steps.find(
    ({ batch, step }) => step.account !== account || step.action !== batch.action || !known.has(step.control),
  );
  return wrong && `the step of ${wrong.step.accessKeyId} does not fit the account, the controls or its batch`;
}

/** @throws IamqlError TooOld for a plan that has expired, whatever it says of its end. */
export function checkPlanAge({ createdAt, expiresAt }: Plan, now: Date): void {
  const created = instantToMs(parseInstant(createdAt) ?? createdAt);
  const ends = Math.min(instantToMs(parseInstant(expiresAt) ?? expiresAt), created + PLAN_LIFE_MS);
  if (created - now.getTime() > CLOCKS_DIFFER_MS)
    throw new IamqlError('TooOld', `the plan of ${createdAt} is from the future; see to the clock, or plan again`);
  if (now.getTime() >= ends)
    throw new IamqlError('TooOld', `the plan of ${createdAt} has expired: what it says is a day old; plan again`);
}
