import { EVERY } from './scalar-rows.ts';

export interface VariableRow {
  readonly declared: string;
  readonly where: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly selected: readonly string[];
}

const row = (
  declared: string,
  where: string,
  variables: VariableRow['variables'],
  ...selected: string[]
): VariableRow => ({ declared, where, variables, selected });

export const variableRows: Readonly<Record<string, readonly VariableRow[]>> = {
  'a key of a variable that was not given is as if it were not there': [
    row('$n:Int', '{rank:$n}', {}, ...EVERY),
    row('$n:Int', '{rank:$n,locked:false}', {}, 'web', 'zero'),
    row('$n:Int', '{NOT:{rank:$n}}', {}, ...EVERY),
    row('$n:Int', '{OR:[{rank:$n},{cores:2}]}', {}, ...EVERY),
    row('$n:[Int!]', '{rank_IN:$n}', {}, ...EVERY),
    row('$n:[Int!]', '{rank_NOT_IN:$n,cores:2}', {}, 'web'),
    row('$n:Int', '{rank:{gt:$n}}', {}, ...EVERY),
    row('$n:Int', '{disks:{size:$n}}', {}, 'web', 'db', 'raw'),
    row('$w:DiskWhere', '{disks_SINGLE:$w}', {}, ...EVERY),
    row('$w:ImageWhere', '{image:$w}', {}, ...EVERY),
    row('$w:[ServerWhere!]', '{OR:$w,cores:2}', {}, 'web'),
    row('$w:ServerWhere', '$w', {}, ...EVERY),
  ],
  'a variable that is null is null': [
    row('$n:Int', '{rank:$n}', { n: null }, 'nil'),
    row('$n:Int', '{rank_NOT:$n}', { n: null }, 'web', 'db', 'raw', 'zero'),
    row('$w:ImageWhere', '{image:$w}', { w: null }, 'nil'),
    row('$w:[ServerWhere!]', '{OR:$w}', { w: null }, ...EVERY),
    row('$w:ServerWhere', '$w', { w: null }, ...EVERY),
    row('$w:ServerWhere', '{NOT:$w}', { w: null }, ...EVERY),
  ],
  'a variable means what its value would in the text': [
    row('$n:Int', '{rank:$n}', { n: 1 }, 'web'),
    row('$n:Int=1', '{rank:$n}', {}, 'web'),
    row('$n:Int!', '{rank_IN:[$n,2]}', { n: 1 }, 'web', 'db'),
    row('$n:[Int!]', '{rank_IN:$n}', { n: [] }),
    row('$n:[Int!]', '{rank_IN:$n}', { n: 1 }, 'web'),
    row('$t:DateTime', '{stopped:$t}', { t: '2024-03-01T13:00:00+01:00' }, 'web'),
    row('$f:Float', '{price_LT:$f}', { f: 0 }, 'raw'),
    row('$w:ServerWhere', '$w', { w: { OR: { rank: 1, locked: false } } }, 'web'),
    row('$w:ServerWhere={rank:{eq:1}}', '$w', {}, 'web'),
    row('$w:ServerWhere', '$w', { w: { disks: { some: { size: { gt: 400 } } }, rank_GT: 1 } }, 'db'),
    row('$w:DiskWhere', '{disks:{all:$w}}', { w: { encrypted: { eq: true } } }, 'db'),
    row('$w:[ServerWhere!]', '{OR:$w}', { w: [{ rank: 1 }, { rank: { lt: 0 } }] }, 'web', 'raw'),
  ],
};

export interface RefusedVariables extends Omit<VariableRow, 'selected'> {
  readonly message: string;
}

export const refusedVariables: readonly RefusedVariables[] = [
  {
    declared: '$n:Int',
    where: '{rank_GT:$n}',
    variables: { n: null },
    message: 'rank_GT: null compares with nothing',
  },
  {
    declared: '$n:[Int!]',
    where: '{rank_IN:$n}',
    variables: { n: [1, null] },
    message: 'Variable "$n" got invalid value null at "n[1]"; Expected non-nullable type "Int!" not to be null.',
  },
  {
    declared: '$w:DiskWhere',
    where: '{disks_NONE:$w}',
    variables: { w: null },
    message: 'disks_NONE: null is read differently by published versions of this language',
  },
  {
    declared: '$t:DateTime',
    where: '{stopped:$t}',
    variables: { t: '2024-03-01T12:00:00' },
    message: 'DateTime: "2024-03-01T12:00:00" is not an RFC 3339 time with an offset',
  },
  {
    declared: '$w:ServerWhere',
    where: '$w',
    variables: { w: { disks: { all: null } } },
    message: 'Variable "$w": disks: {all: null} is read differently by published versions',
  },
  {
    declared: '$w:ServerWhere',
    where: '$w',
    variables: { w: { rank: { like: 1 } } },
    message: 'Variable "$w": rank has no operator "like"; it has eq, in, lt, lte, gt, gte.',
  },
];
