import { variablesOf } from '../graphql/variables.ts';
import { IamqlError } from '../iam/error.ts';
import { meant } from '../yaml/meant.ts';
import type { YamlPath, YamlSource } from '../yaml/yaml-source.ts';
import type { Control, Parameters, ParameterValue } from './control.ts';

/** A control's own values, with those that somebody asks for in their place. */
export function parametersOf(control: Control, asked: Parameters = {}): Parameters {
  const usual = Object.entries(control.parameters).map(([name, parameter]) => [name, parameter.default] as const);
  return { ...Object.fromEntries(usual), ...asked };
}

/** What is wrong with a value for a parameter; undefined where it is one of the control's, and of its type. */
export function whyNotParameter(control: Control, name: string, value: ParameterValue): string | undefined {
  const usual = Object.hasOwn(control.parameters, name) ? control.parameters[name]?.default : undefined;
  if (usual === undefined) {
    const known = Object.keys(control.parameters);
    const has = known.length > 0 ? `: it has ${known.join(', ')}${meant(name, known)}` : ', nor any other';
    return `${control.id} has no parameter ${name}${has}`;
  }
  if (typeof value === typeof usual) return undefined;
  return `${name} is ${nouns[typeof usual as keyof typeof nouns]}, such as ${JSON.stringify(usual)}`;
}

const nouns = { number: 'a number', string: 'a text', boolean: 'true or false' };

/** A value of a parameter as it is typed at a terminal. @throws IamqlError InvalidInput */
export function readParameter(control: Control, name: string, written: string): ParameterValue {
  const usual = Object.hasOwn(control.parameters, name) ? control.parameters[name]?.default : undefined;
  const isNumber = typeof usual === 'number' && /^-?\d+(\.\d+)?$/.test(written);
  const isFlag = typeof usual === 'boolean' && /^(true|false)$/.test(written);
  const value = isNumber ? Number(written) : isFlag ? written === 'true' : written;
  const problem = whyNotParameter(control, name, value);
  if (problem) throw new IamqlError('InvalidInput', `--param ${name}=${written}: ${problem}`);
  return value;
}

/** Every variable of the texts is a parameter of its type, and every parameter a variable of some text. */
export function checkParameters(source: YamlSource, control: Control): void {
  const used = new Set<string>();
  for (const [path, text] of textsOf(control)) {
    const { variables, errors } = variablesOf(text);
    for (const { message, positions } of errors) source.wrong(path, message, positions?.[0]);
    for (const { name, type, isOptional, position } of variables) {
      used.add(name);
      if (isOptional && !Object.hasOwn(control.parameters, name)) continue;
      const problem = problemOf(control, name, type);
      if (problem) source.wrong(path, problem, position);
    }
    // Which variables a text has that cannot be read is not known.
    if (errors.length > 0) for (const name of Object.keys(control.parameters)) used.add(name);
  }
  const unused = Object.keys(control.parameters).filter((name) => !used.has(name));
  for (const name of unused) {
    source.wrong(
      ['parameters', name],
      `no text uses the parameter ${name}: a text declares it as a variable, \`query($${name}: Int!) {...}\``,
    );
  }
}

/** The texts of a control, by where they stand. */
export function textsOf({ rules, applicable }: Control): readonly (readonly [YamlPath, string])[] {
  const ofRules = rules.map(({ query }, index) => [['rules', index, 'query'], query] as const);
  return applicable === undefined ? ofRules : [...ofRules, [['applicable'], applicable]];
}

/** Which values the types of variables take. */
const accepted: Readonly<Record<string, (value: ParameterValue) => boolean>> = {
  Int: (value) => Number.isInteger(value),
  Float: (value) => typeof value === 'number',
  Boolean: (value) => typeof value === 'boolean',
  String: (value) => typeof value === 'string',
  ID: (value) => typeof value === 'string',
  DateTime: (value) => typeof value === 'string',
};

function problemOf({ parameters }: Control, name: string, type: string): string | undefined {
  const known = Object.keys(parameters);
  if (!Object.hasOwn(parameters, name)) {
    return `the variable $${name} has no parameter to take its value from${meant(name, known)}`;
  }
  const accepts = accepted[type.replace(/!$/, '')];
  if (!accepts) return `a parameter is ${Object.keys(accepted).join(', ')}, not ${type}`;
  const usual = parameters[name]?.default as ParameterValue;
  return accepts(usual)
    ? undefined
    : `the variable $${name} is ${type}, and its default ${JSON.stringify(usual)} is not`;
}
