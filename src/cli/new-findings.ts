import { renderInstant } from '../iam/instant.ts';
import type { FindingChange } from '../store/scans/scan-changes.ts';
import { writeLines } from './output.ts';

/** Writes what a scan changed, an object a line. @param file `-` for stdout. */
export const writeNew = (changes: AsyncIterable<FindingChange>, file: string): Promise<void> =>
  writeLines(linesOf(changes), file === '-' ? undefined : file);

async function* linesOf(changes: AsyncIterable<FindingChange>): AsyncGenerator<string> {
  for await (const change of changes) yield `${JSON.stringify(rendered(change))}\n`;
}

/** Instants as GraphQL prints them. */
export const rendered = ({ key, exception, at, ...change }: FindingChange) => ({
  ...change,
  key: key && { ...key, createDate: key.createDate && renderInstant(key.createDate) },
  ...(exception ? { exception: { ...exception, expires: renderInstant(exception.expires) } } : {}),
  at: renderInstant(at),
});
