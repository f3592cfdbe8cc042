import { expect, test } from 'vitest'
import { ProtocolError } from './error.ts'

test('an error carries its code, a name and the cause', () => {
  const cause = new Error('below')
  const error = new ProtocolError('PROOF_ROOT', 'not in the tree', { cause })
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({
    name: 'ProtocolError',
    code: 'PROOF_ROOT',
    message: 'PROOF_ROOT: not in the tree',
    cause,
  })
})
