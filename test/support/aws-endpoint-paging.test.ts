import type { IAMClient } from '@aws-sdk/client-iam';
import * as sdk from '@aws-sdk/client-iam';
import { describe, expect, test } from 'vitest';
import { iamClient } from './aws-clients.ts';
import { FULL_ACCOUNT, OWN_POLICY, VIRTUAL } from './full-account.ts';
import { IAM_ACTIONS } from './iam-actions.ts';
import { opensEndpoints } from './opened-endpoints.ts';

const start = opensEndpoints();
const ALICE = { UserName: 'alice' };
const ACCOUNT = 'arn:aws:iam::111122223333';
const OIDC_ARN = `${ACCOUNT}:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/X1`;

/** The calls of the SDK, of which only the input and a member or two matter here. */
type Input = Readonly<Record<string, string | boolean | number | undefined>>;
type Answer = Readonly<Record<string, unknown>>;

/** Every action that answers in pages, what is asked of it, the lists of its answer, and how many FULL_ACCOUNT has. */
const PAGED: readonly [action: string, input: Input, lists: readonly string[], count: number][] = [
  ['GetAccountAuthorizationDetails', {}, ['UserDetailList', 'GroupDetailList', 'RoleDetailList', 'Policies'], 9],
  ['ListAccessKeys', ALICE, ['AccessKeyMetadata'], 2],
  ['ListAccountAliases', {}, ['AccountAliases'], 2],
  ['ListInstanceProfileTags', { InstanceProfileName: 'web' }, ['Tags'], 2],
  ['ListInstanceProfiles', {}, ['InstanceProfiles'], 3],
  ['ListMFADeviceTags', { SerialNumber: `${VIRTUAL}alice` }, ['Tags'], 2],
  ['ListMFADevices', ALICE, ['MFADevices'], 2],
  ['ListOpenIDConnectProviderTags', { OpenIDConnectProviderArn: OIDC_ARN }, ['Tags'], 2],
  ['ListPolicyTags', { PolicyArn: OWN_POLICY }, ['Tags'], 2],
  ['ListRoles', {}, ['Roles'], 2],
  ['ListSSHPublicKeys', ALICE, ['SSHPublicKeys'], 2],
  ['ListServerCertificateTags', { ServerCertificateName: 'www' }, ['Tags'], 2],
  ['ListServerCertificates', {}, ['ServerCertificateMetadataList'], 2],
  ['ListServiceSpecificCredentials', { AllUsers: true }, ['ServiceSpecificCredentials'], 3],
  ['ListSigningCertificates', ALICE, ['Certificates'], 2],
  ['ListUsers', {}, ['Users'], 2],
  ['ListVirtualMFADevices', {}, ['VirtualMFADevices'], 3],
];

const UNPAGED: readonly [action: string, input: Input][] = [
  ['DeleteAccessKey', { ...ALICE, AccessKeyId: 'AKIAEXAMPLEALICE0001' }],
  ['GenerateCredentialReport', {}],
  ['GetAccessKeyLastUsed', { AccessKeyId: 'AKIAEXAMPLEALICE0001' }],
  ['GetAccountPasswordPolicy', {}],
  ['GetAccountSummary', {}],
  ['GetCredentialReport', {}],
  ['GetLoginProfile', ALICE],
  ['GetOpenIDConnectProvider', { OpenIDConnectProviderArn: OIDC_ARN }],
  ['GetUser', ALICE],
  ['ListOpenIDConnectProviders', {}],
  ['ListSAMLProviders', {}],
  ['UpdateAccessKey', { ...ALICE, AccessKeyId: 'AKIAEXAMPLEALICE0001', Status: 'Inactive' }],
  ['GetSAMLProvider', { SAMLProviderArn: `${ACCOUNT}:saml-provider/okta` }],
];

const COMMANDS: ReadonlyMap<string, unknown> = new Map(Object.entries(sdk));

async function send(iam: IAMClient, action: string, input: Input, abortSignal?: AbortSignal): Promise<Answer> {
  // All commands are made and sent alike, so one stands for them all.
  const Command = COMMANDS.get(`${action}Command`) as typeof sdk.ListUsersCommand;
  const answer = await iam.send(new Command(input), abortSignal ? { abortSignal } : {});
  return { ...answer };
}

function members(answer: Answer, lists: readonly string[]): readonly unknown[] {
  return lists.flatMap((list) => answer[list]);
}

test('every action of IAM is in these tables', () => {
  const actions = [...PAGED, ...UNPAGED].map(([action]) => action);
  expect(actions.toSorted()).toEqual(Object.keys(IAM_ACTIONS).toSorted());
});

describe.each(PAGED)('%s', (action, input, lists, count) => {
  test('pages of one give everything once, in the order of the whole', async () => {
    const { endpoint, iam } = await start(FULL_ACCOUNT);
    const whole = await send(iam, action, input);
    expect(members(whole, lists)).toHaveLength(count);
    expect(whole).toMatchObject({ IsTruncated: false });
    expect(whole).not.toHaveProperty('Marker', expect.anything());
    endpoint.setScenario({ ...FULL_ACCOUNT, pageSize: 1 });
    endpoint.forgetCalls();
    const paged: unknown[] = [];
    let page: Answer | undefined;
    while (page === undefined || page['IsTruncated'] === true) {
      page = await send(iam, action, { ...input, MaxItems: 2, Marker: page?.['Marker'] as string | undefined });
      paged.push(...members(page, lists));
    }
    expect(paged).toEqual(members(whole, lists));
    expect(endpoint.count(action)).toBe(count);
  });

  test('MaxItems asks for less', async () => {
    const { iam } = await start(FULL_ACCOUNT);
    const page = await send(iam, action, { ...input, MaxItems: 1 });
    expect(members(page, lists)).toHaveLength(1);
    expect(page).toMatchObject({ IsTruncated: true, Marker: expect.any(String) });
  });

  test('emptyTruncated says that there is more, sameMarker stands still', async () => {
    const { endpoint, iam } = await start({ ...FULL_ACCOUNT, faults: [{ action, times: 1, emptyTruncated: true }] });
    const empty = await send(iam, action, input);
    expect(members(empty, lists)).toEqual([]);
    expect(empty['IsTruncated']).toBe(true);
    const rest = await send(iam, action, { ...input, Marker: empty['Marker'] as string });
    expect(members(rest, lists)).toHaveLength(count);
    endpoint.setScenario({ ...FULL_ACCOUNT, faults: [{ action, sameMarker: true }] });
    const first = await send(iam, action, input);
    const second = await send(iam, action, { ...input, Marker: first['Marker'] as string });
    expect(second).toMatchObject({ IsTruncated: true, Marker: first['Marker'] });
  });
});

describe.each([...PAGED.map(([action, input]): [string, Input] => [action, input]), ...UNPAGED])(
  '%s',
  (action, input) => {
    const scenario = { ...FULL_ACCOUNT, passwordPolicy: { MinimumPasswordLength: 8 } };

    test('may be denied, cut, garbled, throttled and late', async () => {
      const { endpoint } = await start({ ...scenario, faults: [{ action, error: { code: 'AccessDenied' } }] });
      const iam = iamClient(endpoint.url, { maxAttempts: 1 });
      await expect(send(iam, action, input)).rejects.toMatchObject({
        name: 'AccessDenied',
        message: expect.stringContaining(`is not authorized to perform: iam:${action} on resource: `),
      });
      endpoint.setScenario({ ...scenario, faults: [{ action, cut: true }] });
      await expect(send(iam, action, input)).rejects.toMatchObject({ code: 'ECONNRESET' });
      endpoint.setScenario({ ...scenario, faults: [{ action, garbage: 'no such host' }] });
      await expect(send(iam, action, input)).rejects.toThrow('XML parse error');
      endpoint.setScenario({ ...scenario, faults: [{ action, times: 1, error: { code: 'Throttling' } }] });
      await expect(send(iam, action, input)).rejects.toMatchObject({ name: 'Throttling' });
      endpoint.setScenario({ ...scenario, faults: [{ action, times: 1, delayMs: 30 }] });
      const before = performance.now();
      await send(iam, action, input);
      expect(performance.now() - before).toBeGreaterThan(28);
    });

    test('may hang', async () => {
      const { iam } = await start({ ...scenario, faults: [{ action, hang: true }] });
      const hanging = send(iam, action, input, AbortSignal.timeout(50));
      await expect(hanging).rejects.toMatchObject({ name: 'AbortError' });
    });
  },
);
