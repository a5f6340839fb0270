/** The stored check that the project began with, as it was published: not a byte of it may change. */
export const FOUNDING_TEXT =
  'iamUsers(where:{hasIAMUserCredentials:{OR:[{accessKey1Active:true,accessKey1LastUsedDate:null}{accessKey2Active:true,accessKey2LastUsedDate: null }]}}){...AssetFragment}';
