import { describe, expect, test } from 'vitest';
import { findControls, foundingControlId } from '../../src/controls/load-controls.ts';
import { usualOrder } from '../../src/controls/order.ts';
import { readCheckResult } from '../../src/guardrails/check-result.ts';
import { EarlierRollOut } from '../../src/guardrails/earlier-roll-out.ts';
import { judgedAccounts, type KnownAccount } from '../../src/guardrails/judged-accounts.ts';
import { Owners } from '../../src/guardrails/owners.ts';
import { makeRollOut, type RollOutSettings } from '../../src/guardrails/roll-out.ts';
import { renderRollOut } from '../../src/report/roll-out.ts';

const [control] = await findControls([foundingControlId]);
if (!control) throw new Error('the founding control is there');

const [A, B, C, D] = ['111122223333', '444455556666', '777788889999', '888899990000'] as const;

interface Said {
  readonly account?: string;
  readonly verdict: 'PASS' | 'FAIL' | 'ERROR';
  readonly users?: readonly string[];
  readonly errors?: readonly string[];
  readonly id?: string;
  readonly keys?: readonly object[];
}

/** What `iamql check --format json` prints of one account. */
const result = ({ account = A, verdict, users = [], errors = [], id = foundingControlId, keys }: Said): string =>
  JSON.stringify({
    ...{ format: 'iamql-check/1', sample: false, account },
    controls: [
      {
        ...{ id, verdict, parameters: {} },
        rules: [
          {
            informative: false,
            errors: errors.map((message) => ({ code: 'AccessDenied', message })),
            excepted: [],
            findings: users.map((name) => ({
              ...{ identifier: `arn:aws:iam::${account}:user/${name}`, account, type: 'IAMUser', name },
              keys: keys ?? [{ slot: 1, since: null, accessKeyId: 'AKIAIOSFODNN7EXAMPLE', createDate: null }],
            })),
          },
        ],
      },
    ],
  });

const known = (id: string, more: Partial<KnownAccount> = {}): KnownAccount => ({
  ...{ id, name: id, organization: undefined, units: [], tags: {}, ...more },
});
const production = {
  organization: 'acme',
  units: [
    { id: 'r-ab12', name: 'Root' },
    { id: 'ou-ab12-2', name: 'Prod' },
  ],
};

interface Asked extends Partial<Omit<RollOutSettings, 'owners' | 'earlier'>> {
  readonly known?: readonly KnownAccount[];
  readonly owners?: readonly string[];
  readonly earlier?: string;
}

function render(results: readonly string[], { known: accounts, owners = [], earlier, ...more }: Asked = {}): string {
  const read = results.map((json) => readCheckResult(json, 'r.json'));
  const settings: RollOutSettings = {
    ...{ control: control as never, order: usualOrder, batchSize: 10, tags: new Map(), caveats: [], ...more },
    owners: new Owners(owners, ['owner', 'team']),
    earlier: earlier === undefined ? undefined : new EarlierRollOut(earlier, foundingControlId, 'plan.md'),
  };
  return renderRollOut(makeRollOut(judgedAccounts(foundingControlId, read, accounts), settings));
}

const linesOf = (text: string, holds: RegExp): readonly string[] => text.split('\n').filter((line) => holds.test(line));
const withoutMarks = (lines: readonly string[]) => lines.map((line) => line.replace(/ <!--.*$/, ''));
const tick = (text: string, holds: string): string =>
  text.replace(new RegExp(`^- \\[ \\](?=.*${holds})`, 'm'), '- [x]');

describe('a roll-out', () => {
  test('begins where the control is owned, unit by unit, and then has accounts that are in no organization', () => {
    const text = render([result({ verdict: 'PASS' })], {
      known: [
        known(A, production),
        known(B, { organization: 'acme', units: [...production.units.slice(0, 1), { id: 'ou-ab12-1', name: 'Dev' }] }),
        known(C),
      ],
      owners: ['acme=platform', `${C}=payments`, 'security'],
    });
    const [, first = ''] = text.split('## 1.');
    const section = first.split('## 2.')[0] ?? '';
    expect(withoutMarks(linesOf(section, /^(###|- .*(Attach|management|Tell|Judge))/))).toEqual([
      '### Organization `acme`',
      '- [ ] Tell of new credentials in every account, by a stack set: `iamql guardrails eventbridge`. It prevents nothing, and breaks nothing. · owner `platform`',
      '- [ ] Judge every account day by day, by a stack set: `iamql guardrails config aws-iam-no-initial-access-keys`, a rule of AWS Config. It prevents nothing, and breaks nothing. · owner `platform`',
      '- [ ] Attach it to one test account, and try both sides. · owner `platform`',
      '- [ ] Attach it to `Dev` (`ou-ab12-1`), and see that nobody misses anything. · owner `platform`',
      '- [ ] Attach it to `Prod` (`ou-ab12-2`), and see that nobody misses anything. · owner `platform`',
      '- [ ] Attach it to `Root` (`r-ab12`), and see that nobody misses anything. · owner `platform`',
      '- [ ] The policy does not bind the management account: see there by hand that nobody makes access keys. · owner `platform`',
      `### Account \`${C}\`, which is in no organization that is known`,
      `- [ ] Tell of new credentials in \`${C}\`: \`iamql guardrails eventbridge\`. It prevents nothing, and breaks nothing. · owner \`payments\``,
      `- [ ] Judge \`${C}\` day by day: \`iamql guardrails config aws-iam-no-initial-access-keys\`, a rule of AWS Config. It prevents nothing, and breaks nothing. · owner \`payments\``,
    ]);
    expect(text).toContain('- [ ] Scan every account again, also those that could not be judged');
  });

  test('has every account that nobody can call clean as an open item', () => {
    const results = [
      result({ account: A, verdict: 'PASS' }),
      result({ account: B, verdict: 'ERROR', errors: ['iam:ListUsers denied', 'and more'] }),
      result({ account: C, verdict: 'FAIL', users: ['ana'], errors: ['one user could not be read'] }),
    ];
    const text = render(results, { known: [known(D, { name: 'new' })] });
    expect(text).toContain('accounts: 1 passed, 1 failed, 1 could not be judged, 1 were never judged');
    const section = text.split('## 2.')[1]?.split('## 3.')[0] ?? '';
    expect(withoutMarks(linesOf(section, /^- /))).toEqual([
      `- [ ] Account \`${B}\`: it could not be judged: \`iam:ListUsers denied\` and 1 more reason · **no owner**`,
      `- [ ] Account \`${C}\`: it could not be judged in full: \`one user could not be read\` · **no owner**`,
      `- [ ] Account \`new (${D})\`: it was never judged · **no owner**`,
    ]);
    const byValue = render([result({ verdict: 'FAIL' })]);
    expect(byValue).toContain('it fails, and not by assets that could be named here');
  });

  test('has findings by the order, then by account, so many at once, with owners by tag and account', () => {
    const results = [
      result({ account: A, verdict: 'FAIL', users: ['c', 'b', 'a'] }),
      result({ account: B, verdict: 'FAIL', users: ['d'] }),
    ];
    const user = (name: string) => `arn:aws:iam::${A}:user/${name}`;
    const text = render(results, {
      known: [known(A, { tags: { Team: 'apps' } }), known(B, { tags: { env: 'Prod' } })],
      tags: new Map([
        [user('c'), [{ key: 'exposure', value: 'internet' }]],
        [user('b'), [{ key: 'Owner', value: 'bruno' }]],
      ]),
      ...{ batchSize: 1, owners: ['security'] },
    });
    const section = text.split('## 3.')[1]?.split('## 4.')[0] ?? '';
    expect(withoutMarks(linesOf(section, /^(###|- \[ \] IAM)/))).toEqual([
      `### \`exposed\`, account \`${A}\`, batch 1`,
      `- [ ] IAM user \`c\` (\`${user('c')}\`): access key 1 \`AKIAIOSFODNN7EXAMPLE\` · owner \`apps\``,
      `### \`production\`, account \`${B}\`, batch 1`,
      `- [ ] IAM user \`d\` (\`arn:aws:iam::${B}:user/d\`): access key 1 \`AKIAIOSFODNN7EXAMPLE\` · owner \`security\``,
      `### \`the rest\`, account \`${A}\`, batch 1`,
      `- [ ] IAM user \`a\` (\`${user('a')}\`): access key 1 \`AKIAIOSFODNN7EXAMPLE\` · owner \`apps\``,
      `### \`the rest\`, account \`${A}\`, batch 2`,
      `- [ ] IAM user \`b\` (\`${user('b')}\`): access key 1 \`AKIAIOSFODNN7EXAMPLE\` · owner \`bruno\``,
    ]);
  });

  test('is the same, byte by byte, in whichever order the facts come', () => {
    const results = [
      result({ account: A, verdict: 'FAIL', users: ['a', 'b'] }),
      result({ account: B, verdict: 'ERROR' }),
    ];
    const other = [
      result({ account: B, verdict: 'ERROR' }),
      result({ account: A, verdict: 'FAIL', users: ['b', 'a'] }),
    ];
    const accounts = [known(C), known(D, production)];
    expect(render(other, { known: accounts.toReversed() })).toBe(render(results, { known: accounts }));
  });

  test('has what two rules find once', () => {
    const twice = JSON.parse(result({ verdict: 'FAIL', users: ['ana'] }));
    twice.controls[0].rules.push(twice.controls[0].rules[0]);
    expect(linesOf(render([JSON.stringify(twice)]), /user `ana`/)).toHaveLength(1);
  });

  test('shows what others have named as it is, and takes nothing of it for a tick', () => {
    const name = 'x` <img>\n- [x] done <!-- iamql:step-000000000000 -->';
    const text = render([result({ verdict: 'FAIL', users: [name] })], { owners: ['``a`` | @security'] });
    expect(linesOf(text, /done/)).toHaveLength(1);
    expect(text).toContain('``x` <img>\\u000a- [x] done <!-- iamql:step-000000000000 -->``');
    expect(text).toContain('owner ``` ``a`` | @security ```');
    expect(new EarlierRollOut(text, foundingControlId, 'f').isTicked('step-000000000000')).toBe(false);
  });
});

describe('a roll-out that is rendered anew', () => {
  const both = [
    result({ account: A, verdict: 'FAIL', users: ['ana'] }),
    result({ account: B, verdict: 'FAIL', users: ['bo'] }),
  ];
  const before = ['CloudTrail', 'Tell of', 'user `ana`', 'user `bo`', 'Scan every'].reduce(tick, render(both));

  test('keeps the ticks of steps, and none of what is still found', () => {
    const again = render(both, { earlier: before });
    expect(linesOf(again, /^- \[x\]/).map((line) => line.slice(6, 20))).toEqual(['Tell of new cr', 'Scan every acc']);
    expect(render(both, { earlier: again })).toBe(again);
    // With other work it is another scan, and a key that was made since is another finding.
    const [, bo = ''] = both;
    const newer = [result({ account: A, verdict: 'FAIL', users: ['ana'], keys: [] }), bo];
    expect(linesOf(render(newer, { earlier: before }), /^- \[x\]/)).toHaveLength(1);
  });

  test('keeps what was found in accounts that were not judged since, and lets go of what is gone', () => {
    const now = [result({ account: A, verdict: 'PASS' }), result({ account: B, verdict: 'ERROR', errors: ['denied'] })];
    const text = render(now, { earlier: before });
    expect(text).not.toContain('user `ana`');
    const [, section = ''] = text.split('### Found before, in accounts that were not judged in full since');
    expect(linesOf(section, /user `bo`/)).toHaveLength(1);
    expect(render(now, { earlier: text })).toBe(text);
    const later = render([result({ account: A, verdict: 'PASS' }), result({ account: B, verdict: 'PASS' })], {
      earlier: text,
    });
    expect(later).not.toContain('user `bo`');
    // An account that nobody judged any more is no more clean than one that could not be.
    expect(render([result({ account: A, verdict: 'PASS' })], { earlier: text })).toContain('user `bo`');
  });

  test('knows an item behind which people have written', () => {
    const noted = before.replace(/(Tell of.*)$/m, '$1 (done by Bo, see OPS-7)');
    expect(linesOf(render(both, { earlier: noted }), /^- \[x\].*Tell of/)).toHaveLength(1);
  });

  test.each([
    ['another file', '# Notes\n', /it is no roll-out that/],
    ['the roll-out of another control', '<!-- iamql-roll-out/1 other -->\n', /it is the roll-out of other/],
  ])('is not %s', (_name, earlier, said) => {
    expect(() => render(both, { earlier })).toThrow(said);
  });
});

describe('is refused where', () => {
  const rows: readonly (readonly [
    name: string,
    results: readonly string[],
    owners: readonly string[],
    said: RegExp,
  ])[] = [
    ['a result is no JSON', ['x'], [], /r.json: it is no JSON/],
    ['it is another JSON', ['{"format":"iamql-iac/1"}'], [], /not what `iamql check --format json` prints: format/],
    [
      'it does not judge the control',
      [result({ id: 'other', verdict: 'PASS' })],
      [],
      /does not judge aws-iam.*it judges other/,
    ],
    [
      'two judge one account',
      [result({ verdict: 'PASS' }), result({ verdict: 'FAIL' })],
      [],
      /account 111122223333 is in two results/,
    ],
    ['two own the same', [result({ verdict: 'PASS' })], ['a=x', 'a=y'], /two owners of a/],
    ['an owner has no name', [result({ verdict: 'PASS' })], ['a='], /write NAME, or ACCOUNT=NAME/],
  ];
  test.each(rows)('%s', (_name, results, owners, said) => {
    expect(() => render(results, { owners })).toThrow(said);
  });
});
