-- entries: every line with the text that its hash is over. Only functions of the server: the guard's own may be edited.
SELECT seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), who, event, body, encode(prev, 'hex'), encode(hash, 'hex'),
       convert_to(jsonb_build_array(seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), who, event, body)::text, 'UTF8')
  FROM pgwright.ledger ORDER BY seq

-- head: the last line.
SELECT seq, encode(hash, 'hex') FROM pgwright.ledger ORDER BY seq DESC LIMIT 1

-- has_ledger: whether there is one.
SELECT to_regclass('pgwright.ledger') IS NOT NULL

-- closed: runs that came to the end of their plan, in order, with the line of migrations.sum that they were closed with.
SELECT seq, body #>> '{{outcome,revision}}', body #>> '{{outcome,direction}}', body #>> '{{outcome,line}}'
  FROM pgwright.ledger
 WHERE event = 'close' AND (body ->> 'next')::integer > (body ->> 'of')::integer AND body #>> '{{outcome,revision}}' IS NOT NULL
 ORDER BY seq
