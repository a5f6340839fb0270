import { describe, expect, test } from 'vitest';
import { readControl } from '../../../src/controls/authoring/parse-control.ts';
import { testControl } from '../../../src/controls/authoring/test-control.ts';
import { renderProblem, YamlSource } from '../../../src/yaml/yaml-source.ts';

const HEAD = `id: some-control
title: A title
severity: low
connectors: [AWS]
assetTypes: [IAMUser]
overview: What.
remediation: {console: a, cli: b, iac: c}
why: Why.
falsePositives: None.
`;

/** Users with a password and without MFA, over lines 10 to 16, and its tests from line 17 on. */
const MFA = `${HEAD}rules:
  - name: no-mfa
    title: No MFA
    query: >-
      iamUsers(where: {hasIAMUserCredentials: {mfaActive: false}})
      {...AssetFragment}
    expect: eq []
`;
const MFA_TESTS = `tests:
  - name: without
    verdict: FAIL
    findings: [ana]
    assets: {IAMUser: [{userName: ana}]}
  - name: with
    verdict: PASS
    assets: {IAMUser: [{userName: bo, hasIAMUserCredentials: {mfaActive: true}}]}
`;

/** Asks by name, with a role that was not used for long and one that was. */
const NAMED = `${HEAD.replace('IAMUser', 'IAMRole')}rules:
  - name: unused
    title: Unused
    query: '{UnusedAWSIAMRoles(days: 30) {...AssetFragment}}'
    expect: eq []
tests:
  - name: not used for long
    verdict: FAIL
    assets: {IAMRole: [{roleName: old, lastUsedDate: 40 days ago}]}
  - name: used
    verdict: PASS
    assets: {IAMRole: [{roleName: web, lastUsedDate: 2 days ago}]}
`;

async function problemsOf(yaml: string): Promise<readonly string[]> {
  const source = new YamlSource(yaml, 'x.yaml');
  const control = readControl(source);
  if (control) await testControl(source, control);
  return source.problems.map(renderProblem);
}

test('a control whose tests show all that it does has no problem', async () => {
  expect(await problemsOf(MFA + MFA_TESTS)).toEqual([]);
});

describe('what is wrong is said with its place and with what was probably meant', () => {
  const rows: Readonly<Record<string, readonly [yaml: string, ...problems: readonly string[]]>> = {
    'an unknown field of the query, in a folded text': [
      MFA.replace('mfaActive: false', 'mfaActiv: false') + MFA_TESTS,
      'x.yaml:14:48: Field "mfaActiv" is not defined by type "IAMUserCredentialsWhere". Did you mean "mfaActive"?',
    ],
    'a query that does not end': [
      MFA.replace('AssetFragment}', 'AssetFragment') + MFA_TESTS,
      'x.yaml:15:24: Syntax Error: Expected Name, found <EOF>.',
    ],
    'an unknown operator': [
      MFA.replace('mfaActive: false', 'mfaActive_GT: false') + MFA_TESTS,
      'x.yaml:14:48: Field "mfaActive_GT" is not defined by type "IAMUserCredentialsWhere". Did you mean "mfaActive_NOT" or "mfaActive"?',
    ],
    'a fragment that there is not, in its second line': [
      MFA.replace('...AssetFragment', '...AssetFragmnt') + MFA_TESTS,
      'x.yaml:15:11: Unknown fragment "AssetFragmnt". Did you mean "AssetFragment"?',
    ],
    'an unknown field of a test': [
      MFA + MFA_TESTS.replace('mfaActive: true', 'mfaActiv: true'),
      'x.yaml:24:63: IAMUserCredentials has no field mfaActiv; did you mean mfaActive?',
    ],
    'an unknown type of a test': [
      MFA + MFA_TESTS.replace('{IAMUser: [{userName: ana', '{IAMUsr: [{userName: ana'),
      'x.yaml:21:14: there is no asset type IAMUsr; did you mean IAMUser?',
    ],
    'a value of another kind': [
      MFA + MFA_TESTS.replace('mfaActive: true', 'mfaActive: yes'),
      'x.yaml:24:74: mfaActive is "yes", not Boolean',
    ],
    'one asset for a list': [
      MFA + MFA_TESTS.replace('{userName: ana}', '{userName: ana, accessKeys: {status: Active}}'),
      'x.yaml:21:52: accessKeys is {"status":"Active"}, not a list of IAMAccessKey',
    ],
    'a wrong verdict': [
      MFA + MFA_TESTS.replace('verdict: PASS', 'verdict: FAIL'),
      'x.yaml:23:14: the verdict is PASS, and not FAIL; it finds nothing',
    ],
    'other findings': [
      MFA + MFA_TESTS.replace('findings: [ana]', 'findings: [bo]'),
      'x.yaml:20:15: it finds ana, and not bo',
    ],
    'no failing row': [
      MFA + MFA_TESTS.replace(/ {2}- name: without[\s\S]*(?= {2}- name: with\n)/, ''),
      'x.yaml:11:11: no test fails by the rule no-mfa: write one that it finds something in',
    ],
    'no passing row': [
      MFA + MFA_TESTS.replace(/ {2}- name: with\n[\s\S]*/, ''),
      'x.yaml:18:3: no test passes: write one with an account that is as it should be',
    ],
    'no row at all': [
      MFA,
      'x.yaml:11:11: no test fails by the rule no-mfa: write one that it finds something in',
      'x.yaml:1:1: no test passes: write one with an account that is as it should be',
    ],
    'a comparison whose null case no test covers': [
      MFA.replace('mfaActive: false', 'mfaActive: false, passwordLastUsed_LT: "2026-01-01"') +
        MFA_TESTS.replace('{userName: ana}', '{userName: ana, hasIAMUserCredentials: {passwordLastUsed: 90 days ago}}'),
      'x.yaml:14:66: no test covers that passwordLastUsed is null: write one with a credential report row that has `passwordLastUsed: null`',
    ],
    'a comparison of a question that has a name, whose null case no test covers': [
      NAMED,
      'x.yaml:13:14: no test covers that lastUsedDate is null, which UnusedAWSIAMRoles compares: write one with an IAM role that has `lastUsedDate: null`',
    ],
    'one that is covered': [NAMED.replace('40 days ago', 'null')],
    'a null case that is covered': [
      MFA.replace('mfaActive: false', 'mfaActive: false, passwordLastUsed_LT: "2026-01-01"') +
        MFA_TESTS.replace(
          '{userName: ana}',
          '{userName: ana, hasIAMUserCredentials: {passwordLastUsed: 90 days ago}}',
        ).replace('mfaActive: true', 'passwordLastUsed: null'),
    ],
    'a type that is not covered': [
      MFA.replace('iamUsers(where: {hasIAM', 'iamUsers(where: {hasIAM').replace(
        'assetTypes: [IAMUser]',
        'assetTypes: [IAMRole]',
      ) + MFA_TESTS,
      'x.yaml:14:7: it finds assets of the type IAMUser, and assetTypes has IAMRole: add it, or follow a returnPath to one of these',
    ],
    'a return path that is not selected': [
      MFA.replace('    expect', '    returnPath: conector\n    expect') + MFA_TESTS,
      'x.yaml:16:17: return path: there is no "conector" in what the text selects',
    ],
    'findings that are not applicable': [
      `${MFA}applicable: 'iamUsers(where: {userName: "bo"}) {arn}'\n${MFA_TESTS}`,
      'x.yaml:19:5: it finds ana, which applicable does not select: no rule may find what is not applicable',
    ],
    'an applicable that selects nothing': [
      `${MFA}applicable: 'iamUsersAggregate {count}'\n${MFA_TESTS}`,
      'x.yaml:17:14: applicable selects assets, and iamUsersAggregate gives none',
    ],
    'a name that is used twice': [
      MFA + MFA_TESTS.replace('name: with\n', 'name: without\n'),
      'x.yaml:22:11: another of the tests is called without as well',
    ],
    'a parameter that is none': [
      MFA + MFA_TESTS.replace('verdict: PASS', 'parameters: {days: 1}\n    verdict: PASS'),
      'x.yaml:23:24: some-control has no parameter days, nor any other',
    ],
    'a time that is none': [
      MFA + MFA_TESTS.replace('verdict: PASS', 'now: today\n    verdict: PASS'),
      'x.yaml:23:10: now is "today", not an RFC 3339 time',
    ],
    'an asset twice': [
      MFA + MFA_TESTS.replace('{userName: ana}', '{userName: ana}, {userName: ana}'),
      'x.yaml:21:41: ana is here twice: write it once with an anchor (&a), and *a where it belongs to another too',
    ],
    'several at once, wherever they are': [
      MFA.replace('mfaActive: false', 'mfaActiv: false') + MFA_TESTS.replace('userName: bo', 'userNam: bo'),
      'x.yaml:14:48: Field "mfaActiv" is not defined by type "IAMUserCredentialsWhere". Did you mean "mfaActive"?',
      'x.yaml:24:25: IAMUser has no field userNam; did you mean userName?',
    ],
  };

  test.each(Object.entries(rows))('%s', async (_name, [yaml, ...problems]) => {
    expect(await problemsOf(yaml)).toEqual(problems);
  });
});
