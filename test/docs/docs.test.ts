import { execFile } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { renderBenchmarks } from '../../scripts/benchmarks.ts';
import { madeFiles } from '../../scripts/connectors.ts';
import { editorSchemas, withTables } from '../../scripts/library-shape.ts';
import { renderActions, withActions } from '../../scripts/permissions.ts';
import { planSchema, withPlanTables } from '../../scripts/remediation-plan.ts';
import { RULES_FILE, renderRoomRules } from '../../scripts/rooms.ts';
import { renderSought } from '../../scripts/sought.ts';
import { exitCodeOfError } from '../../src/cli/exit-code.ts';
import { formats } from '../../src/cli/format-options.ts';
import { foundingControlId, loadControls } from '../../src/controls/load-controls.ts';
import { renderAssetFragment } from '../../src/graphql/asset-fragment.ts';
import { limitTable } from '../../src/graphql/limits.ts';
import { namedFields } from '../../src/graphql/named-fields.ts';
import { loadSchema } from '../../src/graphql/schema.ts';
import type { FactGroup } from '../../src/iam/assets.generated.ts';
import { catalogue, factGroups } from '../../src/iam/catalogue.generated.ts';
import { errorKinds } from '../../src/iam/error.ts';
import { packageRoot } from '../../src/package-root.ts';
import { operators } from '../../src/where/operators.ts';
import { iamqlBin, runCli } from '../support/run-cli.ts';

const read = (path: string): string => readFileSync(join(packageRoot, path), 'utf8');
const pages = ['README.md', 'CHANGELOG.md', ...globSync('docs/**/*.md', { cwd: packageRoot })].sort();

/** The cells of every table row of a page, without the backticks that are around the first. */
function tableRows(page: string): readonly (readonly string[])[] {
  const rows = read(page)
    .split('\n')
    .filter((line) => line.startsWith('| '));
  return rows.map((row) => {
    const [first = '', ...rest] = row.split('|').slice(1, -1);
    return [first.trim().replaceAll('`', ''), ...rest.map((cell) => cell.trim())];
  });
}

function codeBlocks(page: string, language: string): readonly string[] {
  return [...read(page).matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, block]) => block as string,
  );
}

/** A page's text below the heading `## name`, up to the next of that rank. */
function section(page: string, name: string): string {
  const [, text] = new RegExp(`^## ${name}$([\\s\\S]*?)(?=^## |(?![\\s\\S]))`, 'm').exec(read(page)) ?? [];
  if (text === undefined) throw new Error(`${page} has no heading ${name}`);
  return text;
}

describe('docs/cli.md', () => {
  interface Help {
    readonly command: readonly string[];
    readonly flags: readonly string[];
    /** Commands of a shell, each on one line. */
    readonly examples: readonly string[];
    readonly hasCommands: boolean;
  }

  async function helpOf(command: readonly string[]): Promise<readonly Help[]> {
    const { stdout } = await runCli([...command, '--help']);
    const flags = [...stdout.matchAll(/^ +(?:-\w, )?(--[a-z-]+)/gm)].map(([, flag]) => flag as string);
    const examples = /\nExamples:\n([\s\S]*?)\n\n/.exec(stdout)?.[1]?.split('\n') ?? [];
    const commands = /\nCommands:\n([\s\S]*?)(?:\n\n|$)/.exec(stdout)?.[1] ?? '';
    const names = [...commands.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name as string);
    const below = await Promise.all(names.filter((name) => name !== 'help').map((name) => helpOf([...command, name])));
    return [{ command, flags, examples, hasCommands: names.length > 0 }, ...below.flat()];
  }

  const help = helpOf([]);

  test('names every command', async () => {
    const commands = (await help).map(({ command }) => command.join(' ')).filter((name) => name !== '');
    expect(commands).toContain('controls show');
    for (const name of commands) expect(read('docs/cli.md')).toContain(`iamql ${name}`);
  });

  test('names every flag where its command is described', async () => {
    const source = section('docs/cli.md', 'Where facts come from');
    for (const { command, flags } of await help) {
      expect(flags).toContain('--help');
      const own = command[0] === undefined ? read('docs/cli.md') : section('docs/cli.md', command[0]);
      const described = command.length === 1 && command[0] !== 'controls' ? own + source : own;
      for (const flag of flags.filter((name) => name !== '--help')) {
        expect(described, `${flag} of ${command.join(' ') || 'iamql'}`).toMatch(new RegExp(`\`[^\`]*${flag}\\b`));
      }
    }
  });

  test('names no flag that there is not', async () => {
    const known = new Set((await help).flatMap(({ flags }) => flags));
    const named = tableRows('docs/cli.md').flatMap(([first = '']) => /^--[a-z-]+/.exec(first)?.[0] ?? []);
    expect(named.length).toBeGreaterThan(15);
    expect(named.filter((flag) => !known.has(flag))).toEqual([]);
  });

  test('has examples of every command, with flags that it has, and its help shows them', async () => {
    for (const { command, flags, examples, hasCommands } of await help) {
      if (!hasCommands) expect(examples, command.join(' ')).not.toEqual([]);
      for (const example of examples) {
        expect(read('docs/cli.md')).toContain(example.trim());
        const [, own = ''] = example.split(`iamql ${command.join(' ')}`);
        const used = [...own.replace(/'[^']*'|\|.*| #.*/g, '').matchAll(/ (--[a-z-]+)/g)].map(([, flag]) => flag);
        if (!hasCommands) expect(flags, example).toEqual(expect.arrayContaining(used));
      }
    }
  });

  /** Lines of code that begin with a command, on whichever page; where a shell goes on below, as one line. */
  const lines = pages.flatMap((page) =>
    [
      ...read(page)
        .replace(/\\\n\s*/g, '')
        .matchAll(/^ *(?:- |npx |.* \| )?iamql ((?:[a-z]+ ?)+)([^\n]*)$/gm),
    ].map(([line, words = '', rest = '']) => ({ page, line, words: words.trim().split(' '), rest })),
  );

  test('and no page has a command with a flag that it does not have', async () => {
    const known = await help;
    expect(lines.length).toBeGreaterThan(80);
    for (const { page, line, words, rest } of lines) {
      const found = known.findLast(
        ({ command }) => command.length > 0 && command.every((name, at) => name === words[at]),
      );
      const used = [...rest.replace(/'[^']*'|\|.*| #.*/g, '').matchAll(/ ?(--[a-z-]+)/g)].map(([, flag]) => flag);
      expect(['--help', '--version', ...(found?.flags ?? [])], `${page}: ${line}`).toEqual(
        expect.arrayContaining(used),
      );
    }
  });

  test('gives the exit code of every kind of ending as README.md does', () => {
    const codes = (page: string): readonly string[] =>
      tableRows(page).flatMap(([code = '']) => (/^\d+$/.test(code) ? [code] : []));
    expect(codes('docs/cli.md')).toEqual(['0', '1', '2', '3', '130']);
    expect(codes('README.md')).toEqual(codes('docs/cli.md'));
  });
});

describe('examples', () => {
  const ages = (text: string): string => text.replace(/\(\d[^)]*\)/g, '(age)');

  test('README.md shows what check --sample prints', async () => {
    const shown = codeBlocks('README.md', 'text')[0] ?? '';
    const parts = ages(shown).split(/^ *\.\.\.\n/m);
    expect(parts.length).toBeGreaterThan(1);
    let rest = ages((await runCli(['check', '--sample'])).stdout);
    for (const part of parts) {
      expect(rest).toContain(part);
      rest = rest.slice(rest.indexOf(part) + part.length);
    }
  });

  const commands = ['README.md', 'docs/cli.md', 'docs/formats.md'].flatMap((page) =>
    [...read(page).matchAll(/^ {4}(?:npx )?(.*iamql (?!serve).*--sample.*)$/gm)]
      .map(([, line]) => (line as string).replace(/ {2,}#.*$/, ''))
      .map((line) => [page, line] as const),
  );

  test.each(commands)('of %s runs: %s', async (_page, line) => {
    const shell = `iamql() { "$NODE" "${iamqlBin()}" "$@"; }\n${line}`;
    const env = { PATH: process.env['PATH'], NODE: process.execPath };
    // Some write files.
    const cwd = mkdtempSync(join(tmpdir(), 'iamql-docs-'));
    onTestFinished(() => rmSync(cwd, { recursive: true }));
    const code = await promisify(execFile)('sh', ['-c', shell], { env, cwd }).then(
      () => 0,
      (error: { code: number }) => error.code,
    );
    expect([0, 1]).toContain(code);
  });

  test('there are some to run', () => expect(commands.length).toBeGreaterThan(4));
});

describe('docs/ci.md', () => {
  test('has pipelines that their services can parse', () => {
    const [github, gitlab] = codeBlocks('docs/ci.md', 'yaml').map((text) => parse(text));
    expect(github.jobs.check.steps[2].run).toMatch(/^iamql check (?:\S+ )+--format text$/);
    expect(gitlab.iam.script).toEqual([expect.any(String), expect.stringMatching(/^iamql check /)]);
  });
});

describe('docs/errors.md', () => {
  const rows = new Map(tableRows('docs/errors.md').map(([kind = '', , code]) => [kind, code]));

  test.each(errorKinds)('says what %s means and which exit code it gives', (kind) => {
    expect(rows.get(kind)).toBe(String(exitCodeOfError(kind)));
  });
});

describe('docs/formats.md', () => {
  const rows = tableRows('docs/formats.md').map(([format = '']) => format);

  test.each(formats)('says what %s is and how it shows each outcome', (format) => {
    expect(rows).toContain(format);
    expect(section('docs/formats.md', format).length).toBeGreaterThan(200);
    expect(section('docs/cli.md', 'check')).toContain(`\`${format}\``);
  });

  test('names no format that there is not', () => {
    expect(rows.filter((name) => name !== 'format')).toEqual(formats);
  });
});

describe('docs/benchmarks.md', () => {
  test('is what the library says', async () => {
    expect(read('docs/benchmarks.md')).toBe(await renderBenchmarks());
  });
});

describe('src/store/sought.generated.ts', () => {
  test('is what the bundled controls look for', async () => {
    expect(read('src/store/sought.generated.ts')).toBe(await renderSought());
  });
});

describe('docs/controls.md', () => {
  test('says why the rules of the founding control differ', async () => {
    const founding = (await loadControls()).find(({ id }) => id === foundingControlId);
    const text = section('docs/controls.md', foundingControlId);
    expect(founding?.rules).toHaveLength(3);
    for (const { name } of founding?.rules ?? []) expect(text).toContain(`\`${name}\``);
  });
});

describe('the files of a library', () => {
  test('are described in docs/controls.md as the parser reads them', () => {
    expect(read('docs/controls.md')).toBe(withTables(read('docs/controls.md')));
  });

  test.each(Object.entries(editorSchemas()))('are known to editors by controls/%s', (name, schema) => {
    expect(read(`controls/${name}`)).toBe(schema);
  });
});

describe('docs/permissions.md', () => {
  const policyOf = (page: string) => JSON.parse(codeBlocks(page, 'json')[0] ?? '');
  const calledIn = (folder: string): ReadonlySet<string> => {
    const source = globSync(`${folder}/*.ts`, { cwd: packageRoot }).map(read);
    return new Set(source.join('\n').match(/(?<=')(?:iam|sts):[A-Z]\w+(?=')/g));
  };
  const called = calledIn('src/aws');

  test('has the policy that iamql permissions prints, and README.md that of the founding control', async () => {
    expect(policyOf('docs/permissions.md')).toEqual(JSON.parse((await runCli(['permissions'])).stdout));
    const founding = await runCli(['permissions', 'aws-iam-no-initial-access-keys']);
    expect(policyOf('README.md')).toEqual(JSON.parse(founding.stdout));
  });

  test('its policy allows the IAM actions that src/aws calls, and no other', () => {
    const allowed = policyOf('docs/permissions.md').Statement[0].Action;
    expect(allowed).toEqual([...called].filter((action) => action.startsWith('iam:')).sort());
  });

  test('has apart from it what remediation takes, where reading and writing are apart', async () => {
    const policy = JSON.parse(codeBlocks('docs/permissions.md', 'json')[1] ?? '');
    expect(policy).toEqual(JSON.parse((await runCli(['permissions', '--remediate'])).stdout));
    const [reading, ...writing] = policy.Statement.map((one: { readonly Action: readonly string[] }) => one.Action);
    const ofRemediation = calledIn('src/aws/remediation');
    expect(writing.flat()).toEqual([...ofRemediation].filter((action) => !/:(?:Get|List)/.test(action)));
    const known = new Set([...called, ...ofRemediation]);
    expect(
      reading.filter((action: string) => !known.has(action) || !/:(?:Get|List|GenerateCredentialReport)/.test(action)),
    ).toEqual([]);
    const section = read('docs/permissions.md');
    for (const action of ofRemediation) expect(section).toContain(`| \`${action}\` |`);
  });

  test('says what every action is for, as the schema does', () => {
    const described = section('docs/permissions.md', 'What each is for');
    for (const action of called) expect(described).toContain(`\`${action}\``);
    expect(read('docs/permissions.md')).toBe(withActions(read('docs/permissions.md')));
    expect(described).toContain(renderActions());
  });
});

describe('docs/remediation.md', () => {
  test('has the keys of a plan as its reader knows them', () => {
    expect(read('docs/remediation.md')).toBe(withPlanTables(read('docs/remediation.md')));
    expect(read('docs/remediation-plan.schema.json')).toBe(planSchema());
  });
});

describe('docs/where.md', () => {
  test('shows AssetFragment as the service knows it', () => {
    expect(codeBlocks('docs/where.md', 'graphql')[0]?.trim()).toBe(renderAssetFragment(loadSchema()));
  });

  test('has every named field with what it selects', () => {
    const described = section('docs/where.md', 'Questions that have a name');
    for (const [name, { description }] of Object.entries(namedFields)) {
      expect(described).toContain(`| \`${name}\` |`);
      expect(described).toContain(`| ${description} |`);
    }
  });

  test('names every root field with what it gives', () => {
    const rows = tableRows('docs/where.md').filter(([, given = '']) =>
      Object.values(catalogue).some(({ many }) => many === given),
    );
    expect(rows).toEqual(
      Object.values(catalogue)
        .map(({ root, many }) => [root, many])
        .sort(),
    );
  });

  test('names every operator', () => {
    const keys = section('docs/where.md', 'Keys of a where');
    for (const { suffix } of operators) expect(keys).toMatch(new RegExp(`\`(field|relation)${suffix}\``));
  });
});

describe('docs/freshness.md', () => {
  const rows = new Map(tableRows('docs/freshness.md').map(([name = '', live = '']) => [name, live]));
  const columns = Object.entries(catalogue.IAMUserCredentials.fields).filter(([, { column }]) => column);

  test.each(columns)('says what tells %s live', (name, { live = [] }) => {
    expect(live.length).toBeGreaterThan(0);
    const [first] = live;
    expect(rows.get(name)).toContain(`\`${factGroups[first as FactGroup].actions.at(-1)}\``);
  });
});

describe('docs/http.md', () => {
  const rows = new Map(tableRows('docs/http.md').map(([name = '', value = '']) => [name, value]));

  test.each(Object.entries(limitTable))('gives the limit %s', (name, { usual: value }) => {
    expect(rows.get(name)?.split(' ')[0]).toBe(value.toLocaleString('en'));
  });
});

describe('docs/connectors.md', () => {
  test('and the role beside it are as their shapes and actions make them', () => {
    for (const [file, text] of Object.entries(madeFiles())) expect(read(file), file).toBe(text);
  });

  test('has a role of exactly the actions that iamql permissions prints', async () => {
    const { stdout } = await runCli(['permissions']);
    const { Action: actions } = JSON.parse(stdout).Statement[0];
    for (const file of ['docs/role/iamql-role.cloudformation.yaml', 'docs/role/iamql-role.tf']) {
      expect([...read(file).matchAll(/\biam:\w+/g)].map(([action]) => action)).toEqual(actions);
      expect(read(file).match(/\*"/g)).toHaveLength(1);
    }
  });
});

describe('docs/adr/0001-layers.md', () => {
  test('is what Biome enforces', () => {
    expect(read(RULES_FILE)).toBe(renderRoomRules());
    expect(JSON.parse(read('biome.json')).extends).toEqual([`./${RULES_FILE}`]);
    const rows = tableRows('docs/adr/0001-layers.md').filter(([room = '']) => room.startsWith('src/'));
    expect(rows.map(([room]) => room).sort()).toEqual(globSync('src/*/', { cwd: packageRoot }).sort());
  });
});

describe('links', () => {
  const slug = (heading: string): string =>
    heading
      .toLowerCase()
      .replace(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-');
  const anchors = (file: string): readonly string[] =>
    [...readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading]) => slug(heading as string));

  test.each(pages)('of %s lead somewhere', (page) => {
    const targets = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target as string);
    for (const target of targets.filter((link) => !/^https?:/.test(link))) {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? join(packageRoot, page) : resolve(packageRoot, dirname(page), path);
      expect(existsSync(file), `${target} in ${page}`).toBe(true);
      if (anchor !== undefined) expect(anchors(file), `${target} in ${page}`).toContain(anchor);
    }
  });
});
