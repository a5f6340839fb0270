import { InvalidArgumentError, Option } from 'commander';

/** How much work is done at once. @param what it is. */
export const batchSizeOption = (what: string): Option =>
  new Option('--batch-size <n>', what).default(10).argParser(readCount);

/** What is done first. */
export const orderOption = (): Option =>
  new Option('--order-by <tag=value|file>', 'who comes first: a tag, or a file of groups; repeatable').argParser(
    (value: string, before: readonly string[] = []) => [...before, value],
  );

/** A number from 1 on. */
export function readCount(text: string): number {
  const count = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (count > 0) return count;
  throw new InvalidArgumentError('It is a number from 1 on.');
}
