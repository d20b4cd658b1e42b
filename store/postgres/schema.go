package postgres

import (
	"context"
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"

	"chihai/store"
)

// Advisory locks, in a class of this program's own. The function of commits
// has the number of its lock within it.
const (
	lockClass   = 0x43484169 // "CHAi"
	lockInstall = 1          // held while the schema is made
)

// layout names what stands in the schema chihai, and is kept there as a comment
// on the function of commits. It changes with the functions; programs of two
// layouts cannot use a database at the same time.
const layout = "layout 2"

// schemaSQL makes what stands in the schema chihai, if it is not there yet.
//
//go:embed schema.sql
var schemaSQL string

// install makes what every database has, with the tables of all buckets that
// this program knows. Several processes may do so at once.
func install(ctx context.Context, conn *pgx.Conn) error {
	if there, err := installed(ctx, conn); there || err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if err := lockSchema(ctx, tx); err != nil {
			return err
		}
		// Another process may just have done so, and call what it has made.
		if there, err := installed(ctx, tx); there || err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, schemaSQL); err != nil {
			return fmt.Errorf("make schema chihai: %w", err)
		}
		if err := addTables(ctx, tx, store.Buckets()); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "comment on function chihai.commit is '"+layout+"'")
		return err
	})
}

// installed says whether the schema chihai is that of this program.
func installed(ctx context.Context, q interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}) (bool, error) {
	var made string
	err := q.QueryRow(ctx, `select coalesce((select obj_description(oid, 'pg_proc') from pg_proc
		where proname = 'commit' and pronamespace = to_regnamespace('chihai') limit 1), '')`).Scan(&made)
	return made == layout, err
}

// lockSchema waits for others who make the schema.
func lockSchema(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, "select pg_advisory_xact_lock($1, $2)", int32(lockClass), int32(lockInstall))
	return err
}

// makeTables makes the tables of buckets, unless another process just did.
func makeTables(ctx context.Context, conn *pgx.Conn, buckets []string) error {
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "lock table chihai.lock in exclusive mode"); err != nil {
			return err
		}
		return addTables(ctx, tx, buckets)
	})
}

func addTables(ctx context.Context, tx pgx.Tx, buckets []string) error {
	for _, bucket := range buckets {
		// Turns change documents over and over: room in each page keeps a
		// changed one beside the old one, so that indexes stay as they are.
		_, err := tx.Exec(ctx, `create table if not exists `+table(bucket)+` (
			key text collate "C" primary key, doc json not null, version bigint not null
		) with (fillfactor = 85)`)
		if err != nil {
			return fmt.Errorf("make table %s: %w", bucket, err)
		}
		if _, err := tx.Exec(ctx, "insert into chihai.buckets values ($1) on conflict do nothing", bucket); err != nil {
			return fmt.Errorf("make table %s: %w", bucket, err)
		}
	}
	return generate(ctx, tx)
}

// generate makes the functions that name every table. Their statements are
// fixed, so that the server plans them once per connection.
func generate(ctx context.Context, tx pgx.Tx) error {
	buckets, err := listBuckets(ctx, tx)
	if err != nil {
		return err
	}
	for _, sql := range []string{commitFunction(buckets), fetchFunction(buckets)} {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return fmt.Errorf("make functions: %w", err)
		}
	}
	return nil
}

// namesSQL asks for the buckets that have a table. One may have lost it: what
// stands in chihai.buckets alone is not enough.
const namesSQL = "select name from chihai.buckets where to_regclass('public.' || quote_ident(name)) is not null order by name"

func listBuckets(ctx context.Context, q interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}) ([]string, error) {
	rows, err := q.Query(ctx, namesSQL)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// codeNoTable is said of a table that is not there (undefined_table).
const codeNoTable = "42P01"

// table is the name of a bucket's table.
func table(bucket string) string { return `public."` + bucket + `"` }

// commitFunction is the function that commits a group. It gets keys and values
// in arrays, ordered by bucket; for each list there are the names of the
// buckets and, for each of them, the index of the last key that is in it. It
// returns what is no longer as it was read: the index of a key, with the
// document as it is, or that of a range, negative.
//
// It refuses what belongs to another era than the present one, see
// [DB.enroll], with codeEra.
//
// It holds the lock until the commit is done, so that what it has compared is
// still so then. Each of its statements sees what was committed before the
// lock was got, since the isolation is READ COMMITTED.
func commitFunction(buckets []string) string {
	compare := dispatch("read_buckets", "read_ends", buckets, `
			return query select lo + r.n::int - 1, t.doc, coalesce(t.version, 0)
				from unnest(read_keys[lo:hi], read_versions[lo:hi]) with ordinality r(key, version, n)
				left join %s t on t.key = r.key
				where coalesce(t.version, 0) <> r.version;
			stale := stale or found;`, `
			return query select lo + r.n::int - 1, null::json, 0::bigint
				from unnest(read_versions[lo:hi]) with ordinality r(version, n) where r.version <> 0;
			stale := stale or found;`)
	count := dispatch("range_buckets", "range_ends", buckets, `
			return query select -(lo + r.n::int - 1), null::json, 0::bigint
				from unnest(range_froms[lo:hi], range_tos[lo:hi], range_counts[lo:hi]) with ordinality r(first, behind, known, n)
				where (select count(*) from %s t where t.key >= r.first and t.key < r.behind) <> r.known;
			stale := stale or found;`, "")
	remove := dispatch("delete_buckets", "delete_ends", buckets, `
			delete from %s t using unnest(delete_keys[lo:hi]) w(key) where t.key = w.key;`, "")
	write := dispatch("write_buckets", "write_ends", buckets, `
			insert into %s as t (key, doc, version)
				select w.key, w.doc::json, commit_id from unnest(write_keys[lo:hi], write_docs[lo:hi]) w(key, doc)
				on conflict (key) do update set doc = excluded.doc, version = excluded.version;`, `
			raise exception 'no table for bucket %', write_buckets[i] using errcode = '`+codeNoTable+`';`)
	return fmt.Sprintf(`create or replace function chihai.commit(commit_id bigint, of_era bigint,
		read_buckets text[], read_ends int[], read_keys text[], read_versions bigint[],
		range_buckets text[], range_ends int[], range_froms text[], range_tos text[], range_counts bigint[],
		delete_buckets text[], delete_ends int[], delete_keys text[],
		write_buckets text[], write_ends int[], write_keys text[], write_docs text[], told text[]
	) returns table (at int, doc json, version bigint) language plpgsql as $function$
	#variable_conflict use_column
	declare
		lo int;
		hi int;
		stale boolean := false;
	begin
		lock table chihai.lock in exclusive mode;
		if not exists (select from chihai.owner where era = of_era) then
			raise exception 'another process has had the database for itself' using errcode = '`+codeEra+`';
		end if;
		%s
		%s
		if stale then
			return;
		end if;
		%s
		%s
		insert into chihai.commits (id) values (commit_id);
		for i in 1 .. cardinality(told) loop
			perform pg_notify('chihai', told[i]);
		end loop;
	end
	$function$`, compare, count, remove, write)
}

// fetchFunction is the function that returns many documents in one round trip.
func fetchFunction(buckets []string) string {
	return fmt.Sprintf(`create or replace function chihai.fetch(
		read_buckets text[], read_ends int[], read_keys text[]
	) returns table (at int, doc json, version bigint) language plpgsql stable as $function$
	#variable_conflict use_column
	declare
		lo int;
		hi int;
	begin
		%s
	end
	$function$`, dispatch("read_buckets", "read_ends", buckets, `
			return query select lo + r.n::int - 1, t.doc, t.version
				from unnest(read_keys[lo:hi]) with ordinality r(key, n) join %s t on t.key = r.key;`, ""))
}

// dispatch is a loop over the parts of a list that does statement for the
// table of each part, or other for one that has none.
func dispatch(names, ends string, buckets []string, statement, other string) string {
	if other == "" {
		other = "null;"
	}
	var b strings.Builder
	fmt.Fprintf(&b, `lo := 1;
		for i in 1 .. cardinality(%s) loop
			hi := %s[i];`, names, ends)
	for n, bucket := range buckets {
		word := "elsif"
		if n == 0 {
			word = "if"
		}
		fmt.Fprintf(&b, "\n\t\t\t%s %s[i] = '%s' then", word, names, bucket)
		b.WriteString(strings.ReplaceAll(statement, "%s", table(bucket)))
	}
	if len(buckets) > 0 {
		b.WriteString("\n\t\t\telse " + other + "\n\t\t\tend if;")
	} else {
		b.WriteString("\n\t\t\t" + other)
	}
	b.WriteString("\n\t\t\tlo := hi + 1;\n\t\tend loop;")
	return b.String()
}

// tables are the buckets that are known to have a table.
type tables struct {
	mu    sync.Mutex
	known map[string]bool
}

// load learns from the database which tables there are, and forgets the others:
// after a failover there may be fewer.
func (t *tables) load(ctx context.Context, conn *pgx.Conn) error {
	var there bool
	if err := conn.QueryRow(ctx, "select to_regclass('chihai.buckets') is not null").Scan(&there); err != nil || !there {
		return err
	}
	names, err := listBuckets(ctx, conn)
	if err != nil {
		return err
	}
	t.mu.Lock()
	t.known = nil
	t.mu.Unlock()
	t.learn(names)
	return nil
}

// forget forgets that the bucket has a table.
func (t *tables) forget(bucket string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.known, bucket)
}

// learn notes that the buckets names have a table.
func (t *tables) learn(names []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.known == nil {
		t.known = map[string]bool{}
	}
	for _, name := range names {
		t.known[name] = true
	}
}

// has says whether the bucket is known to have a table.
func (t *tables) has(bucket string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.known[bucket]
}

// lacking returns those of buckets that are not known to have a table, sorted.
func (t *tables) lacking(buckets []string) []string {
	lacking := map[string]bool{}
	for _, b := range buckets {
		if !t.has(b) {
			lacking[b] = true
		}
	}
	return slices.Sorted(maps.Keys(lacking))
}
