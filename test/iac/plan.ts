/** A resource change, as `terraform show -json` writes it; `values` are those after, or before where it goes away. */
export interface PlannedChange {
  readonly address: string;
  readonly actions?: readonly string[];
  readonly values?: Readonly<Record<string, unknown>>;
  readonly before?: Readonly<Record<string, unknown>>;
  readonly unknown?: Readonly<Record<string, unknown>>;
  readonly sensitive?: Readonly<Record<string, unknown>>;
  readonly deposed?: string;
}

/** A plan in the JSON of Terraform 1.9, as far as it is the same for every row. */
export function planOf(changes: readonly PlannedChange[], more: Readonly<Record<string, unknown>> = {}) {
  const resource_changes = changes.map(changeOf);
  const planned = resource_changes.filter(({ change }) => change.after !== null);
  return {
    format_version: '1.2',
    terraform_version: '1.9.8',
    planned_values: { root_module: moduleOf(planned.map(({ change, ...one }) => ({ ...one, values: change.after }))) },
    resource_changes,
    ...more,
  };
}

/** Resources of a state's `values`, all in the root module. */
export const stateOf = (resources: readonly PlannedChange[]) => ({
  format_version: '1.0',
  values: {
    root_module: moduleOf(resources.map((one) => ({ ...partsOf(one.address), values: one.values ?? {} }))),
  },
});

const moduleOf = (resources: readonly unknown[]) => ({ resources });

function changeOf({
  address,
  actions = ['create'],
  values,
  before,
  unknown = {},
  sensitive = {},
  deposed,
}: PlannedChange) {
  const goes = actions.every((action) => action === 'delete' || action === 'forget');
  const isNew = actions.length === 1 && actions[0] === 'create';
  return {
    ...partsOf(address),
    provider_name: 'registry.terraform.io/hashicorp/aws',
    ...(deposed === undefined ? {} : { deposed }),
    change: {
      actions,
      before: isNew ? null : (before ?? values ?? {}),
      after: goes ? null : (values ?? {}),
      after_unknown: goes ? false : unknown,
      before_sensitive: false,
      after_sensitive: sensitive,
    },
  };
}

/** `module.a["x"].aws_iam_user.u[0]` in its parts. */
function partsOf(address: string) {
  const [, module = '', type = '', name = '', index] =
    /^((?:module\.[^.[]+(?:\["[^"]*"\]|\[\d+\])?\.)*)([a-z_]+)\.([^.[]+)(?:\[(.+)\])?$/.exec(address) ?? [];
  return {
    address,
    ...(module === '' ? {} : { module_address: module.slice(0, -1) }),
    ...{ mode: 'managed', type, name },
    ...(index === undefined ? {} : { index: JSON.parse(index) as string | number }),
  };
}

/** The configuration of a root module: for each resource, what its expressions refer to. */
export const configuredAs = (
  resources: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  module_calls: Readonly<Record<string, unknown>> = {},
) => ({ configuration: { root_module: { resources: configuredResources(resources), module_calls } } });

export const configuredResources = (resources: Readonly<Record<string, Readonly<Record<string, unknown>>>>) =>
  Object.entries(resources).map(([address, more]) => ({ ...partsOf(address), provider_config_key: 'aws', ...more }));

export const refers = (...references: readonly string[]) => ({ expressions: { user: { references } } });
