import type { AssetTypeName } from '../../iam/catalogue.generated.ts';
import { ADDITIONAL_KEY_FACTS } from '../../where/additional-keys.ts';
import { type Expression, nodesOf } from '../../where/expression.ts';
import { listsOf } from '../owners.ts';
import type { UnreadNote } from './snapshot.ts';

interface OfField {
  /** Of every asset of the type. */
  ofAll?: UnreadNote;
  readonly ofSome: Map<string, UnreadNote>;
}

/** The notes of a snapshot's header, by what they are about. */
export class UnreadNotes {
  private readonly notes: readonly UnreadNote[];
  private readonly fields = new Map<string, OfField>();

  constructor(notes: readonly UnreadNote[]) {
    this.notes = notes;
    for (const note of notes) for (const field of note.fields ?? []) this.add(`${note.type}.${field}`, note);
  }

  /** Why the list of assets of a type may not be whole, or those of whom its assets are part. */
  ofType(type: AssetTypeName): readonly UnreadNote[] {
    if (this.notes.length === 0) return this.notes;
    const lists: readonly string[] = listsOf(type);
    return this.notes.filter((note) => note.fields === undefined && lists.includes(note.type));
  }

  /** Why a field of an asset could not be read; undefined where it was. */
  of(type: string, field: string, identifier: string): UnreadNote | undefined {
    const ofField = this.fields.get(`${type}.${field}`);
    return ofField?.ofSome.get(identifier) ?? ofField?.ofAll;
  }

  /** Why a field of some asset of the type could not be read. */
  ofAny(type: string, field: string): UnreadNote | undefined {
    const ofField = this.fields.get(`${type}.${field}`);
    return ofField?.ofAll ?? ofField?.ofSome.values().next().value;
  }

  /** Why it cannot be told whether an asset matches: the first of the facts in question that could not be read. */
  ofQuestion(expression: Expression, identifier: string): UnreadNote | undefined {
    const facts = [...nodesOf(expression)].flatMap(factsOfNode);
    const ofAsset = facts.map(({ type, field }) => this.of(type, field, identifier));
    const ofRelated = facts.map(({ type, field }) => this.ofAny(type, field));
    return [...ofAsset, ...ofRelated].find((one) => one !== undefined);
  }

  private add(key: string, note: UnreadNote): void {
    const ofField: OfField = this.fields.get(key) ?? { ofSome: new Map() };
    this.fields.set(key, ofField);
    if (!note.identifiers) ofField.ofAll = note;
    for (const identifier of note.identifiers ?? []) ofField.ofSome.set(identifier, note);
  }
}

function factsOfNode(node: Expression): readonly { readonly type: string; readonly field: string }[] {
  if ('field' in node) return [node];
  return node.kind === 'additionalKey' ? ADDITIONAL_KEY_FACTS : [];
}
