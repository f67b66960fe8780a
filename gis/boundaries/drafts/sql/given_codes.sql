-- Every code of a division that was ever given, published or in any draft.
SELECT code FROM grid_version WHERE code BETWEEN :division || '000' AND :division || '99999'
UNION
SELECT code FROM changeset_grid WHERE code BETWEEN :division || '000' AND :division || '99999'
UNION
SELECT given
  FROM (SELECT given_codes FROM changeset_op WHERE given_codes <> '{}') AS o,
       unnest(given_codes) AS given
 WHERE given BETWEEN :division || '000' AND :division || '99999'
