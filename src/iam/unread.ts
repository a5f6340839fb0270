/**
 * Stands where a value would, and says that nobody looked: the fact was not read yet, or the report has no column for
 * it. It is neither null ("AWS says there is none") nor absent, and it never reaches a client: asked for, it is read or
 * becomes an error.
 */
export const UNREAD: unique symbol = Symbol('unread');
export type Unread = typeof UNREAD;

/** Nobody looked at all of it: UNREAD among the items of a list stands for any number that nobody has read. */
export const isUnread = (value: unknown): boolean =>
  value === UNREAD || (Array.isArray(value) && value.includes(UNREAD));
