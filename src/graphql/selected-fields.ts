import {
  type DocumentNode,
  type FieldNode,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  getDirectiveValues,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

type Variables = Readonly<Record<string, unknown>>;

/**
 * The fields of a selection, those in its fragments included. Validation has made sure that none spreads itself.
 *
 * @param variables those that decide what `@skip` and `@include` leave out; without them nothing is left out.
 */
export function selectedFields(
  document: DocumentNode,
  set: SelectionSetNode | undefined,
  variables?: Variables,
): readonly FieldNode[] {
  return (set?.selections ?? []).flatMap((selection) => {
    if (variables && isLeftOut(selection, variables)) return [];
    if (selection.kind === Kind.FIELD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT) return selectedFields(document, selection.selectionSet, variables);
    const fragment = document.definitions.find(
      (node) => node.kind === Kind.FRAGMENT_DEFINITION && node.name.value === selection.name.value,
    );
    return fragment?.kind === Kind.FRAGMENT_DEFINITION
      ? selectedFields(document, fragment.selectionSet, variables)
      : [];
  });
}

const isLeftOut = (selection: SelectionNode, variables: Variables): boolean =>
  getDirectiveValues(GraphQLSkipDirective, selection, variables)?.['if'] === true ||
  getDirectiveValues(GraphQLIncludeDirective, selection, variables)?.['if'] === false;
