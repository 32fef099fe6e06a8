export { Supervisor } from './supervisor.ts'
export type { SupervisorOptions } from './options/supervisor-options.ts'
export type { RunOptions } from './options/run-options.ts'
export type { JobOutput, JobResult, Outcome } from './execution/result.ts'
