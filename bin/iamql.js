#!/usr/bin/env node
// Plain JavaScript that any Node can read, so that an old one says what to do instead of a syntax error.
import { existsSync } from 'node:fs';
import module from 'node:module';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  const here = existsSync(new URL('../src/cli/main.ts', import.meta.url));
  const advice = here ? ' In a checkout, `npm ci` installs one that `npm start` and `npx iamql` use.' : '';
  console.error(`iamql: needs Node 22.18 or newer; this is ${process.versions.node}.${advice}`);
  process.exit(3);
}
// Libraries skip checks that are for their developers, and show clients no stacks.
process.env.NODE_ENV ??= 'production';
// Bundled libraries would warn users of what only their authors can mend; Node keeps quiet about installed ones, too.
process.noDeprecation = true;
// What was compiled once starts faster the next time; Node keeps it in the system's folder for temporary files.
module.enableCompileCache?.();
const source = new URL('../src/cli/main.ts', import.meta.url);
await import(existsSync(source) ? source.href : new URL('../dist/cli/main.js', import.meta.url).href);
