import type { ImportedControl } from '../controls/authoring/import-library.ts';
import { printable } from './printable.ts';

/** Every published control: imported or left out, and why. */
export function renderImport(imported: readonly ImportedControl[], folder: string): string {
  const kept = imported.filter(({ control }) => control !== undefined);
  const lines = imported.flatMap(({ control, file, reasons }) => {
    const [head, ...more] = control ? [control.id, ...reasons] : [`${file}: ${reasons[0]}`, ...reasons.slice(1)];
    return [`${control ? 'imported' : 'left out'}  ${head}`, ...more.map((reason) => `          ${reason}`)];
  });
  const count = `${kept.length} of ${imported.length} controls imported to ${folder}`;
  return `${[...lines, count].map(printable).join('\n')}\n`;
}
