import { fileURLToPath } from 'node:url'

export { describeMismatch, type Mismatch } from './host/mismatch.ts'
export { nearest } from './host/nearest.ts'
export type {
  Arch,
  JobPolicy,
  LaunchPolicy,
  LaunchUser,
  Mount,
  ResourceLimits,
  RootView,
  TmpfsMount,
} from './launch/policy.ts'
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
/** File of the entry that runs one job in a process of its own. */
export const childEntry: string = fileURLToPath(import.meta.resolve('@runtimo/worker/child'))
/** File of the entry that runs jobs in threads of a sacrificial process. */
export const threadHostEntry: string = fileURLToPath(import.meta.resolve('@runtimo/worker/thread-host'))
/** URL of the entry of piscina threads. */
export const threadEntry: string = import.meta.resolve('@runtimo/worker/thread')
