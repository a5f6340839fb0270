import type { Asset } from '../iam/assets.ts';
import type { IamqlError } from '../iam/error.ts';

/** Why fields of an asset are unknown although AWS has answered them: reading them again would tell nothing else. */
export class Unreadable {
  private readonly errors = new Map<Asset, Map<string, IamqlError>>();

  note(asset: Asset, fields: readonly string[], error: IamqlError): void {
    const ofAsset = this.errors.get(asset) ?? new Map<string, IamqlError>();
    this.errors.set(asset, ofAsset);
    for (const field of fields) ofAsset.set(field, error);
  }

  why(asset: Asset, field: string): IamqlError | undefined {
    return this.errors.get(asset)?.get(field);
  }

  /** Why that field is unknown of some asset of a type. */
  whyOfAny(type: string, field: string): IamqlError | undefined {
    for (const [asset, fields] of this.errors) {
      const error = asset.__typename === type ? fields.get(field) : undefined;
      if (error) return error;
    }
    return undefined;
  }
}
