import type { Mount, RootView } from '@runtimo/worker'
import type { CodeView } from './code.ts'
import type { HostRoot } from './host-root.ts'
import { orderMounts, pinParents } from './order.ts'
import { chooseHome, rootView, type RootViewOptions } from './root-view.ts'
import { between } from './within.ts'
import type { Workspace } from './workspace.ts'

export interface SandboxViewOptions extends Pick<
  RootViewOptions,
  'uid' | 'gid' | 'scratch' | 'sharedMemory'
> {
  readonly host: HostRoot
  readonly workspace: Workspace
  /** Absent for a command: nothing of ours runs inside. */
  readonly code?: CodeView | undefined
  /** Such as the compile cache. */
  readonly extra?: readonly Mount[]
}

/** Everything that a job sees before it is covered; see `protect` for what is. */
export interface SandboxView {
  readonly root: RootView
  readonly mounts: readonly Mount[]
  readonly home: string
}

export function sandboxView(options: SandboxViewOptions): SandboxView {
  const { host, workspace, code = { mounts: [], symlinks: [] }, extra = [] } = options
  const fixed = [...code.mounts, ...extra]
  // Ours after the caller's: who works on our own code cannot change what runs.
  const mounts = orderMounts([...host.mounts, ...workspace.mounts, ...fixed])
  const claimed = [...workspace.claimed, ...fixed.map(({ target }) => target)]
  const symlinks = [...workspace.symlinks, ...code.symlinks]
  const home = chooseHome([...claimed, ...symlinks.map(({ path }) => path)])
  const root = rootView(host, { ...options, home, claimed, symlinks: distinct(symlinks) })
  const ours = fixed.map(({ target }) => target)
  return { root, mounts: orderMounts([...mounts, ...pinParents(mounts, ours)]), home }
}

/** Of two links for one path one is enough, and none where another leads through it. */
function distinct(symlinks: RootView['symlinks']): RootView['symlinks'] {
  const byPath = new Map(symlinks.map((link) => [link.path, link]))
  return [...byPath.values()].filter(({ path }) => !between('/', path).some((parent) => byPath.has(parent)))
}
