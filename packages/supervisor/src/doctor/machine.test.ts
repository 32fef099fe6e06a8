import { expect, test } from 'vitest'
import { fixtureTree } from '../telemetry/fixture-tree.ts'
import { isOlder, readMachine } from './machine.ts'

const inRoot = '22 1 254:0 / / rw - ext4 /dev/vda rw\n23 22 0:21 / /proc rw - proc proc rw\n'

test('what covers parts of /proc hides them, but for places that are made for a mount', () => {
  using tree = fixtureTree({
    '/proc/self/mountinfo': `${inRoot}24 23 0:5 /null /proc/kcore rw - devtmpfs dev rw
25 23 0:40 / /proc/a\\040b ro - tmpfs tmpfs ro
26 23 0:41 / /proc/sys/fs/binfmt_misc rw - binfmt_misc binfmt_misc rw
`,
  })
  expect(readMachine(tree.root)).toMatchObject({ procMasks: ['/proc/kcore', '/proc/a b'], isChroot: false })
})

test('in a chroot nothing is mounted at the root', () => {
  using tree = fixtureTree({ '/proc/self/mountinfo': '23 22 0:21 / /proc rw - proc proc rw\n' })
  expect(readMachine(tree.root).isChroot).toBe(true)
})

test('a filter, rights, settings and the version are read', () => {
  using tree = fixtureTree({
    '/proc/self/status': 'Name:\tnode\nCapEff:\t0000000000200000\nSeccomp:\t2\n',
    '/proc/sys/kernel/osrelease': '5.10.0-30-amd64\n',
    '/proc/sys/user/max_user_namespaces': '0\n',
  })
  const machine = readMachine(tree.root)
  expect(machine).toMatchObject({ hasFilter: true, canAdminister: true, kernel: [5, 10] })
  expect(machine.knob('user/max_user_namespaces')).toBe(0)
  expect(machine.knob('kernel/unprivileged_userns_clone')).toBeUndefined()
  expect([isOlder(machine, 5, 12), isOlder(machine, 5, 10), isOlder(machine, 4, 19)]).toEqual([
    true,
    false,
    false,
  ])
})

test('an engine left its file', () => {
  using tree = fixtureTree({ '/run/.containerenv': '' })
  expect(readMachine(tree.root).container).toBe('Podman')
})
