/** What a plan or a template says that there will be of IAM users, whichever tool wrote it. */
export interface Declared {
  readonly users: readonly DeclaredUser[];
  readonly parts: readonly DeclaredPart[];
  /** Why there may be more than this. Never empty where the file is known to leave something out. */
  readonly unknown: readonly Reason[];
}

/** Why something cannot be told, and of which resource. */
export interface Reason {
  readonly message: string;
  readonly address?: string | undefined;
  /** Where that stands in the file, from 1 on; undefined where it is not known. */
  readonly line?: number | undefined;
}

export interface DeclaredUser {
  /** The resource's, as its tool writes it: `module.team["a"].aws_iam_user.this[0]`, or a logical id. */
  readonly address: string;
  readonly name: Name;
  readonly account: AccountLabel;
  /** The file makes it, so that nothing which was made elsewhere can belong to it. */
  readonly isNew: boolean;
}

/** Which provider settings it is made with; undefined where there is only one account, or nothing tells. */
type AccountLabel = string | undefined;

export type Name =
  /** A secret one is compared and not shown. */
  | { readonly kind: 'text'; readonly text: string; readonly isSecret: boolean }
  /** An expression that only the deployment decides; the same expression is the same name. */
  | { readonly kind: 'expression'; readonly text: string }
  /** AWS makes one up, so that it is reached by reference alone. */
  | { readonly kind: 'generated' }
  | { readonly kind: 'unknown' };

/** A login profile or an access key. One that is surely not there, or not active, is none. */
export interface DeclaredPart {
  readonly kind: PartKind;
  readonly address: string;
  readonly owner: Owner;
  readonly account: AccountLabel;
  /** Why it may not be there; undefined where it will be. */
  readonly doubt: string | undefined;
  /** The file brings it about; otherwise it is there already. */
  readonly isMade: boolean;
}

export type PartKind = 'login profile' | 'access key';

export type Owner =
  | { readonly kind: 'name'; readonly name: Name & { readonly kind: 'text' | 'expression' } }
  /** One of these users, and of no other unless `doubt` says why. `by` is what led there. */
  | {
      readonly kind: 'users';
      readonly addresses: readonly string[];
      readonly doubt: string | undefined;
      readonly by: string;
    };
