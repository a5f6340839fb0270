import { IamqlError } from '../../iam/error.ts';

const NEWLINE = 0x0a;

/** The lines of a file, one after the other, each as the JSON object that it must hold. */
export class SnapshotLines {
  /** The number of the line that it stands at; the first is 1. */
  line = 0;
  /** Where the next line begins, in bytes. */
  position = 0;
  private readonly bytes: Uint8Array;
  private readonly file: string;
  private readonly utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  private start = 0;
  private end = 0;

  constructor(bytes: Uint8Array, file: string) {
    this.bytes = bytes;
    this.file = file;
  }

  /** Goes to the next line. @returns false behind the last. */
  next(): boolean {
    this.line++;
    if (this.position >= this.bytes.length) return false;
    const newline = this.bytes.indexOf(NEWLINE, this.position);
    this.start = this.position;
    this.end = newline === -1 ? this.bytes.length : newline;
    this.position = this.end + 1;
    return true;
  }

  /** @throws IamqlError Corrupt where the line holds anything but an object. */
  object(): Record<string, unknown> {
    const value = this.json();
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    throw this.wrong('there is no JSON object');
  }

  wrong(problem: string, line = this.line): IamqlError {
    return new IamqlError('Corrupt', `snapshot ${this.file}, line ${line}: ${problem}`);
  }

  private json(): unknown {
    try {
      return JSON.parse(this.utf8.decode(this.bytes.subarray(this.start, this.end)));
    } catch {
      const isLast = this.position >= this.bytes.length;
      throw this.wrong(isLast ? 'the line is no JSON: it was cut or damaged' : 'the line is no JSON: it was damaged');
    }
  }
}
