import fs from 'node:fs'
import { fixtureTree } from '../telemetry/fixture-tree.ts'
import type { ControlGroups } from './control-groups.ts'
import { FakeKernel } from './fake-kernel-fixture.ts'
import { openControlGroups } from './open.ts'
import { realSurroundings, type Surroundings } from './surroundings.ts'

export interface FakeMount {
  /** '' is version 2; of version 1 the controllers: 'cpu,cpuacct'. */
  readonly controllers: string
  readonly target: string
  /** Our group as /proc/self/cgroup tells it. */
  readonly group: string
  /** Which group the mount shows; '/' unless said. */
  readonly shows?: string
  /** Where our group really is below the mount; as `group` unless said. */
  readonly below?: string
  /** Version 2: what each group on the way gives to its children. */
  readonly gives?: string
}

/** For tests: a machine with these hierarchies below a temporary directory. */
export class FakeMachine implements Disposable {
  readonly kernel: FakeKernel = new FakeKernel()
  readonly root: string
  readonly surroundings: Surroundings
  readonly #tree = fixtureTree()
  /** What statfs says of a place. */
  readonly fileSystems: Map<string, number> = new Map()
  /** What systemd has marked as delegated. */
  readonly delegated: Set<string> = new Set()

  constructor(mounts: readonly FakeMount[]) {
    this.root = this.#tree.root
    this.surroundings = {
      ...realSurroundings(),
      fileSystemType: (path) => this.fileSystems.get(path),
      hasDelegateMark: (directory) => this.delegated.has(directory),
      isOwn: () => false, // whoever runs the tests owns all of it
      hasManager: () => true,
      startWriter: () => this.kernel,
    }
    const mountinfo = mounts.map(({ controllers, target, shows = '/' }) => {
      const [type, options] = controllers === '' ? ['cgroup2', 'rw'] : ['cgroup', `rw,${controllers}`]
      return `30 20 0:30 ${shows} ${target} rw,nosuid - ${type} none ${options}`
    })
    const groups = mounts.map(({ controllers, group }, id) => `${id}:${controllers}:${group}`)
    this.#tree.write('/proc/self/mountinfo', `${mountinfo.join('\n')}\n`)
    this.#tree.write('/proc/self/cgroup', `${groups.join('\n')}\n`)
    for (const mount of mounts) this.#add(mount)
  }

  open(): Promise<ControlGroups> {
    return openControlGroups(this.root, this.surroundings)
  }

  /** Where a path of the fake machine really is. */
  at(path: string): string {
    return this.root + path
  }

  read(path: string): string {
    return fs.readFileSync(this.at(path), 'utf8')
  }

  write(path: string, text: string): void {
    this.#tree.write(path, text)
  }

  /** The text of some files of a real directory. */
  static contents(directory: string, ...files: readonly string[]): Record<string, string> {
    return Object.fromEntries(files.map((file) => [file, fs.readFileSync(`${directory}/${file}`, 'utf8')]))
  }

  [Symbol.dispose](): void {
    this.#tree[Symbol.dispose]()
  }

  #add({ controllers, target, group, below = group, gives = '' }: FakeMount): void {
    this.fileSystems.set(this.at(target), controllers === '' ? 0x63677270 : 0x27e0eb)
    if (controllers !== '') this.kernel.mounts.set(this.at(target), controllers)
    const segments = below.split('/').filter((segment) => segment !== '')
    const path = (length: number): string => [target, ...segments.slice(0, length)].join('/')
    for (let length = 0; length <= segments.length; length++) {
      const directory = path(length)
      fs.mkdirSync(this.at(directory), { recursive: true })
      if (length > 0) this.kernel.fill(this.at(directory))
      // The kernel's own root has no cgroup.type.
      else if (controllers === '') this.write(`${directory}/cgroup.controllers`, gives)
      this.write(`${directory}/cgroup.procs`, '')
      if (controllers === '')
        this.write(`${directory}/cgroup.subtree_control`, length < segments.length ? gives : '')
    }
    this.write(`${path(segments.length)}/cgroup.procs`, `1\n${process.pid}\n`)
  }
}

const v1 = ['cpu,cpuacct', 'memory', 'pids', 'freezer'].map((controllers): FakeMount => {
  return { controllers, target: `/sys/fs/cgroup/${controllers}`, group: '/us.service' }
})
const v2 = { controllers: '', group: '/us.service/supervisor' }

/** The layouts in the wild. */
export const layouts: Readonly<Record<'unified' | 'hybrid' | 'v1', readonly FakeMount[]>> = {
  /** A service with Delegate=yes and DelegateSubgroup=supervisor. */
  unified: [{ ...v2, target: '/sys/fs/cgroup', gives: 'cpu io memory pids' }],
  hybrid: [...v1, { ...v2, target: '/sys/fs/cgroup/unified' }],
  v1,
}
