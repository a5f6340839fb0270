import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Run it after `npm install` has changed package-lock.json: npm leaves builds for other platforms out of the lock when
 * its registry does not offer them, and `npm ci` then refuses the lock for lacking them. They are optional everywhere.
 */
interface Package {
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const FILE = 'package-lock.json';
const lock: { packages: Record<string, Package> } = JSON.parse(readFileSync(FILE, 'utf8'));

for (const [path, parent] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const isThere = [`${path}/node_modules/${name}`, `node_modules/${name}`].some((place) => place in lock.packages);
    if (!isThere) lock.packages[`node_modules/${name}`] = placeholder(name, version, parent.dev === true);
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);

function placeholder(name: string, version: string, isDev: boolean): Package {
  const os = /android|darwin|freebsd|linux|win32|openharmony|sunos/.exec(name)?.[0];
  const cpu = /arm64|x64|arm|ia32|ppc64|s390x|riscv64|loong64|wasm32/.exec(name)?.[0];
  return {
    version: version.replace(/^[\^~]/, ''),
    ...(cpu ? { cpu: [cpu] } : {}),
    ...(isDev ? { dev: true } : {}),
    optional: true,
    os: [os ?? 'none'],
    ...(name.includes('musl') ? { libc: ['musl'] } : {}),
  } as Package;
}
