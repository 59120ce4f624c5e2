// The compiler compares the dashboard, which follows here, with Grafana's own types.
import type { Dashboard } from '@grafana/schema';

// Their enumerations as what stands in JSON.
type Plain<T> = T extends string
  ? `${T}`
  : T extends (infer U)[]
    ? Plain<U>[]
    : T extends object
      ? { [K in keyof T]: Plain<T[K]> }
      : T;

export const dashboard: Plain<Dashboard> =
