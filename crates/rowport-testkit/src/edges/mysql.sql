-- One table for each family of types. A row's `edge` says what is special about it; the first row is always NULL in
-- every column, so that NULL stands beside whatever looks like it.

-- Zero dates and out-of-range dates exist in real databases, because older servers took them by default.
SET SESSION sql_mode = 'ALLOW_INVALID_DATES';
SET SESSION time_zone = '+00:00';

CREATE TABLE integers (
    id integer PRIMARY KEY, edge text NOT NULL,
    c_tinyint tinyint, c_tinyint_unsigned tinyint unsigned, c_bool tinyint(1), c_smallint smallint,
    c_smallint_unsigned smallint unsigned, c_mediumint mediumint, c_mediumint_unsigned mediumint unsigned, c_int int,
    c_int_unsigned int unsigned, c_bigint bigint, c_bigint_unsigned bigint unsigned,
    c_zerofill int(10) unsigned zerofill, c_bit bit(1), c_bit5 bit(5), c_bit64 bit(64), c_year year,
    c_generated bigint AS (c_int * 2) STORED, c_virtual bigint AS (c_int - 1) VIRTUAL
);
INSERT INTO integers (id, edge, c_tinyint, c_tinyint_unsigned, c_bool, c_smallint, c_smallint_unsigned, c_mediumint,
    c_mediumint_unsigned, c_int, c_int_unsigned, c_bigint, c_bigint_unsigned, c_zerofill, c_bit, c_bit5, c_bit64, c_year)
VALUES
    (1, 'null', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (2, 'least', -128, 0, 0, -32768, 0, -8388608, 0, -2147483648, 0, -9223372036854775808, 0, 0, b'0', b'0', b'0', 1901),
    (3, 'greatest', 127, 255, 1, 32767, 65535, 8388607, 16777215, 2147483647, 4294967295, 9223372036854775807,
        18446744073709551615, 4294967295, b'1', b'11111', 18446744073709551615, 2155),
    (4, 'a boolean that holds 5', 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, b'0', b'10101', b'0', 0),
    (5, 'a boolean that holds -128', 1, 1, -128, 1, 1, 1, 1, 1, 1, 9007199254740993, 9223372036854775808, 42, b'1', b'1',
        9223372036854775808, 2024);

CREATE TABLE numbers (
    id integer PRIMARY KEY, edge text NOT NULL,
    c_decimal10 decimal, c_money decimal(12,2), c_decimal65 decimal(65,30), c_decimal65_0 decimal(65,0),
    c_decimal_unsigned decimal(20,4) unsigned, c_decimal38 decimal(38,38), c_float float, c_double double
);
INSERT INTO numbers VALUES
    (1, 'null', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (2, 'zero', 0, 0, 0, 0, 0, 0, 0, 0),
    (3, 'least', -9999999999, -9999999999.99, -99999999999999999999999999999999999.999999999999999999999999999999,
        -99999999999999999999999999999999999999999999999999999999999999999, 0,
        -0.99999999999999999999999999999999999999, -3.4028234e38, -1.7976931348623157e308),
    (4, 'greatest', 9999999999, 9999999999.99, 99999999999999999999999999999999999.999999999999999999999999999999,
        99999999999999999999999999999999999999999999999999999999999999999, 9999999999999999.9999,
        0.99999999999999999999999999999999999999, 3.4028234e38, 1.7976931348623157e308),
    (5, 'least above zero', 1, 0.01, 0.000000000000000000000000000001, 1, 0.0001,
        0.00000000000000000000000000000000000001, 1.17549435e-38, 2.2250738585072014e-308),
    (6, 'trailing zeros kept', 15, 1.50, 1.5, 10, 1.5, 0.5, 1.5, 1.5),
    (7, 'needs seventeen digits', 0, 0.1, 0.1, 0, 0.1, 0.1, 0.1, 0.30000000000000004),
    (8, 'negative zero', 0, 0, 0, 0, 0, 0, -0e0, -0e0);

CREATE TABLE times (
    id integer PRIMARY KEY, edge text NOT NULL,
    c_date date, c_datetime datetime, c_datetime6 datetime(6), c_datetime3 datetime(3), c_timestamp timestamp NULL,
    c_timestamp6 timestamp(6) NULL, c_time time, c_time6 time(6), c_year year
);
INSERT INTO times VALUES
    (1, 'null', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (2, 'zero', '0000-00-00', '0000-00-00 00:00:00', '0000-00-00 00:00:00', '0000-00-00 00:00:00', '0000-00-00 00:00:00',
        '0000-00-00 00:00:00', '00:00:00', '00:00:00', 0),
    (3, 'year 1', '0001-01-01', '0001-01-01 00:00:00', '0001-01-01 00:00:00.000001', '0001-01-01 00:00:00.001',
        '1970-01-01 00:00:01', '1970-01-01 00:00:01.000001', '-838:59:59', '-838:59:59.999999', 1901),
    (4, 'year 9999', '9999-12-31', '9999-12-31 23:59:59', '9999-12-31 23:59:59.999999', '9999-12-31 23:59:59.999',
        '2038-01-19 03:14:07', '2038-01-19 03:14:07.999999', '838:59:59', '838:59:59.999999', 2155),
    (5, 'parts of zero', '2024-00-00', '2024-00-00 00:00:00', '2024-01-00 00:00:00', '0000-01-01 00:00:00',
        '2024-01-01 00:00:00', '2024-01-01 00:00:00', '-00:00:01', '-00:00:00.000001', 1970),
    (6, 'a day that does not exist', '2023-02-31', '2023-02-31 12:00:00', '2023-04-31 12:00:00.5', '2023-02-29 00:00:00',
        '2024-02-29 12:00:00', '2024-02-29 12:00:00.5', '24:00:00', '24:00:00.5', 2000),
    (7, 'leap day', '2024-02-29', '2024-02-29 23:59:59', '2024-02-29 23:59:59.5', '2024-02-29 23:59:59.5',
        '2024-02-29 23:59:59', '2024-02-29 23:59:59.5', '23:59:59', '23:59:59.999999', 2024);

CREATE TABLE texts (
    id integer PRIMARY KEY, edge text NOT NULL,
    c_text text CHARACTER SET utf8mb4, c_varchar varchar(40) CHARACTER SET utf8mb4,
    c_char char(4) CHARACTER SET utf8mb4, c_binary_collation varchar(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    c_latin1 varchar(40) CHARACTER SET latin1, c_utf16 varchar(40) CHARACTER SET utf16,
    c_enum enum('', 'sad', 'it''s "quoted", so', '喜び') CHARACTER SET utf8mb4,
    c_set set('a', 'b c', 'd''e', '日') CHARACTER SET utf8mb4, c_long longtext CHARACTER SET utf8mb4
);
INSERT INTO texts VALUES
    (1, 'null', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (2, 'empty', '', '', '', '', '', '', '', '', ''),
    (3, 'spaces', ' ', '  two before, two after  ', 'a', ' ', ' ', ' ', 'sad', 'a', ' '),
    (4, 'the word NULL', 'NULL', 'null', 'null', '\\N', 'NULL', 'NULL', 'sad', 'b c', 'NULL'),
    (5, 'quotes', '"double" \'single\' `back`', '"', '\'', '""', '"', '"', 'it''s "quoted", so', 'd''e', '"'),
    (6, 'line ends', 'a\nb\r\nc\rd', '\n', '\r', '\r\n', '\n', '\n', 'sad', 'a,b c', '\n'),
    (7, 'tabs and separators', 'a\tb,c;d|e\\f', '\t', ',', '\\t', ';', '|', 'sad', 'a,d''e', '\t'),
    (8, 'four bytes', '😀 𝒳 𠜎', '👩‍👩‍👧‍👦 🏳️‍🌈', '🇩🇪𠜎', '😀', 'ÿ', '😀', '喜び', '日', '😀'),
    (9, 'right to left', 'שלום עולם مرحبا', 'مرحبا', 'שלום', 'שלום', 'ß', 'שלום', 'sad', 'a,b c,d''e,日', 'שלום'),
    (10, 'combining and invisible', CONVERT(0x65CC8120C3A920E2808BE2808EE280AE20EFBBBF USING utf8mb4),
        CONVERT(0xEFBBBF USING utf8mb4), CONVERT(0x65CC81 USING utf8mb4), CONVERT(0xC3A9 USING utf8mb4), 'é', 'é', 'sad', '',
        ''),
    (11, 'control characters', CONVERT(0x01021B5B33316D7F USING utf8mb4), '\b\Z', CONVERT(0x01 USING utf8mb4),
        CONVERT(0x00 USING utf8mb4), CONVERT(0x80 USING latin1), '', 'sad', '', CONVERT(0x610062 USING utf8mb4)),
    (12, 'noncharacters', CONVERT(0xEFBFBEEFBFBFEFBFBD USING utf8mb4), CONVERT(0xF48FBFBF USING utf8mb4), '', '', '', '',
        'sad', '', ''),
    (13, 'what a spreadsheet would run', '=HYPERLINK("http://127.0.0.1","x")', '+1+1', '-1', '@SUM(1)', '\t=1', '=1', 'sad',
        '', '%0A=1'),
    (14, 'looks like a number', '0012', '1234567890123456', '1e5', '00', '-5', '007', 'sad', '', '+5'),
    (15, 'looks like markup', '<b>&amp;</b>]]>', '&lt;', '<a>', '_x0041_', '&', '<', 'sad', '', '<!--'),
    (16, 'long', REPEAT('0123456789', 4000), REPEAT('x', 40), 'xxxx', REPEAT('y', 40), REPEAT('z', 40), REPEAT('w', 40), 'sad',
        '', REPEAT('😀', 20000));

CREATE TABLE others (
    id integer PRIMARY KEY, edge text NOT NULL,
    c_binary binary(4), c_varbinary varbinary(300), c_blob blob, c_json json, c_point point, c_geometry geometry
);
INSERT INTO others VALUES
    (1, 'null', NULL, NULL, NULL, NULL, NULL, NULL),
    (2, 'empty', '', '', '', '""', ST_GeomFromText('POINT(0 0)'), ST_GeomFromText('GEOMETRYCOLLECTION EMPTY')),
    (3, 'every byte', 0x00FF0A0D, UNHEX('000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F202122232425262728292A2B2C2D2E2F303132333435363738393A3B3C3D3E3F404142434445464748494A4B4C4D4E4F505152535455565758595A5B5C5D5E5F606162636465666768696A6B6C6D6E6F707172737475767778797A7B7C7D7E7F808182838485868788898A8B8C8D8E8F909192939495969798999A9B9C9D9E9FA0A1A2A3A4A5A6A7A8A9AAABACADAEAFB0B1B2B3B4B5B6B7B8B9BABBBCBDBEBFC0C1C2C3C4C5C6C7C8C9CACBCCCDCECFD0D1D2D3D4D5D6D7D8D9DADBDCDDDEDFE0E1E2E3E4E5E6E7E8E9EAEBECEDEEEFF0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF'),
        0xFFFE00, '{"a" : [1,  2, {"b":null}], "a":"again", "n": 12345678901234567890.1234567890123456789, "e": 1e300}',
        ST_GeomFromText('POINT(1.5 -2.5)'), ST_GeomFromText('LINESTRING(0 0,1 1)')),
    (4, 'looks like text', 'text', 'text', 'NULL', 'null', NULL, NULL),
    (5, 'JSON texts', '    ', ' ', '\n', '[ "\\u0041", "é", "😀", "\\\\", "\\"", "", [], {} ]', NULL, NULL);
-- MariaDB has types of its own, which MySQL does not know; a test that wants them asks the server first.
/*M!100700 CREATE TABLE mariadb_only (id integer PRIMARY KEY, edge text NOT NULL, c_uuid uuid) */;
/*M!100700 INSERT INTO mariadb_only VALUES (1, 'null', NULL), (2, 'least', '00000000-0000-0000-0000-000000000000'),
    (3, 'greatest', 'ffffffff-ffff-ffff-ffff-ffffffffffff') */;
/*M!101000 ALTER TABLE mariadb_only ADD COLUMN c_inet6 inet6, ADD COLUMN c_inet4 inet4 */;
/*M!101000 UPDATE mariadb_only SET c_inet6 = '::1', c_inet4 = '255.255.255.255' WHERE id = 3 */;

-- Names that must be quoted, and one that would be dangerous if it were not.
CREATE TABLE `order` (`select` integer PRIMARY KEY, `with space` text, `with.dot` text, `with``backtick` text,
    `with"quote` text, `with'apostrophe` text, `Ünïcödé 名前` text, `UPPER` text, `$1` text, `a;b--c` text, `back\slash` text,
    `%s {x}` text, `a?b` text);
INSERT INTO `order` VALUES (1, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l');
CREATE TABLE `x``; DROP TABLE integers; --` (id integer PRIMARY KEY);
INSERT INTO `x``; DROP TABLE integers; --` VALUES (1);

CREATE TABLE keyless (a integer, b text);
INSERT INTO keyless VALUES (1, 'twice'), (1, 'twice'), (NULL, NULL);
CREATE TABLE no_rows (id integer PRIMARY KEY, a text);
CREATE TABLE composite_key (a varchar(20) COLLATE utf8mb4_bin, b integer, c binary(4), note text, PRIMARY KEY (b, a, c));
INSERT INTO composite_key VALUES
    ('', 0, 0x00000000, 'first'), ('a', 0, 0x00000000, 'second'), ('a', 0, 0x00000001, 'third'), ('', 1, 0xFFFFFFFF, 'last');
CREATE TABLE text_key (k varchar(20) COLLATE utf8mb4_general_ci PRIMARY KEY, note text);
INSERT INTO text_key VALUES ('a', 'lower'), ('B', 'upper'), ('ä2', 'accent'), ('😀', 'emoji'), ('', 'empty');
CREATE TABLE nullable_unique (a integer UNIQUE, b text);
INSERT INTO nullable_unique VALUES (1, 'one'), (NULL, 'none'), (NULL, 'none');
CREATE VIEW a_view AS SELECT id, edge, c_bigint FROM integers;
