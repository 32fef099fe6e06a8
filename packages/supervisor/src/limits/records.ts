import type { Member } from './member.ts'

/** Who was seen to use most. At the moment of a breach the culprit may be gone: the kernel killed it, or it ended. */
export interface Records {
  /** The look at which the whole job had most resident memory. */
  readonly fullest: readonly Member[]
  /** The look with most processes and threads. */
  readonly crowded: readonly Member[]
  readonly cpu: Member | undefined
  /** With the children that it waited for. */
  readonly cpuOfBranch: Member | undefined
  readonly written: Member | undefined
  readonly descriptors: Member | undefined
}

export const noRecords: Records = {
  fullest: [],
  crowded: [],
  cpu: undefined,
  cpuOfBranch: undefined,
  written: undefined,
  descriptors: undefined,
}

/** With one more look. */
export function raiseRecords(records: Records, members: readonly Member[]): Records {
  return {
    fullest: largerLook(records.fullest, members, ({ rssBytes }) => rssBytes),
    crowded: largerLook(records.crowded, members, ({ tasks }) => tasks),
    cpu: largest([records.cpu, ...members], ({ ownCpuMs }) => ownCpuMs),
    cpuOfBranch: largest([records.cpuOfBranch, ...members], branchCpuMs),
    written: largest([records.written, ...members], ({ counters }) => counters.writtenBytes),
    descriptors: largest([records.descriptors, ...members], ({ descriptors }) => descriptors),
  }
}

type Weight = (member: Member) => number

export function sum(members: readonly Member[], weight: Weight): number {
  return members.reduce((total, member) => total + weight(member), 0)
}

export function branchCpuMs({ counters }: Member): number {
  return counters.userMs + counters.systemMs
}

/** Of equals the first. */
export function largest(members: readonly (Member | undefined)[], weight: Weight): Member | undefined {
  let [most, top]: [number, Member | undefined] = [0, undefined]
  for (const member of members) {
    if (member !== undefined && weight(member) > most) [most, top] = [weight(member), member]
  }
  return top
}

function largerLook(a: readonly Member[], b: readonly Member[], weight: Weight): readonly Member[] {
  return sum(b, weight) > sum(a, weight) ? b : a
}
