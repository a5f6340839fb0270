import { describe, expect, test } from 'vitest';
import { explain } from '../../src/graphql/explain.ts';
import { whys } from '../../src/graphql/why.ts';
import { openSample } from '../../src/inventory/snapshot/sample.ts';
import { renderWhy } from '../../src/report/explanation.ts';
import { denied, key, scriptedAccount, USED, user } from '../inventory/live-account.ts';
import { FOUNDING_TEXT } from '../support/founding-text.ts';

const account = scriptedAccount();

describe('why an asset is selected or is not', () => {
  const arn = (name: string) => `arn:aws:iam::111122223333:user/${name}`;
  const users = [
    user('ana', key('A1'), key('A2', { lastUsed: USED })),
    user('carla', key('C1', { lastUsed: USED }), key('C2', { lastUsed: USED }), key('C3')),
    { ...user('dan'), passwordEnabled: true },
  ];
  const scenario = { users, report: { columns: 'with-additional' } } as const;

  async function whyIs(name: string, where: string, faults: readonly ReturnType<typeof denied>[] = []) {
    const [question] = await explain({ text: `iamUsers(where:${where}){arn}` });
    if (!question) throw new Error(`${where} asks nothing`);
    const [why] = await whys(account.open({ ...scenario, faults }), [question], arn(name));
    return why ? renderWhy(why) : '';
  }

  const founding = FOUNDING_TEXT.slice(
    FOUNDING_TEXT.indexOf('where:') + 'where:'.length,
    FOUNDING_TEXT.indexOf('){...'),
  );

  test.each<[title: string, name: string, where: string, lines: readonly string[]]>([
    [
      'selected: both conditions of one alternative decide',
      'ana',
      founding,
      [
        `iamUsers selects IAM user ${arn('ana')}`,
        '  true    there is a credential report row for which',
        '  true      either',
        '  true        access key 1 is active  (accessKey1Active: true)  <- decides',
        '  true        AND access key 1 was never used  (accessKey1LastUsedDate: null)  <- decides',
        '  false     or',
        '  true        access key 2 is active  (accessKey2Active: true)',
        '  false       AND access key 2 was never used  (accessKey2LastUsedDate: "2024-04-01T01:02:00Z")',
      ],
    ],
    [
      'not selected: what is false in each alternative decides',
      'dan',
      '{OR:[{userName:"x",path:"/"},{hasIAMUserCredentials:{passwordEnabled:false}}]}',
      [
        `iamUsers does not select IAM user ${arn('dan')}`,
        '  false   either',
        '  true      path is "/"  (path: "/")',
        '  false     AND user name is "x"  (userName: "dan")  <- decides',
        '  false   or there is a credential report row for which',
        '  false     there is no console password  (passwordEnabled: true)  <- decides',
      ],
    ],
    [
      'neither: compared with null',
      'dan',
      '{passwordLastUsed_GT:"2024-01-01"}',
      [
        `iamUsers does not select IAM user ${arn('dan')}: something is compared with null`,
        '  unknown password last used is after 2024-01-01T00:00:00Z  (passwordLastUsed: null)  <- decides',
      ],
    ],
    [
      'of several keys, the one that decides',
      'ana',
      '{accessKeys:{lastUsedDate:null}}',
      [
        `iamUsers selects IAM user ${arn('ana')}`,
        '  true    there is an access key for which',
        '  true      access key in slot 1:',
        '  true        it was never used  (lastUsedDate: null)  <- decides',
        '  false     access key in slot 2:',
        '  false       it was never used  (lastUsedDate: "2024-04-01T01:02:00Z")',
      ],
    ],
    [
      'none of a kind decides by itself',
      'dan',
      '{accessKeys:{status:"Active"}}',
      [`iamUsers does not select IAM user ${arn('dan')}`, '  false   there is an access key for which  <- decides'],
    ],
    [
      'that there is one decides',
      'ana',
      '{accessKeys:{}}',
      [`iamUsers selects IAM user ${arn('ana')}`, '  true    there is an access key  <- decides'],
    ],
    [
      'a negated relation is one line',
      'dan',
      '{NOT:{accessKeys:{}},userName_NOT:"x"}',
      [
        `iamUsers selects IAM user ${arn('dan')}`,
        '  true    there is no access key  <- decides',
        '  true    AND user name is not "x"  (userName: "dan")  <- decides',
      ],
    ],
  ])('%s', async (_title, name, where, lines) => {
    expect(await whyIs(name, where)).toBe(`${lines.join('\n')}\n`);
  });

  test('a key beyond the two slots is named by its id', async () => {
    expect(await whyIs('carla', founding)).toMatch(
      / {2}true {6}or there is a further access key [\s\S]*\n {2}true {8}access key AKIAEXAMPLEC3:\n {2}true {10}access key 1 is active {2}\(accessKey1Active: true\) {2}<- decides\n/,
    );
  });

  test('what could not be read leaves it open, and says why', async () => {
    const text = await whyIs('carla', founding, [denied('ListAccessKeys')]);
    expect(text).toMatch(/^iamUsers may select IAM user .*carla or not: something could not be read\n/);
    expect(text).toMatch(/ {2}unread {4}or there is a further access key .* <- decides\n/);
    expect(text).toMatch(/\n {2}whether \S+carla matches cannot be told: iam:ListAccessKeys denied/);
  });

  test('an asset that there is not is an error, with the one that was meant', async () => {
    const inventory = openSample().inventory();
    const questions = await explain({ text: `${FOUNDING_TEXT} rootUsers{arn}` });
    const asked = (name: string) => whys(inventory, questions, name);
    await expect(asked('nobody')).rejects.toThrow('there is no IAM user or root user with the identifier "nobody"');
    await expect(asked('ana')).rejects.toThrow(`did you mean ${arn('ana')}?`);
  });

  test('of a text about no assets there is nothing to say', async () => {
    const inventory = openSample().inventory();
    await expect(whys(inventory, [], arn('ana'))).rejects.toThrow('the text asks about no assets');
  });

  test('only the questions about assets of its type are answered', async () => {
    const inventory = openSample().inventory();
    const questions = await explain({
      text: 'rootUsers{arn} AWSIAM8{identifier} named: iamUsers(where:{userName:"ana"}){arn}',
    });
    const found = await whys(inventory, questions, arn('ana'));
    expect(found.map(({ responseKey, type, truth }) => [responseKey, type, truth])).toEqual([
      ['AWSIAM8', 'IAMUser', 'false'],
      ['named', 'IAMUser', 'true'],
    ]);
  });

  test('a question that has a name is judged at the time of the facts and for their account', async () => {
    const inventory = openSample().inventory();
    // The sample is of 2026-11-02; days are not counted from the day on which somebody asks.
    const [since] = await whys(inventory, await explain({ text: 'AWSIAM3{arn}' }), arn('ana'));
    expect(renderWhy(since as NonNullable<typeof since>)).toContain(
      'password last used is at or before 2026-09-18T08:15:00Z',
    );
    const deploy = 'arn:aws:iam::111122223333:role/deploy';
    const [external] = await whys(inventory, await explain({ text: 'AWSRolesWithExternalAccess{arn}' }), deploy);
    expect(renderWhy(external as NonNullable<typeof external>)).toContain('value is "111122223333"');
  });
});
