import { IamqlError } from '../iam/error.ts';
import type { JudgedAccount } from './judged-accounts.ts';

/** What begins a roll-out: the version of its format, and the control. */
export const headOf = (control: string): string => `<!-- iamql-roll-out/1 ${control} -->`;
const HEAD = /^\uFEFF?<!-- iamql-roll-out\/1 ([a-z0-9-]+) -->$/;

/** What ends an item; people may write behind it. */
export const markOf = (mark: string): string => `<!-- iamql:${mark} -->`;
const ITEM = /^- \[([ xX])\] .*<!-- iamql:((?:step|(?:found|open)-(\d{12}|unknown))-[0-9a-f]{12}) -->.*$/;

interface EarlierItem {
  readonly line: string;
  readonly mark: string;
  readonly account: string | undefined;
  readonly isTicked: boolean;
}

/** A roll-out as it was written before, and ticked by people since. */
export class EarlierRollOut {
  private readonly items: readonly EarlierItem[];

  /**
   * @param file named in errors.
   * @throws IamqlError InvalidInput for any other file, which must not be written over, and for one of another control.
   */
  constructor(markdown: string, control: string, file: string) {
    const [first = '', ...lines] = markdown.split(/\r?\n/);
    const [, of] = HEAD.exec(first) ?? [];
    if (of === undefined)
      throw new IamqlError(
        'InvalidInput',
        `${file}: it is no roll-out that \`iamql guardrails plan\` wrote: it does not begin with ${headOf('CONTROL')}`,
      );
    if (of !== control)
      throw new IamqlError('InvalidInput', `${file}: it is the roll-out of ${of}, and not of ${control}`);
    this.items = lines.flatMap((line) => {
      const [, tick, mark = '', account] = ITEM.exec(line.trimEnd()) ?? [];
      return tick === undefined ? [] : [{ line: line.trimEnd(), mark, account, isTicked: tick !== ' ' }];
    });
  }

  isTicked(mark: string): boolean {
    return this.items.some((item) => item.mark === mark && item.isTicked);
  }

  /** Lines of what was found in accounts that were not judged in full since: that it is gone is not known. */
  notJudgedSince(accounts: readonly JudgedAccount[], found: ReadonlySet<string>): readonly string[] {
    const inFull = accounts.filter(
      ({ verdict, reasons }) => verdict !== undefined && verdict !== 'ERROR' && reasons.length === 0,
    );
    const judged = new Set(inFull.map(({ id }) => id));
    return this.found(found)
      .filter(({ account }) => !judged.has(account))
      .map(({ line }) => line);
  }

  /** How many of what was found before are ticked and still there, and how many are gone. */
  compare(open: ReadonlySet<string>, carried: number): { readonly stillThere: number; readonly gone: number } {
    const ticked = this.items.filter(({ account, isTicked }) => account !== undefined && isTicked);
    return {
      stillThere: ticked.filter(({ mark }) => open.has(mark)).length,
      gone: this.found(open).length - carried,
    };
  }

  private found(now: ReadonlySet<string>): readonly EarlierItem[] {
    return this.items.filter(({ mark }) => mark.startsWith('found-') && !now.has(mark));
  }
}
