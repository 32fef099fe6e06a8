import { levels, limitCatalogue, limitsSchema } from '@runtimo/capabilities'
import { grantSchemas, policySchema } from './policy-options.ts'

const milliseconds = { type: 'integer', maximum: limitCatalogue.timeoutMs.maximum }
const count = { type: 'integer', minimum: 0 }
const name = { type: 'string', minLength: 1, maxLength: 128 }
const percent = { type: 'number', exclusiveMinimum: 0, maximum: 100 }
const level = { enum: [...levels] }
const path = ref('path')
const paths = ref('paths')

/** Of what JSON Schema can describe; tools/validators.ts makes the validators of them. */
export const optionSchemas: Readonly<Record<'$defs', Readonly<Record<string, object>>>> = {
  $defs: {
    path: { type: 'string', minLength: 1, maxLength: 4096 },
    paths: { type: 'array', maxItems: 256, items: path },
    amount: { type: 'integer', minimum: 1 },
    limits: limitsSchema,
    requirement: only({
      level,
      pidNamespace: { type: 'boolean' },
      network: { enum: ['none', 'host'] },
      seccomp: { type: 'boolean' },
      landlock: { type: 'boolean' },
      memory: ref('amount'),
      pids: ref('amount'),
      cpu: { type: 'number', exclusiveMinimum: 0 },
      uid: count,
      cgroup: { type: 'boolean' },
    }),
    runOptions: only({
      timeoutMs: { ...milliseconds, minimum: 1 },
      dryRun: { type: 'boolean' },
      workingDir: path,
      sessionId: name,
      level,
      from: path,
      ...grantSchemas,
      queueTimeoutMs: { ...milliseconds, minimum: 0 },
      waitForResourcesMs: { ...milliseconds, minimum: 0 },
    }),
    supervisorOptions: only({
      walPath: path,
      guards: only({
        pressure: { type: 'boolean' },
        cpuPercent: percent,
        memoryPercent: percent,
        maxZombies: count,
      }),
      attribution: { enum: ['auto', 'exact', 'sampled', 'tree'] },
      policy: policySchema,
      maxConcurrentJobs: { type: 'integer', minimum: 1, maximum: 10_000 },
      maxPrewarmed: { type: 'integer', minimum: 0, maximum: 256 },
      tenant: name,
      wal: only({
        segmentBytes: { type: 'integer', minimum: 4096 },
        maxBytes: count,
        keepDays: { type: 'number', minimum: 0 },
        reserveBytes: count,
        exclusive: { type: 'boolean' },
      }),
      backups: only({ dir: path, keepDays: { type: 'number', minimum: 0 }, maxBytes: count }),
      sessionsDir: path,
      files: only({ roots: paths, deny: paths }),
    }),
  },
}

/** That of a value within options of one kind. `pointer` leads through known members and lists only. */
export function schemaAt(kind: string, pointer: string): object {
  const parts = pointer.split('/').slice(1)
  return parts.reduce(
    (schema, part) => {
      const properties: unknown = Reflect.get(schema, 'properties')
      return resolve(
        Object(
          properties === undefined ? Reflect.get(schema, 'items') : Reflect.get(Object(properties), part),
        ),
      )
    },
    resolve(ref(kind)),
  )
}

function resolve(schema: object): object {
  const target: unknown = Reflect.get(schema, '$ref')
  return typeof target === 'string' ? (optionSchemas.$defs[target.slice('#/$defs/'.length)] ?? {}) : schema
}

function only(properties: Readonly<Record<string, object>>): object {
  return { type: 'object', additionalProperties: false, properties }
}

function ref(of: string): object {
  return { $ref: `#/$defs/${of}` }
}
