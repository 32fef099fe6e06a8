import { flags } from '../flags.ts'
import type { Tape } from '../tape.ts'
import { cloneTree, type Source } from './mounts.ts'

/** A user namespace cannot make devices: these are the host's. */
const devices = ['null', 'zero', 'full', 'random', 'urandom']

const links: Readonly<Record<string, string>> = {
  fd: '/proc/self/fd',
  stdin: '/proc/self/fd/0',
  stdout: '/proc/self/fd/1',
  stderr: '/proc/self/fd/2',
}

export function takeDevices(tape: Tape): Source[] {
  return devices.map((name) => {
    const path = `/dev/${name}`
    return {
      tree: cloneTree(tape, path, ['MOUNT_ATTR_NOSUID', 'MOUNT_ATTR_NOEXEC']),
      target: path,
      type: 'file',
    }
  })
}

/** Once the devices are there, and with them the directory. */
export function linkDevices(tape: Tape): void {
  for (const [name, target] of Object.entries(links)) {
    tape.call('symlinkat', target, flags('AT_FDCWD'), `/dev/${name}`).for(`link /dev/${name}`)
  }
}
