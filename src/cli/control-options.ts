import { type Command, Option } from 'commander';
import type { Benchmark } from '../controls/benchmark.ts';
import { type Control, isAtLeast, type Parameters, type Severity, severities } from '../controls/control.ts';
import {
  findBenchmark,
  findControls,
  foundingControlId,
  type Library,
  loadLibrary,
} from '../controls/load-controls.ts';
import { readParameter } from '../controls/parameters.ts';
import { type AskedControl, askedByBenchmark } from '../controls/run-controls.ts';
import { IamqlError } from '../iam/error.ts';
import { meant } from '../yaml/meant.ts';

/** Which controls are judged, and with which values. */
export interface ControlOptions {
  readonly benchmark?: string;
  readonly severity?: Severity;
  readonly param?: readonly string[];
  readonly controls?: readonly string[];
}

export function addControlOptions(command: Command, usual = 'the founding one'): Command {
  return addControlsFolders(
    command
      .optionsGroup(`Which controls (default: ${usual}):`)
      .option('--benchmark <id>', 'all controls that a benchmark points at')
      .addOption(new Option('--severity <least>', 'only controls of at least that severity').choices(severities))
      .addOption(paramOption()),
  );
}

/** A value in place of a control's own. */
export const paramOption = (): Option =>
  new Option('--param <name=value>', 'a value for a parameter; ID.name=value for that of one control').argParser(
    collect,
  );

/** How controls are asked that are known otherwise. */
export const addAskedOptions = (command: Command): Command =>
  command.option('--benchmark <id>', 'ask the controls with the parameters of a benchmark').addOption(paramOption());

/** Beside the bundled ones. */
export const addControlsFolders = (command: Command): Command =>
  command.option('--controls <dir>', 'controls and benchmarks of your own, beside the bundled', collect);

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** What the flags select. */
export interface SelectedControls {
  readonly asked: readonly AskedControl[];
  /** With those of its recommendations that were selected. */
  readonly benchmark: Benchmark | undefined;
  /** What the run asks of a control, before its benchmark and its own defaults. */
  readonly overrides: (control: Control) => Parameters;
}

/** @throws IamqlError InvalidInput for what there is not. */
export async function selectControls(ids: readonly string[], options: ControlOptions): Promise<SelectedControls> {
  const { benchmark: name, severity = 'low', param = [], controls: folders } = options;
  if (name !== undefined && ids.length > 0) {
    throw new IamqlError('InvalidInput', 'name controls or a --benchmark, not both');
  }
  const library = await loadLibrary(folders);
  const isSevere = (control: Control): boolean => isAtLeast(control.severity, severity);
  const benchmark = name === undefined ? undefined : narrowed(findBenchmark(name, library), library, isSevere);
  const controls = benchmark
    ? askedByBenchmark(benchmark, library.controls, () => ({})).map(({ control }) => control)
    : (await controlsOf(ids, options, library)).filter(isSevere);
  const overrides = readOverrides(param, [...new Set(controls)]);
  const asked = benchmark
    ? askedByBenchmark(benchmark, library.controls, overrides)
    : controls.map((control) => ({ control, parameters: overrides(control) }));
  return { asked, benchmark, overrides };
}

/** Without a name it is the founding one; of a severity, all that there are. */
async function controlsOf(ids: readonly string[], { severity }: ControlOptions, library: Library) {
  if (ids.length === 0 && severity !== undefined) return library.controls;
  return findControls(ids.length > 0 ? ids : [foundingControlId], library);
}

/** A benchmark without the recommendations whose control is left out. */
function narrowed(benchmark: Benchmark, { controls }: Library, isLeft: (control: Control) => boolean): Benchmark {
  const left = new Set(controls.filter(isLeft).map(({ id }) => id));
  const sections = benchmark.sections.map((section) => ({
    ...section,
    recommendations: section.recommendations.filter(({ control }) => control === undefined || left.has(control)),
  }));
  return { ...benchmark, sections: sections.filter(({ recommendations }) => recommendations.length > 0) };
}

/** `name=value` is for the one control that has it; `ID.name=value` for the one that is named. */
export function readOverrides(written: readonly string[], controls: readonly Control[]): SelectedControls['overrides'] {
  const values = new Map<Control, Record<string, Parameters[string]>>();
  for (const text of written) {
    const { id, name, value } = splitParameter(text);
    const control = ownerOf(text, id, name, controls);
    values.set(control, { ...values.get(control), [name]: readParameter(control, name, value) });
  }
  return (control) => values.get(control) ?? {};
}

function splitParameter(text: string) {
  const match = /^(?:([a-z0-9-]+)\.)?(\w+)=([\s\S]*)$/.exec(text);
  if (!match) throw new IamqlError('InvalidInput', `--param ${text}: write it as name=value or ID.name=value`);
  const [, id, name = '', value = ''] = match;
  return { id, name, value };
}

function ownerOf(text: string, id: string | undefined, name: string, controls: readonly Control[]): Control {
  const wrong = (why: string): IamqlError => new IamqlError('InvalidInput', `--param ${text}: ${why}`);
  if (id !== undefined) {
    const named = controls.find((control) => control.id === id || control.aliases.includes(id));
    if (named) return named;
    throw wrong(`${id} is not among the controls that are judged`);
  }
  const owners = controls.filter(({ parameters }) => Object.hasOwn(parameters, name));
  const [owner, other] = owners;
  if (owner && other) {
    throw wrong(`several controls have it: write ${owners.map((one) => `${one.id}.${name}`).join(' or ')}`);
  }
  const only = owner ?? (controls.length === 1 ? controls[0] : undefined);
  if (only) return only;
  const known = controls.flatMap(({ parameters }) => Object.keys(parameters));
  throw wrong(
    known.length > 0
      ? `no control that is judged has it${meant(name, known)}`
      : 'no control that is judged has parameters',
  );
}
