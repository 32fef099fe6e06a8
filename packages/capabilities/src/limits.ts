import type { JsonObject } from './json/json.ts'

interface LimitEntry {
  /** As it stands in `error.limit`, in results and in records. */
  readonly name: string
  readonly description: string
  readonly unit: string
  readonly minimum: number
  readonly maximum?: number
  /** Only whole numbers, unless told. */
  readonly isFraction?: boolean
}

/** Every ceiling that a job can have. The type, the schema and the table in docs/capabilities.md come from here. */
export const limitCatalogue = {
  cpuTimeMs: {
    name: 'cpu_time',
    description: 'CPU time of all its processes together, user and system',
    unit: 'ms',
    minimum: 1,
  },
  cpuShare: {
    name: 'cpu_share',
    description: 'cores at once; 0.5 is half of one',
    unit: 'cores',
    minimum: 0.01,
    isFraction: true,
  },
  memoryBytes: {
    name: 'memory',
    description: 'memory of all its processes together, with its private file systems',
    unit: 'bytes',
    // With less no program starts, and the kernel refuses the limit to a group that has begun.
    minimum: 1_048_576,
  },
  processes: {
    name: 'processes',
    description: 'processes and threads that live at once; a worker has about eleven of its own',
    unit: 'processes',
    minimum: 1,
  },
  descriptors: {
    name: 'descriptors',
    description: 'open descriptors of each process',
    unit: 'descriptors',
    minimum: 8,
  },
  fileSizeBytes: {
    name: 'file_size',
    description: 'size of any file that it writes',
    unit: 'bytes',
    minimum: 0,
  },
  writtenBytes: {
    name: 'written_bytes',
    description: 'all that it writes to files, together',
    unit: 'bytes',
    minimum: 0,
  },
  writtenFiles: { name: 'written_files', description: 'files that it makes', unit: 'files', minimum: 0 },
  outputBytes: {
    name: 'output',
    description: 'what it prints, on both streams together',
    unit: 'bytes',
    minimum: 0,
  },
  messages: {
    name: 'messages',
    description: 'what its worker sends over its channel',
    unit: 'messages',
    minimum: 1,
  },
  timeoutMs: {
    name: 'wall_time',
    description: 'time from start to end',
    unit: 'ms',
    minimum: 1,
    maximum: 86_400_000,
  },
} as const

export type LimitKey = keyof typeof limitCatalogue

/** What a job may use. Undefined: no ceiling of that kind. */
export type Limits = { readonly [Key in LimitKey]?: number | undefined }

/** The name of a ceiling in results, records and errors. */
export type LimitName = (typeof limitCatalogue)[LimitKey]['name']

// The literal above has these keys and no others, which Object.keys() does not say.
/** In the order of the catalogue. */
export const limitKeys: readonly LimitKey[] = Object.keys(limitCatalogue) as LimitKey[]

export const limitsSchema: JsonObject = {
  type: 'object',
  additionalProperties: false,
  properties: Object.fromEntries(
    Object.entries<LimitEntry>(limitCatalogue).map(([key, entry]) => [key, schemaOf(entry)]),
  ),
}

function schemaOf({ isFraction, minimum, maximum }: LimitEntry): JsonObject {
  const type = isFraction === true ? 'number' : 'integer'
  return { type, minimum, maximum: maximum ?? Number.MAX_SAFE_INTEGER }
}
