import { build } from 'vite';

/**
 * Bundles the function of a rule of AWS Config into dist/config-rule: one file, with the SDK and all else that it needs,
 * so that it judges as the command line of the same version does. `iamql guardrails config` puts it in people's folders.
 */
await build({
  configFile: false,
  logLevel: 'warn',
  // As in scripts/build-cli.ts: there may be but one graphql.
  resolve: { alias: [{ find: /^(graphql\/\w+\/\w+)\.js$/, replacement: '$1.mjs' }] },
  ssr: { noExternal: true, target: 'node' },
  build: {
    ssr: 'src/config-rule/handler.ts',
    outDir: 'dist/config-rule',
    target: 'node22',
    emptyOutDir: true,
    // The bundle contains other people's work, whose licences ask to travel with it.
    license: { fileName: 'licenses.md' },
    // People read what they let into their accounts: it is not minified, and nothing of it is elsewhere.
    rolldownOptions: { output: { entryFileNames: 'index.mjs', codeSplitting: false } },
  },
});
