import type { JsonObject } from './json/json.ts'
import { type Permissions, permissionsSchema } from './permissions.ts'

/** Where a job runs, from the weakest hold to the strongest. */
export const levels = ['thread', 'process', 'sandbox'] as const
export type Level = (typeof levels)[number]

/** What a capability says of itself: data only, so that it can be checked without running anything. */
export interface Manifest {
  /** Unique name: a letter, then up to 63 letters, digits, `_`, `.` or `-`. */
  readonly name: string
  /** One line for lists, at most 500 characters. */
  readonly description: string
  /** JSON Schema (2020-12) of the arguments. A property with `"secret": true` is never shown or logged. */
  readonly args: JsonObject
  readonly version?: string
  /** The weakest level that the capability accepts; any unless told. */
  readonly level?: Level
  /** What it asks for; what the host's policy has unless told. */
  readonly permissions?: Permissions
}

/** The most that a manifest may take as JSON. */
export const maxManifestBytes = 1_048_576

/** The schema of a manifest itself. The arguments' schema inside of it is not looked into. */
export const manifestSchema: JsonObject = {
  type: 'object',
  required: ['name', 'description', 'args'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9_.-]{0,63}$' },
    description: { type: 'string', minLength: 1, maxLength: 500 },
    args: { type: 'object' },
    version: { type: 'string', maxLength: 64 },
    level: { enum: [...levels] },
    permissions: permissionsSchema,
  },
}
