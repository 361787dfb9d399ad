CREATE TABLE brands (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    founded_on DATE NOT NULL,
    notes TEXT
);
CREATE TABLE groups (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    description TEXT
);
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    platform TEXT NOT NULL,
    handle TEXT NOT NULL,
    url TEXT NOT NULL,
    followers INTEGER NOT NULL,
    verified BOOLEAN NOT NULL,
    brand_id INTEGER REFERENCES brands (id),
    group_id INTEGER REFERENCES groups (id),
    status TEXT NOT NULL CHECK (status IN ('active', 'paused', 'suspended', 'closed')),
    last_seen_at DATETIME
);
CREATE TABLE posts (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    url TEXT NOT NULL,
    text TEXT NOT NULL,
    likes INTEGER NOT NULL,
    views INTEGER NOT NULL,
    posted_at DATETIME NOT NULL,
    deleted_at DATETIME,
    deleted_by TEXT
);
CREATE TABLE tags (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    colour TEXT NOT NULL
);
CREATE TABLE post_tags (
    post_id INTEGER NOT NULL REFERENCES posts (id),
    tag_id INTEGER NOT NULL REFERENCES tags (id),
    PRIMARY KEY (post_id, tag_id)
) WITHOUT ROWID;
CREATE TABLE records (
    id INTEGER PRIMARY KEY,
    order_id TEXT NOT NULL,
    sale_date DATE NOT NULL,
    item TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    price_cents INTEGER NOT NULL,
    cost_cents INTEGER NOT NULL,
    shipping_cents INTEGER NOT NULL,
    fee_cents INTEGER NOT NULL,
    status TEXT NOT NULL
        CHECK (status IN ('pending', 'paid', 'shipped', 'delivered', 'returned', 'refunded', 'cancelled')),
    note TEXT,
    brand_id INTEGER REFERENCES brands (id),
    updated_at DATETIME NOT NULL
);
CREATE TABLE departments (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);
CREATE TABLE categories (
    id INTEGER PRIMARY KEY,
    department_id INTEGER NOT NULL REFERENCES departments (id),
    name TEXT NOT NULL
);
CREATE TABLE products (
    id INTEGER PRIMARY KEY,
    category_id INTEGER NOT NULL REFERENCES categories (id),
    brand_id INTEGER REFERENCES brands (id),
    name TEXT NOT NULL,
    price_cents INTEGER NOT NULL,
    weight_kg NUMERIC(8,3),
    discontinued BOOLEAN NOT NULL
);
CREATE TABLE sellers (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    category_id INTEGER NOT NULL REFERENCES categories (id),
    rating NUMERIC(2,1),
    times_seen INTEGER NOT NULL,
    first_seen_at DATETIME NOT NULL,
    last_seen_at DATETIME NOT NULL
);
