/** How often a property is tried: `IAMQL_PROPERTY_RUNS` times as often where somebody has the time. */
export const propertyRuns = (usual: number): number => usual * (Number(process.env['IAMQL_PROPERTY_RUNS']) || 1);
