import type { Command } from 'commander';
import { findControls } from '../controls/load-controls.ts';
import { isOfRows } from '../controls/run-control.ts';
import { explain } from '../graphql/explain.ts';
import type { FactGroup } from '../iam/assets.generated.ts';
import { factGroups } from '../iam/catalogue.generated.ts';
import { IamqlError } from '../iam/error.ts';
import type { Verify } from '../inventory/verification.ts';
import { renderPolicy } from '../report/permissions.ts';
import { writeResult } from './output.ts';
import { verifyOption } from './source-options.ts';

export function addPermissionsCommand(program: Command): void {
  program
    .command('permissions')
    .summary('print the IAM policy that a question needs')
    .description(
      'Prints the least-privilege IAM policy for texts or controls; without any, for everything that can be asked.',
    )
    .argument('[question...]', 'texts, or ids of controls')
    .addOption(verifyOption('with what `--verify` of `check` and `query` reads'))
    .option('--output <file>', 'write the policy to a file')
    .action(permissions);
}

async function permissions(
  questions: readonly string[],
  { output, verify }: { readonly output?: string; readonly verify?: Verify },
): Promise<void> {
  const groups =
    questions.length > 0
      ? await Promise.all(questions.map((question) => groupsOf(question, verify)))
      : [Object.keys(factGroups) as FactGroup[]];
  const actions = groups.flat().flatMap((group) => factGroups[group].actions);
  writeResult(renderPolicy(actions), output);
}

/** No id of a control has a bracket, and no text is without one. */
const groupsOf = (question: string, verify: Verify | undefined): Promise<readonly FactGroup[]> =>
  /[{(]/.test(question) ? groupsOfText(question, verify) : groupsOfControl(question, verify);

/** A finding about a user names the user's keys, and says whether there is a password, whatever the text asks. */
async function groupsOfControl(id: string, verify: Verify | undefined): Promise<readonly FactGroup[]> {
  const controls = await findControls([id]);
  const rules = controls.flatMap((control) => control.rules);
  const ofTexts = (await Promise.all(rules.map((rule) => groupsOfText(rule.query, verify, isOfRows(rule))))).flat();
  const namesKeys = controls.some(({ assetTypes }) => assetTypes.includes('IAMUser'));
  if (!namesKeys) return ofTexts;
  return [...ofTexts, 'ACCESS_KEYS', 'ACCESS_KEY_LAST_USED', ...(verify ? (['LOGIN_PROFILE'] as const) : [])];
}

async function groupsOfText(text: string, verify: Verify | undefined, rowsOnly = false): Promise<readonly FactGroup[]> {
  const asked = await explain({ text, rowsOnly }, verify);
  if (asked.length > 0) return asked.flatMap(({ facts }) => facts.map(({ group }) => group));
  throw new IamqlError(
    'InvalidInput',
    `${JSON.stringify(text)} cannot be read as a question; \`iamql query\` says why`,
  );
}
