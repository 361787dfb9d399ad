-- A row's `edge` says what is special about it; the first row is always NULL in every column, so that NULL stands
-- beside whatever looks like it.

CREATE TABLE numbers (
    id INTEGER PRIMARY KEY, edge TEXT NOT NULL,
    c_integer INTEGER, c_bigint BIGINT, c_boolean BOOLEAN, c_numeric NUMERIC, c_money DECIMAL(12,2), c_real REAL,
    c_double DOUBLE PRECISION, c_any
);
INSERT INTO numbers VALUES
    (1, 'null', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (2, 'least', -9223372036854775808, -9223372036854775808, 0, -9223372036854775808, -9999999999.99,
        -1.7976931348623157e308, -1.7976931348623157e308, -9223372036854775808),
    (3, 'greatest', 9223372036854775807, 9223372036854775807, 1, 9223372036854775807, 9999999999.99,
        1.7976931348623157e308, 1.7976931348623157e308, 9223372036854775807),
    (4, 'zero', 0, 0, 0, 0, 0, 0, 0, 0),
    (5, 'infinity', 9e999, 9e999, 9e999, 9e999, 9e999, 9e999, 9e999, 9e999),
    (6, 'minus infinity', -9e999, -9e999, -9e999, -9e999, -9e999, -9e999, -9e999, -9e999),
    (7, 'least above zero', 1, 1, 1, 5e-324, 0.01, 5e-324, 5e-324, 5e-324),
    (8, 'needs seventeen digits', 9007199254740993, 9007199254740993, 1, 0.30000000000000004, 0.1, 0.30000000000000004,
        0.30000000000000004, 0.30000000000000004),
    (9, 'negative zero', -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0);

-- SQLite stores what it is given where it cannot convert: every kind of value, in columns of every declared type.
CREATE TABLE misfits (
    id INTEGER PRIMARY KEY, edge TEXT NOT NULL,
    c_integer INTEGER, c_boolean BOOLEAN, c_real REAL, c_numeric NUMERIC, c_text TEXT, c_varchar VARCHAR(3), c_date DATE,
    c_datetime DATETIME, c_time TIME, c_blob BLOB, c_json JSON, c_uuid UUID, c_any
);
INSERT INTO misfits VALUES
    (1, 'null', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (2, 'what the types say', 1, 1, 1.5, 1.5, 'text', 'abc', '2024-02-29', '2024-02-29 23:59:59', '23:59:59', x'00FF',
        '{"a": 1}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'any'),
    (3, 'text everywhere', 'one', 'yes', 'pi', '1,5', 'text', 'longer than three', 'yesterday', 'now', 'noon', 'not bytes',
        '{not json', 'not a uuid', 'text'),
    (4, 'numbers that fit no text', 1.5, 2, 7, 12, 42, 42, 20240229, 1709251199, 86399, 42, 42, 42, 42),
    (5, 'reals', 1e300, 1.5, 1e-300, 1e300, 1.5, 1.5, 2460370.5, 1709251199.5, 0.5, 1.5, 1.5, 1.5, 1.5),
    (6, 'blobs everywhere', x'31', x'01', x'00', x'FF', x'74657874', x'FFFE', x'00', x'00', x'00', x'', x'7B7D',
        x'00112233445566778899AABBCCDDEEFF', x''),
    (7, 'empty', '', '', '', '', '', '', '', '', '', '', '', '', ''),
    (8, 'dates in other forms', 0, 0, 0, 0, '', '', '0001-01-01', '2024-02-29T23:59:59.123456789Z', '24:00', x'00', 'null', '',
        ''),
    (9, 'dates past the usual', 0, 0, 0, 0, '', '', '9999-12-31', '-4713-11-24 12:00:00', '23:59:59.999', x'00', '[]', '', ''),
    (10, 'days that do not exist', 0, 0, 0, 0, '', '', '2023-02-31', '2023-02-31 25:61:61', '99:99:99', x'00',
        '[ 1 ,  2 ]', '', '');

CREATE TABLE texts (id INTEGER PRIMARY KEY, edge TEXT NOT NULL, c_text TEXT, c_nocase TEXT COLLATE NOCASE, c_blob BLOB);
INSERT INTO texts VALUES
    (1, 'null', NULL, NULL, NULL),
    (2, 'empty', '', '', x''),
    (3, 'spaces', ' ', '  two before, two after  ', x'20'),
    (4, 'the word NULL', 'NULL', 'null', CAST('NULL' AS BLOB)),
    (5, 'quotes', '"double" ''single'' `back` [bracket]', '"', x'22'),
    (6, 'line ends', 'a' || char(10) || 'b' || char(13, 10) || 'c' || char(13) || 'd', char(10), x'0D0A'),
    (7, 'tabs and separators', 'a' || char(9) || 'b,c;d|e\f', char(9), x'09'),
    (8, 'four bytes', '😀 𝒳 𠜎', '👩‍👩‍👧‍👦 🏳️‍🌈', x'F09F9880'),
    (9, 'right to left', 'שלום עולם مرحبا', 'مرحبا', x'D7A9'),
    (10, 'combining and invisible', 'e' || char(769) || ' é ' || char(8203, 8206, 8238, 65279), char(65279), x'EFBBBF'),
    (11, 'control characters', char(1, 2, 27) || '[31m' || char(127, 133, 8232, 8233), char(8, 12, 11), x'01'),
    (12, 'noncharacters', char(65534, 65535, 65533), char(1114111), x'EFBFBE'),
    (13, 'what a spreadsheet would run', '=HYPERLINK("http://127.0.0.1","x")', '+1+1', x'3D31'),
    (14, 'looks like a number', '0012', '1234567890123456', x'30'),
    (15, 'looks like markup', '<b>&amp;</b>]]>', '_x0041_', x'3C'),
    (16, 'a NUL inside', 'a' || char(0) || 'b', char(0), x'610062'),
    (17, 'not UTF-8', CAST(x'FF41FE' AS TEXT), CAST(x'C3' AS TEXT), x'FF41FE'),
    (18, 'a lone surrogate', CAST(x'EDA080' AS TEXT), '', x'EDA080'),
    (19, 'every byte', '', '', x'000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F202122232425262728292A2B2C2D2E2F303132333435363738393A3B3C3D3E3F404142434445464748494A4B4C4D4E4F505152535455565758595A5B5C5D5E5F606162636465666768696A6B6C6D6E6F707172737475767778797A7B7C7D7E7F808182838485868788898A8B8C8D8E8F909192939495969798999A9B9C9D9E9FA0A1A2A3A4A5A6A7A8A9AAABACADAEAFB0B1B2B3B4B5B6B7B8B9BABBBCBDBEBFC0C1C2C3C4C5C6C7C8C9CACBCCCDCECFD0D1D2D3D4D5D6D7D8D9DADBDCDDDEDFE0E1E2E3E4E5E6E7E8E9EAEBECEDEEEFF0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF'),
    (20, 'long', replace(printf('%040000d', 0), '0', 'x'), replace(printf('%020000d', 0), '0', '😀'), zeroblob(70000));

CREATE TABLE generated_columns (
    id INTEGER PRIMARY KEY, a INTEGER, stored INTEGER AS (a * 2) STORED, virtual TEXT AS ('a is ' || a) VIRTUAL
);
INSERT INTO generated_columns (id, a) VALUES (1, NULL), (2, 21), (3, 4611686018427387904);

CREATE TABLE strict_types (id INTEGER PRIMARY KEY, i INT, r REAL, t TEXT, b BLOB, a ANY) STRICT;
INSERT INTO strict_types VALUES (1, NULL, NULL, NULL, NULL, NULL), (2, 1, 1, '1', x'31', '1'), (3, 2, 2.5, '', x'', 2.5);

CREATE TABLE without_rowid (k TEXT, n INTEGER, note TEXT, PRIMARY KEY (k, n)) WITHOUT ROWID;
INSERT INTO without_rowid VALUES ('', 0, 'first'), ('a', 1, 'second'), ('a', 2, 'third'), ('😀', -1, 'last');

CREATE TABLE rowid_only (a TEXT, b);
INSERT INTO rowid_only VALUES ('twice', 1), ('twice', 1), (NULL, NULL);
-- A column may take the name by which rowid tables are usually read.
CREATE TABLE shadowed_rowid (rowid TEXT, _rowid_ TEXT, oid TEXT);
INSERT INTO shadowed_rowid VALUES ('a', 'b', 'c');
CREATE TABLE nullable_key (k TEXT PRIMARY KEY, note TEXT);
INSERT INTO nullable_key VALUES ('a', 'one'), (NULL, 'none'), (NULL, 'none');
CREATE TABLE mixed_key (k PRIMARY KEY NOT NULL, note TEXT);
INSERT INTO mixed_key VALUES (1, 'integer'), (1.5, 'real'), ('1', 'text'), (x'31', 'blob'), (-9e999, 'minus infinity'), ('', 'empty');
CREATE TABLE no_rows (id INTEGER PRIMARY KEY, a TEXT);

-- Names that must be quoted, and one that would be dangerous if it were not.
CREATE TABLE "order" ("select" INTEGER PRIMARY KEY, "with space" TEXT, "with.dot" TEXT, "with""quote" TEXT,
    "with'apostrophe" TEXT, "with`backtick" TEXT, "with]bracket" TEXT, "Ünïcödé 名前" TEXT, "UPPER" TEXT, "$1" TEXT,
    "a;b--c" TEXT, "back\slash" TEXT, "%s {x}" TEXT, "a?b" TEXT, "" TEXT);
INSERT INTO "order" VALUES (1, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n');
CREATE TABLE "x""; DROP TABLE numbers; --" (id INTEGER PRIMARY KEY);
INSERT INTO "x""; DROP TABLE numbers; --" VALUES (1);

CREATE VIEW a_view AS SELECT id, edge, c_bigint, c_bigint + 1 AS expression FROM numbers;
