import { writeFile } from 'node:fs/promises';
import { build, type Plugin } from 'vite';
import { builtLibrary, readLibrary } from '../src/controls/load-controls.ts';

/**
 * Takes node:http as `require` does. To `import` it reads each of its exports, and reading WebSocket loads the whole of
 * fetch, which nothing here uses: 25 ms of every start.
 */
const httpUnread: Plugin = {
  name: 'http-unread',
  enforce: 'pre',
  resolveId: (id, _importer, { kind }) => (/^node:https?$/.test(id) && kind !== 'require-call' ? `\0${id}` : undefined),
  load(id) {
    const name = /^\0(node:https?)$/.exec(id)?.[1];
    if (!name) return undefined;
    const exports = Object.getOwnPropertyDescriptors(process.getBuiltinModule(name));
    const names = Object.keys(exports).filter((key) => 'value' in (exports[key] ?? {}));
    return `const http = process.getBuiltinModule('${name}');
      export default http;
      export const { ${names.join(', ')} } = http;`;
  },
};

/** Another folder than the package's, for tests. */
const [, , outDir = 'dist/cli'] = process.argv;

/**
 * Bundles the command line into dist/cli: Node does not run TypeScript from within node_modules, and one file starts
 * several times faster than hundreds. What a command needs only sometimes stays in files of its own.
 */
await build({
  configFile: false,
  logLevel: 'warn',
  plugins: [httpUnread],
  // The files of graphql that are imported by their path must be of the same build as the rest of it: there may be but one.
  resolve: { alias: [{ find: /^(graphql\/\w+\/\w+)\.js$/, replacement: '$1.mjs' }] },
  ssr: { noExternal: true, target: 'node' },
  build: {
    ssr: 'src/cli/main.ts',
    outDir,
    target: 'node22',
    emptyOutDir: true,
    // The bundle contains other people's work, whose licences ask to travel with it.
    license: { fileName: 'licenses.md' },
    rolldownOptions: {
      // It opens files that lie beside it, a database's own, which no bundle has.
      external: ['@electric-sql/pglite'],
      // Most commands share one file on purpose; whoever installs it need not read of each import that moves nothing.
      checks: { ineffectiveDynamicImport: false },
      output: {
        entryFileNames: 'main.js',
        chunkFileNames: 'chunks/[name].js',
        // What one command loads together is one file: each file costs the start about as much as its contents do.
        codeSplitting: {
          groups: [
            {
              name: 'iamql',
              test: /\/src\/(?!server\/|cli\/main|inventory\/snapshot\/|controls\/authoring\/|report\/tested-files|report\/formats\/|aws\/remediation\/|remediate\/|cli\/remediate-|report\/remediation)/,
            },
            {
              name: 'aws',
              test: /@smithy\/(?:core|node-http-handler|signature-v4|types)\/|@aws-sdk\/(?:core|client-iam)\//,
            },
          ],
        },
      },
    },
  },
});

if (outDir === 'dist/cli') await writeFile(builtLibrary, JSON.stringify(await readLibrary()));
