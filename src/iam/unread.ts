/**
 * Stands where a value would, and says that nobody looked: the fact was not read yet, or the report has no column for
 * it. It is neither null ("AWS says there is none") nor absent, and it never reaches a client: asked for, it is read or
 * becomes an error.
 */
export const UNREAD: unique symbol = Symbol('unread');
export type Unread = typeof UNREAD;

/** Stands in a list of values for one that is there, and that nobody has read. */
export const ONE_UNREAD: unique symbol = Symbol('one that is unread');

/**
 * A related asset of which somebody else tells, and which nobody has read: it stands for one that is there, for at least one
 * (which another says what it may be like), or for any number.
 */
export interface StandIn {
  readonly standsFor: 'one' | 'someCertainly' | 'anyNumber';
}

export const standsFor = (item: object): StandIn['standsFor'] | undefined => (item as Partial<StandIn>).standsFor;

/**
 * Nobody looked at all of it. UNREAD among the items of a list stands for any number that nobody has read; stand-ins are
 * there to be compared with, and for nobody to see.
 */
export const isUnread = (value: unknown): boolean =>
  value === UNREAD || (Array.isArray(value) && value.some(isUnreadItem));

const isUnreadItem = (item: unknown): boolean =>
  typeof item === 'symbol' || (typeof item === 'object' && item !== null && standsFor(item) !== undefined);

/** Some items of a list were read. */
export const isKnownInPart = (value: unknown): boolean => Array.isArray(value) && !value.every(isUnreadItem);
