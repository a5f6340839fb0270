import type { IacFinding, TiedPart } from '../iac/judge-declared.ts';
import { instantOf, renderInstant } from '../iam/instant.ts';
import type { IacRun } from './iac.ts';
import { exceptionValue } from './json.ts';
import { printableLines } from './printable.ts';

/** Plans and templates as one JSON object, for programs (docs/iac.md). Ends with a line break. */
export function renderIacJson({ control: { id, title, severity }, files, judgedAt }: IacRun): string {
  const value = {
    format: 'iamql-iac/1',
    judgedAt: renderInstant(instantOf(judgedAt)),
    control: { id, title, severity },
    files: files.map(({ file, tool, verdict, total, findings, reasons, code, untouched, excepted = [] }) => ({
      ...{ file, tool: tool ?? null, verdict, found: findings.length, total: total ?? null },
      findings: findings.map(findingValue),
      excepted: excepted.map(({ exception, ...finding }) => ({
        ...findingValue(finding),
        exception: exceptionValue(exception),
      })),
      errors: reasons.map(({ message, line }) => ({ code, message, line: line ?? null })),
      untouched,
    })),
  };
  return printableLines(`${JSON.stringify(value, null, 2)}\n`);
}

const findingValue = ({ address, name, line, loginProfiles, accessKeys }: IacFinding): object => ({
  ...{ type: 'IAMUser', address: address ?? null, name: name ?? null, line: line ?? null },
  loginProfiles: loginProfiles.map(partValue),
  accessKeys: accessKeys.map(partValue),
});

const partValue = ({ line, ...part }: TiedPart): object => ({ ...part, line: line ?? null });
