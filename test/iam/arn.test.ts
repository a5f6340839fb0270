import { describe, expect, test } from 'vitest';
import { arnPath, parseIamArn } from '../../src/iam/arn.ts';

describe('an IAM ARN in its parts', () => {
  test.each<[arn: string, partition: string, resource: string]>([
    ['arn:aws:iam::111122223333:root', 'aws', 'root'],
    ['arn:aws:iam::111122223333:user/ana', 'aws', 'user/ana'],
    ['arn:aws:iam::111122223333:user/engineering/west/ana', 'aws', 'user/engineering/west/ana'],
    ['arn:aws-cn:iam::111122223333:user/ana', 'aws-cn', 'user/ana'],
    ['arn:aws-us-gov:iam::111122223333:user/ana', 'aws-us-gov', 'user/ana'],
    ['arn:aws-iso-b:iam::111122223333:user/ana', 'aws-iso-b', 'user/ana'],
    ['arn:aws:iam::111122223333:user/a:b', 'aws', 'user/a:b'],
    ['arn:aws:iam::111122223333:user/a,b=c@d', 'aws', 'user/a,b=c@d'],
  ])('%s', (arn, partition, resource) => {
    expect(parseIamArn(arn)).toEqual({ partition, accountId: '111122223333', resource });
  });

  test.each<[name: string, text: string]>([
    ['nothing', ''],
    ['a name', 'ana'],
    ['another service', 'arn:aws:sts::111122223333:assumed-role/Audit/ana'],
    ['a region, which IAM does not have', 'arn:aws:iam:us-east-1:111122223333:user/ana'],
    ['an account of eleven digits', 'arn:aws:iam::11112222333:user/ana'],
    ['an account of thirteen digits', 'arn:aws:iam::1111222233334:user/ana'],
    ['AWS’s own account', 'arn:aws:iam::aws:policy/AdministratorAccess'],
    ['another partition’s owner', 'arn:azure:iam::111122223333:user/ana'],
    ['no resource', 'arn:aws:iam::111122223333:'],
    ['words before', 'see arn:aws:iam::111122223333:user/ana'],
  ])('not one: %s', (_, text) => {
    expect(parseIamArn(text)).toBeUndefined();
  });
});

test.each<[resource: string, path: string]>([
  ['user/ana', '/'],
  ['user/engineering/ana', '/engineering/'],
  ['user/engineering/west/ana', '/engineering/west/'],
  ['user/user/ana', '/user/'],
])('the path of %s is %s', (resource, path) => {
  expect(arnPath(resource)).toBe(path);
});
