import { IamqlError } from './error.ts';

/** What a system call says in a code, in words. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder',
  ENOTDIR: 'what stands before it in the path is no folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EEXIST: 'it is there already',
  ENAMETOOLONG: 'the name is too long',
};

/** @param cause what Node has thrown. Gives its code where nobody has put that into words. */
export function fileReason(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? code ?? message;
}

/** @param failed what could not be done, and with which file: `cannot open a.yaml`. */
export const fileError = (failed: string, cause: unknown): IamqlError =>
  new IamqlError('InvalidInput', `${failed}: ${fileReason(cause)}`, { cause });
