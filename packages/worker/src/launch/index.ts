export { launcherExecutable } from './executable.ts'
export { LaunchPlan } from './plan.ts'
export type {
  Arch,
  JobPolicy,
  LaunchPolicy,
  LaunchUser,
  Mount,
  ResourceLimits,
  RootView,
  TmpfsMount,
} from './policy.ts'
export { hasIdMap } from './sections/descriptors.ts'
export { type LauncherUsage, type Status, StatusReader } from './status.ts'
export type { Tape } from './tape.ts'
export { userNamespaceTape } from './user-namespace-tape.ts'
