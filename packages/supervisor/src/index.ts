export { catalogue, type ErrorCode, type ErrorReport, type Level, RuntimoError } from '@runtimo/capabilities'
export type { Method as AttributionMethod } from './attribution/attribution.ts'
export type { SpawnedProcess } from './attribution/spawned-process.ts'
export type { Usage } from './accounting/index.ts'
export { toWire } from './codec/wire.ts'
export { runDoctor } from './doctor/doctor.ts'
export type { DoctorReport } from './doctor/report.ts'
export type { Explanation } from './execution/explain.ts'
export type { Joined, JobOutput, JobResult, Outcome } from './execution/result.ts'
export {
  type CapabilityReference,
  executeWithTelemetry,
  executeWithTelemetryAndSession,
} from './execution/seed.ts'
export { type GuardOptions, LlmoSafeGuard, type WaitOptions } from './guards/llmo-safe-guard.ts'
export type { Overload } from './guards/overload.ts'
export type { Posture } from './isolation/posture.ts'
export type { Missing, Requirement } from './isolation/requirement.ts'
export type { Limits } from './limits/index.ts'
export type { PolicyOptions } from './options/policy-options.ts'
export type { OutputChunk, StreamName } from './isolation/stream-capture.ts'
export type { Recovered, Recovery } from './recovery/recover.ts'
export type { Interruption, RecoveryPlan } from './recovery/plan.ts'
export type { RunOptions } from './options/run-options.ts'
export type { SupervisorOptions, WalOptions } from './options/supervisor-options.ts'
export {
  identifySpawnedPids,
  parseStat,
  type ProcessInfo,
  ProcessSnapshot,
  type ProcessStat,
  type ProcessSummary,
  type SnapshotOptions,
} from './processes/index.ts'
export { type CapabilityEntry, CapabilityRegistry } from './registry/registry.ts'
export { type Session, type DamagedSession } from './sessions/session.ts'
export { SessionManager } from './sessions/session-manager.ts'
export { Supervisor } from './supervisor.ts'
export {
  type Accelerator,
  type ContainerLimits,
  type Cpu,
  type CpuLimit,
  CpuMeter,
  type CpuMeterOptions,
  type CpuUsage,
  type Disk,
  type Load,
  type Memory,
  memoryUsage,
  type MemoryUsage,
  type NetworkInterface,
  type Pressure,
  readContainerLimits,
  type ResourcePressure,
  type Stall,
  Telemetry,
  type TelemetryFields,
  type TelemetryOptions,
} from './telemetry/index.ts'
export {
  type RecordType,
  type WalDamage,
  type WalEntry,
  type WalEvent,
  WalReader,
  type WalRecord,
  WalWriter,
} from './wal/index.ts'
export { type LoggedJob } from './wal/catalog/job.ts'
export { LogIndex } from './wal/catalog/log-index.ts'
export { type Anchor } from './wal/anchor/anchor.ts'
export { writeAnchor } from './wal/anchor/write.ts'
export { type Verification, type Verified, verifyLog } from './wal/verify/verify.ts'
