from django.db import migrations

# Search terms are the runs of letters and digits of a text, in lower case: the first 100 characters of each, of
# the first 100,000 characters of a text. The account is a term of its document, so that a search reads the
# entries of its own account only.
CREATE = r"""
CREATE FUNCTION calls_search_terms(texts text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ARRAY(SELECT left(word, 100) FROM unnest(string_to_array(btrim(
        regexp_replace(lower(left(texts, 100000)), '[^[:alnum:]]+', ' ', 'g')), ' ')) AS word)
$$;

-- Every suffix of at least three digits, so that a prefix search of the index finds any run of digits.
-- The mark # keeps the many suffixes apart from the words of texts.
CREATE FUNCTION calls_phone_suffixes(number text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg('#' || substr(digits, n)), '{}')
    FROM regexp_replace(number, '[^0-9]', '', 'g') AS digits, generate_series(1, length(digits) - 2) AS n
$$;

CREATE FUNCTION calls_account_term(account uuid) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT '@' || replace(account::text, '-', '')
$$;

-- Every term of the query is a prefix of a search term. Numbers may be written in groups, +1 (415) 555:
-- adjacent groups match as one run of digits, or each as a term of its own.
CREATE FUNCTION calls_search(account uuid, wanted text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    WITH parts AS (
        SELECT part, n, part ~ '^[-+()./0-9]+$' AS is_number
        FROM unnest(string_to_array(btrim(regexp_replace(wanted, '\s+', ' ', 'g')), ' '))
             WITH ORDINALITY AS p(part, n)
    ), asked AS (
        SELECT n, is_number, CASE WHEN is_number THEN n - row_number() OVER (PARTITION BY is_number ORDER BY n)
                             ELSE n END AS run,
            part, regexp_replace(part, '[^0-9]', '', 'g') AS digits,
            '(' || (SELECT string_agg(quote_literal(w) || ':*', ' & ') FROM unnest(calls_search_terms(part)) w) || ')'
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
    SELECT (quote_literal(calls_account_term(account)) || ' & ' || string_agg('(' || term || ')', ' & '))::tsquery
    FROM terms
$$;

CREATE FUNCTION calls_refresh_search(call uuid) RETURNS void LANGUAGE sql AS $$
    INSERT INTO calls_searchdocument (call_id, document)
    SELECT c.id, array_to_tsvector(array_cat(calls_phone_suffixes(c.to_number), array_append(
        calls_search_terms(concat_ws(' ', c.notes, c.feedback, c.title, t.spoken_text)), calls_account_term(c.account_id))))
    FROM calls_call c LEFT JOIN LATERAL (
        SELECT string_agg(spoken_text #>> '{}', ' ') AS spoken_text
        FROM calls_transcript x, jsonb_path_query(x.turns, '$[*].text') AS spoken_text WHERE x.call_id = c.id
    ) AS t ON true
    WHERE c.id = call
    ON CONFLICT (call_id) DO UPDATE SET document = EXCLUDED.document
$$;

CREATE FUNCTION calls_refresh_search_of_call() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM calls_refresh_search(NEW.id);
    RETURN NULL;
END $$;

-- The call is locked first, so that concurrent writes of notes and of a transcript both reach the document.
CREATE FUNCTION calls_refresh_search_of_transcript() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM calls_call WHERE id = NEW.call_id FOR NO KEY UPDATE;
    PERFORM calls_refresh_search(NEW.call_id);
    RETURN NULL;
END $$;

CREATE TRIGGER search_of_new_call AFTER INSERT ON calls_call FOR EACH ROW
    WHEN (concat(NEW.to_number, NEW.notes, NEW.feedback, NEW.title) <> '')
    EXECUTE FUNCTION calls_refresh_search_of_call();
CREATE TRIGGER search_of_call AFTER UPDATE OF to_number, notes, feedback, title ON calls_call FOR EACH ROW
    WHEN ((OLD.to_number, OLD.notes, OLD.feedback, OLD.title)
          IS DISTINCT FROM (NEW.to_number, NEW.notes, NEW.feedback, NEW.title))
    EXECUTE FUNCTION calls_refresh_search_of_call();
CREATE TRIGGER search_of_transcript AFTER INSERT OR UPDATE OF turns ON calls_transcript FOR EACH ROW
    EXECUTE FUNCTION calls_refresh_search_of_transcript();

-- Long documents stay in the row: an index scan over calls reads many of them.
ALTER TABLE calls_searchdocument ALTER document SET STORAGE MAIN;
"""

DROP = """
DROP TRIGGER search_of_new_call ON calls_call;
DROP TRIGGER search_of_call ON calls_call;
DROP TRIGGER search_of_transcript ON calls_transcript;
DROP FUNCTION calls_refresh_search_of_call();
DROP FUNCTION calls_refresh_search_of_transcript();
DROP FUNCTION calls_refresh_search(uuid);
DROP FUNCTION calls_search(uuid, text);
DROP FUNCTION calls_account_term(uuid);
DROP FUNCTION calls_phone_suffixes(text);
DROP FUNCTION calls_search_terms(text);
"""


class Migration(migrations.Migration):
    """Functions and triggers that keep calls_searchdocument equal to calls and transcripts, whoever writes."""

    dependencies = [("calls", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, DROP)]
