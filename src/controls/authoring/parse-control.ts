import { YamlSource } from '../../yaml/yaml-source.ts';
import type { Control } from '../control.ts';
import { checkParameters } from '../parameters.ts';
import { controlShape } from './shape.ts';

/**
 * Reads a control file.
 *
 * @param file named in errors, which give line and column.
 * @throws IamqlError InvalidControl
 */
export function parseControl(yaml: string, file: string): Control {
  const source = new YamlSource(yaml, file);
  const control = readControl(source);
  source.throwIfWrong();
  return control as Control;
}

/** The control of a file. Undefined where it is none; the source's problems say why, and what is wrong all the same. */
export function readControl(source: YamlSource): Control | undefined {
  if (isOfExceptions(source.value)) {
    source.wrongKey(
      ['exceptions'],
      'this is a file of exceptions, no control: keep it outside of the --controls folders',
    );
    return undefined;
  }
  const control = source.read(controlShape);
  if (!control) return undefined;
  if (control.rules.every(({ informative }) => informative)) {
    source.wrong(['rules'], 'every rule is informative: none would decide');
  }
  checkParameters(source, control);
  return control;
}

/** It lies where somebody keeps both, and lacks every key of a control. */
const isOfExceptions = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).join() === 'exceptions';
