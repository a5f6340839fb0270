import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { IamqlError } from '../../iam/error.ts';
import { fileError, fileReason } from '../../iam/file-error.ts';

/** A rule as libraries publish it. */
const ruleShape = z.looseObject({
  cloudProviders: z.array(z.string()).optional(),
  comparator: z.string(),
  /** JSON, in most libraries as a text. */
  expectedResult: z.unknown(),
  subjects: z.array(z.string()).default([]),
  /** The slug of a query. */
  query: z.string(),
  returnPath: z.string().nullish(),
});

const controlShape = z.looseObject({
  name: z.string().min(1),
  slug: z.string().min(1).optional(),
  body: z.string().nullish(),
  description: z.string().nullish(),
  severity: z.literal([1, 2, 3]),
  remediationDescription: z.string().nullish(),
  /** None of what only people can judge. */
  rules: z.array(ruleShape).nullish(),
  applicableAssetsQuery: z.string().nullish(),
});

const queryShape = z.looseObject({
  name: z.string().optional(),
  slug: z.string().min(1).optional(),
  query: z.string(),
});

export type PublishedRule = z.infer<typeof ruleShape>;
export type PublishedControl = z.infer<typeof controlShape>;
export type PublishedQuery = z.infer<typeof queryShape>;

/** A file of a published library, under the slug that it is known by. */
export interface PublishedFile<T> {
  /** As in `controls/some-slug.json`. */
  readonly file: string;
  readonly slug: string;
  /** What it holds, or why that cannot be read. */
  readonly content: T | string;
}

export interface PublishedLibrary {
  readonly controls: readonly PublishedFile<PublishedControl>[];
  readonly queries: readonly PublishedFile<PublishedQuery>[];
}

/** Reads `controls/*.json` and `queries/*.json` of a folder. @throws IamqlError InvalidInput where there are none. */
export async function readPublishedLibrary(folder: string): Promise<PublishedLibrary> {
  const [controls, queries] = await Promise.all([
    readFolder(folder, 'controls', controlShape),
    readFolder(folder, 'queries', queryShape),
  ]);
  return { controls, queries };
}

async function readFolder<T extends { readonly slug?: string | undefined }>(
  folder: string,
  kind: string,
  shape: z.ZodType<T>,
): Promise<readonly PublishedFile<T>[]> {
  const names = (await list(join(folder, kind))).filter((name) => name.endsWith('.json')).sort();
  if (names.length === 0) throw new IamqlError('InvalidInput', `there is no ${kind}/*.json in ${folder}`);
  return Promise.all(
    names.map(async (name) => {
      const content = await read(join(folder, kind, name), shape);
      const slug = (typeof content === 'string' ? undefined : content.slug) ?? basename(name, '.json');
      return { file: `${kind}/${name}`, slug, content };
    }),
  );
}

async function list(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    throw fileError(`cannot read ${folder}`, cause);
  }
}

/** Why it cannot be read, where it cannot. */
async function read<T>(file: string, shape: z.ZodType<T>): Promise<T | string> {
  try {
    return parse(await readFile(file, 'utf8'), shape);
  } catch (error) {
    return `no file that can be opened: ${fileReason(error)}`;
  }
}

function parse<T>(text: string, shape: z.ZodType<T>): T | string {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    return `not JSON: ${(error as Error).message}`;
  }
  const { data, error } = shape.safeParse(json);
  if (!error) return data;
  const [issue] = error.issues;
  return `not in the published form: ${issue?.path.join('.') || 'the file'}: ${issue?.message}`;
}
