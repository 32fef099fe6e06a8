import { limitCatalogue, type LimitName, RuntimoError } from '@runtimo/capabilities'
import type { Culprit, LimitBreach } from './breach.ts'

/** More would not be a name: the kernel gives 15 bytes. */
const maxNameLength = 32

/** The error of a job that went over a ceiling. */
export function breachError(breach: LimitBreach): RuntimoError {
  const { limit, allowed, peak, culprit } = breach
  const by = culprit === undefined ? '' : `, mostly by ${told(culprit)}`
  return new RuntimoError('RT_LIMIT_EXCEEDED', `${limit}: ${used(breach)}${by}`, {
    limit,
    allowed,
    peak,
    ...(culprit !== undefined && { culprit: { ...culprit, comm: nameOf(culprit) } }),
  })
}

function used({ limit, allowed, peak, isMachineFull }: LimitBreach): string {
  if (isMachineFull === true) {
    return `the machine, or an outer control group, has no more; ${peak} of ${allowed} ${unitOf(limit)} used`
  }
  const rest = peak > allowed ? `${peak} used` : 'all used and more asked for'
  return `${allowed} ${unitOf(limit)} allowed, ${rest}`
}

function unitOf(limit: LimitName): string {
  return Object.values(limitCatalogue).find(({ name }) => name === limit)?.unit ?? ''
}

function told(culprit: Culprit): string {
  return `${nameOf(culprit)} (pid ${culprit.pid}, ${Math.round(culprit.share * 100)} %)`
}

/** Control, format and separator characters are shown, not obeyed: a hostile job chooses its name. */
function nameOf({ comm }: Culprit): string {
  return comm.slice(0, maxNameLength).replaceAll(/\p{C}|(?! )\p{Z}/gu, (character) => {
    const code = character.codePointAt(0) ?? 0
    return `\\u{${code.toString(16)}}`
  })
}
