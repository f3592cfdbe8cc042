// The GS1 Application Identifiers we know (General Specifications §3), one row each.
//
// Notation of a row: AIs, components, then options.
//   AIs      one, a range a-b, or a measure "310n" with its decimal places 0 to 5 (n9: 0 to 9, n3: 0 to 3)
//   n14      14 digits; x..20 up to 20 characters of CSET 82, y of CSET 39, z of base64url; (…) optional; :rule content rule
//   key      primary key of a Digital Link, with the qualifiers that may follow it
//   with     needs one of these on the same item (01+21 both); not: contradicts these
const GOODS = '01,02,03,8006,8026'
const TRADE = '01,02,8006,8026'
const FOOD = '01,02,03'
const ONE = '01,03,8006'
const MEASURE = '30,31nn,32nn,35nn,36nn'
/** One row per line: what application-identifier.ts parses. */
export const TABLE: string = `
00 n18:check key
01 n14:check key=22+10+21,235 not=255,37
02 n14:check with=37 not=01,03
03 n14:check not=01,02,37,235
10 x..20 with=${GOODS}
11 n6:date with=${GOODS}
12 n6:date with=8020
13 n6:date with=${GOODS}
15-16 n6:date with=${GOODS}
17 n6:date with=${GOODS},255
20 n2 with=${GOODS}
21 x..20 with=${ONE} not=235
22 x..20 with=01
235 x..28 with=01
240-241 x..30 with=${GOODS}
242 n..6 with=${TRADE}
243 x..20 with=01,03
250 x..30 with=01+21,03+21,8006+21
251 x..30 with=${ONE}
253 n13:check (x..17) key
254 x..20 with=414
255 n13:check (n..12) key not=01,02,415,8006,8020,8026
30 n..8 with=01,02
310n-316n n6 with=01,02 not=self
320n-329n n6 with=01,02 not=self
330n-336n n6 with=00,01 not=self
337n n6 with=01 not=self
340n-349n n6 with=00,01 not=self
350n-352n n6 with=01,02 not=self
353n-355n n6 with=00,01 not=self
356n-357n n6 with=01,02 not=self
360n-361n n6 with=01,02 not=self
362n-363n n6 with=00,01 not=self
364n-366n n6 with=01,02 not=self
367n-369n n6 with=00,01 not=self
37 n..8 with=00+02,00+8026
390n9 n..15 with=255,8020 not=self,391n,394n,8111
391n9 n3:currency n..15 with=8020 not=self
392n9 n..15 with=01+30,01+31nn,01+32nn,01+35nn,01+36nn not=self,393n
393n9 n3:currency n..15 with=${MEASURE} not=self
394n3 n4 with=255 not=self,8111
395n n6 with=${MEASURE} not=self,392n,393n,8005
400 x..30
401 x..30:prefix key
402 n17:check key
403 x..30 with=00
410-413 n13:check
414 n13:check key=254,7040
415 n13:check with=8020 key=8020
416 n13:check
417 n13:check key=7040
420 x..20 not=421
421 n3:country x..9 not=4307
422 n3:country with=${GOODS} not=426
423 n3:country (n3:country) (n3:country) (n3:country) (n3:country) with=${FOOD} not=426
424 n3:country with=${FOOD} not=426
425 n3:country (n3:country) (n3:country) (n3:country) (n3:country) with=${FOOD} not=426
426 n3:country with=${FOOD}
427 x..3 with=01+422,02+422,03+422
4300-4301 x..35:escaped with=00
4302 x..70:escaped with=00
4303 x..70:escaped with=4302
4304-4306 x..70:escaped with=00
4307 x2:country2 with=00
4308 x..30 with=00
4309 n10:latitude n10:longitude with=00
4310-4311 x..35:escaped with=00
4312 x..70:escaped with=00
4313 x..70:escaped with=4312
4314-4316 x..70:escaped with=00
4317 x2:country2 with=00
4318 x..20 with=00
4319 x..30 with=00
4320 x..35:escaped with=00
4321-4323 n1:flag with=00
4324-4325 n6:date n4:clock with=00
4326 n6:day with=00
4330 n6 (x1:minus) with=00 not=4331
4331 n6 (x1:minus) with=00 not=4330
4332 n6 (x1:minus) with=00 not=4333
4333 n6 (x1:minus) with=00 not=4332
7001 n13 with=${TRADE}
7002 x..30 with=01,02
7003 n6:day n4:clock with=${FOOD}
7004 n..4 with=01+10,03+10
7005 x..12 with=01,02
7006 n6:day with=01,02
7007 n6:day (n6:day) with=01,02
7008 x..3 with=01,02
7009 x..10 with=01,02
7010 x..2 with=${FOOD}
7011 n6:day (n4:clock) with=${FOOD}
7020 x..20 with=01+416,03+416,8006+416
7021 x..20 with=${ONE}
7022 x..20 with=01+7021,03+7021,8006+7021
7023 x..30:prefix
7030-7039 n3:country999 x..27 with=01,02
7040 n1 x1 x1 x1
710-717 x..20 with=01
7230-7239 x2 x..28 with=01,8004
7240 x..20 with=01,8006 not=03
8001 n4:nonzero n5:nonzero n3:nonzero n1:winding n1 with=01
8002 x..20
8003 n1:zero n13:check (x..16) key
8004 x..30:prefix key=7040
8005 n6 with=01,02
8006 n14:check n4:pieces key=22+10+21 not=01,03,37
8007 x..34:iban with=415
8008 n6:day n2:hour (n2:sixty) (n2:sixty) with=${FOOD}
8009 x..50 with=00,01,03
8010 y..30:prefix key=8011
8011 n..12:noleadingzero with=8010
8012 x..20 with=${ONE}
8013 x..25:checkpair key
8014 x..25:checkpair with=01
8017 n18:check key=8019 not=8018
8018 n18:check key=8019 not=8017
8019 n..10 with=8017,8018
8020 x..25 with=415
8026 n14:check n4:pieces with=37 not=02,03,8006
8030 z..90 with=00,01+21,03+21,253,255,8003,8004,8006+21,8010+8011,8017,8018
8111 n4 with=255
8200 x..70 with=01
90 x..30
91-99 x..90
`
