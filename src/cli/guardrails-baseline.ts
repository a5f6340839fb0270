import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadLibrary } from '../controls/load-controls.ts';
import type { AskedControl } from '../controls/run-controls.ts';
import { type BaselineFormat, renderBaseline } from '../guardrails/baseline.ts';
import { passwordPolicyFor } from '../guardrails/baseline-policy.ts';
import { IamqlError } from '../iam/error.ts';
import { packageRoot } from '../package-root.ts';
import { type ControlOptions, selectControls } from './control-options.ts';
import type { GuardrailOptions } from './guardrails.ts';

export interface BaselineOptions extends GuardrailOptions, ControlOptions {
  readonly format?: BaselineFormat;
}

/** `iamql guardrails baseline`: of the controls that are selected, those about the password policy. */
export async function baseline(ids: readonly string[], options: BaselineOptions): Promise<string> {
  const { format } = options;
  if (format === undefined)
    throw new IamqlError('InvalidInput', 'name what it is written for: --format terraform or --format cloudformation');
  const policy = await passwordPolicyFor(await controlsOf(ids, options));
  const [eventBridge, setter] = await Promise.all(
    ['eventbridge.yaml', 'password-policy.py'].map((file) => readFile(join(packageRoot, 'guardrails', file), 'utf8')),
  );
  return renderBaseline(format, { ...policy, eventBridge: eventBridge ?? '', setter: setter ?? '' });
}

const isOfPolicy = ({ control }: AskedControl): boolean => control.assetTypes.includes('IAMPasswordPolicy');

async function controlsOf(ids: readonly string[], options: ControlOptions): Promise<readonly AskedControl[]> {
  const isSelected = ids.length > 0 || options.benchmark !== undefined;
  const asked = isSelected ? ids : await allOfPolicy(options);
  const { asked: selected } = await selectControls(asked, options);
  const other = ids.length > 0 ? selected.find((one) => !isOfPolicy(one)) : undefined;
  if (other)
    throw new IamqlError(
      'InvalidInput',
      `${other.control.id} is not about the password policy: no baseline follows from it`,
    );
  return selected.filter(isOfPolicy);
}

async function allOfPolicy({ controls: folders }: ControlOptions): Promise<readonly string[]> {
  const { controls } = await loadLibrary(folders);
  return controls.filter((control) => isOfPolicy({ control, parameters: {} })).map(({ id }) => id);
}
