import { readFile } from 'node:fs/promises';
import { text as readStream } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { ExecutionResult, GraphQLError } from 'graphql';
import { type Expectation, parseExpectation, renderExpectation } from '../controls/expectation.ts';
import { type Judgement, judge } from '../controls/judge.ts';
import { ask, type Question } from '../graphql/ask.ts';
import { type ExplainedQuestion, explainText } from '../graphql/explain.ts';
import { IamqlError } from '../iam/error.ts';
import { fileError } from '../iam/file-error.ts';
import type { Inventory, Source } from '../inventory/inventory.ts';
import { printableLines } from '../report/printable.ts';
import { exitCodeOfError, exitCodeOfVerdicts, exitCodes } from './exit-code.ts';
import { addLimitOptions, type LimitOptions, limitsOf } from './limit-options.ts';
import { writeCalls, writeNote, writeResult } from './output.ts';
import { addSourceOptions, type SourceOptions, verifyOption, withSource } from './source-options.ts';

interface QueryOptions extends SourceOptions, LimitOptions {
  readonly file?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operation?: string;
  readonly expect?: Expectation;
  readonly returnPath: string;
  readonly output?: string;
  readonly explain?: boolean;
  readonly why?: string;
}

export function addQueryCommand(program: Command): void {
  const command = program
    .command('query')
    .summary('run any stored text and print JSON')
    .description(
      'Runs a stored text as it is published (a bare field, a selection set or operations) and prints the GraphQL result.',
    )
    .argument('[text]', 'the text; left out, it is read from --file or stdin')
    .option('--file <file>', 'read the text from a file')
    .option('--variables <json>', 'the variables of the operation, as a JSON object', parseVariables)
    .option('--operation <name>', 'which operation of the text to run')
    .option('--expect <expectation>', 'judge the answer: "eq []", "neq []", "eq true", ...', parseExpectation)
    .option('--return-path <path>', 'what is judged of each selected row: a dotted path', '')
    .option('--output <file>', 'write the result to a file')
    .addOption(verifyOption())
    .option('--explain', 'print how the text is understood, what it needs, and every call to AWS, on stderr')
    .option('--why <identifier>', 'print why this asset is selected or is not, on stderr');
  addLimitOptions(addSourceOptions(command)).action(query);
}

async function query(argument: string | undefined, options: QueryOptions): Promise<void> {
  const { operation: operationName, variables, expect, returnPath } = options;
  const text = await readText(argument, options.file);
  const question: Question = { text, operationName, variables, limits: limitsOf(options) };
  if (!expect && returnPath) throw new IamqlError('InvalidInput', '--return-path needs --expect');
  await withSource(options, (source) => answerQuestion(question, options, source));
}

async function answerQuestion(question: Question, options: QueryOptions, source: Source): Promise<void> {
  const { expect, returnPath } = options;
  const inventory = source.inventory();
  const explained =
    options.explain || options.why !== undefined ? await explainText(question, options.verify) : undefined;
  if (options.explain && explained) await writeExplanation(explained, inventory);
  const judgement = expect ? await judge(inventory, question, expect, returnPath) : undefined;
  const answer = judgement ?? (await ask(inventory, question));
  const { result } = answer;
  // First, because a reader that closes the pipe early ends the process with it.
  process.exitCode = exitCodeOf(result, judgement);
  writeResult(renderResult(result, judgement, expect), options.output);
  if (options.why !== undefined && result.data !== undefined)
    await writeWhy(inventory, explained?.questions ?? [], options.why);
  if (options.explain) await writeCalls(source);
  for (const one of answer.selections.flatMap(({ found }) => found.withdrawn))
    writeNote(`iamql: ${one.identifier} is no longer selected: ${one.reasons.join('; ')}`);
  for (const error of judgement?.errors ?? result.errors ?? []) writeNote(`iamql: ${describeError(error)}`);
}

async function writeExplanation(
  { questions, findings }: Awaited<ReturnType<typeof explainText>>,
  inventory: Inventory,
) {
  if (questions.length + findings.length === 0) return;
  const [{ withCosts }, { withFindingsCosts }, { renderExplanation, renderFindingsExplanation }] = await Promise.all([
    import('../graphql/source-cost.ts'),
    import('../graphql/explain-findings.ts'),
    import('../report/explanation.ts'),
  ]);
  const told = [
    renderExplanation(await withCosts(questions, inventory)),
    renderFindingsExplanation(await withFindingsCosts(findings, inventory)),
  ];
  writeNote(told.filter(Boolean).join('\n'));
}

async function writeWhy(inventory: Inventory, explained: readonly ExplainedQuestion[], identifier: string) {
  const [{ whys }, { renderWhy }] = await Promise.all([
    import('../graphql/why.ts'),
    import('../report/explanation.ts'),
  ]);
  for (const why of await whys(inventory, explained, identifier)) writeNote(renderWhy(why));
}

async function readText(argument: string | undefined, file: string | undefined): Promise<string> {
  if (argument !== undefined && file !== undefined)
    throw new IamqlError('InvalidInput', 'the text is given twice: as an argument and with --file');
  if (argument !== undefined) return argument;
  if (file === undefined && process.stdin.isTTY)
    throw new IamqlError('InvalidInput', 'no text: give it as an argument, with --file or on stdin');
  if (file === undefined) return readStream(process.stdin);
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw fileError(`cannot open ${file}`, cause);
  }
}

function renderResult(
  result: ExecutionResult,
  judgement: Judgement | undefined,
  expect: Expectation | undefined,
): string {
  const { data, errors, extensions } = result;
  const verdict = judgement && expect ? verdictOf(judgement, expect) : undefined;
  const value = {
    ...(errors ? { errors } : {}),
    ...(data === undefined ? {} : { data }),
    extensions: { ...extensions, ...(verdict ? { verdict } : {}) },
  };
  return printableLines(`${JSON.stringify(value, null, 2)}\n`);
}

function verdictOf({ verdict, findings, total, types }: Judgement, expect: Expectation): Record<string, unknown> {
  return { verdict, expect: renderExpectation(expect), found: findings.length, total: total ?? null, types };
}

function exitCodeOf(result: ExecutionResult, judgement: Judgement | undefined): number {
  if (result.data === undefined) return exitCodes.couldNotRun;
  // What one account among several lacks leaves the answer of the others.
  const codes = (result.errors ?? []).map(({ extensions }) =>
    extensions['account'] === undefined ? exitCodeOfError(String(extensions['code'])) : exitCodes.error,
  );
  const fatal = codes.find((code) => code !== exitCodes.error);
  if (fatal !== undefined) return fatal;
  if (judgement) return exitCodeOfVerdicts([judgement.verdict]);
  return codes.length > 0 ? exitCodes.error : exitCodes.pass;
}

/** The message, and where in the text it points. */
function describeError(error: GraphQLError): string {
  const place = error.path ? undefined : error.locations?.[0];
  return place ? `${place.line}:${place.column}: ${error.message}` : error.message;
}

function parseVariables(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Falls through to the one error for what is not a JSON object.
  }
  throw new IamqlError('InvalidInput', `--variables ${JSON.stringify(json)} is not a JSON object`);
}
