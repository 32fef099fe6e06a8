import type { Arch, LaunchPolicy } from '../policy.ts'
import { isSyscall, LAST_KNOWN, SYSCALLS, syscallNumber } from '../syscalls.ts'
import type { Answer } from './answer.ts'
import { type Rule, ruleOf } from './rules.ts'

/** Numbers from `first` to where the next range begins. */
export interface NumberRange {
  readonly first: number
  readonly rule: Rule
}

/** The other ABI of x86-64, with 32 bit pointers: the same architecture to a filter, other numbers. */
const x32 = 0x40000000
/** -1 has the bit of x32 but is no call of it: like the kernel, we answer ENOSYS, as to any unknown number. */
const minusOne = 0xffffffff

const always = (answer: Answer): Rule => ({ exceptions: [], otherwise: answer })

/** All numbers of 32 bits. Whatever the table does not know answers ENOSYS, as the kernel it describes would. */
export function numberRanges(arch: Arch, level: LaunchPolicy['level']): NumberRange[] {
  const rules = new Map(
    Object.keys(SYSCALLS)
      .filter((name) => isSyscall(name))
      .map((name) => [syscallNumber(name, arch), ruleOf(name, level)]),
  )
  const ranges: NumberRange[] = []
  for (let number = 0; number <= LAST_KNOWN; number++) {
    const rule = rules.get(number) ?? always('ENOSYS')
    const last = ranges.at(-1)?.rule
    const isSame = last?.otherwise === rule.otherwise && last.exceptions.length + rule.exceptions.length === 0
    if (!isSame) ranges.push({ first: number, rule })
  }
  ranges.push({ first: LAST_KNOWN + 1, rule: always('ENOSYS') })
  if (arch === 'x64')
    ranges.push({ first: x32, rule: always('kill') }, { first: minusOne, rule: always('ENOSYS') })
  return ranges
}
