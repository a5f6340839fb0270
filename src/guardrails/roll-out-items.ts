import { digestOf } from '../iam/digest.ts';
import type { EarlierRollOut } from './earlier-roll-out.ts';
import type { JudgedAccount } from './judged-accounts.ts';
import type { Words } from './words.ts';

export interface Group {
  readonly title: Words;
  readonly items: readonly Item[];
}

export interface Item {
  /** `step-` and a hash; `found-` or `open-`, the account and a hash: the same in the next roll-out for the same thing. */
  readonly mark: string;
  readonly words: Words;
  readonly owner: string | undefined;
  readonly isDone: boolean;
}

/** Marks of items, and which of them were ticked. */
export class Marks {
  private readonly control: string;
  private readonly earlier: EarlierRollOut | undefined;

  constructor(control: string, earlier: EarlierRollOut | undefined) {
    this.control = control;
    this.earlier = earlier;
  }

  /** A tick of it stays: nothing that is read could tell whether it was done. */
  step(of: unknown): Pick<Item, 'mark' | 'isDone'> {
    const mark = `step-${this.hash(of)}`;
    return { mark, isDone: this.earlier?.isTicked(mark) ?? false };
  }

  /** It is open as long as it is there, whoever ticked it. */
  seen(kind: 'found' | 'open', { id = '' }: JudgedAccount, of: unknown): Pick<Item, 'mark' | 'isDone'> {
    return { mark: `${kind}-${/^\d{12}$/.test(id) ? id : 'unknown'}-${this.hash([id, of])}`, isDone: false };
  }

  private hash(of: unknown): string {
    return digestOf([this.control, of]).slice(0, 12);
  }
}
