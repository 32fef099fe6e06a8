import type { Condition } from './condition.ts'
import type { Place, Program } from './program.ts'
import type { NumberRange } from './ranges.ts'
import type { Rule } from './rules.ts'

/** A binary search for the range that holds the number, which was loaded. */
export function compileSearch(program: Program, ranges: readonly NumberRange[]): Place {
  const [only, ...others] = ranges
  if (only === undefined) throw new TypeError('no ranges')
  if (others.length === 0) return compileRule(program, only.rule)
  const middle = ranges.length >> 1
  const upper = ranges.slice(middle)
  const above = compileSearch(program, upper)
  const below = compileSearch(program, ranges.slice(0, middle))
  return program.branch('atLeast', upper[0]?.first ?? 0, above, below)
}

function compileRule(program: Program, rule: Rule): Place {
  let next = program.answer(rule.otherwise)
  for (const { when, answer } of rule.exceptions.toReversed()) {
    next = compileCondition(program, when, program.answer(answer), next)
  }
  return next
}

function compileCondition(program: Program, condition: Condition, yes: Place, no: Place): Place {
  switch (condition.kind) {
    case 'some-bit':
      return program.loadArgument(
        condition.argument,
        'low',
        program.branch('someBit', condition.bits, yes, no),
      )
    case 'one-of': {
      let next = no
      for (const value of condition.values) next = program.branch('equal', value, yes, next)
      return program.loadArgument(condition.argument, 'low', next)
    }
    case 'between': {
      const { argument, first, last } = condition
      const fromFirst = program.branch('atLeast', last + 1, no, yes)
      return program.loadArgument(argument, 'low', program.branch('atLeast', first, fromFirst, no))
    }
    case 'not-null': {
      const low = program.loadArgument(condition.argument, 'low', program.branch('equal', 0, no, yes))
      return program.loadArgument(condition.argument, 'high', program.branch('equal', 0, low, yes))
    }
    case 'not':
      return compileCondition(program, condition.condition, no, yes)
    case 'all': {
      let next = yes
      for (const part of condition.conditions.toReversed()) next = compileCondition(program, part, next, no)
      return next
    }
  }
}
