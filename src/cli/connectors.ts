import type { Command } from 'commander';
import pLimit from 'p-limit';
import type { FactGroup } from '../iam/assets.generated.ts';
import { factGroups } from '../iam/catalogue.generated.ts';
import { addConnectorOptions, type ConnectorOptions, enrollAccounts } from './connector-options.ts';
import { exitCodes } from './exit-code.ts';
import { writeResult } from './output.ts';
import { startProgress } from './progress.ts';
import { formatOption } from './store-options.ts';

/** Where the accounts stand unless a command says otherwise. */
const USUAL_FILE = 'connectors.yaml';
/** Each makes eight calls at once at most. */
const ACCOUNTS_AT_ONCE = 16;

interface ConnectorsOptions extends ConnectorOptions {
  readonly format: 'text' | 'json';
  readonly output?: string;
}

export function addConnectorsCommand(program: Command): void {
  const connectors = program
    .command('connectors')
    .summary('the accounts that are read')
    .description('Shows the accounts of a file of connectors, and whether they can be read.');
  const list = connectors
    .command('list')
    .summary('list the accounts of a file')
    .description('Lists the accounts of a file of connectors, those of its organizations as AWS has them now.');
  const test = connectors
    .command('test')
    .summary('say whether accounts can be read, and what is missing')
    .description(
      'Says of each account whether it can be read, by calling every action that a scan calls once, and what to grant.',
    );
  for (const command of [list, test])
    addConnectorOptions(command, USUAL_FILE)
      .addOption(formatOption())
      .option('--output <file>', 'write the result to a file');
  list.action(listConnectors);
  test.action(testConnectors);
}

async function listConnectors({ format, output, ...options }: ConnectorsOptions): Promise<void> {
  const { enrollment } = await enrollAccounts(options);
  const { renderConnectors, renderConnectorsJson } = await import('../report/connectors.ts');
  if (enrollment.unlisted.length > 0) process.exitCode = exitCodes.error;
  writeResult(format === 'json' ? renderConnectorsJson(enrollment) : renderConnectors(enrollment), output);
}

async function testConnectors({ format, output, ...options }: ConnectorsOptions): Promise<void> {
  const { enrollment, access } = await enrollAccounts(options);
  const [{ testConnector }, { areReadable, renderTested, renderTestedJson }] = await Promise.all([
    import('../connectors/test-connector.ts'),
    import('../report/connectors.ts'),
  ]);
  const actions = scannedActions();
  const limit = pLimit(ACCOUNTS_AT_ONCE);
  let done = 0;
  const { connectors } = enrollment;
  const progress = startProgress(() => `tested ${done} of ${connectors.length} accounts`);
  const tested = await Promise.all(
    connectors.map((connector) =>
      limit(async () => {
        const one = await testConnector(connector, access, actions);
        done += 1;
        progress.changed();
        return one;
      }),
    ),
  ).finally(progress.end);
  process.exitCode = areReadable(tested, enrollment) ? exitCodes.pass : exitCodes.error;
  writeResult(format === 'json' ? renderTestedJson(tested, enrollment) : renderTested(tested, enrollment), output);
}

/** All that is called to read an account whole. AWS answers who somebody is to anyone. */
const scannedActions = (): readonly string[] => {
  const actions = (Object.keys(factGroups) as FactGroup[]).flatMap((group) => factGroups[group].actions);
  return [...new Set(actions)].sort();
};
