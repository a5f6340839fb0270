import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PublishedText } from './published-texts.ts';

interface File {
  readonly slug: string;
  /** An object, or text that is no JSON. */
  readonly content: unknown;
}

/** A library as it is published: one JSON file for each control, and one for each query. */
export interface LibraryFiles {
  readonly controls: readonly File[];
  readonly queries: readonly File[];
}

export async function writeLibrary(folder: string, files: LibraryFiles): Promise<void> {
  for (const kind of ['controls', 'queries'] as const) {
    await mkdir(join(folder, kind), { recursive: true });
    for (const { slug, content } of files[kind]) {
      const text = typeof content === 'string' ? content : JSON.stringify(content, null, 2);
      await writeFile(join(folder, kind, `${slug}.json`), text);
    }
  }
}

export const rule = (query: string, rest: object = {}): object => ({
  cloudProviders: ['AWS'],
  comparator: 'eq',
  expectedResult: '[]',
  subjects: ['IAMUser'],
  query,
  returnPath: '',
  ...rest,
});

export const control = (slug: string, rules: readonly object[], rest: object = {}): File => ({
  slug,
  content: {
    name: `The title of ${slug}`,
    slug,
    body: `# Why\n\nThe text of *${slug}*, in Markdown.`,
    description: 'In short.',
    severity: 2,
    remediationDescription: '1. Open IAM.\n2. Mend it.\n',
    rules,
    ...rest,
  },
});

export const query = (slug: string, text: string): File => ({
  slug,
  content: { name: `The question of ${slug}`, slug, query: text },
});

/** A control and a query for each text, in the one form or the other. */
export function libraryOf(texts: readonly PublishedText[], form: 'flat' | 'operators'): LibraryFiles {
  const written = texts.flatMap((text) => {
    const own = text[form];
    return own === undefined ? [] : [{ ...text, own }];
  });
  return {
    queries: written.map(({ slug, own }) => query(`${slug}-query`, own)),
    controls: written.map(({ slug, subjects, returnPath = '', expect: [comparator, expectedResult] = ['eq', '[]'] }) =>
      control(slug, [rule(`${slug}-query`, { subjects, returnPath, comparator, expectedResult })]),
    ),
  };
}
