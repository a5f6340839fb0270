import type { GraphQLError } from 'graphql';
import { prepareDocument } from '../../graphql/document.ts';
import { usualLimits } from '../../graphql/limits.ts';
import { readRequest, type WrittenQuestion } from '../../graphql/request.ts';
import { loadSchema } from '../../graphql/schema.ts';
import { type AssetTypeName, catalogue } from '../../iam/catalogue.generated.ts';
import { IamqlError } from '../../iam/error.ts';
import type { YamlPath, YamlSource } from '../../yaml/yaml-source.ts';
import type { Control } from '../control.ts';
import { parametersOf, textsOf } from '../parameters.ts';
import { fieldsAtPath } from '../return-path.ts';

/** A text of a control, and what it asks: nothing where it is wrong. */
export interface CheckedText {
  readonly path: YamlPath;
  readonly text: string;
  readonly questions: readonly WrittenQuestion[];
}

/** Checks every text of a control against the schema: what is wrong is noted where it stands in the file. */
export async function checkTexts(source: YamlSource, control: Control): Promise<readonly CheckedText[]> {
  const checked: CheckedText[] = [];
  for (const [path, text] of textsOf(control)) {
    const questions = await checkText(source, control, path, text);
    checked.push({ path, text, questions });
  }
  return checked;
}

async function checkText(source: YamlSource, control: Control, path: YamlPath, text: string) {
  const schema = loadSchema();
  const complain = ({ message, positions }: GraphQLError): void => source.wrong(path, message, positions?.[0]);
  const { document, errors = [] } = prepareDocument(schema, text);
  for (const error of errors) complain(error);
  if (!document) return [];
  const request = { document, operationName: undefined, variables: parametersOf(control) };
  const { questions, errors: wrong } = await readRequest(schema, request, usualLimits);
  for (const error of wrong) complain(error);
  const rule = path[0] === 'rules' ? control.rules[path[1] as number] : undefined;
  const returnPath = rule?.returnPath ?? '';
  const paths =
    returnPath === '' ? new Map() : pathsOf(source, [...path.slice(0, -1), 'returnPath'], document, returnPath);
  for (const question of questions) {
    const key = (question.node.alias ?? question.node.name).value;
    // What an informative rule finds may be of other types: it has no number of assets, then.
    if (!rule?.informative) checkTypes(source, control, path, { question, follows: paths.get(key) ?? [] });
  }
  if (!rule) checkKinds(source, path, questions);
  return questions;
}

function pathsOf(source: YamlSource, path: YamlPath, document: Parameters<typeof fieldsAtPath>[0], returnPath: string) {
  try {
    return fieldsAtPath(document, undefined, returnPath);
  } catch (error) {
    if (!(error instanceof IamqlError)) throw error;
    source.wrong(path, error.message);
    return new Map<string, readonly string[]>();
  }
}

/** What is found is among what the control covers, or its numbers would be out of something else. */
function checkTypes(
  source: YamlSource,
  { assetTypes }: Control,
  path: YamlPath,
  { question, follows }: { readonly question: WrittenQuestion; readonly follows: readonly string[] },
): void {
  const types = question.named ? question.named.field.types : [question.type];
  for (const type of types) {
    const found = follow(type, follows);
    if (found === undefined || assetTypes.includes(found)) continue;
    const advice = `assetTypes has ${assetTypes.join(', ')}: add it, or follow a returnPath to one of these`;
    source.wrong(path, `it finds assets of the type ${found}, and ${advice}`, question.node.loc?.start);
  }
}

/** Where the path ends; undefined for a value. */
function follow(type: AssetTypeName, [head, ...rest]: readonly string[]): AssetTypeName | undefined {
  if (head === undefined) return type;
  const field = catalogue[type].fields[head];
  return field?.relation ? follow(field.type as AssetTypeName, rest) : undefined;
}

function checkKinds(source: YamlSource, path: YamlPath, questions: readonly WrittenQuestion[]): void {
  for (const { kind, node } of questions) {
    if (kind === 'list') continue;
    source.wrong(path, `applicable selects assets, and ${node.name.value} gives none`, node.loc?.start);
  }
}

/** The names of rules and tests tell them apart. */
export function checkNames(source: YamlSource, { rules, tests }: Control): void {
  for (const [key, items] of Object.entries({ rules, tests })) {
    const names = new Set<string>();
    for (const [index, { name }] of items.entries()) {
      if (names.has(name)) source.wrong([key, index, 'name'], `another of the ${key} is called ${name} as well`);
      names.add(name);
    }
  }
}
