import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { organizationActions } from '../src/aws/organizations.ts';
import { accountShape, connectorsShape, organizationShape } from '../src/connectors/shape.ts';
import { roleHcl, roleSections } from '../src/guardrails/reader-role.ts';
import { packageRoot } from '../src/package-root.ts';
import { replaceTable } from './library-shape.ts';

const head =
  '# The role that iamql reads an account with. Made by `npm run codegen`: every action that a scan calls, and no other.\n';

/** The role that iamql assumes in an account: a template for a stack, or for a stack set over an organization. */
const cloudFormation = (): string => `${head}AWSTemplateFormatVersion: "2010-09-09"
Description: A role that reads IAM for iamql, and can change nothing.
Parameters:
${roleSections.Parameters}Resources:
${roleSections.Resources}Outputs:
${roleSections.Outputs}`;

/** What lists an organization, and assumes the role in its accounts. */
const readerPolicy = (): string =>
  `${JSON.stringify(
    {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'ListOrganization',
          Effect: 'Allow',
          Action: Object.values(organizationActions).sort(),
          Resource: '*',
        },
        { Sid: 'AssumeRoles', Effect: 'Allow', Action: 'sts:AssumeRole', Resource: 'arn:aws:iam::*:role/iamql' },
      ],
    },
    null,
    2,
  )}\n`;

const editorSchema = (): string => `${JSON.stringify(z.toJSONSchema(connectorsShape, { io: 'input' }), null, 2)}\n`;

const page = 'docs/connectors.md';
const tables = { 'key of an account': accountShape, 'key of an organization': organizationShape };

function withParts(text: string): string {
  const withTables = Object.entries(tables).reduce(
    (done, [head, shape]) => replaceTable(done, head, shape, page),
    text,
  );
  return withTables.replace(/^```json reader\n[\s\S]*?^```$/m, `\`\`\`json reader\n${readerPolicy()}\`\`\``);
}

/** What is made here, by file. */
export const madeFiles = (): Readonly<Record<string, string>> => ({
  'docs/role/iamql-role.cloudformation.yaml': cloudFormation(),
  'docs/role/iamql-role.tf': `${head}${roleHcl}`,
  'docs/connectors.schema.json': editorSchema(),
  [page]: withParts(readFileSync(join(packageRoot, page), 'utf8')),
});

if (process.argv[1] === import.meta.filename) {
  for (const [name, text] of Object.entries(madeFiles())) {
    const file = join(packageRoot, name);
    if (!process.argv.includes('--check')) writeFileSync(file, text);
    else if (!existsSync(file) || readFileSync(file, 'utf8') !== text)
      throw new Error(`${name} is not as it would be made: run npm run codegen`);
  }
}
