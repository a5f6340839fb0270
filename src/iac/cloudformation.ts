import { IamqlError } from '../iam/error.ts';
import type { Declared, DeclaredPart, DeclaredUser, Owner, Reason } from './declared.ts';
import { isRecord } from './record.ts';
import { callOf, isNoValue, nameOf, referredId, TemplateValues } from './template-values.ts';

const VERSION = '2010-09-09';

/** Macros of AWS whose output holds no IAM user that the template does not; of any other nobody knows what it writes. */
const harmlessTransforms: ReadonlySet<unknown> = new Set([
  'AWS::LanguageExtensions',
  'AWS::Serverless-2016-10-31',
  'AWS::SecretsManager-2020-07-23',
  'AWS::SecretsManager-2024-09-16',
  'AWS::CodeDeployBlueGreen',
]);

/** Resources that bring others about, which the template does not hold. */
const opaqueTypes: ReadonlySet<string> = new Set([
  'AWS::CloudFormation::Stack',
  'AWS::CloudFormation::StackSet',
  'AWS::CloudFormation::Macro',
  'AWS::Serverless::Application',
  'AWS::ServiceCatalog::CloudFormationProvisionedProduct',
]);

interface TemplateResource {
  readonly id: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** Why it may not be there. */
  readonly doubt: string | undefined;
}

/**
 * What a CloudFormation template says of IAM users.
 *
 * @throws IamqlError Corrupt where it is no template.
 */
export function readTemplate(template: Readonly<Record<string, unknown>>): Declared {
  const version = template['AWSTemplateFormatVersion'];
  if (version !== undefined && version !== VERSION)
    throw new IamqlError('Corrupt', `its AWSTemplateFormatVersion is ${JSON.stringify(version)}; ${VERSION} is read`);
  const { Resources: section } = template;
  if (!isRecord(section) || Object.keys(section).length === 0)
    throw new IamqlError('Corrupt', 'its Resources are empty: a template has at least one');
  const values = new TemplateValues(template['Conditions']);
  const unknown = [...transformsOf(template), ...unrolledOf(section)];
  const resources = Object.entries(section)
    .filter(([id]) => !isLoop(id) && id !== 'Fn::Transform')
    .flatMap(([id, resource]) => readResource(id, resource, values) ?? []);
  const rewritten = Object.entries(section).flatMap(([id, resource]) => rewrittenOf(id, resource));
  const users = resources.filter(({ type }) => type === 'AWS::IAM::User');
  const keys = resources.filter(({ type }) => type === 'AWS::IAM::AccessKey');
  return {
    users: users.map((user) => declaredUser(user, values)),
    parts: [
      ...users.flatMap((user) => loginProfileOf(user, values)),
      ...keys.flatMap((key) => accessKeyOf(key, users, values)),
    ],
    unknown: [...unknown, ...rewritten, ...resources.flatMap(opaqueOf)],
  };
}

const isLoop = (key: string): boolean => key.startsWith('Fn::ForEach::');

/** Undefined where its condition rules it out. */
function readResource(id: string, resource: unknown, values: TemplateValues): TemplateResource | undefined {
  if (!isRecord(resource) || typeof resource['Type'] !== 'string')
    throw new IamqlError('Corrupt', `its resource ${id} has no Type`);
  const { Type: type, Condition: condition, Properties: properties = {} } = resource;
  if (!isRecord(properties)) throw new IamqlError('Corrupt', `the Properties of its resource ${id} are no mapping`);
  const holds = condition === undefined ? true : values.condition(condition);
  if (holds === false) return undefined;
  const doubt = holds ? undefined : `the condition ${String(condition)} of ${id} depends on the deployment`;
  return { id, type, properties, doubt };
}

function declaredUser({ id, properties }: TemplateResource, values: TemplateValues): DeclaredUser {
  const { UserName: given } = properties;
  const options = values.options(given);
  const [only] = options;
  const same = { address: id, account: undefined, isNew: true };
  if (options.length === 1) return { ...same, name: isNoValue(only) ? { kind: 'generated' } : nameOf(only) };
  return { ...same, name: { kind: 'expression', text: JSON.stringify(given) } };
}

function loginProfileOf({ id, properties, doubt }: TemplateResource, values: TemplateValues): readonly DeclaredPart[] {
  const options = values.options(properties['LoginProfile']);
  const given = options.filter((one) => !isNoValue(one));
  const isOfTransform = 'Fn::Transform' in properties;
  if (given.length === 0 && !isOfTransform) return [];
  const isSure = given.length === options.length && given.every((one) => isRecord(one) && 'Password' in one);
  return [
    {
      ...{ kind: 'login profile', address: `${id}.LoginProfile`, account: undefined, isMade: true },
      owner: { kind: 'users', addresses: [id], doubt: undefined, by: 'property' },
      doubt: doubt ?? (isSure ? undefined : `whether ${id} has a LoginProfile depends on the deployment`),
    },
  ];
}

function accessKeyOf(
  { id, properties, doubt }: TemplateResource,
  users: readonly TemplateResource[],
  values: TemplateValues,
): readonly DeclaredPart[] {
  const statuses = values.options(properties['Status']).map((one) => (isNoValue(one) ? 'Active' : one));
  // One that is turned off is no more found here than by the control over an account.
  if (statuses.every((one) => one === 'Inactive')) return [];
  const isActive = statuses.every((one) => one === 'Active');
  return [
    {
      ...{ kind: 'access key', address: id, account: undefined, isMade: true },
      owner: ownerOf(id, properties, users, values),
      doubt: doubt ?? (isActive ? undefined : `whether ${id} is active depends on the deployment`),
    },
  ];
}

function ownerOf(
  id: string,
  properties: Readonly<Record<string, unknown>>,
  users: readonly TemplateResource[],
  values: TemplateValues,
): Owner {
  const { UserName: given } = properties;
  const options = values.options(given);
  const referred = options.flatMap((one) => users.find((user) => user.id === referredId(one)) ?? []);
  const [only] = options;
  if (options.length === 1 && referred.length === 0 && !isNoValue(only)) return { kind: 'name', name: nameOf(only) };
  const others = options.length - referred.length;
  return {
    kind: 'users',
    addresses: [...new Set(referred.map((user) => user.id))],
    doubt: others > 0 ? `the UserName of ${id} depends on the deployment` : undefined,
    by: callOf(only, 'Ref') === undefined ? 'expression' : 'Ref',
  };
}

function transformsOf(template: Readonly<Record<string, unknown>>): readonly Reason[] {
  const { Transform: top = [], Resources: section } = template;
  const names = [top].flat().map((one) => (isRecord(one) ? one['Name'] : one));
  const foreign = names.filter((name) => !harmlessTransforms.has(name));
  return [
    ...foreign.map((name) => ({
      message: `the macro ${String(name)} may add resources when the template is deployed`,
    })),
    ...(isRecord(section) && 'Fn::Transform' in section
      ? [
          {
            message: 'a Fn::Transform in Resources may add resources when the template is deployed',
            address: 'Fn::Transform',
          },
        ]
      : []),
  ];
}

/** A loop that has a Type, and whose every Type is written out and is none of interest makes none of interest. */
function unrolledOf(section: Readonly<Record<string, unknown>>): readonly Reason[] {
  const isHarmless = (type: string): boolean =>
    !type.includes('$') && !['AWS::IAM::User', 'AWS::IAM::AccessKey'].includes(type) && !isOpaque(type);
  const isKnown = (types: readonly string[]): boolean => types.length > 0 && types.every(isHarmless);
  return Object.entries(section).flatMap(([key, loop]) =>
    isLoop(key) && !isKnown(typesOf(loop))
      ? [{ message: `${key}: what a loop makes is not unrolled here`, address: key }]
      : [],
  );
}

function typesOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(typesOf);
  if (!isRecord(value)) return [];
  const { Type: type } = value;
  const own = type === undefined ? [] : [typeof type === 'string' ? type : '$'];
  return [...own, ...Object.values(value).flatMap(typesOf)];
}

const isOpaque = (type: string): boolean => opaqueTypes.has(type) || type.endsWith('::MODULE');

/** Of a resource that a function puts together, nobody knows before what is in it. */
function rewrittenOf(id: string, resource: unknown): readonly Reason[] {
  if (!isRecord(resource) || !String(resource['Type']).startsWith('AWS::IAM::')) return [];
  const keys = [resource, resource['Properties']].flatMap((part) => (isRecord(part) ? Object.keys(part) : []));
  const made = keys.find((key) => key.startsWith('Fn::') || key === 'Ref');
  return made === undefined
    ? []
    : [{ message: `${id}: what ${made} makes of its properties is known when the template is deployed`, address: id }];
}

function opaqueOf({ id, type }: TemplateResource): readonly Reason[] {
  return isOpaque(type)
    ? [{ message: `${id}: what a resource of type ${type} makes is not judged here`, address: id }]
    : [];
}
