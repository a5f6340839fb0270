import type { RuleInvocation } from '../aws/config-service.ts';
import { IamqlError } from '../iam/error.ts';

/** What AWS Config asks a function for. */
export interface Invocation extends RuleInvocation {
  readonly ruleName: string;
  /** The account that the rule is in. */
  readonly accountId: string;
  /** The rule's own, as it has them: text. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** With this in place of a token nothing is kept: whoever tries the function by hand has no token. */
const TEST_TOKEN = 'TESTMODE';

/**
 * Source: AWS Config Developer Guide, "Example Events for AWS Config Rules".
 *
 * @throws IamqlError InvalidInput for what is no event of AWS Config, or one of a change: a change of a user says nothing
 *   of the user's keys.
 */
export function parseInvocation(event: unknown): Invocation {
  const { invokingEvent, ruleParameters = '{}', resultToken, configRuleName, accountId } = recordOf(event, 'the event');
  const { messageType, notificationCreationTime } = parsed(invokingEvent, 'invokingEvent');
  if (messageType !== 'ScheduledNotification')
    throw wrong(`a rule of this function is periodic, and this is ${JSON.stringify(messageType)}`);
  const triggeredAt = Date.parse(String(notificationCreationTime));
  if (Number.isNaN(triggeredAt)) throw wrong('invokingEvent has no notificationCreationTime');
  const values = Object.entries(parsed(ruleParameters, 'ruleParameters'));
  return {
    resultToken: textOf(resultToken, 'resultToken'),
    isTest: resultToken === TEST_TOKEN,
    ruleName: textOf(configRuleName, 'configRuleName'),
    accountId: textOf(accountId, 'accountId'),
    triggeredAt,
    parameters: Object.fromEntries(values.map(([name, value]) => [name, String(value)])),
  };
}

function parsed(text: unknown, name: string): Record<string, unknown> {
  try {
    return recordOf(JSON.parse(textOf(text, name)), name);
  } catch (error) {
    throw error instanceof IamqlError ? error : wrong(`${name} is no JSON`);
  }
}

function recordOf(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(`${name} is no object`);
  return value as Record<string, unknown>;
}

function textOf(value: unknown, name: string): string {
  if (typeof value !== 'string' || value === '') throw wrong(`it has no ${name}`);
  return value;
}

const wrong = (what: string): IamqlError => new IamqlError('InvalidInput', `no event of AWS Config: ${what}`);
