import { IamqlError } from './error.ts';
import { type Instant, parseInstant } from './instant.ts';

/** What a credential report file holds: the CSV, and when AWS generated it where the file says so. */
export interface ReportFile {
  readonly csv: string;
  readonly generatedAt: Instant | undefined;
}

/**
 * Reads either form in which a report is kept: AWS's CSV, or the JSON that `aws iam get-credential-report` prints, with
 * the CSV in base64 and the time.
 *
 * @throws IamqlError Corrupt, for what is neither.
 */
export function parseReportFile(bytes: Uint8Array): ReportFile {
  const text = decodeText(bytes);
  if (!text.trimStart().startsWith('{')) return { csv: text, generatedAt: undefined };
  const answer = parseJsonObject(text);
  const content = answer['Content'];
  const time = answer['GeneratedTime'];
  const generatedAt = typeof time === 'string' ? parseInstant(time) : undefined;
  if (typeof content !== 'string' || !/^[A-Za-z0-9+/\s]+=*\s*$/.test(content)) {
    throw new IamqlError(
      'Corrupt',
      'the JSON is not an answer of iam:GetCredentialReport: it has no Content in base64',
    );
  }
  if (time !== undefined && generatedAt === undefined) {
    throw new IamqlError('Corrupt', `GeneratedTime ${JSON.stringify(time)} is not an RFC 3339 time`);
  }
  return { csv: decodeText(Buffer.from(content, 'base64')), generatedAt };
}

function decodeText(bytes: Uint8Array): string {
  try {
    // What Windows PowerShell redirects to a file is UTF-16, with a mark that no UTF-8 begins with.
    const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // Falls through to the one error for what is not text.
  }
  throw new IamqlError('Corrupt', 'the credential report is not UTF-8 text');
}

/** JSON that begins with a brace is an object, or is no JSON. */
function parseJsonObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new IamqlError('Corrupt', 'the file begins like JSON and is not: it may be cut', { cause });
  }
}
