import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { IamqlError } from '../iam/error.ts';
import { fileReason } from '../iam/file-error.ts';
import { YamlSource } from '../yaml/yaml-source.ts';
import type { OrderGroup } from './order.ts';

const orderShape = z.strictObject({
  order: z
    .array(
      z
        .strictObject({
          name: z.string().min(1),
          tags: z
            .record(z.string(), z.union([z.string().transform((value) => [value]), z.array(z.string())]))
            .default({}),
          users: z.array(z.string().min(1)).default([]),
        })
        .refine(({ tags, users }) => Object.keys(tags).length + users.length > 0, 'a group needs tags or users'),
    )
    .min(1, 'is empty: an order has a group'),
});

/**
 * What `--order-by` says: `env=prod` makes a group of those with that tag, anything else is a file of groups.
 *
 * @throws IamqlError InvalidInput, with file, line and column where it is about a file.
 */
export async function readOrder(written: readonly string[]): Promise<readonly OrderGroup[]> {
  const groups = await Promise.all(written.map(async (one) => (one.includes('=') ? [ofTag(one)] : readFileOf(one))));
  return groups.flat();
}

function ofTag(text: string): OrderGroup {
  const [, key = '', value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === '') throw new IamqlError('InvalidInput', `--order-by ${JSON.stringify(text)}: write a tag as key=value`);
  return { name: text, tags: { [key]: [value] }, users: [] };
}

async function readFileOf(file: string): Promise<readonly OrderGroup[]> {
  const yaml = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const advice = 'write a tag as key=value, or name a file of groups';
    throw new IamqlError('InvalidInput', `--order-by: cannot open ${file}: ${fileReason(cause)}; ${advice}`, { cause });
  });
  const source = new YamlSource(yaml, file);
  const read = source.read(orderShape);
  if (read) return read.order;
  throw source.firstError();
}
