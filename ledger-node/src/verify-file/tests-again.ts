import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { EVIDENCE_BYTES, type EvidenceId, type ProvenEvent, rerunTest, testsOf } from '@tristamp/protocol'
import { evidenceFile } from '../evidence/evidence-folder.ts'

/** The bytes of an id, unchecked; undefined where there are none. */
export type EvidenceLookup = (id: EvidenceId) => Uint8Array | undefined

export interface TestsAgain {
  /** `<entry>/<position> <verdict>: agrees`, for each test. */
  lines: string[]
  /** Some evidence gives another result than was recorded, or is not what its name says. */
  differs: boolean
}

/** Runs every recorded test again. */
export function testsAgain(events: readonly ProvenEvent[], evidence: EvidenceLookup): TestsAgain {
  let differs = false
  const lines = events.flatMap(({ entry, position, event }) =>
    testsOf(event).map(({ element, test }) => {
      const again = rerunTest(element, evidence)
      if (again.state === 'differs') differs = true
      const said = test.verdict === 'inconclusive' ? `inconclusive ${test.code}` : `${test.verdict} ${scores(test)}`
      const found = again.state === 'differs' ? `differs (${again.why})` : again.state
      return `${entry}/${position} ${said}: ${found}`
    }),
  )
  return { lines, differs }
}

/** Evidence in a folder: an archive’s, a node’s, or files that someone has fetched, named by digest in hexadecimal or base64url. */
export function evidenceIn(folder: string): EvidenceLookup {
  return (id) => {
    const names = [id, evidenceFile(id), join('sha-256', evidenceFile(id)), join('evidence', evidenceFile(id))]
    const file = names.map((name) => join(folder, name)).find((path) => existsSync(path))
    if (file === undefined || statSync(file).size > EVIDENCE_BYTES) return undefined
    return new Uint8Array(readFileSync(file))
  }
}

function scores({ scoreMilli, limitMilli }: { scoreMilli: number; limitMilli: number }): string {
  return `${scoreMilli / 1000} (limit ${limitMilli / 1000})`
}
