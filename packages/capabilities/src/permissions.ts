import type { JsonObject } from './json/json.ts'
import { type Limits, limitsSchema } from './limits.ts'
import { noNul } from './text/no-nul.ts'

/**
 * What a capability asks for. The host's policy decides: it never gets more than that, and one that asks for
 * more does not run. What is not named is as the policy has it.
 */
export interface Permissions {
  /**
   * Files and directories that it reads, absolute or from the working directory; they must exist. Naming `read`
   * or `write` makes the other empty unless it is named, too.
   */
  readonly read?: readonly string[]
  /** Those that it writes, and reads. */
  readonly write?: readonly string[]
  /** It needs no network. A capability cannot ask for one. */
  readonly network?: 'none'
  /** Names of the host's variables that it sees. */
  readonly env?: readonly string[]
  /** Its own ceilings, at most as high as the host's. */
  readonly limits?: Limits
}

const paths: JsonObject = {
  type: 'array',
  maxItems: 64,
  items: { type: 'string', minLength: 1, maxLength: 4096, pattern: noNul },
}

export const permissionsSchema: JsonObject = {
  type: 'object',
  additionalProperties: false,
  properties: {
    read: paths,
    write: paths,
    network: { const: 'none' },
    env: {
      type: 'array',
      maxItems: 64,
      items: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]{0,127}$' },
    },
    limits: limitsSchema,
  },
}
