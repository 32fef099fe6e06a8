import { RuntimoError } from '@runtimo/capabilities'

/** 26 characters of Crockford's base 32: no path can be made of them. */
export function isId(text: string): boolean {
  return /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/u.test(text)
}

/** @throws RT_INVALID_OPTION for a name that could be an id, or would be no name of one line */
export function checkName(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/u.test(name) && !isId(name)) return name
  const expected = 'a letter or digit, then up to 63 letters, digits, ., _ or -, and no id'
  const got = JSON.stringify(name.slice(0, 80))
  throw new RuntimoError('RT_INVALID_OPTION', `name: expected ${expected}, got ${got}`, {
    option: 'name',
    expected,
    got,
  })
}
