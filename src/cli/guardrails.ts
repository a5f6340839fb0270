import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type GuardrailName, guardrails } from '../guardrails/guardrail.ts';
import { IamqlError } from '../iam/error.ts';
import { packageRoot } from '../package-root.ts';
import { addControlsFolders, paramOption } from './control-options.ts';
import type { ConfigRuleOptions } from './guardrails-config.ts';
import { writeResult } from './output.ts';
import { durationOption } from './source-options.ts';

export interface GuardrailOptions {
  readonly about?: boolean;
  readonly output?: string;
}

interface ScpOptions extends GuardrailOptions {
  readonly role?: readonly string[];
  readonly tag?: string;
}

/** AWS makes a new report every four hours: one that is older than a day is no answer for today. */
const DEFAULT_MAX_AGE = '24h';

/** Those that are the same for everybody. */
const files = {
  eventbridge: 'eventbridge.yaml',
  guard: 'access-keys.guard',
  terraform: 'users.tf',
} as const satisfies Partial<Record<GuardrailName, string>>;

export function addGuardrailsCommand(program: Command): void {
  const parent = program
    .command('guardrails')
    .summary('print what stops a finding from coming back')
    .description('Prints policies, rules and templates against a user with both a login profile and an access key.');
  addGuardrail(parent, 'scp')
    .option('--role <name...>', 'the roles that may make access keys, with their paths')
    .option('--tag <key=value>', 'make access keys for users with this tag, too')
    .action((options: ScpOptions) => print('scp', options, () => policyOf(options)));
  addControlsFolders(addGuardrail(parent, 'config').argument('[control]', 'the id of a control'))
    .addOption(paramOption())
    .addOption(durationOption('--max-age <time>', 'judge by no facts older than this', DEFAULT_MAX_AGE))
    .action((id: string | undefined, options: ConfigRuleOptions) => configRule(id, options));
  for (const [name, file] of Object.entries(files)) {
    addGuardrail(parent, name as keyof typeof files).action((options: GuardrailOptions) =>
      print(name as keyof typeof files, options, () => readFile(join(packageRoot, 'guardrails', file), 'utf8')),
    );
  }
}

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
): Promise<void> {
  const text = about ? (await import('../report/guardrails.ts')).renderGuardrail(find(name)) : await render();
  writeResult(text, output);
}

async function configRule(id: string | undefined, options: ConfigRuleOptions): Promise<void> {
  if (options.about) return print('config', options, async () => '');
  return (await import('./guardrails-config.ts')).writeConfigRule(id, options);
}

async function policyOf({ role, tag }: ScpOptions): Promise<string> {
  if (role === undefined)
    throw new IamqlError('InvalidInput', 'name the roles that may make access keys with --role; nobody else can');
  const { renderServiceControlPolicy } = await import('../guardrails/service-control-policy.ts');
  return renderServiceControlPolicy({ roles: role, tag });
}
