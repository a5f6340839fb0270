import type { Command } from 'commander';
import type { Control, Parameters } from '../controls/control.ts';
import { findControls, loadLibrary } from '../controls/load-controls.ts';
import { parametersOf, textsOf } from '../controls/parameters.ts';
import { askedByBenchmark } from '../controls/run-controls.ts';
import { explain } from '../graphql/explain.ts';
import type { FactGroup } from '../iam/assets.generated.ts';
import { factGroups } from '../iam/catalogue.generated.ts';
import { IamqlError } from '../iam/error.ts';
import { basesOf } from '../inventory/bases.ts';
import { renderPolicy } from '../report/permissions.ts';
import { writeResult } from './output.ts';

export function addPermissionsCommand(program: Command): void {
  program
    .command('permissions')
    .summary('print the IAM policy that a question needs')
    .description(
      'Prints the least-privilege IAM policy for texts or controls; without any, for everything that can be asked.',
    )
    .argument('[question...]', 'texts, or ids of controls and benchmarks')
    .option('--output <file>', 'write the policy to a file')
    .action(permissions);
}

async function permissions(questions: readonly string[], { output }: { readonly output?: string }): Promise<void> {
  const groups =
    questions.length > 0 ? await Promise.all(questions.map(groupsOf)) : [Object.keys(factGroups) as FactGroup[]];
  const actions = groups.flat().flatMap((group) => factGroups[group].actions);
  writeResult(renderPolicy(actions), output);
}

/** No id of a control has a bracket, and no text is without one. */
const groupsOf = (question: string): Promise<readonly FactGroup[]> =>
  /[{(]/.test(question) ? groupsOfText(question) : groupsOfControl(question);

/** With what its assets are counted by. A finding about a user names the user's keys, whatever the text asks. */
async function groupsOfControl(id: string): Promise<readonly FactGroup[]> {
  const controls = await controlsCalled(id);
  const ofTexts = controls.flatMap((control) =>
    textsOf(control).map(([, text]) => groupsOfText(text, parametersOf(control))),
  );
  const types = controls.flatMap(({ assetTypes }) => assetTypes);
  const ofTypes = types.flatMap((type) => basesOf(type, true).needed);
  const ofKeys: readonly FactGroup[] = types.includes('IAMUser') ? ['ACCESS_KEYS', 'ACCESS_KEY_LAST_USED'] : [];
  return [...(await Promise.all(ofTexts)).flat(), ...ofTypes, ...ofKeys];
}

/** A benchmark is all controls that it points at. */
async function controlsCalled(id: string): Promise<readonly Control[]> {
  const library = await loadLibrary();
  const benchmark = library.benchmarks.find((one) => one.id === id);
  if (!benchmark) return findControls([id], library);
  return askedByBenchmark(benchmark, library.controls, () => ({})).map(({ control }) => control);
}

async function groupsOfText(text: string, variables: Parameters = {}): Promise<readonly FactGroup[]> {
  const asked = await explain({ text, variables });
  if (asked.length > 0) return asked.flatMap(({ facts }) => facts.map(({ group }) => group));
  throw new IamqlError(
    'InvalidInput',
    `${JSON.stringify(text)} cannot be read as a question; \`iamql query\` says why`,
  );
}
