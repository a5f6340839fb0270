import type { Asset } from '../iam/assets.ts';
import { IamqlError } from '../iam/error.ts';
import {
  isDeletedPrincipal,
  type PolicyDocument,
  type Principal,
  parsePolicyDocument,
  type Statement,
} from '../iam/policy-document.ts';
import type { AccountGraph, Node } from './account-graph.ts';
import type { DocumentText } from './fact-source.ts';
import { inIdentifier, part } from './parts.ts';

/** @returns why it cannot be understood, where that is so. */
export function readDocument(text: DocumentText): PolicyDocument | IamqlError {
  if (text instanceof IamqlError) return text;
  try {
    return parsePolicyDocument(text);
  } catch (error) {
    if (error instanceof IamqlError) return error;
    throw error;
  }
}

/** Who may assume a role, and which providers vouch for them; both unknown where its trust policy says nothing readable. */
export function noteTrust(
  graph: AccountGraph,
  role: Node,
  text: DocumentText,
  trust: PolicyDocument | IamqlError,
): void {
  noteText(graph, role, 'assumeRolePolicyDocument', text);
  if (trust instanceof IamqlError) {
    const fields = ['hasIAMAssumeRolePolicyStatement', 'samlProviders', 'oidcProviders'];
    graph.unreadable.note(role, fields, of(role, trust));
    return;
  }
  role['hasIAMAssumeRolePolicyStatement'] = trust.statements.map((statement, index) =>
    trustStatement(role, statement, index),
  );
  for (const provider of trust.statements.flatMap(vouchersOf)) graph.relations.add(provider, 'roles', role);
}

/** A document that cannot be understood leaves open what the policy says, and nothing else. */
export function noteDocument(graph: AccountGraph, policy: Node, text: DocumentText): void {
  noteText(graph, policy, 'document', text);
  const document = readDocument(text);
  if (document instanceof IamqlError) {
    graph.unreadable.note(policy, ['iamPolicyStatements', 'hasIAMPolicyStatement'], of(policy, document));
    return;
  }
  const parts = document.statements.map((statement, index) => {
    const { principals, notPrincipals, ...rest } = statement;
    const facts = { ...rest, principals: valuesOf(principals), notPrincipals: valuesOf(notPrincipals) };
    return part('IAMPolicyStatement', policy, `statement/${index + 1}`, statement.sid ?? `${index + 1}`, facts);
  });
  Object.assign(policy, { iamPolicyStatements: parts, hasIAMPolicyStatement: parts });
}

const valuesOf = (principals: readonly Principal[]): readonly string[] | null =>
  principals.length === 0 ? null : principals.map(({ value }) => value);

function trustStatement(role: Node, statement: Statement, index: number): Asset {
  const { sid, effect, actions, notActions, conditions, asWritten } = statement;
  const id = `statement/${index + 1}`;
  const facts = { sid, effect, actions, notActions, conditions, asWritten };
  const node = part('IAMAssumeRolePolicyStatement', role, id, sid ?? `${index + 1}`, facts);
  const principals = (of: readonly Principal[], kind: string): readonly Asset[] =>
    of.map((principal) => {
      const { type, value } = principal;
      const facts = { type, value, isDeleted: isDeletedPrincipal(principal) };
      return part('IAMAssumeRolePolicyPrincipal', node, `${kind}/${type}/${inIdentifier(value)}`, value, facts);
    });
  node['hasIAMAssumeRolePolicyPrincipal'] = principals(statement.principals, 'principal');
  node['notPrincipals'] = principals(statement.notPrincipals, 'not-principal');
  return node;
}

/** A text as it was written, and nothing where AWS answered none. */
export function noteText(graph: AccountGraph, owner: Node, field: string, text: DocumentText): void {
  if (typeof text === 'string') owner[field] = text;
  // What an asset's hash is over is not all there.
  else graph.unreadable.note(owner, [field, 'contentHash'], of(owner, text));
}

/** The ARNs of identity providers that a statement lets vouch for somebody; also names of AWS's own, which lead nowhere. */
const vouchersOf = ({ effect, principals }: Statement): readonly string[] =>
  effect === 'Allow' ? principals.flatMap(({ type, value }) => (type === 'Federated' ? [value] : [])) : [];

/** The same error, saying whose document it is about. */
const of = ({ identifier }: Node, { kind, message }: IamqlError): IamqlError =>
  new IamqlError(kind, `${message} (${identifier})`);
