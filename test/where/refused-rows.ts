const ONE_OF = '_IN _NOT_IN';
const ORDER = '_LT _LTE _GT _GTE';
const PARTS = '_CONTAINS _NOT_CONTAINS _STARTS_WITH _NOT_STARTS_WITH _ENDS_WITH _NOT_ENDS_WITH _MATCHES';
const ITEM = '_INCLUDES _NOT_INCLUDES';

/** What null means nothing to, by field. */
export const comparesNullWithNothing: Readonly<Record<string, string>> = {
  ownerId: `${ONE_OF} ${PARTS}`,
  alias: `${ONE_OF} ${PARTS}`,
  rank: `${ONE_OF} ${ORDER}`,
  price: `${ONE_OF} ${ORDER}`,
  stopped: `${ONE_OF} ${ORDER}`,
  keyIds: ITEM,
  labels: ITEM,
  checks: ITEM,
  ports: ITEM,
  rates: ITEM,
  restarts: ITEM,
};

/** Published versions of the language disagree about these, so the text has to say what it means. */
export const readsNullDifferently = '_NONE _ALL _SINGLE';

/** A where that means nothing, and what is said of it. */
export type Refused = readonly [where: string, message: string];

const noTime = (written: string): string =>
  `DateTime: ${written} is not an RFC 3339 time with an offset, such as "2026-03-01T10:20:30Z", nor a date alone.`;
const comparesWithNothing = (field: string): string =>
  `${field}: null compares with nothing; write ${field.replace(/_.*/, '')}: null for "has no value"`;

export const refusedRows: Readonly<Record<string, readonly Refused[]>> = {
  'null as an item of a list': [
    ['{alias_IN:[null]}', 'Expected value of type "String!", found null.'],
    ['{rank_NOT_IN:[1,null]}', 'Expected value of type "Int!", found null.'],
    ['{labels:["blue",null]}', 'Expected value of type "String!", found null.'],
    ['{labels_NOT:[null]}', 'Expected value of type "String!", found null.'],
    ['{AND:[null]}', 'Expected value of type "ServerWhere!", found null.'],
    ['{OR:[{},null]}', 'Expected value of type "ServerWhere!", found null.'],
  ],
  'null that means nothing, wherever it stands': [
    ['{NOT:{rank_LT:null}}', comparesWithNothing('rank_LT')],
    ['{OR:[{},{rank_LT:null}]}', comparesWithNothing('rank_LT')],
    ['{disks:{size_GT:null}}', comparesWithNothing('size_GT')],
    ['{image_NOT:{disks_ALL:null}}', 'disks_ALL: null is read differently by published versions of this language'],
    ['{rank:{lt:null}}', comparesWithNothing('rank_LT')],
    ['{disks:{some:null}}', 'disks: {some: null} is read differently by published versions'],
    ['{disks:{none:null}}', 'disks: {none: null} is read differently by published versions'],
    ['{image:{some:null}}', 'image: {some: null} is read differently by published versions'],
  ],
  'a time without an offset, and what is no time': [
    ['{stopped:"2024-03-01T12:00:00"}', noTime('"2024-03-01T12:00:00"')],
    ['{stopped_LT:"2024-02-30"}', noTime('"2024-02-30"')],
    ['{stopped_IN:["2024-03-01","yesterday"]}', noTime('"yesterday"')],
    ['{restarts_INCLUDES:"2024-13-01"}', noTime('"2024-13-01"')],
    ['{stopped:20240301}', noTime('the value')],
  ],
  'a value of another type': [
    ['{alias:1}', 'String cannot represent a non string value: 1'],
    ['{rank:"1"}', 'Int cannot represent non-integer value: "1"'],
    ['{rank:1.5}', 'Int cannot represent non-integer value: 1.5'],
    ['{rank:2147483648}', 'Int cannot represent non 32-bit signed integer value: 2147483648'],
    ['{price:"1"}', 'Float cannot represent non numeric value: "1"'],
    ['{locked:"true"}', 'Boolean cannot represent a non boolean value: "true"'],
    ['{ownerId:1.5}', 'ID cannot represent a non-string and non-integer value: 1.5'],
    ['{image:true}', 'Expected value of type "ImageWhere", found true.'],
    ['{disks:{size:"1"}}', 'Int cannot represent non-integer value: "1"'],
  ],
  'a key that there is none of': [
    ['{aliases:"a"}', 'Field "aliases" is not defined by type "ServerWhere". Did you mean "alias"'],
    ['{running_IN:[true]}', 'Field "running_IN" is not defined by type "ServerWhere".'],
    ['{alias_LT:"a"}', 'Field "alias_LT" is not defined by type "ServerWhere".'],
    ['{rank_CONTAINS:1}', 'Field "rank_CONTAINS" is not defined by type "ServerWhere".'],
    ['{labels_IN:["blue"]}', 'Field "labels_IN" is not defined by type "ServerWhere".'],
    ['{rank_INCLUDES:1}', 'Field "rank_INCLUDES" is not defined by type "ServerWhere".'],
    ['{image_SOME:{}}', 'Field "image_SOME" is not defined by type "ServerWhere".'],
    ['{disks_INCLUDES:{}}', 'Field "disks_INCLUDES" is not defined by type "ServerWhere".'],
    ['{disks:{cores:1}}', 'Field "cores" is not defined by type "DiskWhere".'],
    ['{rank:1,rank:2}', 'There can be only one input field named "rank".'],
    ['{rank:{eqq:1}}', 'rank has no operator "eqq"; it has eq, in, lt, lte, gt, gte.'],
    ['{locked:{in:[true]}}', 'locked has no operator "in"; it has eq.'],
    ['{labels:{in:["blue"]}}', 'labels has no operator "in"; it has eq, includes.'],
    ['{image:{some:{},any:{}}}', 'image has no operator "any"; it has some, all, single, none.'],
    ['{disks:{some:{},any:{}}}', 'disks has no operator "any"; it has some, all, single, none.'],
  ],
  'a pattern that needs more than linear time, or is none': [
    [
      '{alias_MATCHES:"(?=Web)"}',
      'alias_MATCHES: "(?=Web)" is no pattern that can be matched (RE2 syntax, without look-',
    ],
    ['{alias_MATCHES:"(a)\\\\1"}', 'alias_MATCHES: "(a)\\\\1" is no pattern that can be matched'],
    ['{disks:{label_MATCHES:"("}}', 'label_MATCHES: "(" is no pattern that can be matched'],
  ],
};
