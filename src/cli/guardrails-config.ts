import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { regionOfPartition } from '../aws/region.ts';
import type { Control, Parameters } from '../controls/control.ts';
import type { Exception } from '../controls/exception.ts';
import { groupsOfControl } from '../controls/needed-facts.ts';
import { findingsFields } from '../graphql/findings-fields.ts';
import { renderConfigRule } from '../guardrails/config-rule.ts';
import { type GuardedOrganization, wordsOfStackSet } from '../guardrails/coverage.ts';
import { renderStackSet } from '../guardrails/stack-set.ts';
import { IamqlError } from '../iam/error.ts';
import { fileError } from '../iam/file-error.ts';
import { packageRoot } from '../package-root.ts';
import { version } from '../package-version.ts';
import { selectControls } from './control-options.ts';
import { openExceptions } from './exceptions.ts';
import { type GuardedOptions, readGuarded, writeCoverage } from './guarded.ts';
import type { GuardrailOptions } from './guardrails.ts';
import { writeNote } from './output.ts';

export interface ConfigRuleOptions extends GuardrailOptions, GuardedOptions {
  readonly param?: readonly string[];
  readonly controls?: readonly string[];
  readonly maxAge: number;
  readonly exceptions: readonly string[];
}

/** The function, as the build has bundled it. */
const BUNDLE = join(packageRoot, 'dist', 'config-rule');

/** Writes a folder: the template, and the function that it makes. */
export async function writeConfigRule(id: string | undefined, options: ConfigRuleOptions): Promise<void> {
  const { output: folder } = options;
  const { asked } = await selectControls(id === undefined ? [] : [id], options);
  const [{ control, parameters }] = asked as [{ readonly control: Control; readonly parameters: Parameters }];
  rejectOfAStore(control);
  if (folder === undefined)
    throw new IamqlError('InvalidInput', 'the rule is a template and a function: name a folder for both with --output');
  const guarded = await readGuarded(options);
  const { id: rule, title, assetTypes } = control;
  const groups = await groupsOfControl(control);
  const template = renderConfigRule({
    ...{ id: rule, title, assetTypes, groups, parameters },
    ...{ maxAgeMs: options.maxAge, version: version() },
  });
  const stackSet = guarded?.organization && stackSetOf(control, guarded.organization);
  writeFolder(folder, { control, exceptions: await exceptionsFor(control, options), template, stackSet });
  const written = stackSet === undefined ? TEMPLATE : `${TEMPLATE}, ${ORGANIZATION}`;
  writeNote(`iamql: ${folder} has ${written} and what they deploy; --about says how`);
  if (guarded) writeCoverage(wordsOfStackSet(guarded));
}

/** Of whichever account: the function is the same in all of them. */
async function exceptionsFor({ id }: Control, options: ConfigRuleOptions): Promise<readonly Exception[]> {
  if (options.exceptions.length === 0) return [];
  const { exceptions } = await openExceptions(options, options.controls);
  return exceptions.filter(({ control }) => control === id);
}

const stackSetOf = ({ id }: Control, organization: GuardedOrganization): string =>
  renderStackSet(organization, {
    name: `iamql-${id}`,
    description: `A rule of AWS Config that judges ${id}.`,
    // IAM is global: a rule in one region says all.
    region: regionOfPartition(organization.partition, undefined),
    capabilities: ['CAPABILITY_IAM'],
  });

/** What only a store answers. */
const OF_A_STORE = new RegExp(`\\b(asOf|${findingsFields.join('|')})\\b`);

function rejectOfAStore({ id, rules }: Control): void {
  if (rules.some(({ query, informative }) => !informative && OF_A_STORE.test(query)))
    throw new IamqlError('InvalidInput', `${id} asks a store, and a rule of AWS Config reads the account as it is now`);
}

interface Written {
  readonly control: Control;
  readonly exceptions: readonly Exception[];
  readonly template: string;
  readonly stackSet: string | undefined;
}

const FUNCTION = 'function';
const TEMPLATE = 'template.yaml';
const ORGANIZATION = 'organization.yaml';

/** With what the function reads: it is a small package, and finds what is its own as the big one does. */
function writeFolder(folder: string, { control, exceptions, template, stackSet }: Written): void {
  if (!existsSync(BUNDLE)) throw new IamqlError('InvalidInput', `there is no ${BUNDLE}: run npm run build first`);
  const inside = join(folder, FUNCTION);
  const about = { name: PACKAGE, version: version(), license: 'Apache-2.0', type: 'module' };
  const isOurs = wroteBefore(folder);
  try {
    // What another version has left would be deployed too.
    if (isOurs) for (const old of [inside, join(folder, ORGANIZATION)]) rmSync(old, { recursive: true, force: true });
    mkdirSync(inside, { recursive: true });
    cpSync(BUNDLE, inside, { recursive: true });
    cpSync(join(packageRoot, 'schema'), join(inside, 'schema'), { recursive: true });
    for (const [name, value] of Object.entries({ control, exceptions, package: about }))
      writeFileSync(join(inside, `${name}.json`), `${JSON.stringify(value, null, 2)}\n`);
    writeFileSync(join(folder, TEMPLATE), template);
    if (stackSet !== undefined) writeFileSync(join(folder, ORGANIZATION), stackSet);
  } catch (cause) {
    throw fileError(`cannot write ${folder}`, cause);
  }
}

const PACKAGE = 'iamql-config-rule';

/** @throws IamqlError InvalidInput where somebody else's files are there: they would be lost, or deployed. */
function wroteBefore(folder: string): boolean {
  const about = join(folder, FUNCTION, 'package.json');
  if (existsSync(about) && readFileSync(about, 'utf8').includes(`"name": "${PACKAGE}"`)) return true;
  const other = [FUNCTION, TEMPLATE, ORGANIZATION].map((name) => join(folder, name)).find((file) => existsSync(file));
  if (other === undefined) return false;
  throw new IamqlError('InvalidInput', `${other} is there, and was not written here: name another folder`);
}
