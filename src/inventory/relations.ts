import type { Asset } from '../iam/assets.ts';

/** Which assets a relation leads to, where AWS tells of it only at the other end. From an asset, or from its name. */
export class Relations {
  private readonly related = new Map<string, Map<unknown, Asset[]>>();

  add(from: unknown, relation: string, to: Asset): void {
    const ofRelation = this.related.get(relation) ?? new Map<unknown, Asset[]>();
    this.related.set(relation, ofRelation);
    const known = ofRelation.get(from);
    if (!known) ofRelation.set(from, [to]);
    else if (!known.includes(to)) known.push(to);
  }

  of(from: unknown, relation: string): readonly Asset[] {
    return this.related.get(relation)?.get(from) ?? [];
  }
}
