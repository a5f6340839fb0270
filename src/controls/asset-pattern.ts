/** An asset as an exception names it: an ARN or an IAM name, in which `*` stands for any characters. */
export type AssetPattern = string;

/** So many characters other than `*` say at least what a pattern means; `*` or `a*` would cover what nobody has looked at. */
const LEAST_LITERAL_CHARACTERS = 3;

/** The part of an ARN that is never a pattern: whose it is, and what sort of asset. */
const ARN_HEAD = /^arn:aws[a-z-]*:iam::(\d{12}|aws):(?:root$|[a-z-]+\/)/;

/** Why an exception of that account may not name its asset so; undefined where it may. */
export function patternProblem(pattern: AssetPattern, account: string): string | undefined {
  const head = isArn(pattern) ? ARN_HEAD.exec(pattern) : undefined;
  if (head === null)
    return `${JSON.stringify(pattern)} is not an IAM ARN whose account and kind are written out, such as "arn:aws:iam::${account}:user/ci/*"`;
  if (head && head[1] !== account && head[1] !== 'aws')
    return `the asset is of account ${head[1]}, the exception of account ${account}`;
  const literal = pattern.slice(head?.[0].length ?? 0).replaceAll('*', '');
  if (pattern.includes('*') && literal.length < LEAST_LITERAL_CHARACTERS)
    return `${JSON.stringify(pattern)} covers nearly everything: write at least ${LEAST_LITERAL_CHARACTERS} characters of a name beside the *`;
  return undefined;
}

export const isArn = (pattern: AssetPattern): boolean => pattern.startsWith('arn:');

/** Upper and lower case are two things, as they are to AWS. An ARN is compared with the ARN, a name with the name. */
export function matchesAsset(
  pattern: AssetPattern,
  { identifier, name }: { readonly identifier: string; readonly name: string },
): boolean {
  if (isArn(pattern)) return matches(pattern, identifier);
  return matches(pattern, name) || pattern === identifier;
}

/** Each part stands as far left as it can, which leaves most for the rest: one pass, whatever the pattern. */
function matches(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let from = first.length;
  for (const part of rest) {
    const index = text.indexOf(part, from);
    if (index < 0 || index + part.length > end) return false;
    from = index + part.length;
  }
  return true;
}
