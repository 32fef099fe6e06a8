interface Described {
  readonly description: string
  /** What holds when nobody says. */
  readonly preset?: number | boolean | string
  /** The same in words, where it is left to the supervisor. */
  readonly otherwise?: string
}

export interface NumberEntry extends Described {
  /** `count`: whole numbers only. */
  readonly kind: 'count' | 'amount'
  readonly min: number
  readonly max?: number
}

interface PathEntry extends Described {
  readonly kind: 'path'
  /** Name in our default directory. */
  readonly below: string
}

interface ChoiceEntry extends Described {
  readonly kind: 'choice'
  readonly names: readonly string[]
}

interface SimpleEntry extends Described {
  readonly kind: 'flag' | 'word' | 'paths' | 'absolutePaths' | 'variables'
}

/** One thing that can be set, as the table has it. */
export type Entry = NumberEntry | PathEntry | ChoiceEntry | SimpleEntry

// What a setting is that nobody need say.
type Missing<Of> = Of extends { readonly preset: unknown } | { readonly kind: 'path' } ? never : undefined

type Plain<Of> = Of extends { readonly names: readonly (infer Name)[] }
  ? Name
  : Of extends { readonly kind: 'count' | 'amount' }
    ? number
    : Of extends { readonly kind: 'flag' }
      ? boolean
      : Of extends { readonly kind: 'path' | 'word' }
        ? string
        : readonly string[]

/** The type of the value of an entry. */
export type ValueOf<Of> = Plain<Of> | Missing<Of>
