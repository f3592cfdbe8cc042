import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { evidenceId, utf8 } from '@tristamp/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EvidenceFiles } from './evidence-files.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tristamp-evidence-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const SPECTRUM = utf8('a spectrum')
const ID = evidenceId(SPECTRUM)

describe('evidence beside the outbox', () => {
  it('stays until every batch that may name it is acknowledged', () => {
    const files = new EvidenceFiles(folder)
    const { id, release } = files.put(SPECTRUM)
    expect(id).toBe(ID)
    // The event is being written; batches before it come and go.
    files.tidy({ endSeq: 5, acked: 5, unsigned: 0 })
    expect(files.read(ID)).toEqual(SPECTRUM)
    release()
    // Accepted, in no batch yet.
    files.tidy({ endSeq: 5, acked: 5, unsigned: 1 })
    expect(files.read(ID)).toEqual(SPECTRUM)
    // Signed as batch 5.
    files.tidy({ endSeq: 6, acked: 5, unsigned: 0 })
    expect(files.read(ID)).toEqual(SPECTRUM)
    files.tidy({ endSeq: 9, acked: 6, unsigned: 3 })
    expect(files.read(ID)).toBeUndefined()
    expect(readdirSync(folder)).toEqual([])
  })

  it('that is named again stays for the later batch', () => {
    const files = new EvidenceFiles(folder)
    files.put(SPECTRUM).release()
    files.tidy({ endSeq: 1, acked: 0, unsigned: 0 })
    const again = files.put(SPECTRUM)
    again.release()
    again.release()
    files.tidy({ endSeq: 1, acked: 1, unsigned: 1 })
    expect(files.read(ID)).toEqual(SPECTRUM)
    files.tidy({ endSeq: 2, acked: 1, unsigned: 0 })
    files.tidy({ endSeq: 2, acked: 2, unsigned: 0 })
    expect(files.size).toBe(0)
  })

  it('of an earlier run is taken up, and damaged pieces are none', () => {
    new EvidenceFiles(folder).put(SPECTRUM)
    const files = new EvidenceFiles(folder)
    files.load()
    expect(files.size).toBe(1)
    expect(files.read(ID)).toEqual(SPECTRUM)
    writeFileSync(join(folder, readdirSync(folder)[0]!), 'a spectrun')
    expect(files.read(ID)).toBeUndefined()
    // Measured again by chance, or a model: written anew.
    files.put(SPECTRUM)
    expect(files.read(ID)).toEqual(SPECTRUM)
  })

  it('says by its code why it cannot be kept', () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    expect(() => new EvidenceFiles(file).put(SPECTRUM)).toThrow(expect.objectContaining({ code: 'OUTBOX_WRITE' }))
  })
})
