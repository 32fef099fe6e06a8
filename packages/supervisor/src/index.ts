export { catalogue, type ErrorCode, type ErrorReport, type Level, RuntimoError } from '@runtimo/capabilities'
export type { Method as AttributionMethod } from './attribution/attribution.ts'
export type { SpawnedProcess } from './attribution/spawned-process.ts'
export type { Usage } from './accounting/usage.ts'
export { toWire } from './codec/wire.ts'
export type { JobOutput, JobResult, Outcome } from './execution/result.ts'
export { executeWithTelemetry, executeWithTelemetryAndSession } from './execution/seed.ts'
export { type GuardOptions, LlmoSafeGuard } from './guards/llmo-safe-guard.ts'
export type { Pressure } from './guards/pressure.ts'
export type { Posture } from './isolation/posture.ts'
export type { OutputChunk } from './isolation/stream-capture.ts'
export type { RunOptions } from './options/run-options.ts'
export type { SupervisorOptions } from './options/supervisor-options.ts'
export {
  identifySpawnedPids,
  type ProcessInfo,
  ProcessSnapshot,
  type ProcessSummary,
} from './processes/index.ts'
export { type CapabilityEntry, CapabilityRegistry } from './registry/registry.ts'
export { Supervisor } from './supervisor.ts'
export { Telemetry } from './telemetry/index.ts'
export {
  type WalDamage,
  type WalEntry,
  type WalEvent,
  WalReader,
  type WalRecord,
  WalWriter,
} from './wal/index.ts'
