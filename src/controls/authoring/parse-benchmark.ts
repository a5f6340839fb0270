import type { z } from 'zod';
import { YamlSource } from '../../yaml/yaml-source.ts';
import type { Benchmark, Recommendation } from '../benchmark.ts';
import { benchmarkShape, type recommendationShape } from './shape.ts';

/** Reads a benchmark file. @throws IamqlError InvalidControl with file, line and column. */
export function parseBenchmark(yaml: string, file: string): Benchmark {
  const source = new YamlSource(yaml, file);
  const benchmark = readBenchmark(source);
  source.throwIfWrong();
  return benchmark as Benchmark;
}

/** The benchmark of a file. Undefined where it is none; the source's problems say why, and what is wrong all the same. */
export function readBenchmark(source: YamlSource): Benchmark | undefined {
  const written = source.read(benchmarkShape);
  if (!written) return undefined;
  const numbers = new Set<string>();
  const sections = written.sections.map((section, s) => ({
    ...section,
    recommendations: section.recommendations.map((recommendation, r) => {
      const path = ['sections', s, 'recommendations', r];
      const { number } = recommendation;
      if (numbers.has(number)) source.wrong([...path, 'number'], `the number ${number} is used already`);
      numbers.add(number);
      const problem = problemOf(recommendation);
      if (problem) source.wrong(path, problem);
      return recommendationOf(recommendation);
    }),
  }));
  return { ...written, sections };
}

type Written = z.output<typeof recommendationShape>;

function problemOf({ control, title, notAutomated, parameters }: Written): string | undefined {
  if (control !== undefined) {
    return title === undefined && notAutomated === undefined
      ? undefined
      : 'a control decides it, so its title is that of the control, and it is automated';
  }
  if (title === undefined) return 'title is missing, or the control that decides it';
  if (notAutomated === undefined) return 'notAutomated is missing: why no control decides it';
  return Object.keys(parameters).length > 0 ? 'there is no control that would take parameters' : undefined;
}

function recommendationOf({
  number,
  level,
  control,
  parameters,
  title = '',
  notAutomated = '',
}: Written): Recommendation {
  return control === undefined
    ? { number, level, control, title, notAutomated }
    : { number, level, control, parameters };
}
