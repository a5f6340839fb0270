import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { packageRoot } from '../../src/package-root.ts';

const read = (path: string): string => readFileSync(join(packageRoot, path), 'utf8');

// No Docker engine is needed here: what can be wrong without one is what these look at.

describe('docker/compose.yaml', () => {
  interface Service {
    readonly image: string;
    readonly ports?: readonly string[];
    readonly environment?: Readonly<Record<string, string | null>>;
    readonly read_only?: boolean;
    readonly cap_drop?: readonly string[];
    readonly security_opt?: readonly string[];
    readonly profiles?: readonly string[];
  }
  const services: Readonly<Record<string, Service>> = parse(read('docker/compose.yaml'), { merge: true }).services;

  test('publishes on 127.0.0.1 only, every service on a port of its own', () => {
    const ports = Object.values(services).flatMap((service) => service.ports ?? []);
    expect(ports).toEqual(['127.0.0.1:4000:4000', '127.0.0.1:4001:4000']);
  });

  test.each(['iamql', 'iamql-moto'])('%s needs a token and can change nothing', (name) => {
    const service = services[name];
    expect(service?.environment?.['IAMQL_TOKEN']).toMatch(/^\$\{IAMQL_TOKEN:\?.+\}$/);
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
  });

  test('only what was asked for by name runs against moto', () => {
    expect(Object.keys(services).filter((name) => services[name]?.profiles === undefined)).toEqual(['iamql']);
    expect(services['iamql-moto']?.environment?.['AWS_ENDPOINT_URL']).toBe('http://moto:5000');
  });

  test("moto's version is the one that the tests run", () => {
    const [, version] = /MOTO_VERSION = '([\d.]+)'/.exec(read('test/support/moto-environment.ts')) ?? [];
    expect(services['moto']?.image).toBe(`motoserver/moto:${version}`);
  });
});

describe('docker/Dockerfile', () => {
  const dockerfile = read('docker/Dockerfile');
  const passed = [...read('.dockerignore').matchAll(/^!(\S+)$/gm)].map(([, path]) => path as string);
  const copied = [...dockerfile.matchAll(/^COPY (?!--)(.+) \S+$/gm)].flatMap(
    ([, sources]) => sources?.split(' ') ?? [],
  );

  test('copies what there is, and what .dockerignore lets through', () => {
    expect(copied.length).toBeGreaterThan(5);
    for (const path of copied.filter((source) => source !== '.')) expect(passed).toContain(path);
    for (const path of passed) expect(existsSync(join(packageRoot, path)), path).toBe(true);
  });

  test('puts into the image what the package consists of', () => {
    const { files } = JSON.parse(read('package.json'));
    const [, runtime = ''] = /ENV NODE_ENV=production([\s\S]*)/.exec(dockerfile) ?? [];
    for (const path of files) expect(runtime, path).toMatch(new RegExp(`^COPY .*\\b${path}\\b`, 'm'));
  });

  test('is pinned, runs as node, and holds no secret', () => {
    expect(dockerfile).toMatch(/^ARG NODE_IMAGE=node:24\.\d+\.\d+-\w+-slim$/m);
    expect([...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image)).toEqual(
      Array.from({ length: 3 }, () => '$' + '{NODE_IMAGE}'),
    );
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).not.toMatch(/^(?:ENV|ARG) .*(?:TOKEN|SECRET|PASSWORD|AWS_)/m);
  });
});
