import { execFileSync, type ExecFileSyncOptions } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { make } from './conformance-fixture.ts'
import type { ControlGroups } from './control-groups.ts'
import { openReal } from './real-fixture.ts'

type Seen = Pick<ControlGroups, 'kind' | 'missing' | 'abilities'>

const isRoot = process.getuid?.() === 0
if (!isRoot) console.warn('skipped: restricted control groups: only root can restrict them')
const module = JSON.stringify(new URL('open.ts', import.meta.url).href)
const program = `import { openControlGroups } from ${module}
await using groups = await openControlGroups()
const { kind, abilities, missing } = groups
console.log(JSON.stringify({ kind, abilities, missing }))`
const node = [process.execPath, '--conditions=runtimo-source', '--input-type=module', '--eval', program]

describe.skipIf(!isRoot)('what a restricted process is told', { timeout: 30_000 }, () => {
  test('unrestricted there is something', () => {
    expect(look([]).kind).not.toBe('none')
  })

  test('another user: the groups of root are not delegated', () => {
    const { kind, missing } = look([], { uid: 65_534, gid: 65_534 })
    expect(kind).toBe('none')
    expect(missing[0]?.cause).toContain('is not delegated to us')
    expect(missing[0]?.cure).toContain('Delegate=yes')
  })

  test('read only mounts', () => {
    const seal = `grep -o ' /sys/fs/cgroup[^ ]*' /proc/self/mountinfo | while read mount
      do mount -o remount,bind,ro "$mount" || exit 1; done; exec "$@"`
    const { kind, missing } = look(['unshare', '--mount', 'sh', '-c', seal, 'sh'])
    expect(kind).toBe('none')
    expect(missing[0]?.cause).toContain('is read only')
  })

  test('a control group namespace made after the mounts', async () => {
    const leaf = await make(await openReal())
    const joins = leaf.joins.map((file) => `echo 0 >'${file}'`).join('; ')
    const { missing } = look(['sh', '-c', `${joins}; exec unshare --cgroup "$@"`, 'sh'])
    expect(missing.find(({ ability }) => ability === 'memory')?.cause).toContain('is not to be seen below')
  })

  test('no control groups are mounted', () => {
    const hide = `umount --recursive /sys/fs/cgroup && exec "$@"`
    const { kind, missing } = look(['unshare', '--mount', 'sh', '-c', hide, 'sh'])
    expect(kind).toBe('none')
    expect(missing[0]?.cause).toContain('no control group hierarchy with memory is mounted')
  })
})

function look(wrapper: readonly string[], options: ExecFileSyncOptions = {}): Seen {
  const [command = '', ...rest] = [...wrapper, ...node]
  const seen: Seen = JSON.parse(String(execFileSync(command, rest, { ...options, cwd: '/' })))
  return seen
}
