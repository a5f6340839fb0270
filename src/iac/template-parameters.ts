import { IamqlError } from '../iam/error.ts';
import { isRecord } from './record.ts';
import { callOf } from './template-values.ts';

/** Values of parameters, by name, as a deployment will give them. */
export type GivenParameters = ReadonlyMap<string, string>;

/** What became of the parameters that were given for a template. */
export interface TakenParameters {
  /** Those that the template declares. */
  readonly declared: readonly string[];
  /** Those of them whose value is not known by that, and why. */
  readonly notTaken: readonly { readonly name: string; readonly why: string }[];
}

type Template = Readonly<Record<string, unknown>>;

/**
 * Puts values in place of what refers to parameters, by Ref and Fn::Sub. What is not given stays unknown, with a default too:
 * a deployment may give another.
 *
 * @throws IamqlError InvalidInput for a value that the template does not allow.
 */
export function withParameters(
  template: Template,
  given: GivenParameters,
): TakenParameters & { readonly template: Template } {
  const { Parameters: section } = template;
  const declared = isRecord(section) ? section : {};
  const known = [...given].filter(([name]) => Object.hasOwn(declared, name));
  const notTaken = known.flatMap(([name]) => {
    const why = whyNotTaken(declared[name]);
    return why === undefined ? [] : [{ name, why }];
  });
  const taken = new Map(known.filter(([name]) => !notTaken.some((one) => one.name === name)));
  for (const [name, value] of taken) checkAllowed(name, value, declared[name]);
  const filled = taken.size === 0 ? template : { ...template, ...filledSections(template, taken) };
  return { template: filled, declared: known.map(([name]) => name), notTaken };
}

const filledSections = ({ Conditions, Resources }: Template, values: GivenParameters): Template => ({
  ...(Conditions === undefined ? {} : { Conditions: fill(Conditions, values) }),
  Resources: fill(Resources, values),
});

/** A text is what is given; what AWS looks up by it, takes apart or keeps secret is not. */
function whyNotTaken(parameter: unknown): string | undefined {
  const { Type: type, NoEcho: secret } = isRecord(parameter) ? parameter : {};
  if (String(secret).toLowerCase() === 'true') return 'it is a secret (NoEcho)';
  const isText = typeof type === 'string' && !/List|^AWS::SSM::/.test(type);
  return isText ? undefined : `its type is ${String(type)}, of which the value is not what is given`;
}

function checkAllowed(name: string, value: string, parameter: unknown): void {
  const allowed = isRecord(parameter) ? parameter['AllowedValues'] : undefined;
  if (!Array.isArray(allowed) || allowed.some((one) => String(one) === value)) return;
  throw new IamqlError(
    'InvalidInput',
    `--param ${name}=${value}: the template allows ${allowed.map(String).join(', ')}`,
  );
}

function fill(value: unknown, values: GivenParameters): unknown {
  if (Array.isArray(value)) return value.map((one) => fill(one, values));
  if (!isRecord(value)) return value;
  const name = callOf(value, 'Ref');
  if (typeof name === 'string') return values.get(name) ?? value;
  const substituted = callOf(value, 'Fn::Sub');
  if (substituted !== undefined) return fillText(substituted, values);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fill(one, values)]));
}

/** A text with placeholders, or a list of one and of values of its own, which come before parameters. */
function fillText(given: unknown, values: GivenParameters): unknown {
  const [text, own] = Array.isArray(given) ? (given as readonly unknown[]) : [given];
  if (typeof text !== 'string') return { 'Fn::Sub': fill(given, values) };
  const filled = text.replace(/\$\{([A-Za-z0-9]+)\}/g, (placeholder, name: string) => {
    const value = isRecord(own) && Object.hasOwn(own, name) ? undefined : values.get(name);
    // A value with a placeholder in it is not read again.
    return value === undefined || value.includes('${') ? placeholder : value;
  });
  if (own !== undefined) return { 'Fn::Sub': [filled, fill(own, values)] };
  return filled.includes('${') ? { 'Fn::Sub': filled } : filled;
}
