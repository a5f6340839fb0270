import type { z } from 'zod';
import type { controlShape, ruleShape, testShape } from './authoring/shape.ts';

/** A control file as it was read (shape.ts): what must hold, why, and what to do when it does not. */
export type Control = DeepReadonly<z.output<typeof controlShape>>;
export type Rule = DeepReadonly<z.output<typeof ruleShape>>;
/** A small account, written beside the control, and what the control says of it. */
export type ControlTest = DeepReadonly<z.output<typeof testShape>>;

/** From the least on. */
export const severities = ['low', 'medium', 'high'] as const;
export type Severity = (typeof severities)[number];

export const isAtLeast = (severity: Severity, least: Severity): boolean =>
  severities.indexOf(severity) >= severities.indexOf(least);

export type ParameterValue = number | string | boolean;
/** What the variables of a control's texts are, by name. */
export type Parameters = Readonly<Record<string, ParameterValue>>;

type DeepReadonly<T> = unknown extends T ? T : T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;
