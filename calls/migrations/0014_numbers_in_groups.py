from django.db import migrations

# Each word at the beginning of one. What is written as a number may be written in groups, +1 (415) 555: groups
# that stand side by side are one run of digits of a number, or else words each of its own.
GROUPS_TOGETHER = r"""
CREATE OR REPLACE FUNCTION calls_search(account uuid, wanted text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    WITH parts AS (
        SELECT part, n, part ~ '^[-+()./0-9]+$' AS is_number
        FROM unnest(string_to_array(btrim(regexp_replace(wanted, '\s+', ' ', 'g')), ' '))
             WITH ORDINALITY AS p(part, n)
    ), asked AS (
        SELECT n, is_number, CASE WHEN is_number THEN n - row_number() OVER (PARTITION BY is_number ORDER BY n)
                             ELSE n END AS run,
            part, regexp_replace(part, '[^0-9]', '', 'g') AS digits,
            '(' || (SELECT string_agg(quote_literal(w) || ':*', ' & ') FROM unnest(calls_words_of(part)) w) || ')'
            AS words
        FROM parts
    ), terms AS (
        SELECT nullif(concat_ws(' | ',
            '(' || string_agg('(' || nullif(concat_ws(' | ', words,
                CASE WHEN is_number AND length(digits) > 2 THEN quote_literal('#' || digits) || ':*' END
            ), '') || ')', ' & ') || ')',
            CASE WHEN is_number AND count(*) > 1 AND length(string_agg(digits, '')) > 2
                 -- +44 (0)20 is dialled without the zero
                 THEN quote_literal('#' || regexp_replace(replace(string_agg(part, '' ORDER BY n), '(0)', ''),
                                                          '[^0-9]', '', 'g')) || ':*' END
        ), '') AS term
        FROM asked GROUP BY is_number, run
    )
    SELECT (quote_literal(calls_account_word(account)) || ' & ' || string_agg('(' || term || ')', ' & '))::tsquery
    FROM terms
$$;
"""

EACH_ALONE = r"""
CREATE OR REPLACE FUNCTION calls_search(account uuid, wanted text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (quote_literal(calls_account_word(account)) || ' & ' || string_agg(term, ' & '))::tsquery
    FROM (
        SELECT concat_ws(' | ',
            '(' || (SELECT string_agg(quote_literal(w) || ':*', ' & ') FROM unnest(calls_words_of(part)) w) || ')',
            CASE WHEN part ~ '^[-+().0-9]*$' AND part ~ '([0-9].*){3}'
                 THEN quote_literal('#' || regexp_replace(part, '[^0-9]', '', 'g')) || ':*' END
        ) FROM unnest(string_to_array(btrim(regexp_replace(wanted, '\s+', ' ', 'g')), ' ')) AS part
    ) AS parts(one), LATERAL (SELECT '(' || nullif(one, '') || ')') AS terms(term)
$$;
"""


class Migration(migrations.Migration):
    """`search=+1 (415) 555` found nothing: each group was looked for by itself."""

    dependencies = [
        ('calls', '0013_extension'),
    ]

    operations = [
        migrations.RunSQL(GROUPS_TOGETHER, EACH_ALONE),
    ]
