import { build } from 'vite';

/**
 * Bundles the command line into dist/cli: Node does not run TypeScript from within node_modules, and one file starts
 * several times faster than hundreds. What a command needs only sometimes stays in files of its own.
 */
await build({
  configFile: false,
  logLevel: 'warn',
  // The one file of graphql that is imported by its path must be the same build as the rest of it: there may be but one.
  resolve: { alias: { 'graphql/language/parser.js': 'graphql/language/parser.mjs' } },
  ssr: { noExternal: true, target: 'node' },
  build: {
    ssr: 'src/cli/main.ts',
    outDir: 'dist/cli',
    target: 'node22',
    emptyOutDir: true,
    // The bundle contains other people's work, whose licences ask to travel with it.
    license: { fileName: 'licenses.md' },
    rolldownOptions: {
      output: {
        entryFileNames: 'main.js',
        chunkFileNames: 'chunks/[name].js',
        // What one command loads together is one file: each file costs the start about as much as its contents do.
        codeSplitting: {
          groups: [
            { name: 'iamql', test: /\/src\/(?!server\/|cli\/main)/ },
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
