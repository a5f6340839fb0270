/** The parts of an IAM ARN: `arn:PARTITION:iam::ACCOUNT:RESOURCE`. IAM ARNs name no region. */
export interface IamArn {
  readonly partition: string;
  readonly accountId: string;
  /** `root`, or the kind and the rest: `user/engineering/ana`. */
  readonly resource: string;
}

const IAM_ARN = /^arn:(aws[a-z-]*):iam::(\d{12}):(.+)$/s;

/** Returns undefined for what is not an IAM ARN. */
export function parseIamArn(text: string): IamArn | undefined {
  const match = IAM_ARN.exec(text);
  const [, partition, accountId, resource] = match ?? [];
  return partition && accountId && resource ? { partition, accountId, resource } : undefined;
}

/** The path between the kind and the name: `/engineering/` of `user/engineering/ana`, `/` where there is none. */
export function arnPath(resource: string): string {
  return resource.slice(resource.indexOf('/'), resource.lastIndexOf('/') + 1);
}
