/** Words of ours, in Markdown, and between them what others have named, which is shown as it is and never read as Markdown. */
export type Words = readonly (string | { readonly name: string })[];

/** `words\`user ${userName}\``: what is put in is a name. */
export const words = (ours: TemplateStringsArray, ...names: readonly string[]): Words =>
  ours.flatMap((text, index) => {
    const name = names[index];
    return name === undefined ? [text] : [text, { name }];
  });
