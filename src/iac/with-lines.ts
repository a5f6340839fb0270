import type { JudgedUsers, TiedPart } from './judge-declared.ts';
import { TemplateLines } from './template-lines.ts';

/** CloudFormation takes 1 MB. */
const MOST_CHARACTERS = 2_000_000;

/** The same, with where in a template it stands. */
export function withLines(judged: JudgedUsers, text: string): JudgedUsers {
  const { findings, reasons } = judged;
  // A template that passes is not read a second time, nor what no deployment takes.
  if (findings.length + reasons.length === 0 || text.length > MOST_CHARACTERS) return judged;
  const lines = new TemplateLines(text);
  const lineAt = (address: string | undefined): number | undefined =>
    address === undefined ? undefined : lines.lineOf(address);
  const ofPart = (part: TiedPart): TiedPart => ({ ...part, line: lineAt(part.address) });
  return {
    ...judged,
    findings: findings.map((finding) => ({
      ...finding,
      line: lineAt(finding.address),
      loginProfiles: finding.loginProfiles.map(ofPart),
      accessKeys: finding.accessKeys.map(ofPart),
    })),
    reasons: reasons.map((reason) => ({ ...reason, line: lineAt(reason.address) })),
  };
}
