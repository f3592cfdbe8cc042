/** Every bound on what comes from outside, with the reason for it. Sizes are bytes. */
export const LIMITS = {
  /** A log entry's length is two bytes in an entry bundle (C2SP tlog-tiles). */
  entryBytes: 65_535,
  /** An event with a day of temperature readings is about 3 kB: ten times that, and a batch still fits a broker's packet. */
  eventBytes: 32_768,
  /** Four times the 256 at which a gateway closes a batch; bounds the work that one signature can cause. */
  batchEvents: 1_024,
  /** The 256 events at which a gateway closes a batch, were each as large as may be; well below a broker's packet limit. */
  batchBytes: 8_388_608,
  /** Numbers that an administrator leaves out of its chain belong to statements that were refused: a handful, ever. */
  seqGap: 1_024,
  /** Numbers of a chain have 48 bits in stores; the next one must fit, too. */
  lastSeq: 281_474_976_710_654,
  /** What one administrator may have waiting for others: a consortium's worth of gateways at once, and not the ledger's memory. */
  pendingOperations: 1_024,
  /** A checkpoint is three short lines and a few signatures; one ML-DSA-44 line that we ignore is 3.3 kB. */
  noteBytes: 65_536,
  /** C2SP signed-note asks for at least 16; golang.org/x/mod stops at 100. */
  noteSignatures: 100,
  /** tlog-cosignature prefixes an origin with a one-byte length. */
  originBytes: 255,
  /** A policy names some dozens of witnesses, each on a line of about 150 bytes. */
  policyBytes: 65_536,
  /** Bounds the work of one policy: every named witness may cost a signature check. */
  policyNames: 256,
  /** Our deepest structure (a bundle's proofs) nests five deep. */
  cborDepth: 8,
  /** An EPCIS event nests six deep; extensions may add a little. */
  jsonDepth: 16,
} as const
