import type { Question } from '../graphql/ask.ts';
import { prepareDocument } from '../graphql/document.ts';
import { explain } from '../graphql/explain.ts';
import { loadSchema } from '../graphql/schema.ts';
import type { FactGroup } from '../iam/assets.generated.ts';
import { IamqlError } from '../iam/error.ts';
import { basesOf } from '../inventory/bases.ts';
import type { Verify } from '../inventory/verification.ts';
import type { Control } from './control.ts';
import { parametersOf, textsOf } from './parameters.ts';
import { isOfRowsOnly } from './run-control.ts';

/**
 * What is read to judge a control, with what its assets are counted by. A finding about a user names the user's keys, and
 * says whether there is a password.
 *
 * @throws IamqlError InvalidInput for a text that is no question.
 */
export async function groupsOfControl(control: Control, verify?: Verify): Promise<readonly FactGroup[]> {
  const ofTexts = textsOf(control).map(([, text]) => {
    const rule = control.rules.find(({ query }) => query === text);
    return groupsOfText({ text, variables: parametersOf(control), rowsOnly: !rule || isOfRowsOnly(rule) }, verify);
  });
  const { assetTypes } = control;
  const ofTypes = assetTypes.flatMap((type) => basesOf(type, true).needed);
  const ofUsers: readonly FactGroup[] = [
    'ACCESS_KEYS',
    'ACCESS_KEY_LAST_USED',
    ...(verify ? (['LOGIN_PROFILE'] as const) : []),
  ];
  return [...(await Promise.all(ofTexts)).flat(), ...ofTypes, ...(assetTypes.includes('IAMUser') ? ofUsers : [])];
}

/** What is read to answer a text. @throws IamqlError InvalidInput */
export async function groupsOfText(question: Question, verify?: Verify): Promise<readonly FactGroup[]> {
  const asked = await explain(question, verify);
  if (asked.length > 0) return asked.flatMap(({ facts }) => facts.map(({ group }) => group));
  const [error] = prepareDocument(loadSchema(), question.text).errors ?? [];
  const why = error?.message ?? 'it cannot be read as a question; `iamql query` says why';
  throw new IamqlError('InvalidInput', `${JSON.stringify(question.text)}: ${why}`);
}
