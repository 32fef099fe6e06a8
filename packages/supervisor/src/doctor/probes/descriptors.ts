import { type Check, has, lacks } from '../check.ts'
import { readText } from '../../telemetry/read-text.ts'

const subject = { ability: 'descriptors', field: 'limits', neededFor: 'process' } as const
/** Some twelve for each of 64 jobs at once, and what a job itself is given. */
const needed = 1024

/** Node raises the soft limit to the hard one when it starts: the hard one counts. @param root for tests */
export function probeDescriptors(root: string = '/'): Check {
  const text = readText(root, '/proc/self/limits') ?? ''
  const [, soft, hard] = /^Max open files\s+(\d+|unlimited)\s+(\d+|unlimited)/mu.exec(text) ?? []
  const detail = `${soft ?? '?'} of ${hard ?? '?'} (soft, hard), ${needed} needed`
  if (hard !== undefined && (hard === 'unlimited' || Number(hard) >= needed)) return has(subject, detail)
  const cause = `RLIMIT_NOFILE is ${hard ?? 'unknown'}`
  const cure = `\`ulimit -Hn 65536\` as root before the start; LimitNOFILE=65536 in the unit; \`docker run --ulimit nofile=65536 …\``
  return lacks(subject, detail, [{ cause, cure }])
}
