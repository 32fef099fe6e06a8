import { join } from 'node:path'
import type { JobPolicy, Mount } from '@runtimo/worker'
import { refusal } from '../isolation/requirement.ts'
import { readNames } from '../telemetry/read-text.ts'
import { Cover } from './cover.ts'
import { credentials, isEnvFile } from './credentials.ts'
import { guardGit } from './guard-git.ts'
import type { Standin } from './held-file.ts'
import { type Home, readHomes } from './homes.ts'
import { readSocketPaths } from './sockets.ts'
import { trustedInHome, trustedInWorkspace } from './trusted-files.ts'
import { typeAt } from './type-at.ts'
import { isWithin } from './within.ts'

export interface ProtectOptions {
  /** Of the whole view. */
  readonly mounts: readonly Mount[]
  /** Directories that were named: see `Workspace`. */
  readonly asked: readonly string[]
  /** Our own: log, backups, sessions, sockets, configuration. Hidden whatever was asked for. */
  readonly state: readonly string[]
  /** True: `.env` files at the top of the workspace can be read. */
  readonly isEnvShown?: boolean
  readonly homes?: readonly Home[]
  readonly sockets?: readonly string[]
}

export interface Placeholder {
  /** On the host. */
  readonly path: string
  /** In the view, frozen, too. */
  readonly seen: readonly string[]
  readonly kind: Standin
}

/** What of the view is covered. Paths of the view, unless told otherwise. */
export interface Protection extends Pick<JobPolicy, 'masks' | 'frozen'> {
  /** To exist, empty, from before the launch to after the job: see `Placeholders`. */
  readonly placeholders: readonly Placeholder[]
  /** Paths of the host that are not there and nothing can stand in for: to be removed after the job. */
  readonly forbidden: readonly string[]
  /** To be added to the mounts, ordered with them: what leads to something protected stays where it is. */
  readonly pins: readonly Mount[]
}

/** Looks at the disk, each time: what is there changes from job to job. @throws RT_POSTURE_UNAVAILABLE */
export function protect(options: ProtectOptions): Protection {
  const { mounts, asked, state, isEnvShown = false, homes = readHomes() } = options
  const { sockets = readSocketPaths() } = options
  const near = homes.filter(({ path }) => asked.some((at) => isWithin(at, path) || isWithin(path, at)))
  refuseState(asked, state)
  const cover = new Cover(mounts)
  const isAsked = (path: string): boolean => asked.some((other) => isWithin(other, path))
  for (const path of state) cover.mask(path)
  for (const path of near.flatMap((home) => credentials.map((name) => join(home.path, name)))) {
    if (!isAsked(path)) cover.mask(path)
  }
  for (const path of sockets) if (['socket', 'closed'].includes(typeAt(path))) cover.mask(path)
  for (const home of near.filter(({ isLogin }) => isLogin)) {
    for (const name of trustedInHome) cover.freeze(join(home.path, name), 'file')
  }
  for (const root of asked) {
    if (!isEnvShown) for (const name of readNames('/', root).filter(isEnvFile)) cover.mask(join(root, name))
    for (const name of trustedInWorkspace) cover.freeze(join(root, name), 'socket')
    guardGit(cover, root)
  }
  return cover.result()
}

function refuseState(asked: readonly string[], state: readonly string[]): void {
  for (const path of asked) {
    const found = state.find((other) => isWithin(path, other))
    if (found === undefined) continue
    const cause = `it is inside ${found}, where Runtimo keeps its own state`
    throw refusal([{ field: 'workspace', wanted: path, cause, cure: 'use another directory' }])
  }
}
