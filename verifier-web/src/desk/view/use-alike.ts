import { type Finding, seriesAlike, type Verdict } from '@tristamp/protocol'
import { useEffect, useState } from 'preact/hooks'
import { recordsOf } from '../found.ts'

/** Curves that are copies of others but for a little noise: each is held against each, which takes a while, so that the answer does not wait for it. */
export function useAlike(verdicts: readonly Verdict[]): readonly Finding[] {
  const [alike, setAlike] = useState<readonly Finding[]>([])
  useEffect(() => {
    // One verdict after another comes in: what is left when it is quiet is looked at once.
    const later = setTimeout(() => setAlike(seriesAlike(recordsOf(verdicts))), QUIET_MS)
    return () => clearTimeout(later)
  }, [verdicts])
  return alike
}

const QUIET_MS = 300
