import { OptionCheck } from './check.ts'
import { type PolicyOptions, policySchema } from './policy-options.ts'

export interface SupervisorOptions {
  /** File of the log; RUNTIMO_WAL_PATH or /tmp/runtimo-UID/wal.jsonl unless told. */
  readonly walPath?: string | undefined
  readonly guards?: {
    /** False turns the guard on CPU and memory off. */
    readonly pressure?: boolean | undefined
    /** Ceilings in percent; 80 unless told. */
    readonly cpuPercent?: number | undefined
    readonly memoryPercent?: number | undefined
    /** More zombies than this and nothing is run; 10 unless told. */
    readonly maxZombies?: number | undefined
  }
  /** `exact`: the kernel's account of forks, or an error where it cannot be had; `sampled`: by looking at
   * who is in the boundary; `tree`: by looking for relatives; `auto` unless told: what can be had. */
  readonly attribution?: 'auto' | 'exact' | 'sampled' | 'tree' | undefined
  /** What jobs are granted, and the least that must hold them. */
  readonly policy?: PolicyOptions | undefined
  /** So many jobs run at once, the others wait; 64 unless told. */
  readonly maxConcurrentJobs?: number | undefined
  /** So many boundaries of each kind are made ahead at most; 8 unless told, 0 for none. */
  readonly maxPrewarmed?: number | undefined
  /** Whose jobs these are; `default` unless told. */
  readonly tenant?: string | undefined
}

const percent = { type: 'number', exclusiveMinimum: 0, maximum: 100 }

export function supervisorOptionCheck(): OptionCheck<SupervisorOptions> {
  return new OptionCheck<SupervisorOptions>({
    walPath: { type: 'string', minLength: 1, maxLength: 4096 },
    guards: {
      type: 'object',
      additionalProperties: false,
      properties: {
        pressure: { type: 'boolean' },
        cpuPercent: percent,
        memoryPercent: percent,
        maxZombies: { type: 'integer', minimum: 0 },
      },
    },
    attribution: { enum: ['auto', 'exact', 'sampled', 'tree'] },
    policy: policySchema,
    maxConcurrentJobs: { type: 'integer', minimum: 1, maximum: 10_000 },
    maxPrewarmed: { type: 'integer', minimum: 0, maximum: 256 },
    tenant: { type: 'string', minLength: 1, maxLength: 128 },
  })
}
