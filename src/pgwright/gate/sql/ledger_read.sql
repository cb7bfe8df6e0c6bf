-- entries: every line with the text that its hash is over. Only functions of the server: the guard's own may be edited.
SELECT seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), who, event, body, encode(prev, 'hex'), encode(hash, 'hex'),
       convert_to(jsonb_build_array(seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), who, event, body)::text, 'UTF8')
  FROM pgwright.ledger ORDER BY seq

-- head: the last line.
SELECT seq, encode(hash, 'hex') FROM pgwright.ledger ORDER BY seq DESC LIMIT 1

-- has_ledger: whether there is one.
SELECT to_regclass('pgwright.ledger') IS NOT NULL
