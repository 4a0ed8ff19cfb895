-- Neighbouring pairs of characters, for searching two characters of a Chinese name (a trigram index needs three).
CREATE FUNCTION name_bigrams(name text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT substr(name, i, 2)), '{}') FROM generate_series(1, char_length(name) - 1) AS i
$$;

-- 张三 → 张*: what a natural person's name may show (domain facts: masked except the surname).
CREATE FUNCTION mask_name(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT left(name, 1) || repeat('*', greatest(char_length(name) - 1, 1))
$$;
