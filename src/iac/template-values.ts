import type { Name } from './declared.ts';
import { isRecord } from './record.ts';

/** What a template says as far as it can be told without its parameters and without the account. */
export class TemplateValues {
  private readonly conditions: Readonly<Record<string, unknown>>;
  private readonly known = new Map<string, boolean | undefined>();

  /** @param conditions the section of that name. */
  constructor(conditions: unknown) {
    this.conditions = isRecord(conditions) ? conditions : {};
  }

  /** Whether a condition of that name holds; undefined where only the deployment tells. */
  condition(name: unknown): boolean | undefined {
    if (typeof name !== 'string' || !Object.hasOwn(this.conditions, name)) return undefined;
    if (!this.known.has(name)) {
      // Of one that rests on itself nothing is known.
      this.known.set(name, undefined);
      this.known.set(name, this.evaluate(this.conditions[name]));
    }
    return this.known.get(name);
  }

  /** The values that something may have: Fn::If where its condition is not known has those of both branches. */
  options(value: unknown): readonly unknown[] {
    const branches = callOf(value, 'Fn::If');
    if (!Array.isArray(branches) || branches.length !== 3) return [value];
    const [condition, whenTrue, whenFalse] = branches as readonly unknown[];
    const holds = this.condition(condition);
    if (holds === undefined) return [whenTrue, whenFalse].flatMap((one) => this.options(one));
    return this.options(holds ? whenTrue : whenFalse);
  }

  private evaluate(value: unknown): boolean | undefined {
    const name = callOf(value, 'Condition');
    if (name !== undefined) return this.condition(name);
    const equals = callOf(value, 'Fn::Equals');
    if (Array.isArray(equals)) return equalLiterals(equals);
    const not = callOf(value, 'Fn::Not');
    if (Array.isArray(not) && not.length === 1) return negate(this.evaluate(not[0]));
    const and = callOf(value, 'Fn::And');
    if (Array.isArray(and)) return all(and.map((one) => this.evaluate(one)));
    const or = callOf(value, 'Fn::Or');
    if (Array.isArray(or)) return negate(all(or.map((one) => negate(this.evaluate(one)))));
    return undefined;
  }
}

/** What an intrinsic function is given; undefined where the value is no call of it. */
export function callOf(value: unknown, name: string): unknown {
  return isRecord(value) && Object.keys(value).length === 1 && Object.hasOwn(value, name) ? value[name] : undefined;
}

export const isNoValue = (value: unknown): boolean => value === undefined || callOf(value, 'Ref') === 'AWS::NoValue';

/** The logical id that a value refers to, by Ref or by a Fn::Sub of nothing else. */
export function referredId(value: unknown): string | undefined {
  const id = callOf(value, 'Ref');
  if (typeof id === 'string') return id;
  const text = callOf(value, 'Fn::Sub');
  return typeof text === 'string' ? /^\$\{([A-Za-z0-9]+)\}$/.exec(text)?.[1] : undefined;
}

/** A name as it is written: a text, or an expression that is the same wherever it is written so. */
export function nameOf(value: unknown): Name & { readonly kind: 'text' | 'expression' } {
  const sub = callOf(value, 'Fn::Sub');
  const text = typeof sub === 'string' && !sub.includes('${') ? sub : value;
  // How a number is written as a name, with zeros before it or none, is for CloudFormation to say.
  if (typeof text === 'string' && !text.includes('{{resolve:')) return { kind: 'text', text, isSecret: false };
  return { kind: 'expression', text: JSON.stringify(text) };
}

function equalLiterals(sides: readonly unknown[]): boolean | undefined {
  // How a number is written as a text, and true as one, is for CloudFormation to say.
  const isText = (side: unknown): boolean => typeof side === 'string' && !side.includes('{{resolve:');
  if (sides.length !== 2) return undefined;
  if (sides.every(isText) || sides.every((side) => typeof side === 'boolean')) return sides[0] === sides[1];
  // The same expression has the same value in one deployment.
  return JSON.stringify(sides[0]) === JSON.stringify(sides[1]) ? true : undefined;
}

const negate = (value: boolean | undefined): boolean | undefined => (value === undefined ? undefined : !value);

function all(values: readonly (boolean | undefined)[]): boolean | undefined {
  if (values.includes(false)) return false;
  return values.length === 0 || values.includes(undefined) ? undefined : true;
}
