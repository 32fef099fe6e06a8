import { join } from 'node:path'
import { launcherExecutable } from '@runtimo/worker'
import { type ControlGroups, openControlGroups } from '../control-groups/index.ts'
import { readLandlockAbi } from '../linux/landlock.ts'
import { type SealedFile, sealFile } from '../linux/sealed-file.ts'
import { type CodeView, codeView } from '../view/code.ts'
import { type HostRoot, probeHostRoot } from '../view/host-root.ts'
import { removeStalePlaceholders } from '../view/placeholders.ts'
import { prepareDirectory } from '../wal/location.ts'
import { arch } from './arch.ts'
import { IdMap } from './id-map.ts'
import { removeStaleFolders } from './job-folder.ts'
import { requireProc } from './posture.ts'

/** What this machine gives to every job of one supervisor: found or made once, when the first job comes. */
export class IsolationHost implements AsyncDisposable {
  readonly groups: ControlGroups
  readonly root: HostRoot
  readonly landlockAbi: number = readLandlockAbi()
  /** Folder of ours in which placeholders are written down. */
  readonly placeholders: string
  readonly #executable: SealedFile
  readonly #code = new Map<string, CodeView>()
  #idMap: Promise<IdMap> | undefined

  private constructor(groups: ControlGroups, executable: SealedFile, placeholders: string) {
    this.groups = groups
    this.root = probeHostRoot()
    this.#executable = executable
    this.placeholders = placeholders
  }

  /** Also removes what a supervisor that was killed left behind. @throws RT_POSTURE_UNAVAILABLE */
  static async open(stateFolder: string): Promise<IsolationHost> {
    requireProc()
    const placeholders = join(stateFolder, 'placeholders')
    await prepareDirectory(placeholders)
    const groups = await openControlGroups()
    const executable = sealFile('runtimo-launcher', launcherExecutable(arch()))
    await Promise.all([groups.removeStale(), removeStalePlaceholders(placeholders), removeStaleFolders()])
    return new IsolationHost(groups, executable, placeholders)
  }

  /** Path of the launcher, as a child that is about to execute it sees it. */
  get executable(): string {
    return this.#executable.path
  }

  /** What a worker of ours needs to see; found once, for our own code does not move while we run. */
  codeOf(entry: string): CodeView {
    const known = this.#code.get(entry) ?? codeView({ seen: this.root.mounts, entry })
    this.#code.set(entry, known)
    return known
  }

  /** Descriptor of the user namespace for id-mapped mounts. */
  async idMap(): Promise<number> {
    this.#idMap ??= IdMap.open(this.executable)
    this.#idMap.catch(() => (this.#idMap = undefined))
    return (await this.#idMap).descriptor
  }

  async [Symbol.asyncDispose](): Promise<void> {
    ;(await this.#idMap?.catch(() => undefined))?.[Symbol.dispose]()
    this.#executable[Symbol.dispose]()
    await this.groups[Symbol.asyncDispose]()
  }
}
