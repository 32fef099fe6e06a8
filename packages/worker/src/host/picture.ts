// What a job may have put in the place of these does not count.
const { ownKeys, getOwnPropertyDescriptor } = Reflect
const { is } = Object

/**
 * The properties of an object at one moment. Looked at after each job: nothing is made that is not needed, and no method
 * is called that the job could have changed.
 */
export class Picture {
  readonly #name: string
  readonly #object: object
  readonly #keys: readonly PropertyKey[]
  readonly #descriptors: readonly (PropertyDescriptor | undefined)[]

  /** `name`: what the object is called in the names of its changes. */
  constructor(name: string, object: object) {
    this.#name = name
    this.#object = object
    this.#keys = ownKeys(object)
    this.#descriptors = this.#keys.map((key) => getOwnPropertyDescriptor(object, key))
  }

  /** Adds the names of the properties that are new, gone or different. */
  addChanges(names: string[]): void {
    const now = ownKeys(this.#object)
    let known = 0
    for (let index = 0; index < this.#keys.length; index++) {
      const key = this.#keys[index] ?? ''
      const descriptor = getOwnPropertyDescriptor(this.#object, key)
      if (descriptor !== undefined) known++
      if (!isSame(this.#descriptors[index], descriptor)) this.#add(names, key)
    }
    for (let index = 0; known < now.length && index < now.length; index++) {
      const key = now[index] ?? ''
      if (!this.#knows(key)) this.#add(names, key)
    }
  }

  #knows(key: PropertyKey): boolean {
    for (let index = 0; index < this.#keys.length; index++) if (this.#keys[index] === key) return true
    return false
  }

  #add(names: string[], key: PropertyKey): void {
    names[names.length] = `${this.#name}.${String(key)}`
  }
}

function isSame(before: PropertyDescriptor | undefined, after: PropertyDescriptor | undefined): boolean {
  if (before === undefined || after === undefined) return false
  return before.get === after.get && before.set === after.set && is(before.value, after.value)
}
