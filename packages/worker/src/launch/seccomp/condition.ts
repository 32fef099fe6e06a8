/** Arguments of a system call are counted from 0. */
export type Argument = 0 | 1 | 2 | 3 | 4 | 5

/**
 * What a filter can ask about the arguments of a call: it sees the six registers, never what they point to.
 * Most arguments are 32 bits wide (int, unsigned int, mode_t): the kernel ignores the upper half of the register,
 * and so does the filter, or it could be led around by garbage there.
 */
export type Condition =
  | { readonly kind: 'some-bit'; readonly argument: Argument; readonly bits: number }
  | { readonly kind: 'one-of'; readonly argument: Argument; readonly values: readonly number[] }
  | { readonly kind: 'between'; readonly argument: Argument; readonly first: number; readonly last: number }
  | { readonly kind: 'not-null'; readonly argument: Argument }
  | { readonly kind: 'not'; readonly condition: Condition }
  | { readonly kind: 'all'; readonly conditions: readonly Condition[] }

export function someBit(argument: Argument, bits: number): Condition {
  return { kind: 'some-bit', argument, bits }
}

export function oneOf(argument: Argument, ...values: readonly number[]): Condition {
  return { kind: 'one-of', argument, values }
}

/** Both ends count. */
export function between(argument: Argument, first: number, last: number): Condition {
  return { kind: 'between', argument, first, last }
}

/** A pointer: all 64 bits count. */
export function notNull(argument: Argument): Condition {
  return { kind: 'not-null', argument }
}

export function not(condition: Condition): Condition {
  return { kind: 'not', condition }
}

export function all(...conditions: readonly Condition[]): Condition {
  return { kind: 'all', conditions }
}
