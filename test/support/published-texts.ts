/** A question as libraries publish it, in the flat form and, where there is one, with operator objects. */
export interface PublishedText {
  readonly slug: string;
  readonly subjects: readonly string[];
  readonly flat: string;
  readonly operators?: string;
  readonly returnPath?: string;
  /** Left out: `eq []`. */
  readonly expect?: readonly ['eq' | 'neq', string];
}

const USER = { subjects: ['IAMUser'] };
const KEY_FIELDS = ['LastUsedRegion', 'LastUsedService'];

/** Our own texts in the vocabulary that published ones are written in: every type, field, relation and named question. */
export const publishedTexts: readonly PublishedText[] = [
  {
    ...USER,
    slug: 'console-users-with-mfa',
    flat: 'iamUsers(where:{hasIAMUserCredentials:{passwordEnabled:true,mfaActive:false}}){...AssetFragment}',
    operators:
      'iamUsers(where:{hasIAMUserCredentials:{passwordEnabled:{eq:true},mfaActive:{eq:false}}}){...AssetFragment}',
  },
  {
    ...USER,
    slug: 'passwords-used-and-changed',
    flat: `query StalePasswords($before: DateTime = "2025-01-01T00:00:00Z") {
  # neither used nor changed since then
  iamUsers(where: { hasIAMUserCredentials: {
    passwordLastUsed_LT: $before, passwordLastChanged_LT: $before, passwordNextRotation: null
  } }) { ...AssetFragment }
}`,
    operators: `query StalePasswords($before: DateTime = "2025-01-01T00:00:00Z") {
  iamUsers(where: { hasIAMUserCredentials: {
    passwordLastUsed: { lt: $before }, passwordLastChanged: { lt: $before }, passwordNextRotation: { eq: null }
  } }) { ...AssetFragment }
}`,
  },
  ...[1, 2].flatMap((slot): readonly PublishedText[] => [
    {
      ...USER,
      slug: `key-${slot}-used-and-rotated`,
      flat: `{iamUsers(where:{hasIAMUserCredentials:{accessKey${slot}Active:true,accessKey${slot}LastUsedDate:null,accessKey${slot}LastRotated_LT:"2026-01-01"}}){...AssetFragment}}`,
      operators: `{iamUsers(where:{hasIAMUserCredentials:{accessKey${slot}Active:{eq:true},accessKey${slot}LastUsedDate:{eq:null},accessKey${slot}LastRotated:{lt:"2026-01-01"}}}){...AssetFragment}}`,
    },
    ...KEY_FIELDS.map((field) => ({
      ...USER,
      slug: `key-${slot}-${field.toLowerCase()}`,
      flat: `iamUsers(where:{hasIAMUserCredentials:{accessKey${slot}${field}_IN:["eu-south-9","cloudhsm"]}}){...AssetFragment}`,
      operators: `iamUsers(where:{hasIAMUserCredentials:{accessKey${slot}${field}:{in:["eu-south-9","cloudhsm"]}}}){...AssetFragment}`,
    })),
    {
      ...USER,
      slug: `certificate-${slot}`,
      flat: `iamUsers(where:{hasIAMUserCredentials:{cert${slot}Active:true,cert${slot}LastRotated_NOT:null}}){...AssetFragment}`,
      operators: `iamUsers(where:{hasIAMUserCredentials:{cert${slot}Active:{eq:true},cert${slot}LastRotated_NOT:null}}){...AssetFragment}`,
    },
  ]),
  {
    ...USER,
    slug: 'administrators-of-groups-have-mfa',
    flat: 'iamUsers(where:{mfaSerialNumbers:[],hasIAMGroup_SOME:{iamPolicies_SOME:{policyName:"AdministratorAccess"}}}){...AssetFragment}',
    operators:
      'iamUsers(where:{mfaSerialNumbers:{eq:[]},hasIAMGroup:{some:{iamPolicies:{some:{policyName:{eq:"AdministratorAccess"}}}}}}){...AssetFragment}',
  },
  {
    ...USER,
    slug: 'no-policies-on-users',
    flat: 'iamUsers(where:{OR:[{iamPolicies_SOME:{policyType:"Inline"}},{iamPolicies_SOME:{policyType_IN:["AWS","Local"]}}]}){...AssetFragment}',
    operators:
      'iamUsers(where:{OR:[{iamPolicies:{some:{policyType:{eq:"Inline"}}}},{iamPolicies:{some:{policyType:{in:["AWS","Local"]}}}}]}){...AssetFragment}',
  },
  {
    ...USER,
    slug: 'login-profiles-are-reset',
    flat: 'iamUsers(where:{hasIAMUserLoginProfile_SOME:{passwordResetRequired:false},connector:{accountID_NOT:"000000000000"}}){...AssetFragment}',
    operators:
      'iamUsers(where:{hasIAMUserLoginProfile:{some:{passwordResetRequired:{eq:false}}},connector:{accountID_NOT:"000000000000"}}){...AssetFragment}',
  },
  {
    ...USER,
    slug: 'keys-not-made-at-setup',
    flat: 'iamUsers(where:{accessKeys_SOME:{status:"Active",createdDuringUserSetup:true,lastUsedDate:null}}){...AssetFragment}',
    operators:
      'iamUsers(where:{accessKeys:{some:{status:{eq:"Active"},createdDuringUserSetup:{eq:true},lastUsedDate:{eq:null}}}}){...AssetFragment}',
  },
  {
    subjects: ['Connector'],
    slug: 'root-without-keys',
    returnPath: 'connector',
    flat: '{ rootUsers(where: {hasIAMUserCredentials: {OR: [{accessKey1Active: true} {accessKey2Active: true}]}}) { connector { ...AssetFragment } } }',
    operators:
      '{ rootUsers(where: {hasIAMUserCredentials: {OR: [{accessKey1Active: {eq: true}} {accessKey2Active: {eq: true}}]}}) { connector { ...AssetFragment } } }',
  },
  {
    subjects: ['RootUser'],
    slug: 'root-mfa-is-on',
    returnPath: 'hasIAMUserCredentials.mfaActive',
    expect: ['eq', 'true'],
    flat: 'query RootMfa { rootUsers { hasIAMUserCredentials { mfaActive } } }',
  },
  {
    subjects: ['RootUser'],
    slug: 'root-mfa-is-not-off',
    returnPath: 'hasIAMUserCredentials.mfaActive',
    expect: ['neq', 'false'],
    flat: 'rootUsers{hasIAMUserCredentials{mfaActive}}',
  },
  {
    subjects: ['Connector'],
    slug: 'groups-are-of-a-connector',
    returnPath: 'iamPolicies.connector',
    flat: '{iamGroups(where:{iamPolicies_SOME:{policyType:"Inline"}}){iamPolicies{connector{...AssetFragment}}}}',
    operators:
      '{iamGroups(where:{iamPolicies:{some:{policyType:{eq:"Inline"}}}}){iamPolicies{connector{...AssetFragment}}}}',
  },
  {
    subjects: ['IAMRole'],
    slug: 'roles-are-assumed-by-known-principals',
    flat: 'iamRoles(where:{hasIAMAssumeRolePolicyStatement_SOME:{effect:"Allow",hasIAMAssumeRolePolicyPrincipal_SOME:{type:"AWS",value:"*"}}}){...AssetFragment}',
    operators:
      'iamRoles(where:{hasIAMAssumeRolePolicyStatement:{some:{effect:{eq:"Allow"},hasIAMAssumeRolePolicyPrincipal:{some:{type:{eq:"AWS"},value:{eq:"*"}}}}}}){...AssetFragment}',
  },
  {
    subjects: ['IAMRole', 'IAMGroup'],
    slug: 'roles-and-groups-have-few-policies',
    flat: '{ iamRoles(where:{iamPolicies_SOME:{policyName_CONTAINS:"Everything"}}){...AssetFragment} iamGroups(where:{iamPolicies_SOME:{policyName_CONTAINS:"Everything"}}){...AssetFragment} }',
    operators:
      '{ iamRoles(where:{iamPolicies:{some:{policyName:{contains:"Everything"}}}}){...AssetFragment} iamGroups(where:{iamPolicies:{some:{policyName:{contains:"Everything"}}}}){...AssetFragment} }',
  },
  {
    subjects: ['IAMPolicy'],
    slug: 'policies-are-narrow',
    flat: 'iamPolicies(where:{policyType_NOT:"AWS",iamPolicyStatements_SOME:{effect:"Allow",actions_INCLUDES:"*",resources_INCLUDES:"*",conditions:null}}){...AssetFragment}',
    operators:
      'iamPolicies(where:{policyType_NOT:"AWS",iamPolicyStatements:{some:{effect:{eq:"Allow"},actions:{includes:"*"},resources:{includes:"*"},conditions:{eq:null}}}}){...AssetFragment}',
  },
  {
    subjects: ['IAMPolicy'],
    slug: 'policies-allow-no-complement',
    flat: 'iamPolicies(where:{iamPolicyStatements_SOME:{effect:"Allow",OR:[{notActions_INCLUDES:"iam:*"},{notResources_INCLUDES:"arn:aws:s3:::audit/*"}]}}){...AssetFragment}',
    operators:
      'iamPolicies(where:{iamPolicyStatements:{some:{effect:{eq:"Allow"},OR:[{notActions:{includes:"iam:*"}},{notResources:{includes:"arn:aws:s3:::audit/*"}}]}}}){...AssetFragment}',
  },
  {
    subjects: ['Connector'],
    slug: 'policies-are-attached',
    returnPath: 'connector',
    flat: 'iamPolicies(where:{policyName:"AWSSupportAccess" OR:[{attachedUserIDs_NOT:null}{attachedGroupIDs_NOT:null}{attachedRoleIDs_NOT:null}]}){connector{...AssetFragment}}',
    operators:
      'iamPolicies(where:{policyName:{eq:"AWSSupportAccess"},NOT:{attachedUserIDs:{eq:null},attachedGroupIDs:{eq:null},attachedRoleIDs:{eq:null}}}){connector{...AssetFragment}}',
  },
  {
    subjects: ['IAMPasswordPolicy'],
    slug: 'passwords-are-long-and-change',
    flat: '{ iamPasswordPolicies(where:{OR:[{minimumPasswordLength_LT:14},{maxPasswordAge:0},{maxPasswordAge_GT:90},{passwordReusePrevention_LT:24}]}){...AssetFragment} }',
    operators:
      '{ iamPasswordPolicies(where:{OR:[{minimumPasswordLength:{lt:14}},{maxPasswordAge:{eq:0}},{maxPasswordAge:{gt:90}},{passwordReusePrevention:{lt:24}}]}){...AssetFragment} }',
  },
  {
    subjects: ['IAMPasswordPolicy'],
    slug: 'passwords-mix-characters',
    flat: 'iamPasswordPolicies(where:{OR:[{requireUppercaseCharacters:false},{requireLowercaseCharacters:false},{requireSymbols:false},{requireNumbers:false}]}){...AssetFragment}',
    operators:
      'iamPasswordPolicies(where:{OR:[{requireUppercaseCharacters:{eq:false}},{requireLowercaseCharacters:{eq:false}},{requireSymbols:{eq:false}},{requireNumbers:{eq:false}}]}){...AssetFragment}',
  },
  {
    subjects: ['IAMAccountSummary'],
    slug: 'account-has-mfa',
    flat: 'iamAccountSummaries(where:{hasIAMAccountSummaryItem_SOME:{key:"AccountMFAEnabled",value:0}}){...AssetFragment}',
    operators:
      'iamAccountSummaries(where:{hasIAMAccountSummaryItem:{some:{key:{eq:"AccountMFAEnabled"},value:{eq:0}}}}){...AssetFragment}',
  },
  {
    subjects: ['IAMServerCertificate'],
    slug: 'certificates-are-young',
    flat: 'iamServerCertificates(where:{expiration_LT:"2020-01-01T00:00:00Z"}){...AssetFragment}',
    operators: 'iamServerCertificates(where:{expiration:{lt:"2020-01-01T00:00:00Z"}}){...AssetFragment}',
  },
  {
    subjects: ['Connector'],
    slug: 'there-is-an-account',
    expect: ['neq', '[]'],
    flat: 'connectors(where:{cloudProvider_IN:["aws"]}){...AssetFragment}',
    operators: 'connectors(where:{cloudProvider:{in:["aws"]}}){...AssetFragment}',
  },
  ...Object.entries({
    'AWSIAM1(days: 7)': 'RootUser',
    'AWSIAM3(days: 45)': 'IAMUser',
    AWSIAM4: 'IAMUser',
    AWSIAM8: 'IAMUser',
    AWSIAM13: 'Connector',
    AWSIAM14: 'Connector',
    AWSIAM16: 'Connector',
    'AWSIAM20(days: 30)': 'IAMUser',
    AWS130IAM13: 'IAMUser',
    AWS130IAM19: 'IAMServerCertificate',
    'ExpiringSSLCertificates(days: 30)': 'IAMServerCertificate',
    'LongLivedAPIKeys(days: 90)': 'IAMServiceSpecificCredential',
    'UnusedAWSIAMRoles(days: 90)': 'IAMRole',
    AWSRolesWithExternalAccess: 'IAMRole',
  }).map(([field, subject]) => ({
    subjects: [subject],
    slug: `named-${field.replace(/\W.*/, '').toLowerCase()}`,
    flat: `{${field}{...AssetFragment}}`,
  })),
  {
    ...USER,
    slug: 'named-with-a-variable',
    flat: 'query Unused($days: Int = 60) { AWSIAM3(days: $days) { ...AssetFragment } }',
  },
];

/** What published texts name, beside the fields of every asset. */
export const publishedVocabulary: Readonly<Record<string, readonly string[]>> = {
  IAMUser: [
    'hasIAMUserCredentials',
    'hasIAMGroup',
    'iamPolicies',
    'hasIAMUserLoginProfile',
    'mfaSerialNumbers',
    'connector',
  ],
  IAMUserCredentials: [
    ...['passwordEnabled', 'passwordLastUsed', 'passwordLastChanged', 'passwordNextRotation', 'mfaActive'],
    ...[1, 2].flatMap((slot) => [
      ...['Active', 'LastRotated', 'LastUsedDate', ...KEY_FIELDS].map((field) => `accessKey${slot}${field}`),
      ...['Active', 'LastRotated'].map((field) => `cert${slot}${field}`),
    ]),
  ],
  RootUser: ['hasIAMUserCredentials', 'connector'],
  IAMGroup: ['iamPolicies'],
  IAMRole: ['iamPolicies', 'hasIAMAssumeRolePolicyStatement'],
  IAMAssumeRolePolicyStatement: ['hasIAMAssumeRolePolicyPrincipal'],
  IAMAssumeRolePolicyPrincipal: ['type', 'value'],
  IAMPolicy: ['policyType', 'iamPolicyStatements', 'attachedUserIDs', 'attachedGroupIDs', 'attachedRoleIDs'],
  IAMPolicyStatement: ['effect', 'actions', 'notActions', 'resources', 'notResources', 'conditions'],
  IAMPasswordPolicy: [
    'minimumPasswordLength',
    'requireUppercaseCharacters',
    'requireLowercaseCharacters',
    'requireSymbols',
    'requireNumbers',
    'maxPasswordAge',
    'passwordReusePrevention',
  ],
  IAMAccountSummary: ['hasIAMAccountSummaryItem'],
  IAMAccountSummaryItem: ['key', 'value'],
};
