import type { IAMClient } from '@aws-sdk/client-iam';
import type { IamqlError } from '../iam/error.ts';
import type { AwsAccount } from './aws-account.ts';
import { awsErrorName } from './aws-error.ts';
import type { Tag } from './paging.ts';

/** Of each action that was called: undefined where it is allowed, or why it is not, or is not known to be. */
export type ProbedActions = ReadonlyMap<string, IamqlError | undefined>;

/** What is asked about: names that nobody has, until there are some. */
interface Names {
  readonly arn: (resource: string) => string;
  userName: string;
  accessKeyId: string | undefined;
}

interface Answer {
  readonly Users?: readonly { readonly UserName?: string }[];
  readonly AccessKeyMetadata?: readonly { readonly AccessKeyId?: string }[];
}

type Input = (names: Names) => Readonly<Record<string, unknown>> | undefined;

/** IAM looks at permissions before it looks for what is named, so a name that nobody has tells as much as another. */
const NOBODY = 'iamql-probe-of-permissions';
const nothing: Input = () => ({});
const one: Input = () => ({ MaxItems: 1 });
const ofUser: Input = ({ userName }) => ({ UserName: userName });

/**
 * How each action is called once, with as short an answer as there is. None changes anything, but for
 * `iam:GenerateCredentialReport`, which starts a report where AWS has none that is new.
 *
 * Source: IAM API Reference, the pages of the actions.
 */
const probes: readonly Readonly<Record<string, Input>>[] = [
  {
    'iam:GenerateCredentialReport': nothing,
    'iam:GetAccountAuthorizationDetails': () => ({ Filter: ['Group'], MaxItems: 1 }),
    'iam:GetAccountPasswordPolicy': nothing,
    'iam:GetAccountSummary': nothing,
    'iam:GetCredentialReport': nothing,
    'iam:GetOpenIDConnectProvider': ({ arn }) => ({ OpenIDConnectProviderArn: arn('oidc-provider') }),
    'iam:GetSAMLProvider': ({ arn }) => ({ SAMLProviderArn: arn('saml-provider') }),
    'iam:ListAccountAliases': one,
    'iam:ListInstanceProfileTags': () => ({ InstanceProfileName: NOBODY }),
    'iam:ListInstanceProfiles': one,
    'iam:ListMFADeviceTags': ({ arn }) => ({ SerialNumber: arn('mfa') }),
    'iam:ListOpenIDConnectProviders': nothing,
    'iam:ListPolicyTags': ({ arn }) => ({ PolicyArn: arn('policy') }),
    'iam:ListRoles': one,
    'iam:ListSAMLProviders': nothing,
    'iam:ListServerCertificateTags': () => ({ ServerCertificateName: NOBODY }),
    'iam:ListServerCertificates': one,
    'iam:ListServiceSpecificCredentials': () => ({ AllUsers: true, MaxItems: 1 }),
    'iam:ListUsers': one,
    'iam:ListVirtualMFADevices': one,
  },
  {
    'iam:GetLoginProfile': ofUser,
    'iam:ListAccessKeys': ofUser,
    'iam:ListMFADevices': ofUser,
    'iam:ListSSHPublicKeys': ofUser,
    'iam:ListSigningCertificates': ofUser,
  },
  {
    // Of a key that the account does not have AWS answers as if it were denied, so that it takes one that there is.
    'iam:GetAccessKeyLastUsed': ({ accessKeyId }) => (accessKeyId ? { AccessKeyId: accessKeyId } : undefined),
  },
];

/** The actions that can be probed. */
export const probedActions: readonly string[] = probes.flatMap(Object.keys).sort();

/** What AWS answers to whoever may ask, where there is nothing to answer. */
const ALLOWED =
  /^(NoSuchEntity|(CredentialReport)?(Report)?(NotPresent|Expired|NotReady|InProgress)|LimitExceeded)(Exception)?$/;

/** Calls every action once. One that there is nothing to ask of is left out of what is returned. */
export async function probePermissions(
  account: AwsAccount,
  { accountId, partition }: { readonly accountId: string; readonly partition: string },
  tag: Tag,
): Promise<ProbedActions> {
  const client = await account.iamClient();
  const names: Names = {
    arn: (resource) => `arn:${partition}:iam::${accountId}:${resource}/${NOBODY}`,
    userName: NOBODY,
    accessKeyId: undefined,
  };
  const answers = new Map<string, IamqlError | undefined>();
  for (const round of probes) {
    await Promise.all(
      Object.entries(round).map(async ([action, inputOf]) => {
        const input = inputOf(names);
        if (input) answers.set(action, await probe(account, client, { action, ...tag }, { input, names }));
      }),
    );
  }
  return answers;
}

async function probe(
  account: AwsAccount,
  client: IAMClient,
  tag: Tag & { readonly action: string },
  { input, names }: { readonly input: Readonly<Record<string, unknown>>; readonly names: Names },
): Promise<IamqlError | undefined> {
  const commands = (await import('@aws-sdk/client-iam')) as unknown as Readonly<
    Record<string, new (input: unknown) => never>
  >;
  const Command = commands[`${tag.action.slice('iam:'.length)}Command`];
  if (!Command) throw new Error(`the SDK has no command for ${tag.action}`);
  const isAllowed = (error: unknown): boolean => ALLOWED.test(awsErrorName(error));
  try {
    const answer = (await account.call(
      tag,
      (options) => client.send(new Command(input), options),
      isAllowed,
    )) as Answer;
    names.userName = answer.Users?.[0]?.UserName ?? names.userName;
    names.accessKeyId = answer.AccessKeyMetadata?.[0]?.AccessKeyId ?? names.accessKeyId;
    return undefined;
  } catch (error) {
    return isAllowed(error) ? undefined : (error as IamqlError);
  }
}
