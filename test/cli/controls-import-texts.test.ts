import { CreateUserCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { describe, expect, inject, test } from 'vitest';
import { type ControlRun, runControl } from '../../src/controls/run-control.ts';
import { namedFields } from '../../src/graphql/named-fields.ts';
import { catalogue } from '../../src/iam/catalogue.generated.ts';
import type { Inventory } from '../../src/inventory/inventory.ts';
import { openSample } from '../../src/inventory/snapshot/sample.ts';
import { iamClient, stsClient } from '../support/aws-clients.ts';
import { controlsIn, importLibrary } from '../support/imported-library.ts';
import { libraryOf } from '../support/published-library.ts';
import { publishedTexts, publishedVocabulary } from '../support/published-texts.ts';
import { runCli } from '../support/run-cli.ts';

describe('the published vocabulary', () => {
  const all = publishedTexts.flatMap(({ flat, operators = '' }) => [flat, operators]).join('\n');

  test.each(Object.entries(publishedVocabulary))('of %s is asked by some text, and we have it', (type, fields) => {
    for (const field of fields) {
      expect(all).toMatch(new RegExp(`\\b${field}(?:_[A-Z]+)?\\b`));
      expect(Object.keys(catalogue[type as keyof typeof catalogue].fields)).toContain(field);
    }
  });

  test('has every question that has a name', () => {
    for (const name of Object.keys(namedFields)) expect(all).toMatch(new RegExp(`\\b${name}\\b`));
  });
});

describe('texts in the published vocabulary', () => {
  const forms = {
    flat: importLibrary(libraryOf(publishedTexts, 'flat')),
    operators: importLibrary(libraryOf(publishedTexts, 'operators')),
  };
  const written = (form: keyof typeof forms) => publishedTexts.filter((text) => text[form] !== undefined);

  test.each(['flat', 'operators'] as const)('%s: all are imported, byte for byte', async (form) => {
    const { code, stdout, stderr, output } = await forms[form];
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toContain('left out');
    const count = written(form).length;
    expect(stdout).toContain(`${count} of ${count} controls imported`);
    const controls = await controlsIn(output);
    for (const { slug, subjects, returnPath = '', expect: [comparator, expected] = ['eq', '[]'], ...text } of written(
      form,
    )) {
      expect(controls.get(slug)).toMatchObject({
        severity: 'medium',
        assetTypes: subjects,
        overview: `# Why\n\nThe text of *${slug}*, in Markdown.`,
        remediation: { console: '1. Open IAM.\n2. Mend it.\n' },
        rules: [{ query: text[form], returnPath, expect: { comparator, expected: JSON.parse(expected) } }],
      });
    }
  });

  const judged = async (form: keyof typeof forms, inventory: Inventory): Promise<ReadonlyMap<string, ControlRun>> => {
    const runs = new Map<string, ControlRun>();
    for (const [id, one] of await controlsIn((await forms[form]).output))
      runs.set(id, await runControl(inventory, one));
    return runs;
  };

  test('are judged over the sample, and both forms find the same', async () => {
    const [flat, operators] = await Promise.all([
      judged('flat', openSample().inventory()),
      judged('operators', openSample().inventory()),
    ]);
    const errors = [...flat].flatMap(([id, { rules }]) =>
      rules.flatMap((one) => one.errors.map(({ message }) => `${id}: ${message}`)),
    );
    expect(errors).toEqual([]);
    for (const [id, { verdict, rules }] of operators) {
      expect([id, flat.get(id)?.verdict]).toEqual([id, verdict]);
      const identifiers = (run: ControlRun['rules'] = []) =>
        run.flatMap(({ findings }) => findings.map((one) => one.identifier));
      expect(identifiers(flat.get(id)?.rules)).toEqual(identifiers(rules));
    }
    const verdictOf = (id: string) => flat.get(id)?.verdict;
    expect(
      ['root-mfa-is-on', 'root-mfa-is-not-off', 'there-is-an-account', 'console-users-with-mfa'].map(verdictOf),
    ).toEqual(['FAIL', 'FAIL', 'PASS', 'FAIL']);
  });

  test('are answered live, as one text', async () => {
    const url = inject('motoUrl');
    const given = await credentialsOf(url, 'arn:aws:iam::610987654321:role/Audit');
    await iamClient(url, { credentials: given }).send(new CreateUserCommand({ UserName: 'ana' }));
    const env = {
      AWS_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: given.accessKeyId,
      AWS_SECRET_ACCESS_KEY: given.secretAccessKey,
      AWS_SESSION_TOKEN: given.sessionToken,
    };
    const texts = publishedTexts.map(({ flat }) => flat).filter((text) => /^\w+[({]/.test(text));
    const text = texts.map((one, index) => `q${index}:${one}`).join(' ');
    const { stdout } = await runCli(['query', text], { env });
    const { data, errors = [] } = JSON.parse(stdout);
    expect(Object.keys(data)).toHaveLength(texts.length);
    // moto's report has no row for the root user, where AWS always gives one.
    expect(
      errors.filter(({ extensions }: { extensions: { code: string } }) => extensions.code !== 'NotCollected'),
    ).toEqual([]);
  });
});

/** moto keeps accounts apart by the credentials: those of a role in an account that no other test names. */
async function credentialsOf(url: string, RoleArn: string) {
  const { Credentials: given } = await stsClient(url).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'test' }));
  const {
    AccessKeyId: accessKeyId = '',
    SecretAccessKey: secretAccessKey = '',
    SessionToken: sessionToken = '',
  } = given ?? {};
  return { accessKeyId, secretAccessKey, sessionToken };
}
