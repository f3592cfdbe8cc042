import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { takeToken } from '../own/token.ts'
import { hashOf, placeOf } from './address.ts'

it('what the address says is read back, and anything is read', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 150, unit: 'grapheme' }), (text) => {
      expect(placeOf(hashOf({ subject: text }))).toEqual({ subject: text })
      if (text.trim() !== '') expect(placeOf(hashOf({ question: text }))).toEqual({ question: text })
      expect(Object.keys(placeOf(text)).length).toBeLessThan(2)
    }),
  )
})

describe('a token in the address', () => {
  const token = 'a'.repeat(43)
  const take = (
    hash: string,
    kept: string | null = null,
  ): { token: string | undefined; left: string; kept: string | null } => {
    let left = `/desk?lang=zh${hash}`
    let shelf = kept
    const location = { hash, pathname: '/desk', search: '?lang=zh' } as Location
    const history = {
      state: null,
      replaceState: (_: unknown, __: string, to: string) => {
        left = to
      },
    } as unknown as History
    const storage = {
      getItem: () => shelf,
      setItem: (_: string, value: string) => {
        shelf = value
      },
    } as unknown as Storage
    return { token: takeToken('desk', location, history, storage), left, kept: shelf }
  }

  it('is taken, kept, and cleared from it; what else stands there stays', () => {
    expect(take(`#token=${token}`)).toEqual({ token, left: '/desk?lang=zh', kept: token })
    expect(take(`#token=${token}&s=urn%3Ax`)).toEqual({ token, left: '/desk?lang=zh#s=urn%3Ax', kept: token })
  })

  it('that is none leaves the one that is kept', () => {
    expect(take('#token=%3Cscript%3E', token)).toEqual({ token, left: '/desk?lang=zh', kept: token })
    expect(take('', token).token).toBe(token)
    expect(take('', '<script>').token).toBe(undefined)
  })

  it('is no place of a tab that keeps nothing', () => {
    const location = { hash: '', pathname: '/desk', search: '' } as Location
    expect(takeToken('desk', location, {} as History, undefined)).toBe(undefined)
  })
})
