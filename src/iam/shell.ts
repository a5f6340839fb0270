/**
 * A text as one word of a command for a POSIX shell, whatever is in it but NUL, which no word can hold. A control character
 * stays what it is: whoever shows the command at a terminal makes it printable.
 */
export const shellWord = (text: string): string =>
  /^[\w+=,.@/:-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** An option with its value: no value may become another option. */
export const shellOption = (option: string, value: string): string =>
  `${option}${value.startsWith('-') ? '=' : ' '}${shellWord(value)}`;

/** The command that turns a key off, or on again. */
export const keyStatusCommand = (userName: string, accessKeyId: string, status: 'Active' | 'Inactive'): string =>
  `aws iam update-access-key ${ofKey(userName, accessKeyId)} --status ${status}`;

/** The command that deletes a key for good. */
export const deleteKeyCommand = (userName: string, accessKeyId: string): string =>
  `aws iam delete-access-key ${ofKey(userName, accessKeyId)}`;

const ofKey = (userName: string, accessKeyId: string): string =>
  `${shellOption('--user-name', userName)} ${shellOption('--access-key-id', accessKeyId)}`;
