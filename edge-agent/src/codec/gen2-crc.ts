/**
 * CRC-16 of the Gen2 air interface (ISO/IEC 18000-63 annex F; "GENIBUS"): polynomial 0x1021, initial 0xFFFF, inverted. A tag sends it over its
 * protocol control word and its EPC, so it covers the way through the air too, which a reader's own checksum does not.
 */
export function gen2Crc(bytes: Uint8Array): number {
  let crc = 0xffff
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : crc << 1
  }
  return crc ^ 0xffff
}
