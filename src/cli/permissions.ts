import type { Command } from 'commander';
import type { Parameters } from '../controls/control.ts';
import { findControls } from '../controls/load-controls.ts';
import { parametersOf } from '../controls/parameters.ts';
import { explain } from '../graphql/explain.ts';
import type { FactGroup } from '../iam/assets.generated.ts';
import { factGroups } from '../iam/catalogue.generated.ts';
import { IamqlError } from '../iam/error.ts';
import { renderPolicy } from '../report/permissions.ts';
import { writeResult } from './output.ts';

export function addPermissionsCommand(program: Command): void {
  program
    .command('permissions')
    .summary('print the IAM policy that a question needs')
    .description(
      'Prints the least-privilege IAM policy for texts or controls; without any, for everything that can be asked.',
    )
    .argument('[question...]', 'texts, or ids of controls')
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

/** A finding about a user names the user's keys, which costs the same whatever the text asks. */
async function groupsOfControl(id: string): Promise<readonly FactGroup[]> {
  const controls = await findControls([id]);
  const texts = controls.flatMap((control) =>
    control.rules.map(({ query }) => groupsOfText(query, parametersOf(control))),
  );
  const ofTexts = (await Promise.all(texts)).flat();
  const namesKeys = controls.some(({ assetTypes }) => assetTypes.includes('IAMUser'));
  return namesKeys ? [...ofTexts, 'ACCESS_KEYS', 'ACCESS_KEY_LAST_USED'] : ofTexts;
}

async function groupsOfText(text: string, variables: Parameters = {}): Promise<readonly FactGroup[]> {
  const asked = await explain({ text, variables });
  if (asked.length > 0) return asked.flatMap(({ facts }) => facts.map(({ group }) => group));
  throw new IamqlError(
    'InvalidInput',
    `${JSON.stringify(text)} cannot be read as a question; \`iamql query\` says why`,
  );
}
