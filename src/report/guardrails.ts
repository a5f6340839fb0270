import type { Guardrail } from '../guardrails/guardrail.ts';

/** What a guardrail does and does not, and how it is put in place and taken away. Ends with a line break. */
export function renderGuardrail({ title, does, doesNot, rollOut, rollBack }: Guardrail): string {
  return [
    title,
    '='.repeat(title.length),
    ...section('What it does', does),
    ...section('What it does not', doesNot),
    ...section('How to roll it out', rollOut),
    ...section('How to take it back', rollBack),
    '',
  ].join('\n');
}

const section = (name: string, lines: readonly string[]): readonly string[] => [
  '',
  name,
  '-'.repeat(name.length),
  ...lines.map((line) => `- ${line}`),
];
