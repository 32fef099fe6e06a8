import { fileURLToPath } from 'node:url'

export { describeMismatch, type Mismatch } from './host/mismatch.ts'
export { nearest } from './host/nearest.ts'
export {
  type Arch,
  hasIdMap,
  type JobPolicy,
  launcherExecutable,
  LaunchPlan,
  type LaunchPolicy,
  type LauncherUsage,
  type LaunchUser,
  type Mount,
  type ResourceLimits,
  type RootView,
  type Status,
  StatusReader,
  type Tape,
  type TmpfsMount,
  userNamespaceTape,
} from './launch/index.ts'
export { channelFd } from './protocol/channel.ts'
export { encodeFrame, FrameReader } from './protocol/frame.ts'
export {
  type EndReason,
  maxReplyBytes,
  maxRequestBytes,
  type Refusal,
  type Reply,
  type Request,
  type Source,
} from './protocol/messages.ts'
export { parseReply } from './protocol/reply.ts'
export type { ParseTask, PlanAnswer, PlanTask } from './thread.ts'

// The package's own `exports` map decides: src/*.ts under --conditions=runtimo-source, else dist/*.js.
/** File of the entry that runs jobs, one after the other, in the main thread of a process. */
export const childEntry: string = fileURLToPath(import.meta.resolve('@runtimo/worker/child'))
/** File of the entry that runs one job in a thread of a sacrificial process. */
export const threadHostEntry: string = fileURLToPath(import.meta.resolve('@runtimo/worker/thread-host'))
/** URL of the entry of piscina threads. */
export const threadEntry: string = import.meta.resolve('@runtimo/worker/thread')
