import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../src/package-root.ts';

/** Which room may import which is written there, as a table. */
const PAGE = 'docs/adr/0001-layers.md';
const REMEDIATION = 'docs/adr/0013-remediation.md';
/** biome.json extends it. */
export const RULES_FILE = 'biome-rooms.generated.json';

/** Imports that a folder's files may not have. */
interface Pattern {
  readonly group: readonly string[];
  readonly message: string;
}

/** Biome's rules for imports, as the page and the sentences below it have them. */
export function renderRoomRules(): string {
  const page = readFileSync(join(packageRoot, PAGE), 'utf8');
  const rows = [...page.matchAll(/^\| `src\/([a-z-]+)` \|.*\| (.*) \|$/gm)];
  const rooms = rows.map(([, room = '']) => room);
  const rules = rows.map(([, room = '', imports = '']) =>
    ruleFor(`src/${room}/**`, [
      ...forbiddenRooms(room, rooms, imports),
      ...packagesUnknownTo(room),
      ...writingUnknownTo(room),
    ]),
  );
  // Of two rules for a file the later one counts.
  const remediating = ruleFor('src/cli/remediate*.ts', [...packagesUnknownTo('cli'), callsThatWrite('cli')]);
  return `${JSON.stringify({ overrides: [...rules, remediating] }, null, 2)}\n`;
}

const ruleFor = (files: string, patterns: readonly Pattern[]) => ({
  includes: [files],
  linter: { rules: { style: { noRestrictedImports: { level: 'error', options: { patterns } } } } },
});

/** Files of a room and of the folders in it. */
const filesOf = (room: string): string => `../**/${room}/**`;

function forbiddenRooms(room: string, rooms: readonly string[], imports: string): readonly Pattern[] {
  if (imports === 'all of them') return [];
  const allowed = imports === 'nothing of ours' ? [] : imports.split(', ');
  const group = rooms.filter((one) => one !== room && !allowed.includes(one)).map(filesOf);
  return [{ group, message: `src/${room} may import only: ${imports} (${PAGE}).` }];
}

function packagesUnknownTo(room: string): readonly Pattern[] {
  const asksAws = room === 'aws';
  const knowsGraphql = !['iam', 'aws', 'inventory', 'connectors', 'store', 'scan'].includes(room);
  return [
    ...(asksAws ? [] : [{ group: ['@aws-sdk/*', '@smithy/*'], message: 'Only src/aws asks AWS.' }]),
    ...(knowsGraphql ? [] : [{ group: ['graphql', 'graphql/**'], message: `src/${room} does not know GraphQL.` }]),
  ];
}

/** What may change something in AWS. */
function writingUnknownTo(room: string): readonly Pattern[] {
  const message = `Only src/cli/remediate*.ts runs what may write to AWS (${REMEDIATION}).`;
  const runs = room === 'cli' ? [{ group: [filesOf('remediate')], message }] : [];
  return room === 'remediate' ? [] : [...runs, callsThatWrite(room)];
}

const callsThatWrite = (room: string): Pattern => ({
  group: [room === 'aws' ? './remediation/**' : '../**/aws/remediation/**'],
  message: `Only src/remediate calls what writes to AWS (${REMEDIATION}).`,
});

if (process.argv[1] === import.meta.filename) writeFileSync(join(packageRoot, RULES_FILE), renderRoomRules());
