import type { Asset } from '../iam/assets.ts';
import { standsFor, UNREAD } from '../iam/unread.ts';
import { additionalKeysOf, type Compiled, compile, type Predicate, type ReadField } from './evaluate.ts';
import type { Expression } from './expression.ts';

/** Called for each fact that could decide: a field of a record, or a relation of it that was not read. */
type Want = (record: Asset, field: string) => void;

type Answer = keyof Predicate;
type Needs = (asset: Asset, want: Want) => void;

/**
 * Which unread facts leave it open whether an asset is selected. What other facts decide already is not asked for: an AND
 * with a part that is false needs nothing more, and neither does an OR with a part that is true.
 */
export function compileNeeds(expression: Expression, read: ReadField): Needs {
  const { needs } = new NeedsCompiler(read).compile(expression);
  return needs.isTrue;
}

interface Node {
  readonly compiled: Compiled;
  /** To be called only while that answer is open. */
  readonly needs: Readonly<Record<Answer, Needs>>;
}

class NeedsCompiler {
  private readonly read: ReadField;

  constructor(read: ReadField) {
    this.read = read;
  }

  compile(expression: Expression): Node {
    const compiled = compile(expression, this.read);
    switch (expression.kind) {
      case 'always':
      case 'constant':
        return { compiled, needs: { isTrue: () => {}, isFalse: () => {} } };
      case 'and':
      case 'or': {
        const parts = expression.of.map((part) => this.compile(part));
        const of =
          (answer: Answer): Needs =>
          (asset, want) => {
            for (const part of parts) wantWhereOpen(part, answer, asset, want);
          };
        return { compiled, needs: { isTrue: of('isTrue'), isFalse: of('isFalse') } };
      }
      case 'not': {
        const { needs } = this.compile(expression.of);
        return { compiled, needs: { isTrue: needs.isFalse, isFalse: needs.isTrue } };
      }
      case 'some':
      case 'single':
      case 'all': {
        const { field, kind } = expression;
        const answers: readonly Answer[] = kind === 'all' ? ['isTrue', 'isFalse'] : ['isTrue'];
        const needs = this.related(this.compile(expression.of), field, (asset) => this.read(asset, field), answers);
        return { compiled, needs: { isTrue: needs, isFalse: needs } };
      }
      case 'additionalKey': {
        const needs = this.related(this.compile(expression.of), 'additionalKeys', additionalKeysOf, ['isTrue']);
        return { compiled, needs: { isTrue: needs, isFalse: needs } };
      }
      default: {
        const needs: Needs = (asset, want) => want(asset, expression.field);
        return { compiled, needs: { isTrue: needs, isFalse: needs } };
      }
    }
  }

  /** A relation that was not read comes first: it may turn out to lead to none. */
  private related(of: Node, field: string, itemsOf: (asset: Asset) => unknown, answers: readonly Answer[]): Needs {
    return (asset, want) => {
      const items = [itemsOf(asset)].flat();
      if (items.includes(UNREAD)) want(asset, field);
      for (const item of items) {
        if (typeof item !== 'object' || item === null || standsFor(item) === 'someCertainly') continue;
        // Of what may not be there it is asked whether there is any.
        const isThere = standsFor(item) !== 'anyNumber';
        for (const answer of answers) {
          if (isThere) wantWhereOpen(of, answer, item as Asset, want);
          else if (of.compiled.possibly[answer](item as Asset)) want(asset, field);
        }
      }
    };
  }
}

function wantWhereOpen({ compiled, needs }: Node, answer: Answer, asset: Asset, want: Want): void {
  const isOpen = compiled.possibly[answer](asset) && !compiled.certainly[answer](asset);
  if (isOpen) needs[answer](asset, want);
}
