import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../src/package-root.ts';
import { motoPython } from './moto-environment.ts';
import { pythonWith } from './python-environment.ts';

/** Published readers of the formats that iamql writes, none of which there is for Node. */
const PACKAGES = ['py-ocsf-models==0.10.0', 'sarif-pydantic==0.6.2', 'junitparser==5.0.3', 'cmarkgfm==2025.10.22'];
const SCRIPT = fileURLToPath(new URL('format_readers.py', import.meta.url));

export interface JUnitSuite {
  readonly name: string;
  /** Tests, failures, errors, skipped. */
  readonly counts: readonly number[];
  readonly cases: readonly {
    readonly name: string;
    readonly classname: string;
    /** Kind, message and text. */
    readonly results: readonly (readonly [kind: string, message: string, text: string])[];
  }[];
}

interface Readings {
  /** The keys that the published models do not know. */
  readonly ocsf: readonly string[];
  /** The messages of the results. */
  readonly sarif: readonly string[];
  readonly junit: readonly JUnitSuite[];
  /** HTML, as GitHub renders it. */
  readonly markdown: string;
  /** What is wrong with it, `''` for nothing. */
  readonly asff: string;
}

/** The Python that has the readers of the formats, made on first use. */
export const formatsPython = (root: string): Promise<string> => pythonWith(root, 'formats-1', PACKAGES);

/** Many documents with one start of Python. @throws when a document cannot be read as that format. */
export async function readAs<Format extends keyof Readings>(
  format: Format,
  documents: readonly string[],
): Promise<readonly Readings[Format][]> {
  const python = await (format === 'asff' ? motoPython(packageRoot) : formatsPython(packageRoot));
  return new Promise((resolve, reject) => {
    const child = execFile(python, [SCRIPT, format], { maxBuffer: 2 ** 28 }, (error, stdout) => {
      if (error) reject(error);
      else resolve(JSON.parse(stdout));
    });
    child.stdin?.end(JSON.stringify(documents));
  });
}
