import type { Answer } from './answer.ts'
import type { Condition } from './condition.ts'
import type { Rule } from './rules.ts'

/** What a rule means, said without any program. */
export function answerTo(rule: Rule, args: readonly bigint[]): Answer {
  return rule.exceptions.find(({ when }) => holds(when, args))?.answer ?? rule.otherwise
}

export function holds(condition: Condition, args: readonly bigint[]): boolean {
  switch (condition.kind) {
    case 'some-bit':
      return (low(args, condition.argument) & BigInt(condition.bits)) !== 0n
    case 'one-of':
      return condition.values.some((value) => low(args, condition.argument) === BigInt(value))
    case 'between': {
      const value = low(args, condition.argument)
      return value >= BigInt(condition.first) && value <= BigInt(condition.last)
    }
    case 'not-null':
      return (args[condition.argument] ?? 0n) !== 0n
    case 'not':
      return !holds(condition.condition, args)
    case 'all':
      return condition.conditions.every((part) => holds(part, args))
  }
}

function low(args: readonly bigint[], argument: number): bigint {
  return BigInt.asUintN(32, args[argument] ?? 0n)
}
