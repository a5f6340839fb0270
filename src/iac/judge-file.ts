import { IamqlError } from '../iam/error.ts';
import { readTemplate } from './cloudformation.ts';
import type { ExceptedUsers } from './except-users.ts';
import { type JudgedUsers, judgeDeclared } from './judge-declared.ts';
import { isRecord } from './record.ts';
import { type GivenParameters, type TakenParameters, withParameters } from './template-parameters.ts';
import { parseTemplate, rejectTwins } from './template-text.ts';
import { readTerraformPlan } from './terraform-plan.ts';
import { withLines } from './with-lines.ts';

/** What came of one file. */
export interface JudgedFile extends JudgedUsers, Partial<ExceptedUsers> {
  readonly file: string;
  /** Undefined where it is neither. */
  readonly tool: Tool | undefined;
  /** What `reasons` are, as error kinds; Corrupt where the file itself cannot be trusted. */
  readonly code: 'NotCollected' | 'Corrupt';
  /** Undefined where it is no template. */
  readonly parameters?: TakenParameters | undefined;
}

type Tool = 'terraform' | 'cloudformation';

/**
 * Judges a plan or a template for a user with both a login profile and an active access key. A file that cannot be
 * understood is ERROR, because nothing in it was judged.
 *
 * @param given for templates: plans have values.
 * @throws IamqlError InvalidInput for a value that a template does not allow.
 */
export function judgeFile(file: string, bytes: Uint8Array, given: GivenParameters = new Map()): JudgedFile {
  let tool: Tool | undefined;
  try {
    const text = textOf(bytes);
    const value = parseText(text);
    tool = toolOf(value);
    if (tool === 'terraform') return { file, tool, code: 'NotCollected', ...judgeDeclared(readTerraformPlan(value)) };
    if (isJson(text)) rejectTwins(text);
    const { template, ...parameters } = withParameters(value, given);
    // A plan is written by a program, mostly in one line.
    const judged = withLines(judgeDeclared(readTemplate(template)), text);
    return { file, tool, code: 'NotCollected', parameters, ...judged };
  } catch (error) {
    const reasons = [{ message: wordsOf(error) }];
    const nothing = { findings: [], total: undefined, untouched: [] };
    return { file, tool, code: 'Corrupt', verdict: 'ERROR', reasons, ...nothing };
  }
}

/** @throws what is no fault of the file. */
function wordsOf(error: unknown): string {
  if (error instanceof IamqlError && error.kind === 'Corrupt') return error.message;
  // The stack is at its end: nobody writes such a file.
  if (error instanceof RangeError) return 'it is nested too deep to be read';
  throw error;
}

function textOf(bytes: Uint8Array): string {
  // What Terraform saves is a ZIP archive.
  if (bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 0x03)
    throw corrupt('it is a plan as Terraform saves it: give the output of `terraform show -json` on it');
  const text = decode(bytes);
  if (text.trim() === '') throw corrupt('it is empty');
  return text;
}

function parseText(text: string): Record<string, unknown> {
  const value = isJson(text) ? parseJson(text) : parseTemplate(text);
  if (!isRecord(value)) throw corrupt('it is neither a plan nor a template');
  return value;
}

const isJson = (text: string): boolean => /^\s*[[{"]/.test(text);

const corrupt = (message: string): IamqlError => new IamqlError('Corrupt', message);

/** PowerShell writes the output of a command as UTF-16. */
function decode(bytes: Uint8Array): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw corrupt(`it is not ${encoding.toUpperCase()}`);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (/^\s*\{"@level"/.test(text))
      throw corrupt(
        'it is what `terraform plan -json` prints: save the plan with -out and give `terraform show -json` of it',
      );
    // What stands where it breaks may be a secret.
    const at = /at position \d+/.exec((cause as Error).message)?.[0] ?? 'at its end';
    throw corrupt(`it is cut, or no JSON: ${at}`);
  }
}

function toolOf(value: Record<string, unknown>): Tool {
  const isTemplate = 'Resources' in value || 'AWSTemplateFormatVersion' in value;
  const isPlan = ['format_version', 'planned_values', 'resource_changes'].some((key) => key in value);
  if (isPlan && !isTemplate) return 'terraform';
  if (isTemplate && !isPlan) return 'cloudformation';
  if ('encrypted_data' in value)
    throw corrupt('it is encrypted by OpenTofu: give the output of `tofu show -json` on the plan, which decrypts it');
  if ('serial' in value && 'lineage' in value)
    throw corrupt('it is a state file and no plan: give the output of `terraform show -json plan.out`');
  throw corrupt('it is neither what `terraform show -json` writes of a plan, nor a CloudFormation template');
}
