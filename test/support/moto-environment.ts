import { pythonWith } from './python-environment.ts';

const MOTO_VERSION = '5.2.5';

/** The Python that has moto. It has botocore too, which knows the shapes of AWS's APIs. */
export const motoPython = (root: string): Promise<string> =>
  pythonWith(root, `moto-${MOTO_VERSION}`, [`moto[server]==${MOTO_VERSION}`]);
