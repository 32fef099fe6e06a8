import fs from 'node:fs'
import { basename, dirname } from 'node:path'
import type { TreeWriter } from './writer/tree-writer.ts'

const first: Readonly<Record<string, readonly string[]>> = {
  memory: [
    'memory.limit_in_bytes',
    'memory.memsw.limit_in_bytes',
    'memory.max_usage_in_bytes',
    'memory.failcnt',
    'memory.oom_control',
  ],
  pids: ['pids.max', 'pids.peak', 'pids.events'],
  cpu: ['cpu.cfs_quota_us', 'cpu.stat'],
  cpuacct: ['cpuacct.usage', 'cpuacct.usage_user', 'cpuacct.usage_sys'],
  freezer: ['freezer.state'],
}
const second: Readonly<Record<string, readonly string[]>> = {
  memory: ['memory.max', 'memory.swap.max', 'memory.oom.group', 'memory.peak', 'memory.events'],
  pids: ['pids.max', 'pids.peak', 'pids.events'],
  cpu: ['cpu.max'],
  io: ['io.stat'],
}
const always = ['cgroup.kill', 'cgroup.freeze', 'cgroup.events', 'cgroup.type', 'cgroup.controllers']
const contents: Readonly<Record<string, string>> = {
  'cpu.stat':
    'usage_usec 0\nuser_usec 0\nsystem_usec 0\nnr_throttled 0\nthrottled_usec 0\nthrottled_time 0\n',
  'cpuacct.usage': '0\n',
  'cpuacct.usage_user': '0\n',
  'cpuacct.usage_sys': '0\n',
  'cgroup.events': 'populated 0\nfrozen 0\n',
  'cgroup.type': 'domain\n',
}

/** For tests: fills groups with the files that a kernel would, in a tree of plain directories. */
export class FakeKernel implements TreeWriter {
  /** Controllers by the directory where a hierarchy of version 1 is mounted. */
  readonly mounts: Map<string, string> = new Map()
  /** All writes in their order, as `cgroup.kill=1`. */
  readonly written: string[] = []
  /** Groups below these cannot be made: the error's code. */
  readonly closed: Map<string, string> = new Map()
  /** Files that this kernel is too old for. */
  readonly unknown: Set<string> = new Set()

  async make(directories: readonly string[]): Promise<void> {
    for (const directory of directories) {
      const code = this.closed.get(dirname(directory))
      if (code !== undefined) throw Object.assign(new Error(`${code}: mkdir '${directory}'`), { code })
      fs.mkdirSync(directory)
      this.fill(directory)
    }
  }

  async write(directory: string, file: string, text: string): Promise<void> {
    const place = `${directory}/${file}`
    if (!fs.existsSync(place)) throw Object.assign(new Error(`ENOENT: ${place}`), { code: 'ENOENT' })
    this.written.push(`${basename(directory)}/${file}=${text}`)
    if (file === 'cgroup.subtree_control') fs.appendFileSync(place, ` ${text.replace('+', '')}`)
    else fs.writeFileSync(place, text)
  }

  async remove(directories: readonly string[]): Promise<readonly string[]> {
    for (const directory of directories) fs.rmSync(directory, { recursive: true, force: true })
    return []
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  /** The files of a group, by its parent's controllers. */
  fill(directory: string): void {
    const parent = dirname(directory)
    const gives = fs.existsSync(`${parent}/cgroup.subtree_control`)
      ? fs.readFileSync(`${parent}/cgroup.subtree_control`, 'utf8').split(/\s+/u)
      : undefined
    const files =
      gives === undefined
        ? this.#controllersAt(directory).flatMap((controller) => first[controller] ?? [])
        : [...always, 'cpu.stat', 'cgroup.subtree_control', ...gives.flatMap((name) => second[name] ?? [])]
    for (const file of ['cgroup.procs', ...files]) {
      if (!this.unknown.has(file)) fs.writeFileSync(`${directory}/${file}`, contents[file] ?? '')
    }
    if (gives !== undefined) fs.writeFileSync(`${directory}/cgroup.controllers`, gives.join(' ').trim())
  }

  #controllersAt(directory: string): string[] {
    const [, controllers = ''] = [...this.mounts].find(([mount]) => directory.startsWith(`${mount}/`)) ?? []
    return controllers.split(',')
  }
}
