import type { IAMClientConfig } from '@aws-sdk/client-iam';
import type { fromIni } from '@aws-sdk/credential-providers';

export type Credentials = Pick<IAMClientConfig, 'credentials'>;
/** Called by the SDK with what assumes a role that a profile names. */
type RoleAssumer = NonNullable<NonNullable<Parameters<typeof fromIni>[0]>['roleAssumer']>;

/**
 * The metadata service answers in milliseconds where there is one; elsewhere its address may swallow packets. The SDK
 * asks it twice, so this is half of what someone who has not signed in waits to be told. In milliseconds.
 */
const INSTANCE_METADATA = { timeout: 700, maxRetries: 0 };
/** Only where a container says that it has credentials, so it gets its time. The SDK also pauses that long to retry. */
const CONTAINER_METADATA = { timeout: 1_000, maxRetries: 1 };

/**
 * Where the credentials come from, as part of a client's configuration. Whoever names a profile gets the credentials of
 * that profile or none: the SDK's chain would go on to the machine's own role, and so judge another account.
 */
export async function sourceCredentials(profile: string | undefined, roleAssumer?: RoleAssumer): Promise<Credentials> {
  const env = process.env;
  const named = profile ?? env['AWS_PROFILE'];
  // What is in the environment is the first thing that the client's own chain tries, and the cheapest.
  if (!named && env['AWS_ACCESS_KEY_ID'] && env['AWS_SECRET_ACCESS_KEY']) return {};
  const { fromIni, fromNodeProviderChain } = await import('@aws-sdk/credential-providers');
  const roles = roleAssumer ? { roleAssumer } : {};
  if (named && named !== 'default') return { credentials: fromIni({ profile: named, ...roles }) };
  const container = env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'] ?? env['AWS_CONTAINER_CREDENTIALS_FULL_URI'];
  const patience = container ? CONTAINER_METADATA : INSTANCE_METADATA;
  return { credentials: fromNodeProviderChain({ ...(named ? { profile: named } : {}), ...patience, ...roles }) };
}

/**
 * What assumes the first of the roles that the profile in use names; undefined where it names none. No role is assumed for
 * that; a program that gives credentials is asked once more.
 */
export async function credentialsBehindRoles(profile: string | undefined): Promise<Credentials | undefined> {
  let first: Awaited<ReturnType<RoleAssumer>> | undefined;
  const { credentials } = await sourceCredentials(profile, async (source) => {
    first ??= source;
    return source;
  });
  if (typeof credentials === 'function') await credentials();
  return first && { credentials: first };
}
