import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { type GuardrailName, guardrails } from '../guardrails/guardrail.ts';
import { IamqlError } from '../iam/error.ts';
import { packageRoot } from '../package-root.ts';
import { addControlOptions } from './control-options.ts';
import type { BaselineOptions } from './guardrails-baseline.ts';
import { addGuardrailsPlan } from './guardrails-plan.ts';
import { writeResult } from './output.ts';

export interface GuardrailOptions {
  readonly about?: boolean;
  readonly output?: string;
}

interface ScpOptions extends GuardrailOptions {
  readonly role?: readonly string[];
  readonly tag?: string;
}

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
  for (const [name, file] of Object.entries(files)) {
    addGuardrail(parent, name as keyof typeof files).action((options: GuardrailOptions) =>
      print(name as keyof typeof files, options, () => readFile(join(packageRoot, 'guardrails', file), 'utf8')),
    );
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

async function policyOf({ role, tag }: ScpOptions): Promise<string> {
  if (role === undefined)
    throw new IamqlError('InvalidInput', 'name the roles that may make access keys with --role; nobody else can');
  const { renderServiceControlPolicy } = await import('../guardrails/service-control-policy.ts');
  return renderServiceControlPolicy({ roles: role, tag });
}
