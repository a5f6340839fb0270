import type { Command } from 'commander';
import type { Control } from '../controls/control.ts';
import { findControls, foundingControlId, type Library, loadLibrary } from '../controls/load-controls.ts';
import { groupsOfControl, groupsOfText } from '../controls/needed-facts.ts';
import { askedByBenchmark } from '../controls/run-controls.ts';
import type { FactGroup } from '../iam/assets.generated.ts';
import { factGroups } from '../iam/catalogue.generated.ts';
import type { Verify } from '../inventory/verification.ts';
import { renderPolicy } from '../report/permissions.ts';
import { addControlsFolders } from './control-options.ts';
import { writeResult } from './output.ts';
import { verifyOption } from './source-options.ts';

export function addPermissionsCommand(program: Command): void {
  const command = program
    .command('permissions')
    .summary('print the IAM policy that a question needs')
    .description(
      'Prints the least-privilege IAM policy for texts or controls; without any, for everything that can be asked.',
    )
    .argument('[question...]', 'texts, or ids of controls and benchmarks')
    .addOption(verifyOption('with what `--verify` of `check` and `query` reads'))
    .option('--remediate', 'what `remediate` takes for these controls, what writes apart (default: the founding one)')
    .option('--output <file>', 'write the policy to a file');
  addControlsFolders(command).action(permissions);
}

interface PermissionsOptions {
  readonly output?: string;
  readonly verify?: Verify;
  readonly remediate?: boolean;
  readonly controls?: readonly string[];
}

/** What `remediate` reads of the users that it plans for and looks at, beside what controls ask. */
const REMEDIATION_READS = ['iam:GetAccountAuthorizationDetails', 'iam:GetUser'];

async function permissions(
  asked: readonly string[],
  { output, verify: isVerified, remediate, controls: folders }: PermissionsOptions,
): Promise<void> {
  const questions = remediate && asked.length === 0 ? [foundingControlId] : asked;
  // A step is judged by what is true now.
  const verify = remediate ? 'all' : isVerified;
  const groups =
    questions.length > 0
      ? await Promise.all(questions.map((question) => groupsOf(question, verify, folders)))
      : [Object.keys(factGroups) as FactGroup[]];
  const actions = groups.flat().flatMap((group) => factGroups[group].actions);
  if (!remediate) return writeResult(renderPolicy([{ sid: 'Iamql', actions }]), output);
  // Who is there now is told by the user's own call, one by one; a plan that is verified asks for them all.
  const reads = actions.filter((action) => isVerified || action !== 'iam:ListUsers');
  const policy = renderPolicy([
    { sid: 'Iamql', actions: [...reads, ...REMEDIATION_READS] },
    { sid: 'IamqlTurnsKeysOffAndOn', actions: ['iam:UpdateAccessKey'] },
    { sid: 'IamqlDeletesKeys', actions: ['iam:DeleteAccessKey'] },
  ]);
  return writeResult(policy, output);
}

/** No id of a control has a bracket, and no text is without one. */
async function groupsOf(
  question: string,
  verify: Verify | undefined,
  folders: readonly string[] | undefined,
): Promise<readonly FactGroup[]> {
  if (/[{(]/.test(question)) return groupsOfText({ text: question }, verify);
  const controls = await controlsCalled(question, await loadLibrary(folders));
  return (await Promise.all(controls.map((control) => groupsOfControl(control, verify)))).flat();
}

/** A benchmark is all controls that it points at. */
async function controlsCalled(id: string, library: Library): Promise<readonly Control[]> {
  const benchmark = library.benchmarks.find((one) => one.id === id);
  if (!benchmark) return findControls([id], library);
  return askedByBenchmark(benchmark, library.controls, () => ({})).map(({ control }) => control);
}
