import { OptionCheck } from './check.ts'

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
  /** `exact`: the kernel's account of forks, or an error where it cannot be had; `auto` unless told: exact or tree. */
  readonly attribution?: 'auto' | 'exact' | 'tree' | undefined
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
    attribution: { enum: ['auto', 'exact', 'tree'] },
    tenant: { type: 'string', minLength: 1, maxLength: 128 },
  })
}
