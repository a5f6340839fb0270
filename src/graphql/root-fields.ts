/** The names of a type's three root fields. */
export const rootFieldsOf = (root: string) => ({
  list: root,
  connection: `${root}Connection`,
  aggregate: `${root}Aggregate`,
});

export type RootKind = keyof ReturnType<typeof rootFieldsOf>;
