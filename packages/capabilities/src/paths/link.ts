import { isUtf8 } from 'node:buffer'
import { readlinkSync, statfsSync, statSync } from 'node:fs'
import { errnoOf, failWith } from '../linux/errno.ts'
import { type Directory, pathOf } from './directory.ts'
import { nameError } from './name.ts'

const PROC_SUPER_MAGIC = 0x9fa0
const PROC_ROOT_INO = 1

/**
 * The text of a link, undefined when the name is none any more. Links of the kernel, such as those in /proc/self/fd,
 * are refused: what they lead to is not what their text says.
 * @throws RT_FILE_NAME when it is no UTF-8; `ELOOP` for one of the kernel's
 */
export function readLink(directory: Directory, name: string): string | undefined {
  if (isOfKernel(directory)) failWith('ELOOP', 'open')
  try {
    const target = readlinkSync(directory.at(name), { encoding: 'buffer' })
    if (isUtf8(target)) return target.toString()
  } catch (error) {
    if (errnoOf(error) === 'EINVAL' || errnoOf(error) === 'ENOENT') return undefined
    throw error
  }
  throw nameError(pathOf([...directory.steps, { name }]), 'it is a link whose text is no UTF-8')
}

/** All links of procfs but those at its top, such as /proc/self, which are plain ones. */
function isOfKernel(directory: Directory): boolean {
  const path = directory.at('.')
  return statfsSync(path).type === PROC_SUPER_MAGIC && statSync(path).ino !== PROC_ROOT_INO
}
