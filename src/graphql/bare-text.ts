import {
  type DefinitionNode,
  type DocumentNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
  type Source,
  TokenKind,
} from 'graphql';
// graphql-js marks its Parser class as internal, and it is the only way to read selections without braces around them
// and keep their positions. The version of graphql is pinned by its peer range; test/graphql/document.test.ts notices.
import { Parser } from 'graphql/language/parser.js';

/** Reads `iamUsers{...} rootUsers{...}` as `{ iamUsers{...} rootUsers{...} }`; fragment definitions may follow. */
export function parseBareText(source: Source): DocumentNode {
  return new BareParser(source).parseBare();
}

class BareParser extends Parser {
  parseBare(): DocumentNode {
    const start = this._lexer.token;
    this.expectToken(TokenKind.SOF);
    const selections: SelectionNode[] = [];
    while (!this.peek(TokenKind.EOF) && !this.peekFragmentDefinition()) selections.push(this.parseSelection());
    const selectionSet = this.node<SelectionSetNode>(start, { kind: Kind.SELECTION_SET, selections });
    const operation = this.node<OperationDefinitionNode>(start, {
      kind: Kind.OPERATION_DEFINITION,
      operation: OperationTypeNode.QUERY,
      selectionSet,
    });
    const definitions: DefinitionNode[] = [operation];
    while (!this.peek(TokenKind.EOF)) definitions.push(this.parseFragmentDefinition());
    return this.node<DocumentNode>(start, { kind: Kind.DOCUMENT, definitions });
  }

  /** `fragment NAME` begins a definition; `fragment` before anything else would be a field of that name. */
  private peekFragmentDefinition(): boolean {
    const { token } = this._lexer;
    return (
      token.kind === TokenKind.NAME && token.value === 'fragment' && this._lexer.lookahead().kind === TokenKind.NAME
    );
  }
}
