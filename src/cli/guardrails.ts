import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { wordsOfPolicy } from '../guardrails/coverage.ts';
import { type GuardrailName, guardrails } from '../guardrails/guardrail.ts';
import { IamqlError } from '../iam/error.ts';
import { packageRoot } from '../package-root.ts';
import { addControlOptions, addControlsFolders, paramOption } from './control-options.ts';
import { exceptionsOption } from './exceptions.ts';
import { addGuardedOptions, type GuardedOptions, readGuarded, writeCoverage } from './guarded.ts';
import type { BaselineOptions } from './guardrails-baseline.ts';
import type { ConfigRuleOptions } from './guardrails-config.ts';
import { addGuardrailsPlan } from './guardrails-plan.ts';
import { writeResult } from './output.ts';
import { durationOption } from './source-options.ts';

export interface GuardrailOptions {
  readonly about?: boolean;
  readonly output?: string;
}

interface ScpOptions extends GuardrailOptions, GuardedOptions {
  readonly role?: readonly string[];
  readonly tag?: string;
}

/** AWS makes a new report every four hours: one that is older than a day is no answer for today. */
const DEFAULT_MAX_AGE = '24h';

/** Those that are the same for everybody. */
const files = {
  guard: 'access-keys.guard',
  terraform: 'users.tf',
} as const satisfies Partial<Record<GuardrailName, string>>;

export function addGuardrailsCommand(program: Command): void {
  const parent = program
    .command('guardrails')
    .summary('print what stops a finding from coming back')
    .description('Prints policies, rules and templates against a user with both a login profile and an access key.');
  addGuardedOptions(addGuardrail(parent, 'scp').argument('[control]', CONTROL))
    .option('--role <name...>', 'the roles that may make access keys, with their paths')
    .option('--tag <key=value>', 'make access keys for users with this tag, too')
    .action((id: string | undefined, options: ScpOptions) => print('scp', options, () => policyOf(options), id));
  addControlsFolders(addGuardedOptions(addGuardrail(parent, 'config').argument('[control]', CONTROL)))
    .addOption(paramOption())
    .addOption(exceptionsOption())
    .addOption(durationOption('--max-age <time>', 'judge by no facts older than this', DEFAULT_MAX_AGE))
    .action((id: string | undefined, options: ConfigRuleOptions) => configRule(id, options));
  addGuardedOptions(addGuardrail(parent, 'eventbridge').argument('[control]', CONTROL)).action(
    (id: string | undefined, options: GuardrailOptions & GuardedOptions) =>
      print('eventbridge', options, () => eventBridge(options), id),
  );
  for (const [name, file] of Object.entries(files) as [keyof typeof files, string][]) {
    addGuardrail(parent, name)
      .argument('[control]', CONTROL)
      .action((id: string | undefined, options: GuardrailOptions) => print(name, options, () => readBundled(file), id));
  }
  addControlOptions(
    addGuardrail(parent, 'baseline')
      .argument('[control...]', 'the controls about the password policy that it is to pass (default: all of them)')
      .addOption(new Option('--format <format>', 'what it is written for').choices(['terraform', 'cloudformation'])),
    'all about the password policy',
  ).action((ids: readonly string[], options: BaselineOptions) =>
    print('baseline', options, async () => (await import('./guardrails-baseline.ts')).baseline(ids, options)),
  );
  addGuardrailsPlan(parent);
}

const CONTROL = 'the id of the control that it is for (default: the founding one)';

/** A file of the package that is printed as it is. */
const readBundled = (file: string): Promise<string> => readFile(join(packageRoot, 'guardrails', file), 'utf8');

const addGuardrail = (parent: Command, name: GuardrailName): Command =>
  parent
    .command(name)
    .description(`${find(name).title}.`)
    .option('--about', 'print what it does and does not, and how to roll it out and back')
    .option('--output <file>', 'write it to a file');

function find(name: GuardrailName) {
  const found = guardrails.find((one) => one.name === name);
  if (!found) throw new Error(`there is no guardrail ${name}`);
  return found;
}

async function print(
  name: GuardrailName,
  { about, output }: GuardrailOptions,
  render: () => Promise<string>,
  control?: string,
): Promise<void> {
  if (control !== undefined) await rejectUnserved(name, control);
  const text = about ? (await import('../report/guardrails.ts')).renderGuardrail(find(name)) : await render();
  writeResult(text, output);
}

/** @throws IamqlError InvalidInput for a control that it does nothing about, with those that it does something about. */
async function rejectUnserved(name: GuardrailName, asked: string): Promise<void> {
  const { findControls } = await import('../controls/load-controls.ts');
  const [control] = await findControls([asked]);
  const { controls } = find(name);
  if (!controls || controls.includes(control?.id ?? '')) return;
  throw new IamqlError(
    'InvalidInput',
    `${name} does nothing about ${control?.id}: it is for ${controls.join(', ')}; \`iamql guardrails config\` is for any control`,
  );
}

async function configRule(id: string | undefined, options: ConfigRuleOptions): Promise<void> {
  if (options.about) return print('config', options, async () => '');
  return (await import('./guardrails-config.ts')).writeConfigRule(id, options);
}

async function eventBridge(options: GuardedOptions): Promise<string> {
  const module = await import('./guardrails-eventbridge.ts');
  return module.eventBridge(await readBundled('eventbridge.yaml'), options);
}

async function policyOf({ role, tag, ...options }: ScpOptions): Promise<string> {
  if (role === undefined)
    throw new IamqlError('InvalidInput', 'name the roles that may make access keys with --role; nobody else can');
  await rejectControls(role);
  const guarded = await readGuarded(options);
  if (guarded && !guarded.organization)
    throw new IamqlError('InvalidInput', `${options.connectors} has no organization, and the policy is of one`);
  const { renderServiceControlPolicy } = await import('../guardrails/service-control-policy.ts');
  const policy = renderServiceControlPolicy({ roles: role, tag, partition: guarded?.organization?.partition });
  if (guarded) writeCoverage(wordsOfPolicy(guarded));
  return policy;
}

/** `--role` takes all that follows it: a control behind it would become a role that may make keys. */
async function rejectControls(roles: readonly string[]): Promise<void> {
  const { loadControls } = await import('../controls/load-controls.ts');
  const ids = new Set((await loadControls()).flatMap(({ id, aliases }) => [id, ...aliases]));
  const control = roles.find((role) => ids.has(role));
  if (control !== undefined)
    throw new IamqlError('InvalidInput', `--role ${control} is a control: name the control before --role`);
}
