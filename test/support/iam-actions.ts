import { ACCOUNT_ACTIONS } from './account-actions.ts';
import { CREDENTIAL_ACTIONS } from './credential-actions.ts';
import { INSTANCE_PROFILE_ACTIONS } from './instance-profiles.ts';
import { MFA_ACTIONS } from './mfa-actions.ts';
import { PROVIDER_ACTIONS } from './provider-actions.ts';
import { elements } from './query-answer.ts';
import type { Fault } from './scenario.ts';
import type { ScriptedAccount } from './scripted-account.ts';
import { TAG_ACTIONS } from './tag-actions.ts';
import { USER_ACTIONS } from './user-actions.ts';

/** One call as an action sees it. */
export interface ReceivedCall {
  /** The one that the caller is in. */
  readonly account: ScriptedAccount;
  /** The endpoint's own, which hands out sessions. */
  readonly sessions: Pick<ScriptedAccount, 'openSession' | 'scenario'>;
  readonly params: Readonly<Record<string, string>>;
  readonly callerArn: string;
  readonly fault: Fault | undefined;
}

/** The inside of the result element, or a thrown AwsError. */
export type Action = (call: ReceivedCall) => string;

export const IAM_ACTIONS: Readonly<Record<string, Action>> = {
  GenerateCredentialReport: ({ account }) => elements({ ...account.report.generate() }),
  GetCredentialReport: ({ account }) => {
    const { contentBase64, generatedTime } = account.report.get();
    return elements({ Content: contentBase64, ReportFormat: 'text/csv', GeneratedTime: generatedTime });
  },
  ...USER_ACTIONS,
  ...CREDENTIAL_ACTIONS,
  ...MFA_ACTIONS,
  ...ACCOUNT_ACTIONS,
  ...INSTANCE_PROFILE_ACTIONS,
  ...PROVIDER_ACTIONS,
  ...TAG_ACTIONS,
};
