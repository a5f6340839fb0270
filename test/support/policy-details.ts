import { elements, list } from './query-answer.ts';
import { wireTime } from './scenario.ts';
import { DEFAULT_CREATED, type Document, type ScenarioPolicy, type ScenarioPolicyVersion } from './scenario-nouns.ts';
import { type ScriptedAccount, uniqueId } from './scripted-account.ts';

export function isOfAws({ arn }: ScenarioPolicy): boolean {
  return arn.split(':')[4] === 'aws';
}

export function nameOfPolicy(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** URL-encoded as RFC 3986 says, a space as `%20`. */
export function encodedDocument(document: Document): string {
  if (typeof document === 'object' && typeof document['asSent'] === 'string') return document['asSent'];
  return encodeURIComponent(typeof document === 'string' ? document : JSON.stringify(document));
}

export function policyDetail({ policyUsage }: ScriptedAccount, policy: ScenarioPolicy): string {
  const { arn, createDate = DEFAULT_CREATED, updateDate = createDate } = policy;
  const versions = versionsOf(policy);
  const own = elements({
    PolicyName: nameOfPolicy(arn),
    PolicyId: uniqueId('ANPA', arn),
    Arn: arn,
    Path: /:policy(\/(?:.*\/)?)/.exec(arn)?.[1] ?? '/',
    DefaultVersionId: defaultVersionOf(policy),
    AttachmentCount: String(policyUsage.attachments.get(arn) ?? 0),
    PermissionsBoundaryUsageCount: String(policyUsage.boundaries.get(arn) ?? 0),
    IsAttachable: String(policy.isAttachable ?? true),
    Description: policy.description,
    CreateDate: wireTime(createDate),
    UpdateDate: wireTime(updateDate),
  });
  return own + list('PolicyVersionList', versions);
}

/** The newest first, as AWS lists them. */
function versionsOf(policy: ScenarioPolicy): readonly string[] {
  const { createDate = DEFAULT_CREATED, updateDate = createDate, document } = policy;
  const id = defaultVersionOf(policy);
  const versions: readonly ScenarioPolicyVersion[] = [
    { id, document, createDate: updateDate },
    ...(policy.otherVersions ?? []),
  ];
  return versions
    .toSorted((a, b) => Number(b.id.slice(1)) - Number(a.id.slice(1)))
    .map((version) =>
      elements({
        Document: encodedDocument(version.document),
        VersionId: version.id,
        IsDefaultVersion: String(version.id === id),
        CreateDate: wireTime(version.createDate ?? createDate),
      }),
    );
}

function defaultVersionOf({ defaultVersionId, otherVersions = [] }: ScenarioPolicy): string {
  const others = otherVersions.map(({ id }) => Number(id.slice(1)));
  return defaultVersionId ?? `v${Math.max(0, ...others) + 1}`;
}

/** How many versions a policy has. */
export function versionCount({ otherVersions = [] }: ScenarioPolicy): number {
  return 1 + otherVersions.length;
}
