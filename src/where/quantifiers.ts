import type { Asset } from '../iam/assets.ts';
import { standsFor, UNREAD, type Unread } from '../iam/unread.ts';
import type { Compiled, Test } from './evaluate.ts';
import type { Quantifier } from './expression.ts';

/** Related assets; UNREAD among them stands for any number that nobody has read. */
export type Items = readonly (Asset | Unread)[];

type ItemsOf = (asset: Asset) => Items | Asset | Unread;

/** Each quantifier as the two tests of what is certainly and what is possibly true; a relation has no third answer. */
export const quantifiers: Readonly<
  Record<Quantifier, (itemsOf: ItemsOf, of: Compiled) => Readonly<Record<keyof Compiled, Test>>>
> = {
  /** At least one related asset for which it is true. */
  some: (itemsOf, { certainly, possibly }) => ({
    certainly: anyItem(itemsOf, certainly.isTrue, false),
    possibly: anyItem(itemsOf, possibly.isTrue, true),
  }),
  /** At least one for which it is true, and none for which it is false. */
  all: (itemsOf, { certainly, possibly }) => {
    const isTrueOfOne = anyItem(itemsOf, certainly.isTrue, false);
    const mayBeTrueOfOne = anyItem(itemsOf, possibly.isTrue, true);
    const isFalseOfOne = anyItem(itemsOf, certainly.isFalse, false);
    const mayBeFalseOfOne = anyItem(itemsOf, possibly.isFalse, true);
    return {
      certainly: (asset) => isTrueOfOne(asset) && !mayBeFalseOfOne(asset),
      possibly: (asset) => mayBeTrueOfOne(asset) && !isFalseOfOne(asset),
    };
  },
  /** Exactly one for which it is true. */
  single: (itemsOf, { certainly, possibly }) => ({
    certainly: (asset) => {
      const items = listOf(itemsOf(asset));
      return count(items, certainly.isTrue, 0) === 1 && count(items, possibly.isTrue, 2) === 1;
    },
    possibly: (asset) => {
      const items = listOf(itemsOf(asset));
      return count(items, certainly.isTrue, 0) <= 1 && count(items, possibly.isTrue, 2) >= 1;
    },
  }),
};

/** @param ofUnread the answer for an item, or a whole relation, that was not read: true where it is asked what is possible. */
const anyItem =
  (itemsOf: ItemsOf, test: Test, ofUnread: boolean): Test =>
  (asset) => {
    const items = itemsOf(asset);
    if (items === UNREAD) return ofUnread;
    if (!Array.isArray(items)) return test(items as Asset);
    for (const item of items as Items)
      if (item === UNREAD ? ofUnread : test(item) && isAsked(item, ofUnread)) return true;
    return false;
  };

/** What stands for items that may not exist makes nothing certain; what only says that some exist makes nothing possible. */
const isAsked = (item: Asset, isPossible: boolean): boolean =>
  standsFor(item) !== (isPossible ? 'someCertainly' : 'anyNumber');

const listOf = (items: Items | Asset | Unread): Items => (Array.isArray(items) ? items : [items as Asset | Unread]);

/** @param ofUnread how many assets UNREAD counts as: none where it is counted what is certain. */
const count = (items: Items, test: Test, ofUnread: number): number =>
  items.reduce((sum, item) => {
    if (item === UNREAD) return sum + ofUnread;
    if (!test(item) || !isAsked(item, ofUnread > 0)) return sum;
    return sum + (standsFor(item) === 'anyNumber' ? ofUnread : 1);
  }, 0);
