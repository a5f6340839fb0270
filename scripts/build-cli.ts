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
  // Node keeps quiet about what is deprecated inside node_modules; Express still calls url.parse().
  ssr: { noExternal: true, external: ['express'], target: 'node' },
  build: {
    ssr: 'src/cli/main.ts',
    outDir: 'dist/cli',
    target: 'node22',
    emptyOutDir: true,
    // The bundle contains other people's work, whose licences ask to travel with it.
    license: { fileName: 'licenses.md' },
    rollupOptions: { output: { entryFileNames: 'main.js', chunkFileNames: 'chunks/[name].js' } },
  },
});
